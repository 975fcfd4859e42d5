package generators_test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
)

func linked(t *testing.T, names ...string) []*spec.Setup {
	t.Helper()
	var files spec.Files
	var ds spec.Diagnostics
	var all []*spec.Setup
	for _, name := range names {
		s, more := files.Load("../spec/examples/" + name)
		ds = append(ds, more...)
		if s != nil {
			all = append(all, s.Setups...)
		}
	}
	if ds = files.Link(ds); ds.HasErrors() {
		t.Fatal(ds)
	}
	slices.SortFunc(all, func(a, b *spec.Setup) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func root(t *testing.T, mode string, setups []*spec.Setup) []output.File {
	t.Helper()
	files, err := generators.Root(mode, "a.yaml, b.yaml", setups)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func dataOf(t *testing.T, files []output.File, name string) string {
	t.Helper()
	for _, f := range files {
		if f.Path == name {
			return string(f.Data)
		}
	}
	t.Fatalf("there is no %s", name)
	return ""
}

// A root module is read as Terraform reads it: each setup's module is called once, with the provider
// of its account and region, and after those that it needs.
func TestRootModule(t *testing.T) {
	setups := linked(t, "shared.yaml", "ten-setups.yaml", "stages.yaml")
	for _, mode := range spec.RootModes() {
		called := map[string]bool{}
		after := 0
		files := root(t, mode, setups)
		for _, f := range files {
			if path.Base(f.Path) != "main.tf" {
				continue
			}
			providers := map[string][2]string{} // account and region by alias
			for _, b := range blocks(t, path.Dir(f.Path)+"/providers.tf", dataOf(t, files, path.Dir(f.Path)+"/providers.tf")) {
				accounts := text(t, b, "allowed_account_ids")
				providers["aws."+text(t, b, "alias")] = [2]string{accounts, text(t, b, "region")}
			}
			for _, b := range blocks(t, f.Path, string(f.Data)) {
				if b.Type == "moved" {
					continue
				}
				source := path.Join(path.Dir(f.Path), text(t, b, "source"))
				at := slices.IndexFunc(setups, func(s *spec.Setup) bool { return s.Name+"/terraform" == source })
				if b.Type != "module" || at < 0 || called[source] {
					t.Fatalf("%s: block %s %q has the source %q", f.Path, b.Type, b.Labels, source)
				}
				called[source] = true
				s := setups[at]
				m := regexp.MustCompile(`aws = (aws\.\w+)`).FindStringSubmatch(written(f, b.Body.Attributes["providers"]))
				if m == nil || providers[m[1]] != [2]string{s.Account, s.Region} {
					t.Errorf("%s: setup %s has the provider %q of %q", f.Path, s.Name, m, providers)
				}
				var needs []string
				for _, o := range s.Owners {
					needs = append(needs, "module.personalize_"+strings.ReplaceAll(o.Name, "-", "_"))
				}
				list := ""
				if a := b.Body.Attributes["depends_on"]; a != nil {
					list = written(f, a)
					after++
				}
				if mode == spec.RootOneState && (len(needs) > 0) != (list != "") ||
					slices.ContainsFunc(needs, func(n string) bool { return mode == spec.RootOneState && !strings.Contains(list, n) }) {
					t.Errorf("%s: setup %s needs %q and has %q", f.Path, s.Name, needs, list)
				}
			}
		}
		if len(called) != len(setups) || mode == spec.RootOneState && after != 3 {
			t.Errorf("%s: %d of %d modules are called, %d after others", mode, len(called), len(setups), after)
		}
	}
}

func written(f output.File, a *hclsyntax.Attribute) string {
	return string(a.Expr.Range().SliceBytes(f.Data))
}

func text(t *testing.T, b *hclsyntax.Block, name string) string {
	t.Helper()
	v, diags := b.Body.Attributes[name].Expr.Value(nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if v.Type().IsTupleType() {
		v = v.AsValueSlice()[0]
	}
	return v.AsString()
}

func blocks(t *testing.T, name, data string) []*hclsyntax.Block {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte(data), name, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return f.Body.(*hclsyntax.Body).Blocks
}

// The command of the Makefile is that of the setup's README, but for the folder that it runs in.
func TestRootStackCommand(t *testing.T) {
	make := dataOf(t, root(t, spec.RootOneState, linked(t, "ten-setups.yaml")), "_root/Makefile")
	for _, want := range []string{
		"aws cloudformation deploy --region us-east-1 --stack-name personalize-shop-us",
		"--template-file ../shop-us/cloudformation/template.yaml",
		"--parameter-overrides file://../shop-us/cloudformation/parameters.json",
		"$(call as,777788889999) ../shop-us/shell/apply.sh $(FLAGS)",
	} {
		if !strings.Contains(make, want) {
			t.Errorf("the Makefile has no %q:\n%s", want, make)
		}
	}
	// A variable of this name in the environment does not reach the Makefile.
	for _, v := range regexp.MustCompile(`\$\(([A-Z]+)\)`).FindAllStringSubmatch(make, -1) {
		if !strings.Contains(make, "\n"+v[1]+" =\n") {
			t.Errorf("%s can be taken from the environment", v[1])
		}
	}
	many := dataOf(t, root(t, spec.RootOneState, linked(t, "stack-set.yaml")), "_root/Makefile")
	if strings.Contains(many, "aws cloudformation deploy") || !strings.Contains(many, "is deployed by a stack set") {
		t.Errorf("a stack set is deployed like a stack:\n%s", many)
	}
}

func TestRootOwn(t *testing.T) {
	for p, want := range map[string][2]bool{ // own, left by a tool
		"_root/terraform/backend.tf":                      {true, false},
		"_root/terraform/shop/backend.tf":                 {true, false},
		"_root/terraform/backend.tf/x":                    {false, false},
		"_root/terraform/shop/more/backend.tf":            {false, false},
		"_root/backend.tf":                                {false, false},
		"_root/terraform/main.tf":                         {false, false},
		"_root/terraform/extra.tf":                        {false, false},
		"_root/terraform/.terraform/x/y":                  {false, true},
		"_root/terraform/shop/.terraform":                 {false, true},
		"_root/terraform/terraform.tfstate.d/x":           {false, true},
		"_root/terraform/shop/terraform.tfstate":          {false, true},
		"_root/terraform/.terraform.lock.hcl":             {false, true},
		"shop/terraform/backend.tf":                       {false, false},
		"_root/terraform/terraform.tfstate.d/backend.tf":  {false, true},
		"_root/terraform/.terraform/modules/x/backend.tf": {false, true},
		"_root/shop/backend.tf":                           {false, false},
	} {
		if got := [2]bool{generators.RootOwn(p), generators.RootLeftover(p)}; got != want {
			t.Errorf("%s is %v, want %v", p, got, want)
		}
	}
}

// What Root writes is known again, and nothing else is: each file with a byte more or less, changed, or
// gone, and a file beside.
func TestIsRoot(t *testing.T) {
	for _, names := range [][]string{{"shared.yaml", "ten-setups.yaml"}, {"stages.yaml"}, {"stack-set.yaml"}, {"minimal.yaml", "full.yaml"}} {
		setups := linked(t, names...)
		setups[0].Was = []string{"one-of-old", "another"}
		for _, mode := range spec.RootModes() {
			files := root(t, mode, setups)
			if !generators.IsRoot(files) {
				t.Errorf("%v, %s: it is not known again", names, mode)
			}
			for i, f := range files {
				other := slices.Clone(files)
				for _, data := range []string{string(f.Data) + "\n", string(f.Data[:len(f.Data)-2]),
					strings.Replace(string(f.Data), "\n\n", "\n\tid\n", 1), strings.Replace(string(f.Data), "111122223333", "111122223334", 1)} {
					other[i].Data = []byte(data)
					if data != string(f.Data) && generators.IsRoot(other) {
						t.Errorf("%v, %s: %s with another content is taken for pzgen's:\n%s", names, mode, f.Path, data)
					}
				}
				other[i] = f
				other[i].Mode = 0o755
				if generators.IsRoot(other) || generators.IsRoot(slices.Delete(slices.Clone(files), i, i+1)) {
					t.Errorf("%v, %s: %s can be missing or executable", names, mode, f.Path)
				}
			}
			if generators.IsRoot(append(files, output.File{Path: "_root/terraform/more.tf", Mode: 0o644})) {
				t.Errorf("%v, %s: a file beside is not seen", names, mode)
			}
		}
	}
	if generators.IsRoot(nil) {
		t.Error("nothing is taken for something")
	}
}

// What is printed without quotes is not taken from files: make would run it.
func TestIsRootCommands(t *testing.T) {
	setups := linked(t, "shared.yaml")
	for _, target := range generators.Names() {
		for _, s := range setups {
			s.Targets = []string{target}
		}
		for _, mode := range spec.RootModes() {
			files := root(t, mode, setups)
			if !generators.IsRoot(files) {
				t.Errorf("%s, %s: it is not known again", target, mode)
			}
			for what, with := range map[string]string{
				setups[0].Account: "${shell id}", "$(call as," + setups[0].Account: "$(call as,${eval SHELL=id}",
				"--region " + setups[0].Region: "--region --debug", "/" + setups[0].Name: "/" + setups[0].Name + "-",
				"../": "../-",
			} {
				other := slices.Clone(files)
				changed := false
				for i, f := range files {
					other[i].Data = []byte(strings.ReplaceAll(string(f.Data), what, with))
					changed = changed || string(other[i].Data) != string(f.Data)
				}
				if changed && generators.IsRoot(other) {
					t.Errorf("%s, %s: %q in place of %q is taken for pzgen's:\n%s", target, mode, with, what, other[0].Data)
				}
			}
		}
	}
}

// The name of a spec is in comments alone, whatever it has.
func TestRootSpecName(t *testing.T) {
	setups := linked(t, "minimal.yaml")
	plain, err := generators.Root(spec.RootOneState, "a b.yaml", setups)
	if err != nil {
		t.Fatal(err)
	}
	odd, err := generators.Root(spec.RootOneState, "\x00a\r\n\x00\nb.yaml\u0085", setups)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range plain {
		if string(odd[i].Data) != string(f.Data) {
			t.Errorf("the name of the spec changes %s:\n%s", f.Path, odd[i].Data)
		}
	}
}
