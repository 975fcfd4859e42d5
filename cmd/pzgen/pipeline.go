package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/templates"
)

// ordered calls work for 0 to n-1 on several goroutines and take for each result, in order, on its own. No more than a few results wait for
// their turn, so that memory does not grow with n. It ends at the first error of take, or when ctx ends.
func ordered[T any](ctx context.Context, n, workers int, work func(int) T, take func(int, T) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type slot struct {
		i    int
		done chan T
	}
	queue := make(chan slot, 4*workers) // in order, for take
	todo := make(chan slot)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	group.Go(func() {
		defer close(todo)
		defer close(queue)
		for i := range n {
			s := slot{i, make(chan T, 1)}
			select {
			case queue <- s:
			case <-ctx.Done():
				return
			}
			select {
			case todo <- s:
			case <-ctx.Done():
				return
			}
		}
	})
	for range workers {
		group.Go(func() {
			for s := range todo {
				s.done <- work(s.i)
			}
		})
	}
	for s := range queue {
		select {
		case v := <-s.done:
			if err := take(s.i, v); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// rendered is a setup as files.
type rendered struct {
	model *model.Setup // nil where the files come from a shape
	files []output.File
	found []findings.Finding // problems: errors mean that there are no files

	unproved []findings.Finding // how the proof failed, where one was asked for
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
	r := rendered{model: m, files: slices.Concat(files...)}
	for i, err := range errs {
		if err != nil {
			r.found = append(r.found, problem(j, "print", fmt.Errorf("%s: %w", j.gens[i].Name, err)))
		}
	}
	return r
}

// checkFolder makes sure that a target stays in its own folder: which files are stale is decided by it.
func checkFolder(m *model.Setup, g generators.Generator, files []output.File) error {
	own := m.Name + "/" + g.Folder
	for _, f := range files {
		if f.Path != own && !strings.HasPrefix(f.Path, own+"/") {
			return fmt.Errorf("file %q is not in %q", f.Path, own)
		}
	}
	return nil
}

// problems turns what [model.Build] reports into findings.
func problems(j job, err error) []findings.Finding {
	var ps model.Problems
	if !errors.As(err, &ps) {
		return []findings.Finding{problem(j, "build", err)}
	}
	out := make([]findings.Finding, len(ps))
	for i, p := range ps {
		out[i] = findings.Finding{Rule: "build", Level: findings.Error, File: j.file, Line: p.Place.Line, Col: p.Place.Col, Message: p.Error(), Hint: p.Hint}
	}
	return out
}

// problem is a finding about a setup as a whole.
func problem(j job, rule string, err error) findings.Finding {
	p := j.setup.Places[""]
	return findings.Finding{Rule: rule, Level: findings.Error, File: j.file, Line: p.Line, Col: p.Col, Message: "setup " + j.setup.Name + ": " + err.Error()}
}
