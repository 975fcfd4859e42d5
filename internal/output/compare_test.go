package output

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// compare returns "status path" lines of all folders, and the diffs.
func compare(t *testing.T, root string, opts Options, folders ...[]File) (string, string) {
	t.Helper()
	c, err := Open(root, opts)
	if err != nil {
		t.Fatal(err)
	}
	c.Diffs = true
	var changes []Change
	for _, files := range folders {
		got, err := c.Put(files)
		if err != nil {
			t.Fatal(err)
		}
		changes = append(changes, got...)
	}
	rest, err := c.Close(len(changes) == 0)
	if err != nil {
		t.Fatal(err)
	}
	var lines, diffs []string
	for _, ch := range append(changes, rest...) {
		lines = append(lines, string(ch.Status)+" "+ch.Path)
		diffs = append(diffs, ch.Diff)
	}
	return strings.Join(lines, ", "), strings.Join(diffs, "")
}

func TestCompare(t *testing.T) {
	before := [][]File{{file("a/x", "1\n"), file("a/y", "2\n"), file("a/z.sh", "3\n")}, {file("b/x", "4\n")}}
	for _, test := range []struct {
		name   string
		change func(root string)
		after  [][]File
		want   string
		diff   string
	}{
		{"nothing", nil, before, "", ""},
		{"spec changed", nil, [][]File{{file("a/x", "one\n"), before[0][1], before[0][2]}, before[1]}, "changed a/x", "--- a/a/x\n+++ b/a/x\n@@ -1 +1 @@\n-1\n+one\n"},
		{"no line feed at the end", nil, [][]File{{file("a/x", "1"), before[0][1], before[0][2]}, before[1]}, "changed a/x", "--- a/a/x\n+++ b/a/x\n@@ -1 +1 @@\n-1\n+1\n\\ No newline at end of file\n"},
		{"new file", nil, [][]File{append([]File{file("a/w", "0\n")}, before[0]...), before[1]}, "missing a/w", ""},
		{"new setup", nil, append([][]File{{file("0/x", "0\n")}}, before...), "missing 0/x", ""},
		{"deleted", func(root string) { os.Remove(root + "/a/x") }, before, "missing a/x", ""},
		{"edited", func(root string) { os.WriteFile(root+"/a/x", []byte("mine\n"), 0o644) }, before, "edited a/x", "--- a/a/x\n+++ b/a/x\n@@ -1 +1 @@\n-mine\n+1\n"},
		{"edited into what it becomes", func(root string) { os.WriteFile(root+"/a/x", []byte("one\n"), 0o644) },
			[][]File{{file("a/x", "one\n"), before[0][1], before[0][2]}, before[1]}, "changed .pzgen/manifests/a.json", ""},
		{"orphaned file", nil, [][]File{before[0][1:], before[1]}, "orphaned a/x", ""},
		{"orphaned setup", nil, before[:1], "orphaned b", ""},
		{"orphaned and edited", func(root string) { os.WriteFile(root+"/b/x", []byte("mine\n"), 0o644) }, before[:1], "edited b/x", ""},
		{"no manifest", func(root string) { os.RemoveAll(root + "/" + ownFolder) }, before,
			"missing .pzgen/manifests/a.json, missing .pzgen/manifests/b.json", ""},
		{"no folder", func(root string) { os.RemoveAll(root) }, before[1:], "missing b/x", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "out")
			mustWrite(t, root, Options{}, before...)
			if test.change != nil {
				test.change(root)
			}
			got, diff := compare(t, root, Options{}, test.after...)
			if got != test.want {
				t.Errorf("changes are %q, want %q", got, test.want)
			}
			if diff != test.diff {
				t.Errorf("diff is\n%s\nwant\n%s", diff, test.diff)
			}
			// What check finds, generate fixes.
			mustWrite(t, root, Options{RemoveSetups: true}, test.after...)
			if got, _ := compare(t, root, Options{}, test.after...); got != "" {
				t.Errorf("after writing: %s", got)
			}
		})
	}
}

func TestCompareMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no right to execute on Windows")
	}
	root := t.TempDir()
	files := []File{file("a/x", "1"), file("a/z.sh", "2")}
	mustWrite(t, root, Options{}, files)
	if err := os.Chmod(root+"/a/z.sh", 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(root+"/a/x", 0o775); err != nil {
		t.Fatal(err)
	}
	got, diff := compare(t, root, Options{}, files)
	if got != "changed a/x, changed a/z.sh" || diff != "old mode 100755\nnew mode 100644\nold mode 100644\nnew mode 100755\n" {
		t.Errorf("%s\n%s", got, diff)
	}
}

func TestComparePartOfTheTree(t *testing.T) {
	root := t.TempDir()
	mustWrite(t, root, Options{}, []File{file("a/x", "1"), file("a/t/y", "2")}, []File{file("b/x", "3")})
	opts := Options{Owns: func(p string) bool { return strings.HasPrefix(p, "a/t/") }}
	if got, _ := compare(t, root, opts, []File{file("a/t/y", "2")}); got != "" {
		t.Errorf("changes are %q", got)
	}
	if got, _ := compare(t, root, opts, []File{file("a/t/z", "2")}); got != "orphaned a/t/y, missing a/t/z" {
		t.Errorf("changes are %q", got)
	}
}

func TestCompareWritesNothing(t *testing.T) {
	root := filepath.Join(t.TempDir(), "out")
	compare(t, root, Options{}, []File{file("a/x", "1")})
	if _, err := os.Stat(root); !errors.Is(err, fs.ErrNotExist) {
		t.Error("comparing made the output folder")
	}
}
