package shell

import (
	"os"
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

// TestExamples reads what is printed for real specs back, and runs it twice, and destroys.
func TestExamples(t *testing.T) {
	for name, s := range examples(t) {
		t.Run(name, func(t *testing.T) {
			files := printed(t, s)
			for n := 1; n <= 2; n++ {
				r, err := Read(s, files, s.SyntheticEnv(n))
				if err != nil {
					t.Fatal(err)
				}
				equal(t, s, s.SyntheticEnv(n), r)
			}
			w := newWorld(t, s)
			w.must(w.apply())
			state := w.state()
			w.must(w.apply())
			if len(w.m.account.Changes) > 0 || w.state() != state {
				t.Errorf("the second run changes %v", w.m.account.Changes)
			}
			clear(w.m.account.Datasets)
			w.must(w.run(destroyPath(s), "--yes"))
			for _, f := range files {
				if dir := os.Getenv("PZGEN_TEST_OUT"); dir != "" {
					path := filepath.Join(dir, f.Path)
					if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, f.Data, f.Mode); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}
