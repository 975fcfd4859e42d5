//go:build unix

package output

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary runs itself as the process to be killed: these say what it is to do.
const (
	childRoot = "PZGEN_TEST_ROOT"
	childKill = "PZGEN_TEST_KILL"
	childGen  = "PZGEN_TEST_GENERATION"
)

func TestMain(m *testing.M) {
	if root := os.Getenv(childRoot); root != "" {
		n, _ := strconv.Atoi(os.Getenv(childKill))
		gen, _ := strconv.Atoi(os.Getenv(childGen))
		if err := generation(&deadline{Context: context.Background(), left: n}, root, gen); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// deadline is a context that kills its process when it is asked for the n-th time whether to go on: between two files.
type deadline struct {
	context.Context
	left int
}

func (d *deadline) Err() error {
	if d.left--; d.left == 0 {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	return nil
}

// folders returns what generation gen consists of. Between generations files change, stay, come and
// go, and so do folders.
func folders(gen int) [][]File {
	var out [][]File
	for i := range 6 {
		if i == gen%3 {
			continue
		}
		top := fmt.Sprintf("setup%d/", i)
		out = append(out, []File{
			file(top+"same", "the same in all generations\n"),
			file(top+"changing.sh", fmt.Sprintf("generation %d\n", gen)),
			file(top+"policies/"+strconv.Itoa(gen), strings.Repeat("x", 5000)),
		})
	}
	return out
}

func generation(ctx context.Context, root string, gen int) error {
	w, err := Create(ctx, root, Options{RemoveSetups: true})
	if err != nil {
		return err
	}
	defer w.Abort()
	for _, f := range folders(gen) {
		if _, err := w.Put(f); err != nil {
			return err
		}
	}
	_, err = w.Commit(ctx)
	return err
}

func expected(gen int) map[string]string {
	want := map[string]string{"setup0/mine": "a person's\n"}
	for _, files := range folders(gen) {
		for _, f := range files {
			want[f.Path] = string(f.Data)
		}
	}
	return want
}

// child runs generation gen in a process of its own and reports whether it was killed.
func child(t *testing.T, root string, gen, kill int, after time.Duration) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRoot+"="+root, childKill+"="+strconv.Itoa(kill), childGen+"="+strconv.Itoa(gen))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		time.AfterFunc(after, func() { cmd.Process.Kill() })
	}
	err := cmd.Wait()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true
	}
	t.Fatalf("%v: %s", err, stderr.String())
	return false
}

// wantOldOrNew checks that each file is whole, of one of the generations, and that foreign files are there.
func wantOldOrNew(t *testing.T, root string, gens ...int) {
	t.Helper()
	filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, p)
		if err != nil || d.IsDir() || strings.HasPrefix(rel, ownFolder) {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, gen := range gens {
			if want, ok := expected(gen)[filepath.ToSlash(rel)]; ok && want == string(data) {
				return nil
			}
		}
		t.Errorf("%s holds neither what it held nor what it is to hold", rel)
		return nil
	})
	if data, err := os.ReadFile(filepath.Join(root, "setup0/mine")); string(data) != "a person's\n" {
		t.Errorf("a file that is not pzgen's: %q, %v", data, err)
	}
}

// TestKilledBetweenFiles kills a run with SIGKILL between any two of its steps, kills the next one as well, and requires the one after to end in the
// state that an undisturbed run ends in.
func TestKilledBetweenFiles(t *testing.T) {
	kills := 0
	for n := 1; ; n++ {
		root := filepath.Join(t.TempDir(), "out")
		if err := generation(t.Context(), root, 1); err != nil {
			t.Fatal(err)
		}
		put(t, root, "setup0/mine", "a person's\n")
		if !child(t, root, 2, n, 0) {
			break
		}
		kills++
		wantOldOrNew(t, root, 1, 2)
		child(t, root, 3, n/2+1, 0)
		wantOldOrNew(t, root, 1, 2, 3)
		if err := generation(t.Context(), root, 4); err != nil {
			t.Fatalf("killed at step %d, the next run fails: %v", n, err)
		}
		wantContents(t, root, expected(4))
		if got, _ := compare(t, root, Options{}, folders(4)...); got != "unknown setup0/mine" {
			t.Errorf("killed at step %d, the next run leaves: %s", n, got)
		}
	}
	if kills < 15 {
		t.Errorf("only %d kills: the steps between files are not what this test believes", kills)
	}
	t.Logf("%d kills", kills)
}

