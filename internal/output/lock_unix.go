//go:build unix

package output

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// lock makes dir, waits until no other process holds it, and holds it. The lock belongs to the open folder, so it goes with the process
// that holds it, however that ends, and leaves no file behind. A file system that has no locks is used without.
func lock(ctx context.Context, dir string) (unlock func(), err error) {
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		f, err := open(dir)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil && current(f, dir):
			return func() { f.Close() }, nil
		case err == nil:
			// The process before removed the folder that was waited for, because nothing was left in it.
			f.Close()
			continue
		case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EINTR):
			f.Close()
		case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.EBADF), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.EINVAL):
			f.Close()
			return func() {}, nil
		default:
			f.Close()
			return nil, &os.PathError{Op: "lock", Path: dir, Err: err}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// open opens a folder and makes it if need be. A process that ends may remove it, and those above it, at any moment, because nothing is in them: then it is
// made again.
func open(dir string) (f *os.File, err error) {
	for range 100 {
		if err = os.MkdirAll(dir, 0o755); err == nil {
			f, err = os.Open(dir)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return f, err
}

// current reports whether the open folder is the one that now goes by this name.
func current(f *os.File, name string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(name)
	return err == nil && os.SameFile(a, b)
}
