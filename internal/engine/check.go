package engine

import (
	"context"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
)

// Checked is how one setup's files in the output folder differ from those that Generate would write.
// Setup is "" for files of no setup.
type Checked struct {
	Setup   string
	Found   []findings.Finding // problems; with an error among them nothing was compared
	Changes []output.Change
}

// Check compares the folder out with what Generate would write, and writes nothing. Each setup is
// handed over, then what is left over in the folder. It makes diffs if diffs is set. Its errors are
// those of [Run.Generate]; differences are none.
func (r *Run) Check(ctx context.Context, out, version string, diffs bool, each func(Checked) error) error {
	if err := r.some(); err != nil {
		return err
	}
	cmp, err := output.Open(out, output.Options{Version: version, Owns: r.owns()})
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
	err = ordered(ctx, len(r.jobs), r.sel.Workers, func(i int) compared {
		b := s.buffer()
		defer s.done(b)
		rendered := s.render(i, b)
		c := compared{Checked: Checked{Setup: r.jobs[i].setup.Name, Found: rendered.found}}
		if c.Found == nil {
			c.Changes, c.err = cmp.Put(rendered.files)
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
	rest, err := cmp.Close(clean)
	if err != nil {
		return err
	}
	return say(Checked{Changes: rest})
}
