package awscli

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// The shapes are those of the IAM API Reference (2010-05-08), as the AWS CLI prints them.

type named struct {
	RoleName, UserName, GroupName, PolicyName, PolicyArn, Arn, Path string
	PermissionsBoundary                                             struct{ PermissionsBoundaryArn string }
	AttachedManagedPolicies                                         []named
	RolePolicyList, UserPolicyList, GroupPolicyList                 []named
	GroupList                                                       []string
	PolicyVersionList                                               []struct{ IsDefaultVersion bool }
	DefaultVersionId                                                string
	Description                                                     string
	MaxSessionDuration                                              int
}

func (r *reader) identity(a answer) error {
	var out struct{ Account, Arn string }
	if err := a.decode(&out); err != nil {
		return err
	}
	r.state.Where.Account = deployed.Text{V: policy.Literal(out.Account), At: a.at()}
	return nil
}

func (r *reader) getRole(a answer) error {
	var out struct{ Role named }
	if err := a.decode(&out); err != nil {
		return err
	}
	return r.addRoleOf(a, out.Role, "Role")
}

// addRoleOf notes a role, whose object is at a path of the answer.
func (r *reader) addRoleOf(a answer, n named, path ...string) error {
	if n.RoleName == "" {
		return deployed.Errorf(a.at(), "the role has no RoleName")
	}
	role := r.role(n.RoleName, a.at())
	role.Path, role.Description = deployed.Lit(n.Path), deployed.Lit(n.Description)
	role.Boundary = deployed.Lit(n.PermissionsBoundary.PermissionsBoundaryArn)
	role.MaxSession.V = n.MaxSessionDuration
	trust, err := a.document(append(path, "AssumeRolePolicyDocument")...)
	if err != nil {
		return err
	}
	if trust != nil {
		role.Trust = trust
		r.saw("role", n.RoleName, "trust policy")
	}
	if arn, ok := policy.ParseARN(n.Arn); ok && r.state.Where.Account.V.String() == "" {
		r.state.Where.Account = deployed.Text{V: policy.Literal(arn.Account), At: a.at()}
	}
	return nil
}

func (r *reader) getUser(a answer) error {
	var out struct{ User named }
	if err := a.decode(&out); err != nil {
		return err
	}
	r.user(out.User, a.at())
	return nil
}

// user returns a user, who is made when they are new.
func (r *reader) user(n named, at deployed.Place) *deployed.Person {
	p := r.users[n.UserName]
	if p == nil {
		p = &deployed.Person{Name: deployed.Lit(n.UserName), At: at}
		r.users[n.UserName] = p
	}
	if n.Arn != "" {
		p.Boundary = deployed.Lit(n.PermissionsBoundary.PermissionsBoundaryArn)
		r.saw("user", n.UserName, "user")
	}
	return p
}

func (r *reader) rolePolicy(a answer) error {
	var out named
	if err := a.decode(&out); err != nil {
		return err
	}
	d, err := a.document("PolicyDocument")
	if err != nil {
		return err
	}
	role := r.role(out.RoleName, a.at())
	role.Inline = append(role.Inline, deployed.Inline{Name: deployed.Lit(out.PolicyName), Policy: d, At: a.at()})
	return nil
}

func (r *reader) userPolicy(a answer) error  { return r.inline(a, deployed.User) }
func (r *reader) groupPolicy(a answer) error { return r.inline(a, deployed.Group) }

func (r *reader) inline(a answer, kind deployed.PrincipalKind) error {
	var out named
	if err := a.decode(&out); err != nil {
		return err
	}
	d, err := a.document("PolicyDocument")
	if err != nil {
		return err
	}
	to := out.UserName
	if kind == deployed.Group {
		to = out.GroupName
	}
	r.state.Inline = append(r.state.Inline, deployed.PrincipalInline{Kind: kind, To: deployed.Lit(to),
		Name: deployed.Lit(out.PolicyName), Policy: d, At: a.at()})
	return nil
}

// policyNames reads the names of inline policies, of a role or of somebody else.
func (r *reader) policyNames(a answer) error {
	var out struct{ PolicyNames []string }
	if err := a.decode(&out); err != nil {
		return err
	}
	for _, kind := range []string{"user", "group"} {
		if strings.Contains(a.path, "list-"+kind+"-policies") {
			if name, ok := given(a.path); ok {
				r.saw(kind, name, "inline policies")
				r.inlineOf[kind+"/"+name] = out.PolicyNames
			}
			return nil // the policies themselves say whose they are
		}
	}
	role, err := r.roleOf(a)
	if err != nil {
		return err
	}
	r.role(role, a.at())
	r.inlineOf[role] = out.PolicyNames
	r.saw("role", role, "inline policies")
	return nil
}

func (r *reader) attached(a answer) error {
	var out struct{ AttachedPolicies []named }
	if err := a.decode(&out); err != nil {
		return err
	}
	kind, to := deployed.RoleP, ""
	var err error
	switch {
	case strings.Contains(a.path, "list-attached-user-policies"):
		kind = deployed.User
		if to, err = member(a, "user"); err == nil {
			r.saw("user", to, "attached policies")
		}
	case strings.Contains(a.path, "list-attached-group-policies"):
		kind = deployed.Group
		if to, err = member(a, "group"); err == nil {
			r.saw("group", to, "attached policies")
		}
	default:
		if to, err = r.roleOf(a); err == nil {
			r.role(to, a.at())
			r.saw("role", to, "attached policies")
		}
	}
	if err != nil {
		return err
	}
	for _, p := range out.AttachedPolicies {
		r.attach(p.PolicyArn, kind, to, a.at())
	}
	return nil
}

func (r *reader) attach(arn string, kind deployed.PrincipalKind, to string, at deployed.Place) {
	r.state.Attachments = append(r.state.Attachments,
		deployed.Attachment{Policy: deployed.Lit(arn), Kind: kind, To: deployed.Lit(to), At: at})
}

// subjectOf returns the name at the end of a path: iam/list-groups-for-user/Ann.json.
func subjectOf(p string) string { return strings.TrimSuffix(path.Base(p), path.Ext(p)) }

// member returns the user or group that an answer is about, which folders alone can say.
func member(a answer, what string) (string, error) {
	if name, ok := given(a.path); ok {
		return name, nil
	}
	return "", &unclearError{what, "call its file iam/list-groups-for-user/NAME.json, with the command in the place of that one"}
}

func (r *reader) groups(a answer) error {
	var out struct{ Groups []named }
	if err := a.decode(&out); err != nil {
		return err
	}
	user, err := member(a, "user")
	if err != nil {
		return err
	}
	r.saw("user", user, "groups")
	for _, g := range out.Groups {
		r.state.Members = append(r.state.Members, deployed.Member{User: deployed.Lit(user), Group: deployed.Lit(g.GroupName)})
	}
	return nil
}

func nameOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

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
