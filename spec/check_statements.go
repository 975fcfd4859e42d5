package spec

import (
	"errors"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
	"gopkg.in/yaml.v3"
)

// ownSids is how the Sids of pzgen's own statements begin.
const ownSids = "Personalize"

// SidMarker is what pzgen puts into the Sids of statements in policies that others may share,
// before the end that tells which setup they are of. No Sid of a spec has it, and no such end:
// there a capital Z has a z or a d behind it.
const SidMarker = "PZgen"

func (c *checker) checkStatements() {
	d := &c.d.statements.v
	c.owner("role", identity, d.role)
	c.owner("trust", trust, d.trust)
	ownersOf(c, "bucket", "buckets", d.buckets, c.d.buckets, resourceBased)
	ownersOf(c, "key", "keys", d.keys, c.d.keys, resourceBased)
	ownersOf(c, "operator", "operators", d.operators, c.d.operators, identity)
}

// kind of document that a statement is in.
type docKind byte

const (
	identity docKind = iota
	trust
	resourceBased
)

func ownersOf[T any](c *checker, what, where string, lists []named[[]item[statementDraft]], things []named[T], kind docKind) {
	sorted := slices.Clone(lists) // those of defaults are shared
	slices.SortFunc(sorted, func(a, b named[[]item[statementDraft]]) int { return strings.Compare(a.name, b.name) })
	for _, l := range sorted {
		if find(things, l.name) == nil {
			undeclared(c, text{n: l.n}, what, l.name, where, things)
			continue
		}
		switch what {
		case "bucket":
			c.usedBuckets[l.name] = true
		case "key":
			c.usedKeys[l.name] = true
		}
		c.owner(what+"."+l.name, kind, l.v)
	}
}

func (c *checker) owner(owner string, kind docKind, list []item[statementDraft]) {
	sids := make(map[string]bool, len(list))
	for i := range list {
		d := &list[i].v
		n := list[i].n
		c.setPlace("statements."+owner+index(i), n)
		if !isMapping(n) {
			continue // which was reported
		}
		c.checkSid(d.sid, sids, owner)
		before := c.errors
		s := c.statement(d, n, kind)
		if c.wellFormed && c.errors == before {
			c.checkGrammar(s, n)
			if c.errors == before {
				c.checkActions(s, d, owner)
			}
		}
		c.s.Statements = append(c.s.Statements, CustomStatement{Owner: owner, Statement: s, Accepted: d.accepted.v})
	}
}

func (c *checker) checkSid(t text, seen map[string]bool, owner string) {
	switch {
	case !t.ok:
	case strings.HasPrefix(t.v, ownSids):
		c.err(codeSid, t.n, "begin it with something else", "sid %q begins with %s, as only pzgen's own do", t.v, ownSids)
	case strings.Contains(t.v, SidMarker):
		c.err(codeSid, t.n, "leave that out", "sid %q has %s in it, by which pzgen knows its own statements in policies of others", t.v, SidMarker)
	case seen[t.v]:
		c.err(codeSid, t.n, "give one of them another Sid", "sid %q stands twice in statements of %s", t.v, owner)
	}
	seen[t.v] = true
}

func (c *checker) statement(d *statementDraft, n *yaml.Node, kind docKind) policy.Statement {
	s := policy.Statement{Sid: d.sid.v, Effect: d.effect.v, Pos: pos(n)}
	bad := func(n *yaml.Node, hint, format string, args ...any) { c.err(codeStatement, n, hint, format, args...) }
	switch {
	case d.action.n == nil && d.notAction.n == nil:
		bad(n, "write `action:`", "statement has neither action nor notAction")
	case d.action.n != nil && d.notAction.n != nil:
		bad(d.notAction.n, "keep one of them", "statement has both action and notAction")
	}
	switch {
	case kind == trust && (d.resource.n != nil || d.notResource.n != nil):
		at := d.resource.n
		if at == nil {
			at = d.notResource.n
		}
		bad(at, "leave it out", "a trust policy has no resource: it is the role itself")
	case kind != trust && d.resource.n == nil && d.notResource.n == nil:
		bad(n, "write `resource:`", "statement has neither resource nor notResource")
	case d.resource.n != nil && d.notResource.n != nil:
		bad(d.notResource.n, "keep one of them", "statement has both resource and notResource")
	}
	switch {
	case kind == identity && d.principal.n != nil:
		bad(d.principal.n, "leave it out", "a policy of a role, user or group has no principal: it is whoever has the policy")
	case kind != identity && d.principal.n == nil:
		bad(n, "write `principal:`", "statement has no principal")
	}
	s.Action, s.NotAction = c.actions(d.action), c.actions(d.notAction)
	s.Resource, s.NotResource = c.resources(d.resource), c.resources(d.notResource)
	if d.principal.n != nil {
		s.Principal = &policy.Principal{Any: d.principal.any}
		for _, t := range d.principal.types {
			values := c.texts(t.v)
			if kind == trust && !c.s.Role.Existing && slices.ContainsFunc(values.Values, c.isOwnRole) {
				// IAM User Guide, "AWS JSON policy elements: Principal": a role that does not exist is an invalid principal, and a role is made with its trust policy.
				bad(t.n, "leave it out, or add it to the role by hand once that exists", "the trust policy of a role cannot name the role itself: it is not there yet when the policy is given to it")
			}
			s.Principal.Types = append(s.Principal.Types, policy.PrincipalType{Type: t.name, Values: values})
		}
	}
	for _, cond := range d.condition {
		s.Condition = append(s.Condition, policy.Condition{Operator: cond.operator, Key: cond.key, Values: c.texts(cond.values)})
	}
	return s
}

