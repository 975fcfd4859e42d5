package terraform

import (
	"github.com/pzgen/pzgen/internal/model"
)

// bucketPart reads a bucket and the resources beside it: each says by its argument bucket which bucket it is of.
func (r *reader) bucketPart(i instance) error {
	name, _ := i.body.str("bucket")
	for _, b := range r.setup.Buckets {
		if r.env[model.RefBucketName(b.ID)] != name {
			continue
		}
		if i.typ == tfBucketPolicy {
			if b.Policy.Partial {
				return at(i.line, "the whole policy of bucket %q is not known, and would be replaced", b.ID)
			}
			if b.Existing {
				if err := r.keeps(i); err != nil {
					return err
				}
			}
			return r.put(b.Policy.Name, i.body, "policy")
		}
		if b.Existing {
			return at(i.line, "%s %q: bucket %q exists already, and only its policy is the setup's", i.typ, i.label, b.ID)
		}
		return r.bucketSetting(i, b, "bucket."+b.ID+".")
	}
	return at(i.line, "%s %q: bucket %q is none of the setup's", i.typ, i.label, name)
}

func (r *reader) bucketSetting(i instance, b model.Bucket, prefix string) error {
	switch i.typ {
	case tfBucket:
		if err := r.keeps(i); err != nil {
			return err
		}
		tags, err := i.body.tags()
		if err != nil {
			return err
		}
		if err := r.set(prefix+"tags", tags, i.line); err != nil {
			return err
		}
		return r.set(prefix+"name", r.env[model.RefBucketName(b.ID)], i.line)
	case tfBucketPublic:
		on := 0
		for _, s := range publicSwitches {
			if v, _ := i.body.str(s); v == "true" {
				on++
			}
		}
		switch on {
		case len(publicSwitches):
			return r.set(prefix+"blockPublic", "true", i.line)
		case 0:
			return r.set(prefix+"blockPublic", "false", i.line)
		}
		return at(i.line, "public access to bucket %q is blocked in part", b.ID)
	case tfBucketOwner:
		rule, err := i.body.only("rule")
		if err != nil {
			return err
		}
		switch v, _ := rule.str("object_ownership"); v {
		case ownerEnforced:
			return r.set(prefix+"ownerOnly", "true", i.line)
		case ownerPreferred:
			return r.set(prefix+"ownerOnly", "false", i.line)
		default:
			return at(rule.line, "object_ownership %q is none that pzgen writes", v)
		}
	case tfBucketVers:
		conf, err := i.body.only("versioning_configuration")
		if err != nil {
			return err
		}
		switch v, _ := conf.str("status"); v {
		case enabled:
			return r.set(prefix+"versioning", "true", i.line)
		case "Suspended", "Disabled":
			return r.set(prefix+"versioning", "false", i.line)
		default:
			return at(conf.line, "versioning status %q is none that S3 has", v)
		}
	case tfBucketSSE:
		return r.encryption(i, prefix)
	case tfBucketLife:
		return r.expiration(i, b, prefix)
	}
	return at(i.line, "%s is not read", i.typ)
}

// only gives the one block of a type.
func (c content) only(typ string) (content, error) {
	if len(c.blocks[typ]) != 1 {
		return content{}, at(c.line, "%d blocks %q where there is one", len(c.blocks[typ]), typ)
	}
	return c.blocks[typ][0], nil
}

func (r *reader) encryption(i instance, prefix string) error {
	rule, err := i.body.only("rule")
	if err != nil {
		return err
	}
	by, err := rule.only("apply_server_side_encryption_by_default")
	if err != nil {
		return err
	}
	algorithm, _ := by.str("sse_algorithm")
	key, ok := by.str("kms_master_key_id")
	switch {
	case algorithm == sseS3 && !ok:
		return r.set(prefix+"key", "", i.line)
	case algorithm == sseKMS && ok:
		return r.set(prefix+"key", key, i.line)
	}
	return at(by.line, "encryption by %q with key %q is none that pzgen writes", algorithm, key)
}

func (r *reader) expiration(i instance, b model.Bucket, prefix string) error {
	rule, err := i.body.only("rule")
	if err != nil {
		return err
	}
	if _, err := rule.only("filter"); err != nil {
		return err
	}
	exp, err := rule.only("expiration")
	if err != nil {
		return err
	}
	if v, _ := rule.str("status"); v != enabled {
		return at(rule.line, "rule is not %q", enabled)
	}
	days, _ := exp.str("days")
	if b.Versioning {
		old, err := rule.only("noncurrent_version_expiration")
		if err != nil {
			return err
		}
		if v, _ := old.str("noncurrent_days"); v != days {
			return at(old.line, "old versions expire after %s days and objects after %s", v, days)
		}
	}
	return r.set(prefix+"expireDays", days, i.line)
}
