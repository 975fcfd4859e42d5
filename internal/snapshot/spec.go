package snapshot

import (
	"bytes"
	"context"
	"errors"
	"path"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/pzgen/pzgen/spec"
)

// SpecError says that a spec has errors.
type SpecError struct {
	Diagnostics spec.Diagnostics
	Found       []findings.Finding // of setups that cannot be built
}

func (e *SpecError) Error() string { return "the spec has errors" }

// kindSpec is the kind of an input that is a spec.
const kindSpec = "spec"

// openSpec prints the setups of a spec. A place in their files is that of the setup in the spec.
func openSpec(ctx context.Context, from source, name string, data []byte, o Options) (*Input, error) {
	src := engine.Source{Files: append([]string{name}, o.Beside...), Templates: o.Templates}
	if name == stdin {
		src.Stdin = bytes.NewReader(data)
	}
	if c, ok := from.(commit); ok {
		at, err := c.tree.Path(name)
		if err != nil {
			return nil, err
		}
		src.Files = []string{at}
		src.ReadFile = func(p string, max int64) ([]byte, error) {
			data, err := c.tree.Read(ctx, path.Clean(p), max)
			if err == nil && int64(len(data)) > max {
				err = &readfile.SizeError{Path: p, Max: max}
			}
			return data, err
		}
	}
	specs, ds, err := engine.Load(src)
	if err != nil {
		return nil, err
	}
	if ds.HasErrors() {
		return nil, &SpecError{Diagnostics: ds}
	}
	run, err := specs.Select(engine.Selection{})
	if err != nil {
		return nil, err
	}
	in := &Input{Kind: kindSpec, Specs: specs.Setups(), setups: map[string]*setup{}}
	failed := &SpecError{}
	err = run.Print(ctx, false, func(p engine.Printed) error {
		var files []file
		for _, f := range p.Files {
			files = append(files, file{path: f.Path, mode: f.Mode, data: f.Data})
		}
		byPath(files)
		if p.Setup == "" {
			in.shared = append(in.shared, files...)
			byPath(in.shared)
			return nil
		}
		failed.Found = append(failed.Found, p.Found...)
		place := run.Where(p.Setup)
		if len(src.Files) == 1 {
			place.Path = from.shown(name)
		}
		s := outputSetup(p.Setup, files, nil, nil)
		s.moved = func(deployed.Place) deployed.Place { return place }
		in.setups[p.Setup] = s
		return nil
	})
	var found *engine.FoundError
	if errors.As(err, &found) {
		return nil, failed
	}
	return in, err
}
