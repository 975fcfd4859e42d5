package output

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// file makes a file; scripts are executable.
func file(path, data string) File {
	f := File{Path: path, Data: []byte(data), Mode: 0o644}
	if strings.HasSuffix(path, ".sh") {
		f.Mode = 0o755
	}
	return f
}

// write puts each folder's files by a goroutine of its own and commits.
func write(t *testing.T, root string, opts Options, folders ...[]File) (Result, error) {
	t.Helper()
	w, err := Create(t.Context(), root, opts)
	if err != nil {
		return Result{}, err
	}
	defer w.Abort()
	errs := make([]error, len(folders))
	var group sync.WaitGroup
	for i, files := range folders {
		group.Go(func() { _, errs[i] = w.Put(files) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return Result{}, err
	}
	return w.Commit(t.Context())
}

func mustWrite(t *testing.T, root string, opts Options, folders ...[]File) Result {
	t.Helper()
	r, err := write(t, root, opts, folders...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// contents returns all regular files below root but the manifest, and fails for anything that a run
// leaves behind.
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		rel = filepath.ToSlash(rel)
		switch {
		case rel == manifestsPath || path.Dir(rel) == manifestsPath || runtime.GOOS == "windows" && rel == ownFolder+"/lock":
		case strings.HasPrefix(rel, ownFolder+"/"):
			t.Errorf("%s was left behind", rel)
		case d.Type().IsRegular():
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			got[rel] = string(data)
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return got
}

func wantContents(t *testing.T, root string, want map[string]string) {
	t.Helper()
	got := contents(t, root)
	for p, data := range want {
		if got[p] != data {
			t.Errorf("%s holds %q, want %q", p, got[p], data)
		}
	}
	for p := range got {
		if _, ok := want[p]; !ok {
			t.Errorf("%s is there, and should not be", p)
		}
	}
}

func put(t *testing.T, root, name, data string) {
	t.Helper()
	p := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func counts(r Result) string {
	return fmt.Sprintf("%d written, %d unchanged, %d removed", r.Written, r.Unchanged, r.Removed)
}

func wantCounts(t *testing.T, r Result, want string) {
	t.Helper()
	if got := counts(r); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestOnlyWhatChangedIsWritten(t *testing.T) {
	root := filepath.Join(t.TempDir(), "a folder", "out")
	a := []File{file("a/README.md", "one\n"), file("a/policies/x.json", "{}\n"), file("a/shell/apply.sh", "#!/bin/sh\n")}
	b := []File{file("b/README.md", "two\n")}
	wantCounts(t, mustWrite(t, root, Options{}, a, b), "4 written, 0 unchanged, 0 removed")
	stat := func(p string) os.FileInfo {
		info, err := os.Stat(filepath.Join(root, p))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	if runtime.GOOS != "windows" && (stat("a/shell/apply.sh").Mode()&0o111 == 0 || stat("a/README.md").Mode()&0o111 != 0) {
		t.Error("modes are not those asked for")
	}
	before, manifest := stat("a/policies/x.json"), stat(manifestOf("a"))
	wantCounts(t, mustWrite(t, root, Options{}, b, a), "0 written, 4 unchanged, 0 removed")
	if after := stat("a/policies/x.json"); !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("a file was written again though nothing changed")
	}
	if !os.SameFile(manifest, stat(manifestOf("a"))) {
		t.Error("the manifest was written again though nothing changed")
	}
	a[0] = file("a/README.md", "uno\n")
	wantCounts(t, mustWrite(t, root, Options{}, a, b), "1 written, 3 unchanged, 0 removed")
	if !os.SameFile(before, stat("a/policies/x.json")) {
		t.Error("a file was written again though another changed")
	}
	wantContents(t, root, map[string]string{"a/README.md": "uno\n", "a/policies/x.json": "{}\n", "a/shell/apply.sh": "#!/bin/sh\n", "b/README.md": "two\n"})
}

// Each folder has a manifest of its own, in which nothing is that two branches would change.
func TestManifests(t *testing.T) {
	root := t.TempDir()
	mustWrite(t, root, Options{}, []File{file("a/z", "z"), file("a/b/c", "c")}, []File{file("a-b/x", "x")})
	for top, want := range map[string]string{
		"a": fmt.Sprintf("{\n  \"files\": {\n    %q: \"%x\",\n    %q: \"%x\"\n  }\n}\n", "b/c",
			sha256.Sum256([]byte("c")), "z", sha256.Sum256([]byte("z"))),
		"a-b": fmt.Sprintf("{\n  \"files\": {\n    %q: \"%x\"\n  }\n}\n", "x",
			sha256.Sum256([]byte("x"))),
	} {
		got, err := os.ReadFile(filepath.Join(root, manifestOf(top)))
		if err != nil || string(got) != want {
			t.Errorf("manifest of %s is\n%s\nwant\n%s", top, got, want)
		}
	}
}

func TestStaleFilesGoAndOthersStay(t *testing.T) {
	root := t.TempDir()
	mustWrite(t, root, Options{}, []File{file("a/keep", "1"), file("a/deep/er/stale", "2")}, []File{file("b/x", "3")}, []File{file("c/x", "4")})
	put(t, root, "c/mine", "my own")
	put(t, root, "loose", "my own")
	var in *SetupsError
	if _, err := write(t, root, Options{}, []File{file("a/keep", "new")}); !errors.As(err, &in) ||
		len(in.Setups) != 2 || in.Setups[0].Name != "b" || !slices.Equal(in.Setups[1].Files, []string{"x"}) {
		t.Errorf("setups would be removed: %v", err)
	}
	if data, err := os.ReadFile(filepath.Join(root, "a/keep")); string(data) != "1" {
		t.Errorf("the refused run wrote: %q, %v", data, err)
	}
	r := mustWrite(t, root, Options{RemoveSetups: true}, []File{file("a/keep", "1")})
	wantCounts(t, r, "0 written, 1 unchanged, 3 removed")
	wantContents(t, root, map[string]string{"a/keep": "1", "c/mine": "my own", "loose": "my own"})
	for _, gone := range []string{"b", "a/deep"} {
		if _, err := os.Stat(filepath.Join(root, gone)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("empty folder %s is still there", gone)
		}
	}
}

func TestStaleFileThatWasEditedIsKept(t *testing.T) {
	root := t.TempDir()
	mustWrite(t, root, Options{}, []File{file("a/x", "1"), file("a/y", "2")})
	put(t, root, "a/y", "edited")
	r := mustWrite(t, root, Options{}, []File{file("a/x", "1")})
	wantCounts(t, r, "0 written, 1 unchanged, 0 removed")
	if !slices.Equal(r.Kept, []string{"a/y"}) {
		t.Errorf("kept are %q", r.Kept)
	}
	wantContents(t, root, map[string]string{"a/x": "1", "a/y": "edited"})
	if r := mustWrite(t, root, Options{}, []File{file("a/x", "1")}); r.Kept != nil {
		t.Errorf("kept again: %q; the file is its editor's now", r.Kept)
	}
}

func TestEditedFileIsOverwrittenAndNamed(t *testing.T) {
	root := t.TempDir()
	mustWrite(t, root, Options{}, []File{file("a/x", "1"), file("a/y", "2")})
	put(t, root, "a/x", "edited")
	put(t, root, "a/y", "new")
	r := mustWrite(t, root, Options{}, []File{file("a/x", "1"), file("a/y", "new")})
	if !slices.Equal(r.Edited, []string{"a/x"}) {
		t.Errorf("edited are %q, want a/x alone: the other was edited into what it becomes", r.Edited)
	}
	wantCounts(t, r, "1 written, 1 unchanged, 0 removed")
}

func TestForeignFileIsNotOverwritten(t *testing.T) {
	root := t.TempDir()
	put(t, root, "docs/README.md", "written by a person")
	put(t, root, "docs/same", "same")
	_, err := write(t, root, Options{}, []File{file("docs/README.md", "generated"), file("docs/same", "same")}, []File{file("other/x", "x")})
	var foreign *ForeignError
	if !errors.As(err, &foreign) || !slices.Equal(foreign.Paths, []string{"docs/README.md"}) {
		t.Fatalf("error is %v, want docs/README.md refused", err)
	}
	wantContents(t, root, map[string]string{"docs/README.md": "written by a person", "docs/same": "same"})
	if _, err := os.Stat(filepath.Join(root, ownFolder)); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refused run left its folder")
	}
}

func TestPartOfTheTree(t *testing.T) {
	root := t.TempDir()
	mustWrite(t, root, Options{}, []File{file("a/x", "1"), file("a/t/y", "2"), file("a/t/old", "3")}, []File{file("b/x", "4")})
	opts := Options{Owns: func(p string) bool { return strings.HasPrefix(p, "a/t/") }}
	wantCounts(t, mustWrite(t, root, opts, []File{file("a/t/y", "two")}), "1 written, 0 unchanged, 1 removed")
	wantContents(t, root, map[string]string{"a/x": "1", "a/t/y": "two", "b/x": "4"})
	wantCounts(t, mustWrite(t, root, Options{RemoveSetups: true}, []File{file("a/x", "1"),
		file("a/t/y", "two")}), "0 written, 2 unchanged, 1 removed")
}

func TestModeIsMended(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no right to execute on Windows")
	}
	root := t.TempDir()
	files := []File{file("a/apply.sh", "x")}
	mustWrite(t, root, Options{}, files)
	script := filepath.Join(root, "a/apply.sh")
	if err := os.Chmod(script, 0o644); err != nil {
		t.Fatal(err)
	}
	wantCounts(t, mustWrite(t, root, Options{}, files), "1 written, 0 unchanged, 0 removed")
	if info, err := os.Stat(script); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}
}

func TestPathsRefused(t *testing.T) {
	for _, paths := range [][]string{
		{"/etc/passwd"}, {"../x"}, {"a/../../x"}, {"a/../a/x"}, {"a//x"}, {"./a/x"}, {"a/"}, {"a"}, {""}, {`a\x`}, {`a/..\x`}, {"c:/x"}, {"a/\x00"}, {"a/\n"}, {"a/\xff"},
		{".pzgen/x"}, {".PZGEN/manifests"}, {"a/x", "a/x"}, {"a/x", "a/X"}, {"a/d/x", "a/D/y"}, {"a/x", "a/x/y"}, {"a/x/y", "a/X"}, {"a/x", "b/x"},
	} {
		root := filepath.Join(t.TempDir(), "out")
		var files []File
		for _, p := range paths {
			files = append(files, file(p, ""))
		}
		if _, err := write(t, root, Options{}, files); err == nil {
			t.Errorf("%q was written", paths)
		}
		if _, err := os.Stat(root); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: the refused run left its output folder", paths)
		}
	}
	root := t.TempDir()
	if _, err := write(t, root, Options{}, []File{file("a/x", "")}, []File{file("A/y", "")}); err == nil || !strings.Contains(err.Error(), "two setups have one folder") {
		t.Errorf("folders that differ in case: %v", err)
	}
	if _, err := write(t, root, Options{}, []File{{Path: "a/x", Mode: 0o4755}}); err == nil {
		t.Error("a set-user-id file was written")
	}
}

func TestSymbolicLinksRefused(t *testing.T) {
	files := []File{file("a/d/x", "new")}
	for _, link := range []string{"a", "a/d", "a/d/x", ownFolder, wholePath, nextPath, manifestsPath, manifestOf("a")} {
		dir := t.TempDir()
		root, outside := filepath.Join(dir, "out"), filepath.Join(dir, "outside")
		put(t, outside, "d/x", "theirs")
		put(t, outside, "x", "theirs")
		target := outside
		if strings.HasSuffix(link, "x") || strings.HasSuffix(link, "json") {
			target = filepath.Join(outside, "x")
		}
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(link)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
		if _, err := write(t, root, Options{}, files); err == nil {
			t.Errorf("a symbolic link at %s was followed", link)
		}
		if c, err := Open(root, Options{}); err == nil {
			changes, err := c.Put(files)
			if strings.HasPrefix(link, ownFolder) {
				if err == nil {
					t.Errorf("comparing follows a symbolic link at %s", link)
				}
			} else if err != nil || !slices.ContainsFunc(changes, func(c Change) bool { return c.Status == Linked && c.Path == link }) {
				t.Errorf("comparing says of a symbolic link at %s: %v, %v", link, changes, err)
			}
		}
		wantContents(t, outside, map[string]string{"d/x": "theirs", "x": "theirs"})
	}
}

func TestStaleFileBehindALinkStays(t *testing.T) {
	dir := t.TempDir()
	root, outside := filepath.Join(dir, "out"), filepath.Join(dir, "outside")
	mustWrite(t, root, Options{}, []File{file("a/x", "1")}, []File{file("b/x", "1")})
	put(t, outside, "x", "1")
	os.RemoveAll(filepath.Join(root, "b"))
	if err := os.Symlink(outside, filepath.Join(root, "b")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	r := mustWrite(t, root, Options{}, []File{file("a/x", "1")})
	if r.Removed != 0 || !slices.Equal(r.Kept, []string{"b/x"}) {
		t.Errorf("%+v", r)
	}
	wantContents(t, outside, map[string]string{"x": "1"})
}

func TestSomethingElseInTheWay(t *testing.T) {
	for _, way := range []string{"a/x/folder", "a"} {
		root := t.TempDir()
		put(t, root, way, "theirs")
		_, err := write(t, root, Options{}, []File{file("a/x", "1")})
		var stand *ObstructedError
		if !errors.As(err, &stand) {
			t.Errorf("%s in the way: %v", way, err)
		}
		wantContents(t, root, map[string]string{way: "theirs"})
	}
	root := filepath.Join(t.TempDir(), "out")
	put(t, filepath.Dir(root), "out", "a file")
	if _, err := write(t, root, Options{}, []File{file("a/x", "1")}); err == nil {
		t.Error("a file was taken for the output folder")
	}
}

func TestCancelledBeforeCommitChangesNothing(t *testing.T) {
	root := filepath.Join(t.TempDir(), "out")
	ctx, cancel := context.WithCancel(t.Context())
	w, err := Create(ctx, root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.Put([]File{file("a/x", "1")}); err != nil || n != 1 {
		t.Fatal(err)
	}
	cancel()
	if _, err := w.Commit(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(root); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the cancelled run left its output folder")
	}
}
