// Package readme prints the README.md of a setup: what the setup is, how to apply it in each of its targets, what is left to people, and why each
// statement is there.
//
// It reads no file and decides nothing about policy. Its words stand in templates/prose.
package readme

import (
	"bytes"
	"fmt"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/templates/prose"
)

// Print gives <setup>/README.md. It mentions no target but those of the setup. It fails for a value that no shell command can hold, a
// NUL, which no checked spec has.
func Print(s *model.Setup) ([]output.File, error) {
	v, err := newView(s)
	if err != nil {
		return nil, fmt.Errorf("%s/README.md: %w", s.Name, err)
	}
	var b bytes.Buffer
	if err := prose.Execute(&b, "readme.md.tmpl", v); err != nil {
		return nil, fmt.Errorf("%s/README.md: %w", s.Name, err)
	}
	return []output.File{{Path: s.Name + "/README.md", Data: b.Bytes(), Mode: 0o644}}, nil
}
