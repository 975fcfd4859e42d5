package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// A file that is read-only stays as it is, and a link stays one.
func TestFmtReplaces(t *testing.T) {
	t.Chdir(t.TempDir())
	const loose, laidOut = "a:\n    b: 1\n", "a:\n  b: 1\n"
	for name, mode := range map[string]os.FileMode{"mine.yaml": 0o640, "kept.yaml": 0o444} {
		if err := os.WriteFile(name, []byte(loose), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("mine.yaml", "link.yaml"); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		name, file string
		code       int
		text, said string
	}{
		{"link.yaml", "mine.yaml", 0, laidOut, ""},
		{"kept.yaml", "kept.yaml", exitMachine, loose, "permission denied"},
	} {
		var out, said bytes.Buffer
		code := run([]string{"pzgen", "fmt", c.name}, strings.NewReader(""), &out, &said)
		text, err := os.ReadFile(c.file)
		if code != c.code || string(text) != c.text || !strings.Contains(said.String(), c.said) {
			t.Errorf("%s: exit code %d, %v, %q\n%s", c.name, code, err, text, said.String())
		}
	}
	info, err := os.Lstat("link.yaml")
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v (%v)", info.Mode(), err)
	}
	if info, err = os.Stat("mine.yaml"); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("its mode is %v (%v)", info.Mode(), err)
	}
}
