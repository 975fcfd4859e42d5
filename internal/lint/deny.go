package lint

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

// denyChecks are about what is let in and denied again.
func denyChecks() []Check {
	const pageNet = "Amazon Personalize Developer Guide, granting-personalize-s3-access"
	in := `{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": ["s3:GetObject", "s3:PutObject"],
  "Resource": "arn:aws:s3:::acme-data/*",
  ` + sourced + `}`
	return []Check{
		{ID: "PZ186", Title: "a Deny by network that stops Personalize",
			Level: findings.Error, Source: pageNet, Date: noted,
			Why: "\"Amazon Personalize can't interact with Amazon S3 buckets that allow only " +
				"VPC access\": its requests come from no VPC, no endpoint and no address " +
				"of yours. Every job fails, whatever the bucket's policy allows.",
			Before: bucket(in + `,
 {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"],
  "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}}`),
			After: bucket(in + `,
 {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"],
  "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}`),
			find: stops(byNetwork,
				"is denied by its network, as it comes from no VPC and no address of yours",
				"except services: BoolIfExists aws:PrincipalIsAWSService false")},
		{ID: "PZ187", Title: "a Deny by encryption header that stops Personalize",
			Level: findings.Warning, Date: noted,
			Source: "Amazon S3 User Guide, UsingServerSideEncryption; Personalize API " +
				"Reference, S3DataConfig",
			Why: "Without kmsKeyArn in the job nothing says that Personalize sends the " +
				"header; the bucket's default encryption does the work. All new objects are " +
				"encrypted since January 2023, so that such a Deny is of no use any more.",
			Before: bucket(in + `,
 {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-data/*",
  "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}`),
			After: bucket(in),
			find: stops(byEncryption,
				"is denied for want of an encryption header, unless the job names a key",
				"leave the Deny out and set the bucket's default encryption")},
		{ID: "PZ188", Title: "a Deny that stops Personalize",
			Level: findings.Error, Date: noted,
			Source: "IAM User Guide, reference_policies_condition-keys, " +
				"aws:PrincipalIsAWSService",
			Why: "A Deny by organization, by a list of principals, or by aws:SecureTransport " +
				"with the wrong value meets the service too: its requests have neither an " +
				"organization nor an ARN of a principal, and do use TLS.",
			Before: bucket(in + `,
 {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"],
  "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}`),
			After: bucket(in + `,
 {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"],
  "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}`),
			find: stops(byOther, "is denied",
				"except services: BoolIfExists aws:PrincipalIsAWSService false")},
	}
}

// cause is what a Deny asks about.
type cause byte

const (
	byNetwork cause = iota
	byEncryption
	byOther
	byUnknown
)

// causeOf tells what a Deny asks about. It is byUnknown for a key of which nobody knows what
// requests of Personalize have, tags of objects for example.
func causeOf(s policy.Statement) cause {
	out := byOther
	for _, c := range s.Condition {
		switch key := strings.ToLower(c.Key); {
		case slices.Contains([]string{"aws:sourcevpc", "aws:sourcevpce", "aws:sourceip",
			"aws:vpcsourceip"}, key):
			out = min(out, byNetwork)
		case strings.HasPrefix(key, "s3:x-amz-server-side-encryption"):
			out = min(out, byEncryption)
		case slices.Contains([]string{"aws:securetransport", "aws:principalorgid",
			"aws:principalorgpaths", "aws:principalarn",
			"aws:principalaccount", "aws:principalisawsservice", "aws:principalservicename",
			"aws:principalservicenameslist",
			"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths",
			"aws:viaawsservice", "aws:calledvia",
			"aws:username", "aws:userid", "aws:principaltype", "s3:signatureversion",
			"s3:authtype", "s3:tlsversion",
			"aws:multifactorauthpresent", "aws:multifactorauthage"}, key):
		default:
			return byUnknown
		}
	}
	return out
}

// stops returns the check that finds requests of Personalize that a policy allows and denies
// again for a cause.
func stops(why cause, message, hint string) func(*view, reporter) {
	return func(v *view, report reporter) {
		for _, h := range v.holders {
			if h.kind != policy.Resource && h.kind != policy.KeyPolicy || len(h.docs) == 0 ||
				len(h.arns) == 0 {
				continue
			}
			d := h.docs[0]
			seen := map[int]bool{}
			for _, s := range d.filled.Statements {
				if !allowsPersonalize(s) {
					continue
				}
				for _, r := range v.jobRequests(h, s) {
					decision, ok := v.decide(h, r, h.policies())
					if !ok {
						return
					}
					for _, c := range decision.Because {
						if c.Effect != policy.Deny || seen[c.Statement] ||
							causeOf(d.filled.Statements[c.Statement]) != why {
							continue
						}
						seen[c.Statement] = true
						f := d.found(c.Statement, r.Action+" of Personalize "+message, hint)
						f.show = &policy.Case{Request: r, Policies: h.policies(),
							Expect: policy.ExplicitlyDenied}
						report(f)
					}
				}
			}
		}
	}
}

// jobRequests returns requests as jobs of Personalize make them, of actions that a statement
// allows.
func (v *view) jobRequests(h *holder, s policy.Statement) []policy.Request {
	var out []policy.Request
	context := v.sourceContext()
	for _, key := range []string{"aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID",
		"aws:SourceOrgPaths"} {
		if value := h.docs[0].someValue(key); value != "" {
			context[key] = []string{value}
		}
	}
	for _, action := range []string{"s3:ListBucket", "s3:GetObject", "s3:PutObject", "kms:Decrypt",
		"kms:GenerateDataKey"} {
		if !s.CoversAction(action) {
			continue
		}
		resource := h.arns[0]
		if action == "s3:GetObject" || action == "s3:PutObject" {
			resource = objectOf(s, h.arns[0])
		}
		r := policy.Request{Principal: personalize, Action: action, Resource: resource,
			ResourceAccount: v.account,
			Context:         map[string][]string{}}
		for key, value := range context {
			r.Context[key] = value
		}
		if strings.HasPrefix(action, "s3:") {
			r.Context["s3:signatureversion"],
				r.Context["s3:authType"] = []string{"AWS4-HMAC-SHA256"}, []string{"REST-HEADER"}
			r.Context["s3:TlsVersion"] = []string{"1.2"}
		}
		out = append(out, r)
	}
	return out
}

// someValue returns a value that a document asks a key to have: what is right for it is not known
// otherwise.
func (d *document) someValue(key string) string {
	for _, s := range d.filled.Statements {
		for _, c := range s.Condition {
			if strings.EqualFold(c.Key, key) && base(c.Operator) != "Null" &&
				len(c.Values.Values) > 0 {
				return strings.NewReplacer("*", "x", "?", "x").Replace(c.Values.Values[0].IAM())
			}
		}
	}
	return ""
}
