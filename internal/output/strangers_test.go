package output

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What pzgen did not write is told, whatever it is and wherever it is, and writing leaves it there.
func TestStrangers(t *testing.T) {
	before := [][]File{{file("a/x", "1\n"), file("a/d/y", "2\n"), file("a/z.sh", "3\n")}, {file("b/x", "4\n")}}
	closed := Options{Closed: true}
	for _, test := range []struct {
		name   string
		change func(root string) error
		opts   Options
		after  [][]File
		want   string
	}{
		{"none", func(string) error { return nil }, closed, before, ""},
		{"file", func(root string) error { return write0(root + "/a/mine") }, Options{}, before, "unknown a/mine"},
		{"hidden file", func(root string) error { return write0(root + "/a/d/.y.tf") }, Options{}, before, "unknown a/d/.y.tf"},
		{"file beside one of its name", func(root string) error { return write0(root + "/a/d/y~") }, Options{}, before, "unknown a/d/y~"},
		{"folder", func(root string) error { return write0(root + "/a/new/f/g") }, Options{}, before, "unknown a/new"},
		{"empty folder", func(root string) error { return os.MkdirAll(root+"/a/d/e", 0o755) }, Options{}, before, "unknown a/d/e"},
		{"symbolic link", func(root string) error { return os.Symlink("x", root+"/a/l") }, Options{}, before, "linked a/l"},
		{"symbolic link to a folder", func(root string) error { return os.Symlink("..", root+"/a/d/l") }, Options{}, before, "linked a/d/l"},
		{"folder that is a link", func(root string) error {
			return replace(root+"/a/d", func(p string) error { return os.Symlink("../b", p) })
		}, Options{}, before, "linked a/d"},
		{"folder that is a file", func(root string) error { return replace(root+"/a/d", one) }, Options{}, before, "obstructed a/d"},
		{"file that is a folder", func(root string) error {
			return replace(root+"/a/x", func(p string) error { return write0(p + "/f") })
		}, Options{}, before, "obstructed a/x"},
		{"large file", func(root string) error { return os.Truncate(root+"/a/x", maxRead+1) }, Options{}, before, "obstructed a/x"},
		{"output folder", func(root string) error { return write0(root + "/install.sh") }, closed, before, "unknown install.sh"},
		{"folder in it", func(root string) error { return write0(root + "/c/terraform/main.tf") }, closed, before, "unknown c"},
		{"link in it", func(root string) error { return os.Symlink("a", root+"/c") }, closed, before, "linked c"},
		{"file in place of a setup", func(root string) error { return replace(root+"/b", one) }, closed, before[:1], "unknown b"},
		{"hidden in it", func(root string) error { return write0(root + "/.git/config") }, closed, before, ""},
		{"open output folder", func(root string) error { return write0(root + "/install.sh") }, Options{}, before, ""},
		{"in the folder of a setup that went", func(root string) error { return write0(root + "/b/mine") }, Options{}, before[:1], "unknown b/mine, orphaned b/x"},
		{"beside the part of this run", func(root string) error { return write0(root+"/a/mine", root+"/b/mine", root+"/c") },
			Options{Closed: true, Owns: func(p string) bool { return strings.HasPrefix(p, "b/") }}, before[1:], "unknown b/mine"},
		{"the user's own", func(root string) error { return write0(root+"/a/mine", root+"/a/d/t/u", root+"/a/d/v") },
			Options{OwnFile: func(p string) bool { return p == "a/mine" || strings.HasPrefix(p, "a/d/t") }}, before, "unknown a/d/v"},
		{"the user's own as a link", func(root string) error { return os.Symlink("x", root+"/a/mine") },
			Options{OwnFile: func(p string) bool { return p == "a/mine" }}, before, "linked a/mine"},
		{"two names", func(root string) error { return os.Link(root+"/a/x", root+"/../outside") }, Options{}, before, "linked a/x"},
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

// replace puts something in place of a file or folder.
func replace(p string, by func(string) error) error {
	if err := os.RemoveAll(p); err != nil {
		return err
	}
	return by(p)
}

func one(p string) error { return write0(p) }

// write0 writes empty files, and the folders they are in.
func write0(paths ...string) error {
	for _, p := range paths {
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(p, nil, 0o644); err != nil {
			return err
		}
	}
	return nil
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
	if err := write0(root+"/a/e/f", root+"/a/d/.h"); err != nil {
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
	entries, err := f.Entries("a", func(p string, folder bool) bool { return p != "a/e" && p != "a/d/.h" })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Path+" "+e.Type.String()+" "+string(e.Data))
	}
	want := "a/d d--------- |a/d/.h ---------- |a/d/y.sh ---------- 2|a/e d--------- |a/l L--------- |a/x ---------- 1"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	for _, e := range entries {
		if e.Path == "a/d/y.sh" && runtime.GOOS != "windows" && (!e.Fits(0o755) || e.Fits(0o644) || e.Mode != 0o755 || e.Links != 1) {
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
