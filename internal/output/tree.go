package output

import (
	"fmt"
	"io/fs"
	"os"
	"path"
)

// tree opens folders below the output folder, each once, and never through a symbolic link. [os.Root] keeps it inside the output folder even when
// somebody changes the folder at the same time.
type tree struct {
	root *os.Root
	dirs map[string]*os.Root
}

func newTree(root *os.Root) *tree { return &tree{root: root, dirs: map[string]*os.Root{}} }

func (t *tree) close() {
	for _, d := range t.dirs {
		d.Close()
	}
}

// dir opens the folder p; the error is fs.ErrNotExist when it is not there.
func (t *tree) dir(p string) (*os.Root, error) {
	if p == "." {
		return t.root, nil
	}
	if d, ok := t.dirs[p]; ok {
		return d, nil
	}
	parent, err := t.dir(path.Dir(p))
	if err != nil {
		return nil, err
	}
	info, err := parent.Lstat(path.Base(p))
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil, stands(p, errLink)
	}
	if !info.IsDir() {
		return nil, stands(p, errNoFolder)
	}
	d, err := parent.OpenRoot(path.Base(p))
	if err != nil {
		return nil, err
	}
	t.dirs[p] = d
	return d, nil
}

// ObstructedError says that something in the output folder is in the way, which pzgen did not put
// there. Nothing was changed.
type ObstructedError struct {
	Path, Problem string
	Link          bool // it is a symbolic link
}

func (e *ObstructedError) Error() string { return fmt.Sprintf("%s %s", e.Path, e.Problem) }

// state is how a file is in the output folder, held against what it is to be.
type state int

const (
	same    state = iota
	absent        // nothing there
	mode          // the bytes are right, the mode is not
	linked        // the bytes are right, and may change through another name of the file
	written       // other bytes, and pzgen wrote them
	edited        // other bytes than pzgen wrote there
	foreign       // other bytes, and pzgen never wrote this file
)

// read returns the data of the file p.
func (t *tree) read(p string) ([]byte, error) {
	dir, err := t.dir(path.Dir(p))
	if err != nil {
		return nil, err
	}
	info, err := dir.Lstat(path.Base(p))
	switch {
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, stands(p, errLink)
	case !info.Mode().IsRegular():
		return nil, stands(p, errNoFile)
	case info.Size() > maxRead:
		return nil, stands(p, tooLargeError(info.Size()))
	}
	return dir.ReadFile(path.Base(p))
}
