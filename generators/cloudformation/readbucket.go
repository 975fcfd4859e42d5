package cloudformation

import (
	"strconv"

	"github.com/pzgen/pzgen/internal/model"
)

func (t *template) readBucket(f *fields) {
	name := f.str("BucketName")
	for _, b := range t.setup.Buckets {
		if name != t.env[model.RefBucketName(b.ID)] || b.Existing {
			continue
		}
		p := "bucket." + b.ID + "."
		if _, ok := t.reading.Settings[p+"name"]; ok {
			f.fail(f.v, "bucket %q stands in the template twice", b.ID)
		}
		t.set(f, p+"name", name)
		t.set(f, p+"key", t.encryption(f))
		t.set(f, p+"versioning", boolText(t.versioning(f)))
		t.set(f, p+"blockPublic", boolText(t.blockPublic(f)))
		t.set(f, p+"ownerOnly", boolText(t.ownerOnly(f)))
		t.set(f, p+"expireDays", strconv.Itoa(t.expireDays(f)))
		t.set(f, p+"tags", t.tags(f))
		return
	}
	f.fail(f.get("BucketName"), "%s is bucket %q, which setup %q does not make", f.what, name, t.setup.Name)
}

// encryption gives the key, or "" for encryption with keys of S3, which every bucket has at least.
func (t *template) encryption(f *fields) string {
	if !f.has("BucketEncryption") {
		return ""
	}
	e := f.under("BucketEncryption")
	rule := e.only("ServerSideEncryptionConfiguration")
	by := rule.under("ServerSideEncryptionByDefault")
	algorithm, key := by.str("SSEAlgorithm"), by.optional("KMSMasterKeyID")
	switch {
	case algorithm == "AES256" && key == "":
	case algorithm == "aws:kms" && key != "":
	default:
		by.fail(by.v, "encryption %q with key %q is not one that a setup has", algorithm, key)
	}
	if rule.flag("BucketKeyEnabled", false) != (key != "") {
		rule.fail(rule.v, "BucketKeyEnabled goes with a key: it decides what the encryption context is that a key policy may name")
	}
	rule.take(by)
	e.take(rule)
	f.take(e)
	return key
}

func (t *template) versioning(f *fields) bool {
	if !f.has("VersioningConfiguration") {
		return false
	}
	v := f.under("VersioningConfiguration")
	status := v.str("Status")
	if status != "Enabled" && status != "Suspended" {
		v.fail(v.v, "versioning status %q does not exist", status)
	}
	f.take(v)
	return status == "Enabled"
}

// blockPublic reports whether public access is blocked in all four ways, as it is in new buckets by default (Amazon S3 User Guide, "Blocking
// public access"); a setup blocks all or none.
func (t *template) blockPublic(f *fields) bool {
	if !f.has("PublicAccessBlockConfiguration") {
		return true
	}
	b := f.under("PublicAccessBlockConfiguration")
	blocked := 0
	for _, name := range blockPublicAccess {
		if b.flag(name, false) {
			blocked++
		}
	}
	if blocked != 0 && blocked != len(blockPublicAccess) {
		b.fail(b.v, "public access is blocked in %d of %d ways", blocked, len(blockPublicAccess))
	}
	f.take(b)
	return blocked == len(blockPublicAccess)
}

// ownerOnly reports whether access control lists are off, as they are in new buckets by default (Amazon S3 User Guide, "Controlling ownership of objects").
func (t *template) ownerOnly(f *fields) bool {
	if !f.has("OwnershipControls") {
		return true
	}
	o := f.under("OwnershipControls")
	rule := o.only("Rules")
	ownership := rule.str("ObjectOwnership")
	switch ownership {
	case "BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter":
	default:
		rule.fail(rule.v, "object ownership %q does not exist", ownership)
	}
	o.take(rule)
	f.take(o)
	return ownership == "BucketOwnerEnforced"
}

// expireDays reads the one rule that deletes objects, old versions after as many days.
func (t *template) expireDays(f *fields) int {
	if !f.has("LifecycleConfiguration") {
		return 0
	}
	l := f.under("LifecycleConfiguration")
	rule := l.only("Rules")
	rule.optional("Id")
	if status := rule.str("Status"); status != "Enabled" {
		rule.fail(rule.v, "lifecycle rule is %q and not Enabled", status)
	}
	days := rule.number("ExpirationInDays")
	old := rule.under("NoncurrentVersionExpiration")
	if n := old.number("NoncurrentDays"); n != days {
		old.fail(old.v, "old versions expire after %d days and objects after %d", n, days)
	}
	uploads := rule.under("AbortIncompleteMultipartUpload")
	uploads.number("DaysAfterInitiation")
	rule.take(old)
	rule.take(uploads)
	l.take(rule)
	f.take(l)
	return days
}

// readBucketPolicy takes a bucket policy to be of the bucket that it names.
func (t *template) readBucketPolicy(r *templateResource, f *fields) {
	name := f.str("Bucket")
	for _, b := range t.setup.Buckets {
		if name != t.env[model.RefBucketName(b.ID)] {
			continue
		}
		if b.Policy.Name == "" || b.Policy.Partial {
			f.fail(f.v, "%s is a whole policy for bucket %q, of which setup %q has none: it would replace the present one", f.what, b.ID, t.setup.Name)
			return
		}
		if b.Existing {
			t.retained(r, f)
		}
		t.document(f, "PolicyDocument", b.Policy.Name)
		return
	}
	f.fail(f.get("Bucket"), "%s is the policy of bucket %q, which setup %q does not have", f.what, name, t.setup.Name)
}
