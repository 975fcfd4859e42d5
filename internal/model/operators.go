package model

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/spec"
)

// operators makes the operators; the policies of those who deploy name the policies of all.
func (b *builder) operators() {
	var deploying []spec.Operator
	for _, o := range b.spec.Operators {
		if o.Has(spec.Deploy) {
			deploying = append(deploying, o)
			continue
		}
		b.operator(o, nil)
	}
	b.deployers(deploying)
	slices.SortStableFunc(b.out.Operators, func(x, y Operator) int { return strings.Compare(x.ID, y.ID) })
}

// operator makes an operator. own are the names of the policies that those who deploy have.
func (b *builder) operator(o spec.Operator, own []string) {
	place := "operators." + o.Name
	d := newDraft()
	h := b.operatorHoles(o)
	if o.Has(spec.Deploy) {
		b.deployHoles(h, own)
	}
	b.add(d, "operator", "operator", "", place, b.operatorFacts(o), h)
	b.data(d, o, place)
	b.custom(d, "operator."+o.Name)
	out := Operator{ID: o.Name, Was: o.Was, Access: o.Access, Locations: o.Locations, Principals: o.Principals,
		Users: o.Users, Groups: o.Groups, Roles: o.Roles, ManagedPolicies: b.arns(o.ManagedPolicies)}
	if len(d.doc.Statements) > 0 && !foreign(o) {
		name := policyNameOf(b.spec, o)
		out.Policies = b.split(d, "operator-"+o.Name, name, place)
		about(out.Policies, o.Policy.Description)
	}
	b.out.Operators = append(b.out.Operators, out)
}

// policyNameOf returns what the managed policy of an operator is called, before it is split.
func policyNameOf(s *spec.Setup, o spec.Operator) string {
	return cmp.Or(o.Policy.Name, "Personalize-"+s.Name+"-"+o.Name)
}
