package engine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
)

const threeSharing = `version: 1
terraform: shared-modules
defaults:
  account: "111122223333"
  region: eu-west-1
  targets: [terraform]
  buckets: {data: {name: acme-<setup>-data}}
  workflows: [{type: import, from: data/items/}]
setups:
  fr: {}
  nl: {workflows: [{type: import, from: data/artikelen/}]}
  us: {workflows: [{type: export, to: data/results/}]}
`

// moduleIn returns the folder of the module that a setup calls.
func moduleIn(t *testing.T, out, setup string) string {
	t.Helper()
	main, err := os.ReadFile(filepath.Join(out, setup, "terraform", "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(main), `source = "../../`)
	dir, _, ok := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("%s calls no module:\n%s", setup, main)
	}
	return filepath.Join(out, filepath.FromSlash(dir))
}

// Modules that setups share are written once, compared, read by the proof of those that call them, and
// removed when none does any more, but by no run over a part of the setups.
func TestSharedModules(t *testing.T) {
	plain := func(g generators.Generator) generators.Generator { return g }
	out := filepath.Join(t.TempDir(), "out")
	whole := runOf(t, threeSharing, Selection{}, plain)
	generate(t, whole, out)
	fr, us := moduleIn(t, out, "fr"), moduleIn(t, out, "us")
	if fr != moduleIn(t, out, "nl") || fr == us {
		t.Errorf("modules %s and %s", fr, us)
	}
	if got := append(changes(t, whole, out), proved(t, whole, out)...); got != nil {
		t.Errorf("%q", got)
	}
	if again := generate(t, whole, out); again.Written > 0 {
		t.Errorf("%+v", again)
	}

	// A part of the setups writes what it needs and leaves the rest.
	part := filepath.Join(t.TempDir(), "out")
	generate(t, runOf(t, threeSharing, Selection{Setups: []string{"us"}}, plain), part)
	generate(t, runOf(t, threeSharing, Selection{Setups: []string{"fr"}}, plain), part)
	for _, shard := range []string{"1/2", "2/2"} {
		s, err := ParseShard(shard)
		if err != nil {
			t.Fatal(err)
		}
		generate(t, runOf(t, threeSharing, Selection{Shard: s}, plain), part)
	}
	if got := append(changes(t, whole, part), proved(t, whole, part)...); got != nil {
		t.Errorf("%q", got)
	}

	// One that nothing calls any more goes, and is found until then.
	same := runOf(t, strings.Replace(threeSharing, "{type: export, to: data/results/}", "{type: import, from: data/in/}", 1),
		Selection{}, plain)
	if got := changes(t, same, out); !slices.ContainsFunc(got, func(s string) bool {
		return strings.HasPrefix(s, "orphaned "+filepath.Base(us))
	}) {
		t.Errorf("%q", got)
	}
	if got := proved(t, same, out); !slices.ContainsFunc(got, func(s string) bool {
		return strings.HasPrefix(s, "closed \"_module-")
	}) {
		t.Errorf("%q", got)
	}
	if res := generate(t, same, out); res.Removed != 7 {
		t.Errorf("%+v", res)
	}
	if _, err := os.Stat(us); err == nil {
		t.Errorf("%s is still there", us)
	}
	if got := append(changes(t, same, out), proved(t, same, out)...); got != nil {
		t.Errorf("%q", got)
	}
}

// What is wrong with a module is found by the setups that call it, and by no others.
func TestSharedModuleFolder(t *testing.T) {
	plain := func(g generators.Generator) generators.Generator { return g }
	edit := func(name, old, new string) func(dir string) error {
		return func(dir string) error {
			p := filepath.Join(dir, name)
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			return os.WriteFile(p, []byte(strings.Replace(string(data), old, new, 1)), 0o644)
		}
	}
	for _, test := range []struct {
		name   string
		change func(dir string) error
		want   string // of a finding
	}{
		{"nothing", func(string) error { return nil }, ""},
		{"comment", edit("iam.tf", "# Personalize lists", "# It lists"), ""},
		{"wider", edit("iam.tf", "${var.import_from}*", "*"), "equal setup fr: role-policy of target terraform is not what the setup says"},
		{"narrower", edit("iam.tf", `"s3:GetObject"`, `"s3:GetObjectTagging"`), "equal setup nl: role-policy of target terraform is not what the setup says"},
		{"file", func(dir string) error { return os.WriteFile(dir+"/x.txt", nil, 0o644) },
			"closed setup fr: pzgen does not write a file \"x.txt\" here"},
		{"resource", func(dir string) error {
			return os.WriteFile(dir+"/x.tf", []byte("resource \"aws_iam_user\" \"x\" {\n  name = \"x\"\n}\n"), 0o644)
		}, "closed setup fr: pzgen does not write a file \"x.tf\" here"},
		{"missing file", func(dir string) error { return os.Remove(dir + "/s3.tf") },
			"missing setup fr: file of target terraform is missing"},
		{"missing folder", os.RemoveAll, "missing setup fr: file of target terraform is missing"},
		{"link", func(dir string) error { return os.Symlink("iam.tf", dir+"/x.tf") },
			"closed setup fr: target terraform is not read: it is a symbolic link"},
		{"folder", func(dir string) error { return os.Mkdir(dir+"/x", 0o755) },
			"closed setup fr: it is a folder that pzgen did not write"},
		{"mode", func(dir string) error { return os.Chmod(dir+"/iam.tf", 0o755) },
			"closed setup fr: file has mode 755, and pzgen writes it with 644"},
		{"another module", func(dir string) error { return os.Mkdir(dir+"x", 0o755) },
			"closed \"_module-"},
		{"link beside", func(dir string) error { return os.Symlink(filepath.Base(dir), dir+"x") },
			"closed \"_module-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			run := runOf(t, threeSharing, Selection{}, plain)
			generate(t, run, out)
			if err := test.change(moduleIn(t, out, "fr")); err != nil {
				t.Skip(err)
			}
			got := proved(t, run, out)
			has := slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, test.want) })
			if test.want == "" && got != nil || test.want != "" && !has {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
			if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "setup us:") }) {
				t.Errorf("a setup that does not call it is accused: %q", got)
			}
			if test.name != "nothing" && changes(t, run, out) == nil {
				t.Error("check finds nothing")
			}
			generate(t, run, out)
		})
	}
}
