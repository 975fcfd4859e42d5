package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pzgen": main})
}

// TestScripts runs the command as people do. The scripts read as its manual.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"code": code, "same": same, "bash": bash, "edit": edit},
	})
}

// code runs a command and requires an exit code: code 2 pzgen generate --wrong
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code is %d, want %d", got, want)
	}
}

// same requires two folders to hold the same files with the same bytes and modes.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same DIR DIR")
	}
	read := func(dir string) map[string]string {
		files := map[string]string{}
		root := ts.MkAbs(dir)
		ts.Check(filepath.Walk(root, func(p string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			data, err := os.ReadFile(p)
			files[strings.TrimPrefix(p, root)] = info.Mode().String() + "\n" + string(data)
			return err
		}))
		return files
	}
	a, b := read(args[0]), read(args[1])
	if len(a) == 0 {
		ts.Fatalf("%s is empty", args[0])
	}
	for p := range a {
		if a[p] != b[p] {
			ts.Fatalf("%s differs", p)
		}
	}
	if len(a) != len(b) {
		ts.Fatalf("%d files and %d files", len(a), len(b))
	}
}

// bash runs a script with bash, or skips the script where there is none.
func bash(ts *testscript.TestScript, neg bool, args []string) {
	if _, err := exec.LookPath("bash"); err != nil {
		if os.Getenv("PZGEN_REQUIRE_TOOLS") != "" {
			ts.Fatalf("bash is missing")
		}
		ts.Logf("skipped: bash is missing")
		return
	}
	if err := ts.Exec("bash", args...); (err != nil) != neg {
		ts.Fatalf("bash: %v", err)
	}
}

// edit replaces a text that is in a file, once; \n is a line feed in both: edit FILE OLD NEW
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	name := ts.MkAbs(args[0])
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], `\n`, "\n")
	}
	data, err := os.ReadFile(name)
	ts.Check(err)
	if !strings.Contains(string(data), args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(name, []byte(strings.Replace(string(data), args[1], args[2], 1)), 0o644))
}
