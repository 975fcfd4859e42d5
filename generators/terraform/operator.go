package terraform

import (
	"slices"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// attachment is the resource that attaches a policy to a user, group or role. The kind is also the
// name of its argument.
func attachment(kind deployed.PrincipalKind) string {
	switch kind {
	case deployed.User:
		return tfUserAttach
	case deployed.Group:
		return tfGroupAtt
	}
	return tfRoleAttach
}

// audiences are the principals of an operator, by kind; none where there is no policy to attach
// to them.
func audiences(o model.Operator) []model.Audience {
	if len(o.Policies)+len(o.ManagedPolicies) == 0 {
		return nil
	}
	return o.Audiences()
}

func (p *printer) operator(b *lines, index int) {
	o := p.setup.Operators[index]
	for _, d := range o.Policies {
		doc := p.document(b, d, nil, "the operator "+o.ID)
		p.managedPolicy(b, d, doc)
	}
	for _, a := range audiences(o) {
		if len(a.Names) == 0 {
			continue
		}
		attach := func(label string, each, arn expr) {
			body := b.block("resource", attachment(a.Kind), label)
			body.set("for_each", each)
			body.blank()
			body.set(string(a.Kind), ref("each", "value"))
			body.set("policy_arn", arn)
		}
		for _, d := range o.Policies {
			attach(p.names.docs[d.Name], ref("var", p.names.principalVar(o.ID, a.Kind)), ref(tfPolicy, p.names.docs[d.Name], "arn"))
		}
		for _, m := range o.ManagedPolicies {
			attach(p.names.managed[managedKey("operator-"+o.ID, m)], p.remaining(index, a.Kind, m), p.text(m, plain))
		}
	}
}

// remaining are the operator's principals of a kind without those to whom an operator before this
// one attaches the same managed policy, and without the service role when that has it: two
// resources for one attachment would take it from each other when one of them goes.
func (p *printer) remaining(index int, kind deployed.PrincipalKind, m policy.Text) expr {
	o := p.setup.Operators[index]
	all := ref("var", p.names.principalVar(o.ID, kind))
	same := func(t policy.Text) bool { return t.String() == m.String() }
	mine := kind == deployed.RoleP && slices.Contains(o.Roles, p.setup.Role.Name)
	if mine && slices.ContainsFunc(p.setup.Role.ManagedPolicies, same) {
		all = call("setsubtract", all, list([]expr{ref("var", varRoleName)}))
	}
	for _, before := range p.setup.Operators[:index] {
		if !slices.ContainsFunc(before.ManagedPolicies, same) {
			continue
		}
		for _, a := range audiences(before) {
			if a.Kind == kind && len(a.Names) > 0 {
				all = call("setsubtract", all, ref("var", p.names.principalVar(before.ID, kind)))
			}
		}
	}
	return all
}
