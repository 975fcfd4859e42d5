package engine

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
)

// Checked is how one setup's files in the output folder differ from those that Generate would
// write. Setup is "" for files of no setup.
type Checked struct {
	Setup   string
	Found   []findings.Finding // problems; with an error among them nothing was compared
	Changes []output.Change
}

// Check compares the folder out with what Generate would write, and writes nothing. Each setup is
// handed over, then what is left over in the folder. It makes diffs if diffs is set. Its errors
// are those of [Run.Generate]; differences are none.
//
// What pzgen did not write is a difference too: in the folders of setups, unless the spec names it
// under ownFiles, and in the folder out itself, unless that is a folder which the specs are in.
func (r *Run) Check(ctx context.Context, out string, diffs bool,
	each func(Checked) error) error {
	if err := r.some(); err != nil {
		return err
	}
	opts := r.options(out)
	opts.OwnFile = r.ownFile()
	cmp, err := output.Open(out, opts)
	if err != nil {
		return err
	}
	cmp.Diffs = diffs
	s, err := r.group(false)
	if err != nil {
		return err
	}
	clean, failed := true, 0
	say := func(c Checked) error {
		clean = clean && len(c.Changes) == 0
		failed += countErrors(c.Found)
		return each(c)
	}
	for _, files := range s.shared.folders() {
		changes, err := cmp.Put(files)
		if err != nil {
			return err
		}
		if err := say(Checked{Changes: changes}); err != nil {
			return err
		}
	}
	type compared struct {
		Checked
		err error
	}
	var common modules
	err = ordered(ctx, len(r.jobs), r.sel.Workers, func(i int) compared {
		b := s.buffer()
		defer s.done(b)
		rendered := s.render(i, b)
		c := compared{Checked: Checked{Setup: r.jobs[i].setup.Name, Found: rendered.found}}
		if c.Found == nil {
			if c.Changes, c.err = cmp.Put(rendered.files); c.err == nil {
				c.err = common.add(rendered.module)
			}
		}
		return c
	}, func(_ int, c compared) error {
		if err := say(c.Checked); err != nil {
			return err
		}
		return c.err
	})
	if err != nil {
		return err
	}
	if err := foundError(failed, 0); err != nil {
		return err
	}
	for _, files := range common.folders() {
		changes, err := cmp.Put(files)
		if err != nil {
			return err
		}
		if err := say(Checked{Changes: changes}); err != nil {
			return err
		}
	}
	rest, err := cmp.Close(clean)
	if err != nil {
		return err
	}
	return say(Checked{Changes: rest})
}

// ownFile returns what tells which files and folders of the output are the user's own.
func (r *Run) ownFile() func(string, func() ([]byte, error)) bool {
	patterns := map[string][]string{} // by setup
	for _, j := range r.jobs {
		if len(j.setup.OwnFiles) > 0 {
			patterns[j.setup.Name] = j.setup.OwnFiles
		}
	}
	return func(p string, data func() ([]byte, error)) bool {
		setup, name, _ := strings.Cut(p, "/")
		if output.IsShared(setup) {
			if data == nil || !generators.RootOwn(p) {
				return generators.RootLeftover(p)
			}
			text, err := data()
			return err == nil && terraform.OnlyBackend(text)
		}
		return spec.OwnPattern(patterns[setup], name) != ""
	}
}

// Among reports whether one of the specs is in the output folder, which then is not pzgen's alone.
func (r *Run) Among(out string) bool {
	return slices.ContainsFunc(r.files, func(file string) bool {
		a, err := filepath.Abs(out)
		b, err2 := filepath.Abs(file)
		if file == Stdin || err != nil || err2 != nil {
			return false
		}
		rel, err := filepath.Rel(a, b)
		return err == nil && filepath.IsLocal(rel)
	})
}
