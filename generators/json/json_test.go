package json

import (
	"reflect"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// setup has one document of each kind: whole and partial, with references that are known and one that is not, and values that try to break out.
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

// fixed is an environment in which this target can be read: what is known has its value, the rest a made-up one.
func fixed(m *model.Setup, n int) policy.Env {
	env := m.SyntheticEnv(n)
	for ref, value := range m.DeployedEnv() {
		env[ref] = value
	}
	return env
}

func TestReadGivesWhatTheModelMeans(t *testing.T) {
	m := setup()
	files, err := Print(m)
	if err != nil {
		t.Fatal(err)
	}
	other := output.File{Path: "retail/terraform/main.tf", Data: []byte("not JSON")}
	for n := range 2 {
		env := fixed(m, n)
		r, err := Read(m, append(files, other), env)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Documents) != len(m.Docs()) {
			t.Errorf("%d documents were read, want %d", len(r.Documents), len(m.Docs()))
		}
		for _, d := range m.Docs() {
			want, err := d.Document.Resolve(env)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Documents[d.Name]; !got.Equal(want) {
				t.Errorf("%s reads\n%s\nwant\n%s", d.Name, got.JSON(), want.JSON())
			}
		}
		if got, want := r.Places["role-policy/Keys"], (model.FilePlace{Path: files[0].Path, Line: 14}); got != want {
			t.Errorf("statement Keys is at %v, want %v", got, want)
		}
	}
}

// A name that is not the model's must be seen, in each place that a file has one.
func TestReadSeesWrongNames(t *testing.T) {
	m := setup()
	files, err := Print(m)
	if err != nil {
		t.Fatal(err)
	}
	env := fixed(m, 0)
	for _, change := range [][2]string{{"acme", "acne"}, {"key/1", "key/2"}, {"<shop.arn>", "<corp.arn>"}, {"111122223333", "111122223334"}, {"role/Pz", "role/px"}, {"<shop.arn>*", "*"}, {"Allow", "Deny"}} {
		changed := 0
		for i := range files {
			mutant := append([]output.File(nil), files...)
			mutant[i].Data = []byte(strings.Replace(string(files[i].Data), change[0], change[1], 1))
			if string(mutant[i].Data) == string(files[i].Data) {
				continue
			}
			changed++
			r, err := Read(m, mutant, env)
			if err != nil {
				continue
			}
			same := true
			for _, d := range m.Docs() {
				want, _ := d.Document.Resolve(env)
				same = same && r.Documents[d.Name].Equal(want)
			}
			if same {
				t.Errorf("%q in place of %q in %s is not seen", change[1], change[0], files[i].Path)
			}
		}
		if changed == 0 {
			t.Errorf("%q stands in no file", change[0])
		}
	}
}

func TestReadRefuses(t *testing.T) {
	m := setup()
	for name, files := range map[string][]output.File{
		"not JSON":             {{Path: "retail/policies/role-policy.json", Data: []byte("{")}},
		"neither whole nor":    {{Path: "retail/policies/role-policy.yaml", Data: []byte("{}")}},
		"document stands in ":  {{Path: "retail/policies/a.json", Data: []byte(`{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`)}, {Path: "retail/policies/a.statements.json", Data: []byte(`{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`)}},
		"an element of no use": {{Path: "retail/policies/a.json", Data: []byte(`{"Statement": [{"Effect": "Allow", "Actions": "*"}]}`)}},
	} {
		if _, err := Read(m, files, fixed(m, 0)); err == nil || !strings.Contains(err.Error(), files[len(files)-1].Path) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestUnresolved(t *testing.T) {
	want := []Blank{{Path: "retail/policies/role-policy.json", Ref: model.RefKeyARN("shop"), Fields: []string{"Statement[1].Resource", "Statement[1].Condition.ArnLike.kms:x"}}}
	if got := Unresolved(setup()); !reflect.DeepEqual(got, want) {
		t.Errorf("unresolved are %+v, want %+v", got, want)
	}
}
