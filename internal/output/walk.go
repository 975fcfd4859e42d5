package output

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"path"
	"sync"
)

// What stands where a folder or a file is looked for.
var (
	errLink     = errors.New("is a symbolic link")
	errNoFolder = errors.New("is no folder")
	errNoFile   = errors.New("is no regular file")
)

// stands returns an error of a handle as one about a path.
func stands(p string, err error) error {
	if large, ok := err.(tooLargeError); ok {
		return &ObstructedError{Path: p, Problem: large.Error()}
	}
	switch err {
	case errLink:
		return &ObstructedError{Path: p, Link: true,
			Problem: "is a symbolic link, which is never followed: replace it by what it " +
				"points to, or remove it"}
	case errNoFolder:
		return &ObstructedError{Path: p, Problem: "is a file where a folder is expected: move " +
			"it away"}
	case errNoFile:
		return &ObstructedError{Path: p, Problem: "is not a regular file: move it away"}
	}
	return err
}

// walk goes through the folders of one setup, and opens each once. Like [tree] it goes through no
// symbolic link.
type walk struct {
	base handle
	at   string // path of the base, for messages; "" for the output folder
	dirs []opened
	buf  *buffer
}

type opened struct {
	path string
	handle
}

// buffer is what files are read into.
type buffer struct{ data []byte }

// newWalk begins at a folder, which stays open when the walk ends.
func newWalk(base handle, at string) *walk { return &walk{base: base, at: at} }

func (w *walk) close() {
	for _, d := range w.dirs {
		d.close()
	}
	if w.buf != nil {
		buffers.Put(w.buf)
	}
}

// buffers are kept for the next folder. What is in them means nothing.
var buffers = sync.Pool{New: func() any { return &buffer{make([]byte, 0, 1<<16)} }}

// dir opens the folder p, which is relative to the base.
func (w *walk) dir(p string) (handle, error) {
	if p == "." {
		return w.base, nil
	}
	for i := len(w.dirs) - 1; i >= 0; i-- { // files of a folder come one after the other
		if w.dirs[i].path == p {
			return w.dirs[i].handle, nil
		}
	}
	parent, err := w.dir(path.Dir(p))
	if err != nil {
		return parent, err
	}
	d, err := parent.sub(path.Base(p))
	if err != nil {
		return d, stands(path.Join(w.at, p), err)
	}
	w.dirs = append(w.dirs, opened{p, d})
	return d, nil
}

// create makes a file that is not there, and the folders that it is in.
func (w *walk) create(p string, f File) error {
	d, err := w.makeDir(path.Dir(p))
	if err != nil {
		return err
	}
	return d.create(path.Base(p), f.Mode, f.Data)
}

func (w *walk) makeDir(p string) (handle, error) {
	d, err := w.dir(p)
	if !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	parent, err := w.makeDir(path.Dir(p))
	if err != nil {
		return parent, err
	}
	if err := parent.mkdir(path.Base(p)); err != nil {
		return parent, err
	}
	return w.dir(p)
}

// read returns the data of the file p, until the next read, and what the system says of it.
func (w *walk) read(p string) ([]byte, info, error) {
	d, err := w.dir(path.Dir(p))
	if err != nil {
		return nil, info{}, err
	}
	if w.buf == nil {
		w.buf = buffers.Get().(*buffer)
	}
	data, is, err := d.read(path.Base(p), w.buf.data)
	if err != nil {
		return nil, info{}, stands(path.Join(w.at, p), err)
	}
	w.buf.data = data[:0]
	return data, is, nil
}

// look tells how f is in the output folder, given the entries of its name in the manifest, and
// what is there, until the next look.
func (w *walk) look(p string, f File, listed []entry) (state, []byte, info, error) {
	data, is, err := w.read(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absent, nil, info{}, nil
	case err != nil:
		return 0, nil, info{}, err
	case bytes.Equal(data, f.Data) && is.links > 1:
		return linked, data, is, nil
	case bytes.Equal(data, f.Data) && !is.fits(f.Mode):
		return mode, data, is, nil
	case bytes.Equal(data, f.Data):
		return same, data, is, nil
	case len(listed) == 0:
		return foreign, data, is, nil
	case wrote(listed, sha256.Sum256(data)):
		return written, data, is, nil
	}
	return edited, data, is, nil
}
