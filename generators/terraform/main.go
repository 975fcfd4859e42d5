package terraform

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/pzgen/pzgen/model"
)

// main prints main.tf: what surrounds the module, then role, keys, buckets and operators.
func (p *printer) main() *hclwrite.File {
	f, b := p.start(p.protection()...)
	p.surroundings(b)
	p.locals(b)
	p.role(b)
	for _, k := range p.setup.Keys {
		p.key(b, k)
	}
	for _, bu := range p.setup.Buckets {
		p.bucket(b, bu)
	}
	for i := range p.setup.Operators {
		p.operator(b, i)
	}
	return f
}

// protection says what keeps data from being destroyed. Terraform takes no variable for prevent_destroy.
func (p *printer) protection() []string {
	for _, b := range p.setup.Buckets {
		if !b.Existing || !b.Policy.Partial {
			return protection
		}
	}
	for _, k := range p.setup.Keys {
		if !k.Existing() || !k.Policy.Partial {
			return protection
		}
	}
	return nil
}

// protection is shared and never written to.
var protection = []string{
	"What holds data has prevent_destroy: Terraform refuses every plan that would destroy or replace it, terraform destroy too.",
	"To destroy it after all, take prevent_destroy out of its lifecycle block here. A bucket must also be empty (there is no",
	"force_destroy), and a key is only scheduled for deletion. To keep it and end managing it, use terraform state rm.",
}

// surroundings reads where the module runs, and refuses to run anywhere else.
func (p *printer) surroundings(b *hclwrite.Body) {
	empty(b, "data", dataPartition, dataCurrent)
	here := func(typ, attr, variable, what string) {
		d := block(b, "data", typ, dataCurrent)
		post := d.AppendNewBlock("lifecycle", nil).Body().AppendNewBlock("postcondition", nil).Body()
		cond := ref("self", attr)
		cond = append(cond, &hclwrite.Token{Type: hclsyntax.TokenEqualOp, Bytes: []byte("==")})
		cond = append(cond, ref("var", variable)...)
		post.SetAttributeRaw("condition", cond)
		post.SetAttributeRaw("error_message", p.template(
			segment{lit: "This is for " + what + " "}, segment{expr: ref("var", variable)},
			segment{lit: ", and the provider is configured for "}, segment{expr: ref("self", attr)}, segment{lit: "."},
		))
	}
	here(dataIdentity, "account_id", varAccount, "account")
	here(dataRegion, "id", varRegion, "region")
}

// locals spells out the ARNs of what exists already and is no resource here.
func (p *printer) locals(b *hclwrite.Body) {
	var body *hclwrite.Body
	put := func(name string, segs []segment) {
		if body == nil {
			body = block(b, "locals")
		}
		body.SetAttributeRaw(name, p.template(segs...))
	}
	if p.setup.Role.Existing {
		put(localRoleARN, p.roleARN())
	}
	for _, bu := range p.setup.Buckets {
		if bu.Existing {
			put(p.names.bucketARN(bu.ID), append(p.arn("s3", segment{lit: ":"}), segment{expr: ref("var", p.names.bucketVar(bu.ID))}))
		}
	}
}

func (p *printer) role(b *hclwrite.Body) {
	r := p.setup.Role
	// Tokens are not shared between places: formatting writes to them.
	name := func() hclwrite.Tokens { return p.value(model.RefRoleName) }
	switch {
	case !r.Existing:
		p.byARN = true
		trust := p.document(b, r.Trust, nil, "the role")
		p.byARN = false
		body := block(b, "resource", tfRole, roleLabel)
		body.SetAttributeRaw("name", ref("var", varRoleName))
		body.SetAttributeRaw("path", p.str(r.Path))
		if r.Description != "" {
			body.SetAttributeRaw("description", p.str(r.Description))
		}
		if len(r.Boundary.Parts()) > 0 {
			body.SetAttributeRaw("permissions_boundary", p.text(r.Boundary, dollar))
		}
		body.SetAttributeRaw("assume_role_policy", trust)
		body.SetAttributeRaw("tags", ref("var", varTags))
	case r.Trust.Name != "":
		p.show(b, r.Trust, "the trust policy of the role")
	}
	for _, d := range r.Policies {
		doc := p.document(b, d, nil, "the role")
		label := p.names.docs[d.Name]
		if r.Inline {
			body := block(b, "resource", tfRolePolicy, label)
			body.SetAttributeRaw("name", p.str(d.PolicyName))
			body.SetAttributeRaw("role", name())
			body.SetAttributeRaw("policy", doc)
			continue
		}
		p.managedPolicy(b, d, doc)
		body := block(b, "resource", tfRoleAttach, label)
		body.SetAttributeRaw("role", name())
		body.SetAttributeRaw("policy_arn", ref(tfPolicy, label, "arn"))
	}
	for _, m := range r.ManagedPolicies {
		body := block(b, "resource", tfRoleAttach, p.names.managed[managedKey("role", m)])
		body.SetAttributeRaw("role", name())
		body.SetAttributeRaw("policy_arn", p.text(m, dollar))
	}
}

