package terraform

import (
	"github.com/pzgen/pzgen/internal/model"
)

// placeholderKey stands where the id of a key belongs that only its owner knows.
const placeholderKey = "REPLACE-WITH-THE-KEY-ID"

// adopt prints import blocks for everything of the module that may be there already. Terraform does not load a file of this name.
func (p *printer) adopt() *lines {
	b := p.start(
		"Import blocks (Terraform 1.5 and later) for what exists already. Terraform does not read this file under this name.",
		"Copy it to adopt.tf in a root module, keep the blocks of what exists, correct what is in capitals, and look at terraform plan",
		"before terraform apply: it shows what would be changed. Where this module is called as module.x, write module.x. before each address.",
	)
	s := p.setup
	put := func(typ, label string, id ...segment) {
		body := b.block("import")
		body.set("to", ref(typ, label))
		body.set("id", p.template(id...))
	}
	lit := func(text string) segment { return segment{lit: text} }
	if !s.Role.Existing {
		put(tfRole, roleLabel, lit(s.Role.Name))
	}
	for _, d := range s.Role.Policies {
		label := p.names.docs[d.Name]
		if s.Role.Inline {
			put(tfRolePolicy, label, lit(s.Role.Name+":"+d.PolicyName))
			continue
		}
		put(tfPolicy, label, p.policyARN(d)...)
		put(tfRoleAttach, label, append([]segment{lit(s.Role.Name + "/")}, p.policyARN(d)...)...)
	}
	for _, k := range s.Keys {
		label := p.names.keys[k.ID]
		switch {
		case !k.Existing():
			put(tfKey, label, lit(placeholderKey))
			put(tfKeyAlias, label, lit(k.Alias))
			if k.Policy.Name != "" && p.separate(k) {
				put(tfKeyPolicy, label, lit(placeholderKey))
			}
		case !k.Policy.Partial && k.Policy.Name != "":
			put(tfKeyPolicy, label, lit(tail(k.ARN)))
		}
	}
	for _, bu := range s.Buckets {
		label := p.names.buckets[bu.ID]
		for _, typ := range bucketParts(bu) {
			put(typ, label, lit(bu.Name))
		}
	}
	for _, o := range s.Operators {
		for _, d := range o.Policies {
			put(tfPolicy, p.names.docs[d.Name], p.policyARN(d)...)
		}
	}
	return b
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
		if bu.ExpireDays > 0 {
			parts = append(parts, tfBucketLife)
		}
	}
	if bu.Policy.Name != "" && !(bu.Existing && bu.Policy.Partial) {
		parts = append(parts, tfBucketPolicy)
	}
	return parts
}

// policyARN is the ARN of a customer managed policy as it is known beforehand: import blocks of Terraform 1.5 take no expressions.
func (p *printer) policyARN(d model.Doc) []segment {
	known := p.setup.DeployedEnv()
	var segs []segment
	for _, seg := range [...]string{"arn:", known[model.RefPartition], ":iam::", known[model.RefAccount], ":policy/", d.PolicyName} {
		segs = append(segs, segment{lit: seg})
	}
	return segs
}
