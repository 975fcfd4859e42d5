package diff

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/snapshot"
)

// A file in a setup's folder that no reader reads is told, where it is new or says something else.
func TestStrangers(t *testing.T) {
	base := map[string]string{}
	for _, folder := range []string{"minimal", "_lib"} {
		err := filepath.WalkDir("../../out/"+folder, func(p string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				var data []byte
				data, err = os.ReadFile(p)
				base[filepath.ToSlash(strings.TrimPrefix(p, "../../out/"))] = string(data)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	with := func(files map[string]string) map[string]string {
		all := maps.Clone(base)
		maps.Copy(all, files)
		return all
	}
	type files = map[string]string
	for name, c := range map[string]struct {
		old, new files
		want     string
	}{
		"beside apply.sh":              {nil, files{"minimal/shell/after.sh": "x"}, `undecided file "shell/after.sh" was not read: it is new, or says something else`},
		"below it":                     {nil, files{"minimal/shell/lib/x.sh": "x"}, `undecided file "shell/lib/x.sh" was not read: it is new, or says something else`},
		"beside all":                   {nil, files{"minimal/deploy.sh": "x"}, `undecided file "deploy.sh" was not read: it is new, or says something else`},
		"in another folder":            {nil, files{"minimal/x/README.md": "x"}, `undecided file "x/README.md" was not read: it is new, or says something else`},
		"beside the setups":            {nil, files{"deploy.sh": "x"}, `undecided file "deploy.sh" was not read: it is new, or says something else`},
		"a module beside them":         {files{"main.tf": "x"}, files{"main.tf": "y"}, `undecided file "main.tf" was not read: it is new, or says something else`},
		"a folder beside them":         {nil, files{"more/main.tf": "x"}, `undecided file "more/main.tf" was not read: it is new, or says something else`},
		"a folder like a shared one":   {nil, files{"_libs/x.sh": "x"}, `undecided file "_libs/x.sh" was not read: it is new, or says something else`},
		"a file like a shared folder":  {nil, files{"_x": "x"}, `undecided file "_x" was not read: it is new, or says something else`},
		"beside a spec":                {files{"pzgen.yaml": "x"}, files{"pzgen.yaml": "x", "main.go": "x"}, ""},
		"a file like a spec":           {nil, files{"x.yaml": "x"}, `undecided file "x.yaml" was not read: it is new, or says something else`},
		"of git":                       {nil, files{".gitignore": "x"}, ""},
		"like a state":                 {nil, files{"minimal/terraform/terraform.tfstate.auto.tfvars": "x"}, `undecided not understood: file "terraform.tfstate.auto.tfvars": terraform takes values of variables from it, a hidden one too`},
		"for Terraform":                {nil, files{"minimal/terraform/run.sh": "x"}, `undecided file "terraform/run.sh" was not read: it is new, or says something else`},
		"changed":                      {files{"minimal/shell/a.sh": "x"}, files{"minimal/shell/a.sh": "y"}, `undecided file "shell/a.sh" was not read: it is new, or says something else`},
		"the same":                     {files{"minimal/shell/a.sh": "x"}, files{"minimal/shell/a.sh": "x"}, ""},
		"gone":                         {files{"minimal/shell/a.sh": "x"}, nil, `setting file "shell/a.sh" is not there any more, and was not read`},
		"a library of another content": {files{"_lib/s3.sh": "x"}, files{"_lib/s3.sh": "y"}, `undecided not understood: file "s3.sh": it is not the library that this pzgen knows the meaning of`},
		"the page":                     {nil, files{"minimal/README.md": "x"}, ""},
		"what Terraform leaves":        {nil, files{"minimal/terraform/.terraform.lock.hcl": "x"}, ""},
	} {
		if got, _ := folders(t, with(c.old), with(c.new)); strings.Join(got, "\n") != c.want {
			t.Errorf("%s: %q, expected %q", name, got, c.want)
		}
	}
	// One that the spec names as the user's own is not told.
	dir := t.TempDir()
	for name, text := range with(files{"minimal/shell/a.sh": "x", "minimal/shell/b.sh": "x"}) {
		name = filepath.Join(dir, "out", name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("../../spec/examples/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(string(text), "  minimal:\n", "  minimal:\n    ownFiles: [shell/a.sh]\n", 1)
	if err := os.WriteFile(filepath.Join(dir, "own.yaml"), []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	open := func(name string) *snapshot.Input {
		in, err := snapshot.Open(t.Context(), filepath.Join(dir, name), snapshot.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	changes, err := Inputs(t.Context(), open("own.yaml"), open("out"))
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(changes, func(c Change) bool { return c.Subject == `file "shell/a.sh"` }) ||
		!slices.ContainsFunc(changes, func(c Change) bool { return c.Subject == `file "shell/b.sh"` }) {
		t.Errorf("%q", lines(changes))
	}
}

// What is behind a link is not read, and so it is never the same.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, side := range []string{"old", "new"} {
		if err := os.Mkdir(filepath.Join(dir, side), 0o755); err != nil {
			t.Fatal(err)
		}
		write(side+"/main.tf", "terraform {\n required_version = \">= 1.5\"\n}\n")
	}
	compare := func() []string {
		changes := changesOf(t, filepath.Join(dir, "old"), filepath.Join(dir, "new"))
		return lines(changes)
	}
	if got := compare(); len(got) != 0 {
		t.Errorf("%q", got)
	}
	write("more.tf", `resource "aws_iam_role" "r" {}`)
	for _, side := range []string{"new", "old"} { // on one side, and on both
		if err := os.Symlink("../more.tf", filepath.Join(dir, side, "more.tf")); err != nil {
			t.Skip(err)
		}
		got := compare()
		if len(got) != 1 || !strings.Contains(got[0], `file "more.tf": it is no regular file`) {
			t.Errorf("%q", got)
		}
	}
}

// changesOf returns what changes between two inputs, by their names.
func changesOf(t *testing.T, old, new string) []Change {
	t.Helper()
	var sides [2]*snapshot.Input
	for i, name := range [2]string{old, new} {
		var err error
		if sides[i], err = snapshot.Open(t.Context(), name, snapshot.Options{Dir: "."}); err != nil {
			t.Fatal(err)
		}
	}
	changes, err := Inputs(t.Context(), sides[0], sides[1])
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

// A link in an output folder is told wherever it is, but for what is of git.
func TestStrayLinks(t *testing.T) {
	dir := t.TempDir()
	for _, side := range []string{"old", "new"} {
		for _, folder := range []string{"minimal", "_lib"} {
			if err := os.CopyFS(filepath.Join(dir, side, folder), os.DirFS("../../out/"+folder)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, told := range map[string]bool{"go.sh": true, "_x": true, "more/go.sh": true, "_lib/go.sh": true,
		"_root/go.sh": true, "minimal/go.sh": true, ".git": false} {
		link := filepath.Join(dir, "new", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(dir, link); err != nil {
			t.Skip(err)
		}
		changes := changesOf(t, filepath.Join(dir, "old"), filepath.Join(dir, "new"))
		if got := lines(changes); (len(got) > 0) != told || told && !strings.Contains(strings.Join(got, "\n"), "go.sh") && !strings.Contains(got[0], `"_x"`) {
			t.Errorf("%s: %q", name, got)
		}
		if err := os.Remove(link); err != nil {
			t.Fatal(err)
		}
	}
}
