//go:build !unix

package output

import (
	"context"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// lock makes dir, waits until no other process holds it, and holds it. Folders cannot be locked here, so a file named lock stays behind in
// it; the lock itself goes with the process that holds it.
func lock(ctx context.Context, dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	type result struct {
		unlock func()
		err    error
	}
	done := make(chan result, 1)
	go func() {
		u, err := lockedfile.MutexAt(filepath.Join(dir, "lock")).Lock()
		done <- result{u, err}
	}()
	select {
	case r := <-done:
		return r.unlock, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
