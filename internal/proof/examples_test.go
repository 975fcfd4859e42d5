package proof

import (
	"path/filepath"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// exampleSetups loads setups of the examples; without names, of all.
func exampleSetups(t testing.TB, names ...string) []*spec.Setup {
	t.Helper()
	if len(names) == 0 {
		files, err := filepath.Glob("../../spec/examples/*.yaml")
		if err != nil || len(files) < 7 {
			t.Fatalf("%d examples, %v", len(files), err)
		}
		for _, f := range files {
			names = append(names, filepath.Base(f))
		}
	}
	var out []*spec.Setup
	for _, n := range names {
		sp, diags := spec.Load(filepath.Join("../../spec/examples", n))
		if sp == nil {
			t.Fatal(diags)
		}
		out = append(out, sp.Setups...)
	}
	return out
}

func buildAll(t testing.TB, setups []*spec.Setup) []*model.Setup {
	t.Helper()
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	var out []*model.Setup
	for _, s := range setups {
		m, err := model.Build("pzgen.yaml", s, lib)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

// The model of every example passes its own proof.
func TestExamplesHold(t *testing.T) {
	for _, m := range buildAll(t, exampleSetups(t)) {
		r := Prove(m, nil, Input{})
		if len(r.Calls) == 0 || r.Refused < 50 {
			t.Errorf("%s: only %d calls and %d refused ones", m.Name, len(r.Calls), r.Refused)
		}
		for _, f := range r.Findings {
			t.Errorf("%s: %s %s/%s: %s %v", m.Name, f.Check, f.Document, f.Sid, f.Message, f.Details)
		}
	}
}

// printAll returns what all targets of a setup print.
func printAll(t testing.TB, m *model.Setup) []output.File {
	t.Helper()
	var files []output.File
	for _, part := range append([]*model.Setup{m}, m.Handed...) {
		for _, g := range generators.For(part.Targets) {
			fs, err := g.Print(part)
			if err != nil {
				t.Fatal(part.Name, g.Name, err)
			}
			files = append(files, fs...)
		}
	}
	return files
}

// Every target of every example passes the proof.
func TestExamplesProve(t *testing.T) {
	for _, m := range buildAll(t, exampleSetups(t)) {
		r := Prove(m, generators.Targets(), only(printAll(t, m)))
		if len(r.Targets) != len(m.Targets) {
			t.Errorf("%s: %v proved of %v", m.Name, r.Targets, m.Targets)
		}
		for i, f := range r.Findings {
			if i < 5 {
				t.Errorf("%s: %s %s %s/%s %s:%d: %s %v", m.Name, f.Check, f.Target, f.Document, f.Sid, f.Path, f.Line, f.Message, f.Details)
			}
		}
	}
}

func BenchmarkProve(b *testing.B) {
	m := buildAll(b, exampleSetups(b, "encrypted.yaml"))[0]
	files := printAll(b, m)
	b.ReportAllocs()
	for b.Loop() {
		if r := Prove(m, generators.Targets(), only(files)); !r.OK() {
			b.Fatal(r.Findings)
		}
	}
}

func BenchmarkProveModel(b *testing.B) {
	m := buildAll(b, exampleSetups(b, "full.yaml"))[0]
	b.ReportAllocs()
	for b.Loop() {
		if r := Prove(m, nil, Input{}); !r.OK() {
			b.Fatal(r.Findings)
		}
	}
}

// only is what a proof reads when files are all that pzgen writes for the setup.
func only(files []output.File) Input {
	in := Input{Files: files, Printed: files}
	for _, g := range generators.Targets() {
		if g.Shared != nil {
			in.Shared = append(in.Shared, g.Shared()...)
		}
	}
	return in
}
