package proof

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// minimal takes every part out of every statement in turn. A part of an Allow (an action, a
// resource, a principal) must be missed by some required call; a condition of an Allow, and a
// Deny, must be missed by some call that is to be refused. What nobody misses grants for nothing.
// A call that misses a part shows that it is not redundant, so [policy.Compare] is asked only of
// parts that no call is asked about, and of why nobody misses one.
//
// Profile documented is left out: there the guide decides what is in a document, and it grants
// more than each workflow needs.
func (p *proof) minimal() {
	if p.m.Profile == spec.Documented {
		return
	}
	byName := slices.SortedFunc(slices.Values(p.parts), func(a, b calls.Part) int {
		return strings.Compare(a.Name, b.Name)
	})
	for _, d := range byName {
		for i, s := range p.made.own.Get(d.Document).Statements {
			x := statement{proof: p, name: d.Document, at: i, s: s}
			if r := p.reason(d.Name, s.Sid); r != nil {
				x.custom = r.Custom
			}
			switch {
			case s.Effect == policy.Allow:
				x.allow()
			case !x.custom: // a denial that the spec adds grants nothing
				x.deny()
			}
			x.twice()
		}
	}
}

// statement is one that is taken apart: the one at an index of a document of pzgen's own.
type statement struct {
	*proof
	name   calls.Document
	at     int
	s      policy.Statement
	custom bool // it is one of the spec
}

func (x *statement) find(message, hint string) {
	x.proof.find(x.extra(Finding{Check: Minimal, Document: x.name.Name, Sid: x.s.Sid,
		Place: x.m.Places[""], Hint: hint,
		Message: fmt.Sprintf("%s of %s: %s", calls.SidName(x.s.Sid), x.name, message)}))
}

// parts calls each with the statement without one of its parts, with what that part is and its
// value; nothing is left of the statement when it is nil.
func (x *statement) parts(each func(what, value string, rest *policy.Statement)) {
	elements := []struct {
		name string
		of   func(*policy.Statement) *policy.Texts
	}{
		{"action", func(s *policy.Statement) *policy.Texts { return &s.Action }},
		{"resource", func(s *policy.Statement) *policy.Texts { return &s.Resource }},
	}
	for _, e := range elements {
		values := e.of(&x.s).Values
		for j, v := range values {
			rest := x.s
			e.of(&rest).Values = slices.Delete(slices.Clone(values), j, j+1)
			each(e.name, v.IAM(), unless(len(values) == 1, rest))
		}
	}
	if x.s.Principal == nil {
		return
	}
	for k, ty := range x.s.Principal.Types {
		for j, v := range ty.Values.Values {
			rest := x.s
			pr := &policy.Principal{Types: slices.Clone(x.s.Principal.Types)}
			pr.Types[k].Values.Values = slices.Delete(slices.Clone(ty.Values.Values), j, j+1)
			if len(ty.Values.Values) == 1 {
				pr.Types = slices.Delete(pr.Types, k, k+1)
			}
			rest.Principal = pr
			each("principal", v.IAM(), unless(len(pr.Types) == 0, rest))
		}
	}
}

func unless(nothing bool, s policy.Statement) *policy.Statement {
	if nothing {
		return nil
	}
	return &s
}

const tooMany = "the template of the statement has a part too many"

// allow takes the parts of an Allow statement out, one at a time.
func (x *statement) allow() {
	if x.made.stuck(x) {
		return
	}
	docs, at := x.made.own, place{x.name, x.at}
	users := x.made.users(place{x.name, x.made.index(x)})
	idle := pass(users, at.in(docs, nil))
	if idle && x.custom {
		// What the spec adds may be there for a call that only real names decide.
		docs, at.at = x.deployed.docs, x.deployed.index(x)
		users = x.deployed.users(at)
		if idle = pass(users, at.in(docs, nil)); !idle {
			x.s = docs.Get(x.name).Statements[at.at]
		}
	}
	if idle {
		x.find("no workflow needs the statement"+at.already(docs, x.proof.parts, nil), "")
		return
	}
	// They pass by the documents as they are; by those without what the spec accepts they may not.
	sure := len(x.report.Accepted) == 0 || pass(users, docs)
	x.parts(func(what, value string, rest *policy.Statement) {
		var left []*calls.Call
		for _, likely := range []bool{true, false} { // to miss the part: those are sooner found
			for _, c := range users {
				// Where an action is taken out, calls that the others cover pass as before.
				if c.About(value) == likely &&
					!(what == "action" && sure && rest != nil && rest.CoversAction(c.Action)) {
					left = append(left, c)
				}
			}
		}
		if pass(left, at.in(docs, rest)) {
			x.find(fmt.Sprintf("no workflow needs %s %q%s", what, value,
				at.already(docs, x.proof.parts, rest)), "")
		}
	})
	if x.custom {
		return
	}
	// Without a condition some call must pass that is to be refused, and without a value of one the
	// same, or some user must fail.
	x.conditions(func(rest *policy.Statement, value bool) bool {
		return (!value || pass(users, at.in(docs, rest))) && !x.lets(rest)
	}, tooMany)
}