// isOwnRole reports whether a principal is the service role.
func (c *checker) isOwnRole(t policy.Text) bool {
	s := c.s
	own := "arn:" + s.Partition + ":iam::" + s.Account + ":role" + s.Role.Path + s.Role.Name
	env := policy.Env{{ID: "role", Attr: "arn"}: own, {ID: "role", Attr: "name"}: s.Role.Name,
		{ID: "aws", Attr: "partition"}: s.Partition, {ID: "aws", Attr: "account"}: s.Account}
	return t.Fill(env).IAM() == own
}

// checkGrammar has package policy read the statement as it will be in a document: it knows
// condition operators and the rest of the grammar.
func (c *checker) checkGrammar(s policy.Statement, n *yaml.Node) {
	doc := policy.Document{Version: policy.Version2012, Statements: []policy.Statement{s}}
	_, err := policy.DecodeJSON(doc.JSON())
	if err == nil {
		return
	}
	message := err.Error()
	var se *policy.Error
	if errors.As(err, &se) {
		message = se.Message
	}
	c.err(codeStatement, n, "", "statement is not one that AWS takes: %s", message)
}

// actions reads actions: service:Name with wildcards in the name, or * alone.
func (c *checker) actions(d textsDraft) policy.Texts {
	for _, t := range d.values {
		if !t.ok || t.v == "*" {
			continue
		}
		service, name, ok := strings.Cut(t.v, ":")
		if !ok || service == "" || name == "" || !only(service, classService) || !only(name, classAction) {
			c.err(codeStatement, t.n, "write service:Action, such as s3:GetObject", "action %q is not of the form service:Action", clip(t.v))
		}
	}
	return c.texts(d)
}

var (
	classService = classOf(`a-z0-9\-`)
	classAction  = classOf("a-zA-Z0-9*?")
)

// resources reads ARNs, references, and * alone.
func (c *checker) resources(d textsDraft) policy.Texts {
	for _, t := range d.values {
		if t.ok && t.v != "*" && !strings.HasPrefix(t.v, "arn:") && !strings.HasPrefix(t.v, "<") {
			c.err(codeStatement, t.n, "write an ARN, or a reference such as <role.arn> or <data.arn>/*",
				"resource %q is not an ARN", clip(t.v))
		}
	}
	return c.texts(d)
}

// texts reads strings of the policy language.
func (c *checker) texts(d textsDraft) policy.Texts {
	if d.n == nil {
		return policy.Texts{}
	}
	out := policy.Texts{Values: make([]policy.Text, 0, len(d.values)), Scalar: d.scalar}
	for _, t := range d.values {
		if !t.ok {
			continue
		}
		p, err := policy.ParseText(t.v)
		if err != nil {
			hint := ""
			if hasPlaceholder(t.v) {
				hint = "statements have references instead: <aws.account>, <aws.region>, <data.arn>"
			}
			c.err(codeStatement, t.n, hint, "%s", err)
			continue
		}
		out.Values = append(out.Values, p.Bind(func(r policy.Ref) (policy.Text, bool) {
			to, ok := c.reference(r, t)
			return policy.NewText(to), ok
		}))
	}
	return out
}

// reference finds what a reference leads to: aws, role, or the name of a bucket or key. Before the
// name can be bucket. or key., which is needed where both have it.
func (c *checker) reference(r policy.Ref, t text) (policy.Ref, bool) {
	bad := func(hint, format string, args ...any) (policy.Ref, bool) {
		c.err(codeReference, t.n, hint, format, args...)
		return r, false
	}
	attrs := func(known ...string) (policy.Ref, bool) {
		if !slices.Contains(known, r.Attr) {
			return bad("it has "+strings.Join(known, ", "), "reference %q: there is no %s of it", r, r.Attr)
		}
		return r, true
	}
	switch r.ID {
	case "aws":
		return attrs("partition", "account", "region")
	case "role":
		return attrs("arn", "name")
	}
	kind, name, qualified := strings.Cut(r.ID, ".")
	if !qualified {
		name = r.ID
	}
	bucket, key := find(c.d.buckets, name) != nil, find(c.d.keys, name) != nil
	switch {
	case qualified && kind == "bucket":
		key = false
	case qualified && kind == "key":
		bucket = false
	case qualified:
		return bad("write <name.arn> with the name of a bucket or key, <role.arn> or <aws.account>", "reference %q is of no kind that is known", r)
	case bucket && key && r.Attr == "arn":
		return bad("write <bucket."+name+".arn> or <key."+name+".arn>", "reference %q can be a bucket or a key", r)
	case bucket && key:
		key = false // only buckets have another attribute than arn
	}
	switch {
	case bucket:
		c.usedBuckets[name] = true
		r.ID = "bucket." + name
		return attrs("arn", "name")
	case key:
		c.usedKeys[name] = true
		r.ID = "key." + name
		return attrs("arn")
	}
	what := "bucket or key"
	if qualified {
		what = kind
	}
	p := c.err(codeReference, t.n, "", "reference %q leads nowhere: there is no %s %q", r, what, name)
	p.search = func() string {
		switch what {
		case "bucket":
			return suggestOr(name, "buckets are", namesOf(c.d.buckets))
		case "key":
			return suggestOr(name, "keys are", namesOf(c.d.keys))
		}
		return suggestOr(name, "there are", append(append([]string{"role", "aws"}, namesOf(c.d.buckets)...), namesOf(c.d.keys)...))
	}
	return r, false
}
