package terraform

import (
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// text parses the notation of templates.
func text(t testing.TB, s string) policy.Text {
	t.Helper()
	out, err := policy.ParseText(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func texts(t testing.TB, list ...string) policy.Texts {
	t.Helper()
	out := policy.Texts{}
	for _, s := range list {
		out.Values = append(out.Values, text(t, s))
	}
	return out
}

func service(t testing.TB, names ...string) *policy.Principal {
	return &policy.Principal{Types: []policy.PrincipalType{{Type: "Service", Values: texts(t, names...)}}}
}

func doc(name, policyName string, statements ...policy.Statement) model.Doc {
	return model.Doc{Name: name, PolicyName: policyName, Document: policy.Document{Version: policy.Version2012, Statements: statements}}
}

func trust(t testing.TB) model.Doc {
	return doc("role-trust", "", policy.Statement{
		Sid: "PersonalizeAssumeRole", Effect: policy.Allow, Principal: service(t, "personalize.amazonaws.com"),
		Action: policy.One(text(t, "sts:AssumeRole")),
		Condition: []policy.Condition{
			{Operator: "StringEquals", Key: "aws:SourceAccount", Values: policy.One(text(t, "<aws.account>"))},
			{Operator: "ArnLike", Key: "aws:SourceArn", Values: texts(t, "arn:<aws.partition>:personalize:<aws.region>:<aws.account>:*")},
		},
	})
}

func readStatement(t testing.TB, sid, bucket string, p *policy.Principal) policy.Statement {
	return policy.Statement{
		Sid: sid, Effect: policy.Allow, Principal: p, Action: texts(t, "s3:GetObject"),
		Resource: texts(t, "<bucket."+bucket+".arn>/datasets/*", "<bucket."+bucket+".arn>/batch/in/*"),
	}
}

func listStatement(t testing.TB, sid, bucket string, p *policy.Principal) policy.Statement {
	return policy.Statement{Sid: sid, Effect: policy.Allow, Principal: p, Action: texts(t, "s3:ListBucket"), Resource: texts(t, "<bucket."+bucket+".arn>")}
}

func secure(t testing.TB, bucket string) policy.Statement {
	return policy.Statement{
		Sid: "PersonalizeDenyInsecureTransport", Effect: policy.Deny, Principal: &policy.Principal{Any: true}, Action: texts(t, "s3:*"),
		Resource:  texts(t, "<bucket."+bucket+".arn>", "<bucket."+bucket+".arn>/*"),
		Condition: []policy.Condition{{Operator: "Bool", Key: "aws:SecureTransport", Values: texts(t, "false")}},
	}
}

func admins(t testing.TB) policy.Statement {
	return policy.Statement{
		Sid: "Administrators", Effect: policy.Allow,
		Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: texts(t, "arn:<aws.partition>:iam::<aws.account>:root")}}},
		Action:    texts(t, "kms:*"), Resource: texts(t, "*"),
	}
}

func useKey(t testing.TB) policy.Statement {
	return policy.Statement{
		Sid: "PersonalizeUseKey", Effect: policy.Allow,
		Principal: &policy.Principal{Types: []policy.PrincipalType{
			{Type: "AWS", Values: texts(t, "<role.arn>")},
			{Type: "Service", Values: texts(t, "personalize.amazonaws.com")},
		}},
		Action: texts(t, "kms:Decrypt", "kms:GenerateDataKey"), Resource: texts(t, "*"),
	}
}

