package proof

import (
	"fmt"
	"iter"
	"slices"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/policy"
)

// redundant reports whether docs decide every request alike when another statement is in the place
// of one of them, or none: the other statements of whoever has the document say it already. What is
// not decided is not redundant.
//
// The policies of the service role count together, those of an operator each by itself: they need
// not be attached to the same users.
func redundant(docs calls.Documents, at place, parts []calls.Part, rest *policy.Statement) bool {
	whole := docs.Get(at.name)
	if at.at < 0 || at.at >= len(whole.Statements) {
		return false
	}
	less := whole
	less.Statements = slices.Clone(whole.Statements)
	if rest == nil {
		less.Statements = slices.Delete(less.Statements, at.at, at.at+1)
	} else {
		less.Statements[at.at] = *rest
	}
	var beside []policy.Document
	if at.name.Kind == calls.RolePolicy {
		for _, p := range parts {
			if p.Kind == calls.RolePolicy && p.Document != at.name {
				beside = append(beside, docs.Get(p.Document))
			}
		}
	}
	if at.name.Kind.Grammar() != policy.Identity {
		return alike(policy.Policies{Resource: &whole}, policy.Policies{Resource: &less})
	}
	// What is denied counts although nothing here allows it: others may.
	all := append(slices.Clone(beside), policy.Everything())
	return alike(identity(append(beside, whole)...), identity(append(beside, less)...)) &&
		alike(identity(append(all, whole)...), identity(append(all, less)...))
}

func alike(a, b policy.Policies) bool {
	c, err := policy.Compare(a, b, policy.Setting{})
	return err == nil && c.Relation == policy.Same
}

// twice takes out what no call is asked about, and finds what other statements, or the rest of this
// one, say already: parts of denials, exceptions, and conditions that calls do not miss.
func (x *statement) twice() {
	said := func(rest *policy.Statement) bool {
		return redundant(x.made.own, place{x.name, x.at}, x.proof.parts, rest)
	}
	hint := tooMany
	if x.custom {
		hint = "" // how to accept it
	}
	if x.s.Effect == policy.Deny {
		if x.custom && said(nil) {
			x.find("it refuses nothing that other statements do not refuse", hint)
			return
		}
		x.parts(func(what, value string, rest *policy.Statement) {
			if rest != nil && (x.custom || what == "principal") && said(rest) {
				x.find(fmt.Sprintf("%s %q refuses nothing that the rest does not refuse", what, value), hint)
			}
		})
	}
	for _, of := range []func(*policy.Statement) *policy.Texts{
		func(s *policy.Statement) *policy.Texts { return &s.NotAction },
		func(s *policy.Statement) *policy.Texts { return &s.NotResource },
	} {
		rest := x.s
		for v, less := range shorter(*of(&x.s)) {
			if *of(&rest) = less; said(&rest) {
				x.find(fmt.Sprintf("exception %q decides nothing", v), hint)
			}
		}
	}
	if x.s.Effect == policy.Deny || x.custom {
		x.conditions(func(rest *policy.Statement, _ bool) bool { return said(rest) }, hint)
	}
}

// shorter returns each value of an element, and what is left without it, if anything is.
func shorter(t policy.Texts) iter.Seq2[string, policy.Texts] {
	return func(yield func(string, policy.Texts) bool) {
		for i, v := range t.Values {
			less := t
			less.Values = slices.Delete(slices.Clone(t.Values), i, i+1)
			if len(less.Values) > 0 && !yield(v.IAM(), less) {
				return
			}
		}
	}
}
