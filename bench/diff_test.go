package bench_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/bench/internal/setups"
	"github.com/pzgen/pzgen/internal/diff"
	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/snapshot"
)

// committed generates n setups in a repository, commits them, and goes there.
func committed(b *testing.B, n int) string {
	b.Helper()
	b.Chdir(b.TempDir())
	var spec bytes.Buffer
	if err := setups.Write(&spec, n); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile("pzgen.yaml", spec.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	writeOut(b)
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "a"}} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			b.Skipf("git %q: %v %s", args, err, out)
		}
	}
	return spec.String()
}

func writeOut(b *testing.B) {
	b.Helper()
	specs, _, err := engine.Load(engine.Source{Files: []string{"pzgen.yaml"}})
	if err != nil {
		b.Fatal(err)
	}
	run, err := specs.Select(engine.Selection{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := run.Generate(b.Context(), "out", engine.Writing{}, func(engine.Generated) error { return nil }); err != nil {
		b.Fatal(err)
	}
}

func compareWithCommit(b *testing.B, want int) {
	b.Helper()
	for b.Loop() {
		var sides [2]*snapshot.Input
		for i, arg := range []string{"git:HEAD:out", "out"} {
			in, err := snapshot.Open(b.Context(), arg, snapshot.Options{Dir: "."})
			if err != nil {
				b.Fatal(err)
			}
			sides[i] = in
		}
		changes, err := diff.Inputs(b.Context(), sides[0], sides[1])
		if err != nil || len(changes) != want {
			b.Fatalf("%d changes, want %d; %v", len(changes), want, err)
		}
	}
}

// A thousand setups against the last commit, of which none, one or all changed.
func BenchmarkDiffUnchanged1000(b *testing.B) {
	committed(b, 1000)
	compareWithCommit(b, 0)
}

func BenchmarkDiffOneOf1000(b *testing.B) {
	edit(b, committed(b, 1000), 1)
	compareWithCommit(b, 4)
}

func BenchmarkDiffAllOf100(b *testing.B) {
	edit(b, committed(b, 100), -1)
	compareWithCommit(b, 400)
}

// edit moves the data of n setups to another prefix, and generates them again.
func edit(b *testing.B, spec string, n int) {
	b.Helper()
	changed := strings.Replace(spec, "data/import/", "data/other/", n)
	if err := os.WriteFile("pzgen.yaml", []byte(changed), 0o600); err != nil {
		b.Fatal(err)
	}
	writeOut(b)
}
