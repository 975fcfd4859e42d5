package spec

import (
	"strings"

	"github.com/pzgen/pzgen/policy"
	"gopkg.in/yaml.v3"
)

func (c *checker) checkBuckets() {
	have := map[string]string{}
	was := formerNames("buckets", c.d.buckets)
	checkNamed(c, "buckets", c.d.buckets, func(b *named[bucketDraft]) {
		d := &b.v
		bucket := Bucket{Name: b.name, BucketName: d.name.v, Existing: d.existing.v,
			Was: c.former(was, b.name, d.was)}
		c.bucketElsewhere(b, &bucket)
		if d.of.given() {
			c.bucketOf(b, &bucket)
			c.s.Buckets = append(c.s.Buckets, bucket)
			return
		}
		if d.name.ok {
			c.bucketName(d.name, bucket.Existing)
			if before, ok := have[d.name.v]; ok {
				c.err(codeTwice, d.name.n, "declare it once", "buckets %q and %q are the same bucket", before, b.name)
			}
			have[d.name.v] = b.name
		}
		switch meant := suggest(d.key.v, []string{noKey}); {
		case c.isNone(d.key):
		case d.key.ok && bucket.Existing && meant != "" && find(c.d.keys, d.key.v) == nil:
			c.err(codeUndeclared, d.key.n, meant, "key %q is not among keys", clip(d.key.v))
		default:
			bucket.Key = c.keyRef(d.key)
		}
		if bucket.Existing {
			c.existingBucket(b, &bucket)
		} else {
			bucket.Versioning = d.versioning.or(true)
			// The guide's bucket policies hold no such denial, and profile documented emits them as they are printed.
			bucket.SecureTransport = d.secureTransport.or(c.s.Profile != Documented)
			bucket.PublicAccess = !d.blockPublicAccess.or(true)
			bucket.ACLs = !d.bucketOwnerEnforced.or(true)
			bucket.ExpireAfterDays = d.expireAfterDays.or(0)
			bucket.ExpireOldVersionsAfterDays = d.expireOldVersions.or(bucket.ExpireAfterDays)
			if d.expireOldVersions.n != nil && !bucket.Versioning {
				c.warn(warnNoEffect, d.expireOldVersions.n, "leave it out, or write `versioning: true`",
					"bucket %q keeps no versions, so none expires", b.name)
				bucket.ExpireOldVersionsAfterDays = bucket.ExpireAfterDays
			}
			bucket.Disposable = !d.protect.or(c.d.protect.or(true))
			if d.policy.given() {
				c.err(codeExisting, d.policy.n, "write `existing: true`, or leave it out",
					"policy is the present policy of an existing bucket, and bucket %q is created", b.name)
			}
		}
		c.s.Buckets = append(c.s.Buckets, bucket)
	})
}

func (c *checker) bucketName(t text, existing bool) {
	switch {
	case strings.Contains(t.v, ".."):
		c.err(codeBucketName, t.n, "", "bucket name %q has two dots in a row", t.v)
	case isIP(t.v):
		c.err(codeBucketName, t.n, "", "bucket name %q has the form of an IP address", t.v)
	}
	for _, p := range bucketPrefixes {
		if strings.HasPrefix(t.v, p) && !(existing && p == "amzn-s3-demo-") {
			c.err(codeBucketName, t.n, "", "bucket name %q begins with %q, which S3 keeps for itself", t.v, p)
		}
	}
	for _, p := range bucketSuffixes {
		if strings.HasSuffix(t.v, p) {
			c.err(codeBucketName, t.n, "", "bucket name %q ends in %q, which S3 keeps for itself", t.v, p)
		}
	}
}

// noKey says of an existing bucket that it has no customer key, unless a key has this name.
const noKey = "none"

func (c *checker) isNone(key text) bool {
	return key.ok && key.v == noKey && find(c.d.keys, noKey) == nil
}

// keyRef checks the name of a key, and counts it as used.
func (c *checker) keyRef(t text) string {
	if !t.ok {
		return ""
	}
	if find(c.d.keys, t.v) == nil {
		undeclared(c, t, "key", t.v, "keys", c.d.keys)
		return ""
	}
	c.usedKeys[t.v] = true
	return t.v
}

// lost reports whether a field of the setup or of defaults is no mapping, so that nobody knows what
// names were meant to be in it. That it is none was reported.
func (c *checker) lost(field string) bool {
	for i, m := range []*yaml.Node{deref(c.fill.body), c.inherited} {
		if m == nil || !isMapping(m) {
			continue
		}
		entries := c.entries(m)
		if j, ok := byName(entries)[field]; ok {
			if v := deref(entries[j+1]); i == 0 && isNull(v) {
				return false // none are meant to be in it
			} else if !isMapping(v) {
				return true
			}
		}
	}
	return false
}

// undeclared reports a reference to something that is not there.
func undeclared[T any](c *checker, t text, what, name, where string, list []named[T]) *problem {
	if c.lost(where) {
		return &problem{}
	}
	p := c.err(codeUndeclared, t.n, "", "%s %q is not among %s", what, clip(name), where)
	p.search = func() string {
		if h := suggestOr(name, where+" are", namesOf(list)); h != "" {
			return h
		}
		return "declare it under " + where
	}
	return p
}

func (c *checker) existingBucket(b *named[bucketDraft], bucket *Bucket) {
	d := &b.v
	bucket.SecureTransport = d.secureTransport.or(false)
	for _, f := range []struct {
		name string
		text
	}{
		{"versioning", text{n: d.versioning.n}},
		{"blockPublicAccess", text{n: d.blockPublicAccess.n}},
		{"bucketOwnerEnforced", text{n: d.bucketOwnerEnforced.n}},
		{"expireAfterDays", text{n: d.expireAfterDays.n}},
		{"expireOldVersionsAfterDays", text{n: d.expireOldVersions.n}},
		{"accessLogs", text{n: d.logs.n}},
		{"protect", text{n: d.protect.n}},
	} {
		if f.given() {
			c.err(codeExisting, f.n, "leave it out", "%s is for a bucket that pzgen creates, and bucket %q exists", f.name, b.name)
		}
	}
	if !d.key.given() {
		c.warn(warnNoKey, b.n, "name its key, from keys, or write `key: none` if it has none",
			"it is not said whether bucket %q is encrypted with a customer key, without whose policy nothing there is read or written", b.name)
	}
	if !d.policy.given() {
		c.warn(warnNoPolicy, b.n, presentPolicy("aws s3api get-bucket-policy --bucket ", d.name, ""),
			"present policy of bucket %q is not known: its outputs hold statements to merge, not a whole policy", b.name)
		return
	}
	bucket.PolicyFile = d.policy.v
	bucket.Policy = c.policyFile(d.policy)
	if bucket.Policy == nil || !d.name.ok {
		return
	}
	for _, s := range bucket.Policy.Statements {
		for _, r := range s.Resource.Values {
			if other, ok := otherBucket(r, d.name.v); ok {
				c.warn(warnOtherFile, d.policy.n, "see that it is the policy of this bucket: S3 refuses resources of others",
					"policy file %q names bucket %q, and this bucket is %q", d.policy.v, other, d.name.v)
				return
			}
		}
	}
}

// otherBucket returns the name of the bucket that a resource names, when it is certainly not the
// given one.
func otherBucket(resource policy.Text, name string) (string, bool) {
	s, ok := resource.OnlyLit()
	a, isARN := parseARN(s)
	if !ok || !isARN || a.service != "s3" {
		return "", false
	}
	other, _, _ := strings.Cut(a.resource, "/")
	return other, other != name && !strings.ContainsAny(other, "*?")
}
