package cloudformation

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// A key that is told by its alias has no ARN that a template could hold.
func TestFoundKey(t *testing.T) {
	m := largest(t)
	m.Keys[0].ARN, m.Keys[0].Found = "", true
	if _, err := Print(m); err == nil || !strings.Contains(err.Error(), "a template needs its ARN") {
		t.Errorf("it is printed: %v", err)
	}
}

// examples builds every setup of the example specs that wants a template.
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
	for _, f := range files {
		loaded, diagnostics := spec.Load(f)
		if loaded == nil {
			t.Fatal(diagnostics)
		}
		for _, s := range loaded.Setups {
			if !slices.Contains(s.Targets, "cloudformation") {
				continue
			}
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
		for _, d := range differences(t, s, printed(t, s)) {
			t.Errorf("%s: %s", s.Name, d)
		}
	}
}

// largest is the example with the largest template.
func largest(b testing.TB) *model.Setup {
	for _, s := range examples(b) {
		if s.Name == "encrypted" {
			return s
		}
	}
	b.Fatal("the example encrypted is gone")
	return nil
}

var sink any

func BenchmarkPrint(b *testing.B) {
	s := largest(b)
	b.ReportAllocs()
	for range b.N {
		sink = printed(b, s)
	}
}

func BenchmarkParse(b *testing.B) {
	s := largest(b)
	in := input(s, printed(b, s))
	b.ReportAllocs()
	for range b.N {
		read, err := Parse(in)
		if err != nil {
			b.Fatal(err)
		}
		sink = read
	}
}

func BenchmarkRead(b *testing.B) {
	s := largest(b)
	read, err := Parse(input(s, printed(b, s)))
	if err != nil {
		b.Fatal(err)
	}
	v := values(s, s.SyntheticEnv(1))
	b.ReportAllocs()
	for range b.N {
		state, err := read(v)
		if err != nil {
			b.Fatal(err)
		}
		sink = state
	}
}

func BenchmarkWant(b *testing.B) {
	s := largest(b)
	for range b.N {
		sink = Want(s)
	}
}
