package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// From each template and module of the examples a spec is made that is valid, generated and proved, and
// by which Amazon Personalize may do at least what it might: nothing gets narrower, or is not decided,
// for the service or for the role that it assumes.
func TestInitFromExamples(t *testing.T) {
	setups, err := filepath.Glob("../../out/*/cloudformation/template.yaml")
	if err != nil || len(setups) < 30 {
		t.Fatal(len(setups), err)
	}
	// What is not the input's own cannot be held against the spec: the policies of buckets, keys and roles
	// that exist, to which the spec adds statements where they are, and what other setups or accounts have.
	others := []string{"china terraform", "existing-known ", "existing-unknown terraform", "existing-alias ", "hostile terraform",
		"lake-news ", "lake-shop ", "retail ", "lake-us ", "many-accounts "}
	compared := 0
	for _, template := range setups {
		dir := filepath.Dir(filepath.Dir(template))
		for _, target := range []string{"cloudformation/template.yaml", "terraform"} {
			from, err := filepath.Abs(filepath.Join(dir, target))
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(dir) + " " + target
			if _, err := os.Stat(from); err != nil {
				continue // a stack set has no module
			}
			at := t.TempDir()
			command := func(args ...string) string {
				t.Helper()
				var out, said bytes.Buffer
				if code := run(append([]string{"pzgen"}, args...), strings.NewReader(""), &out, &said); code != 0 {
					t.Errorf("%s: pzgen %q: exit code %d\n%s", name, args, code, said.String())
				}
				return out.String()
			}
			spec := filepath.Join(at, "pzgen.yaml")
			command("init", at, "--setup", "adopted", "--from", from, "-q")
			command("generate", "-f", spec, "-o", filepath.Join(at, "out"), "-q")
			text, err := os.ReadFile(spec)
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(others, func(o string) bool { return strings.HasPrefix(name, o) }) {
				continue
			}
			compared++
			var report struct {
				Changes []struct {
					Kind, Principal, Message string
					Actions                  []string
				}
			}
			if err := json.Unmarshal([]byte(command("diff", from, spec, "--format", "json", "-q")), &report); err != nil {
				t.Fatal(err)
			}
			for _, c := range report.Changes {
				us := strings.Contains(c.Principal, "personalize.amazonaws.com") || roleIn(string(text), c.Principal)
				if us && (c.Kind == "narrower" || c.Kind == "undecided") {
					t.Errorf("%s: %s: %s may no longer %q: %s", name, c.Kind, c.Principal, c.Actions, c.Message)
				}
			}
		}
	}
	if compared < 50 {
		t.Errorf("%d inputs are compared", compared)
	}
}

// The test above sees what gets lost: a statement that is taken out of the spec again.
func TestInitFromSeesLoss(t *testing.T) {
	at := t.TempDir()
	from, err := filepath.Abs("../../out/documented-import/cloudformation/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	if code := run([]string{"pzgen", "init", at, "--from", from, "-q"}, strings.NewReader(""), &out, &said); code != 0 {
		t.Fatal(said.String())
	}
	spec := filepath.Join(at, "pzgen.yaml")
	text, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	var less []string
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, "personalize:*") {
			less = append(less, line)
		}
	}
	if err := os.WriteFile(spec, []byte(strings.Join(less, "")), 0o644); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	run([]string{"pzgen", "diff", from, spec}, strings.NewReader(""), &out, &said)
	if !strings.Contains(out.String(), `role "Personalize-documented-import" may no longer personalize:*`) {
		t.Errorf("the loss is not seen:\n%s", out.String())
	}
}

// roleIn reports whether a principal is the service role of a spec that init made.
func roleIn(spec, principal string) bool {
	_, rest, ok := strings.Cut(spec, "\n    role: {name: ")
	name, _, _ := strings.Cut(rest, "}")
	name, _, _ = strings.Cut(name, ",")
	return ok && strings.Contains(principal, strings.Trim(name, `"`))
}
