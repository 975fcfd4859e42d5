package spec

import (
	"strings"

	"github.com/pzgen/pzgen/internal/actions"
	"github.com/pzgen/pzgen/policy"
	"gopkg.in/yaml.v3"
)

// checkActions compares a statement with what AWS lists of actions. The list has a date, and IAM
// and KMS take what it lacks, so that is a warning. S3 takes no bucket policy with an action that
// applies to none of its resources (Amazon S3 User Guide, troubleshoot-403-errors; API Reference,
// PutBucketPolicy, MalformedPolicy).
func (c *checker) checkActions(s policy.Statement, d *statementDraft, owner string) {
	kind, name, _ := strings.Cut(owner, ".")
	if kind == "key" {
		// It is the key itself, as * (AWS KMS Developer Guide, key-policy-overview).
		s.Resource = policy.One(policy.NewText(policy.Ref{ID: owner, Attr: "arn"}))
		s.NotResource = policy.Texts{}
	}
	if kind == "bucket" {
		c.checkOtherBuckets(s.Resource, d.resource, name)
		c.checkOtherBuckets(s.NotResource, d.notResource, name)
	}
	for _, f := range actions.Default().Check(s, c.arnOf) {
		n := d.node(f)
		switch {
		case f.Kind == actions.UnknownAction:
			c.warn(warnAction, n, "", "%s", f.Message).search = f.Hint
		case f.Kind == actions.WrongResource && kind == "bucket":
			c.err(codeUnfit, n, "", "%s", f.Message).search = f.Hint
		case f.Kind == actions.WrongResource && kind == "key":
			c.warn(warnUnfit, n, "leave it out", "action %q is not one on a key, and so means nothing in a key's policy", s.Action.Values[f.Index].IAM())
		case f.Kind == actions.WrongResource:
			c.warn(warnUnfit, n, "", "%s", f.Message).search = f.Hint
		default:
			c.warn(warnConditionKey, n, "", "%s", f.Message).search = f.Hint
		}
	}
}

// node returns what a finding is about. The statement has no value that is wrong by itself, so
// places of values and of texts agree.
func (d *statementDraft) node(f actions.Finding) *yaml.Node {
	switch f.Element {
	case "Action":
		return d.action.values[f.Index].n
	case "NotAction":
		return d.notAction.values[f.Index].n
	}
	return d.condition[f.Index].n
}

// checkOtherBuckets refuses what S3 refuses: a bucket's policy with resources of another one
// (Amazon S3 API Reference, PutBucketPolicy).
func (c *checker) checkOtherBuckets(resources policy.Texts, d textsDraft, name string) {
	own := find(c.d.buckets, name)
	if own == nil || !own.name.ok {
		return
	}
	for i, r := range resources.Values {
		var b strings.Builder
		for _, p := range r.Parts() {
			switch p := p.(type) {
			case policy.Lit:
				b.WriteString(string(p))
			case policy.Ref:
				b.WriteString(c.arnOf(p))
			default:
				b.WriteByte('*')
			}
		}
		if other, ok := otherBucket(policy.Literal(b.String()), own.name.v); ok {
			c.err(codeOtherBucket, d.values[i].n, "write <"+name+".arn> or <"+name+".arn>/*",
				"resource %q is of bucket %q, and S3 refuses it in the policy of bucket %q", clip(d.values[i].v), other, own.name.v)
		}
	}
}

// arnOf returns what a reference of a statement stands for. What is known only on deployment is a
// *.
func (c *checker) arnOf(r policy.Ref) string {
	s := c.s
	kind, name, _ := strings.Cut(r.ID, ".")
	b, k := find(c.d.buckets, name), find(c.d.keys, name)
	switch {
	case kind == "bucket" && b != nil && b.name.ok && r.Attr == "name":
		return b.name.v
	case kind == "bucket" && b != nil && b.name.ok:
		return "arn:" + s.Partition + ":s3:::" + b.name.v
	case kind == "key" && k != nil && k.arn.ok:
		return k.arn.v
	case kind == "key":
		return "arn:" + s.Partition + ":kms:" + s.Region + ":" + s.Account + ":key/*"
	case kind == "role" && r.Attr == "arn":
		return "arn:" + s.Partition + ":iam::" + s.Account + ":role" + s.Role.Path + s.Role.Name
	}
	return map[string]string{"partition": s.Partition, "region": s.Region, "account": s.Account, "name": s.Role.Name}[r.Attr]
}
