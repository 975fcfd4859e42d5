package live

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// identity asks whose credentials these are. It needs no permission, so that an error is one of the
// credentials or of the way to AWS.
func (g *gatherer) identity(ctx context.Context) error {
	out, err := sts.NewFromConfig(g.client.cfg).GetCallerIdentity(ctx,
		&sts.GetCallerIdentityInput{})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return &CredentialsError{err}
	}
	g.account = text(out.Account)
	_, err = g.note(ctx, "sts/get-caller-identity", []string{g.account}, out, nil)
	return err
}

// CredentialsError is what the first call failed with: AWS is not reached, or does not take the
// credentials.
type CredentialsError struct{ Err error }

// Error says that it was the first call.
func (e *CredentialsError) Error() string { return "sts get-caller-identity: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *CredentialsError) Unwrap() error { return e.Err }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (g *gatherer) iam() *iam.Client { return iam.NewFromConfig(g.client.cfg) }

// operator reads a user or a role.
func (g *gatherer) operator(ctx context.Context, arn string) error {
	e, ok := parseOperator(arn)
	switch {
	case !ok:
		g.unseen(arn, "it is no ARN of a user, a role or a session")
		return nil
	case e.user:
		return g.user(ctx, e)
	}
	return g.role(ctx, arn)
}

// foreign reports whether an entity is in another account, where IAM cannot be asked: it takes
// names alone, and would answer for one of this account.
func (g *gatherer) foreign(e entity, what string) bool {
	if e.account == "" || e.account == g.account {
		return false
	}
	g.unseen(what, "it is in account %s, and these credentials are for account %s", e.account,
		g.account)
	return true
}

// roles, users and groups have the same lists; noEntity is the answer for one that is not there.
const noEntity = result("error NoSuchEntity")

func (g *gatherer) role(ctx context.Context, role string) error {
	e, ok := parseRole(role)
	if !ok {
		g.unseen(role, "it is no name or ARN of a role")
		return nil
	}
	if g.foreign(e, role) || !g.once("role", e.name) {
		return nil
	}
	c, name := g.iam(), &e.name
	out, err := c.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	r, err := g.note(ctx, "iam/get-role", []string{*name}, out, err)
	if err != nil || r == noEntity {
		return err
	}
	if r.ok() && out.Role != nil {
		if err := g.boundary(ctx, out.Role.PermissionsBoundary); err != nil {
			return err
		}
	}
	names, err := pages(ctx,
		iam.NewListRolePoliciesPaginator(c, &iam.ListRolePoliciesInput{RoleName: name}),
		func(o *iam.ListRolePoliciesOutput) []string { return o.PolicyNames })
	err = g.inline(ctx, "role", *name, names, err, func(policy *string) (any, error) {
		return c.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: name, PolicyName: policy})
	})
	if err != nil {
		return err
	}
	in := &iam.ListAttachedRolePoliciesInput{RoleName: name}
	list, err := pages(ctx, iam.NewListAttachedRolePoliciesPaginator(c, in),
		func(o *iam.ListAttachedRolePoliciesOutput) []attachedPolicy { return o.AttachedPolicies })
	return g.attached(ctx, "role", *name, list, err)
}

func (g *gatherer) user(ctx context.Context, e entity) error {
	if g.foreign(e, e.full) || !g.once("user", e.name) {
		return nil
	}
	c, name := g.iam(), &e.name
	out, err := c.GetUser(ctx, &iam.GetUserInput{UserName: name})
	r, err := g.note(ctx, "iam/get-user", []string{*name}, out, err)
	if err != nil || r == noEntity {
		return err
	}
	if r.ok() && out.User != nil {
		if err := g.boundary(ctx, out.User.PermissionsBoundary); err != nil {
			return err
		}
	}
	names, err := pages(ctx,
		iam.NewListUserPoliciesPaginator(c, &iam.ListUserPoliciesInput{UserName: name}),
		func(o *iam.ListUserPoliciesOutput) []string { return o.PolicyNames })
	err = g.inline(ctx, "user", *name, names, err, func(policy *string) (any, error) {
		return c.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: name, PolicyName: policy})
	})
	if err != nil {
		return err
	}
	in := &iam.ListAttachedUserPoliciesInput{UserName: name}
	list, err := pages(ctx, iam.NewListAttachedUserPoliciesPaginator(c, in),
		func(o *iam.ListAttachedUserPoliciesOutput) []attachedPolicy { return o.AttachedPolicies })
	if err := g.attached(ctx, "user", *name, list, err); err != nil {
		return err
	}
	return g.groups(ctx, c, *name)
}

