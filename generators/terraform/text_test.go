package terraform

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// source returns the expression that quoted makes, on one line.
func source(t testing.TB, segs []segment) string {
	t.Helper()
	x, err := quoted(segs)
	if err != nil {
		t.Fatal(err)
	}
	return string(x.first)
}

// evaluated returns the value of the expression that quoted makes, as hclsyntax reads it. A
// reference in it has the value R.
func evaluated(t testing.TB, segs []segment) string {
	t.Helper()
	src := hclwrite.Format([]byte("x = " + source(t, segs) + "\n"))
	parsed, diags := hclsyntax.ParseConfig(src, "x.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s\n%s", diags, src)
	}
	v, diags := parsed.Body.(*hclsyntax.Body).Attributes["x"].Expr.Value(&hcl.EvalContext{
		Variables: map[string]cty.Value{"r": cty.ObjectVal(map[string]cty.Value{"x": cty.StringVal("R")})},
	})
	if diags.HasErrors() {
		t.Fatalf("%s\n%s", diags, src)
	}
	return v.AsString()
}

func TestQuoted(t *testing.T) {
	r := segment{expr: ref("r", "x").first}
	lit := func(s string) segment { return segment{lit: s} }
	for _, c := range []struct {
		segs []segment
		src  string
		want string
	}{
		{nil, `""`, ""},
		{[]segment{r}, `r.x`, "R"},
		{[]segment{lit("a"), lit("b")}, `"ab"`, "ab"},
		{[]segment{lit("$"), lit("{x}")}, `"$${x}"`, "${x}"},
		{[]segment{lit("%"), lit("{x}")}, `"%%{x}"`, "%{x}"},
		{[]segment{lit("$${x}")}, `"\u0024\u0024{x}"`, "$${x}"},
		{[]segment{lit("%%{x}")}, `"\u0025\u0025{x}"`, "%%{x}"},
		{[]segment{lit("$%{x}")}, `"\u0024\u0025{x}"`, "$%{x}"},
		{[]segment{lit("cost$"), r}, `"cost\u0024${r.x}"`, "cost$R"},
		{[]segment{lit("100%"), r, lit("%")}, `"100\u0025${r.x}%"`, "100%R%"},
		{[]segment{r, lit("{x}")}, `"${r.x}{x}"`, "R{x}"},
		{[]segment{r, r}, `"${r.x}${r.x}"`, "RR"},
		{[]segment{lit(`"\` + "\n\r\t\x00\u200b")}, `"\"\\\n\r\t\u0000\u200b"`, "\"\\\n\r\t\x00\u200b"},
		{[]segment{lit("$ % $5 5%")}, `"$ % $5 5%"`, "$ % $5 5%"},
		{[]segment{lit("\U000e0001é😀")}, `"\U000e0001é😀"`, "\U000e0001é😀"},
	} {
		if got := source(t, c.segs); got != c.src {
			t.Errorf("%v: %s, want %s", c.segs, got, c.src)
		}
		if got := evaluated(t, c.segs); got != c.want {
			t.Errorf("%s is %q, want %q", c.src, got, c.want)
		}
	}
}

// What Terraform would change without a word is refused.
func TestInexpressible(t *testing.T) {
	for _, s := range []string{"e\u0301", "\u212b", "\xff", "a\x80", "\U000f0000"} {
		if _, err := quoted([]segment{{lit: s}}); err == nil {
			t.Errorf("%q is let through", s)
		}
	}
	if _, err := quoted([]segment{{expr: ref("r", "x").first}, {lit: "\u0301x"}}); err == nil {
		t.Error("a combining mark after a reference is let through")
	}
	s := complete(t)
	s.Buckets[0].Policy.Document.Statements[0].Resource = policy.List(policy.Literal("e\u0301"))
	if _, err := Print(s); err == nil || !strings.Contains(err.Error(), "normal form") {
		t.Errorf("error %v", err)
	}
	s = complete(t)
	for i := range s.Buckets {
		if b := &s.Buckets[i]; b.Base != nil {
			theirs := b.Policy.Document.Statements[0]
			theirs.Sid, theirs.Resource = "Spelled", policy.List(policy.Literal("e\u0301"))
			b.Policy.Document.Statements = append(slices.Clone(b.Policy.Document.Statements), theirs)
		}
	}
	if _, err := Print(s); err == nil || !strings.Contains(err.Error(), "normal form") {
		t.Errorf("error %v", err)
	}
	s = complete(t)
	s.Role.Policies[0].Document.Statements[0].Resource = policy.List(policy.NewText(policy.Ref{ID: "bucket.nowhere", Attr: "arn"}))
	if _, err := Print(s); err == nil || !strings.Contains(err.Error(), "<bucket.nowhere.arn>") {
		t.Errorf("error %v", err)
	}
}

// fuzzed is a small setup with one text in every place that holds texts.
func fuzzed(t testing.TB, texts policy.Text, version string) *model.Setup {
	s := &model.Setup{Name: "f", SpecFile: "pzgen.yaml", Account: "111122223333", Region: "eu-west-1", Partition: "aws"}
	s.Role = model.Role{Name: "R", Path: "/", Trust: trust(t), Inline: true}
	s.Buckets = []model.Bucket{{ID: "data", Name: "data-bucket", Policy: doc("bucket-data", "", policy.Statement{
		Sid: "S", Effect: policy.Deny, Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: policy.List(texts)}}},
		NotAction: policy.List(texts), Resource: policy.List(texts),
		Condition: []policy.Condition{{Operator: "StringLike", Key: "a:b", Values: policy.List(texts)}},
	})}}
	s.Buckets[0].Policy.Document.Version = version
	return s
}

// FuzzText sends texts through the printer and back through the reader, as parts of a document with variables, without them, and without a
// version, and as a literal.
func FuzzText(f *testing.F) {
	for _, s := range hostileTexts {
		f.Add(s)
	}
	for _, s := range []string{"&{x}", "&{aws:username}<bucket.data.arn>", "a\u0301", "<role.arn>{", "${a, '&{'}", "${a, '${b'}", "\\", "\"", "\x00", "${$}<role.name>{x}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		parsed, err := policy.ParseText(in)
		candidates := []policy.Text{policy.Literal(in)}
		if err == nil {
			candidates = append(candidates, parsed)
		}
		for _, text := range candidates {
			if len(text.Parts()) == 0 {
				continue // policy.DecodeJSON takes no empty principal
			}
			for _, version := range []string{policy.Version2012, policy.Version2008, ""} {
				s := fuzzed(t, text, version)
				files, err := Print(s)
				if err != nil {
					continue // what Terraform cannot hold: TestInexpressible
				}
				env := s.SyntheticEnv(1)
				state := read(t, inputOf(s, files), valuesOf(s, env))
				if len(state.Unknown) > 0 || len(state.Buckets) != 1 {
					t.Fatalf("%q, version %q: %v", in, version, state.Unknown)
				}
				want, err := s.Buckets[0].Policy.Document.Resolve(env)
				if err != nil {
					t.Skip()
				}
				// What is in JSON is what AWS gets: texts that are another value but the same
				// letters are the same.
				if got := state.Buckets[0].Policy.Document; string(sorted(got).Compact()) != string(sorted(want).Compact()) {
					t.Fatalf("%q, version %q:\ngot  %s\nwant %s\n%s", in, version, got.Compact(), want.Compact(), files[2].Data)
				}
			}
		}
	})
}

// sorted makes a scalar a list, as the data source does.
func sorted(d policy.Document) policy.Document {
	d.Single = false
	d.Statements = append([]policy.Statement(nil), d.Statements...)
	for i := range d.Statements {
		s := &d.Statements[i]
		s.NotAction.Scalar, s.Resource.Scalar = false, false
	}
	return d.MapTexts(func(t policy.Text) policy.Text { return t })
}

// FuzzRead feeds the reader with files that somebody wrote.
func FuzzRead(f *testing.F) {
	s := fuzzed(f, policy.Literal("x"), policy.Version2012)
	files := printed(f, s)
	f.Add(string(files[2].Data))
	f.Add("locals {\n  a = \"${local.b}${local.b}\"\n  b = \"${local.a}\"\n}\n")
	f.Add(strings.Repeat("[", 100))
	f.Add("data \"aws_iam_policy_document\" \"x\" {\n  source_policy_documents = [\"{}\", null]\n  statement {\n    principals {\n      type = null\n      identifiers = [null]\n    }\n  }\n}\n")
	f.Fuzz(func(t *testing.T, text string) {
		changed := append(files[:0:0], files...)
		changed[2].Data = []byte(text)
		parsed, err := Parse(inputOf(s, changed))
		if err != nil {
			return
		}
		v := valuesOf(s, s.SyntheticEnv(1))
		a, _ := parsed(v)
		if b, _ := parsed(v); len(a.Unknown) != len(b.Unknown) || len(a.Unknown) > 2*maxUnknown {
			t.Errorf("%d and %d things are not understood", len(a.Unknown), len(b.Unknown))
		}
	})
}

func BenchmarkPrint(b *testing.B) {
	s := complete(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Print(s); err != nil {
			b.Fatal(err)
		}
	}
}

// read evaluates a module that can be parsed.
func read(t testing.TB, in deployed.Input, v deployed.Values) deployed.State {
	t.Helper()
	parsed, err := Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	s, err := parsed(v)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// largest is the largest setup of the examples.
func largest(t testing.TB) *model.Setup {
	var out *model.Setup
	size := 0
	for _, s := range examples(t) {
		n := 0
		for _, f := range printed(t, s) {
			n += len(f.Data)
		}
		if n > size {
			out, size = s, n
		}
	}
	return out
}

func BenchmarkParse(b *testing.B) {
	s := largest(b)
	in := inputOf(s, printed(b, s))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	s := largest(b)
	parsed, err := Parse(inputOf(s, printed(b, s)))
	if err != nil {
		b.Fatal(err)
	}
	v := valuesOf(s, s.SyntheticEnv(1))
	b.ReportAllocs()
	for b.Loop() {
		if s, _ := parsed(v); len(s.Unknown) > 0 {
			b.Fatal(s.Unknown)
		}
	}
}
