package lint

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/actions"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

const pageReference = "Service Authorization Reference, the page of each service, as in internal/actions"

// actionChecks are about actions, the resources that they work on, and condition keys that they
// have.
func actionChecks() []Check {
	return []Check{
		{ID: "PZ120", Title: "an action that does not exist",
			Level: findings.Warning, Source: pageReference, Date: noted,
			Why: "IAM and KMS take it and it allows nothing; S3 refuses the policy. " +
				"kms:ListGrant, personalize:GetDataInsight and " +
				"personalize:ListDataInsightsJob are misprints of editions of the guide.",
			Before: identity("", `{"Effect": "Allow", "Action": "personalize:GetDataInsight", "Resource": "*"}`),
			After:  identity("", `{"Effect": "Allow", "Action": "personalize:GetDataInsights", "Resource": "*"}`),
			find:   table(actions.UnknownAction, false)},
		{ID: "PZ121", Title: "an action that works on nothing of what is given",
			Level: findings.Warning, Source: pageReference, Date: noted,
			Why: "s3:ListBucket is about the bucket and s3:GetObject about objects: on the " +
				"other it allows nothing, and a job ends with \"Insufficient privileges for " +
				"accessing data in Amazon S3\". S3 refuses a bucket's policy with such an " +
				"action.",
			Before: identity("", `{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-data/*"}`),
			After:  identity("", `{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-data"}`),
			find:   table(actions.WrongResource, false)},
		{ID: "PZ122", Title: "the alias of a key in the place of the key",
			Level: findings.Warning, Date: looked,
			Source: "AWS KMS Developer Guide, alias-authorization",
			Why: "Use of a key is decided by the key's ARN. An alias as the resource of " +
				"kms:Decrypt allows nothing; it counts for actions on aliases alone.",
			Before: identity("", `{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:us-east-1:111122223333:alias/shop"}`),
			After:  identity("", `{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"}`),
			find:   table(actions.WrongResource, true)},
		{ID: "PZ123", Title: "a condition key that does not exist",
			Level: findings.Warning, Source: pageReference, Date: noted,
			Why: "No request has it: an Allow that asks for it never allows, and a Deny with " +
				"it never denies.",
			Before: identity("", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*",
  "Condition": {"StringEquals": {"aws:PrincipalOrganizationID": "o-a1b2c3d4e5"}}}`),
			After: identity("", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*",
  "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}`),
			find: table(actions.UnknownKey, false)},
		{ID: "PZ124", Title: "a condition key that requests for the action do not have",
			Level: findings.Warning, Source: pageReference, Date: noted,
			Why: "s3:prefix is of ListBucket: together with GetObject in one Allow, " +
				"GetObject is never allowed.",
			Before: identity("", `{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"],
  "Resource": ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"], "Condition": {"StringLike": {"s3:prefix": "in/*"}}}`),
			After: identity("", `{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-data",
  "Condition": {"StringLike": {"s3:prefix": "in/*"}}},
 {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/in/*"}`),
			find: table(actions.AbsentKey, false)},
		{ID: "PZ125", Title: "a resource of another bucket in the policy of a bucket",
			Level: findings.Error, Date: noted,
			Source: "Amazon S3 API Reference, PutBucketPolicy",
			Why: "S3 refuses the policy as malformed: a bucket's policy is about the bucket " +
				"and its objects.",
			Before: template(`  Data:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: acme-data
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "arn:aws:iam::111122223333:role/App"}
            Action: s3:GetObject
            Resource: "arn:aws:s3:::acme-other/*"
          - Effect: Deny
            Principal: "*"
            Action: "s3:*"
            Resource: ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"]
            Condition: {Bool: {"aws:SecureTransport": "false"}}
`),
			After: bucket(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/App"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find: otherBucket},
		{ID: "PZ126", Title: "ARNs of several partitions",
			Level: findings.Warning, Date: noted,
			Source: "IAM User Guide, reference-arns",
			Why: "Partitions know nothing of each other: what is in aws-cn cannot be granted " +
				"by, or to, an ARN that begins with arn:aws:. In China the guide's " +
				"examples have to be rewritten, and the service is " +
				"personalize.amazonaws.com there too.",
			Before: identity("", `{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws-cn:s3:::acme-data"},
 {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			After: identity("", `{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws-cn:s3:::acme-data"},
 {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws-cn:s3:::acme-data/*"}`),
			find: partitions},
	}
}

// table returns the check that says what [actions.Table.Check] finds of a kind.
func table(kind actions.Kind, alias bool) func(*view, reporter) {
	return func(v *view, report reporter) {
		for _, d := range v.docs {
			for i, s := range d.as.Statements {
				if d.kind == policy.KeyPolicy { // "*" is the key
					s.Resource = texts("arn:" + v.partition + ":kms:" + v.region + ":" +
						v.account + ":key/example")
					s.NotResource = policy.Texts{}
				}
				for _, f := range actions.Default().Check(s, v.resourceOf) {
					if f.Kind != kind || kind == actions.WrongResource && namesAlias(s,
						f) != alias {
						continue
					}
					hint := f.Hint()
					if alias {
						hint = "write the key's ARN, or \"*\" with a condition on kms:ResourceAliases"
					}
					report(d.found(i, f.Message, strings.ReplaceAll(strings.ReplaceAll(hint, "<data.arn>", "the bucket's ARN"), "`", "\"")))
				}
			}
		}
	}
}

// resourceOf returns the ARN that a reference stands for where it is known, else "".
func (v *view) resourceOf(r policy.Ref) string {
	if s := v.env([]policy.Ref{r})[r]; strings.HasPrefix(s, "arn:") && !strings.Contains(s, ":deployment:") {
		return s
	}
	return ""
}

// namesAlias reports whether what is wrong with an action of KMS is that its resource is an alias.
func namesAlias(s policy.Statement, f actions.Finding) bool {
	if f.Element != "Action" || !strings.HasPrefix(strings.ToLower(s.Action.Values[f.Index].IAM()), "kms:") {
		return false
	}
	for _, r := range s.Resource.Values {
		if strings.Contains(r.IAM(), ":alias/") {
			return true
		}
	}
	return false
}

func otherBucket(v *view, report reporter) {
	for _, h := range v.holders {
		if h.bucket == nil || len(h.docs) == 0 || h.names[0] == "" {
			continue
		}
		own := bucketOf(h.arns[0])
		for i, s := range h.docs[0].filled.Statements {
			for j, t := range append(append([]policy.Text{}, s.Resource.Values...), s.NotResource.Values...) {
				other := bucketOf(t.IAM())
				if other == "" || like(other, own) || h.docs[0].resourceOpen(i, j) {
					continue
				}
				report(h.docs[0].found(i, fmt.Sprintf("names %q, and S3 takes resources of bucket %q alone", t.IAM(), own),
					"put the statement into the policy of that bucket"))
			}
		}
	}
}

// resourceOpen reports whether a resource has a value that is not known.
func (d *document) resourceOpen(statement, value int) bool {
	s := d.as.Statements[statement]
	list := append(append([]policy.Text{}, s.Resource.Values...), s.NotResource.Values...)
	return len(list[value].Refs()) > 0
}

// like reports whether a pattern matches a name.
func like(pattern, name string) bool {
	return policy.ARN{Partition: "aws", Service: "s3", Resource: pattern}.Matches("arn:aws:s3:::" + name)
}

// partitions finds documents that name several partitions, or another than that they are for.
func partitions(v *view, report reporter) {
	for _, d := range v.docs {
		first := ""
		if v.placed && !d.loose {
			first = v.partition
		}
		reported := false
		for i, s := range d.as.Statements {
			s.MapTexts(func(t policy.Text) policy.Text {
				text := t.IAM()
				rest, ok := strings.CutPrefix(text, "arn:")
				p, _, more := strings.Cut(rest, ":")
				if !ok || !more || strings.ContainsAny(p, "*?$<") || reported {
					return t
				}
				if first == "" {
					first = p
				}
				if p != first {
					reported = true
					report(d.found(i, fmt.Sprintf("names %q in a document for partition %q", text, first),
						"write ARNs of one partition"))
				}
				return t
			})
		}
	}
}
