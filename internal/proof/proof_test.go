package proof

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

const proofSpec = `
version: 1
setups:
  shop:
    account: "111122223333"
    region: eu-west-1
    listByPrefix: true
    confusedDeputy: everywhere
    keys: {main: {alias: alias/main, admins: ["arn:aws:iam::111122223333:role/KeyAdmins"]}}
    buckets:
      data: {name: acme-data, key: main}
      out: {name: acme-out}
    workflows:
      - {type: batch-inference, from: data/in/, to: out/results/}
      - {type: import, from: data/sets/}
    operators: {ops: {access: operate, roles: [Ops]}}
`

// proofSetup builds one setup of a spec, with more of it behind.
func proofSetup(t testing.TB, more string) *model.Setup {
	t.Helper()
	s, ds := spec.Parse("pzgen.yaml", []byte(proofSpec+more), nil)
	if s == nil {
		t.Fatal(ds)
	}
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Build("pzgen.yaml", s.Setups[0], lib)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// finds requires a finding of a check that holds the words.
func finds(t *testing.T, r *Report, check string, words ...string) Finding {
	t.Helper()
	for _, f := range r.Findings {
		text := strings.Join(append([]string{f.Target, f.Document, f.Sid, f.Path, f.Message}, f.Details...), "\n")
		if f.Check == check && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			return f
		}
	}
	t.Errorf("no finding of check %s with %q among %+v", check, words, r.Findings)
	return Finding{}
}

