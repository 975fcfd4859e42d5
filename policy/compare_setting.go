package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// comparer is the work of one call of Compare.
type comparer struct {
	setting   Setting
	languages *languages
	budget    *budget
	names     names
	home      string             // an account, where any will do
	stranger  string             // a name that no policy has
	keys      map[string]*keyUse // by name in lower case; those that some policy asks for
	tests     map[string]*test
	variables map[string]Var // as they are written

	anyone     bool // nothing is known of the principal
	everybody  bool // all principals are compared
	delegated  bool // the resource lets the account decide
	guarded    bool // there are resource control policies
	exceptions bool // there is an Allow with NotPrincipal
	kind       Kind // of the resource's policy; Identity: there is none
	scope      limits

	actionSpace, resourceSpace, valueSpace space
	empty                                  *language

	all      Document                // allows everything
	asked    map[*Statement][]string // the keys that it asks for
	made     map[lineKey]*line
	contents map[string]int
	reaches  map[reachKey]strength
	spelling map[string]string // of actions
	about    *language         // the actions of all statements; nil: some of all actions
	byKind   map[subjectKind][]mode
	pairs    map[[2]int]bool // see meet

	done     map[string][]*finding // by what was compared
	findings []*finding
	byGrant  map[string]*finding
	doubts   []string
}

// newComparison makes ready the comparison of two sides.
func newComparison(before, after Policies, in Setting) (*comparer, error) {
	b := &budget{steps: maxCompareSteps, bytes: maxCompareBytes, at: "the names in the policies"}
	c := &comparer{
		setting:   in,
		languages: newLanguages(b),
		budget:    b,
		keys:      map[string]*keyUse{},
		tests:     map[string]*test{},
		variables: map[string]Var{},
		all:       allowingAll(nil),
		asked:     map[*Statement][]string{},
		made:      map[lineKey]*line{},
		contents:  map[string]int{},
		reaches:   map[reachKey]strength{},
		spelling:  map[string]string{},
		byKind:    map[subjectKind][]mode{},
		pairs:     map[[2]int]bool{},
		done:      map[string][]*finding{},
		byGrant:   map[string]*finding{},
	}
	if err := c.takeSides(before, after); err != nil {
		return nil, err
	}
	c.canonical(before, after)
	c.makeSpaces()
	c.scan(append(before.documents(), after.documents()...))
	if in.Resources != nil {
		var all [][]token
		for _, r := range in.Resources {
			all = append(all, arnPattern(glob(r)))
		}
		c.scope.in = []*language{c.languages.of(all...)}
	}
	return c, nil
}

// makeSpaces says what actions, resources and values are, and which ones read well in a witness.
func (c *comparer) makeSpaces() {
	const alphabet = "xyzwvutsrqponmlkjihgfedcba0123456789"
	name := []token{{wild: '?', noColon: true}, {wild: '*', noColon: true}}
	action := append(append(slices.Clone(name), token{char: ':'}), name...)
	c.actionSpace = space{all: c.languages.of(action), fresh: alphabet + "-_"}
	for _, a := range []string{"s3:GetObject", "kms:Decrypt", "sts:AssumeRole", "iam:PassRole"} {
		c.spell(a)
		c.actionSpace.hints = append(c.actionSpace.hints, word(strings.ToLower(a)))
	}
	resource := "arn:aws:s3:::example/key"
	switch c.kind {
	case Trust:
		resource = "arn:aws:iam::123456789012:role/Example"
	case KeyPolicy:
		resource = "arn:aws:kms:us-east-1:123456789012:key/example"
	}
	c.resourceSpace = space{
		all:   c.languages.of(glob("arn:*:*:*:*:*"), literal("*")),
		fresh: alphabet,
		open:  true,
		hints: []word{word(resource), word("*")},
	}
	c.valueSpace = space{all: c.languages.of(glob("*")), fresh: alphabet, open: true}
	c.empty = c.languages.of(nil)
}

// takeSides finds out what the sides are, and refuses what has no meaning.
func (c *comparer) takeSides(before, after Policies) error {
	var kinds evaluation
	identity, resource := false, false
	for _, p := range []Policies{before, after} {
		identity = identity || len(p.Identity) > 0 || len(p.PermissionsBoundaries) > 0 ||
			p.Session != nil || len(p.ServiceControl) > 0
		resource = resource || p.Resource != nil
		c.guarded = c.guarded || len(p.ResourceControl) > 0
	}
	if resource {
		c.kind = resourceKind(before.Resource, after.Resource)
	}
	kinds.trust = c.kind == Trust
	if c.kind == KeyPolicy {
		kinds.action = "kms:*"
	}
	for i, p := range []Policies{before, after} {
		if err := kinds.check(p); err != nil {
			return fmt.Errorf("%s policies: %w", [2]string{"old", "new"}[i], err)
		}
	}
	given, err := newContext(c.setting.Context)
	if err != nil {
		return err
	}
	if a := c.setting.ResourceAccount; a != "" && !isAccount(a) {
		return fmt.Errorf("account of the resource %q is not an ID of 12 digits", a)
	}
	for _, r := range c.setting.Resources {
		if r != "*" && !strings.HasPrefix(r, "arn:") {
			return fmt.Errorf("resource %q is no ARN and not \"*\"", r)
		}
	}
	switch {
	case c.setting.Principal != "":
		if _, err := parseSubject(c.setting.Principal, given); err != nil {
			return err
		}
		c.delegated = !resource
	case identity && (resource || c.guarded):
		return errors.New("policies of an identity and of a resource are compared for one " +
			"principal; name it")
	case resource || c.guarded:
		c.everybody = true
	default:
		c.anyone, c.delegated = true, true
	}
	return nil
}

// resourceKind returns what the policies of a resource are, by their statements: without Resource
// trust policies, with actions of KMS alone key policies.
func resourceKind(docs ...*Document) Kind {
	trust, key := true, false
	other := false
	for _, d := range docs {
		if d == nil {
			continue
		}
		for _, s := range d.Statements {
			trust = trust && s.Resource.Values == nil && s.NotResource.Values == nil
			for _, t := range append(slices.Clip(s.Action.Values), s.NotAction.Values...) {
				service, _ := serviceOf(t.plain())
				key = key || service == "kms"
				other = other || service != "kms" && service != "*"
			}
		}
	}
	switch {
	case trust:
		return Trust
	case key && !other:
		return KeyPolicy
	}
	return Resource
}

// documents returns all documents.
func (p Policies) documents() []Document {
	all := slices.Concat(p.Identity, p.PermissionsBoundaries, p.Session)
	for _, level := range append(slices.Clone(p.ServiceControl), p.ResourceControl...) {
		all = append(all, level...)
	}
	if p.Resource != nil {
		all = append(all, *p.Resource)
	}
	return all
}

func (c *comparer) doubt(what string) {
	if !slices.Contains(c.doubts, what) {
		c.doubts = append(c.doubts, what)
	}
}

// resourceAccounts returns the accounts that may own the resources of a principal's requests.
func (c *comparer) resourceAccounts(s subject) []string {
	switch {
	case c.setting.ResourceAccount != "":
		return []string{c.setting.ResourceAccount}
	case !c.everybody && s.account != "":
		return []string{s.account}
	case c.everybody && c.keys["aws:resourceaccount"] != nil:
		if s.account == "" || slices.Contains(c.names.accounts, s.account) {
			return c.names.accounts
		}
		return append(slices.Clip(c.names.accounts), s.account)
	case !s.hasIdentity():
		return []string{c.home}
	}
	for _, a := range c.names.accounts {
		if a != s.account {
			return []string{s.account, a}
		}
	}
	return nil
}
