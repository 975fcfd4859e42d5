package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/diff"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// grant is something that is granted, or denied, as a row of a table.
type grant struct {
	Setup, Who, Kind string
	May              []string // actions
	AllBut           bool     // May are those that it does not grant
	On               []string
	OnAllBut         bool
	When             []string // every condition
	Sid, Place       string
	In               []string // targets, where not all have it
}

// holder is a principal with what it may do.
type holder struct {
	Name   string // in words
	ARN    string // "" where it is the name
	Grants []grant
}

// row is a grant of one principal with what it was made from.
type row struct {
	grant
	who    string // principal as in a policy
	m      *model.Setup
	change diff.Change
}

// kinds are what changes are about, in words. The riskiest is first.
var kinds = []struct {
	severity diff.Severity
	words    string
}{
	{diff.Outside, "from outside"},
	{diff.Public, "public"},
	{diff.PassRole, "role"},
	{diff.KeyAdministration, "administration"},
	{diff.Write, "write"},
	{diff.Read, "read"},
}

func kindOf(s diff.Severity) string {
	for _, k := range kinds {
		if k.severity == s {
			return k.words
		}
	}
	return string(s)
}

// grants takes what is granted into rows, and what is not decided into notes.
func (b *builder) grants(standing []diff.Change) {
	at := map[string]*model.Setup{}
	for _, m := range b.models {
		at[m.Name] = m
		b.page.Setups = append(b.page.Setups, b.setup(m))
	}
	for _, c := range standing {
		m := at[c.Setup]
		if m != nil {
			c = ofDocument(m, c)
		}
		switch {
		case c.Kind == diff.Undecided && strings.HasPrefix(c.Subject, "file "):
			b.page.Undecided = append(b.page.Undecided,
				note{c.Setup, c.Subject + " is not read", placeOf(c)})
		case c.Kind == diff.Undecided:
			b.page.Undecided = append(b.page.Undecided, note{c.Setup, c.Message, placeOf(c)})
		case m == nil: // a folder of no setup: the proof has a finding about it
			b.page.Undecided = append(b.page.Undecided, note{c.Setup, c.Message, placeOf(c)})
		case c.Kind == diff.Narrower:
			s := b.page.setup(m.Name)
			for _, who := range principals(c) {
				s.Denied = append(s.Denied, b.grant(m, who, c))
			}
		case c.Kind == diff.Broader:
			for _, who := range principals(c) {
				b.rows = append(b.rows, row{b.grant(m, who, c), who, m, c})
			}
		}
	}
	for _, r := range b.rows {
		s := b.page.setup(r.m.Name)
		i := slices.IndexFunc(s.Holders, func(h holder) bool { return h.Name == r.Who })
		if i < 0 {
			h := holder{Name: r.Who}
			if !strings.Contains(r.Who, r.who) {
				h.ARN = r.who
			}
			i, s.Holders = len(s.Holders), append(s.Holders, h)
		}
		s.Holders[i].Grants = append(s.Holders[i].Grants, r.grant)
	}
}

// ofDocument returns a grant of a document that is attached to nothing, as files of JSON are, as one of
// what the setup has the document for. The names of documents are those of [model.Doc].
func ofDocument(m *model.Setup, c diff.Change) diff.Change {
	quoted, ok := strings.CutPrefix(c.Subject, "document ")
	file, err := strconv.Unquote(quoted)
	if !ok || err != nil {
		return c
	}
	kind, name, _ := strings.Cut(strings.TrimSuffix(file, ".json"), "-")
	was := c.Subject
	switch {
	case file == "role-trust.json":
		c.Subject = fmt.Sprintf("trust policy of role %q", m.Role.Name)
	case kind == "role":
		c.Subject = fmt.Sprintf("role %q", m.Role.Name)
		c.Principal = roleARN(m)
	case kind == "operator":
		c.Subject = "operator " + name
		if i := slices.IndexFunc(m.Operators, func(o model.Operator) bool { return o.ID == name }); i >= 0 {
			c.Principal = "operator " + name
		}
	case kind == "key":
		if i := slices.IndexFunc(m.Keys, func(k model.Key) bool { return k.ID == name }); i >= 0 {
			c.Subject = fmt.Sprintf("key %q", keyLabel(m, m.Keys[i]))
		}
	}
	if c.Principal == was {
		c.Principal = c.Subject
	}
	return c
}

func (p *Page) setup(name string) *setup {
	i := slices.IndexFunc(p.Setups, func(s setup) bool { return s.Name == name })
	return &p.Setups[i]
}

func placeOf(c diff.Change) string {
	if c.New != nil {
		return c.New.Place()
	}
	return c.Old.Place()
}

// principals returns each principal of a grant, "all but " before those that it excepts.
func principals(c diff.Change) []string {
	switch {
	case len(c.Grant.NotPrincipals) > 0:
		return []string{"all but " + strings.Join(c.Grant.NotPrincipals, ", ")}
	case len(c.Grant.Principals) > 0:
		return c.Grant.Principals
	}
	return []string{c.Principal}
}

