package spec

import (
	"errors"
	"io"

	"github.com/pzgen/pzgen/internal/readfile"
)

// Files loads several files whose setups are used together: what no two setups of a file may both create or mean differently, no two of different files may
// either. Files are loaded one after the other, and linked at the end; the zero Files
// is ready for use.
type Files struct {
	claims *claimed // of the files that were loaded
	loaded []origin
}

// origin is where a file came from, so that it can be read again when its setups contradict those of another one.
type origin struct {
	file     string
	spec     *Spec  // nil where it has errors
	data     []byte // nil for what is read from disk again
	readFile func(path string) ([]byte, error)
}

// Load is [Load] without linking. Its diagnostics tell of contradictions to the files before as well.
func (fs *Files) Load(path string) (*Spec, Diagnostics) {
	data, err := readfile.File(path, maxBytes)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return fs.add(origin{file: path, readFile: readPolicyFile}, data)
}

// LoadBy is [Files.Load] with a reader of files, which is called from several goroutines at once.
func (fs *Files) LoadBy(path string, read func(path string, max int64) ([]byte, error)) (*Spec, Diagnostics) {
	data, err := read(path, maxBytes)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return fs.add(origin{file: path, data: data, readFile: func(p string) ([]byte, error) {
		return read(p, maxPolicyFile)
	}}, data)
}

// Read is Load of what r gives. The error is that of r.
func (fs *Files) Read(file string, r io.Reader) (*Spec, Diagnostics, error) {
	data, err := readfile.AtMost(r, file, maxBytes)
	var size *readfile.SizeError
	switch {
	case errors.As(err, &size):
		return nil, unreadable(file, err), nil
	case err != nil:
		return nil, nil, err
	}
	s, ds := fs.add(origin{file: file, data: data, readFile: readPolicyFile}, data)
	return s, ds, nil
}

func (fs *Files) add(o origin, data []byte) (*Spec, Diagnostics) {
	if fs.claims == nil {
		fs.claims = newClaimed()
	}
	own := fs.claims.fresh()
	s, ds := parse(o.file, data, o.readFile, own)
	o.spec = s
	fs.loaded = append(fs.loaded, o)
	if s == nil || fs.claims.join(own) {
		return s, ds
	}
	ds = append(ds, fs.contradictions()...)
	if ds.HasErrors() {
		return nil, ds
	}
	return s, ds
}

// contradictions tells where the last file contradicts those before it. That two contradict is known from little; to say where, all are loaded again.
func (fs *Files) contradictions() Diagnostics {
	all := across{}
	last := len(fs.loaded) - 1
	var data []byte
	found := &reader{}
	for i, o := range fs.loaded {
		if data = o.data; data == nil {
			var err error
			if data, err = readfile.File(o.file, maxBytes); err != nil {
				return unreadable(o.file, err)
			}
		}
		data = trimBOM(data)
		l := &loader{file: o.file, readFile: o.readFile}
		_, results := l.load(&reader{}, data) // what is wrong with it alone was told
		for j := range results {
			claimsOf(&results[j], func(own owned, what string, c claim) {
				if c.file = o.file; i < last {
					all.add(&reader{}, own, what, c)
				} else if before, ok := all[own]; ok && before.file != o.file {
					all.add(found, own, what, c)
				}
			})
		}
	}
	return finish(fs.loaded[last].file, &source{data: data}, nameSetups(found.problems, 0, false))
}
