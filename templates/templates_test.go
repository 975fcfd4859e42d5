package templates

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDefaultLoads(t *testing.T) {
	lib, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if len(lib.Templates) < 40 {
		t.Fatalf("only %d templates", len(lib.Templates))
	}
	for _, tm := range lib.Templates {
		if tm.Why == "" || tm.Source == "" {
			t.Errorf("%s:%d: no reason or source", tm.File, tm.Line)
		}
	}
}

const good = `- sid: CompanyRule
  for: bucket
  in: [bucket]
  why: the company wants it
  source: company
  edition: "2026"
  breaks: nothing
  effect: Deny
  principal: "*"
  action: [s3:PutObject]
  resource: ["<bucket.arn>/*"]
`

func TestOverlay(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("company.yaml", good)
	lib, err := LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	base, _ := Default()
	if len(lib.Templates) != len(base.Templates)+1 {
		t.Errorf("%d templates over %d", len(lib.Templates), len(base.Templates))
	}
	write("s3.yaml", strings.Replace(good, "CompanyRule", "OtherRule", 1))
	lib, err = LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tm := range lib.Templates {
		if tm.Sid == "PersonalizeReadInput" {
			t.Error("s3.yaml was not replaced")
		}
	}
}

// Each change to a good template is refused, and the message names the file, the line and what is
// wrong.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"sid: CompanyRule", "sid: Company Rule", "letters and digits"},
		{"sid: CompanyRule", `sid: ""`, "profile documented alone"},
		{"- sid: CompanyRule\n  for", "- for", "no sid"},
		{"for: bucket", "for: planet", `"planet" is not one of`},
		{"for: bucket", "for: key", "not for key"},
		{"in: [bucket]", "in: []", "names no document"},
		{"in: [bucket]", "in: [planet]", `unknown document "planet"`},
		{"why: the company wants it\n", "when: [hungry]\n  why: x\n", `unknown fact "hungry"`},
		{"why: the company wants it", "why: ''", "why, source"},
		{"effect: Deny", "effect: deny", `effect "deny"`},
		{"effect: Deny", "accepted: ''\n  effect: Deny", "accepted: has no reason"},
		{"effect: Deny", "accepted: \"\\n \"\n  effect: Deny", "accepted: has no reason"},
		{"effect: Deny", "accepted: [x]\n  effect: Deny", "cannot unmarshal"},
		{"- sid: CompanyRule\n", "- sid: ''\n  accepted: x\n  profile: documented\n", "cannot be accepted"},
		{"<bucket.arn>", "<bucket.colour>", "unknown reference <bucket.colour>"},
		{"<bucket.arn>", "<bucket.arn", "not closed"},
		{"<bucket.arn>/*", "cost$<bucket.arn>", `bare "$"`},
		{"action: [s3:PutObject]", "actions: [s3:PutObject]", "unknown field \"actions\""},
		{"action: [s3:PutObject]", "action: [s3:PutObject]\n  not-action: [s3:GetObject]", "one of action"},
		{"action: [s3:PutObject]", "action: [5]", "put it in quotes"},
		{"  principal: \"*\"\n", "", "principal is missing"},
		{"  principal: \"*\"\n", "  principal: {Robot: x}\n", `"Robot"`},
		{"  resource: [\"<bucket.arn>/*\"]\n", "", "resource is missing"},
		{"s3:PutObject", "s3:PutObjct", "did you mean `s3:PutObject`?"},
		{"s3:PutObject", "s3:ListBucket", "\"s3:ListBucket\" does not work on what is given"},
		{"effect: Deny", "effect: Deny\n  condition: {StringLike: {\"s3:prefix\": [x]}}", "whose requests never have it"},
		{good, good + good, "already"},
		{good, good + "---\n" + good, "more than one YAML document"},
		{"sid: CompanyRule", "sid: PersonalizeReadInputToo", "could be taken for the other"},
		{"sid: CompanyRule", "sid: PersonalizeReadInput", "already"},
	} {
		dir := t.TempDir()
		text := strings.Replace(good, c.from, c.to, 1)
		if text == good {
			t.Fatalf("%q changes nothing", c.from)
		}
		if err := os.WriteFile(filepath.Join(dir, "company.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := LoadDir(dir)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.to, err, c.want)
		}
	}
	if _, err := LoadDir(t.TempDir()); err == nil {
		t.Error("an empty folder is taken")
	}
	if _, err := LoadDir(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a folder that is not there is taken")
	}
}

func TestAccepted(t *testing.T) {
	ts, err := parse("x.yaml", []byte(good+"  accepted: |\n    a guard\n    rail\n"))
	if err != nil || len(ts) != 1 || ts[0].Accepted != "a guard rail" {
		t.Errorf("%+v, %v", ts, err)
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(good + "  accepted: a guard rail\n"))
	for _, n := range []string{"s3.yaml", "kms.yaml"} {
		data, _ := embedded.ReadFile("policies/" + n)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ts, err := parse("fuzz.yaml", data)
		if err == nil {
			for i := range ts {
				if err := ts[i].check(); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// The guard rail of the documentation is a template that loads.
func TestDocumentedGuardRail(t *testing.T) {
	page, err := os.ReadFile("../docs/templates.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```yaml\n")
	text, _, ok := strings.Cut(blocks[len(blocks)-1], "```")
	if !ok || len(blocks) != 3 {
		t.Fatal("docs/templates.md has other examples")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "guardrails.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	lib, err := LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tm := range lib.Templates {
		if tm.Sid == "CompanyKeepVersions" && tm.Accepted != "" {
			return
		}
	}
	t.Error("it is not accepted")
}
