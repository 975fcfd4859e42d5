package main

import (
	"errors"
	"io/fs"

	"github.com/pzgen/pzgen/internal/readfile"
)

// stdinName is how messages call standard input.
const stdinName = "<stdin>"

// readNamed reads the file of this name, or standard input for "-", at most max bytes of it. It
// returns the name that messages call it by. The hint is for a file that does not exist.
func (e *env) readNamed(name string, max int64, hint string) (data []byte, shown string, err error) {
	if name == "-" {
		data, err = readfile.AtMost(e.stdin, stdinName, max)
		return data, stdinName, err
	}
	if data, err = readfile.File(name, max); errors.Is(err, fs.ErrNotExist) {
		err = usagef(hint, "%q cannot be read: no such file or directory", name)
	}
	return data, name, err
}