// base makes a policy that stood there before, from JSON.
func base(t testing.TB, json string) *policy.Document {
	t.Helper()
	d, err := policy.DecodeJSON([]byte(json))
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

// onto returns d whole: the statements of base, then its own.
func onto(b *policy.Document, d model.Doc) (model.Doc, policy.Document) {
	own := d.Document
	merged := *b
	merged.Single = false
	merged.Statements = append(append([]policy.Statement(nil), b.Statements...), own.Statements...)
	d.Document = merged
	return d, own
}

const foreignBucket = `{"Version": "2012-10-17", "Id": "theirs", "Statement": [
	{"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::444455556666:root", "arn:aws:iam::777788889999:root"]},
	 "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-results/${aws:username}/&{not}/%{if}/cost$/*"},
	{"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::444455556666:root", "CanonicalUser": "abc"}, "NotAction": ["s3:Get*"],
	 "NotResource": "arn:aws:s3:::acme-results/x", "Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringLike": {"s3:prefix": ["a", "b"]}}},
	{"Sid": "All", "Effect": "Deny", "Principal": "*", "Action": ["s3:DeleteObject"], "Resource": ["*"]},
	{"Sid": "AllAWS", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": ["s3:DeleteBucket"], "Resource": ["*"]}]}`

const foreignKey = `{"Version": "2012-10-17", "Id": "key-default-1", "Statement": {"Sid": "Enable IAM User Permissions", "Effect": "Allow",
	"Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}}`

// complete has everything that a setup can have.
func complete(t testing.TB) *model.Setup {
	sp := service(t, "personalize.amazonaws.com")
	s := &model.Setup{
		Name: "everything", Description: "Product recommendations", SpecFile: "pzgen.yaml",
		Account: "111122223333", Region: "eu-west-1", Partition: "aws", Profile: spec.LeastPrivilege,
		Role: model.Role{
			Name: "PersonalizeRetail", Path: "/personalize/", Description: "Assumed by Amazon Personalize", Inline: true,
			Boundary:        text(t, "arn:<aws.partition>:iam::<aws.account>:policy/boundary"),
			ManagedPolicies: []policy.Text{text(t, "arn:<aws.partition>:iam::aws:policy/service-role/AmazonPersonalizeFullAccess")},
			Trust:           trust(t),
			Policies: []model.Doc{doc("role-policy", "Personalize",
				readStatement(t, "PersonalizeReadData", "data", nil), listStatement(t, "PersonalizeListData", "data", nil),
				policy.Statement{Sid: "PersonalizeUseKeyShop", Effect: policy.Allow, Action: texts(t, "kms:Decrypt", "kms:GenerateDataKey"),
					Resource: texts(t, "<key.shop.arn>", "<key.corp.arn>", "<key.legacy.arn>")},
				policy.Statement{Sid: "PersonalizeMetrics", Effect: policy.Allow, Action: texts(t, "cloudwatch:PutMetricData"), Resource: texts(t, "*")})},
		},
		Keys: []model.Key{
			{ID: "shop", Alias: "alias/retail-personalize", Rotation: true, Window: 30, Policy: doc("key-shop", "", admins(t), useKey(t))},
			{ID: "corp", ARN: "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"},
			{ID: "legacy", ARN: "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-00000000ffff", Policy: doc("key-legacy", "", useKey(t))},
		},
		Buckets: []model.Bucket{
			{ID: "data", Name: "acme-retail-data", Key: "shop", Versioning: true, BlockPublic: true, OwnerOnly: true, ExpireDays: 90, OldDays: 90,
				Policy: doc("bucket-data", "", readStatement(t, "PersonalizeReadData", "data", sp), listStatement(t, "PersonalizeListData", "data", sp), secure(t, "data"))},
			{ID: "Plain-2", Name: "acme-retail-plain", Policy: doc("bucket-Plain-2", "", secure(t, "Plain-2"))},
			{ID: "corp", Name: "acme-retail-corp", Key: "corp", Versioning: true, BlockPublic: true, OwnerOnly: true,
				Policy: doc("bucket-corp", "", secure(t, "corp"))},
			{ID: "results", Name: "acme-results", Existing: true, Key: "corp"},
			{ID: "archive", Name: "acme-archive", Existing: true, Policy: doc("bucket-archive", "", listStatement(t, "PersonalizeListArchive", "archive", sp))},
		},
		DatasetGroup: &model.DatasetGroup{Name: "retail", Domain: "ECOMMERCE", Key: "corp"},
		Operators: []model.Operator{
			{ID: "admins", Groups: []string{"PersonalizeAdmins"}, Users: []string{"alice", "bob@acme"},
				ManagedPolicies: []policy.Text{text(t, "arn:<aws.partition>:iam::aws:policy/CloudWatchFullAccess")},
				Policies: []model.Doc{doc("operator-admins-1", "PersonalizeRetail-admins-1",
					policy.Statement{Sid: "PersonalizeAll", Effect: policy.Allow, Action: texts(t, "personalize:*"), Resource: texts(t, "*")}),
					doc("operator-admins-2", "PersonalizeRetail-admins-2", policy.Statement{Sid: "PassRole", Effect: policy.Allow, Action: texts(t, "iam:PassRole"),
						Resource:  texts(t, "<role.arn>"),
						Condition: []policy.Condition{{Operator: "StringEquals", Key: "iam:PassedToService", Values: texts(t, "personalize.amazonaws.com")}}})}},
			{ID: "web", Roles: []string{"PersonalizeRetail", "WebShop"}, Groups: []string{"PersonalizeAdmins", "Web"},
				ManagedPolicies: []policy.Text{text(t, "arn:<aws.partition>:iam::aws:policy/CloudWatchFullAccess"),
					text(t, "arn:<aws.partition>:iam::aws:policy/service-role/AmazonPersonalizeFullAccess")},
				Policies: []model.Doc{doc("operator-web", "PersonalizeRetail-web", policy.Statement{Sid: "Recommend", Effect: policy.Allow,
					Action: texts(t, "personalize:GetRecommendations"), Resource: texts(t, "arn:<aws.partition>:personalize:<aws.region>:<aws.account>:campaign/*")})}},
		},
		Tags: []spec.Tag{{Key: "cost:center", Value: "a \"b\" ${c}"}, {Key: "team", Value: "personalization"}},
		Reasons: []model.Reason{{Document: "role-policy", Sid: "PersonalizeReadData", Template: "PersonalizeRead",
			Why: "an import reads the data files"}},
	}
	k := &s.Keys[1]
	k.Base = base(t, foreignKey)
	k.Policy, k.Own = onto(k.Base, doc("key-corp", "", useKey(t)))
	s.Keys[2].Policy.Partial = true
	b := &s.Buckets[3]
	b.Base = base(t, foreignBucket)
	b.Policy, b.Own = onto(b.Base, doc("bucket-results", "", listStatement(t, "PersonalizeListResults", "results", sp)))
	s.Buckets[4].Policy.Partial = true
	return s
}

// existingRole adds to a role that somebody made; its policies are customer managed ones, and a foreign policy has no version.
func existingRole(t testing.TB) *model.Setup {
	s := &model.Setup{
		Name: "adopted", SpecFile: "pzgen.yaml", Account: "111122223333", Region: "cn-north-1", Partition: "aws-cn", Profile: spec.Documented,
		Role: model.Role{
			Name: "HandMade", Path: "/", Existing: true, Trust: trust(t),
			Policies: []model.Doc{
				doc("role-s3-data", "PersonalizeS3-data", readStatement(t, "PersonalizeS3BucketAccessPolicy", "data", nil)),
				doc("role-kms", "PersonalizeKMS", policy.Statement{Effect: policy.Allow, Action: texts(t, "kms:Decrypt"), Resource: texts(t, "*")}),
			},
		},
		Keys: []model.Key{{ID: "self", Alias: "alias/self", Window: 7, Policy: doc("key-self", "", admins(t), useKey(t),
			policy.Statement{Sid: "Self", Effect: policy.Deny, Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: texts(t, "*")}}},
				Action: texts(t, "kms:ScheduleKeyDeletion"), Resource: texts(t, "<key.self.arn>")})}},
		Buckets: []model.Bucket{{ID: "data", Name: "acme-cn-data", Existing: true, Key: "self"}},
	}
	s.Tags = []spec.Tag{{Key: "team", Value: "personalization"}}
	s.Role.Trust.Partial = true
	s.Keys[0].Policy.Document.ID = "key-policy-123"
	b := &s.Buckets[0]
	b.Base = base(t, `{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws-cn:s3:::acme-cn-data/${aws:username}/cost$/*"}]}`)
	b.Policy, b.Own = onto(b.Base, doc("bucket-data", "", secure(t, "data")))
	return s
}

