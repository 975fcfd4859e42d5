package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// rendered is a setup as files.
type rendered struct {
	model *model.Setup // nil where the files come from a shape
	files []output.File
	found []findings.Finding // problems: errors mean that there are no files

	module []output.File // of the module that the setup shares
}

// all returns the files of the setup and of the module that it shares.
func (r rendered) all() []output.File {
	if r.module == nil {
		return r.files
	}
	return slices.Concat(r.files, r.module)
}

// Render builds the model of one setup and prints it in all its targets, for file as the name of
// its spec. Findings are errors of the setup; then there is no model. It is for tests and
// benchmarks: a [Run] does more.
func Render(file string, s *spec.Setup, lib *templates.Library) (
	*model.Setup, []output.File, []findings.Finding) {
	r := render(job{file, s, generators.For(s.Targets)}, lib)
	return r.model, r.all(), r.found
}

// render builds the model of a setup and prints it in its targets.
func render(j job, lib *templates.Library) rendered {
	m, err := model.Build(j.file, j.setup, lib)
	if err != nil {
		return rendered{found: problems(j, err)}
	}
	files := make([][]output.File, len(j.gens))
	errs := make([]error, len(j.gens))
	var group sync.WaitGroup
	for i, g := range j.gens {
		group.Go(func() {
			if files[i], errs[i] = g.Print(m); errs[i] == nil {
				errs[i] = checkFolder(m, g, files[i])
			}
		})
	}
	group.Wait()
	r := rendered{model: m}
	r.files, r.module = splitModules(slices.Concat(files...))
	for _, part := range m.Handed {
		for _, g := range generators.For(part.Targets) {
			printed, err := g.Print(part)
			if err == nil {
				err = checkFolder(part, g, printed)
			}
			if err != nil {
				r.found = append(r.found, problem(j, "print", fmt.Errorf("for the owner of account %s: %w", part.Account, err)))
			}
			r.files = append(r.files, printed...)
		}
	}
	r.found = append(r.found, ownFiles(j, r.files)...)
	for i, err := range errs {
		if err != nil {
			err = fmt.Errorf("%s: %w", j.gens[i].Name, err)
			r.found = append(r.found, problem(j, "print", err))
		}
	}
	return r
}

// checkFolder makes sure that a target stays in its own folder: which files are stale is decided
// by it.
func checkFolder(m *model.Setup, g generators.Generator, files []output.File) error {
	own := m.Name + "/" + g.Folder
	for _, f := range files {
		shared := m.SharedModule && terraform.IsSharedModule(f.Path)
		if f.Path != own && !strings.HasPrefix(f.Path, own+"/") && !shared {
			return fmt.Errorf("file %q is not in %q", f.Path, own)
		}
	}
	return nil
}

// ownFiles refuses patterns for the user's own files that match one which pzgen writes.
func ownFiles(j job, files []output.File) []findings.Finding {
	var out []findings.Finding
	for i, pattern := range j.setup.OwnFiles {
		for _, f := range files {
			name := f.Path[len(j.setup.Name)+1:]
			if spec.OwnPattern([]string{pattern}, name) == "" {
				continue
			}
			p := j.setup.Places[fmt.Sprintf("ownFiles[%d]", i)]
			out = append(out, findings.Finding{Rule: "build", Level: findings.Error, File: j.file,
				Line: p.Line, Col: p.Col,
				Message: fmt.Sprintf("setup %s: pattern %q of ownFiles matches %s, which pzgen "+
					"writes", j.setup.Name, pattern, name),
				Hint: "name your own files alone: `terraform/backend.tf` for example"})
			break
		}
	}
	return out
}

// problems returns what [model.Build] reports as findings.
func problems(j job, err error) []findings.Finding {
	var ps model.Problems
	if !errors.As(err, &ps) {
		return []findings.Finding{problem(j, "build", err)}
	}
	out := make([]findings.Finding, len(ps))
	for i, p := range ps {
		out[i] = findings.Finding{Rule: "build", Level: findings.Error, File: j.file,
			Line: p.Place.Line, Col: p.Place.Col, Message: p.Error(), Hint: p.Hint}
	}
	return out
}

// problem is a finding about a setup as a whole.
func problem(j job, rule string, err error) findings.Finding {
	p := j.setup.Places[""]
	return findings.Finding{Rule: rule, Level: findings.Error, File: j.file, Line: p.Line, Col: p.Col,
		Message: "setup " + j.setup.Name + ": " + err.Error()}
}

// Build builds the model of each setup, writes nothing, and hands over what is wrong with each, in
// the order of their names. It ends at the first error of each, or when ctx ends.
func (r *Run) Build(ctx context.Context, each func(found []findings.Finding) error) error {
	return ordered(ctx, len(r.jobs), r.sel.Workers, func(i int) []findings.Finding {
		if len(r.jobs[i].setup.OwnFiles) > 0 { // which are compared with the files that are printed
			return render(r.jobs[i], r.lib).found
		}
		_, found := r.Model(i)
		return found
	}, func(_ int, found []findings.Finding) error { return each(found) })
}

// Model builds the model of the i-th setup. Findings are its errors; then there is no model.
func (r *Run) Model(i int) (*model.Setup, []findings.Finding) {
	j := r.jobs[i]
	m, err := model.Build(j.file, j.setup, r.lib)
	if err != nil {
		return nil, problems(j, err)
	}
	return m, nil
}