func (b *builder) grant(m *model.Setup, who string, c diff.Change) grant {
	g := grant{Setup: m.Name, Who: whoIs(m, who), Kind: kindOf(c.Severity), May: c.Grant.Actions,
		On: onWhat(c), In: b.inSome(m, c)}
	if who != "*" && !isService(who) && !inside(m, who) { // the first of several principals may be
		g.Kind = kindOf(diff.Outside)
	}
	if len(c.Grant.NotActions) > 0 {
		g.May, g.AllBut = c.Grant.NotActions, true
	}
	if len(c.Grant.NotResources) > 0 {
		g.On, g.OnAllBut = c.Grant.NotResources, true
	}
	for _, cond := range c.Grant.Conditions {
		g.When = append(g.When, fmt.Sprintf("%s %s %s", cond.Key, cond.Operator,
			strings.Join(cond.Values.Written(), " or ")))
	}
	if c.New != nil {
		g.Sid = c.New.Sid
		file := strings.TrimPrefix(b.page.short(c.New.File), m.Name+"/")
		g.Place = fmt.Sprintf("%s:%d", file, c.New.Line)
	}
	if g.May == nil { // a membership of a group, for example: no statement is at it
		g.May = []string{c.Message}
	}
	return g
}

// inSome returns the targets that have a grant where others of the setup lack it. What the owner
// of another account gets is no target: others do not lack what is for him.
func (b *builder) inSome(m *model.Setup, c diff.Change) []string {
	in := c.InSome()
	if r := b.proofs[m.Name]; r != nil && len(r.Targets) > 0 {
		lacking := slices.DeleteFunc(slices.Clone(r.Targets), func(t string) bool {
			return slices.Contains(in, t)
		})
		if len(lacking) == 0 {
			return nil
		}
	}
	return in
}

// onWhat returns what a grant is about. In the policies of keys and roles a resource is that key
// or role, whatever is written there.
func onWhat(c diff.Change) []string {
	if rest, ok := strings.CutPrefix(c.Subject, "trust policy of "); ok {
		return []string{rest}
	}
	if strings.HasPrefix(c.Subject, "key ") {
		return []string{c.Subject}
	}
	return c.Grant.Resources
}

// whoIs names a principal in words.
func whoIs(m *model.Setup, who string) string {
	a, ok := policy.ParseARN(who)
	switch {
	case who == "*":
		return "everybody"
	case isPersonalize(who):
		return "Amazon Personalize (" + who + ")"
	case isService(who):
		return "AWS service " + who
	case isRole(m, who):
		return "the service role " + m.Role.Name
	case ok && unplaced(m, a.Account) && a.Resource == "root":
		return "account " + a.Account + ", which stands for the one that it is deployed to"
	case ok && a.Resource == "root":
		return "account " + a.Account + ", whomever its policies allow"
	case isAccount(who):
		return "account " + who + ", whomever its policies allow"
	case ok && a.Service == "iam" && a.Account == m.Account:
		return strings.Replace(a.Resource, "/", " ", 1)
	}
	return who
}

// isPersonalize reports whether a principal is Amazon Personalize, by a name that it has in some
// partition.
func isPersonalize(who string) bool {
	return who == "personalize.amazonaws.com" || who == "personalize.amazonaws.com.cn"
}

// anyAccount is the account, one of AWS's examples, for which an artifact is read that does not
// say where it is deployed to.
const anyAccount = "123456789012"

// unplaced reports whether an account stands for that of whoever deploys the setup.
func unplaced(m *model.Setup, account string) bool {
	return m.StackSet && account == anyAccount && m.Account != anyAccount
}

// roleARN returns the ARN of the service role.
func roleARN(m *model.Setup) string {
	return "arn:" + m.Partition + ":iam::" + m.Account + ":role" + m.Role.Path + m.Role.Name
}

// isRole reports whether a principal is the service role of a setup.
func isRole(m *model.Setup, who string) bool {
	a, ok := policy.ParseARN(who)
	return ok && a.Service == "iam" && a.Resource == "role"+m.Role.Path+m.Role.Name &&
		(a.Account == m.Account || unplaced(m, a.Account))
}

// isService reports whether a principal is a service of AWS. Amazon Cognito's pools of identities have
// the name of one, and stand for those whom they know (IAM User Guide, "OIDC federated principals").
func isService(who string) bool {
	return !strings.HasPrefix(who, "cognito-identity") && !strings.Contains(who, ":") &&
		(strings.HasSuffix(who, ".amazonaws.com") || strings.HasSuffix(who, ".amazonaws.com.cn"))
}

func isAccount(who string) bool {
	return len(who) == 12 && strings.Trim(who, "0123456789") == ""
}

// covers reports whether a grant has an action, by its name or by a pattern.
func (g grant) covers(action string) bool {
	texts := make([]policy.Text, len(g.May))
	for i, a := range g.May {
		texts[i] = policy.Literal(a)
	}
	s := policy.Statement{Action: policy.List(texts...)}
	if g.AllBut {
		s = policy.Statement{NotAction: policy.List(texts...)}
	}
	return s.CoversAction(action)
}
