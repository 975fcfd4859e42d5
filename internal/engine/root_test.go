package engine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
)

// Check and verify both say what is in a root module beside what pzgen writes and the user's own file,
// which says where a state is kept and nothing else.
func TestRootBeside(t *testing.T) {
	plain := func(g generators.Generator) generators.Generator { return g }
	backend := "terraform {\n  backend \"s3\" {}\n}\n"
	text := strings.ReplaceAll("root: one-state\n"+twoSetups, "shell]", "terraform]")
	for _, test := range []struct {
		path, data  string // "" is a folder
		check, note string
		finds       bool
	}{
		{"terraform/backend.tf", backend, "", "", false},
		{"terraform/backend.tf", backend + "module \"x\" {\n  source = \"./x\"\n}\n", "unknown", "", true},
		{"terraform/backend.tf", "{", "unknown", "", true},
		{"terraform/backend.tf", "", "unknown", "", true},
		{"terraform/backend.tf/x", "x", "unknown", "", true},
		{"terraform/Backend.tf", backend, "unknown", "", true},
		{"terraform/backend.tf.json", "{}", "unknown", "", true},
		{"terraform/x_override.tf", backend, "unknown", "", true},
		{"terraform/terraform.tfvars", "roles = {}\n", "unknown", "", true},
		{"terraform/x/main.tf", "x", "unknown", "", true},
		{"GNUmakefile", "x", "unknown", "", true},
		{".x", "x", "unknown", "", true},
		{"x", "", "unknown", "", true},
		{"terraform/.terraform/providers/x", "x", "", "_root/terraform/.terraform", false},
		{"terraform/.terraform/modules/modules.json", `{"Modules":[{"Key":"","Source":"","Dir":"."}]}`,
			"", "_root/terraform/.terraform", false},
		{"terraform/.terraform/modules/modules.json", `{"Modules":[{"Key":"x","Source":"../x","Dir":"x"}]}`,
			"", "_root/terraform/.terraform", true},
		{"terraform/terraform.tfstate", "x", "", "_root/terraform/terraform.tfstate", false},
		{"Makefile", "x", "edited", "", true},
	} {
		r := runOf(t, text, Selection{}, plain)
		out := filepath.Join(t.TempDir(), "out")
		generate(t, r, out)
		name := filepath.Join(out, "_root", filepath.FromSlash(test.path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		err := os.WriteFile(name, []byte(test.data), 0o644)
		if test.data == "" {
			err = os.Remove(name)
			if err == nil {
				err = os.Mkdir(name, 0o755)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		found := changes(t, r, out)
		if test.check == "" && found != nil || test.check != "" && (len(found) != 1 || !strings.HasPrefix(found[0], test.check+" _root/")) {
			t.Errorf("%s: check finds %q", test.path, found)
		}
		findings := 0
		var notes []string
		err = r.Verify(t.Context(), out, func(v Verified) error {
			findings += len(v.Found)
			for _, n := range v.Notes {
				notes = append(notes, n.File)
			}
			return nil
		})
		if err != nil || (findings > 0) != test.finds {
			t.Errorf("%s: verify has %d findings, %v", test.path, findings, err)
		}
		if test.note != "" && !slices.Contains(notes, filepath.ToSlash(filepath.Join(out, test.note))) {
			t.Errorf("%s: what is left is not among the notes %q", test.path, notes)
		}
	}
}
