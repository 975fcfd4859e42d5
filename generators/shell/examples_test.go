package shell

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// examples builds the setups of the specs in spec/examples.
func examples(t testing.TB) map[string]*model.Setup {
	t.Helper()
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../spec/examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no examples: %v", err)
	}
	out := map[string]*model.Setup{}
	for _, file := range files {
		loaded, problems := spec.Load(file)
		if loaded == nil {
			t.Fatalf("%s: %v", file, problems)
		}
		for _, s := range loaded.Setups {
			built, err := model.Build(file, s, lib)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			out[strings.TrimSuffix(filepath.Base(file), ".yaml")+" "+s.Name] = built
		}
	}
	return out
}
