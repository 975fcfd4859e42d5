package output

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// maxRead is the size of the largest file that [Folder.Files] reads: no target comes near it, and a proof is not to fill the memory.
const maxRead = 16 << 20

// Folder is an output folder that is opened to be read. Its methods may be called from many goroutines at once.
type Folder struct{ root *os.Root }

// OpenFolder opens an output folder. The error is fs.ErrNotExist when there is none.
func OpenFolder(name string) (*Folder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &Folder{root}, nil
}

// Close ends the reading.
func (f *Folder) Close() error { return f.root.Close() }

// Files returns the files of a folder below the output folder, whoever put them there, sorted by
// name; those in folders below it are left out. In place of a folder, dir may be a file, which is
// returned alone. What is not there has no files. Nothing is read through a symbolic link, wherever
// it leads: it is an [ObstructedError], like whatever else is no regular file.
func (f *Folder) Files(dir string) ([]File, error) {
	if err := checkPath(dir + "/x"); err != nil {
		return nil, err
	}
	t := newTree(f.root)
	defer t.close()
	if file, err := t.file(dir); err == nil {
		return []File{file}, nil
	}
	d, err := t.dir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(d.FS(), ".")
	if err != nil {
		return nil, err
	}
	var files []File
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		file, err := t.file(path.Join(dir, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it went while the folder was read
		}
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// file reads one file, of which no more is kept of the mode than whether it can be executed.
func (t *tree) file(p string) (File, error) {
	dir, err := t.dir(path.Dir(p))
	if err != nil {
		return File{}, err
	}
	info, err := dir.Lstat(path.Base(p))
	if err == nil && info.Mode().IsRegular() && info.Size() > maxRead {
		problem := fmt.Sprintf("has %d bytes, far more than a generated file: move it away", info.Size())
		return File{}, &ObstructedError{Path: p, Problem: problem}
	}
	data, exec, err := t.read(p)
	mode := fs.FileMode(0o644)
	if exec {
		mode = 0o755
	}
	return File{Path: p, Data: data, Mode: mode}, err
}
