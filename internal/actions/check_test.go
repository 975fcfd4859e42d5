package actions_test

import (
	"fmt"
	"testing"

	"github.com/pzgen/pzgen/internal/actions"
	"github.com/pzgen/pzgen/policy"
)

func statement(t *testing.T, json string) policy.Statement {
	t.Helper()
	d, err := policy.DecodeJSON([]byte(`{"Version":"2012-10-17","Statement":[` + json + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return d.Statements[0]
}

func TestCheck(t *testing.T) {
	const bucket, objects = `"arn:aws:s3:::acme"`, `"arn:aws:s3:::acme/*"`
	for name, c := range map[string]struct{ statement, want string }{
		"right": {`{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":[` + bucket + `,` + objects + `]}`, ""},
		"no such action": {`{"Effect":"Allow","Action":"kms:ReEncrypt","Resource":"*"}`,
			"unknown action Action[0] did you mean `kms:ReEncryptFrom`?"},
		"NotAction": {`{"Effect":"Deny","NotAction":["s3:GetObject","s3:GetObjct"],"Resource":"*"}`,
			"unknown action NotAction[1] did you mean `s3:GetObject`?"},
		"no action of a pattern": {`{"Effect":"Deny","Action":"s3:Gat*","Resource":"*"}`, "unknown action Action[0] "},
		"name of an endpoint": {`{"Effect":"Allow","Action":"personalize-events:PutEvents","Resource":"*"}`,
			"unknown action Action[0] did you mean `personalize:PutEvents`?"},
		"another service": {`{"Effect":"Allow","Action":"glue:StartJobRun","Resource":"arn:aws:glue:eu-west-1:111122223333:job/x"}`, ""},
		"bucket action on objects": {`{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":` + objects + `}`,
			"wrong resource Action[1] name the bucket itself, <data.arn> for example"},
		"object action on a bucket": {`{"Effect":"Allow","Action":"s3:GetObject","Resource":` + bucket + `}`,
			"wrong resource Action[0] name objects, <data.arn>/* for example"},
		"a name that goes on": {`{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":"arn:aws:s3:::acme*"}`, ""},
		"key action on a bucket": {`{"Effect":"Allow","Action":"kms:Decrypt","Resource":` + bucket + `}`,
			"wrong resource Action[0] name arn:*:kms:*:*:key/*"},
		"pattern of which one fits": {`{"Effect":"Allow","Action":"s3:*","Resource":` + objects + `}`, ""},
		"recipes have no account":   {`{"Effect":"Allow","Action":"personalize:DescribeRecipe","Resource":"arn:aws:personalize:::recipe/*"}`, ""},
		"recipe in an account": {`{"Effect":"Allow","Action":"personalize:DescribeRecipe","Resource":"arn:aws:personalize:eu-west-1:111122223333:recipe/x"}`,
			"wrong resource Action[0] name arn:*:personalize:::recipe/*"},
		"only on everything": {`{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":` + bucket + `}`,
			"wrong resource Action[0] write `*` as the resource, in a statement of its own"},
		"no such global key": {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:SourceAcount":"1"}}}`,
			"unknown key Condition[0] did you mean `aws:SourceAccount`?"},
		"no such key of the service": {`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"StringLike":{"s3:prefx":"a*"}}}`,
			"unknown key Condition[0] did you mean `s3:prefix`?"},
		"keys with a name in them": {`{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:aws:s3:arn":"x","aws:PrincipalTag/team":"a"}}}`, ""},
		"key of no request": {`{"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Condition":{"StringLike":{"s3:prefix":"a*"}}}`,
			"key without call Condition[0] put them into a statement without this condition"},
		"key of one request of two": {`{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":"*","Condition":{"StringLike":{"s3:prefix":"a*"}}}`,
			"key without call Condition[0] put them into a statement without this condition"},
		"which may be absent":      {`{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":"*","Condition":{"StringLikeIfExists":{"s3:prefix":"a*"}}}`, ""},
		"which a denial may miss":  {`{"Effect":"Deny","Action":["s3:GetObject","s3:ListBucket"],"Resource":"*","Condition":{"StringLike":{"s3:prefix":"a*"}}}`, ""},
		"key of another service":   {`{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"s3:prefix":"a"}}}`, "key without call Condition[0] put them into a statement without this condition"},
		"key of an identity":       {`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Condition":{"StringEquals":{"accounts.google.com:aud":"a"}}}`, ""},
		"every action has the key": {`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"s3:prefix":"a"}}}`, ""},
	} {
		var got string
		for _, f := range actions.Default().Check(statement(t, c.statement), nil) {
			got += fmt.Sprintf("%s %s[%d] %s", f.Kind, f.Element, f.Index, f.Hint())
			if f.Message == "" {
				t.Errorf("%s: no message", name)
			}
		}
		if got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, c.want)
		}
	}
}

// A reference stands for what the caller says, and otherwise for anything.
func TestCheckReferences(t *testing.T) {
	text, err := policy.ParseText("<bucket.data.arn>/*")
	if err != nil {
		t.Fatal(err)
	}
	list, err := policy.ParseText("s3:ListBucket")
	if err != nil {
		t.Fatal(err)
	}
	s := policy.Statement{Effect: policy.Allow, Action: policy.One(list), Resource: policy.One(text)}
	if found := actions.Default().Check(s, nil); len(found) != 0 {
		t.Errorf("anything: %v", found)
	}
	arn := func(policy.Ref) string { return "arn:aws:s3:::acme" }
	if found := actions.Default().Check(s, arn); len(found) != 1 || found[0].Kind != actions.WrongResource {
		t.Errorf("objects of acme: %v", found)
	}
}
