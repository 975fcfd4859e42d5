package terraform

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// asRead gives the outputs of a module that stands in one file.
func asRead(t *testing.T, src string) (map[string]policy.Document, error) {
	t.Helper()
	m, err := oldLoad("m/terraform", []output.File{{Path: "m/terraform/main.tf", Data: []byte(src)}})
	if err != nil {
		return nil, err
	}
	e := newEvaluator(m, &model.Setup{Name: "m"}, policy.Env{})
	out := map[string]policy.Document{}
	for name, b := range m.outputs {
		v, err := e.expr(b.Body.Attributes["value"].Expr, cty.NilVal)
		if err != nil {
			return nil, err
		}
		if v.Type() != cty.String {
			return map[string]policy.Document{}, nil
		}
		if out[name], err = policy.DecodeJSON([]byte(v.AsString())); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// The data source means to the real provider what it means to Read.
func TestRealMeaning(t *testing.T) {
	src, err := os.ReadFile("testdata/meaning/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	read, err := asRead(t, string(src))
	if err != nil {
		t.Fatal(err)
	}
	if len(read) != 4 {
		t.Fatalf("%d documents", len(read))
	}
	tl := terraformTool(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"main.tf": string(src), "provider.tf": offline} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out := tl.run(t, dir, "fmt", "-check", "-diff", "-no-color"); len(out) > 0 {
		t.Errorf("%s", out)
	}
	tl.init(t, dir)
	tl.run(t, dir, "apply", "-auto-approve", "-input=false", "-no-color")
	var outputs map[string]struct{ Value string }
	if err := json.Unmarshal(tl.run(t, dir, "output", "-json"), &outputs); err != nil {
		t.Fatal(err)
	}
	for name, d := range read {
		got, err := policy.DecodeJSON([]byte(outputs[name].Value))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !got.Equal(d) || got.ID != d.ID {
			t.Errorf("%s: terraform and Read differ\nterraform %s %s\nread      %s %s", name, got.ID, got.Normal(), d.ID, d.Normal())
		}
	}
}

// What the provider refuses, or drops without a word, Read refuses.
func TestRefusedDocuments(t *testing.T) {
	source := func(json string) string {
		return "source_policy_documents = [" + policy.JSONString(strings.ReplaceAll(json, "'", `"`)) + "]"
	}
	statement := func(text string) string {
		return "statement {\n    actions = [\"a:b\"]\n    " + text + "\n  }"
	}
	for body, want := range map[string]string{
		"version = \"2008-10-17\"\n  " + statement(`resources = ["&{x}"]`):                                                            "policy variable",
		statement("sid = \"q\"") + "\n  " + statement("sid = \"q\""):                                                                  "twice",
		source(`{'Statement': {'Effect': 'Allow', 'Action': 'a:b', 'Resource': '*'}}`):                                                "cannot read",
		source(`{'Statement': [{'Sid': 'x', 'Effect': 'Allow', 'Action': 'a:b'}, {'Sid': 'x', 'Effect': 'Allow', 'Action': 'a:b'}]}`): "twice",
		source(`{'Statement': [{'Effect': 'Allow', 'Action': 'a:b', 'Condition': {'NumericEquals': {'c:d': 1}}}]}`):                   "drops",
		source(`{'Statement': [{'Effect': 'Allow', 'Action': 'a:b', 'Effekt': 'x'}]}`):                                                "Effekt",
		statement("effect = \"allow\""): "neither",
		statement("condition {\n      test = \"StringEquals\"\n      variable = \"a:b\"\n      values = []\n    }"): "no values",
		statement("principals {\n      type = \"*\"\n      identifiers = [\"x\"]\n    }"):                           "stand alone",
		statement("principal = \"*\""):                 "principal",
		"version = \"2013-01-01\"":                     "2013",
		"source_policy_documents = data.x.y.z":         "not declared",
		"count = 1":                                    "count",
		statement("resources = [null]"):                "null",
		"override_json = \"{}\"":                       "override_json",
		statement("resources = [\"$${aws:username\"]"): "closed",
	} {
		src := "data \"aws_iam_policy_document\" \"d\" {\n  " + body + "\n}\noutput \"d\" {\n  value = data.aws_iam_policy_document.d.json\n}\n"
		if _, err := asRead(t, src); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v, want %q", src, err, want)
		}
	}
}

// Text that would cost much is refused or read, and soon.
func TestHugeInput(t *testing.T) {
	for name, src := range map[string]string{
		"brackets":  "locals {\n  a = " + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "\n}\n",
		"open":      "locals {\n  a = " + strings.Repeat("[", 20000),
		"templates": "locals {\n  a = " + strings.Repeat("\"${", 5000) + "1" + strings.Repeat("}\"", 5000) + "\n}\n",
		"doubling":  doubling(64),
		"binary":    "\x00\xff\xfe",
	} {
		_, err := asRead(t, src+"output \"x\" {\n  value = local.a\n}\n")
		if (err == nil) != (name == "brackets" || name == "templates") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// doubling is a chain of n locals, each twice the next.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString("locals {\n  a = local.a1\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "  a%d = \"${local.a%d}${local.a%d}\"\n", i, i+1, i+1)
	}
	fmt.Fprintf(&b, "  a%d = \"xxxxxxxx\"\n}\n", n)
	return b.String()
}
