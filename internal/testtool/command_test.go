//go:build unix

package testtool

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// logging notes what a test logs.
type logging struct {
	testing.TB
	logged string
}

func (l *logging) Logf(s string, args ...any) { l.logged += fmt.Sprintf(s, args...) }

// What does not end is killed with its children, and what it said is kept.
func TestCommandIsKilled(t *testing.T) {
	l := &logging{TB: t}
	cmd := command(l, 100*time.Millisecond, "sh", "-c", "sleep 1000 & echo $!; wait")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(l.logged, "did not end within 100ms") {
		t.Errorf("it ends with %v, and the test says %q", err, l.logged)
	}
	text := strings.TrimSpace(string(out))
	child, err := strconv.Atoi(text)
	if err != nil {
		t.Skipf("the shell was killed before it said anything: %q", text)
	}
	// A killed child is gone as soon as its new parent has taken note of it.
	for alive(child) {
		time.Sleep(10 * time.Millisecond)
	}
}

// alive reports whether a process runs: one that has ended and was not waited for does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestClean(t *testing.T) {
	Clean(t, Command(t, "true"))
	for _, script := range []string{"exit 1", "echo something"} {
		f := &failing{TB: t}
		Clean(f, Command(t, "sh", "-c", script))
		if f.failed == "" {
			t.Errorf("%q is clean", script)
		}
	}
}

type failing struct {
	testing.TB
	failed string
}

func (f *failing) Errorf(s string, args ...any) { f.failed += fmt.Sprintf(s, args...) }
