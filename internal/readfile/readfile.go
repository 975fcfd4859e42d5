// Package readfile reads what a user names: a regular file, at most so large, and standard input,
// which ends when the program is told to stop.
//
// A name on a command line or in a spec may be that of a named pipe, a device or a folder. Opening
// a pipe waits for a writer, and a device may never end, so neither is opened.
package readfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// KindError is the error for a name that is not one of a regular file.
type KindError struct {
	Path string
	What string // "a folder", "a named pipe", "a device", "a socket" or "of an unknown kind"
}

func (e *KindError) Error() string {
	return fmt.Sprintf("%q is %s, not a regular file", e.Path, e.What)
}

// SizeError is the error for a file, or for standard input, that is larger than it may be.
type SizeError struct {
	Path string
	Max  int64 // in bytes
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%q has more than %d bytes, the most that is read of it", e.Path, e.Max)
}

// Hint says what to do about an error of this package, or is "".
func Hint(err error) string {
	var kind *KindError
	var size *SizeError
	switch {
	case errors.As(err, &kind):
		return "give the path of a regular file; what a pipe gives can be read from standard input, as -"
	case errors.As(err, &size):
		return "is it the right file? If it is, split it"
	}
	return ""
}

// File returns what is in the file at path. The error is a [*KindError] for what is not a regular
// file, a [*SizeError] for a file of more than max bytes, and otherwise that of the file system.
// Links are followed. No name makes it wait or read without end.
func File(path string, max int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := regular(path, info); err != nil {
		return nil, err
	}
	// Another file may be at the path by now, so the open itself must not wait either.
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if err := regular(path, info); err != nil {
		return nil, err
	}
	if info.Size() > max {
		return nil, &SizeError{path, max}
	}
	return AtMost(f, path, max)
}

// AtMost returns what r holds. The error is a [*SizeError] with the name when that is more than max
// bytes, and otherwise that of r.
func AtMost(r io.Reader, name string, max int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, max+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > max:
		return nil, &SizeError{name, max}
	}
	return data, nil
}

func regular(path string, info fs.FileInfo) error {
	what := "of an unknown kind"
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		what = "a folder"
	case mode&fs.ModeNamedPipe != 0:
		what = "a named pipe"
	case mode&fs.ModeDevice != 0:
		what = "a device"
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	}
	return &KindError{path, what}
}

// Until returns a reader of r whose Read ends with the error of ctx once ctx is done, also while it
// waits for data. It is for readers that may wait without end, such as a terminal. After that, what
// r still gives is lost; it is read by one goroutine at a time, as r itself is.
func Until(ctx context.Context, r io.Reader) io.Reader { return &until{ctx: ctx, r: r} }

type until struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte
	have []byte // of buf, not given out yet
	err  error  // of r, behind have
}

func (u *until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	if len(u.have) == 0 && u.err == nil {
		if err := u.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, u.have)
	if u.have = u.have[n:]; len(u.have) == 0 && u.err != nil {
		return n, u.err
	}
	return n, nil
}

// fill reads into a buffer of its own: a read that is given up on may still write to it.
func (u *until) fill() error {
	if u.buf == nil {
		u.buf = make([]byte, 64<<10)
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := u.r.Read(u.buf)
		done <- result{n, err}
	}()
	select {
	case <-u.ctx.Done():
		u.err = u.ctx.Err()
		return u.err
	case r := <-done:
		u.have, u.err = u.buf[:r.n], r.err
		return nil
	}
}