// conditions takes the conditions out, one at a time, and the values of each. idle tells whether
// what is left decides the same; it is told whether a value is what was taken out.
func (x *statement) conditions(idle func(rest *policy.Statement, value bool) bool, hint string) {
	for j, c := range x.s.Condition {
		rest := x.s
		rest.Condition = slices.Delete(slices.Clone(x.s.Condition), j, j+1)
		if idle(&rest, false) {
			x.find(fmt.Sprintf("condition %s %s decides nothing", c.Operator, c.Key), hint)
			continue
		}
		rest.Condition = slices.Clone(x.s.Condition)
		for v, less := range shorter(c.Values) {
			rest.Condition[j].Values = less
			if idle(&rest, true) {
				x.find(fmt.Sprintf("value %q of condition %s %s decides nothing", v, c.Operator, c.Key), hint)
			}
		}
	}
}

// deny takes a Deny statement apart: without it, without one of its actions or resources, some
// call must pass that is to be refused.
func (x *statement) deny() {
	if !x.lets(nil) {
		x.find("it refuses nothing", "remove its template; "+acceptTemplate)
		return
	}
	x.parts(func(what, value string, rest *policy.Statement) {
		if rest != nil && what != "principal" && !x.lets(rest) {
			x.find(fmt.Sprintf("%s %q refuses nothing", what, value), "take it out; "+
				"where it is wanted all the same, move it into a template of its own that has accepted:")
		}
	})
}

// place is a document, and the index of one of its statements.
type place struct {
	name calls.Document
	at   int
}

// in returns docs with another statement in the place, or with none.
func (p place) in(docs calls.Documents, s *policy.Statement) calls.Documents {
	if p.at < 0 {
		return docs
	}
	return docs.Edit(p.name, p.at, s)
}

// already says that others allow what is taken out, where they do: it is not only not needed.
func (p place) already(docs calls.Documents, parts []calls.Part, rest *policy.Statement) string {
	if redundant(docs, p, parts, rest) {
		return ": the other statements allow the same without it"
	}
	return ""
}

// pass reports whether all calls pass by the documents.
func pass(list []*calls.Call, docs calls.Documents) bool {
	for _, c := range list {
		d, err := c.Decide(docs)
		if err != nil || d.Outcome != policy.Allowed {
			return false
		}
	}
	return true
}

// lets reports whether some call that is to be refused passes when the statement is replaced by
// another one that concerns the same actions at most, or left out.
func (x *statement) lets(rest *policy.Statement) bool {
	docs := x.made.own.Edit(x.name, x.at, rest)
	for _, likely := range []bool{true, false} { // those are sooner found
		for k := range x.made.refused {
			c := &x.made.refused[k]
			if x.likely(&c.Call) != likely || !x.concerned(&c.Call, c.decision) {
				continue
			}
			if d, err := c.Decide(docs); err == nil && d.Outcome == policy.Allowed {
				return true
			}
		}
	}
	return false
}

// likely reports whether a call that must not pass is one that a part of the statement is there
// for.
func (x *statement) likely(c *calls.Call) bool {
	return c.Unusual() && (x.s.Resource.Values == nil ||
		slices.ContainsFunc(x.s.Resource.Values, func(v policy.Text) bool { return c.About(v.IAM()) }))
}

// concerned reports whether a call that is refused by a decision can pass when less is asked of
// an Allow, or when a Deny is taken out: the first when nothing denies the call and this is one
// of the statements that cover it, the second when this statement denies it.
func (x *statement) concerned(c *calls.Call, d policy.Decision) bool {
	if !c.Concerns(x.name) {
		return false
	}
	if x.s.Effect == policy.Allow {
		return d.Outcome == policy.ImplicitlyDenied && x.s.CoversAction(c.Action)
	}
	return slices.ContainsFunc(d.Because, func(cause policy.Cause) bool {
		return cause.Effect == policy.Deny && cause.Statement == x.at && c.Blamed(cause) == x.name
	})
}
