// Package readme prints the README.md of a setup: what the setup is, how to apply it in each of
// its targets, what is left to people, and why each statement is there.
//
// It reads no file and decides nothing about policy. Its words are in templates/prose.
package readme

import (
	"bytes"
	"fmt"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/templates/prose"
)

const name = "README.md"

// Print returns <setup>/README.md. It mentions no target but those of the setup. It fails for a
// value that no shell command can hold, a NUL, which no checked spec has.
func Print(s *model.Setup) ([]output.File, error) {
	file := s.Name + "/" + name
	page := "readme.md.tmpl"
	var v any
	var err error
	if s.Asker != nil {
		page = "owner.md.tmpl"
		v, err = newOwner(s)
	} else {
		v, err = newView(s)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var b bytes.Buffer
	if err := prose.Execute(&b, page, v); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return []output.File{{Path: file, Data: b.Bytes(), Mode: 0o644}}, nil
}

// Parse reads the README.md of a setup as one page of text; in.Dir is its path. What is in it has
// no meaning to a program: people copy its commands, so every letter counts. The text is the same
// for all values, and no error is returned. Files below a folder of that name are unknown.
func Parse(in deployed.Input) (func(deployed.Values) (deployed.State, error), error) {
	var s deployed.State
	for _, f := range in.Files {
		at := deployed.Place{Path: f.Path, Line: 1, Col: 1}
		if f.Path != in.Dir {
			why := name + " is a file: remove the folder"
			s.Unknown = append(s.Unknown, deployed.Unknown{Kind: "file", What: f.Path, Why: why, At: at})
			continue
		}
		s.Pages = append(s.Pages, deployed.Page{Name: name, Text: string(f.Data), At: at})
	}
	return func(deployed.Values) (deployed.State, error) { return s, nil }, nil
}

// Want returns the State of the README.md that [Print] returns, and an empty one where Print
// fails: there is then no README.md to compare.
func Want(s *model.Setup) deployed.State {
	files, _ := Print(s)
	var w deployed.State
	for _, f := range files {
		w.Pages = append(w.Pages, deployed.Page{Name: name, Text: string(f.Data)})
	}
	return w
}
