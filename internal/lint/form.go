package lint

import (
	"fmt"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

// The days on which the sources of checks were read: of looked, for the check; of noted, with
// everything else that the project knows of Amazon Personalize and its policies.
const (
	looked = "2026-11-27"
	noted  = "2026-11-22"
)

const (
	pageGrammar   = "IAM User Guide, reference_policies_grammar"
	pagePrincipal = "IAM User Guide, reference_policies_elements_principal"
	pageSid       = "IAM User Guide, reference_policies_elements_sid"
	pageVersion   = "IAM User Guide, reference_policies_elements_version"
)

// formChecks are about what AWS does not take, or reads otherwise than it looks.
func formChecks() []Check {
	return []Check{
		{ID: "PZ101", Title: "a document that AWS refuses",
			Level: findings.Error, Source: pageGrammar, Date: noted,
			Why: "The call that stores the policy fails, and everything in the same change " +
				"with it. What such a document would decide is not known, so that checks of " +
				"access do not look at it.",
			Before: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  "Resource": "*", ` + sourced + `}`),
			After: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  ` + sourced + `}`),
			find: problems("")},
		{ID: "PZ102", Title: "Id in the policy of an identity",
			Level: findings.Warning, Date: noted,
			Source: "IAM User Guide, reference_policies_elements_id",
			Why: "Id is an element of policies of resources. The guide of Personalize prints " +
				"it in its examples for the service role; IAM stores it, and other tools " +
				"and services refuse it.",
			Before: identity(`"Id": "PersonalizeS3BucketAccessPolicy"`,
				`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			After: identity("", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find:  problems(policy.TopicID)},
		{ID: "PZ103", Title: "Principal in the policy of an identity",
			Level: findings.Error, Source: pagePrincipal, Date: noted,
			Why: "It is whoever the policy is attached to. IAM refuses the document, which " +
				"most often is the policy of a bucket, pasted into that of the role.",
			Before: identity("", `{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			After: identity("", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find:  problems(policy.TopicPrincipal)},
		{ID: "PZ104", Title: "a Sid with characters that IAM refuses",
			Level: findings.Error, Source: pageSid, Date: noted,
			Why: "In policies of identities and roles a Sid has ASCII letters and digits. " +
				"Policies of buckets and keys take other characters, which is how they get " +
				"into those of roles.",
			Before: identity("", `{"Sid": "Read the input", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			After:  identity("", `{"Sid": "ReadTheInput", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find:   problems(policy.TopicSid)},
		{ID: "PZ105", Title: "a Sid that two statements have",
			Level: findings.Error, Source: pageSid, Date: noted,
			Why: "AWS refuses the document: a Sid is unique in it.",
			Before: identity("", `{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"},
 {"Sid": "Read", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-data"}`),
			After: identity("", `{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"},
 {"Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-data"}`),
			find: problems(policy.TopicSameSid)},
		{ID: "PZ106", Title: "a document that is too large",
			Level: findings.Error, Date: noted,
			Source: "IAM User Guide, reference_iam-quotas; Amazon S3 User Guide, " +
				"add-bucket-policy; AWS KMS API Reference, PutKeyPolicy",
			Why: "AWS refuses it. White space does not count in policies of IAM, and does in " +
				"those of S3 and KMS.",
			Before: identity("", wide(300)), After: identity("", wide(30)),
			find: problems(policy.TopicSize)},
		{ID: "PZ107", Title: "no Version",
			Level: findings.Note, Source: pageVersion, Date: looked,
			Why: "AWS reads the document as one of 2008-10-17, in which ${aws:username} and " +
				"the like are plain text: whoever adds one later finds that it does " +
				"nothing.",
			Before: Example{OnIdentity, `{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}]}`},
			After:  identity("", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find:   noVersion},
		{ID: "PZ108", Title: "a policy variable that is plain text",
			Level: findings.Error, Source: pageVersion, Date: looked,
			Why: "Policy variables are of version 2012-10-17. In an older one, or without " +
				"Version, the text is compared as it is written, and no name has it.",
			Before: Example{OnIdentity, `{"Version": "2008-10-17", "Statement": [
 {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/${aws:username}/*"}]}`},
			After: identity("", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/${aws:username}/*"}`),
			find:  problems(policy.TopicVariable)},
		{ID: "PZ109", Title: "a principal that AWS refuses",
			Level: findings.Error, Source: pagePrincipal, Date: noted,
			Why: "A wildcard cannot stand for a part of a principal's name, and a service " +
				"has a name such as personalize.amazonaws.com. S3 and KMS answer \"Invalid " +
				"principal in policy\".",
			Before: bucket(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Personalize*"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			After: bucket(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/PersonalizeShop"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find: problems(policy.TopicPrincipalForm)},
		{ID: "PZ110", Title: "a principal that was deleted",
			Level: findings.Warning, Source: pagePrincipal, Date: noted,
			Why: "AWS shows the unique ID of a user or role in the place of its ARN once it " +
				"was deleted. A new role of that name is not let in, and the document " +
				"cannot be stored again before the ID is gone from it.",
			Before: bucket(`{"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLEEXAMPLE123"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			After: bucket(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/PersonalizeShop"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find: deleted},
	}
}

// problems returns the check that says what [policy.Document.Check] finds on a topic.
func problems(topic policy.Topic) func(*view, reporter) {
	return func(v *view, report reporter) {
		for _, d := range v.docs {
			for _, p := range d.filled.Check(d.kind) {
				if p.Topic != topic || topic == policy.TopicSize && d.unknown() {
					continue
				}
				report(d.found(p.Statement, p.Message, hintFor(topic)))
			}
		}
	}
}

func hintFor(topic policy.Topic) string {
	return map[policy.Topic]string{
		policy.TopicID:            "leave Id out",
		policy.TopicPrincipal:     "leave the Principal out, or attach the document to the bucket or key",
		policy.TopicSid:           "leave the other characters out",
		policy.TopicSameSid:       "give one of them another Sid",
		policy.TopicSize:          "divide it, or write wildcards for what is alike",
		policy.TopicVariable:      "write \"Version\": \"2012-10-17\"",
		policy.TopicPrincipalForm: "name accounts, users and roles whole; a condition on aws:PrincipalArn takes wildcards",
		policy.TopicNotPrincipal:  "name who is let in",
	}[topic]
}

// found returns a finding about a statement of a document, or the whole of it.
func (d *document) found(statement int, message, hint string) found {
	return found{doc: d, statement: statement, on: d.on, names: d.names, at: d.at,
		message: message, hint: hint}
}

func noVersion(v *view, report reporter) {
	for _, d := range v.docs {
		if d.as.Version == "" {
			report(d.found(-1, "there is no Version, so that it is read as one of 2008-10-17",
				"write \"Version\": \"2012-10-17\""))
		}
	}
}

func deleted(v *view, report reporter) {
	for _, d := range v.docs {
		for _, n := range d.as.Deleted() {
			report(d.found(n.Statement,
				fmt.Sprintf("names %q, which AWS shows for a user or role that was deleted",
					n.Principal),
				"write the ARN of who is meant, or take it out"))
		}
	}
}
