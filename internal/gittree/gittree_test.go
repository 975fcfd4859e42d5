package gittree

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repo makes a repository with two commits, the first tagged, in a folder whose path has a space, and goes there.
func repo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git: ", err)
	}
	dir := filepath.Join(t.TempDir(), "a repo")
	for name, text := range map[string]string{"sub/a b.txt": "one\n", "sub/deep/c.sh": "#!/bin/sh\n", "top": "top\n",
		"sub/ümlaut\"q": "x"} {
		write(t, filepath.Join(dir, name), text)
	}
	if err := os.Chmod(filepath.Join(dir, "sub/deep/c.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("top", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for name, value := range map[string]string{"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b.c"} {
		t.Setenv(name, value)
	}
	git(t, "init", "-q")
	git(t, "add", "-A")
	git(t, "commit", "-qm", "one")
	git(t, "tag", "first")
	write(t, "sub/a b.txt", "two\n")
	git(t, "commit", "-qam", "two")
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
		t.Fatalf("git %q: %v: %s", args, err, out)
	}
}

func open(t *testing.T, rev string) *Tree {
	t.Helper()
	tree, err := Open(t.Context(), ".", rev)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestTree(t *testing.T) {
	repo(t)
	t.Chdir("sub")
	write(t, "a b.txt", "three\n") // not committed
	for rev, want := range map[string]string{"first": "one\n", "HEAD": "two\n", "HEAD~1": "one\n"} {
		tree := open(t, rev)
		at, err := tree.Path("a b.txt")
		if err != nil || at != "sub/a b.txt" {
			t.Fatalf("%q, %v", at, err)
		}
		data, err := tree.Read(t.Context(), at, 100)
		if err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", rev, data, err)
		}
	}
	tree := open(t, "HEAD")
	list, err := tree.List(t.Context(), "sub")
	if err != nil || len(list) != 3 {
		t.Fatalf("%v, %v", list, err)
	}
	if e := list[1]; e.Path != "sub/deep/c.sh" || e.Mode != 0o755 || e.Type != 0 {
		t.Errorf("%+v", e)
	}
	if e := list[2]; e.Path != "sub/ümlaut\"q" {
		t.Errorf("%+v", e)
	}
	data, err := tree.ReadAll(t.Context(), list, 100)
	if err != nil || string(data[0]) != "two\n" || string(data[1]) != "#!/bin/sh\n" || string(data[2]) != "x" {
		t.Errorf("%q, %v", data, err)
	}
	all, err := tree.List(t.Context(), ".")
	if err != nil || len(all) != 5 || all[0].Type != fs.ModeSymlink {
		t.Errorf("%v, %v", all, err)
	}
}

func TestRefusals(t *testing.T) {
	repo(t)
	tree := open(t, "HEAD")
	for _, rev := range []string{"", "nope", "--all", "HEAD:top", "-h"} {
		if _, err := Open(t.Context(), ".", rev); err == nil {
			t.Errorf("revision %q was taken", rev)
		}
	}
	if _, err := tree.Path("../elsewhere"); err == nil {
		t.Error("a path outside of the repository was taken")
	}
	if _, err := tree.Read(t.Context(), "gone", 100); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := tree.Read(t.Context(), "link", 100); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Error(err)
	}
	if _, err := tree.Read(t.Context(), "top", 3); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Error(err)
	}
	// Of a name that git does not know, git itself says nothing.
	if _, err := Open(t.Context(), ".", "HED"); err == nil || err.Error() != `git knows no commit "HED" here` {
		t.Error(err)
	}
	if _, err := Open(t.Context(), t.TempDir(), "HEAD"); err == nil {
		t.Error("a folder that is in no repository was taken")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tree.List(ctx, "."); err == nil {
		t.Error("it goes on after it was told to stop")
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Open(t.Context(), ".", "HEAD"); err == nil || !strings.Contains(err.Error(), "not installed") {
		t.Error(err)
	}
}