// groups reads the groups of a user.
func (g *gatherer) groups(ctx context.Context, c *iam.Client, user string) error {
	groups, err := pages(ctx,
		iam.NewListGroupsForUserPaginator(c, &iam.ListGroupsForUserInput{UserName: &user}),
		func(o *iam.ListGroupsForUserOutput) []types.Group { return o.Groups })
	out := struct{ Groups []types.Group }{groups}
	if _, err := g.note(ctx, "iam/list-groups-for-user", []string{user}, out, err); err != nil {
		return err
	}
	for _, group := range groups {
		if err := g.group(ctx, c, text(group.GroupName)); err != nil {
			return err
		}
	}
	return nil
}

func (g *gatherer) group(ctx context.Context, c *iam.Client, group string) error {
	if !g.once("group", group) {
		return nil
	}
	name := &group
	names, err := pages(ctx,
		iam.NewListGroupPoliciesPaginator(c, &iam.ListGroupPoliciesInput{GroupName: name}),
		func(o *iam.ListGroupPoliciesOutput) []string { return o.PolicyNames })
	err = g.inline(ctx, "group", group, names, err, func(policy *string) (any, error) {
		return c.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: name, PolicyName: policy})
	})
	if err != nil {
		return err
	}
	in := &iam.ListAttachedGroupPoliciesInput{GroupName: name}
	list, err := pages(ctx, iam.NewListAttachedGroupPoliciesPaginator(c, in),
		func(o *iam.ListAttachedGroupPoliciesOutput) []attachedPolicy { return o.AttachedPolicies })
	return g.attached(ctx, "group", group, list, err)
}

type attachedPolicy = types.AttachedPolicy

// inline notes the list of the inline policies of an entity, or the error in place of it, and reads
// each.
func (g *gatherer) inline(ctx context.Context, kind, name string, names []string, err error,
	get func(policy *string) (any, error)) error {
	out := struct{ PolicyNames []string }{names}
	if _, err := g.note(ctx, "iam/list-"+kind+"-policies", []string{name}, out, err); err != nil {
		return err
	}
	for _, policy := range names {
		out, err := get(&policy)
		subject := []string{name, policy}
		if _, err := g.note(ctx, "iam/get-"+kind+"-policy", subject, out, err); err != nil {
			return err
		}
	}
	return nil
}

// attached notes the list of the managed policies of an entity, or the error, and reads each.
func (g *gatherer) attached(ctx context.Context, kind, name string,
	list []attachedPolicy, err error) error {
	out, command := struct{ AttachedPolicies []attachedPolicy }{list}, "iam/list-attached-"+kind
	if _, err := g.note(ctx, command+"-policies", []string{name}, out, err); err != nil {
		return err
	}
	for _, p := range list {
		if err := g.policy(ctx, text(p.PolicyArn)); err != nil {
			return err
		}
	}
	return nil
}

// boundary reads a permissions boundary, where there is one.
func (g *gatherer) boundary(ctx context.Context, b *types.AttachedPermissionsBoundary) error {
	if b == nil {
		return nil
	}
	return g.policy(ctx, text(b.PermissionsBoundaryArn))
}

// policy reads a managed policy, those of AWS too, in its default version.
func (g *gatherer) policy(ctx context.Context, arn string) error {
	if arn == "" || !g.once("policy", arn) {
		return nil
	}
	c, subject := g.iam(), []string{g.subject("policy", lastPart(arn), arn)}
	out, err := c.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	r, err := g.note(ctx, "iam/get-policy", subject, out, err)
	if err != nil || !r.ok() || out.Policy == nil || out.Policy.DefaultVersionId == nil {
		return err
	}
	version, err := c.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn,
		VersionId: out.Policy.DefaultVersionId})
	_, err = g.note(ctx, "iam/get-policy-version", subject, version, err)
	return err
}
