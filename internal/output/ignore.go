package output

import (
	"bytes"
	"errors"
	"io/fs"
)

// IgnoreMark begins a file .gitignore that is pzgen's. Another one is the user's.
const IgnoreMark = "# Written by pzgen: "

const ignorePath = ".gitignore"

// ignored returns how the output folder's file .gitignore is: nothing is to be done about one that
// is somebody else's, whatever it is.
func (c *claims) ignored() (state, error) {
	if c.opts.Ignore == "" || c.root == nil {
		return same, nil
	}
	data, _, err := c.dir.read(ignorePath, nil)
	var large tooLargeError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absent, nil
	case err == errLink, err == errNoFile, errors.As(err, &large):
		return same, nil
	case err != nil:
		return same, err
	case string(data) != c.opts.Ignore && bytes.Contains(data, []byte(IgnoreMark)):
		return written, nil
	}
	return same, nil
}

// writeIgnore brings the file .gitignore up to date.
func (w *Writer) writeIgnore() error {
	s, err := w.ignored()
	if err != nil || s == same {
		return err
	}
	from, err := w.stage()
	if err != nil {
		return err
	}
	if err := w.ready.create(from, 0o644, []byte(w.opts.Ignore)); err != nil {
		return err
	}
	return w.place(from, w.dir, ".", ignorePath)
}

// ignoreChanges returns the change that the file .gitignore needs, which a run over a part of the
// output does not answer for.
func (c *Comparer) ignoreChanges() ([]Change, error) {
	s, err := c.ignored()
	switch {
	case err != nil || c.opts.Owns != nil || s == same:
		return nil, err
	case s == absent:
		return []Change{{Path: ignorePath, Status: Missing}}, nil
	}
	return []Change{{Path: ignorePath, Status: Changed}}, nil
}
