package output

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// What pzgen did not write is told, whatever it is and wherever it is, and writing leaves it
// there.
func TestStrangers(t *testing.T) {
	before := [][]File{
		{file("a/x", "1\n"), file("a/d/y", "2\n"), file("a/z.sh", "3\n")},
		{file("b/x", "4\n")},
	}
	closed := Options{Closed: true}
	own := func(prefix string) Options {
		return Options{OwnFile: func(p string, _ func() ([]byte, error)) bool { return strings.HasPrefix(p, prefix) }}
	}
	part := Options{Closed: true, Owns: func(p string) bool { return strings.HasPrefix(p, "b/") }}
	for _, test := range []struct {
		name   string
		change func(root string) error
		opts   Options
		after  [][]File
		want   string
	}{
		{"none", add(), closed, before, ""},
		{"file", add("a/mine"), Options{}, before, "unknown a/mine"},
		{"hidden file", add("a/d/.y.tf"), Options{}, before, "unknown a/d/.y.tf"},
		{"file beside one of its name", add("a/d/y~"), Options{}, before, "unknown a/d/y~"},
		{"folder", add("a/new/f/g"), Options{}, before, "unknown a/new"},
		{"empty folder", add("a/d/e/"), Options{}, before, "unknown a/d/e"},
		{"symbolic link", link("x", "a/l"), Options{}, before, "linked a/l"},
		{"symbolic link to a folder", link("..", "a/d/l"), Options{}, before, "linked a/d/l"},
		{"folder that is a link", in("a/d", link("../b", "a/d")), Options{}, before, "linked a/d"},
		{"folder that is a file", in("a/d", add("a/d")), Options{}, before, "obstructed a/d"},
		{"file that is a folder", in("a/x", add("a/x/f")), Options{}, before, "obstructed a/x"},
		{"large file", large("a/x"), Options{}, before, "obstructed a/x"},
		{"output folder", add("install.sh"), closed, before, "unknown install.sh"},
		{"folder in it", add("c/terraform/main.tf"), closed, before, "unknown c"},
		{"link in it", link("a", "c"), closed, before, "linked c"},
		{"file in place of a setup", in("b", add("b")), closed, before[:1], "unknown b"},
		{"hidden in it", add(".git/config"), closed, before, ""},
		{"open output folder", add("install.sh"), Options{}, before, ""},
		{"in the folder of a setup that went", add("b/mine"), Options{}, before[:1],
			"orphaned b, unknown b/mine"},
		{"beside the part of this run", add("a/mine", "b/mine", "c"), part, before[1:],
			"unknown b/mine"},
		{"the user's own", add("a/mine", "a/mines/t/u", "a/d/v"), own("a/mine"), before,
			"unknown a/d/v"},
		{"the user's own as a link", link("x", "a/mine"), own("a/mine"), before, "linked a/mine"},
		{"two names", second("a/x"), Options{}, before, "linked a/x"},
		{"pipe", pipe, Options{}, before, "unknown a/pipe"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "out")
			mustWrite(t, root, Options{}, before...)
			if err := test.change(root); err != nil {
				t.Skip(err)
			}
			if got, _ := compare(t, root, test.opts, test.after...); got != test.want {
				t.Errorf("changes are %q, want %q", got, test.want)
			}
		})
	}
}

// add returns what writes empty files, and folders where a path ends in a slash.
func add(paths ...string) func(root string) error {
	return func(root string) error {
		for _, p := range paths {
			name := filepath.Join(root, filepath.FromSlash(p))
			if strings.HasSuffix(p, "/") {
				name = filepath.Join(name, "x")
			}
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				return err
			}
			if strings.HasSuffix(p, "/") {
				continue
			}
			if err := os.WriteFile(name, nil, 0o644); err != nil {
				return err
			}
		}
		return nil
	}
}

func link(to, p string) func(root string) error {
	return func(root string) error { return os.Symlink(to, filepath.Join(root, p)) }
}

// in returns what puts something in place of p.
func in(p string, put func(root string) error) func(root string) error {
	return func(root string) error {
		if err := os.RemoveAll(filepath.Join(root, p)); err != nil {
			return err
		}
		return put(root)
	}
}

