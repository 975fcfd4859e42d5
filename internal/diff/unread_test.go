package diff

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/snapshot"
)

// What is not understood twice is more than what is not understood once.
func TestUnknownOnceMore(t *testing.T) {
	u := deployed.Unknown{Kind: "resource type", What: "AWS::IAM::UserPolicy"}
	old, new := state(t, read, "", "", ""), state(t, read, "", "", "")
	old.Unknown, new.Unknown = []deployed.Unknown{u}, []deployed.Unknown{u, u}
	if got := States(old, new); len(got) != 1 || got[0].Kind != Undecided {
		t.Error(lines(got))
	}
	if got := States(new, old); len(got) != 0 {
		t.Error(lines(got))
	}
}

// folders compares two folders as the command does and returns what changes, a line each.
func folders(t *testing.T, old, new map[string]string) (lines, fingerprints []string) {
	t.Helper()
	dir := t.TempDir()
	open := func(side string, files map[string]string) *snapshot.Input {
		for name, text := range files {
			name = filepath.Join(dir, side, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		in, err := snapshot.Open(t.Context(), filepath.Join(dir, side), snapshot.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	changes, err := Inputs(t.Context(), open("old", old), open("new", new))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		lines, fingerprints = append(lines, string(c.Kind)+" "+c.Message), append(fingerprints, c.Fingerprint)
	}
	return lines, fingerprints
}

// What is not understood is the same where all that it may depend on is, and only there.
func TestUnknownContent(t *testing.T) {
	queue := func(policy string) string {
		return "terraform {\n required_version = \">= 1.5\"\n}\nresource \"aws_sqs_queue_policy\" \"q\" {\n  policy = " + policy + "\n}\n"
	}
	type files = map[string]string
	one := files{"main.tf": queue(`"a"`)}
	document := `{"Version": "2012-10-17", "Statement": [` + read + `]}`
	for name, c := range map[string]struct {
		old, new files
		want     string // what is told of all
	}{
		"the same":       {one, files{"main.tf": queue(`"a"`)}, ""},
		"a comment":      {one, files{"main.tf": "# c\n\n" + queue(`"a"  // d`)}, ""},
		"another policy": {one, files{"main.tf": queue(`"b"`)}, "aws_sqs_queue_policy.q"},
		"a local": {files{"main.tf": queue(`local.p`), "l.tf": `locals { p = "a" }`},
			files{"main.tf": queue(`local.p`), "l.tf": `locals { p = "b" }`}, "aws_sqs_queue_policy.q"},
		"a file": {files{"main.tf": queue(`file("p.json")`), "p.json": "{}"},
			files{"main.tf": queue(`file("p.json")`), "p.json": "[]"}, "aws_sqs_queue_policy.q"},
		"a module below": {files{"main.tf": "module \"m\" {\n source = \"./m\"\n}\n", "m/main.tf": queue(`"a"`)},
			files{"main.tf": "module \"m\" {\n source = \"./m\"\n}\n", "m/main.tf": queue(`"b"`)}, "module"},
		"an override": {files{"main.tf": queue(`"a"`), "override.tf": queue(`"a"`)},
			files{"main.tf": queue(`"a"`), "override.tf": queue(`"b"`)}, "override.tf"},
		"gone": {one, files{"main.tf": strings.Split(queue(""), "resource")[0]}, "not there any more, and not understood"},
		"no document": {files{"a.json": document, "b.json": `{"Version": 1}`},
			files{"a.json": document, "b.json": `{"Version": 2}`}, "b.json"},
	} {
		got, first := folders(t, c.old, c.new)
		text := strings.Join(got, "\n")
		if c.want == "" && text != "" || !strings.Contains(text, c.want) || strings.Contains(text, "broader") {
			t.Errorf("%s: %q, expected %q", name, text, c.want)
		}
		if name != "another policy" {
			continue
		}
		// Who approved of one content did not approve of another.
		_, second := folders(t, c.old, files{"main.tf": queue(`"c"`)})
		if len(second) != len(first) || second[0] == first[0] {
			t.Errorf("the fingerprints %q and %q are of two contents", first, second)
		}
	}
}
