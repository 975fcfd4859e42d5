// Package testtool finds and runs the programs that tests hold the product against: terraform, the
// AWS CLI, cfn-lint and the like.
//
// A test that runs one is called TestReal…, and asks for each by [Need]. It is skipped unless
// PZGEN_TOOLS=1, as `make e2e` sets it, so that `make test` runs with Go alone, and where the program
// is missing. With PZGEN_REQUIRE_TOOLS=1 a missing program fails the test. With PZGEN_SKIP_LOG naming
// a file, each missing program adds a line to it, from which `make e2e` tells at its end what was not
// tested.
package testtool

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The variables of the environment that [Need] looks at.
const (
	Tools   = "PZGEN_TOOLS"
	Require = "PZGEN_REQUIRE_TOOLS"
	SkipLog = "PZGEN_SKIP_LOG"
)

// prefix is what the names of tests begin with that run tools: `make e2e` runs them by it.
const prefix = "TestReal"

// Need returns the path of a program. With args, the program is there only when it runs with them and
// ends well: Need(t, "python3", "-c", "import moto") asks for a module. The test is skipped when tools
// are not to be run, or with -short; and when the program is missing, unless the environment requires
// tools: then it fails. Need does not look at versions.
func Need(t testing.TB, name string, args ...string) string {
	t.Helper()
	wanted(t)
	path, err := find(t, name, args)
	if err == nil {
		return path
	}
	missing(t, strings.Join(append([]string{name}, args...), " "), err)
	return ""
}

// NeedFile returns the path of a file that a test needs as it needs a tool: one of a package that is
// not committed, for example. what names the package, for the message. The test is skipped or fails
// as with [Need]. paths are tried in their order; "" is passed over.
func NeedFile(t testing.TB, what string, paths ...string) string {
	t.Helper()
	wanted(t)
	err := error(os.ErrNotExist)
	for _, p := range paths {
		if p == "" {
			continue
		}
		info, statErr := os.Stat(p)
		if statErr == nil && info.Mode().IsRegular() {
			return p
		}
		err = cmp.Or(statErr, error(os.ErrInvalid))
	}
	missing(t, what, err)
	return ""
}

// wanted skips the test unless it is to run tools.
func wanted(t testing.TB) {
	t.Helper()
	if !strings.HasPrefix(t.Name(), prefix) {
		t.Fatalf("%s runs a tool: give it a name that begins with %s, or make e2e does not find it", t.Name(), prefix)
	}
	if testing.Short() || os.Getenv(Tools) != "1" {
		t.Skipf("it runs a tool, which only make e2e does (%s=1)", Tools)
	}
}

func find(t testing.TB, name string, args []string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil || len(args) == 0 {
		return path, err
	}
	if out, err := Command(t, path, args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, bytes.TrimSpace(out))
	}
	return path, nil
}

func missing(t testing.TB, what string, err error) {
	t.Helper()
	if os.Getenv(Require) == "1" {
		t.Fatalf("%s is required by %s=1 and missing: %v", what, Require, err)
	}
	if file := os.Getenv(SkipLog); file != "" {
		if err := record(file, what); err != nil {
			t.Fatalf("%s: %v", SkipLog, err)
		}
	}
	t.Skipf("%s is missing: %v", what, err)
}

// record appends a line in one write, so that the tests of several packages may share the file.
func record(file, what string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(strings.ReplaceAll(what, "\n", " ") + "\n"); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
