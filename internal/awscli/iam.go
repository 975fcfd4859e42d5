package awscli

import (
	"fmt"
	"path"
	"slices"
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
	if trust != nil && !r.again(a, "role", n.RoleName, "trust policy", trust.Document.Normal()) {
		role.Trust = trust
		r.saw("role", n.RoleName, "trust policy")
	}
	arn, ok := policy.ParseARN(n.Arn)
	if known := r.state.Where.Account.V.String(); ok && known != "" && known != arn.Account {
		r.unknown(a, fmt.Sprintf("role %q is of account %s, and other answers are of %s", n.RoleName, arn.Account, known))
	}
	if ok && r.state.Where.Account.V.String() == "" {
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
	if d == nil || r.again(a, "role", out.RoleName, fmt.Sprintf("policy %q", out.PolicyName), d.Document.Normal()) ||
		r.hasInline(role, out.PolicyName) {
		return nil
	}
	role.Inline = append(role.Inline, deployed.Inline{Name: deployed.Lit(out.PolicyName), Policy: d, At: a.at()})
	return nil
}

// hasInline reports whether a role has an inline policy of this name: an answer that says the same
// again is passed over.
func (r *reader) hasInline(role *deployed.Role, name string) bool {
	return slices.ContainsFunc(role.Inline, func(i deployed.Inline) bool { return i.Name.V.String() == name })
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
	what := fmt.Sprintf("policy %q", out.PolicyName)
	if d == nil || r.again(a, string(kind), to, what, d.Document.Normal()) || r.hasSeen(string(kind), to, what) {
		return nil
	}
	r.saw(string(kind), to, what)
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
