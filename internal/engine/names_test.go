package engine

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/output"
)

// Everything that pzgen writes for the examples has a name of its closed set, and without any
// manifest it is known to be pzgen's.
func TestNames(t *testing.T) {
	const out = "../../out"
	files := map[string][]output.File{}
	err := fs.WalkDir(os.DirFS(out), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(p, ".") {
			return err
		}
		if !isOurs(p) {
			t.Errorf("%s is not in the closed set of names", p)
		}
		data, err := os.ReadFile(filepath.Join(out, p))
		f := output.File{Path: p, Data: data, Mode: 0o644}
		files[topOf(p)] = append(files[topOf(p)], f)
		return err
	})
	if err != nil || len(files) < 10 {
		t.Fatal(len(files), err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(out)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, ".pzgen")); err != nil {
		t.Fatal(err)
	}
	w, err := output.Create(t.Context(), dir, output.Options{Writes: isOurs})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for _, list := range files {
		for i := range list {
			list[i].Data = append(list[i].Data, ' ') // another content than is there
		}
		if _, err := w.Put(list); err != nil {
			t.Fatal(err)
		}
	}
	res, err := w.Commit(t.Context())
	if err != nil || len(res.Edited)+len(res.Forced)+res.Unchanged > 0 {
		t.Errorf("%+v, %v", res, err)
	}
	for _, p := range []string{"x/terraform/backend.tf", "x/terraform/terraform.tfstate",
		"x/policies/mine.json", "x/shell/apply.sh/x", "x/install.sh", "_lib/x/y.sh", "_x/y.sh",
		"x/terraform/x/main.tf", "x/terraform/mine.auto.tfvars"} {
		if isOurs(p) {
			t.Errorf("%s is taken for a name of pzgen's", p)
		}
	}
}
