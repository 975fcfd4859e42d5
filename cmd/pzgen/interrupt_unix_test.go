//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// bigSpec returns a spec of n setups that are printed and proved one by one, as each has another
// number of prefixes; word is in every file of them.
func bigSpec(n int, word string) string {
	var b strings.Builder
	b.WriteString("version: 1\ndefaults: {account: \"111122223333\", region: eu-west-1}\nsetups:\n")
	for i := range n {
		fmt.Fprintf(&b, "  shop-%d:\n    buckets: {data: {name: acme-%s-%d-data}}\n    workflows:\n", i, word, i)
		for j := range i%9 + 1 {
			fmt.Fprintf(&b, "      - {type: import, from: data/%d/%d/}\n", i, j)
		}
		if i%2 == 0 {
			b.WriteString("      - {type: batch-inference, from: data/batch/, to: data/results/}\n")
		}
	}
	return b.String()
}

// filesOf returns the files of a folder by their paths, without those in which pzgen keeps account.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && d.Name() == ".pzgen" {
				return fs.SkipDir
			}
			return err
		}
		data, err := os.ReadFile(name)
		files[strings.TrimPrefix(name, dir)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// interrupted runs a command in a process group of its own, sends SIGINT to the group after a while,
// and returns the exit code. Where the signal comes before the process asked for it, which on a busy
// machine may be late, it runs the command again and waits for longer.
func interrupted(t *testing.T, after time.Duration, args ...string) (code int, said string) {
	t.Helper()
	for range 300 {
		cmd := exec.Command("pzgen", args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case <-done:
		case <-time.After(after):
			if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
				t.Log(err) // it has ended
			}
			<-done
		}
		if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() {
			return cmd.ProcessState.ExitCode(), out.String()
		}
		after += max(2*time.Millisecond, after/8)
	}
	t.Fatalf("%q: the signal ends the process, however late it comes", args)
	return 0, ""
}

// A command that does not look whether it is to end is ended all the same.
func TestInterruptBusy(t *testing.T) {
	t.Chdir(t.TempDir())
	cases := strings.Repeat(strings.ReplaceAll(simulateExample, "\n", " ")+"\n", 150_000)
	if err := os.WriteFile("cases.json", []byte(cases), 0o600); err != nil {
		t.Fatal(err)
	}
	code, said := interrupted(t, 200*time.Millisecond, "simulate", "--quiet", "cases.json")
	if code != 130 || !strings.HasSuffix(said, "run it again\n") {
		t.Errorf("exit code %d, and at the end %q", code, said[max(0, len(said)-200):])
	}
}

// Ctrl-C at several moments: the exit code is 130, or that of the work if it was done before. Each file
// is the old one or the new one, and the next run completes the rest.
func TestInterrupt(t *testing.T) {
	repo(t)
	sh := func(command string) {
		t.Helper()
		if out, err := exec.Command("sh", "-e", "-c", command).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	for name, text := range map[string]string{"old.yaml": bigSpec(30, "old"), "new.yaml": bigSpec(30, "new")} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sh("pzgen generate -q -f old.yaml -o old && git add . && git commit -qm old")
	begin := time.Now()
	sh("pzgen generate -q -f new.yaml -o new")
	whole := time.Since(begin)
	old, want := filesOf(t, "old"), filesOf(t, "new")
	if len(old) < 100 || maps.Equal(old, want) {
		t.Fatalf("%d files", len(old))
	}
	const moments = 4
	try := func(fine []int, args ...string) {
		t.Helper()
		stopped := 0
		// How long a run takes changes with the machine: moments are tried until one is within it.
		for i := 0; i < moments || stopped == 0 && i < 15*moments; i++ {
			after := whole * time.Duration(i%(2*moments)) / (2 * moments)
			code, said := interrupted(t, after, args...)
			switch {
			case code == 130 && strings.Contains(said, "interrupted"):
				stopped++
			case !slices.Contains(fine, code):
				t.Errorf("%q, stopped at moment %d of %d: exit code %d: %s", args, i, moments, code, said)
			}
			if args[0] == "generate" {
				for name, data := range filesOf(t, "out") {
					if data != old[name] && data != want[name] {
						t.Errorf("at moment %d of %d, %s is neither the old nor the new file", i, moments, name)
					}
				}
			}
		}
		if stopped == 0 {
			t.Errorf("%q: it was never stopped", args)
		}
	}
	sh("cp -r old out")
	try([]int{0}, "generate", "-f", "new.yaml")
	sh("pzgen generate -q -f new.yaml")
	if got := filesOf(t, "out"); !maps.Equal(got, want) {
		t.Error("the next run did not complete the rest")
	}
	try([]int{0}, "check", "-f", "new.yaml")
	try([]int{0}, "verify", "-f", "new.yaml")
	try([]int{0}, "diff", "git:HEAD:old", "out")
	try([]int{0, 1}, "lint", "out")
	try([]int{0, 1}, "doctor", "-f", "new.yaml", "--setup", "shop-8", "out")
	if got := filesOf(t, "out"); !maps.Equal(got, want) {
		t.Error("a command that only reads changed out/")
	}
}
