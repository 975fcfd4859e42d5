package terraform

import (
	"path/filepath"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// examples builds every setup of the example specs.
func examples(t testing.TB) []*model.Setup {
	t.Helper()
	files, err := filepath.Glob("../../spec/examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	var all []*model.Setup
	taken := map[string]bool{}
	for _, f := range files {
		loaded, diagnostics := spec.Load(f)
		if loaded == nil {
			t.Fatal(diagnostics)
		}
		for _, s := range loaded.Setups {
			m, err := model.Build(filepath.Base(f), s, lib)
			if err != nil {
				t.Fatal(err)
			}
			// Setups of different files may share a name, which is a folder here.
			for m.Name = s.Name; taken[m.Name]; {
				m.Name += "-x"
			}
			taken[m.Name] = true
			all = append(all, m)
		}
	}
	return all
}
