package terraform

import (
	"github.com/pzgen/pzgen/internal/model"
)

// placeholderKey stands where the id of a key belongs that only its owner knows.
const placeholderKey = "REPLACE-WITH-THE-KEY-ID"

// adopt prints import blocks for everything of the module that may be there already. Terraform
// does not load a file of this name.
func (p *printer) adopt() *lines {
	b := p.start(
		"Import blocks (Terraform 1.5 and later) for what exists already. Terraform does not read this file under this name.",
		"Copy it to adopt.tf in a root module, keep the blocks of what exists, correct what is in capitals, and look at terraform plan",
		"before terraform apply: it shows what would be changed. Where this module is called as module.x, write module.x. before each address.",
	)
	for _, i := range imports(p.setup, p.names) {
		body := b.block("import")
		body.set("to", ref(address(p.setup, i.typ+"."+i.label)))
		body.set("id", p.str(i.id))
	}
	return b
}

// imported is a resource that may be there already, by its address, and the id by which the
// provider imports it.
type imported struct{ typ, label, id string }

// imports are what may be there already. The ids are values, not names: import blocks of
// Terraform 1.5 take no expressions.
func imports(s *model.Setup, n names) []imported {
	var out []imported
	put := func(typ, label, id string) { out = append(out, imported{typ, label, id}) }
	arn := func(d model.Doc) string { return model.PolicyARN(d.PolicyName).Fill(s.DeployedEnv()).IAM() }
	if !s.Role.Existing {
		put(tfRole, roleLabel, s.Role.Name)
	}
	for _, d := range s.Role.Policies {
		label := n.docs[d.Name]
		if s.Role.Inline {
			put(tfRolePolicy, label, s.Role.Name+":"+d.PolicyName)
			continue
		}
		put(tfPolicy, label, arn(d))
		put(tfRoleAttach, label, s.Role.Name+"/"+arn(d))
	}
	for _, k := range s.Keys {
		label := n.keys[k.ID]
		switch {
		case !k.Existing():
			put(tfKey, label, placeholderKey)
			put(tfKeyAlias, label, k.Alias)
			if k.Policy.Name != "" && separate(s, k) {
				put(tfKeyPolicy, label, placeholderKey)
			}
		case !k.Policy.Partial && k.Policy.Name != "" && k.Found:
			put(tfKeyPolicy, label, placeholderKey)
		case !k.Policy.Partial && k.Policy.Name != "":
			put(tfKeyPolicy, label, tail(k.ARN))
		}
	}
	for _, bu := range s.Buckets {
		for _, typ := range bucketParts(bu) {
			put(typ, n.buckets[bu.ID], bu.Name)
		}
	}
	for _, o := range s.Operators {
		for _, d := range o.Policies {
			put(tfPolicy, n.docs[d.Name], arn(d))
		}
	}
	return out
}

// bucketParts are the resources of a bucket, in the order of main.tf.
func bucketParts(bu model.Bucket) []string {
	var parts []string
	if !bu.Existing {
		parts = append(parts, tfBucket, tfBucketPublic, tfBucketOwner)
		if bu.Versioning {
			parts = append(parts, tfBucketVers)
		}
		parts = append(parts, tfBucketSSE)
		if expires(bu) {
			parts = append(parts, tfBucketLife)
		}
		if bu.Logs != nil {
			parts = append(parts, tfBucketLogs)
		}
	}
	if bu.Policy.Name != "" && !(bu.Existing && bu.Policy.Partial) {
		parts = append(parts, tfBucketPolicy)
	}
	return parts
}
