package terraform

import "github.com/pzgen/pzgen/internal/deployed"

// partPublic is what every created bucket needs a resource for.
const partPublic = "the public access block"

func (e *eval) bucket(b *body, attrs map[string]value) {
	s, name := b.str("bucket", required)
	attrs["bucket"], attrs["id"] = stringValue(s), stringValue(s)
	attrs["arn"] = e.arn("s3", "", ":"+s)
	bu := e.buckets.of(s)
	if bu.Created {
		bu = e.buckets.more() // a second one of this name
	}
	bu.Name, bu.Created, bu.At = name, true, place(b.at)
	bu.Tags, bu.Protected, bu.ForceDestroy = b.tags(), b.protected(), b.bool("force_destroy", optional)
}

// bucketPart returns the bucket that a resource sets something of: the one that its argument
// evaluates to. Of two resources for one thing AWS keeps what is set last, so the second is
// Unknown, and what it sets goes nowhere.
func (e *eval) bucketPart(b *body, what string) *deployed.Bucket {
	s, name := b.str("bucket", required)
	if !e.settled(what+" of "+name.V.String(), b) {
		return &deployed.Bucket{}
	}
	bu := e.buckets.of(s)
	if !bu.Created {
		bu.Name, bu.At = name, place(b.at)
	}
	return bu
}

func (e *eval) publicAccess(b *body) {
	bu := e.bucketPart(b, partPublic)
	bu.BlockPublicAcls = b.bool("block_public_acls", optional)
	bu.BlockPublicPolicy = b.bool("block_public_policy", optional)
	bu.IgnorePublicAcls = b.bool("ignore_public_acls", optional)
	bu.RestrictPublicBuckets = b.bool("restrict_public_buckets", optional)
}

func (e *eval) ownership(b *body) {
	bu := e.bucketPart(b, "the object ownership")
	if rule := b.only("rule", required); rule != nil {
		bu.Ownership = rule.text("object_ownership", required)
		rule.done()
	}
}

func (e *eval) versioning(b *body) {
	bu := e.bucketPart(b, "the versioning")
	if conf := b.only("versioning_configuration", required); conf != nil {
		status, at := conf.value("status", required, kindString)
		conf.enabled(status, enabled)
		bu.Versioning = deployed.Bool{V: status.s == enabled, At: at}
		conf.done()
	}
}

// enabled reports a status that is not one of those that are read.
func (b *body) enabled(v value, known ...string) {
	for _, k := range known {
		if v.s == k {
			return
		}
	}
	if v.kind != kindNone {
		b.e.unknown("status", v.s, "pzgen writes "+enabled, b.at)
	}
}

func (e *eval) encryption(b *body) {
	bu := e.bucketPart(b, "the encryption")
	rule := b.only("rule", required)
	if rule == nil {
		return
	}
	bu.BucketKey = rule.bool("bucket_key_enabled", optional)
	if by := rule.only("apply_server_side_encryption_by_default", required); by != nil {
		bu.Algorithm = by.text("sse_algorithm", required)
		bu.Key = by.text("kms_master_key_id", optional)
		by.done()
	}
	rule.done()
}

func (e *eval) expiration(b *body) {
	bu := e.bucketPart(b, "the lifecycle")
	for _, r := range b.inner("rule") {
		status, at := r.value("status", required, kindString)
		r.enabled(status, enabled, "Disabled")
		on := deployed.Bool{V: status.s == enabled, At: at}
		rule := deployed.Rule{ID: r.text("id", required), Enabled: on}
		if f := r.only("filter", required); f != nil {
			rule.Prefix = f.text("prefix", optional)
			f.done()
		}
		for _, part := range []struct {
			block, arg string
			to         *deployed.Int
		}{
			{"expiration", "days", &rule.ExpireDays},
			{"noncurrent_version_expiration", "noncurrent_days", &rule.NoncurrentDays},
			{"abort_incomplete_multipart_upload", "days_after_initiation", &rule.AbortUploadsAfter},
		} {
			if in := r.only(part.block, optional); in != nil {
				*part.to = in.int(part.arg, required)
				in.done()
			}
		}
		r.done()
		bu.Lifecycle = append(bu.Lifecycle, rule)
	}
}

func (e *eval) logging(b *body) {
	bu := e.bucketPart(b, "the access logs")
	bu.LogsTo, bu.LogsPrefix = b.text("target_bucket", required), b.text("target_prefix", required)
}

func (e *eval) bucketPolicy(b *body) {
	bu := e.bucketPart(b, "the policy")
	bu.Policy, bu.PolicyProtected = b.document("policy", required), b.protected()
}
