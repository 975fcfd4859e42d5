// Package engine works on many setups: it loads specs, builds and prints their setups, proves what
// was printed, and writes, compares or reads output folders. Commands and benchmarks call it; it
// prints nothing itself.
//
// Setups that differ in names alone are printed and proved once (package shape). The work on
// setups runs on several goroutines; what it gives is handed over in the order of their names, one
// setup at a time, so that the memory taken does not grow with what is printed.
package engine

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

const (
	// Stdin is the file name that stands for standard input.
	Stdin = "-"
	// DefaultSpec is the file name that a spec from standard input is called by in output, so that
	// the same spec gives the same bytes whichever way it comes.
	DefaultSpec = "pzgen.yaml"

	stdinShown = "<stdin>" // in diagnostics
)

// InputError says that what a run was asked for cannot be done. Hint, if there is one, says what
// to do instead; Known are the names that exist where Name is not one of them.
type InputError struct {
	Err   error
	Hint  string
	Name  string
	Known []string
}

func (e *InputError) Error() string { return e.Err.Error() }

func (e *InputError) Unwrap() error { return e.Err }

func refusef(hint, format string, args ...any) error {
	return &InputError{Err: fmt.Errorf(format, args...), Hint: hint}
}

// FoundError ends a run that wrote nothing because of errors among the findings that were handed
// over.
type FoundError struct {
	Errors   int // in setups that cannot be built or printed
	Unproved int // in proofs
}

func (e *FoundError) Error() string {
	return fmt.Sprintf("%d errors, %d findings of proofs", e.Errors, e.Unproved)
}

// foundError returns the error for these numbers, or nil.
func foundError(errs, unproved int) error {
	if errs == 0 && unproved == 0 {
		return nil
	}
	return &FoundError{errs, unproved}
}

// countErrors counts the errors among findings.
func countErrors(list []findings.Finding) int {
	n := 0
	for _, f := range list {
		if f.Level == findings.Error {
			n++
		}
	}
	return n
}

// Source says what to read.
type Source struct {
	Files     []string  // specs, whose setups are taken together; [Stdin] is one of them
	Stdin     io.Reader // read where Files names it
	Strict    bool      // warnings are errors
	Templates string    // a folder of templates to lay over the built-in ones, or ""

	// ReadFile reads a spec or a policy file by its path, at most max bytes; nil reads those of the
	// file system.
	ReadFile func(path string, max int64) ([]byte, error)
}

// Specs are specs that were read.
type Specs struct {
	list  []*spec.Spec
	files []string // as they were named
	lib   func() (*templates.Library, error)
}

// Load reads specs, while templates are loaded beside them. The diagnostics are those of all
// files; when they have errors, nothing can be selected. An error is an [InputError], or that of
// reading standard input.
func Load(src Source) (*Specs, spec.Diagnostics, error) {
	out := &Specs{files: src.Files, lib: loadTemplates(src.Templates)}
	loading := spec.Files{}
	var all spec.Diagnostics
	seen := map[string]bool{}
	for _, f := range src.Files {
		if seen[filepath.Clean(f)] {
			return nil, nil, refusef("", "spec %q is given twice", f)
		}
		seen[filepath.Clean(f)] = true
		var s *spec.Spec
		var ds spec.Diagnostics
		if f == Stdin {
			var err error
			if s, ds, err = loading.Read(stdinShown, src.Stdin); err != nil {
				return nil, nil, err
			}
		} else if src.ReadFile != nil {
			s, ds = loading.LoadBy(f, src.ReadFile)
		} else {
			s, ds = loading.Load(f)
		}
		all = append(all, ds...)
		if s != nil {
			out.list = append(out.list, s)
		}
	}
	if all = loading.Link(all); src.Strict {
		all = all.Strict()
	}
	return out, all, nil
}

// loadTemplates begins to load templates; the function that it returns waits for them.
func loadTemplates(dir string) func() (*templates.Library, error) {
	load := sync.OnceValues(func() (*templates.Library, error) { return Templates(dir) })
	go load()
	return load
}

// Templates returns the built-in templates, with those of a folder laid over them unless dir is
// "". An error is an [InputError].
func Templates(dir string) (*templates.Library, error) {
	lib, err := templates.Default()
	if dir != "" {
		lib, err = templates.LoadDir(dir)
	}
	var known *InputError
	if err != nil && !errors.As(err, &known) {
		return nil, &InputError{Err: err}
	}
	return lib, err
}
