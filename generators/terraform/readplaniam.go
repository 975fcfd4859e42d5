package terraform

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

func compareTexts(a, b deployed.Text) int { return cmp.Compare(a.V.String(), b.V.String()) }

// Types that pzgen's modules do not have.
const (
	tfUserPolicy  = "aws_iam_user_policy"
	tfGroupPolicy = "aws_iam_group_policy"
	tfAttachAll   = "aws_iam_policy_attachment"
	tfUser        = "aws_iam_user"
	tfGroup       = "aws_iam_group"
)

// account finds the account and region that a plan is for: what its data sources found, and else what the ARNs of its
// resources say.
func (p *plan) account(top map[string]any) {
	accounts, regions := map[string]bool{}, map[string]bool{}
	var look func(v any)
	look = func(v any) {
		module, _ := v.(map[string]any)
		for _, v := range array(module["resources"]) {
			m, _ := v.(map[string]any)
			values, _ := m["values"].(map[string]any)
			if id, _ := values["account_id"].(string); m["type"] == dataIdentity && id != "" {
				accounts[id] = true
			}
			if id, _ := values["id"].(string); m["type"] == dataRegion && id != "" {
				regions[id] = true
			}
			arn, _ := values["arn"].(string)
			if a, ok := policy.ParseARN(arn); ok && m["mode"] == "managed" {
				p.partition = a.Partition
				if a.Account != "" && a.Account != "aws" {
					accounts[a.Account] = true
				}
				if a.Region != "" {
					regions[a.Region] = true
				}
			}
		}
		for _, child := range array(module["child_modules"]) {
			look(child)
		}
	}
	prior, _ := top["prior_state"].(map[string]any)
	for _, in := range []any{prior["values"], top["values"], top["planned_values"]} {
		m, _ := in.(map[string]any)
		look(m["root_module"])
	}
	only := func(of map[string]bool, to *deployed.Text) string {
		for name := range of {
			if len(of) == 1 {
				*to = p.lit(name)
				return name
			}
		}
		return ""
	}
	p.accountID = only(accounts, &p.out.Scope.Account)
	p.region = only(regions, &p.out.Scope.Region)
	if len(accounts) > 1 || len(regions) > 1 {
		p.add("plan", "accounts and regions", "it is for several, and what is in which is not told apart")
	}
	if p.partition == "" {
		p.partition = "aws"
		for prefix, partition := range map[string]string{"cn-": "aws-cn", "us-gov-": "aws-us-gov"} {
			if strings.HasPrefix(p.region, prefix) {
				p.partition = partition
			}
		}
	}
}

// name returns the name of a thing; where the provider makes it up, a reference by its address.
func (p *plan) name(r *planResource, attr string) deployed.Text {
	n := r.member(attr)
	if n.later() || n.null() {
		return deployed.Text{V: afterApply(r.address, attr), At: p.place()}
	}
	return p.text(n)
}

// target returns the name of what an argument refers to, which may be known after apply alone.
func (p *plan) target(r *planResource, arg, typ, attr string) deployed.Text {
	n := r.member(arg)
	if n.later() {
		if to := p.named(r, arg, typ, "id", attr, "arn"); to != nil {
			return p.name(to, attr)
		}
	}
	return p.text(n)
}

// policyARN returns the ARN of a customer managed policy. Before it is created it follows from its name.
func (p *plan) policyARN(r *planResource) deployed.Text {
	if n := r.member("arn"); !n.later() && !n.null() {
		return p.text(n)
	}
	account := policy.Text{}
	if account = policy.Literal(p.accountID); p.accountID == "" {
		account = afterApply("aws", "account")
	}
	path, _ := r.member("path").v.(string)
	parts := []policy.Part{policy.Lit("arn:" + p.partition + ":iam::")}
	parts = append(parts, account.Parts()...)
	parts = append(parts, policy.Lit(":policy"+cmp.Or(path, "/")))
	return deployed.Text{V: policy.NewText(append(parts, p.name(r, "name").V.Parts()...)...), At: p.place()}
}

// policyOf returns the ARN that an attachment has.
func (p *plan) policyOf(r *planResource) deployed.Text {
	n := r.member("policy_arn")
	if n.later() {
		if to := p.named(r, "policy_arn", tfPolicy, "arn", "id"); to != nil {
			return p.policyARN(to)
		}
	}
	return p.text(n)
}

