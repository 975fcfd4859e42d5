package terraform

import (
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/pzgen/pzgen/model"
	"github.com/pzgen/pzgen/policy"
)

// The two values that a switch of a bucket becomes. Every created bucket has the resource for it, so that nothing depends on
// the defaults of the day on which the bucket was made.
const (
	ownerEnforced  = "BucketOwnerEnforced"
	ownerPreferred = "BucketOwnerPreferred"
	sseKMS         = "aws:kms"
	sseS3          = "AES256"
	enabled        = "Enabled"
)

func (p *printer) bucket(b *hclwrite.Body, bu model.Bucket) {
	label := p.names.buckets[bu.ID]
	of := "the bucket " + bu.ID
	if bu.Existing {
		switch {
		case bu.Policy.Name == "":
		case bu.Policy.Partial:
			p.show(b, bu.Policy, "the policy of "+of)
		default:
			doc := p.document(b, bu.Policy, foreign(bu.Policy.Document, bu.Own), of)
			body := block(b, "resource", tfBucketPolicy, label)
			body.SetAttributeRaw("bucket", ref("var", p.names.bucketVar(bu.ID)))
			body.SetAttributeRaw("policy", doc)
			p.prevent(body)
		}
		return
	}
	body := block(b, "resource", tfBucket, label)
	body.SetAttributeRaw("bucket", ref("var", p.names.bucketVar(bu.ID)))
	body.SetAttributeRaw("tags", ref("var", varTags))
	p.prevent(body)

	part := func(typ string) *hclwrite.Body {
		body := block(b, "resource", typ, label)
		body.SetAttributeRaw("bucket", ref(tfBucket, label, "bucket"))
		return body
	}
	public := part(tfBucketPublic)
	for _, name := range publicSwitches {
		public.SetAttributeRaw(name, boolean(bu.BlockPublic))
	}
	ownership := ownerPreferred
	if bu.OwnerOnly {
		ownership = ownerEnforced
	}
	inner(part(tfBucketOwner), "rule").SetAttributeRaw("object_ownership", p.str(ownership))
	if bu.Versioning {
		inner(part(tfBucketVers), "versioning_configuration").SetAttributeRaw("status", p.str(enabled))
	}
	p.encryption(part(tfBucketSSE), bu)
	if bu.ExpireDays > 0 {
		p.expiration(part(tfBucketLife), bu)
	}
	if bu.Policy.Name != "" {
		doc := p.document(b, bu.Policy, nil, of)
		body := part(tfBucketPolicy)
		body.SetAttributeRaw("policy", doc)
		// S3 refuses to change the policy and the public access block of a bucket at the same moment.
		body.AppendNewline()
		body.SetAttributeRaw("depends_on", list([]hclwrite.Tokens{ref(tfBucketPublic, label)}))
	}
}

// publicSwitches are the four arguments of the public access block. It is never written to.
var publicSwitches = [...]string{"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}

func (p *printer) encryption(b *hclwrite.Body, bu model.Bucket) {
	rule := inner(b, "rule")
	if bu.Key == "" {
		rule.AppendNewBlock("apply_server_side_encryption_by_default", nil).Body().SetAttributeRaw("sse_algorithm", p.str(sseS3))
		return
	}
	rule.SetAttributeRaw("bucket_key_enabled", boolean(true))
	by := inner(rule, "apply_server_side_encryption_by_default")
	by.SetAttributeRaw("sse_algorithm", p.str(sseKMS))
	by.SetAttributeRaw("kms_master_key_id", p.text(policy.NewText(model.RefKeyARN(bu.Key)), dollar))
}

// expiration deletes objects for good: where versions are kept, what expires becomes a noncurrent version, which has to expire as well.
func (p *printer) expiration(b *hclwrite.Body, bu model.Bucket) {
	rule := inner(b, "rule")
	rule.SetAttributeRaw("id", p.str("expire"))
	rule.SetAttributeRaw("status", p.str(enabled))
	empty(rule, "filter")
	inner(rule, "expiration").SetAttributeRaw("days", number(bu.ExpireDays))
	if bu.Versioning {
		inner(rule, "noncurrent_version_expiration").SetAttributeRaw("noncurrent_days", number(bu.ExpireDays))
		// The rules of a bucket with versions are to be set after versioning itself.
		b.AppendNewline()
		b.SetAttributeRaw("depends_on", list([]hclwrite.Tokens{ref(tfBucketVers, p.names.buckets[bu.ID])}))
	}
}
