package output

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Folder is an output folder that is opened to be read. Its methods may be called from many
// goroutines at once.
type Folder struct {
	root *os.Root
	dir  handle // the same folder
}

// OpenFolder opens an output folder. The error is fs.ErrNotExist when there is none.
func OpenFolder(name string) (*Folder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	dir, err := openHandle(root)
	if err != nil {
		root.Close()
		return nil, err
	}
	return &Folder{root, dir}, nil
}

// Close ends the reading.
func (f *Folder) Close() error {
	f.dir.close()
	return f.root.Close()
}

// Entry is something in an output folder, as it is there.
type Entry struct {
	File                // of a regular file that was read, its data and mode
	Type    fs.FileMode // type bits; none for a regular file
	Links   uint64      // how many names a file that was read has, as far as the system tells
	Problem string      // why a regular file was not read, or ""

	is info
}

// Fits reports whether a file that was read has the mode that it is written with, whatever the
// umask was.
func (e Entry) Fits(mode fs.FileMode) bool { return e.is.fits(mode) }

// Entries returns everything that is in a folder of the output and below it, whoever put it there,
// sorted by path, a folder before what is in it. Whether it goes into a folder, and whether it
// reads a file, look says. A folder that is not there has no entries; it is an [ObstructedError]
// when something else has its name. Nothing is read through a symbolic link, wherever it leads.
//
// The Mode of a file has the right to execute, and setuid, setgid and sticky, as chmod has them;
// the rest of its permissions are the umask's.
func (f *Folder) Entries(dir string, look func(p string, folder bool) bool) ([]Entry, error) {
	if strings.Contains(dir, "/") {
		return nil, fmt.Errorf("%q is not a folder in the output folder itself", dir)
	}
	if err := checkPath(dir + "/x"); err != nil {
		return nil, err
	}
	own, err := f.dir.sub(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, stands(dir, err)
	}
	defer own.close()
	t := newWalk(own, dir)
	defer t.close()
	return t.entries(".", look)
}

// entries returns those of a folder and of the folders below it.
func (w *walk) entries(dir string, look func(p string, folder bool) bool) ([]Entry, error) {
	d, err := w.dir(dir)
	if err != nil {
		return nil, err
	}
	items, err := d.list()
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, i := range items {
		name := path.Join(dir, i.name)
		e := Entry{File: File{Path: w.at + "/" + name}, Type: i.kind}
		switch {
		case i.kind != fs.ModeDir && i.kind != 0, !look(e.Path, i.kind == fs.ModeDir):
			out = append(out, e)
			continue
		case i.kind == fs.ModeDir:
			more, err := w.entries(name, look)
			if err != nil {
				return nil, err
			}
			out = append(append(out, e), more...)
			continue
		}
		data, is, err := w.read(name)
		var in *ObstructedError
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // it went while the folder was read
		case errors.As(err, &in):
			e.Problem = in.Problem
		case err != nil:
			return nil, err
		}
		e.Data, e.Mode, e.Links, e.is = slices.Clone(data), fs.FileMode(is.octal()), is.links, is
		out = append(out, e)
	}
	return out, nil
}

// Outside returns the names of what is in the output folder itself and is neither pzgen's own nor
// in folders, sorted. Names that begin with a dot are left out: no setup has one, and no tool
// that deploys a setup looks there.
func (f *Folder) Outside(folders map[string]bool) ([]string, error) {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if name := e.Name(); !strings.HasPrefix(name, ".") && !(folders[name] && e.IsDir()) {
			out = append(out, name)
		}
	}
	return out, nil
}

// Names returns the names of what is in the output folder itself, as Outside does.
func (f *Folder) Names() ([]string, error) { return f.Outside(nil) }
