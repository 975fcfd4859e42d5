package proof

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// minimal takes every part out of every statement in turn. A part of an Allow (an action, a resource, a principal) must be missed by some required
// call; a condition of an Allow, and a Deny, must be missed by some call that is to be refused. What nobody misses grants for nothing.
//
// Profile documented is left out: there the guide decides what stands in a document, and it grants more than each workflow needs.
func (p *proof) minimal() {
	if p.m.Profile == spec.Documented {
		return
	}
	for _, part := range sortedByName(p.parts) {
		name := part.Document
		for i, s := range p.own[name].Statements {
			custom := false
			if r := p.reason(name.Name, s.Sid); r != nil {
				custom = r.Custom
			}
			switch {
			case s.Effect == policy.Allow:
				p.allow(name, i, custom)
			case !custom: // a denial that the spec adds grants nothing
				p.deny(name, i)
			}
		}
	}
}

func sortedByName(parts []calls.Part) []calls.Part {
	return slices.SortedFunc(slices.Values(parts), func(a, b calls.Part) int {
		return strings.Compare(a.Name, b.Name)
	})
}

// allow takes the parts of an Allow statement out, one at a time.
func (p *proof) allow(name calls.Document, i int, custom bool) {
	s := p.own[name].Statements[i]
	users := p.users(name, s)
	idle := func(what string) {
		p.find(p.extra(Finding{Check: Minimal, Document: name.Name, Sid: s.Sid, Place: p.m.Places[""],
			Message: fmt.Sprintf("%s of %s: no workflow needs %s", calls.SidName(s.Sid), name, what)}))
	}
	if p.stuck(name, s) {
		return
	}
	if len(users) == 0 {
		idle("the statement")
		return
	}
	elements := []struct {
		name string
		get  func(*policy.Statement) *policy.Texts
	}{
		{"action", func(s *policy.Statement) *policy.Texts { return &s.Action }},
		{"resource", func(s *policy.Statement) *policy.Texts { return &s.Resource }},
	}
	for _, e := range elements {
		values := e.get(&s).Values
		for j := range values {
			t := s
			without := e.get(&t)
			without.Values = slices.Delete(slices.Clone(values), j, j+1)
			if p.pass(users, name, i, t, len(without.Values) == 0) {
				idle(fmt.Sprintf("%s %q", e.name, values[j].IAM()))
			}
		}
	}
	if s.Principal != nil {
		for k, ty := range s.Principal.Types {
			for j := range ty.Values.Values {
				t := s
				pr := &policy.Principal{Types: slices.Clone(s.Principal.Types)}
				pr.Types[k].Values.Values = slices.Delete(slices.Clone(ty.Values.Values), j, j+1)
				if len(pr.Types[k].Values.Values) == 0 {
					pr.Types = slices.Delete(pr.Types, k, k+1)
				}
				t.Principal = pr
				if p.pass(users, name, i, t, len(pr.Types) == 0) {
					idle(fmt.Sprintf("principal %q", ty.Values.Values[j].IAM()))
				}
			}
		}
	}
	if custom {
		return
	}
	for j, c := range s.Condition {
		t := s
		t.Condition = slices.Delete(slices.Clone(s.Condition), j, j+1)
		if !p.lets(name, i, &t) {
			p.find(Finding{Check: Minimal, Document: name.Name, Sid: s.Sid,
				Message: fmt.Sprintf("%s of %s: condition %s %s decides nothing", calls.SidName(s.Sid), name, c.Operator, c.Key), Hint: "the template of the statement has a condition too many"})
		}
	}
}

// deny takes a Deny statement apart: without it, without one of its actions or resources, some call must pass that is to be refused.
func (p *proof) deny(name calls.Document, i int) {
	s := p.own[name].Statements[i]
	idle := func(what string) {
		p.find(Finding{Check: Minimal, Document: name.Name, Sid: s.Sid, Message: fmt.Sprintf("%s of %s: %s refuses nothing", calls.SidName(s.Sid), name, what)})
	}
	if !p.lets(name, i, nil) {
		idle("it")
		return
	}
	if len(s.Action.Values) > 1 {
		for j, v := range s.Action.Values {
			t := s
			t.Action.Values = slices.Delete(slices.Clone(s.Action.Values), j, j+1)
			if !p.lets(name, i, &t) {
				idle(fmt.Sprintf("action %q", v.IAM()))
			}
		}
	}
	if len(s.Resource.Values) > 1 {
		for j, v := range s.Resource.Values {
			t := s
			t.Resource.Values = slices.Delete(slices.Clone(s.Resource.Values), j, j+1)
			if !p.lets(name, i, &t) {
				idle(fmt.Sprintf("resource %q", v.IAM()))
			}
		}
	}
}

// users gives the required calls that a statement of a document lets pass.
func (p *proof) users(name calls.Document, s policy.Statement) []calls.Call {
	var out []calls.Call
	due := s.Normal()
	for i, c := range p.table.Required {
		if !c.Concerns(name) {
			continue
		}
		for _, cause := range p.decided[i].Because {
			if c.Blamed(cause) == name && p.normal(name)[cause.Statement] == due {
				out = append(out, c)
				break
			}
		}
	}
	return out
}

// stuck reports whether a required call that a statement of a document may be there for does not pass, for want of something else or because something denies
// it. That was found; what else of the statement is needed cannot be told until it passes.
func (p *proof) stuck(name calls.Document, s policy.Statement) bool {
	for i, c := range p.table.Required {
		if c.Concerns(name) && p.decided[i].Outcome != policy.Allowed && s.CoversAction(c.Action) {
			return true
		}
	}
	return false
}

// normal gives the statements of a document in their normal form.
func (p *proof) normal(name calls.Document) []string {
	out, ok := p.normals[name]
	if !ok {
		for _, s := range p.asked[name].Statements {
			out = append(out, s.Normal())
		}
		p.normals[name] = out
	}
	return out
}

// pass reports whether all calls pass when the i-th statement of pzgen's own in a document is replaced, or left out.
func (p *proof) pass(list []calls.Call, name calls.Document, i int, s policy.Statement, drop bool) bool {
	docs := p.changed(name, i, s, drop)
	for i := range list {
		d, err := list[i].Decide(docs)
		if err != nil || d.Outcome != policy.Allowed {
			return false
		}
	}
	return true
}

// lets reports whether some call that is to be refused passes when the i-th statement of a document is replaced by s, or left out when s is nil.
func (p *proof) lets(name calls.Document, i int, s *policy.Statement) bool {
	var st policy.Statement
	if s != nil {
		st = *s
	}
	docs := p.changed(name, i, st, s == nil)
	concerns := p.own[name].Statements[i]
	for k := range p.table.Refused {
		c := &p.table.Refused[k]
		if !c.Concerns(name) || !concerns.CoversAction(c.Action) || !c.Possible(docs) {
			continue
		}
		if d, err := c.Decide(docs); err == nil && d.Outcome == policy.Allowed {
			return true
		}
	}
	return false
}

func (p *proof) changed(name calls.Document, i int, s policy.Statement, drop bool) calls.Documents {
	d := p.own[name]
	d.Statements = slices.Clone(d.Statements)
	if drop {
		d.Statements = slices.Delete(d.Statements, i, i+1)
	} else {
		d.Statements[i] = s
	}
	docs := make(calls.Documents, len(p.own))
	for n, o := range p.own {
		docs[n] = o
	}
	docs[name] = d
	return docs
}
