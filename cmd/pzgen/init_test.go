package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// On a terminal init asks; an answer that cannot be is said and asked again, an empty one is the
// default, and answers that end leave nothing.
func TestInitAsks(t *testing.T) {
	for _, c := range []struct {
		name, answers string
		want          []string // in the spec; none: nothing is written
		said          []string
	}{
		{"defaults", "\n\n\n\n\n", []string{`account: "111122223333"`, "region: us-east-1", "{type: import, from: data/datasets/}"},
			[]string{"AWS account (12 digits) [111122223333]: "}},
		{"answers", "444455556666\neu-west-1\nacme-asked\ny\nexport import\n",
			[]string{`account: "444455556666"`, "name: acme-asked, key: main", "{type: export, to: data/export/}"}, nil},
		{"wrong ones", "12\n444455556666\nmoon\neu-west-1\nNot A Bucket\nacme-asked\nperhaps\nno\nimprt\n\n",
			[]string{`account: "444455556666"`, "region: eu-west-1", "data: {name: acme-asked}"},
			[]string{`account "12" is not valid`, `"moon"`, `"Not A Bucket"`, "write yes or no", `unknown type of workflow "imprt"`}},
		{"the bucket goes by the account", "444455556666\n\n\n\n\n", []string{"-personalize-444455556666"}, nil},
		{"they end", "444455556666\n", nil, []string{"the answers end; nothing is written"}},
	} {
		dir := filepath.Join(t.TempDir(), "shop")
		var out, said bytes.Buffer
		e := &env{stdin: strings.NewReader(c.answers), stdout: &out, stderr: &said, asks: true}
		err := newApp(e).RunContext(context.Background(), []string{"pzgen", "init", "--", dir})
		if err != nil {
			e.report(err)
		}
		text, failed := os.ReadFile(filepath.Join(dir, "pzgen.yaml"))
		if (failed == nil) != (c.want != nil) || (err == nil) != (c.want != nil) {
			t.Errorf("%s: %v, %v\n%s", c.name, err, failed, said.String())
		}
		for _, w := range c.want {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s: the spec has no %q:\n%s", c.name, w, text)
			}
		}
		for _, w := range c.said {
			if !strings.Contains(said.String(), w) {
				t.Errorf("%s: it does not say %q:\n%s", c.name, w, said.String())
			}
		}
	}
}

// When a file cannot be written, those that were are taken away again, and their folders too.
func TestInitAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	// Where a folder has to be there is a file.
	if err := os.WriteFile(filepath.Join(dir, ".github"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	if code := run([]string{"pzgen", "init", dir}, strings.NewReader(""), &out, &said); code == 0 {
		t.Fatalf("it went through:\n%s", said.String())
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("it left %v (%v)", entries, err)
	}
}
