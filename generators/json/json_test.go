package json

import (
	"reflect"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// setup has one document of each kind: whole and partial, with references that are known and one
// that is not, and values that try to break out.
func setup() *model.Setup {
	m := &model.Setup{Name: "retail", Account: "111122223333", Region: "eu-west-1", Partition: "aws"}
	m.Role.Name, m.Role.Path = "Pz", "/"
	m.Keys = []model.Key{{ID: "shop", Alias: "alias/shop"}, {ID: "corp", ARN: "arn:aws:kms:eu-west-1:111122223333:key/1"}}
	m.Buckets = []model.Bucket{{ID: "shop", Name: "acme"}}
	ref := func(r policy.Ref) policy.Text { return policy.NewText(r) }
	m.Role.Policies = []model.Doc{{Name: "role-policy", Document: policy.Document{Version: policy.Version2012, Statements: []policy.Statement{
		{Sid: "Objects", Effect: policy.Allow, Action: policy.List(policy.Literal("s3:GetObject")),
			Resource: policy.List(policy.NewText(model.RefBucketARN("shop"), policy.Lit(`/"}]\${x}$`), policy.Var{Name: "aws:username"}, policy.Lit("/<b>\n*")))},
		{Sid: "Keys", Effect: policy.Allow, Action: policy.One(policy.Literal("kms:Decrypt")),
			Resource:  policy.List(ref(model.RefKeyARN("corp")), ref(model.RefKeyARN("shop"))),
			Condition: []policy.Condition{{Operator: "ArnLike", Key: "kms:x", Values: policy.One(policy.NewText(model.RefKeyARN("shop"), policy.Lit("*")))}}},
	}}}}
	m.Buckets[0].Policy = model.Doc{Name: "bucket-shop", Partial: true, Document: policy.Document{Version: policy.Version2012, Statements: []policy.Statement{
		{Sid: "PzRead", Effect: policy.Allow, Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: policy.One(ref(model.RefRoleARN))}}},
			Action: policy.One(policy.Literal("s3:ListBucket")), Resource: policy.One(ref(model.RefBucketARN("shop")))},
	}}}
	return m
}

func TestPrint(t *testing.T) {
	files, err := Print(setup())
	if err != nil {
		t.Fatal(err)
	}
	want := []output.File{{Path: "retail/policies/role-policy.json", Mode: 0o644, Data: []byte(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Objects",
      "Effect": "Allow",
      "Action": [
        "s3:GetObject"
      ],
      "Resource": [
        "arn:aws:s3:::acme/\"}]\\${$}{x}${$}${aws:username}/<b>\n*"
      ]
    },
    {
      "Sid": "Keys",
      "Effect": "Allow",
      "Action": "kms:Decrypt",
      "Resource": [
        "arn:aws:kms:eu-west-1:111122223333:key/1",
        "<shop.arn>"
      ],
      "Condition": {
        "ArnLike": {
          "kms:x": "<shop.arn>*"
        }
      }
    }
  ]
}
`)}, {Path: "retail/policies/bucket-shop.statements.json", Mode: 0o644, Data: []byte(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "PzRead",
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws:iam::111122223333:role/Pz"
      },
      "Action": "s3:ListBucket",
      "Resource": "arn:aws:s3:::acme"
    }
  ]
}
`)}}
	if len(files) != len(want) {
		t.Fatalf("%d files, want %d", len(files), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(files[i], want[i]) {
			t.Errorf("%s (%o):\n%s\nwant %s (%o):\n%s", files[i].Path, files[i].Mode, files[i].Data, want[i].Path, want[i].Mode, want[i].Data)
		}
	}
}

func TestUnresolved(t *testing.T) {
	want := []Blank{{Path: "retail/policies/role-policy.json", Ref: model.RefKeyARN("shop"), Fields: []string{"Statement[1].Resource", "Statement[1].Condition.ArnLike.kms:x"}}}
	if got := Unresolved(setup()); !reflect.DeepEqual(got, want) {
		t.Errorf("unresolved are %+v, want %+v", got, want)
	}
}