// TestKilledAnywhere kills runs at moments spread over the time that a run takes, in the middle of system calls too.
func TestKilledAnywhere(t *testing.T) {
	root := filepath.Join(t.TempDir(), "out")
	if err := generation(t.Context(), root, 0); err != nil {
		t.Fatal(err)
	}
	put(t, root, "setup0/mine", "a person's\n")
	start := time.Now()
	child(t, root, 1, 0, 0)
	whole := time.Since(start)
	kills, last := 0, 1
	const runs = 40
	for i := range runs {
		gen := i + 2
		if child(t, root, gen, 0, whole*time.Duration(i+1)/runs) {
			kills++
		}
		wantOldOrNew(t, root, last, gen)
		if err := generation(t.Context(), root, gen); err != nil {
			t.Fatal(err)
		}
		wantContents(t, root, expected(gen))
		last = gen
	}
	if kills == 0 {
		t.Error("no run was killed")
	}
	t.Logf("%d of %d runs were killed", kills, runs)
}

// small mounts a file system of its own with this many kilobytes.
func small(t *testing.T, kilobytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := mountSmall(dir, kilobytes); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { unmount(dir) })
	return dir
}

func TestFullDisk(t *testing.T) {
	dir := small(t, 400)
	root := filepath.Join(dir, "out")
	if err := generation(t.Context(), root, 1); err != nil {
		t.Fatal(err)
	}
	put(t, root, "setup0/mine", "a person's\n")
	filler := filepath.Join(dir, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil { // leaves no block free
		_, err = f.Write(make([]byte, 512))
	}
	f.Close()
	if err := generation(t.Context(), root, 2); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("error is %v, want a full disk", err)
	}
	wantContents(t, root, expected(1))
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := generation(t.Context(), root, 2); err != nil {
		t.Fatal(err)
	}
	wantContents(t, root, expected(2))
}

func TestReadOnlyFolder(t *testing.T) {
	dir := small(t, 400)
	root := filepath.Join(dir, "out")
	if err := generation(t.Context(), root, 1); err != nil {
		t.Fatal(err)
	}
	if err := remountReadOnly(dir); err != nil {
		t.Skipf("no read-only file system can be had here: %v", err)
	}
	if err := generation(t.Context(), root, 1); err != nil {
		t.Errorf("nothing changed, and yet: %v", err)
	}
	if err := generation(t.Context(), root, 2); !errors.Is(err, syscall.EROFS) {
		t.Errorf("error is %v, want a read-only file system", err)
	}
	want := expected(1)
	delete(want, "setup0/mine")
	wantContents(t, root, want)
	if got, _ := compare(t, root, Options{}, folders(1)...); got != "" {
		t.Errorf("comparing on a read-only file system: %s", got)
	}
}

// TestTwoAtOnce lets several runs write into one folder at the same time, each in turn and none half.
func TestTwoAtOnce(t *testing.T) {
	root := filepath.Join(t.TempDir(), "out")
	errs := make(chan error)
	for gen := range 8 {
		go func() {
			if gen%4 == 3 { // one that finds an error after it began
				w, err := Create(t.Context(), root, Options{})
				if err == nil {
					w.Abort()
				}
				errs <- err
				return
			}
			errs <- generation(t.Context(), root, gen)
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	got := contents(t, root)
	for gen := range 8 {
		want := expected(gen)
		delete(want, "setup0/mine")
		if len(got) == len(want) && got["setup3/changing.sh"] == want["setup3/changing.sh"] {
			wantContents(t, root, want)
			return
		}
	}
	t.Errorf("the folder is of no one generation: %d files", len(got))
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	root := t.TempDir()
	w, err := Create(t.Context(), root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Create(ctx, root, Options{RemoveSetups: true}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v: the folder is in use", err)
	}
}
