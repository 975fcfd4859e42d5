package output

import (
	"os"
	"path/filepath"
	"testing"
)

// The file .gitignore is written where there is none or pzgen's own is another; the user's stays.
func TestIgnore(t *testing.T) {
	opts := Options{Ignore: IgnoreMark + "x\n/*/y\n", Closed: true}
	files := []File{file("a/x", "1")}
	for _, test := range []struct{ is, status, becomes string }{
		{"", "missing .gitignore", opts.Ignore},
		{opts.Ignore, "", opts.Ignore},
		{IgnoreMark + "w\n", "changed .gitignore", opts.Ignore},
		{"<<<<<<< HEAD\n" + IgnoreMark + "w\n=======\n>>>>>>> b\n", "changed .gitignore", opts.Ignore},
		{"*.bak\n", "", "*.bak\n"},
	} {
		root := filepath.Join(t.TempDir(), "out")
		mustWrite(t, root, Options{}, files)
		if test.is != "" {
			put(t, root, ".gitignore", test.is)
		}
		if got, _ := compare(t, root, opts, files); got != test.status {
			t.Errorf("%q: %s, want %q", test.is, got, test.status)
		}
		if got, _ := compare(t, root, Options{Ignore: opts.Ignore,
			Owns: func(string) bool { return true }}, files); got != "" {
			t.Errorf("%q, a part: %s", test.is, got)
		}
		wantCounts(t, mustWrite(t, root, opts, files), "0 written, 1 unchanged, 0 removed")
		if data, err := os.ReadFile(filepath.Join(root, ".gitignore")); string(data) != test.becomes {
			t.Errorf("%q becomes %q, %v", test.is, data, err)
		}
		if got, _ := compare(t, root, opts, files); got != "" {
			t.Errorf("%q, written: %s", test.is, got)
		}
	}
	dir := t.TempDir()
	root := filepath.Join(dir, "out")
	put(t, dir, "theirs", IgnoreMark+"w\n")
	put(t, root, "a/x", "1")
	if err := os.Symlink("../theirs", filepath.Join(root, ".gitignore")); err != nil {
		t.Skip(err)
	}
	mustWrite(t, root, opts, files)
	if data, _ := os.ReadFile(filepath.Join(dir, "theirs")); string(data) != IgnoreMark+"w\n" {
		t.Errorf("a link was followed: %q", data)
	}
}
