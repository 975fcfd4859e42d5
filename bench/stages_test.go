package bench_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/pzgen/pzgen/bench/internal/setups"
	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/pzgen/pzgen/internal/shape"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

func parse(tb testing.TB, n int) *spec.Spec {
	tb.Helper()
	var b bytes.Buffer
	if err := setups.Write(&b, n); err != nil {
		tb.Fatal(err)
	}
	s, ds := spec.Parse("pzgen.yaml", b.Bytes(), nil)
	if ds.HasErrors() {
		tb.Fatal(ds)
	}
	return s
}

// rendering returns how a setup becomes files.
func rendering(tb testing.TB) shape.Render {
	lib, err := templates.Default()
	if err != nil {
		tb.Fatal(err)
	}
	return func(s *spec.Setup) (*model.Setup, []output.File, error) {
		m, files, found := engine.Render("pzgen.yaml", s, lib)
		if m == nil {
			return nil, nil, fmt.Errorf("%v", found)
		}
		return m, files, nil
	}
}

// shaped returns a shape and the setups that have it.
func shaped(tb testing.TB, n int) (*shape.Shape, [][]string) {
	all := parse(tb, 15*n)
	var g *shape.Group
	var values [][]string
	first := ""
	for _, s := range all.Setups[2:] {
		key, v, ok := shape.Of(s)
		if !ok {
			tb.Fatalf("%s has no shape", s.Name)
		}
		if g == nil {
			g, first = shape.NewGroup(s), key
		}
		if key == first {
			g.Add(v)
			values = append(values, v)
		}
	}
	sh, err := shape.New(g, rendering(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return sh, values
}

func BenchmarkParse(b *testing.B) {
	var text bytes.Buffer
	if err := setups.Write(&text, 1000); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, ds := spec.Parse("pzgen.yaml", text.Bytes(), nil); ds.HasErrors() {
			b.Fatal(ds)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/setup")
}

func BenchmarkBuild(b *testing.B) {
	s := parse(b, 3).Setups[2]
	lib, err := templates.Default()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := model.Build("pzgen.yaml", s, lib); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	s := parse(b, 3).Setups[2]
	m, _, err := rendering(b)(s)
	if err != nil {
		b.Fatal(err)
	}
	for _, g := range generators.For(s.Targets) {
		b.Run(g.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := g.Print(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkProve(b *testing.B) {
	m, files, err := rendering(b)(parse(b, 3).Setups[2])
	if err != nil {
		b.Fatal(err)
	}
	in := proof.Input{Files: files, Printed: files}
	for _, g := range generators.Targets() {
		if g.Shared != nil {
			in.Shared = append(in.Shared, g.Shared()...)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := proof.Prove(m, generators.Targets(), in); !r.OK() {
			b.Fatal(r.Findings)
		}
	}
}

func BenchmarkShapeKey(b *testing.B) {
	s := parse(b, 3).Setups[2]
	b.ReportAllocs()
	for b.Loop() {
		if _, _, ok := shape.Of(s); !ok {
			b.Fatal("no shape")
		}
	}
}

func BenchmarkFill(b *testing.B) {
	sh, values := shaped(b, 1)
	var buf shape.Buffer
	b.ReportAllocs()
	for b.Loop() {
		n := int64(0)
		for _, f := range sh.Fill(values[0], &buf) {
			n += int64(len(f.Data))
		}
		b.SetBytes(n)
	}
}

// BenchmarkGenerate, BenchmarkUnchanged and BenchmarkCheck do what the commands do with a hundred
// setups, beginning with the spec: into fresh folders, into one that is as it is to be, and none.
func BenchmarkGenerate(b *testing.B) {
	dir := b.TempDir()
	n := 0
	running(b, func(r *engine.Run) error {
		n++
		return generate(b, r, filepath.Join(dir, fmt.Sprint(n)))
	})
}

func BenchmarkUnchanged(b *testing.B) {
	out := b.TempDir()
	running(b, func(r *engine.Run) error { return generate(b, r, out) })
}

func BenchmarkCheck(b *testing.B) {
	out, first := b.TempDir(), true
	running(b, func(r *engine.Run) error {
		if first {
			first = false
			return generate(b, r, out)
		}
		return r.Check(b.Context(), out, false, func(c engine.Checked) error {
			if len(c.Changes) > 0 {
				return fmt.Errorf("%v", c.Changes)
			}
			return nil
		})
	})
}

func generate(b *testing.B, r *engine.Run, out string) error {
	_, err := r.Generate(b.Context(), out, engine.Writing{}, func(engine.Generated) error { return nil })
	return err
}

func running(b *testing.B, do func(*engine.Run) error) {
	const n = 100
	var text bytes.Buffer
	if err := setups.Write(&text, n); err != nil {
		b.Fatal(err)
	}
	data := text.Bytes()
	run := func() {
		specs, ds, err := engine.Load(engine.Source{
			Files: []string{engine.Stdin}, Stdin: bytes.NewReader(data)})
		if err != nil || ds.HasErrors() {
			b.Fatal(ds, err)
		}
		r, err := specs.Select(engine.Selection{})
		if err != nil {
			b.Fatal(err)
		}
		if err := do(r); err != nil {
			b.Fatal(err)
		}
	}
	run()
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		run()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/setup")
}

// What is done for each setup of a large spec allocates little: else its time and memory are those of the garbage collector.
func TestAllocations(t *testing.T) {
	sh, values := shaped(t, 1)
	var b shape.Buffer
	s := parse(t, 3).Setups[2]
	const many = 500
	var text bytes.Buffer
	if err := setups.Write(&text, many); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []struct {
		name string
		most float64
		do   func()
	}{
		{"parse", 400 * many, func() { spec.Parse("pzgen.yaml", text.Bytes(), nil) }},
		{"fill", 60, func() { sh.Fill(values[0], &b) }},
		{"shape key", 60, func() { shape.Of(s) }},
	} {
		if got := testing.AllocsPerRun(5, stage.do); got > stage.most {
			t.Errorf("%s: %v allocations, at most %v are fine", stage.name, got, stage.most)
		}
	}
}

// What is held of a setup, while others are worked on, is little: 10,000 are to take 100 MB at most,
// with the manifest, which takes half as much again, what is being worked on, and garbage.
func TestHeld(t *testing.T) {
	const n, most = 2000, 2300
	var text bytes.Buffer
	if err := setups.Write(&text, n); err != nil {
		t.Fatal(err)
	}
	held := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := held()
	specs, ds, err := engine.Load(engine.Source{Files: []string{engine.Stdin}, Stdin: bytes.NewReader(text.Bytes())})
	if err != nil || ds.HasErrors() {
		t.Fatal(ds, err)
	}
	if got := (held() - before) / n; got > most || got < 500 {
		t.Errorf("%d bytes are held of each setup, at most %d are fine", got, most)
	}
	runtime.KeepAlive(specs)
}
