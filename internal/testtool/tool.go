// Package tool finds the programs that tests hold the product against: terraform, the AWS CLI, cfn-lint and the like.
//
// A test asks for one by [Need] and is skipped when it is missing, so that the tests run on a machine with Go alone. With
// PZGEN_REQUIRE_TOOLS=1 a missing program fails the test instead. With PZGEN_SKIP_LOG naming a file, each skip adds a line to it, from which
// `make test` tells at its end what was not tested.
package testtool

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The variables of the environment that [Need] looks at.
const (
	Require = "PZGEN_REQUIRE_TOOLS"
	SkipLog = "PZGEN_SKIP_LOG"
)

// patience is how long a trial run may take; a cold interpreter on a busy machine takes seconds.
const patience = time.Minute

// Need gives the path of a program. With args, the program is there only when it runs with them and ends well: Need(t, "python3", "-c", "import
// moto") asks for a module. When it is missing, the test is skipped, or fails if the environment requires tools. It does not look at versions.
func Need(t testing.TB, name string, args ...string) string {
	t.Helper()
	path, err := find(name, args)
	if err == nil {
		return path
	}
	missing(t, strings.Join(append([]string{name}, args...), " "), err)
	return ""
}

// Skip skips the test for want of something that is no program, a plugin or a folder: what names it. The same rules hold as for [Need].
func Skip(t testing.TB, what string, err error) {
	t.Helper()
	missing(t, what, err)
}

func find(name string, args []string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil || len(args) == 0 {
		return path, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, bytes.TrimSpace(out.Bytes()))
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
