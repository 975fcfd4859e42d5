package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

const pageManaged = "AWS Managed Policy Reference, AmazonPersonalizeFullAccess"

// personalizeChecks are about the service role of Personalize.
func personalizeChecks() []Check {
	return []Check{
		{ID: "PZ180", Title: "AmazonS3FullAccess for the role of Personalize",
			Level: findings.Warning, Date: looked,
			Source: "Amazon Personalize Developer Guide, granting-personalize-s3-access",
			Why: "Editions of 2020 to 2022 and some samples attach it. It lets jobs of " +
				"Personalize read, overwrite and delete every bucket of the account; three " +
				"actions on one bucket are enough.",
			Before: template(roleTemplate +
				"      ManagedPolicyArns: [\"arn:aws:iam::aws:policy/AmazonS3FullAccess\"]\n"),
			After: template(roleTemplate + rolePolicy), find: s3FullAccess},
		{ID: "PZ181", Title: "AmazonPersonalizeFullAccess does not reach the bucket",
			Level: findings.Error, Source: pageManaged, Date: noted,
			Why: "Of S3 the policy allows what has \"Personalize\" or \"personalize\" in its " +
				"name. A bucket that has not is out of its reach, and jobs end with " +
				"\"Insufficient privileges for accessing data in Amazon S3\".",
			Before: template(roleTemplate + fullAccess + bucketFor("acme-data")),
			After:  template(roleTemplate + rolePolicy + bucketFor("acme-data")),
			find:   notReached},
		{ID: "PZ182", Title: "AmazonPersonalizeFullAccess for the role of Personalize",
			Level: findings.Note, Source: pageManaged, Date: noted,
			Why: "\"It provides more permissions than are necessary\", says the guide: " +
				"iam:PassRole on every role, and the deletion of objects.",
			Before: template(roleTemplate + fullAccess), After: template(roleTemplate +
				rolePolicy), find: personalizeFullAccess},
		{ID: "PZ183", Title: "the role of Personalize reaches every bucket",
			Level: findings.Warning, Date: noted,
			Source: "Amazon Personalize Developer Guide, granting-personalize-s3-access",
			Why: "The guide names the bucket and its objects. With Resource \"*\" whoever " +
				"starts a job chooses any bucket of the account to read from, or to write " +
				"to.",
			Before: template(roleTemplate + strings.Replace(rolePolicy, "arn:aws:s3:::acme-data/*",
				"*", 1)),
			After: template(roleTemplate + rolePolicy), find: everyBucket},
		{ID: "PZ184", Title: "the role of Personalize is somebody else's too",
			Level: findings.Note, Date: noted,
			Source: "Amazon Personalize Developer Guide, aws-personalize-set-up-permissions",
			Why: "A role that other services or accounts assume has what all of them need. " +
				"In 2020 the guide had people choose EC2 in the console, for want of " +
				"Personalize, and edit the policy afterwards.",
			Before: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  ` + sourced + `},
 {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}`),
			After: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  ` + sourced + `}`),
			find: sharedRole},
		{ID: "PZ185", Title: "the role of Personalize decrypts with every key",
			Level: findings.Note, Date: noted,
			Source: "Amazon Personalize Developer Guide, granting-personalize-key-access",
			Why: "The guide writes Resource \"*\"; the ARN of the key is enough. Keys whose " +
				"policies leave it to IAM are open to the role otherwise.",
			Before: template(roleTemplate + keyPolicy("*")),
			After: template(roleTemplate +
				keyPolicy("arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000")),
			find: everyKey},
	}
}

// managedS3 is what the managed policies that people attach to the role of Personalize allow of
// S3 (AWS Managed Policy Reference, AmazonPersonalizeFullAccess, version 2; Amazon S3 User Guide,
// security-iam-awsmanpol).
func (v *view) managedS3(name string) (policy.Document, bool) {
	s := policy.Statement{Effect: policy.Allow}
	switch name {
	case "AmazonPersonalizeFullAccess":
		s.Action = texts("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")
		s.Resource = texts("arn:"+v.partition+":s3:::*Personalize*",
			"arn:"+v.partition+":s3:::*personalize*")
	case "AmazonS3FullAccess":
		s.Action, s.Resource = texts("s3:*"), texts("*")
	default:
		return policy.Document{}, false
	}
	return policy.Document{Version: policy.Version2012, Statements: []policy.Statement{s}}, true
}

// managedOf calls f for each managed policy of AWS of this name that a role of Personalize has.
func (v *view) managedOf(name string, f func(h *holder, found found)) {
	for _, h := range v.holders {
		for _, a := range h.managed {
			arn, ok := policy.ParseARN(a.Policy.V.String())
			if h.service && ok && arn.Account == "aws" && arn.Name() == name {
				f(h, found{statement: -1, on: h.on, names: append([]string{name}, h.names...),
					at: a.At})
			}
		}
	}
}

// with returns the policies of a holder and those managed ones whose content is known. It reports
// false where there are others.
func (v *view) with(h *holder) (policy.Policies, bool) {
	set := h.policies()
	set.Identity = slices.Clone(set.Identity)
	for _, a := range h.managed {
		arn, _ := policy.ParseARN(a.Policy.V.String())
		doc, ok := v.managedS3(arn.Name())
		if !ok || arn.Account != "aws" {
			return set, false
		}
		set.Identity = append(set.Identity, doc)
	}
	return set, true
}

