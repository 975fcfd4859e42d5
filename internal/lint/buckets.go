package lint

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

// bucketChecks are about settings of buckets, and what is missing in their policies.
func bucketChecks() []Check {
	return []Check{
		{ID: "PZ170", Title: "a bucket that takes requests without TLS",
			Level: findings.Note, Date: looked,
			Source: "Amazon S3 User Guide, security-best-practices, \"Enforce encryption of " +
				"data in transit\"",
			Why: "Names of users and what they did can be read on the way. A Deny on " +
				"aws:SecureTransport false does not touch Personalize, which uses HTTPS.",
			Before: Example{OnBucket, statements("", `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/App"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`)},
			After: bucket(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/App"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find: plainRequests},
		{ID: "PZ171", Title: "a bucket without access logs",
			Level: findings.Note, Date: looked,
			Source: "Amazon S3 User Guide, security-best-practices",
			Why: "Who read the data cannot be told afterwards, unless CloudTrail records " +
				"data events of the bucket.",
			Before: template(bucketTemplate + versioned), After: template(bucketTemplate +
				versioned + logged),
			find: eachBucket(func(v *view, h *holder) (string, string) {
				if h.bucket.LogsTo.V.String() != "" || v.takesLogs(h) || v.unread(h,
					"LoggingConfiguration", "aws_s3_bucket_logging") {
					return "", ""
				}
				return "there are no access logs",
					"set LoggingConfiguration, aws_s3_bucket_logging in Terraform"
			})},
		{ID: "PZ172", Title: "a bucket without versions",
			Level: findings.Note, Date: looked,
			Source: "Amazon S3 User Guide, security-best-practices",
			Why: "What a job or a mistake overwrites is gone. A FULL import replaces all " +
				"that was imported before, from whatever is in the bucket.",
			Before: template(bucketTemplate + logged), After: template(bucketTemplate + versioned +
				logged),
			find: eachBucket(func(v *view, h *holder) (string, string) {
				if h.bucket.Versioning.V || v.takesLogs(h) || v.unread(h,
					"VersioningConfiguration", "aws_s3_bucket_versioning") {
					return "", ""
				}
				return "no versions of objects are kept",
					"set VersioningConfiguration, aws_s3_bucket_versioning in Terraform"
			})},
		{ID: "PZ173", Title: "a bucket whose public access block is off",
			Level: findings.Warning, Source: pagePublic, Date: noted,
			Why: "AWS turns all four settings on for new buckets. Personalize needs none of " +
				"them off: a statement for a service principal is not public.",
			Before: template(bucketTemplate + versioned + logged + strings.Replace(blocked,
				"BlockPublicPolicy: true", "BlockPublicPolicy: false", 1)),
			After: template(bucketTemplate + versioned + logged + blocked),
			find: eachBucket(func(_ *view, h *holder) (string, string) {
				b := h.bucket
				if !b.PublicAccessBlock.V || b.BlockPublicAcls.V && b.IgnorePublicAcls.V &&
					b.BlockPublicPolicy.V && b.RestrictPublicBuckets.V {
					return "", ""
				}
				return "the public access block is off, all or in part",
					"turn on all four settings, or leave them to AWS's default"
			})},
		{ID: "PZ174", Title: "a bucket whose objects can be somebody else's",
			Level: findings.Warning, Date: looked,
			Source: "Amazon S3 User Guide, about-object-ownership",
			Why: "Without BucketOwnerEnforced an object belongs to the account that put it, " +
				"and the bucket's policy does not count for it: Personalize cannot read " +
				"what another account uploaded.",
			Before: template(bucketTemplate + versioned + logged + owned("ObjectWriter")),
			After:  template(bucketTemplate + versioned + logged + owned("BucketOwnerEnforced")),
			find: eachBucket(func(v *view, h *holder) (string, string) {
				if o := h.bucket.Ownership.V.String(); o == "" || o == "BucketOwnerEnforced" ||
					len(h.bucket.Ownership.V.Refs()) > 0 || v.takesLogs(h) {
					return "", ""
				}
				return "object ownership is " + h.bucket.Ownership.V.String(),
					"write BucketOwnerEnforced"
			})},
	}
}

const (
	bucketTemplate = `  Data:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketName: acme-data
`
	versioned = "      VersioningConfiguration: {Status: Enabled}\n"
	logged    = "      LoggingConfiguration: {DestinationBucketName: acme-logs, LogFilePrefix: data/}\n"
	blocked   = "      PublicAccessBlockConfiguration: {BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true}\n"
)

func owned(by string) string {
	return "      OwnershipControls: {Rules: [{ObjectOwnership: " + by + "}]}\n"
}

// eachBucket returns the check that asks of each bucket that is created what is wrong with it,
// and what to set.
func eachBucket(wrong func(*view, *holder) (message, hint string)) func(*view, reporter) {
	return func(v *view, report reporter) {
		for _, h := range v.holders {
			if h.bucket == nil || !h.bucket.Created {
				continue
			}
			if message, hint := wrong(v, h); message != "" {
				report(found{statement: -1, on: h.on, names: h.names, at: h.at, message: message,
					hint: hint})
			}
		}
	}
}

// takesLogs reports whether a bucket is one that access logs go to.
func (v *view) takesLogs(h *holder) bool {
	if slices.ContainsFunc(v.state.Buckets, func(b deployed.Bucket) bool {
		return b.LogsTo.V.String() != "" && b.LogsTo.V.String() == h.bucket.Name.V.String()
	}) {
		return true
	}
	return h.statement(func(s policy.Statement) bool {
		return hasFold(services(s.Principal), "logging.s3.amazonaws.com")
	})
}

// unread reports whether a property with one of the names was not understood: at the thing, or
// anywhere where the reader says it of another resource.
func (v *view) unread(h *holder, names ...string) bool {
	return slices.ContainsFunc(v.state.Unknown, func(u deployed.Unknown) bool {
		return u.At.Path == h.at.Path && slices.ContainsFunc(names, func(n string) bool {
			return strings.Contains(u.What, n) || strings.Contains(u.Why, n)
		})
	})
}

// plainRequests finds buckets whose policy lets somebody in and refuses nothing without TLS.
func plainRequests(v *view, report reporter) {
	for _, h := range v.holders {
		if h.kind != policy.Resource || len(h.docs) == 0 || len(h.arns) == 0 || h.docs[0].part {
			continue
		}
		r := policy.Request{Principal: v.example(), Action: "s3:GetObject", Resource: h.arns[0] +
			"/object", ResourceAccount: v.account,
			Context: map[string][]string{"aws:SecureTransport": {"false"}}}
		set := h.policies()
		set.Identity = []policy.Document{policy.Everything()}
		if decision, ok := v.decide(h, r, set); ok && decision.Outcome == policy.Allowed {
			f := h.docs[0].found(-1, "requests without TLS are taken",
				"add a Deny of s3:* to everybody where aws:SecureTransport is false")
			f.show = &policy.Case{Request: r, Policies: set, Expect: policy.Allowed}
			report(f)
		}
	}
}
