package cloudformation

import (
	"path/filepath"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// examples builds every setup of the example specs.
func examples(t *testing.T) []*model.Setup {
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
			all = append(all, m)
		}
	}
	return all
}

func TestExamples(t *testing.T) {
	for _, s := range examples(t) {
		files := printed(t, s)
		for i, env := range environments(s) {
			r, err := Read(s, files, env)
			if err != nil {
				t.Errorf("%s, environment %d: %v", s.Name, i, err)
				continue
			}
			for _, d := range differences(s, r, env) {
				t.Errorf("%s, environment %d: %s", s.Name, i, d)
			}
		}
	}
}
