package live

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
)

// mostLevels is how deep an organization is at most: units are nested five deep under the root (AWS
// Organizations User Guide, orgs_reference_limits).
const mostLevels = 8

// control reads the block public access settings of the account, and what the organization
// restricts, from the account up to the root. The organization answers its management account and
// delegated administrators alone.
func (g *gatherer) control(ctx context.Context) error {
	block := s3control.NewFromConfig(g.client.cfg, func(o *s3control.Options) {
		if at := g.client.cfg.BaseEndpoint; at != nil {
			o.EndpointResolverV2 = plain(*at)
		}
	})
	in := &s3control.GetPublicAccessBlockInput{AccountId: &g.account}
	settings, err := block.GetPublicAccessBlock(ctx, in)
	subject := []string{g.account}
	if _, err := g.note(ctx, "s3control/get-public-access-block", subject, settings, err); err != nil {
		return err
	}
	c := organizations.NewFromConfig(g.client.cfg)
	target := g.account
	for range mostLevels {
		for _, filter := range []types.PolicyType{scps, rcps} {
			if over, err := g.controls(ctx, c, target, filter); over || err != nil {
				return err
			}
		}
		if strings.HasPrefix(target, "r-") { // the root
			return nil
		}
		parent, err := g.parent(ctx, c, target)
		if err != nil || parent == "" || !g.once("target", parent) {
			return err
		}
		target = parent
	}
	return nil
}

const (
	scps = types.PolicyTypeServiceControlPolicy
	rcps = types.PolicyTypeResourceControlPolicy
)

// parent returns the unit or root above a target: there is one (Organizations API Reference,
// ListParents).
func (g *gatherer) parent(ctx context.Context, c *organizations.Client, target string) (string,
	error) {
	in := &organizations.ListParentsInput{ChildId: &target}
	parents, err := pages(ctx, organizations.NewListParentsPaginator(c, in),
		func(o *organizations.ListParentsOutput) []types.Parent { return o.Parents })
	out := struct{ Parents []types.Parent }{parents}
	_, err = g.note(ctx, "organizations/list-parents", []string{target}, out, err)
	if err != nil || len(parents) == 0 {
		return "", err
	}
	return text(parents[0].Id), nil
}

// controls reads the policies of one type that are attached to a target. It reports that there is
// nothing more to ask for when the account is in no organization.
func (g *gatherer) controls(ctx context.Context, c *organizations.Client, target string,
	filter types.PolicyType) (bool, error) {
	in := &organizations.ListPoliciesForTargetInput{TargetId: &target, Filter: filter}
	list, err := pages(ctx, organizations.NewListPoliciesForTargetPaginator(c, in), attachedControls)
	out := struct{ Policies []types.PolicySummary }{list}
	subject := []string{target, string(filter)}
	r, err := g.note(ctx, "organizations/list-policies-for-target", subject, out, err)
	if err != nil || r == "error AWSOrganizationsNotInUseException" {
		return true, err
	}
	for _, p := range list {
		id := text(p.Id)
		if id == "" || !g.once("control policy", id) {
			continue
		}
		out, err := c.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: &id})
		if _, err := g.note(ctx, "organizations/describe-policy", []string{id}, out, err); err != nil {
			return false, err
		}
	}
	return false, nil
}

func attachedControls(o *organizations.ListPoliciesForTargetOutput) []types.PolicySummary {
	return o.Policies
}

// plain is an endpoint of one's own that serves all accounts under one name.
type plain string

// ResolveEndpoint returns the endpoint.
func (p plain) ResolveEndpoint(context.Context,
	s3control.EndpointParameters) (smithyendpoints.Endpoint, error) {
	u, err := url.Parse(string(p))
	if err != nil {
		return smithyendpoints.Endpoint{}, err
	}
	return smithyendpoints.Endpoint{URI: *u}, nil
}
