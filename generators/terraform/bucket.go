package terraform

import (
	"github.com/pzgen/pzgen/internal/model"
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
	expireRule     = "expire"
)

func (p *printer) bucket(b *lines, bu model.Bucket) {
	label := p.names.buckets[bu.ID]
	of := "the bucket " + bu.ID
	if bu.Existing {
		switch {
		case bu.Policy.Name == "":
		case bu.Policy.Partial:
			p.show(b, bu.Policy, "the policy of "+of)
		default:
			doc := p.document(b, bu.Policy, foreign(bu.Policy.Document, bu.Own), of)
			body := b.block("resource", tfBucketPolicy, label)
			body.set("bucket", ref("var", p.names.bucketVar(bu.ID)))
			body.set("policy", doc)
			p.prevent(body)
		}
		return
	}
	body := b.block("resource", tfBucket, label)
	body.set("bucket", ref("var", p.names.bucketVar(bu.ID)))
	body.set("tags", ref("var", varTags))
	if !bu.Disposable {
		p.prevent(body)
	}

	part := func(typ string) *lines {
		body := b.block("resource", typ, label)
		body.set("bucket", ref(tfBucket, label, "bucket"))
		return body
	}
	public := part(tfBucketPublic)
	for _, name := range publicSwitches {
		public.set(name, boolean(bu.BlockPublic))
	}
	ownership := ownerPreferred
	if bu.OwnerOnly {
		ownership = ownerEnforced
	}
	part(tfBucketOwner).inner("rule").set("object_ownership", p.str(ownership))
	if bu.Versioning {
		part(tfBucketVers).inner("versioning_configuration").set("status", p.str(enabled))
	}
	p.encryption(part(tfBucketSSE), bu)
	if expires(bu) {
		p.expiration(part(tfBucketLife), bu)
	}
	if bu.Logs != nil {
		body := part(tfBucketLogs)
		body.set("target_bucket", p.text(bu.Logs.To(), plain))
		body.set("target_prefix", p.text(bu.Logs.Prefix, plain))
		if after := logsAfter(p.setup, p.names, bu); after != "" {
			// Without that policy, S3 refuses to deliver.
			body.blank()
			body.set("depends_on", list([]expr{ref(tfBucketPolicy, after)}))
		}
	}
	if bu.Policy.Name != "" {
		doc := p.document(b, bu.Policy, nil, of)
		body := part(tfBucketPolicy)
		body.set("policy", doc)
		// S3 refuses to change the policy and the public access block of a bucket at the same moment.
		body.blank()
		body.set("depends_on", list([]expr{ref(tfBucketPublic, label)}))
	}
}

// logsAfter returns the label of the bucket whose policy in the module lets the access logs of another
// be delivered, or "".
func logsAfter(s *model.Setup, n names, bu model.Bucket) string {
	for _, to := range s.Buckets {
		if bu.Logs != nil && to.ID == bu.Logs.Bucket && to.Policy.Name != "" && !to.Policy.Partial {
			return n.buckets[to.ID]
		}
	}
	return ""
}

// publicSwitches are the four arguments of the public access block. It is never written to.
var publicSwitches = [...]string{"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}

func (p *printer) encryption(b *lines, bu model.Bucket) {
	rule := b.inner("rule")
	if bu.Key == "" {
		rule.nest("apply_server_side_encryption_by_default").set("sse_algorithm", p.str(sseS3))
		return
	}
	rule.set("bucket_key_enabled", boolean(true))
	by := rule.inner("apply_server_side_encryption_by_default")
	by.set("sse_algorithm", p.str(sseKMS))
	by.set("kms_master_key_id", p.text(policy.NewText(model.RefKeyARN(bu.Key)), dollar))
}

// expires reports whether objects of a bucket, or versions of them, are deleted after some days.
func expires(bu model.Bucket) bool {
	return bu.ExpireDays > 0 || bu.Versioning && bu.OldDays > 0
}

// expiration deletes objects for good: where versions are kept, what expires becomes a noncurrent
// version, which expires in its turn.
func (p *printer) expiration(b *lines, bu model.Bucket) {
	rule := b.inner("rule")
	rule.set("id", p.str(expireRule))
	rule.set("status", p.str(enabled))
	rule.empty("filter")
	if bu.ExpireDays > 0 {
		rule.inner("expiration").set("days", number(bu.ExpireDays))
	}
	if bu.Versioning && bu.OldDays > 0 {
		rule.inner("noncurrent_version_expiration").set("noncurrent_days", number(bu.OldDays))
	}
	if bu.Versioning {
		// The rules of a bucket with versions are to be set after versioning itself.
		b.blank()
		b.set("depends_on", list([]expr{ref(tfBucketVers, p.names.buckets[bu.ID])}))
	}
}