func (p *plan) role(r *planResource) {
	role := p.roles.of(p.name(r, "name").V.String())
	role.Name, role.Created, role.At = p.name(r, "name"), true, p.place()
	role.Path, role.Description = p.text(r.member("path")), p.text(r.member("description"))
	role.Boundary, role.MaxSession = p.text(r.member("permissions_boundary")), p.int(r.member("max_session_duration"))
	role.ForceDetach, role.Tags = p.bool(r.member("force_detach_policies")), p.tags(r)
	role.Trust = p.document(r.member("assume_role_policy"))
	own := role.Name.V.String()
	// Where the configuration does not set them they are what the provider found when it last looked (registry
	// documentation of aws_iam_role 5.100, "inline_policy" and "managed_policy_arns").
	inline, set := r.member("inline_policy"), p.states(r, "inline_policy")
	if inline.later() && set {
		p.wrong(inline, "blocks")
	}
	for _, in := range inline.elements() {
		if set && in.later() {
			p.wrong(in, "a block")
		}
		name := p.text(in.member("name"))
		key := tfRolePolicy + " " + own + " " + name.V.String()
		if doc := in.member("policy"); !p.has[key] && (set || !p.gone[key]) && !(name.V.String() == "" && doc.null()) {
			role.Inline = append(role.Inline, deployed.Inline{Name: name, Policy: p.document(doc), At: p.place()})
		}
	}
	arns, set := r.member("managed_policy_arns"), p.states(r, "managed_policy_arns")
	if arns.later() && set {
		p.wrong(arns, "ARNs")
	}
	for _, arn := range arns.elements() {
		if set || !p.gone[tfRoleAttach+" "+own+" "+p.str(arn)] {
			p.attach(p.text(arn), deployed.RoleP, role.Name)
		}
	}
	p.rest(r.planned, "arn", "id", "create_date", "unique_id", "name_prefix")
}

// attach takes note of an attachment, once.
func (p *plan) attach(arn deployed.Text, kind deployed.PrincipalKind, to deployed.Text) {
	if len(arn.V.Parts()) == 0 || len(to.V.Parts()) == 0 {
		return // it is Unknown already
	}
	if !slices.ContainsFunc(p.out.Attachments, func(a deployed.Attachment) bool {
		return a.Kind == kind && compareTexts(a.Policy, arn) == 0 && compareTexts(a.To, to) == 0
	}) {
		p.out.Attachments = append(p.out.Attachments,
			deployed.Attachment{Policy: arn, Kind: kind, To: to, At: p.place()})
	}
}

func (p *plan) rolePolicy(r *planResource) {
	to := p.target(r, "role", tfRole, "name")
	name := p.name(r, "name")
	doc := p.document(r.member("policy"))
	p.rest(r.planned, "id", "name_prefix")
	if len(to.V.Parts()) == 0 {
		return
	}
	role := p.roles.of(to.V.String())
	if !role.Created {
		role.Name, role.At = to, p.place()
	}
	role.Inline = append(role.Inline, deployed.Inline{Name: name, Policy: doc, At: p.place()})
}

// principalPolicy reads an inline policy of a user or group.
func (p *plan) principalPolicy(r *planResource, kind deployed.PrincipalKind, typ string) {
	to := p.target(r, string(kind), typ, "name")
	in := deployed.PrincipalInline{Kind: kind, To: to, Name: p.name(r, "name"),
		Policy: p.document(r.member("policy")), At: p.place()}
	p.out.Inline = append(p.out.Inline, in)
	p.rest(r.planned, "id", "name_prefix")
}

func (p *plan) managedPolicy(r *planResource) {
	p.out.Policies = append(p.out.Policies, deployed.Policy{Name: p.name(r, "name"), Path: p.text(r.member("path")),
		Description: p.text(r.member("description")), Policy: p.document(r.member("policy")), Tags: p.tags(r),
		At: p.place()})
	p.rest(r.planned, "arn", "id", "policy_id", "name_prefix", "attachment_count")
}

func (p *plan) attachment(r *planResource, kind deployed.PrincipalKind, typ string) {
	p.attach(p.policyOf(r), kind, p.target(r, string(kind), typ, "name"))
	p.rest(r.planned, "id")
}

// attachments reads the resource that attaches a policy to several principals.
func (p *plan) attachments(r *planResource) {
	arn := p.policyOf(r)
	for kind, typ := range map[deployed.PrincipalKind]string{
		deployed.RoleP: tfRole, deployed.User: tfUser, deployed.Group: tfGroup} {
		arg := string(kind) + "s"
		names := r.member(arg)
		if names.later() {
			if to := p.named(r, arg, typ, "id", "name"); to != nil {
				p.attach(arn, kind, p.name(to, "name"))
				continue
			}
			p.wrong(names, "names")
		}
		for _, n := range names.elements() {
			if to := p.named(r, arg, typ, "id", "name"); n.later() && to != nil && len(names.elements()) == 1 {
				p.attach(arn, kind, p.name(to, "name"))
				continue
			}
			p.attach(arn, kind, p.text(n))
		}
	}
	p.rest(r.planned, "id", "name")
}

// principal reads a user or group, which may do nothing by itself.
func (p *plan) principal(r *planResource) {
	p.name(r, "name")
	p.rest(r.planned, "arn", "id", "unique_id", "path", "force_destroy", "tags", "tags_all")
}
