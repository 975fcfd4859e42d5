package spec

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// writtenFiles writes files and gives their paths.
func writtenFiles(t *testing.T, texts ...string) []string {
	t.Helper()
	dir := t.TempDir()
	paths := make([]string, len(texts))
	for i, text := range texts {
		paths[i] = filepath.Join(dir, string(rune('a'+i))+".yaml")
		if err := os.WriteFile(paths[i], []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

const oneSetup = `version: 1
setups:
  %s:
    account: "111122223333"
    region: eu-west-1
    role: {name: %s}
    buckets:
      data: {name: %s%s}
    workflows:
      - {type: import, from: data/in/}
`

// What two setups of one file may not both claim, two of different files may not either, however large the files are.
func TestFilesContradict(t *testing.T) {
	many := string(specOf(40))
	for _, c := range []struct {
		name          string
		first, second string
		want          string // of the diagnostics of the second
	}{
		{"nothing", fmt.Sprintf(oneSetup, "one", "One", "acme-one", ""), fmt.Sprintf(oneSetup, "two", "Two", "acme-two", ""), ""},
		{"role", fmt.Sprintf(oneSetup, "one", "One", "acme-one", ""), fmt.Sprintf(oneSetup, "two", "ONE", "acme-two", ""),
			`b.yaml:6:18: role "ONE" is created by setup "one" already, at DIR/a.yaml:6`},
		{"bucket", fmt.Sprintf(oneSetup, "one", "One", "acme-one", ", existing: true"), fmt.Sprintf(oneSetup, "two", "Two", "acme-one", ""),
			`b.yaml:8:7: bucket "acme-one" is declared otherwise in setup "one", at DIR/a.yaml:8`},
		{"many first", many, fmt.Sprintf(oneSetup, "two", "PersonalizeServiceRole-00031", "acme-two", ""),
			`b.yaml:6:18: role "PersonalizeServiceRole-00031" is created by setup "pz-00031" already, at DIR/a.yaml:`},
		{"many second", fmt.Sprintf(oneSetup, "one", "PersonalizeServiceRole-00031", "acme-one", ""), many,
			""}, // another account
		{"many second, one account", strings.ReplaceAll(fmt.Sprintf(oneSetup, "one", "PersonalizeServiceRole-00031", "acme-one", ""), "111122223333", "111122220031"), many,
			`role "PersonalizeServiceRole-00031" is created by setup "one" already, at DIR/a.yaml:6`},
	} {
		paths := writtenFiles(t, strings.ReplaceAll(c.first, "111122223333", accountOf(c.name)), strings.ReplaceAll(c.second, "111122223333", accountOf(c.name)))
		var files Files
		s, ds := files.Load(paths[0])
		if s == nil {
			t.Fatalf("%s: %s", c.name, ds)
		}
		s, ds = files.Load(paths[1])
		got := strings.ReplaceAll(ds.String(), filepath.Dir(paths[1]), "DIR")
		if (s != nil) != (c.want == "") || ds.HasErrors() != (c.want != "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%s\nwant %s", c.name, got, c.want)
		}
	}
}

// accountOf returns the account of setup 31 of specOf for the case that is about it.
func accountOf(name string) string {
	if name == "many first" {
		return "111122220031"
	}
	return "111122223333"
}

// A warning across files is told once, and what one file says of itself is not told again.
func TestFilesWarn(t *testing.T) {
	first := fmt.Sprintf(oneSetup, "one", "One", "acme", ", existing: true, policy: p.json")
	paths := writtenFiles(t, first, strings.NewReplacer("one:", "two:", "name: One", "name: Two").Replace(first))
	if err := os.WriteFile(filepath.Join(filepath.Dir(paths[0]), "p.json"), []byte(`{"Version": "2012-10-17", "Statement": [{"Sid": "Mine", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/x"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/*"}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	var files Files
	if s, ds := files.Load(paths[0]); s == nil {
		t.Fatal(ds)
	}
	s, ds := files.Load(paths[1])
	if s == nil || strings.Count(ds.String(), "has its whole policy written by setup \"one\" too") != 1 {
		t.Errorf("got %v\n%s", s, ds)
	}
}

func TestFilesRead(t *testing.T) {
	var files Files
	if s, ds, err := files.Read("<stdin>", strings.NewReader(fmt.Sprintf(oneSetup, "one", "One", "acme-one", ""))); s == nil || err != nil {
		t.Fatal(ds, err)
	}
	paths := writtenFiles(t, fmt.Sprintf(oneSetup, "two", "One", "acme-two", ""))
	if s, ds := files.Load(paths[0]); s != nil || !strings.Contains(ds.String(), `already, at <stdin>:6`) {
		t.Errorf("got %v\n%s", s, ds)
	}
	broken := errors.New("broken")
	if _, _, err := files.Read("<stdin>", iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}
