package testtool

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// stepLimit is how long one run of a tool may take. It guards against tools that hang; it is far
// more than a step needs on a busy machine.
const stepLimit = 15 * time.Minute

// Command returns a command that runs a tool for a test. When it has not ended within a quarter of
// an hour, or when the test ends, it is killed with all processes that it started, and its error says
// that it was; what it had written until then is there.
func Command(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	return command(t, stepLimit, name, args...)
}

func command(t testing.TB, limit time.Duration, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	group(cmd)
	kill := cmd.Cancel
	cmd.Cancel = func() error {
		if ctx.Err() == context.DeadlineExceeded {
			t.Logf("%s did not end within %v and is killed", strings.Join(cmd.Args, " "), limit)
		}
		return kill()
	}
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// Clean runs a command that is to end well and to say nothing, such as a linter, and fails the test
// with what it said otherwise.
func Clean(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, out)
	}
}
