package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/pzgen/pzgen/generators/json"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/shape"
)

// ErrInterrupted says that the context of a run ended before anything was written.
var ErrInterrupted = errors.New("interrupted")

// interrupted returns the error of the work on setups, before the first file was moved.
func interrupted(err error) error {
	if err == context.Canceled {
		return ErrInterrupted
	}
	return err
}

// Generated is what became of one setup, before anything is written.
type Generated struct {
	Setup    string
	Found    []findings.Finding // problems; with an error among them there are no files
	Unproved []findings.Finding // how the proof fails

	// Placeholders returns the places of its plain JSON that a person has to fill in. It may build
	// the setup again.
	Placeholders func() []json.Blank
}

// Writing says how to write.
type Writing struct {
	Prove bool // prove what changes before it is written

	Force, RemoveSetups bool // see [output.Options]
}

// Generate prints all setups, and writes what changed into the folder out. Each setup is handed
// over before anything is written. A [FoundError] says that nothing was written because of what was
// handed over; an [InputError], that there is nothing to do.
func (r *Run) Generate(ctx context.Context, out string, how Writing,
	each func(Generated) error) (output.Result, error) {
	if err := r.some(); err != nil {
		return output.Result{}, err
	}
	opts, prove := r.options(out), how.Prove
	opts.Force, opts.RemoveSetups = how.Force, how.RemoveSetups
	w, err := output.Create(ctx, out, opts)
	if err != nil {
		return output.Result{}, err
	}
	defer w.Abort()
	s, err := r.group(prove)
	if err != nil {
		return output.Result{}, err
	}
	changedForAll := 0
	for _, files := range s.shared.folders() {
		n, err := w.Put(files)
		if err != nil {
			return output.Result{}, err
		}
		changedForAll += n
	}
	type put struct {
		rendered
		unproved []findings.Finding
		err      error
	}
	failed, unproved := 0, 0
	var common modules
	err = ordered(ctx, len(r.jobs), r.sel.Workers, func(i int) put {
		b := s.buffer()
		defer s.done(b)
		p := put{rendered: s.render(i, b)}
		changed := 0
		if p.found == nil {
			if changed, p.err = w.Put(p.files); p.err == nil {
				p.err = common.add(p.module)
			}
		}
		// What another setup writes for this one may have changed alone.
		changes := changed+changedForAll > 0 || len(r.jobs[i].setup.Owners) > 0
		if p.found == nil && p.err == nil && changes && prove {
			p.unproved = s.prove(i, p.rendered)
		}
		p.files, p.module = nil, nil
		return p
	}, func(i int, p put) error {
		failed, unproved = failed+countErrors(p.found), unproved+countErrors(p.unproved)
		found := slices.Concat(p.found, r.jobs[i].abandons(out))
		err := each(Generated{r.jobs[i].setup.Name, found, p.unproved,
			func() []json.Blank { return s.placeholders(i, p.rendered) }})
		if err == nil {
			err = p.err
		}
		return err
	})
	if err != nil {
		return output.Result{}, interrupted(err)
	}
	if err := foundError(failed, unproved); err != nil {
		return output.Result{}, err
	}
	for _, files := range common.folders() {
		if _, err := w.Put(files); err != nil {
			return output.Result{}, err
		}
	}
	return w.Commit(ctx)
}

// Printed is the files of one setup, or those that setups share; then Setup is "". Modules that setups
// share are the last.
type Printed struct {
	Setup    string
	Files    []output.File
	Found    []findings.Finding // problems; with an error among them there are no files
	Unproved []findings.Finding // how the proof fails; then there are no files either
}

// Print prints all setups and hands their files over, shared ones first. It writes nothing; its
// errors are those of [Run.Generate].
func (r *Run) Print(ctx context.Context, prove bool, each func(Printed) error) error {
	if err := r.some(); err != nil {
		return err
	}
	s, err := r.group(prove)
	if err != nil {
		return err
	}
	for _, files := range s.shared.folders() {
		if err := each(Printed{Files: files}); err != nil {
			return err
		}
	}
	failed, unproved := 0, 0
	var common modules
	err = ordered(ctx, len(r.jobs), r.sel.Workers, func(i int) Printed {
		rendered := s.render(i, new(shape.Buffer))
		p := Printed{Setup: r.jobs[i].setup.Name, Files: rendered.files, Found: rendered.found}
		if p.Found == nil && prove {
			if p.Unproved = s.prove(i, rendered); p.Unproved != nil {
				p.Files = nil
			}
		}
		if p.Files != nil {
			if err := common.add(rendered.module); err != nil {
				p.Found = append(p.Found, problem(r.jobs[i], "print", err))
			}
		}
		return p
	}, func(_ int, p Printed) error {
		failed, unproved = failed+countErrors(p.Found), unproved+countErrors(p.Unproved)
		return each(p)
	})
	if err != nil {
		return interrupted(err)
	}
	for _, files := range common.folders() {
		if err := each(Printed{Files: files}); err != nil {
			return err
		}
	}
	return foundError(failed, unproved)
}
