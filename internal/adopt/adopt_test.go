package adopt

import (
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// stateOf is what is read of one document that nothing says the owner of.
func stateOf(doc policy.Document) deployed.State {
	d := &deployed.Document{Document: doc, At: deployed.Place{Path: "f.json", Line: 1}}
	for i := range doc.Statements {
		d.Statements = append(d.Statements, deployed.Place{Path: "f.json", Line: 10 + i})
	}
	return deployed.State{Documents: []deployed.Shown{{Name: "f.json", Policy: d, At: d.At}}}
}

func specOf(t *testing.T, doc policy.Document) string {
	t.Helper()
	text, err := Spec(t.Context(), "# head\n", "", []Source{{Name: "shop", State: stateOf(doc),
		Else: Place{Account: "111122223333", Region: "eu-west-1"}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func decoded(t *testing.T, statements string) policy.Document {
	t.Helper()
	d, err := policy.DecodeJSON([]byte(`{"Version": "2012-10-17", "Statement": [` + statements + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What becomes of a statement: a workflow, a statement of the spec's own, or a comment.
func TestSpec(t *testing.T) {
	const bucket = `"Resource": "arn:aws:s3:::acme/*"`
	for statement, want := range map[string]string{
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/in/*"}`:                                                     "- {type: import, from: data/in/}",
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/a.csv"}`:                                                    "- {type: import, from: data/a.csv}",
		`{"Effect": "Allow", "Action": "s3:Put*", "Resource": "arn:aws:s3:::acme/out/*"}`:                                                         "- {type: export, to: data/out/}",
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/a*b/*"}`:                                                    "sid: Kept001",
		`{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/in/x/*"}`:                                                    "sid: Kept001, effect: Deny",
		`{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"}`: "main: {arn: ",
		`{"Effect": "Allow", "Action": "personalize:CreateSolution", "Resource": "*"}`:                                                            "of f.json, which operators may stand for",
		`{"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:*", ` + bucket + `}`:                                           "f.json:10: of others, and stays in the policy that is there",
		`{"Sid": "a\n  b:\n    c: d\u2028e", "Effect": "Deny", "Principal": "*", "Action": "s3:*", ` + bucket + `}`:                               `"Sid":"a\n  b:\n    c: d`,
		// No bucket of this setup, and no location that a workflow can have.
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:eu-west-1:111122223333:accesspoint/a/object/*"}`: "data: {name: shop-personalize-111122223333}",
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws-cn:s3:::acme/in/*"}`:                                "data: {name: shop-personalize-111122223333}",
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/<setup>/*"}`:                              `resource: "arn:aws:s3:::acme/<<setup>/*"`,
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/<region>/*"}`:                             "from: data/datasets/",
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::Acme_X/in/*"}`:                                 `sid: Kept001, effect: Allow, action: s3:GetObject, resource: "arn:aws:s3:::Acme_X/in/*"`,
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/in #1/*"}`:                                `sid: Kept001, effect: Allow, action: s3:GetObject, resource: "arn:aws:s3:::acme/in #1/*"`,
		`{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::^acme/*"}`:                            "{type: import, from: personalize-111122223333/datasets/}",
		// Who has the name of Amazon Personalize in its own is not it.
		`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com.example"}, "Action": "s3:GetObject", ` + bucket + `}`:                    "from: data/datasets/",
		`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/personalize.amazonaws.com"}, "Action": "s3:GetObject", ` + bucket + `}`: "f.json:10: of others",
		`{"Effect": "Allow", "Principal": {"Service": ["ec2.amazonaws.com", "personalize.amazonaws.com"]}, "Action": "s3:GetObject", ` + bucket + `}`:     "from: data/}",
		`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "NotAction": "s3:PutObject", "NotResource": "arn:aws:s3:::acme/a/*"}`: "sid: Kept001",
		// What a workflow grants without a condition, and what nobody is granted.
		`{"Effect": "Allow", "Action": "s3:GetObject", ` + bucket + `, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}`: "# f.json:10: granted by the workflows without its condition: ",
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/${aws:username}/*"}`:                          "# f.json:10: grants nothing by itself: ",
	} {
		text := specOf(t, decoded(t, statement))
		if !strings.Contains(text, want) {
			t.Errorf("%s: the spec has no %q:\n%s", statement, want, text)
		}
		if s, ds := spec.Parse("pzgen.yaml", []byte(text), nil); s == nil {
			t.Errorf("%s: %v", statement, ds)
		}
	}
}

// A name in the configuration of the solution is not filled in as a placeholder of the spec.
func TestSpecOfSolution(t *testing.T) {
	config := []byte(`{"datasetGroup": {"serviceConfig": {"name": "<region>"}}, "datasets": {}}`)
	s, ok := Solution(config, "acme-data")
	if !ok {
		t.Fatal("it is no configuration")
	}
	s.Else = Place{Account: "111122223333", Region: "eu-west-1"}
	text, err := Spec(t.Context(), "# head\n", "", []Source{s})
	if err != nil {
		t.Fatal(err)
	}
	file, ds := spec.Parse("pzgen.yaml", text, nil)
	if file == nil || strings.Contains(string(text), "from: \"data/train") ||
		!strings.Contains(string(text), `# import from "train/<region>/" to ""`) {
		t.Errorf("%v\n%s", ds, text)
	}
}

// Of more statements than a policy has room for, the rest are comments, and the spec is proved.
func TestSpecHasRoom(t *testing.T) {
	var all []string
	for i := range 2000 {
		all = append(all, fmt.Sprintf(`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-%d/a*b/*"}`, i))
	}
	text := specOf(t, decoded(t, strings.Join(all, ",")))
	kept, left := strings.Count(text, "sid: Kept"), strings.Count(text, "# f.json:")
	if kept+left != 2000 || kept > 300 {
		t.Errorf("%d statements are kept, and %d are comments", kept, left)
	}
	if strings.Contains(text, "to be put right") {
		t.Error("the spec is not valid")
	}
}

// FuzzSpec: whatever a policy says, the spec has one setup, which is valid, and each statement
// with a grant for Amazon Personalize or its role is in the text or covered.
func FuzzSpec(f *testing.F) {
	for _, s := range []string{
		`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/in/*"}`,
		`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "NotAction": "s3:PutObject", "Resource": "arn:aws:s3:::acme/*"}`,
		`{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"a:b": ["x", "y: z", "<role.arn>"]}}}`,
		`{"Sid": "x\n# y", "Effect": "Deny", "Action": "*", "Resource": ["*", "arn:aws:s3:::${aws:username}/*"]}`,
	} {
		f.Add([]byte(`{"Version": "2012-10-17", "Statement": [` + s + `]}`))
		f.Add([]byte(`{"Statement": ` + s + `}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := policy.DecodeJSON(data)
		if err != nil || len(doc.Statements) > 20 {
			return
		}
		text := specOf(t, doc)
		var file struct {
			Setups map[string]yaml.Node
		}
		if err := yaml.Unmarshal([]byte(text), &file); err != nil || len(file.Setups) != 1 {
			t.Fatalf("%v, %d setups:\n%s", err, len(file.Setups), text)
		}
		if s, ds := spec.Parse("pzgen.yaml", []byte(text), nil); s == nil {
			t.Fatalf("%v\n%s", ds, text)
		}
		workflows := !strings.Contains(text, "the workflow is made up")
		for i, s := range doc.Statements {
			if at := fmt.Sprintf("f.json:%d", 10+i); s.Effect == policy.Allow && !workflows && !strings.Contains(text, at) {
				t.Fatalf("statement %s is lost:\n%s", at, text)
			}
		}
	})
}
