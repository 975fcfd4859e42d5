package cloudformation

import (
	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/deployed"
)

// condition decides a condition by its name.
func (t *template) condition(name string) verdict {
	if v := t.any.decided[name]; v != nil {
		return *v
	}
	v := undecided // also while it is being decided, should it depend on itself
	t.any.decided[name] = &v
	if n := member(t.any.conditions, name); n != nil {
		v = t.decide(n)
	}
	return v
}

// decide decides what a condition is made of.
func (t *template) decide(n *yaml.Node) verdict {
	name, arg := t.call(n)
	if of := member(n, "Condition"); name == "" && of != nil && len(n.Content) == 2 {
		name, arg = "Condition", of
	}
	if arg == nil {
		return undecided
	}
	switch {
	case name == "Condition" && kindOf(arg) == kindString:
		return t.condition(arg.Value)
	case kindOf(arg) != kindList:
	case name == "Fn::Equals" && len(arg.Content) == 2:
		return t.equal(arg.Content[0], arg.Content[1])
	case name == "Fn::Not" && len(arg.Content) == 1:
		return t.decide(arg.Content[0]).not()
	case name == "Fn::And", name == "Fn::Or":
		all, stop := always, never
		if name == "Fn::Or" {
			all, stop = never, always
		}
		for _, c := range arg.Content {
			switch v := t.decide(c); v {
			case stop:
				return stop
			case undecided:
				all = undecided
			}
		}
		return all
	}
	return undecided
}

// equal is Fn::Equals of two texts. A value that is known on deployment is equal to itself alone.
func (t *template) equal(a, b *yaml.Node) verdict {
	before := len(t.unknown)
	t.lower(a)
	t.lower(b)
	t.unknown = t.unknown[:before] // what comes of it is told where the condition decides
	for _, n := range []*yaml.Node{a, b} {
		switch kindOf(n) {
		case kindString, kindNumber, kindBool:
		default:
			return undecided
		}
	}
	switch {
	case a.Value == b.Value:
		return always
	case deployed.HasToken(a.Value), deployed.HasToken(b.Value):
		return undecided
	}
	return never
}
