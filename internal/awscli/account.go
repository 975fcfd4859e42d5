package awscli

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/pzgen/pzgen/internal/deployed"
)

// account reads get-account-authorization-details: all roles, users, groups and policies.
func (r *reader) account(a answer) error {
	var out struct{ RoleDetailList, UserDetailList, GroupDetailList, Policies []named }
	if err := a.decode(&out); err != nil {
		return err
	}
	for i, n := range out.RoleDetailList {
		at := []string{"RoleDetailList", strconv.Itoa(i)}
		if err := r.addRoleOf(a, n, at...); err != nil {
			return err
		}
		role := r.role(n.RoleName, a.at())
		r.addRole(n.RoleName)
		for j, p := range n.RolePolicyList {
			d, err := a.document(append(slices.Clone(at), "RolePolicyList", strconv.Itoa(j), "PolicyDocument")...)
			if err != nil {
				return err
			}
			if d == nil || r.again(a, "role", n.RoleName, fmt.Sprintf("policy %q", p.PolicyName), d.Document.Normal()) ||
				r.hasInline(role, p.PolicyName) {
				continue
			}
			role.Inline = append(role.Inline, deployed.Inline{Name: deployed.Lit(p.PolicyName), Policy: d, At: a.at()})
		}
		for _, p := range n.AttachedManagedPolicies {
			r.attach(p.PolicyArn, deployed.RoleP, n.RoleName, a.at())
		}
		r.saw("role", n.RoleName, "inline policies")
		r.saw("role", n.RoleName, "attached policies")
	}
	if err := r.people(a, "UserDetailList", "UserPolicyList", deployed.User, out.UserDetailList); err != nil {
		return err
	}
	if err := r.people(a, "GroupDetailList", "GroupPolicyList", deployed.Group, out.GroupDetailList); err != nil {
		return err
	}
	for i, p := range out.Policies {
		for j, v := range p.PolicyVersionList {
			if !v.IsDefaultVersion {
				continue
			}
			d, err := a.document("Policies", strconv.Itoa(i), "PolicyVersionList", strconv.Itoa(j), "Document")
			if err != nil {
				return err
			}
			r.managed(p.Arn, d, a.at())
		}
	}
	return nil
}

// people reads the users or groups of get-account-authorization-details.
func (r *reader) people(a answer, list, inline string, kind deployed.PrincipalKind, all []named) error {
	for i, n := range all {
		to, policies := n.UserName, n.UserPolicyList
		if kind == deployed.Group {
			to, policies = n.GroupName, n.GroupPolicyList
			r.saw("group", to, "inline policies")
			r.saw("group", to, "attached policies")
		} else {
			r.user(n, a.at())
			for _, what := range []string{"inline policies", "attached policies", "groups"} {
				r.saw("user", to, what)
			}
		}
		for j, p := range policies {
			d, err := a.document(list, strconv.Itoa(i), inline, strconv.Itoa(j), "PolicyDocument")
			if err != nil {
				return fmt.Errorf("%s %q: %w", kind, to, err)
			}
			r.state.Inline = append(r.state.Inline, deployed.PrincipalInline{Kind: kind, To: deployed.Lit(to),
				Name: deployed.Lit(p.PolicyName), Policy: d, At: a.at()})
		}
		for _, p := range n.AttachedManagedPolicies {
			r.attach(p.PolicyArn, kind, to, a.at())
		}
		for _, g := range n.GroupList {
			r.state.Members = append(r.state.Members, deployed.Member{User: deployed.Lit(to), Group: deployed.Lit(g)})
		}
	}
	return nil
}
