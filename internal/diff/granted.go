package diff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// grants compares the policies of each principal and of each resource. What moves from a principal's policy to that of
// a resource, or back, is found on both sides; moved takes it out again.
func (o *once) grants(old, new view) []Change {
	var identities, resources []compared
	was := renamedRole(old, new)
	for _, what := range union(old.identities, new.identities, was) {
		identities = append(identities, o.holders(old, new, old.identities[was.of(what)], new.identities[what]))
	}
	for _, what := range union(old.resources, new.resources, was) {
		resources = append(resources, o.holders(old, new, old.resources[was.of(what)], new.resources[what]))
	}
	o.moved(new.account, identities, resources)
	var out []Change
	for _, c := range append(identities, resources...) {
		out = append(out, c.changes...)
	}
	return out
}

// denials compares what the policies of a principal deny, which counts although nothing else in them allows it: the
// policy of a resource may, or that of a group.
func (o *once) denials(home string, old, new, some *held, in policy.Setting) []Change {
	with := func(h *held) policy.Policies {
		p := h.policies()
		p.Identity = append(p.Identity, policy.Everything())
		return p
	}
	var out []Change
	result, err := o.compare(with(old), with(new), in)
	if err != nil {
		return nil // the comparison of the policies themselves said so
	}
	for _, c := range result.Changes {
		if one := granted(home, old, new, some, c); one.byDenial {
			out = append(out, one)
		}
	}
	for _, why := range result.Undecided {
		out = append(out, open(some, old, new, "may be denied something else", why))
	}
	return out
}

// open is a change that is not decided. Any other text of the policies makes it another one: it says nothing of them.
func open(some, old, new *held, may, why string) Change {
	c := Change{Kind: Undecided, Severity: Write, Subject: some.what, Old: old.place(), New: new.place(),
		Message: fmt.Sprintf("%s %s: %s is not decided", some.what, may, why)}
	c.about = c.Message
	for _, h := range []*held{old, new} {
		c.about += "\x01"
		if h != nil {
			for _, d := range h.docs {
				c.about += d.Document.Normal()
			}
		}
	}
	return c
}

// side returns where the statement is that a change comes from: of those that decide its witness the one that is
// written like it, or else the first.
func (h *held) side(causes []policy.Cause, change policy.Change) (*Side, *policy.Statement) {
	var side *Side
	var statement *policy.Statement
	for _, c := range causes {
		at, s := h.statement(c)
		switch {
		case s == nil:
		case side == nil:
			side, statement = at, s
			if writtenLike(s, change) {
				return at, s
			}
		case writtenLike(s, change):
			return at, s
		}
	}
	return side, statement
}

// writtenLike reports whether a statement has the actions of a change, and its principals.
func writtenLike(s *policy.Statement, c policy.Change) bool {
	has := func(values []policy.Text, v string) bool {
		return slices.ContainsFunc(values, func(t policy.Text) bool { return t.IAM() == v })
	}
	for _, a := range c.Actions {
		if !has(s.Action.Values, a) {
			return false
		}
	}
	if s.Principal == nil || s.Principal.Any {
		return len(c.Principals) == 0 || s.Principal != nil
	}
	for _, p := range c.Principals {
		if !slices.ContainsFunc(s.Principal.Types, func(t policy.PrincipalType) bool { return has(t.Values.Values, p) }) {
			return false
		}
	}
	return true
}

// statement returns a statement that Evaluate named, and where it is.
func (h *held) statement(c policy.Cause) (*Side, *policy.Statement) {
	if h == nil {
		return nil, nil
	}
	in := 0
	if rest, ok := strings.CutPrefix(c.Policy, "identity["); ok {
		in, _ = strconv.Atoi(strings.TrimSuffix(rest, "]"))
	} else {
		for in < len(h.docs)-1 && c.Statement >= len(h.docs[in].Document.Statements) {
			c.Statement -= len(h.docs[in].Document.Statements)
			in++
		}
	}
	if in >= len(h.docs) || c.Statement >= len(h.docs[in].Document.Statements) {
		return nil, nil
	}
	d := h.docs[in]
	s := sideAt(d.At)
	if c.Statement < len(d.Statements) {
		s = sideAt(d.Statements[c.Statement])
	}
	s.Sid = c.Sid
	return s, &d.Document.Statements[c.Statement]
}

