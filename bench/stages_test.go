package bench_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/pzgen/pzgen/bench/internal/setups"
	"github.com/pzgen/pzgen/generators"
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

// rendering gives how a setup becomes files.
func rendering(tb testing.TB) shape.Render {
	lib, err := templates.Default()
	if err != nil {
		tb.Fatal(err)
	}
	return func(s *spec.Setup) (*model.Setup, []output.File, error) {
		m, err := model.Build("pzgen.yaml", s, lib)
		if err != nil {
			return nil, nil, err
		}
		var files []output.File
		for _, g := range generators.For(s.Targets) {
			fs, err := g.Print(m)
			if err != nil {
				return nil, nil, err
			}
			files = append(files, fs...)
		}
		return m, files, nil
	}
}

// shaped gives a shape and the setups that have it.
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
	b.ReportAllocs()
	for b.Loop() {
		if r := proof.Prove(m, generators.Targets(), proof.Input{Files: files, Printed: files}); !r.OK() {
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

// BenchmarkWrite fills in and writes into fresh folders; BenchmarkUnchanged finds everything as it is to be.
func BenchmarkWrite(b *testing.B)     { writing(b, true) }
func BenchmarkUnchanged(b *testing.B) { writing(b, false) }

func writing(b *testing.B, fresh bool) {
	sh, values := shaped(b, 100)
	dir := b.TempDir()
	write := func(out string) {
		w, err := output.Create(b.Context(), out, output.Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer w.Abort()
		var buf shape.Buffer
		for _, v := range values {
			if _, err := w.Put(sh.Fill(v, &buf)); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := w.Commit(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	out := filepath.Join(dir, "out")
	write(out)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		if fresh {
			out = filepath.Join(dir, fmt.Sprint(i))
		}
		write(out)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(values)), "µs/setup")
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
		{"parse", 150 * many, func() { spec.Parse("pzgen.yaml", text.Bytes(), nil) }}, // 375 where each setup is parsed
		{"fill", 60, func() { sh.Fill(values[0], &b) }},
		{"shape key", 60, func() { shape.Of(s) }},
	} {
		if got := testing.AllocsPerRun(5, stage.do); got > stage.most {
			t.Errorf("%s: %v allocations, at most %v are fine", stage.name, got, stage.most)
		}
	}
}
