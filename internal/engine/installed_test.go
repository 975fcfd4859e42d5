package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
)

// Who takes the line for shared modules out of a spec is told that Terraform destroys what there is,
// once for each setup; who says that modules are own ones again is not, nor is a run that writes none.
func TestAbandonedModules(t *testing.T) {
	plain := func(g generators.Generator) generators.Generator { return g }
	const line = "terraform: shared-modules\n"
	for _, test := range []struct {
		name, spec string
		targets    []string
		want       int
	}{
		{"left out", strings.Replace(threeSharing, line, "", 1), nil, 3},
		{"own again", strings.Replace(threeSharing, "shared-modules", "own-modules", 1), nil, 0},
		{"the same", threeSharing, nil, 0},
		{"another target", strings.NewReplacer(line, "", "[terraform]", "[terraform, json]").Replace(threeSharing),
			[]string{"json"}, 0},
	} {
		out := filepath.Join(t.TempDir(), "out")
		generate(t, runOf(t, threeSharing, Selection{}, plain), out)
		run := runOf(t, test.spec, Selection{Targets: test.targets}, plain)
		for _, want := range []int{test.want, 0} {
			var told []string
			_, err := run.Generate(t.Context(), out, Writing{}, func(g Generated) error {
				for _, f := range g.Found {
					told = append(told, f.Text())
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(told) != want || want > 0 && !strings.Contains(told[0], "terraform: own-modules") {
				t.Errorf("%s: %d are told, expected %d: %q", test.name, len(told), want, told)
			}
		}
	}
}

// What Terraform keeps of a module that is called holds as long as it says that this is where it is
// called from: a plan reads the module from there, and init leaves it so.
func TestInstalledModules(t *testing.T) {
	plain := func(g generators.Generator) generators.Generator { return g }
	run, kept := runOf(t, threeSharing, Selection{}, plain), "terraform/.terraform/modules"
	for _, test := range []struct{ name, dir, want string }{
		{"as called", "", ""},
		{"elsewhere", "elsewhere/", "closed setup fr: it has Terraform take a module from elsewhere"},
		{"a link", "", "closed setup fr: target terraform is not read: it is a symbolic link"},
		{"another case", "Elsewhere/", "closed setup fr: it has Terraform take a module from elsewhere"},
	} {
		out := filepath.Join(t.TempDir(), "out")
		generate(t, run, out)
		at := filepath.Join(out, "fr", kept)
		if test.name == "another case" {
			at = filepath.Join(out, "fr", "terraform/.terraform/Modules")
		}
		module := filepath.Base(moduleIn(t, out, "fr"))
		notes := `{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"personalize","Source":"../../` + module +
			`","Dir":"../../` + test.dir + module + `"}]}`
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		if err == nil && test.name == "a link" {
			err = os.Symlink("../../../us", at)
		} else if err == nil {
			if err = os.Mkdir(at, 0o755); err == nil {
				err = os.WriteFile(filepath.Join(at, "modules.json"), []byte(notes), 0o644)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		got := proved(t, run, out)
		if test.want == "" && got != nil || test.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], test.want)) {
			t.Errorf("%s: %q, expected %q", test.name, got, test.want)
		}
		if got := changes(t, run, out); got != nil {
			t.Errorf("%s: check finds %q", test.name, got)
		}
	}
}