func large(p string) func(root string) error {
	return func(root string) error { return os.Truncate(filepath.Join(root, p), maxRead+1) }
}

// second makes another name of a file, outside of the output folder.
func second(p string) func(root string) error {
	return func(root string) error {
		return os.Link(filepath.Join(root, p), filepath.Join(root, "..", "second"))
	}
}

// Bits that no generated file has are told, and writing takes them away; so is a second name.
func TestCompareModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes on Windows")
	}
	files := []File{file("a/x", "1"), file("a/z.sh", "2")}
	for _, test := range []struct {
		name string
		mode os.FileMode
		diff string // "" when it is fine
	}{
		{"a/x", 0o664, ""},
		{"a/x", 0o600, ""},
		{"a/z.sh", 0o775, ""},
		{"a/z.sh", 0o700, ""},
		{"a/x", 0o654, "old mode 100654\nnew mode 100644\n"},
		{"a/x", 0o744, "old mode 100755\nnew mode 100644\n"},
		{"a/z.sh", 0o655, "old mode 100655\nnew mode 100755\n"},
		{"a/z.sh", 0o755 | os.ModeSetuid, "old mode 104755\nnew mode 100755\n"},
		{"a/z.sh", 0o757, "old mode 100757\nnew mode 100755\n"},
		{"a/x", 0o644 | os.ModeSetgid, "old mode 102644\nnew mode 100644\n"},
		{"a/x", 0o644 | os.ModeSticky, "old mode 101644\nnew mode 100644\n"},
	} {
		root := t.TempDir()
		mustWrite(t, root, Options{}, files)
		p := filepath.Join(root, filepath.FromSlash(test.name))
		if err := os.Chmod(p, test.mode); err != nil {
			t.Fatal(err)
		}
		if info, _ := os.Lstat(p); info.Mode() != test.mode {
			t.Logf("%v cannot be set here", test.mode)
			continue
		}
		want := ""
		if test.diff != "" {
			want = "changed " + test.name
		}
		got, diff := compare(t, root, Options{}, files)
		if got != want || diff != test.diff {
			t.Errorf("%s %v: %s\n%s", test.name, test.mode, got, diff)
		}
		mustWrite(t, root, Options{}, files)
		if got, _ := compare(t, root, Options{}, files); got != "" {
			t.Errorf("%s %v: after writing %s", test.name, test.mode, got)
		}
	}
	root := t.TempDir()
	mustWrite(t, root, Options{}, files)
	if err := os.Link(root+"/a/x", root+"/.other"); err != nil {
		t.Skip(err)
	}
	mustWrite(t, root, Options{}, files)
	if got, _ := compare(t, root, Options{}, files); got != "" {
		t.Errorf("after writing %s", got)
	}
}

// Entries returns everything, and reads what look says.
func TestEntries(t *testing.T) {
	root := filepath.Join(t.TempDir(), "out")
	mustWrite(t, root, Options{}, []File{file("a/x", "1"), file("a/d/y.sh", "2")})
	if err := add("a/e/f", "a/d/.h")(root); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("x", root+"/a/l"); err != nil {
		t.Skip(err)
	}
	f, err := OpenFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	entries, err := f.Entries("a", func(p string, _ bool) bool {
		return p != "a/e" && p != "a/d/.h"
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Path+" "+e.Type.String()+" "+string(e.Data))
	}
	want := []string{"a/d d--------- ", "a/d/.h ---------- ", "a/d/y.sh ---------- 2",
		"a/e d--------- ", "a/l L--------- ", "a/x ---------- 1"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for _, e := range entries {
		if e.Path != "a/d/y.sh" || runtime.GOOS == "windows" {
			continue
		}
		if !e.Fits(0o755) || e.Fits(0o644) || e.Mode != 0o755 || e.Links != 1 {
			t.Errorf("%+v", e)
		}
	}
	if entries, err := f.Entries("none", nil); entries != nil || err != nil {
		t.Errorf("a folder that is not there: %v, %v", entries, err)
	}
	for _, dir := range []string{"..", "a/d", ".pzgen", "a\\d", ""} {
		if _, err := f.Entries(dir, nil); err == nil {
			t.Errorf("%q was read", dir)
		}
	}
}
