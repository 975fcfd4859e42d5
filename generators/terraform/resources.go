package terraform

import (
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// nothing is all that a file says in which there is no block.
const nothing = "This setup has nothing here."

// resources prints what the module reads and makes: main.tf, and by service iam.tf, s3.tf and kms.tf.
// A module has all of them always: where it was copied to, as its README says, a file that it has no
// longer would stay, and with it what is to go.
func (p *printer) resources() []output.File {
	main := p.start(p.protection()...)
	p.surroundings(main)
	p.locals(main)
	iam, s3, kms := p.start(), p.start(), p.start()
	empty := len(*iam)
	p.role(iam)
	for _, k := range p.setup.Keys {
		p.key(kms, k)
	}
	for _, bu := range p.setup.Buckets {
		p.bucket(s3, bu)
	}
	p.group(main)
	for i := range p.setup.Operators {
		p.operator(iam, i)
	}
	if !p.shared {
		p.moved(main)
	}
	files := []output.File{p.file(fileMain, main)}
	for _, f := range []struct {
		name string
		b    *lines
	}{{fileIAM, iam}, {fileS3, s3}, {fileKMS, kms}} {
		if len(*f.b) == empty {
			f.b.comment("", nothing)
		}
		files = append(files, p.file(f.name, f.b))
	}
	return files
}

// protection says what keeps data from being destroyed. Terraform takes no variable for prevent_destroy.
func (p *printer) protection() []string {
	for _, b := range p.setup.Buckets {
		if b.Existing && !b.Policy.Partial && b.Owner == nil || !b.Existing && !b.Disposable {
			return protection
		}
	}
	for _, k := range p.setup.Keys {
		if k.Existing() && !k.Policy.Partial && k.Owner == nil || !k.Existing() && !k.Disposable {
			return protection
		}
	}
	if g := p.setup.MadeGroup(); g != nil && !g.Disposable {
		return protection
	}
	return nil
}

// protection is shared and never written to.
var protection = []string{
	"What holds data has prevent_destroy: Terraform refuses every plan that would destroy or replace it, terraform destroy too.",
	"To destroy it after all, take prevent_destroy out of its lifecycle block. A bucket must also be empty (there is no",
	"force_destroy), and a key is only scheduled for deletion. To keep it and end managing it, use terraform state rm.",
}

// surroundings reads where the module runs, and refuses to run anywhere else.
func (p *printer) surroundings(b *lines) {
	if references(p.setup)[model.RefPartition] {
		b.empty("data", dataPartition, dataCurrent)
	}
	here := func(typ, attr, variable, what string) {
		d := b.block("data", typ, dataCurrent)
		post := d.nest("lifecycle").nest("postcondition")
		post.set("condition", equal(ref("self", attr), ref("var", variable)))
		post.set("error_message", p.template(
			segment{lit: "This is for " + what + " "}, segment{expr: ref("var", variable).first},
			segment{lit: ", and the provider is configured for "}, segment{expr: ref("self", attr).first}, segment{lit: "."},
		))
	}
	here(dataIdentity, "account_id", varAccount, "account")
	here(dataRegion, "id", varRegion, "region")
}

// locals spells out the ARNs of what exists already and is no resource here.
func (p *printer) locals(b *lines) {
	var body *lines
	put := func(name string, segs []segment) {
		if body == nil {
			body = b.block("locals")
		}
		body.set(name, p.template(segs...))
	}
	if p.setup.Role.Existing {
		put(localRoleARN, p.roleARN())
	}
	for _, bu := range p.setup.Buckets {
		if bu.Existing {
			put(p.names.bucketARN(bu.ID), append(p.arn("s3", segment{lit: ":"}), segment{expr: ref("var", p.names.bucketVar(bu.ID)).first}))
		}
	}
}

func (p *printer) role(b *lines) {
	r := p.setup.Role
	switch {
	case !r.Existing:
		p.byARN = true
		trust := p.document(b, r.Trust, nil, "the role")
		p.byARN = false
		body := b.block("resource", tfRole, roleLabel)
		body.set("name", ref("var", varRoleName))
		body.set("path", p.str(r.Path))
		if r.Description != "" {
			about := p.str(r.Description)
			if p.shared {
				about = ref("var", varRoleDescription)
			}
			body.set("description", about)
		}
		if len(r.Boundary.Parts()) > 0 {
			body.set("permissions_boundary", p.text(r.Boundary, plain))
		}
		body.set("assume_role_policy", trust)
		body.set("tags", ref("var", varTags))
	case r.Trust.Name != "":
		p.show(b, r.Trust, "the trust policy of the role")
	}
	for _, d := range r.Policies {
		doc := p.document(b, d, nil, "the role")
		label := p.names.docs[d.Name]
		if r.Inline {
			body := b.block("resource", tfRolePolicy, label)
			body.set("name", p.named(d.PolicyName))
			body.set("role", p.value(model.RefRoleName))
			body.set("policy", doc)
			continue
		}
		p.managedPolicy(b, d, doc)
		body := b.block("resource", tfRoleAttach, label)
		body.set("role", p.value(model.RefRoleName))
		body.set("policy_arn", ref(tfPolicy, label, "arn"))
	}
	for _, m := range r.ManagedPolicies {
		body := b.block("resource", tfRoleAttach, p.names.managed[managedKey("role", m)])
		body.set("role", p.value(model.RefRoleName))
		body.set("policy_arn", p.text(m, plain))
	}
}

func (p *printer) managedPolicy(b *lines, d model.Doc, doc expr) {
	body := b.block("resource", tfPolicy, p.names.docs[d.Name])
	body.set("name", p.named(d.PolicyName))
	if d.About != "" {
		body.set("description", p.str(d.About))
	}
	body.set("policy", doc)
	body.set("tags", ref("var", varTags))
}

// show prints a document that is not applied: an output shows it, for merging by hand.
func (p *printer) show(b *lines, d model.Doc, of string) {
	p.shown = append(p.shown, shown{doc: d, of: of, expr: p.document(b, d, nil, of)})
}

func (p *printer) key(b *lines, k model.Key) {
	label := p.names.keys[k.ID]
	of := "the key " + k.ID
	if k.Found {
		b.block("data", tfKeyAlias, label).set("name", ref("var", p.names.aliasVar(k.ID)))
	}
	switch {
	case k.Policy.Name == "":
		if !k.Existing() {
			p.keyResource(b, k, expr{})
		}
	case k.Existing() && k.Policy.Partial:
		p.show(b, k.Policy, "the policy of "+of)
	case k.Existing():
		doc := p.document(b, k.Policy, foreign(k.Policy.Document, k.Own), of)
		body := b.block("resource", tfKeyPolicy, label)
		// The resource knows keys by their id, the last part of the ARN.
		if k.Found {
			body.set("key_id", ref("data", tfKeyAlias, label, "target_key_id"))
		} else {
			body.set("key_id", index(call("split", p.str("/"), ref("var", p.names.keyARN(k.ID))), 1))
		}
		body.set("policy", doc)
		p.prevent(body)
	case separate(p.setup, k):
		p.keyResource(b, k, expr{})
		doc := p.document(b, k.Policy, nil, of)
		body := b.block("resource", tfKeyPolicy, label)
		body.set("key_id", ref(tfKey, label, "key_id"))
		body.set("policy", doc)
	default:
		p.keyResource(b, k, p.document(b, k.Policy, nil, of))
	}
}

// separate reports whether the key's policy has to be a resource of its own: it names a key, maybe this one, or the role's trust policy names this
// key, so that as an argument of the key it would depend on itself. KMS then creates the key with its default policy, which
// lets the account in (AWS KMS Developer Guide, "Default key policy"), so there is no moment in which nobody can manage it.
func separate(s *model.Setup, k model.Key) bool {
	if refersTo(s.Role.Trust.Document, model.RefKeyARN(k.ID)) {
		return true
	}
	for _, other := range s.Keys {
		if !other.Existing() && refersTo(k.Policy.Document, model.RefKeyARN(other.ID)) {
			return true
		}
	}
	return false
}

// keyDescription is what a key tells of itself in the console.
func keyDescription(setup string, k model.Key) string {
	return keyOfSetup + setup + ", key " + k.ID
}

const keyOfSetup = "Amazon Personalize, setup "

// described is the description of a key.
func (p *printer) described(k model.Key) expr {
	if !p.shared {
		return p.str(keyDescription(p.setup.Name, k))
	}
	return p.template(segment{lit: keyOfSetup}, segment{expr: ref("var", varSetup).first},
		segment{lit: keyDescription("", k)[len(keyOfSetup):]})
}

func (p *printer) keyResource(b *lines, k model.Key, policy expr) {
	label := p.names.keys[k.ID]
	body := b.block("resource", tfKey, label)
	body.set("description", p.described(k))
	body.set("deletion_window_in_days", number(k.Window))
	body.set("enable_key_rotation", boolean(k.Rotation))
	if policy != (expr{}) {
		body.set("policy", policy)
	}
	body.set("tags", ref("var", varTags))
	if !k.Disposable {
		p.prevent(body)
	}
	alias := b.block("resource", tfKeyAlias, label)
	alias.set("name", ref("var", p.names.aliasVar(k.ID)))
	alias.set("target_key_id", ref(tfKey, label, "key_id"))
}

func (p *printer) prevent(b *lines) {
	b.inner("lifecycle").set("prevent_destroy", boolean(true))
}
