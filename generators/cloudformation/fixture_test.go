package cloudformation

import (
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

func mustText(s string) policy.Text {
	t, err := policy.ParseText(s)
	if err != nil {
		panic(err)
	}
	return t
}

func texts(ss ...string) policy.Texts {
	var out policy.Texts
	for _, s := range ss {
		out.Values = append(out.Values, mustText(s))
	}
	return out
}

func one(s string) policy.Texts { return policy.One(mustText(s)) }

func service() *policy.Principal {
	return &policy.Principal{Types: []policy.PrincipalType{{Type: "Service", Values: one("personalize.amazonaws.com")}}}
}

func document(statements ...policy.Statement) policy.Document {
	return policy.Document{Version: policy.Version2012, Statements: statements}
}

func allow(sid string, action, resource policy.Texts) policy.Statement {
	return policy.Statement{Sid: sid, Effect: policy.Allow, Action: action, Resource: resource}
}

func from(p *policy.Principal, s policy.Statement) policy.Statement {
	s.Principal = p
	return s
}

func when(s policy.Statement, conditions ...policy.Condition) policy.Statement {
	s.Condition = conditions
	return s
}

func condition(operator, key string, values policy.Texts) policy.Condition {
	return policy.Condition{Operator: operator, Key: key, Values: values}
}

func decode(t testing.TB, s string) policy.Document {
	t.Helper()
	d, err := policy.DecodeJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// foreign is a policy that somebody else wrote, with what makes a template go wrong when it is not quoted or escaped.
const foreign = `{
  "Version": "2012-10-17",
  "Id": "written by hand: yes",
  "Statement": {
    "Sid": "on",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::acme-results", "arn:aws:s3:::acme-results/${aws:username}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringNotLike": {"aws:PrincipalTag/cost center": ["${$}{x}", "no", "012345678901"]}}
  }
}`

// old is a policy of the version without variables, where ${aws:username} is text.
const old = `{
  "Version": "2008-10-17",
  "Statement": [{"Sid": "", "Effect": "Allow", "Principal": {"AWS": ["111122223333"]}, "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::acme-old/${aws:username}/cost$"}]
}`

func withOwn(base policy.Document, s ...policy.Statement) policy.Document {
	d := base
	d.Single = false
	d.Statements = append(append([]policy.Statement(nil), base.Statements...), s...)
	return d
}

// created makes everything itself.
func created() *model.Setup {
	tls := policy.Statement{
		Sid: "DenyPlainHTTP", Effect: policy.Deny, Principal: &policy.Principal{Any: true},
		Action: one("s3:*"), Resource: texts("<bucket.data.arn>", "<bucket.data.arn>/*"),
	}
	return &model.Setup{
		Name: "retail", SpecFile: "pzgen.yaml", Account: "111122223333", Region: "eu-west-1", Partition: "aws",
		Description: "Product recommendations: \"on\" sale,\n100 % of ${them}\u2028#yes",
		Tags:        []spec.Tag{{Key: "on", Value: "yes"}, {Key: "team", Value: "a \"b\": ${AWS::Region} %{c}"}},
		Role: model.Role{
			Name: "PersonalizeRetail", Path: "/personalize/", Description: "it's \"the\" role: ${x}", Inline: true,
			Boundary:        mustText("arn:<aws.partition>:iam::<aws.account>:policy/Boundary"),
			ManagedPolicies: []policy.Text{mustText("arn:<aws.partition>:iam::aws:policy/service-role/AmazonPersonalizeFullAccess")},
			Trust: model.Doc{Name: "role-trust", Document: document(when(
				from(service(), policy.Statement{Sid: "PersonalizeAssumesRole", Effect: policy.Allow, Action: one("sts:AssumeRole")}),
				condition("StringEquals", "aws:SourceAccount", one("<aws.account>")),
				condition("ArnLike", "aws:SourceArn", one("arn:<aws.partition>:personalize:<aws.region>:<aws.account>:*")),
			))},
			Policies: []model.Doc{{Name: "role-policy", PolicyName: "personalize-retail", Document: document(
				allow("ReadData", texts("s3:GetObject"), texts("<bucket.data.arn>/datasets/*", "<bucket.data.arn>/it's \"q\" %{x} ü/${aws:username}<bucket.data.name>")),
				allow("ListData", texts("s3:ListBucket"), texts("<bucket.data.arn>")),
				allow("UseKey", texts("kms:Decrypt", "kms:GenerateDataKey"), texts("<key.shop.arn>")),
				when(allow("Odd", one("s3:PutObject"), texts("<bucket.plain.arn>/cost${$}<aws.account>${$}{aws:username}${*}${aws:userid, 'no}one'}")),
					condition("ForAllValues:StringLike", "aws:RequestTag/a: b #c", texts("${aws:username}", "${$}{aws:username}", "!Ref x", "*a", "&b", "on", "", " ", "0777")),
					condition("Bool", "aws:SecureTransport", one("true")),
					condition("ForAllValues:StringLike", "on", texts("\ttab\nline", "<<aws.account>", "${!x}")),
				),
			)}},
		},
		Keys: []model.Key{{ID: "shop", Alias: "alias/retail-personalize", Rotation: true, Window: 30,
			Policy: model.Doc{Name: "key-shop", Document: document(
				from(&policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: one("arn:<aws.partition>:iam::<aws.account>:root")}}},
					allow("Enable IAM User Permissions", one("kms:*"), one("*"))),
				from(&policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: one("<role.arn>")}, {Type: "Service", Values: one("personalize.amazonaws.com")}}},
					when(allow("Allow use of the key", texts("kms:Decrypt", "kms:CreateGrant"), one("*")),
						condition("StringLike", "kms:EncryptionContext:aws:s3:arn", texts("<bucket.data.arn>", "<bucket.data.arn>/*", "<bucket.data.name>")))),
			)}}},
		Buckets: []model.Bucket{
			{ID: "data", Name: "acme-retail-data", Key: "shop", Versioning: true, BlockPublic: true, OwnerOnly: true, ExpireDays: 30, OldDays: 30,
				Policy: model.Doc{Name: "bucket-data", Document: document(
					from(service(), allow("PersonalizeReads", texts("s3:GetObject", "s3:ListBucket"), texts("<bucket.data.arn>", "<bucket.data.arn>/*"))),
					when(tls, condition("Bool", "aws:SecureTransport", one("false"))),
				)}},
			{ID: "plain", Name: "acme-retail-plain",
				Policy: model.Doc{Name: "bucket-plain", Document: policy.Document{Version: policy.Version2012, ID: "PersonalizeS3BucketAccessPolicy", Single: true,
					Statements: []policy.Statement{from(service(), allow("PersonalizeS3BucketAccessPolicy", texts("s3:PutObject"), texts("<bucket.plain.arn>", "<bucket.plain.arn>/*")))}}}},
		},
		DatasetGroup: &model.DatasetGroup{Name: "retail", Domain: "ECOMMERCE", Key: "shop"},
		Operators: []model.Operator{
			{ID: "admins", Groups: []string{"PersonalizeAdmins"}, Users: []string{"zoe", "adam"}, Roles: []string{"Ops"},
				ManagedPolicies: []policy.Text{mustText("arn:<aws.partition>:iam::aws:policy/CloudWatchFullAccess"), mustText("arn:<aws.partition>:iam::<aws.account>:policy/Own")},
				Policies: []model.Doc{
					{Name: "operator-admins-1", PolicyName: "retail-admins-1", Document: document(allow("Personalize", one("personalize:*"), one("*")))},
					{Name: "operator-admins-2", PolicyName: "retail-admins-2", Document: document(when(allow("PassRole", one("iam:PassRole"), one("<role.arn>")),
						condition("StringEquals", "iam:PassedToService", one("personalize.amazonaws.com"))))},
				}},
			{ID: "web-shop", Roles: []string{"WebShop"}, Policies: []model.Doc{{Name: "operator-web-shop", PolicyName: "retail-web-shop",
				Document: document(allow("Recommend", texts("personalize:GetRecommendations"), texts("arn:<aws.partition>:personalize:<aws.region>:<aws.account>:campaign/*")))}}},
		},
	}
}