// hostileTexts are strings that some format somewhere takes for more than letters.
var hostileTexts = []string{
	`say "hello" \ and \" and \n`, "two\nlines\r\n\tand a tab", "${$}{aws:username}", "cost${$}<bucket.data.arn>", "cost${$}{<bucket.data.arn>}",
	"%{if true}x%{endif}", "%%{x}", "%%%%{y}", "100%", "100%<bucket.data.arn>%", "%${aws:username}%", "${aws:username}<bucket.data.arn>${aws:userid}",
	"<bucket.data.arn>${aws:username}", "${$}${$}{x}", "${$}", "${*}${?}", "${aws:PrincipalTag/team, 'none'}/*", "${aws:PrincipalTag/team, '%{x}'}",
	"&", "&&${aws:username}", "a&b", "<<not.aref>", "${$}(id) `id` !! !history", "é ü 漢字 😀", "\u200bzero\u202ewidth", "# // /* EOT <<-EOT",
	"~} ${$}{~ x ~} %{~ x ~}", "\\u0024{x}", "${aws:username}{", "{${aws:username}}", "''", " leading and trailing ", "${$}%{x}", "%${$}{x}",
}

// hostile has such strings wherever a policy or a resource may hold one.
func hostile(t testing.TB) *model.Setup {
	s := &model.Setup{
		Name: "letters", Description: "*/ EOT\n}", SpecFile: "a\nb \"${x}\" \u202e.yaml", Account: "111122223333", Region: "us-east-1", Partition: "aws",
		Role: model.Role{Name: "Hostile", Path: "/", Description: "a \"quoted\" \\ ${role} %{if} é\n# }", Trust: trust(t), Inline: true,
			Policies: []model.Doc{doc("role-policy", "Hostile")}},
		Keys: []model.Key{{ID: "a-b", Alias: "alias/a", Window: 7, Policy: doc("key-a-b", "", admins(t), useKey(t))},
			{ID: "a_b", Alias: "alias/b", Window: 7, Policy: doc("key-a_b", "", admins(t), useKey(t))}},
		Buckets: []model.Bucket{{ID: "data", Name: "hostile-data", Policy: doc("bucket-data", "")},
			{ID: "literal", Name: "hostile-literal", Policy: doc("bucket-literal", "", secure(t, "literal"))},
			{ID: "old", Name: "hostile-old", Policy: doc("bucket-old", "", secure(t, "old"))}},
		Tags:    []spec.Tag{{Key: "${k} \"", Value: "%{v} ${x} \\ \n cost$"}, {Key: "for", Value: "é 漢"}},
		Reasons: []model.Reason{{Document: "bucket-data", Sid: "H00", Why: "because\n}\nresource \"x\" \"y\" {}"}},
	}
	for i, h := range hostileTexts {
		p := &s.Buckets[0].Policy.Document
		st := policy.Statement{
			Sid: "H" + string(rune('0'+i/10)) + string(rune('0'+i%10)), Effect: policy.Allow,
			Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: texts(t, h, "arn:aws:iam::<aws.account>:root")}}},
			Action:    texts(t, "s3:GetObject"), Resource: texts(t, h, "<bucket.data.arn>/"+h+"<bucket.data.arn>"),
			Condition: []policy.Condition{{Operator: "StringLike", Key: "s3:prefix/${a} %{b} \"", Values: texts(t, h, "x")}},
		}
		p.Statements = append(p.Statements, st)
		st.Principal = nil
		st.NotResource, st.Resource = st.Resource, policy.Texts{}
		r := &s.Role.Policies[0].Document
		r.Statements = append(r.Statements, st)
	}
	// What the data source would take for a variable.
	lit := &s.Buckets[1].Policy.Document
	lit.Statements[0].Resource = texts(t, "<bucket.literal.arn>/&{aws:username}/${aws:username}", "<bucket.literal.arn>/%{x}/cost${$}")
	lit.Statements[0].Condition[0].Values = policy.One(text(t, "&{x}${$}<aws.region>"))
	lit.ID = "id"
	// Without variables a dollar sign is a dollar sign.
	old := &s.Buckets[2].Policy.Document
	old.Version = policy.Version2008
	old.Statements[0].Resource = texts(t, "<bucket.old.arn>/cost${$}<bucket.old.name>", "<bucket.old.arn>/${$}{aws:username}", "${$}${$}{", "%%{x}${$}")
	return s
}

// fixtures are the setups above and those of the example specs.
func fixtures(t testing.TB) []*model.Setup {
	return append([]*model.Setup{complete(t), existingRole(t), hostile(t)}, examples(t)...)
}