// grants reports whether a holder has an Allow too that grants on the other side; one of others' policies, which no
// document has, is on both.
func (h *held) grants(s *policy.Statement) bool {
	if s == nil || s.Effect != policy.Allow {
		return true
	}
	for _, d := range h.docs {
		if slices.ContainsFunc(d.Document.Statements, func(o policy.Statement) bool { return o.Normal() == s.Normal() }) {
			return true
		}
	}
	return false
}

// denialsBeyond returns the Denies of a holder that another does not have.
func (h *held) denialsBeyond(other *held) []string {
	had := map[string]bool{}
	for _, s := range other.denials() {
		had[s] = true
	}
	return slices.DeleteFunc(h.denials(), func(s string) bool { return had[s] })
}

func (h *held) denials() (all []string) {
	if h == nil {
		return nil
	}
	for _, d := range h.docs {
		for _, s := range d.Document.Statements {
			if s.Effect == policy.Deny {
				all = append(all, s.Normal())
			}
		}
	}
	return all
}

// beside returns what a change is about and Change has no field for.
func beside(c policy.Change) string {
	if len(c.NotActions)+len(c.NotResources) == 0 {
		return ""
	}
	return asSet(folded(c.NotActions)) + "\x01\x01" + asSet(c.NotResources)
}

// granted returns a difference of two policies as a change.
func granted(account string, old, new, some *held, c policy.Change) Change {
	out := Change{Kind: Broader, Subject: some.what, Actions: c.Actions, Resources: c.Resources,
		Witness: (*Witness)(&c.Witness)}
	if c.Kind == policy.Narrower {
		out.Kind = Narrower
	}
	for _, cond := range c.Conditions {
		out.Conditions = append(out.Conditions, wholeCondition(cond))
	}
	out.about = beside(c)
	var before, after *policy.Statement
	out.Old, before = old.side(c.Old, c)
	out.New, after = new.side(c.New, c)
	w := wording{home: account, some: some, change: c, before: before, after: after}
	denying, granting := old, after
	if out.Kind == Narrower {
		denying, granting = new, before
	}
	if deny := w.deny(); deny != nil && denying.grants(granting) { // what is denied is more to the point than what is allowed beside it
		w.denied, out.byDenial = deny, true
		out.Actions, out.Resources = deny.Action.Written(), deny.Resource.Written()
		w.change.Actions, w.change.NotActions = out.Actions, deny.NotAction.Written()
		w.change.Resources, w.change.NotResources = out.Resources, deny.NotResource.Written()
		w.change.Conditions, out.Conditions = deny.Condition, nil
		for _, cond := range deny.Condition {
			out.Conditions = append(out.Conditions, wholeCondition(cond))
		}
		w.change.Principals, w.change.NotPrincipals = deny.Principal.Written(), deny.NotPrincipal.Written()
		out.about = strings.Join([]string{"denied", beside(w.change)}, "\x01")
		if out.Kind == Broader { // what is denied in its place tells how much less it is
			if left := asSet(new.denialsBeyond(old)); left != "" {
				out.about += "\x01" + left
			}
		}
	}
	out.Grant, out.Principal = w.change, w.principal()
	if some.kind != policy.Identity {
		out.whom = asSet(accounts(w.change.Principals))
		if len(w.change.NotPrincipals) > 0 {
			out.whom = "everybody but " + asSet(accounts(w.change.NotPrincipals))
		}
	}
	out.Severity = w.severity()
	out.say(w.who(), " ", w.does())
	return out
}
