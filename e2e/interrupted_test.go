//go:build unix

package e2e

import (
	"errors"
	"net/http"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
)

// isEmpty reports whether there was nothing in the account.
func (w *world) isEmpty() bool {
	b := w.before
	return len(b.Buckets)+len(b.Keys)+len(b.Roles)+len(b.Users)+len(b.Groups)+len(b.Policies) == 0
}

// clear empties the account.
func (w *world) clear() {
	w.t.Helper()
	answer, err := http.Post(w.moto+"/moto-api/reset", "", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	answer.Body.Close()
	clear(w.proxy.groups)
	clear(w.proxy.marks)
}

// makes matches calls that make something, as nameOf has them.
var makes = regexp.MustCompile(` Create|^s3 PUT bucket$`)

// interrupted kills apply.sh when AWS has made a change and its answer is not there yet, and runs it again.
func interrupted(t *testing.T, socket string, ran *ran, file, setup string, every int, made bool) {
	var empty *world // an account that can be emptied and taken again
	apply := func(n int) (*world, []string) {
		w := empty
		if w == nil {
			w = newWorld(t, socket, file, setup, nil)
			w.put(w.setup, "shell")
			t.Cleanup(func() { ran.add(t, w) })
		}
		if w.isEmpty() {
			empty = w
			w.clear()
		}
		w.proxy.reset()
		if n > 0 {
			cmd := w.command("apply.sh", "--yes")
			left := n
			w.proxy.after = func(_ int, call string) {
				if !reads(call) {
					if left--; left == 0 {
						syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
					}
				}
			}
			var exit *exec.ExitError
			if out, err := cmd.CombinedOutput(); !errors.As(err, &exit) || exit.Exited() {
				t.Fatalf("killed after change %d: %v\n%s", n, err, out)
			}
		}
		_, changes := w.must(t, "apply.sh", "--yes")
		return w, changes
	}
	whole, changes := apply(0)
	want := whole.state().text(t)
	runs := 0
	for n := 1; n <= len(changes); n++ {
		// What was just made has nothing yet by which a later run knows that it is the setup's.
		if (n-1)%every > 0 && !(made && makes.MatchString(changes[n-1])) {
			continue
		}
		runs++
		w, _ := apply(n)
		if got := w.state(); got.text(t) != want {
			t.Errorf("killed after change %d, %s, the second run ends in another state:\n%s", n, changes[n-1], difference(want, got.text(t)))
		} else if n == len(changes)/every*every+1 || n == 1 {
			w.agrees(t, w.setup, got)
		}
	}
	t.Logf("%d of %d changing calls", runs, len(changes))
}
