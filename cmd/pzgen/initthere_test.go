package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// begun runs init without a terminal, and returns its exit code and what it says.
func begun(args ...string) (int, string) {
	var out, said bytes.Buffer
	code := run(append([]string{"pzgen", "init"}, args...), strings.NewReader(""), &out, &said)
	return code, said.String()
}

// A link in the folder that leads out of it is not followed, and leaves nothing.
func TestInitDoesNotFollowLinks(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"elsewhere", "here", "inside/real"} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"here/.github": "../elsewhere", "inside/.github": "real", "to": "elsewhere"} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err)
		}
	}
	code, said := begun("here")
	if left, _ := os.ReadDir("elsewhere"); code != exitUsage || len(left) > 0 || !strings.Contains(said, `".github/workflows" cannot be made in "here"`) {
		t.Errorf("exit code %d, it left %v\n%s", code, left, said)
	}
	if left, _ := os.ReadDir("here"); len(left) != 1 {
		t.Errorf("it left %v", left)
	}
	// One that stays inside is followed, and so is what the user names.
	for dir, made := range map[string]string{"inside": "inside/real/workflows/pzgen.yml", "to": "elsewhere/pzgen.yaml"} {
		if code, said := begun(dir); code != 0 {
			t.Errorf("%s: exit code %d\n%s", dir, code, said)
		}
		if _, err := os.Stat(made); err != nil {
			t.Error(err)
		}
	}
}

// What is there and is no file is not taken for one; of a spec that stays nothing is said that
// is about a new one, and --from makes none beside it.
func TestInitWhereSomethingIs(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(filepath.Join("folder", "pzgen.mk"), 0o755); err != nil {
		t.Fatal(err)
	}
	code, said := begun("folder")
	if left, _ := os.ReadDir("folder"); code != exitUsage || len(left) != 1 || !strings.Contains(said, `"folder/pzgen.mk" is there already, and is not a regular file`) {
		t.Errorf("exit code %d, it left %v\n%s", code, left, said)
	}
	for i, want := range []bool{true, false} {
		code, said := begun("twice")
		if code != 0 || strings.Contains(said, "put yours into") != want {
			t.Errorf("run %d: exit code %d\n%s", i, code, said)
		}
	}
	const trust = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}}`
	if err := os.WriteFile("trust.json", []byte(trust), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		`"twice/pzgen.yaml" is there already`:                        {"twice", "--from", "trust.json"},
		"--workflow has no part in a spec that --from makes":         {"new", "--from", "trust.json", "--workflow", "export"},
		"--encrypted has no part in a spec":                          {"new", "--from", "trust.json", "--encrypted"},
		"in setups is not valid: it has to be 1 to 40 lower-case":    {"new", "--setup", strings.Repeat("a", 3000)},
		`account "1: x" is not valid`:                                {"new", "--account", "1: x"},
		`name "` + strings.Repeat("a", 63) + `-deletions" is not va`: {"new", "--bucket", strings.Repeat("a", 63), "--encrypted", "--workflow", "data-deletion"},
	} {
		if code, said := begun(args...); code != exitUsage || !strings.Contains(said, want) {
			t.Errorf("%.60q: exit code %d, no %q in\n%s", args, code, want, said)
		}
	}
	if _, err := os.Stat("new"); err == nil {
		t.Error("a folder is made for nothing")
	}
	// The longest name of a setup has room for a bucket.
	if code, said := begun("long", "--setup", strings.Repeat("a", 40)); code != 0 {
		t.Errorf("exit code %d\n%s", code, said)
	}
}
