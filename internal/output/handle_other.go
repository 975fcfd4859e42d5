//go:build !linux

package output

import (
	"io/fs"
	"os"
	"path"
)

// handle is an open folder.
type handle struct{ root *os.Root }

// openHandle opens the folder of a root.
func openHandle(root *os.Root) (handle, error) {
	d, err := root.OpenRoot(".")
	return handle{d}, err
}

func (h handle) close() { h.root.Close() }

// sub opens a folder in h. The error is fs.ErrNotExist, errLink or errNoFolder when there is none.
func (h handle) sub(name string) (handle, error) {
	info, err := h.root.Lstat(name)
	switch {
	case err != nil:
		return handle{}, err
	case info.Mode()&fs.ModeSymlink != 0:
		return handle{}, errLink
	case !info.IsDir():
		return handle{}, errNoFolder
	}
	d, err := h.root.OpenRoot(name)
	return handle{d}, err
}

// mkdir makes a folder in h.
func (h handle) mkdir(name string) error { return h.root.Mkdir(name, 0o755) }

// create writes a file into h that is not there yet.
func (h handle) create(name string, mode fs.FileMode, data []byte) error {
	out, err := h.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := out.Write(data); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// read returns what a file of h holds, and what the system says of it. The error is fs.ErrNotExist,
// errLink or errNoFile when there is none, and a tooLargeError.
func (h handle) read(name string, _ []byte) (data []byte, is info, err error) {
	st, err := h.root.Lstat(name)
	switch {
	case err != nil:
		return nil, info{}, err
	case st.Mode()&fs.ModeSymlink != 0:
		return nil, info{}, errLink
	case !st.Mode().IsRegular():
		return nil, info{}, errNoFile
	case st.Size() > maxRead:
		return nil, info{}, tooLargeError(st.Size())
	}
	data, err = h.root.ReadFile(name)
	return data, info{st.Mode(), linksOf(st)}, err
}

// list returns what is in the folder, sorted by name.
func (h handle) list() ([]item, error) {
	entries, err := fs.ReadDir(h.root.FS(), ".")
	items := make([]item, len(entries))
	for i, e := range entries {
		items[i] = item{e.Name(), e.Type()}
	}
	return items, err
}

// place moves a file or folder of the stage folder into another folder, which dir and its path name.
func (w *Writer) place(from string, _ handle, dir, name string) error {
	return w.root.Rename(stagePath+"/"+from, path.Join(dir, name))
}