// Each part of the proof finds what it is for, in artifacts.
func TestProofOfArtifacts(t *testing.T) {
	m := proofSetup(t, "")
	printed := printAll(t, m)
	if r := Prove(m, generators.Targets(), only(printed)); !r.OK() {
		t.Fatal(r.Findings)
	}
	for _, c := range []struct {
		name, path, old, new string // without path: the file is left out
		check                string
		words                []string
	}{
		{"a name as the first made-up account has it", "terraform/iam.tf", `"${aws_s3_bucket.out.arn}/results/*"`, `"arn:aws-made1:s3:::made-up-1-out/results/*"`, Equal, []string{"terraform also allows s3:PutObject on arn:", ":::made-up-1-out/results/*"}},
		{"a name as it is", "terraform/iam.tf", `"${aws_s3_bucket.out.arn}/results/*"`, `"arn:aws:s3:::acme-out/results/*"`, Equal, []string{"holds arn:aws:s3:::acme-out/results/* fixed, where <bucket.out.arn>/results/* is expected"}},
		{"another default", "terraform/variables.tf", `"acme-out"`, `"acme-else"`, Equal, []string{"out_bucket_name", "acme-else", "acme-out"}},
		{"another value of a script", "shell/apply.sh", `'acme-out'`, `'acme-else'`, Equal, []string{"OUT_BUCKET", "acme-else", "acme-out"}},
		{"another account of a script", "shell/apply.sh", `ACCOUNT='111122223333'`, `ACCOUNT='999922223333'`, Equal, []string{"ACCOUNT", "999922223333"}},
		{"no default", "terraform/variables.tf", `  default     = "acme-out"`, ``, Equal, []string{`Default of parameter "out_bucket_name"`}},
		{"no default of a parameter", "cloudformation/template.yaml", "    Default: \"acme-out\"\n", "", Equal, []string{`Default of parameter "OutBucketName"`}},
		{"a setting", "cloudformation/template.yaml", `Status: Enabled`, `Status: Suspended`, Closed, []string{"Suspended"}},
		{"a version", "policies/role-policy.json", `2012-10-17`, `2008-10-17`, Equal, []string{"version"}},
		{"an effect", "policies/role-policy.json", `"Effect": "Allow"`, `"Effect": "Deny"`, Equal, []string{"json also denies"}},
		{"a condition's value", "policies/role-trust.json", `"aws:SourceAccount": "111122223333"`, `"aws:SourceAccount": "999900001111"`, Equal, []string{"json also allows", "if aws:SourceAccount StringEquals 999900001111"}},
		{"a principal", "policies/bucket-out.json", `"personalize.amazonaws.com"`, `"lambda.amazonaws.com"`, Equal, []string{"to the service lambda.amazonaws.com"}},
		{"a syntax error", "terraform/s3.tf", `resource "`, `resource `, Closed, []string{"terraform/s3.tf"}},
		{"a call more", "shell/apply.sh", "\nset -", "\naws iam create-user --user-name x\nset -", Closed, []string{"shell/apply.sh"}},
		{"no document", "policies/role-policy.json", "", "", Equal, []string{"role-policy is missing in target json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := slices.Clone(printed)
			i := slices.IndexFunc(files, func(f output.File) bool { return f.Path == "shop/"+c.path })
			if i < 0 || !strings.Contains(string(files[i].Data), c.old) {
				t.Fatalf("%s does not hold %q:\n%s", c.path, c.old, files[max(0, i)].Data)
			}
			if c.old == "" {
				files = slices.Delete(files, i, i+1)
			} else {
				files[i].Data = []byte(strings.Replace(string(files[i].Data), c.old, c.new, 1))
			}
			r := Prove(m, generators.Targets(), only(files))
			f := finds(t, r, c.check, c.words...)
			if f.Place == (spec.Place{}) {
				t.Errorf("it has no place in the spec: %+v", f)
			}
		})
	}
	t.Run("a document too many", func(t *testing.T) {
		more := output.File{Path: "shop/policies/bucket-more.json", Data: []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}`), Mode: 0o644}
		finds(t, Prove(m, generators.Targets(), only(append(slices.Clone(printed), more))), Equal, "bucket-more")
	})
}

// What decides otherwise shows in the matrix, and what cannot be read decides nothing.
func TestProofShowsWhoDecides(t *testing.T) {
	m := proofSetup(t, "")
	files := printAll(t, m)
	for i, f := range files {
		switch f.Path {
		case "shop/policies/role-policy.json":
			files[i].Data = []byte(strings.ReplaceAll(string(f.Data), "s3:PutObject", "s3:PutObjectAcl"))
		case "shop/terraform/main.tf":
			files[i].Data = []byte("resource {")
		}
	}
	r := Prove(m, generators.Targets(), only(files))
	seen := false
	for _, c := range r.Calls {
		if c.Read("terraform") || c.Decided("terraform") != "" || !c.Passes("cloudformation") || !c.Passes("shell") {
			t.Fatalf("%+v", c)
		}
		put := c.Caller == calls.Role && c.Action == "s3:PutObject"
		if c.Passes("json") == put {
			t.Errorf("%s by %s passes in json: %v", c.Action, c.Caller, c.Passes("json"))
		}
		if put {
			seen = true
			if got := c.Decided("json"); got != "nothing in role-policy allows it" {
				t.Error(got)
			}
			if got := c.Decided("shell"); got != "role-policy/PersonalizeWriteOutputOut" {
				t.Error(got)
			}
		}
	}
	if !seen {
		t.Error("no call to put an object")
	}
	finds(t, r, Sufficient, "json", "cannot s3:PutObject", "role-policy: no statement allows it")
}

// Each part of the proof finds what it is for, in what the model says.
func TestProofOfModel(t *testing.T) {
	lit := policy.Literal
	for _, c := range []struct {
		name, doc, sid string
		do             func(s *policy.Statement)
		check          string
		words          []string
	}{
		{"role reaches beyond its prefix", "role-policy", "PersonalizeReadInputData", func(s *policy.Statement) {
			s.Resource = policy.List(policy.NewText(model.RefBucketARN("data"), policy.Lit("/*")))
		}, Minimal, []string{"role-policy", "s3:GetObject", "for the role"}},
		{"service reaches beyond its prefix", "bucket-data", "PersonalizeReadInputShop", func(s *policy.Statement) {
			s.Resource = policy.List(policy.NewText(model.RefBucketARN("data"), policy.Lit("/*")))
		}, Minimal, []string{"bucket-data", "for the service"}},
		{"service may do more with the key", "key-main", "PersonalizeServiceUsesKeyShop", func(s *policy.Statement) {
			s.Action = policy.List(lit("kms:*"))
		}, Minimal, []string{"key-main", "for the service"}},
		{"anybody's resources may be behind the service", "role-trust", "PersonalizeAssumeRole", func(s *policy.Statement) { s.Condition = nil }, Minimal, []string{"role-trust", "another account"}},
		{"listing beyond the prefixes", "bucket-data", "PersonalizeListBucketShop", func(s *policy.Statement) {
			s.Condition = slices.DeleteFunc(slices.Clone(s.Condition), func(c policy.Condition) bool { return c.Key == "s3:prefix" })
		}, Minimal, []string{"bucket-data", "s3:ListBucket"}},
		{"an action that nobody needs", "role-policy", "PersonalizeReadInputData", func(s *policy.Statement) {
			s.Action = policy.List(lit("s3:GetObject"), lit("glacier:GetJobOutput"))
		}, Minimal, []string{`no workflow needs action "glacier:GetJobOutput"`}},
		{"a condition that decides nothing", "bucket-out", "PersonalizeWriteOutputShop", func(s *policy.Statement) {
			s.Condition = append(slices.Clone(s.Condition), policy.Condition{Operator: "Bool", Key: "aws:SecureTransport", Values: policy.One(lit("true"))})
		}, Minimal, []string{"condition Bool aws:SecureTransport decides nothing"}},
		{"a denial that refuses nothing", "bucket-out", "PersonalizeRequireTLS", func(s *policy.Statement) { s.Action = policy.List(lit("glacier:GetJobOutput")) }, Minimal, []string{"refuses nothing"}},
		{"a call that does not pass", "role-policy", "PersonalizeReadInputData", func(s *policy.Statement) { s.Action = policy.List(lit("s3:GetObjectAcl")) }, Sufficient, []string{"role cannot s3:GetObject"}},
		{"a key that nobody administers", "key-main", "PersonalizeKeyAdministrationShop", func(s *policy.Statement) { s.Action = policy.List(lit("kms:DescribeKey")) }, Sufficient, []string{"administrator cannot kms:PutKeyPolicy"}},
		{"an operator who passes any role", "operator-ops", "PersonalizePassRole", func(s *policy.Statement) { s.Resource = policy.List(lit("*")) }, Minimal, []string{"operator-ops", "iam:PassRole"}},
		{"a Sid that IAM refuses", "role-policy", "PersonalizeReadInputData", func(s *policy.Statement) { s.Sid = "not so" }, Fits, []string{"not so"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := proofSetup(t, "")
			docs := m.Docs()
			di := slices.IndexFunc(docs, func(d model.Doc) bool { return d.Name == c.doc })
			if di < 0 {
				t.Fatalf("no document %s", c.doc)
			}
			d := docs[di].Document
			d.Statements = slices.Clone(d.Statements)
			si := slices.IndexFunc(d.Statements, func(s policy.Statement) bool { return strings.HasPrefix(s.Sid, c.sid) })
			if si < 0 {
				t.Fatalf("no statement %s in %s", c.sid, d.JSON())
			}
			c.do(&d.Statements[si])
			f := finds(t, Prove(withDocument(m, di, d), nil, Input{}), c.check, c.words...)
			if c.check == Minimal && (f.Template == "" || f.Place == m.Places[""] && c.doc != "role-trust") { // the role is not written in this spec
				t.Errorf("it does not say which template makes it, or where in the spec: %+v", f)
			}
		})
	}
}

// What the spec adds is held against it until it is accepted, and what is accepted is told.
func TestProofOfExtras(t *testing.T) {
	const extra = `    statements:
      role:
        - {sid: More, effect: Allow, action: "s3:DeleteObject", resource: "<data.arn>/*"`
	r := Prove(proofSetup(t, extra+"}\n"), nil, Input{})
	f := finds(t, r, Extra, "More", "role-policy")
	if f.Place != (spec.Place{Line: 19, Col: 11}) || !strings.Contains(f.Hint, "accepted") || len(r.Accepted) != 0 {
		t.Errorf("%+v", f)
	}
	r = Prove(proofSetup(t, extra+", accepted: why not}\n"), nil, Input{})
	if !r.OK() || len(r.Accepted) != 1 || r.Accepted[0].Accepted != "why not" {
		t.Errorf("%+v, %+v", r.Findings, r.Accepted)
	}
}

// A denial of the spec that stops a workflow is found as that alone: the statements that it makes useless are not called too many.
func TestDenialOfTheSpec(t *testing.T) {
	m := proofSetup(t, "    statements: {role: [{sid: Never, effect: Deny, action: [\"s3:GetObject\"], resource: [\"<data.arn>/*\"]}]}\n")
	r := Prove(m, generators.Targets(), only(printAll(t, m)))
	finds(t, r, Sufficient, "role-policy", "Never", "role cannot s3:GetObject")
	for _, f := range r.Findings {
		if f.Check != Sufficient {
			t.Errorf("%+v", f)
		}
	}
}

// What a target refuses to be deployed outside of, and the names that it has, are part of what it is: without them it is
// not what the setup wants, whatever its reader takes.
func TestProofAsksForScopeAndParameters(t *testing.T) {
	m := proofSetup(t, "")
	files := printAll(t, m)
	lost := map[string]func(*deployed.State){
		"Account": func(s *deployed.State) { s.Scope.Account = deployed.Text{} },
		"Region":  func(s *deployed.State) { s.Scope.Region = deployed.Text{} },
		"parameter": func(s *deployed.State) {
			s.Parameters = slices.DeleteFunc(slices.Clone(s.Parameters), func(p deployed.Parameter) bool {
				return p.Default.V.IAM() == "acme-out"
			})
		},
	}
	tried := 0
	for _, g := range generators.Targets() {
		if g.Fixed {
			continue
		}
		for word, lose := range lost {
			if word == "parameter" && len(g.Want(m).Parameters) == 0 {
				continue // its values are not given from outside
			}
			tried++
			without := g
			without.Parse = func(in deployed.Input) (func(deployed.Values) (deployed.State, error), error) {
				read, err := g.Parse(in)
				return func(v deployed.Values) (deployed.State, error) {
					s, err := read(v)
					lose(&s)
					return s, err
				}, err
			}
			finds(t, Prove(m, []generators.Generator{without}, only(files)), Equal, "target "+g.Name, word)
		}
	}
	if tried < 3 {
		t.Errorf("only %d were tried", tried)
	}
}
