package report

import (
	"bytes"
	"context"
	_ "embed"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/snapshot"
)

//go:embed testdata/shops.yaml
var shopsSpec string

// shops are two setups whose texts would be markup, were they not escaped.
func shops(testing.TB) string { return shopsSpec }

// folder writes a spec into a folder of the test's own, generates from it into out, and goes
// there.
func folder(t *testing.T, spec string) {
	t.Helper()
	t.Chdir(t.TempDir())
	generate(t, spec, "out")
}

func generate(t *testing.T, spec, out string) {
	t.Helper()
	if err := os.WriteFile("pzgen.yaml", []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
	run, _ := load(t)
	if _, err := run.Generate(t.Context(), out, engine.Writing{RemoveSetups: true},
		func(g engine.Generated) error {
			if len(g.Found) > 0 {
				t.Error(g.Found)
			}
			return nil
		}); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T) (*engine.Run, *engine.Specs) {
	t.Helper()
	specs, ds, err := engine.Load(engine.Source{Files: []string{"pzgen.yaml"}})
	if err != nil || ds.HasErrors() {
		t.Fatal(ds, err)
	}
	run, err := specs.Select(engine.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	return run, specs
}

// made returns the page about the folder out, compared with another unless that is "".
func made(t *testing.T, against string) *Page {
	t.Helper()
	p, err := tryMake(t, against)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryMake(t *testing.T, against string) (*Page, error) {
	t.Helper()
	run, specs := load(t)
	s := Source{Run: run, Specs: []string{"pzgen.yaml"}, Setups: specs.Setups(), Out: "out",
		Version: "devel", Now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Against: against}
	if against != "" {
		var err error
		if s.Old, err = snapshot.Open(context.Background(), against, snapshot.Options{Dir: "."}); err != nil {
			t.Fatal(err)
		}
	}
	return Make(t.Context(), s)
}

func rendered(t *testing.T, p *Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// edit replaces a text of a file in the output folder, once.
func edit(t *testing.T, name, old, new string) {
	t.Helper()
	name = filepath.Join("out", filepath.FromSlash(name))
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %q", name, old)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(data), old, new, 1)), info.Mode()); err != nil {
		t.Fatal(err)
	}
}
