package terraform

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/pzgen/pzgen/internal/model"
)

var update = flag.Bool("update", false, "write the golden files")

// What is printed for the setups of the fixtures is in testdata for people to read.
func TestGolden(t *testing.T) {
	for _, s := range []*model.Setup{complete(t), existingRole(t), hostile(t)} {
		dir := filepath.Join("testdata", "golden", s.Name)
		var names []string
		for _, f := range printed(t, s) {
			name := filepath.Join("testdata", "golden", filepath.FromSlash(f.Path))
			names = append(names, filepath.Base(name))
			if *update {
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Error(err)
				continue
			}
			if !bytes.Equal(f.Data, want) {
				diff, _ := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: difflib.SplitLines(string(want)), B: difflib.SplitLines(string(f.Data)),
					FromFile: name, ToFile: "printed", Context: 2})
				t.Error(diff)
			}
		}
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !slices.Contains(names, e.Name()) {
				t.Errorf("%s: not printed any more", filepath.Join(dir, folder, e.Name()))
			}
		}
	}
}

// The same setup gives the same bytes, whatever was printed before.
func TestSameBytes(t *testing.T) {
	for _, s := range fixtures(t) {
		first := printed(t, s)
		for range 5 {
			for i, f := range printed(t, s) {
				if f.Path != first[i].Path || !bytes.Equal(f.Data, first[i].Data) {
					t.Fatalf("%s differs", f.Path)
				}
			}
		}
	}
}