// apart makes the role, and a dataset group with a key that exists.
func apart() *model.Setup {
	s := created()
	s.Name = "apart"
	s.Keys = append(s.Keys, model.Key{ID: "corp",
		ARN:    "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000",
		Policy: model.Doc{Name: "key-corp", Partial: true, Document: document(from(service(), allow("Key", texts("kms:Decrypt"), one("*"))))}})
	s.DatasetGroup.Key = "corp"
	return s
}

// existing only adds to what is there.
func existing(t testing.TB) *model.Setup {
	base, ancient, key := decode(t, foreign), decode(t, old), decode(t, foreign)
	reads := func(id string) policy.Statement {
		return from(service(), allow("PersonalizeReads", texts("s3:GetObject"), texts("<bucket."+id+".arn>/in/*")))
	}
	return &model.Setup{
		Name: "there-already", SpecFile: "pzgen.yaml", Account: "012345678901", Region: "cn-north-1", Partition: "aws-cn",
		Role: model.Role{
			Name: "By-Hand", Path: "/", Existing: true,
			ManagedPolicies: []policy.Text{mustText("arn:<aws.partition>:iam::aws:policy/service-role/AmazonPersonalizeFullAccess")},
			Trust:           model.Doc{Name: "role-trust", Partial: true, Document: document(from(service(), policy.Statement{Effect: policy.Allow, Action: one("sts:AssumeRole")}))},
			Policies: []model.Doc{
				{Name: "role-policy-1", PolicyName: "personalize-1", Document: document(allow("Read", texts("s3:GetObject"), texts("<bucket.results.arn>/in/*", "<bucket.unknown.arn>/in/*")))},
				{Name: "role-policy-2", PolicyName: "personalize-2", Document: document(allow("Key", texts("kms:Decrypt"), texts("<key.corp.arn>")))},
			},
		},
		Keys: []model.Key{
			{ID: "corp", ARN: "arn:aws-cn:kms:cn-north-1:012345678901:key/0a1b2c3d-0000-4000-8000-000000000000",
				Policy: model.Doc{Name: "key-corp", Document: key}, Base: &key},
			{ID: "unseen", ARN: "arn:aws-cn:kms:cn-north-1:012345678901:key/1a1b2c3d-0000-4000-8000-000000000000",
				Policy: model.Doc{Name: "key-unseen", Partial: true, Document: document(from(service(), allow("Key", texts("kms:Decrypt"), one("*"))))}},
		},
		Buckets: []model.Bucket{
			{ID: "results", Name: "acme-results", Existing: true, Base: &base, Policy: model.Doc{Name: "bucket-results", Document: withOwn(base, reads("results"))}},
			{ID: "old", Name: "acme-old", Existing: true, Base: &ancient, Policy: model.Doc{Name: "bucket-old", Document: withOwn(ancient, reads("old"),
				from(service(), allow("Dollars", texts("s3:GetObject"), texts("<bucket.old.arn>/${$}<aws.account>/${$}{aws:username}"))))}},
			{ID: "unknown", Name: "acme-unknown", Existing: true, Policy: model.Doc{Name: "bucket-unknown", Partial: true, Document: document(reads("unknown"))}},
		},
		DatasetGroup: &model.DatasetGroup{Name: "retail_2", Key: "corp"},
		Operators: []model.Operator{{ID: "read", Users: []string{"eve"}, Policies: []model.Doc{{Name: "operator-read", PolicyName: "there-already-read",
			Document: document(allow("List", texts("personalize:ListSchemas"), one("*")))}}}},
	}
}