func (p *printer) managedPolicy(b *hclwrite.Body, d model.Doc, doc hclwrite.Tokens) {
	body := block(b, "resource", tfPolicy, p.names.docs[d.Name])
	body.SetAttributeRaw("name", p.str(d.PolicyName))
	body.SetAttributeRaw("policy", doc)
	body.SetAttributeRaw("tags", ref("var", varTags))
}

// show prints a document that is not applied: an output shows it, for merging by hand.
func (p *printer) show(b *hclwrite.Body, d model.Doc, of string) {
	p.shown = append(p.shown, shown{doc: d, of: of, expr: p.document(b, d, nil, of)})
}

func (p *printer) key(b *hclwrite.Body, k model.Key) {
	label := p.names.keys[k.ID]
	of := "the key " + k.ID
	switch {
	case k.Policy.Name == "":
		if !k.Existing() {
			p.keyResource(b, k, nil)
		}
	case k.Existing() && k.Policy.Partial:
		p.show(b, k.Policy, "the policy of "+of)
	case k.Existing():
		doc := p.document(b, k.Policy, foreign(k.Policy.Document, k.Own), of)
		body := block(b, "resource", tfKeyPolicy, label)
		// The resource knows keys by their id, the last part of the ARN.
		body.SetAttributeRaw("key_id", index(call("split", p.str("/"), ref("var", p.names.keyARN(k.ID))), 1))
		body.SetAttributeRaw("policy", doc)
		p.prevent(body)
	case p.separate(k):
		p.keyResource(b, k, nil)
		doc := p.document(b, k.Policy, nil, of)
		body := block(b, "resource", tfKeyPolicy, label)
		body.SetAttributeRaw("key_id", ref(tfKey, label, "key_id"))
		body.SetAttributeRaw("policy", doc)
	default:
		p.keyResource(b, k, p.document(b, k.Policy, nil, of))
	}
}

// separate reports whether the key's policy has to be a resource of its own: it names a key, maybe this one, or the role's trust policy names this
// key, so that as an argument of the key it would depend on itself. KMS then creates the key with its default policy, which
// lets the account in (AWS KMS Developer Guide, "Default key policy"), so there is no moment in which nobody can manage it.
func (p *printer) separate(k model.Key) bool {
	if refersTo(p.setup.Role.Trust.Document, model.RefKeyARN(k.ID)) {
		return true
	}
	for _, other := range p.setup.Keys {
		if !other.Existing() && refersTo(k.Policy.Document, model.RefKeyARN(other.ID)) {
			return true
		}
	}
	return false
}

func (p *printer) keyResource(b *hclwrite.Body, k model.Key, policy hclwrite.Tokens) {
	label := p.names.keys[k.ID]
	body := block(b, "resource", tfKey, label)
	body.SetAttributeRaw("description", p.str("Amazon Personalize, setup "+p.setup.Name+", key "+k.ID))
	body.SetAttributeRaw("deletion_window_in_days", number(k.Window))
	body.SetAttributeRaw("enable_key_rotation", boolean(k.Rotation))
	if policy != nil {
		body.SetAttributeRaw("policy", policy)
	}
	body.SetAttributeRaw("tags", ref("var", varTags))
	p.prevent(body)
	alias := block(b, "resource", tfKeyAlias, label)
	alias.SetAttributeRaw("name", ref("var", p.names.aliasVar(k.ID)))
	alias.SetAttributeRaw("target_key_id", ref(tfKey, label, "key_id"))
}

func (p *printer) prevent(b *hclwrite.Body) {
	inner(b, "lifecycle").SetAttributeRaw("prevent_destroy", boolean(true))
}
