package terraform

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// versions is the block that every module needs.
const versions = `terraform {
  required_version = "` + requiredVersion + `"
  required_providers {
    aws = {
      source  = "` + sourceProvider + `"
      version = "` + providerVersion + `"
    }
  }
}
`

// moduleIn is a module of one file, and of others beside it.
func moduleIn(src string, beside ...string) deployed.Input {
	in := deployed.Input{Dir: "m", Files: []output.File{{Path: "m/main.tf", Data: []byte(src)}, {Path: "m/versions.tf", Data: []byte(versions)}}}
	for i := 0; i < len(beside); i += 2 {
		in.Files = append(in.Files, output.File{Path: "m/" + beside[i], Data: []byte(beside[i+1])})
	}
	return in
}

// The data source means to the real provider what it means to the reader.
func TestRealMeaning(t *testing.T) {
	dir := t.TempDir()
	in := deployed.Input{Dir: "m"}
	for _, name := range []string{"main.tf", "foreign.json"} {
		data, err := os.ReadFile(filepath.Join("testdata", "meaning", name))
		if err != nil {
			t.Fatal(err)
		}
		in.Files = append(in.Files, output.File{Path: "m/" + name, Data: data})
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	state := read(t, in, deployed.Values{})
	if len(state.Documents) != 3 || len(state.Unknown) > 0 {
		t.Fatalf("%d documents, %v", len(state.Documents), state.Unknown)
	}
	tl := terraformTool(t)
	if err := os.WriteFile(filepath.Join(dir, "provider.tf"), []byte(offline), 0o644); err != nil {
		t.Fatal(err)
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
	for _, shown := range state.Documents {
		d := shown.Policy.Document
		got, err := policy.DecodeJSON([]byte(outputs[shown.Name].Value))
		if err != nil {
			t.Errorf("%s: %v", shown.Name, err)
			continue
		}
		if !deployed.SameDocument(got, d) {
			t.Errorf("%s: terraform and the reader differ\nterraform %s %s\nread      %s %s", shown.Name, got.ID, got.Normal(), d.ID, d.Normal())
		}
	}
}

// What the provider refuses, or drops without a word, is not understood.
func TestRefusedDocuments(t *testing.T) {
	const source = "source_policy_documents = [file(\"${path.module}/x.json\")]\n  "
	statement := func(text string) string {
		return "statement {\n    actions = [\"a:b\"]\n    " + text + "\n  }"
	}
	for _, c := range []struct{ body, json, want string }{
		{"version = \"2008-10-17\"\n  " + statement(`resources = ["&{x}"]`), "", "policy variable"},
		{statement("sid = \"q\"") + "\n  " + statement("sid = \"q\""), "", "twice"},
		{source, `{'Version': '2012-10-17', 'Statement': {'Effect': 'Allow', 'Action': 'a:b', 'Resource': '*'}}`, "cannot read"},
		{source, `{'Version': '2012-10-17', 'Statement': [{'Sid': 'x', 'Effect': 'Allow', 'Action': 'a:b'}, {'Sid': 'x', 'Effect': 'Allow', 'Action': 'a:b'}]}`, "twice"},
		{source, `{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'a:b', 'Condition': {'NumericEquals': {'c:d': 1}}}]}`, "drops"},
		{source, `{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'a:b', 'Effekt': 'x'}]}`, "Effekt"},
		{source, `{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'action': 'a:b'}]}`, "action"},
		{source, `{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'a:b', 'Action': 'a:b'}]}`, "Action"},
		{source, `{'Version': '2008-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'a:b'}]}`, "version"},
		{source, `{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'a:b', 'Resource': '\udb80\udc000\udb80\udc01'}]}`, "private use"},
		{source, "{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'a:b', 'Resource': '\U000F00000\U000F0001'}]}", "private use"},
		{source, "\xff", "UTF-8"},
		{"source_policy_documents = [file(\"${path.module}/../x.json\")]", "", "beside"},
		{"source_policy_documents = [file(\"${path.module}/y.json\")]", "", "beside"},
		{"source_policy_documents = [file(\"x.json\")]", "", "beside"},
		{"source_policy_documents = [data.x.y.z]", "", "beside"},
		{"source_policy_documents = data.x.y.z", "", "list"},
		{"override_policy_documents = [\"{}\"]", "", "override_policy_documents"},
		{statement("effect = \"allow\""), "", "Allow"},
		{statement("condition {\n      test = \"StringEquals\"\n      variable = \"a:b\"\n      values = []\n    }"), "", "no values"},
		{statement("principals {\n      type = \"*\"\n      identifiers = [\"x\"]\n    }"), "", "alone"},
		{statement("principals {\n      type = \"AWS\"\n      identifiers = []\n    }"), "", "no identifiers"},
		{statement("principal = \"*\""), "", "principal"},
		{"version = \"2013-01-01\"", "", "2013"},
		{"count = 1", "", "count"},
		{statement("resources = [null]"), "", "null"},
		{statement("resources = [1]"), "", "list of strings"},
		{"override_json = \"{}\"", "", "override_json"},
		{statement("resources = [\"$${aws:username\"]"), "", "closed"},
	} {
		src := "data \"aws_iam_policy_document\" \"d\" {\n  " + c.body + "\n}\noutput \"d\" {\n  value = data.aws_iam_policy_document.d.json\n}\n"
		state := read(t, moduleIn(src, "x.json", strings.ReplaceAll(c.json, "'", `"`)), deployed.Values{})
		if got := fmt.Sprint(state.Unknown); !strings.Contains(got, c.want) {
			t.Errorf("%s\n%s, want %q", c.body, got, c.want)
		}
	}
}

// Text that would cost much is refused or read, and soon: what it costs is counted in steps.
func TestHugeInput(t *testing.T) {
	local := func(x string) string { return "locals {\n  a = " + x + "\n}\n" }
	for name, src := range map[string]string{
		"brackets":   local(strings.Repeat("[", 900) + strings.Repeat("]", 900)),
		"too many":   local(strings.Repeat("[", 100000) + strings.Repeat("]", 100000)),
		"open":       local(strings.Repeat("[", 20000)),
		"templates":  local(strings.Repeat("\"${", 400) + "1" + strings.Repeat("}\"", 400)),
		"not":        local(strings.Repeat("! ", 1<<20) + "true"),
		"minus":      local(strings.Repeat("-\n", 1<<20) + "1"),
		"questions":  local(strings.Repeat("true ? 1 : ", 1<<19) + "1"),
		"directives": local("\"" + strings.Repeat("%{if true}", 1<<18) + "\""),
		"plus":       local(strings.Repeat("1 + ", 1<<20) + "1"),
		"splats":     local("x" + strings.Repeat("[*]", 20000)),
		"indexes":    local("x" + strings.Repeat("[x]", 20000)),
		"attributes": local("x" + strings.Repeat(".a", 1<<20)),
		"stars":      local("x" + strings.Repeat(".*", 20000)),
		"more":       local("x" + strings.Repeat("[x]", 1<<20)),
		"exponent":   local("1e999999999"),
		"doubling":   doubling(64),
		"chain":      chain(100000),
		"keys":       local("{" + strings.Repeat("a = 1, ", 1<<17) + "}"),
		"binary":     "\x00\xff\xfe",
		"size":       "#" + strings.Repeat("x", maxFile),
	} {
		parsed, err := Parse(moduleIn(src + "output \"x\" {\n  value = local.a\n}\n"))
		if err != nil {
			if e, ok := err.(*policy.Error); !ok || e.Path == "" || len(err.Error()) > 500 {
				t.Errorf("%s: %T %.500s", name, err, err)
			}
			continue
		}
		if s, _ := parsed(deployed.Values{}); (len(s.Unknown) == 0) != (name == "brackets") || len(s.Unknown) > maxUnknown {
			t.Errorf("%s: %d things are not understood", name, len(s.Unknown))
		}
	}
}

// chain is a chain of n locals, each the next.
func chain(n int) string {
	var b strings.Builder
	b.WriteString("locals {\n  a = local.a0\n")
	for i := range n {
		fmt.Fprintf(&b, "  a%d = local.a%d\n", i, i+1)
	}
	fmt.Fprintf(&b, "  a%d = \"x\"\n}\n", n)
	return b.String()
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