func s3FullAccess(v *view, report reporter) {
	v.managedOf("AmazonS3FullAccess", func(h *holder, f found) {
		set, _ := v.with(h)
		r := policy.Request{Principal: h.principal, Action: "s3:DeleteObject", Resource: "arn:" +
			v.partition + ":s3:::any-bucket/any-object",
			ResourceAccount: v.account,
			Context:         map[string][]string{"aws:SecureTransport": {"true"}}}
		if d, ok := v.decide(h, r, set); !ok || d.Outcome != policy.Allowed {
			return
		}
		f.message, f.hint = "AmazonS3FullAccess is attached",
			"allow s3:ListBucket, s3:GetObject and, for output, s3:PutObject on the bucket"
		f.show = &policy.Case{Request: r, Policies: set, Expect: policy.Allowed}
		report(f)
	})
}

func personalizeFullAccess(v *view, report reporter) {
	v.managedOf("AmazonPersonalizeFullAccess", func(h *holder, f found) {
		if len(v.outOfReach(h)) > 0 {
			return // another check says what is worse
		}
		f.message, f.hint = "AmazonPersonalizeFullAccess is attached",
			"write a policy for the buckets that it uses"
		report(f)
	})
}

// outOfReach returns the requests of a role for buckets that let Personalize in and that its
// policies do not allow.
func (v *view) outOfReach(h *holder) []policy.Case {
	set, known := v.with(h)
	if !known {
		return nil
	}
	var out []policy.Case
	for _, b := range v.holders {
		if b.bucket == nil || len(b.docs) == 0 || b.docs[0].unknown() ||
			len(b.bucket.Name.V.Refs()) > 0 {
			continue
		}
		for _, s := range b.docs[0].filled.Statements {
			if !allowsPersonalize(s) {
				continue
			}
			for _, action := range []string{"s3:GetObject", "s3:PutObject"} {
				r := policy.Request{Principal: h.principal, Action: action, Resource: objectOf(s,
					b.arns[0]), ResourceAccount: v.account,
					Context: map[string][]string{"aws:SecureTransport": {"true"}}}
				all := set
				all.Resource = &b.docs[0].filled
				if d, ok := v.decide(h, r, all); ok && s.CoversAction(action) &&
					d.Outcome == policy.ImplicitlyDenied {
					out = append(out, policy.Case{Request: r, Policies: all, Expect: d.Outcome})
				}
			}
			break
		}
	}
	return out
}

// objectOf returns an object that a statement is about, or any of the bucket.
func objectOf(s policy.Statement, bucket string) string {
	for _, r := range s.Resource.Values {
		if text := r.IAM(); strings.HasPrefix(text, bucket+"/") && !strings.ContainsAny(text,
			"?$") {
			return strings.ReplaceAll(text, "*", "data.csv")
		}
	}
	return bucket + "/data.csv"
}

func notReached(v *view, report reporter) {
	v.managedOf("AmazonPersonalizeFullAccess", func(h *holder, f found) {
		for _, c := range v.outOfReach(h) {
			f.message = fmt.Sprintf("AmazonPersonalizeFullAccess is attached, which does not allow %s in bucket %q", c.Request.Action, bucketOf(c.Request.Resource))
			f.hint = "allow it in a policy of the role that names the bucket"
			f.show = &c
			report(f)
			return
		}
	})
}

// reaches returns the check that finds what the role of Personalize may do with any resource of a
// service.
func reaches(actions []string, resource func(v *view) string, message, hint string) func(*view,
	reporter) {
	return func(v *view, report reporter) {
		for _, h := range v.holders {
			if !h.service || !h.allows(actions...) {
				continue
			}
			seen := map[*document]bool{}
			for _, c := range v.granted(h, "", actions, []string{resource(v)}) {
				f := v.about(h, c, message, hint)
				if f.doc == nil || seen[f.doc] || isBroad(f.doc.filled.Statements[f.statement],
					func(a string) bool {
						return a == "*" || hasFold([]string{"s3:*", "kms:*"}, a)
					}) || f.doc.filled.Statements[f.statement].NotAction.Values != nil ||
					f.doc.filled.Statements[f.statement].NotResource.Values != nil {
					continue
				}
				seen[f.doc] = true
				report(f)
			}
		}
	}
}

func everyBucket(v *view, report reporter) {
	reaches([]string{"s3:GetObject", "s3:PutObject"},
		func(v *view) string { return "arn:" + v.partition + ":s3:::any-bucket/any-object" },
		"reaches objects of every bucket", "name the bucket and its objects")(v, report)
}

func everyKey(v *view, report reporter) {
	reaches([]string{"kms:Decrypt"},
		func(v *view) string {
			return "arn:" + v.partition + ":kms:" + v.region + ":" + v.account + ":key/any"
		},
		"decrypts with every key", "name the key")(v, report)
}

func sharedRole(v *view, report reporter) {
	for _, d := range v.docs {
		if d.kind != policy.Trust || !slices.ContainsFunc(d.as.Statements, allowsPersonalize) {
			continue
		}
		for i, s := range d.as.Statements {
			others := slices.DeleteFunc(services(s.Principal),
				func(n string) bool { return strings.EqualFold(n, personalize) })
			if s.Effect == policy.Allow && len(others) > 0 {
				report(d.found(i, fmt.Sprintf("lets %q assume the role of Personalize too",
					others[0]), "give it a role of its own"))
			}
		}
	}
}
