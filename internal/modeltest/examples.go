// Package modeltest builds setups for tests. Only tests import it.
package modeltest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// Examples builds every setup of spec/examples, each in a folder of its own: one whose name another
// file has taken gets a longer one. Each call builds anew, so a test may change what it gets.
func Examples(t testing.TB) []*model.Setup {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Root(t), "spec", "examples", "*.yaml"))
	if err != nil || len(files) < 7 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	var all []*model.Setup
	taken := map[string]bool{}
	for _, f := range files {
		for _, m := range Load(t, f) {
			for taken[m.Name] {
				m.Name += "-x"
			}
			taken[m.Name] = true
			all = append(all, m)
		}
	}
	return all
}

// Load builds the setups of one spec file.
func Load(t testing.TB, file string) []*model.Setup {
	t.Helper()
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	loaded, diagnostics := spec.Load(file)
	if loaded == nil {
		t.Fatal(diagnostics)
	}
	var all []*model.Setup
	for _, s := range loaded.Setups {
		m, err := model.Build(file, s, lib)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, m)
	}
	return all
}

// Root returns the folder of the module: the first one above the present folder that has a go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no folder above this one has a go.mod")
		}
		dir = filepath.Dir(dir)
	}
}
