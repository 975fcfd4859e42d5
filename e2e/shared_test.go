//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// newShared starts the account of spec/examples/shared.yaml, in which there is nothing but whom
// operators are attached to.
func newShared(t *testing.T, socket string) *world {
	t.Helper()
	w := newWorld(t, socket, "shared.yaml", "lake", nil)
	for _, name := range []string{"ShopLoader", "NewsEditor"} {
		w.aws("iam", "create-role", "--role-name="+name, "--assume-role-policy-document", nobody)
	}
	w.before = w.state()
	return w
}

// users are the setups that use what lake has, in an order in which they can be applied.
var users = []string{"lake-shop", "lake-news", "lake-us"}

// take has the world be that of another setup of the spec.
func (w *world) take(name string) *model.Setup {
	w.setup = w.find(name)
	return w.setup
}

// withoutUser takes a setup out of the spec.
func (w *world) withoutUser(t *testing.T, name string) {
	t.Helper()
	w.editSpec(t, func(top *yaml.Node) { remove(child(top, "setups"), name) })
}

// asModules has the spec say how Terraform is generated, and puts the modules of setups anew.
func (w *world) asModules(t *testing.T, mode string, setups ...string) {
	t.Helper()
	w.editSpec(t, func(top *yaml.Node) {
		remove(top, "terraform")
		top.Content = append(top.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "terraform"},
			&yaml.Node{Kind: yaml.ScalarNode, Value: mode})
	})
	for _, name := range setups {
		if err := os.RemoveAll(filepath.Join(w.dir, "out", name, "terraform")); err != nil {
			t.Fatal(err)
		}
		w.put(w.take(name), "terraform")
	}
}

func (w *world) editSpec(t *testing.T, edit func(top *yaml.Node)) {
	t.Helper()
	text, err := os.ReadFile(w.spec)
	if err != nil {
		t.Fatal(err)
	}
	var file yaml.Node
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	edit(file.Content[0])
	if text, err = yaml.Marshal(&file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.spec, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// holds requires the policy of a bucket to have statements for a setup, or to have none.
func (w *world) holds(t *testing.T, s *state, bucket, setup string, want bool) {
	t.Helper()
	doc := s.Buckets[bucket].Policy
	if _, err := policy.DecodeJSON([]byte(doc)); err != nil {
		t.Fatal(err)
	}
	if has := strings.Contains(doc, model.SidSuffix(setup)+model.SidMarker+model.SidSuffix("lake")); has != want {
		t.Errorf("bucket %s has statements for setup %s: %v\n%s", bucket, setup, has, doc)
	}
}

// policiesOf returns what is in the policies of buckets and keys.
func policiesOf(s *state) string {
	text := ""
	for _, name := range []string{"acme-personalize-lake", "acme-personalize-open"} {
		text += s.Buckets[name].Policy + "\n"
	}
	for _, k := range s.Keys {
		if strings.Contains(k.Policy, "PersonalizeRoleUsesKeyLake\"") {
			text += k.Policy + "\n"
		}
	}
	return text
}

// TestRealSharedShell applies setups that use one bucket, one key and one role: a user waits for its
// owner, whose policies hold the statements of all; a second run of all changes nothing; a user that
// goes takes its own along, and what is the owner's when the owner is applied without it.
func TestRealSharedShell(t *testing.T) {
	needShell(t)
	w := newShared(t, startAWS(t))
	w.put(w.take("lake-news"), "shell")
	w.refused(t, "there is no role Personalize-lake, which the setup lake makes: apply lake first", "apply.sh", "--yes")
	w.put(w.take("lake-shop"), "shell")
	w.refused(t, "there is no key with the alias alias/personalize/lake, which the setup lake has: apply lake first", "apply.sh", "--yes")
	lake := w.take("lake")
	w.put(lake, "shell")
	w.must(t, "apply.sh", "--yes")
	w.agrees(t, lake, w.state())
	before := policiesOf(w.state())
	for _, name := range users {
		m := w.take(name)
		w.put(m, "shell")
		if name == "lake-us" {
			w.region = m.Region // where state looks
		}
		w.must(t, "apply.sh", "--yes")
		w.region = lake.Region
	}
	// The Makefile runs all again, each after what it needs.
	w.putRoot(t, spec.RootPerSetup)
	w.proxy.reset()
	cmd := testtool.Command(t, testtool.Need(t, "make"), "-C", filepath.Join(w.dir, "out", "_root"), "shell", "FLAGS=--yes")
	cmd.Env = append(os.Environ(), w.env(w.front)...)
	out, err := cmd.CombinedOutput()
	if again := w.proxy.changes(); err != nil || len(again) > 0 || strings.Count(string(out), "apply.sh --yes") != 4 {
		t.Errorf("make shell, a second run of all: %v, it changes %q\n%s", err, again, out)
	}
	if now := policiesOf(w.state()); now != before {
		t.Errorf("users change policies of the owner:\n%s", difference(before, now))
	}

	// A user that needs more there is refused until the owner has it.
	w.inSpec(t, "from: data/shop/", "from: data/shop-two/")
	w.put(w.take("lake-shop"), "shell")
	w.refused(t, "generate and apply lake first", "apply.sh", "--yes")
	w.put(w.take("lake"), "shell")
	w.must(t, "apply.sh", "--yes")
	w.take("lake-shop")
	w.must(t, "apply.sh", "--yes")

	// It goes.
	before = policiesOf(w.state())
	w.proxy.reset()
	clear(w.proxy.groups) // the encrypted dataset group would keep the role
	w.must(t, "destroy.sh", "--yes")
	s := w.state()
	if now := policiesOf(s); now != before || s.Roles["Personalize-lake-shop"] != nil {
		t.Errorf("destroying a user changes policies of the owner, or leaves its role:\n%s", difference(before, now))
	}
	w.withoutUser(t, "lake-shop")
	lake = w.take("lake")
	w.put(lake, "shell")
	w.must(t, "apply.sh", "--yes")
	s = w.state()
	w.agrees(t, lake, s)
	w.holds(t, s, "acme-personalize-lake", "lake-shop", false)
	w.holds(t, s, "acme-personalize-open", "lake-news", true)
}

// inSpec replaces a text in the spec.
func (w *world) inSpec(t *testing.T, old, new string) {
	t.Helper()
	text, err := os.ReadFile(w.spec)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("the spec has no %q: %v", old, err)
	}
	if err := os.WriteFile(w.spec, []byte(strings.ReplaceAll(string(text), old, new)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// putRoot writes what concerns all setups of the spec together.
func (w *world) putRoot(t *testing.T, mode string) {
	t.Helper()
	var files spec.Files
	s, ds := files.Load(w.spec)
	if ds = files.Link(ds); ds.HasErrors() {
		t.Fatal(ds)
	}
	root, err := generators.Root(mode, "pzgen.yaml", s.Setups)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range root {
		w.write("out/"+f.Path, f.Data)
	}
}

// TestRealSharedTerraform does the same with the root modules: with a state for each setup, a plan of
// a user fails before the owner is there; with one state, all are applied at once, and a user that
// leaves the spec takes along what is its own and what the owner has for it. What the test changes
// in the provider blocks is what moto needs.
func TestRealSharedTerraform(t *testing.T) {
	tf := testtool.NeedTerraform(t)
	t.Parallel() // it waits for most of its time
	w := newShared(t, startAWS(t))
	w.handsOff = true
	env := w.env(w.front)
	for _, name := range append([]string{"lake"}, users...) {
		w.put(w.take(name), "terraform")
	}
	dir := filepath.Join(w.dir, "out", "_root", "terraform")
	w.putRoot(t, spec.RootPerSetup)
	alone := filepath.Join(dir, "lake-shop")
	forMotoToo(t, alone, 1)
	tf.Init(t, alone)
	out, errs, err := tf.Try(t, alone, env, "plan", "-input=false", "-no-color")
	if err == nil || !strings.Contains(string(errs), "alias/personalize/lake") {
		t.Errorf("a plan of lake-shop before lake is there: %v\n%s%s", err, out, errs)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	w.putRoot(t, spec.RootOneState)
	forMotoToo(t, dir, 2)
	tf.Init(t, dir)
	apply := func() {
		t.Helper()
		tf.Run(t, dir, env, "apply", "-auto-approve", "-input=false", "-no-color")
		if out, errs, err := tf.Try(t, dir, env, "plan", "-detailed-exitcode", "-input=false", "-no-color"); err != nil {
			t.Errorf("the second plan is not empty: %v\n%s%s", err, out, errs)
		}
	}
	apply()
	w.agrees(t, w.take("lake"), w.state())

	// Modules that setups share are the same to the account, and so are their own again.
	moves := func(mode string, setups ...string) {
		t.Helper()
		w.asModules(t, mode, setups...)
		tf.Init(t, dir)
		out := tf.Run(t, dir, env, "plan", "-input=false", "-no-color")
		if !strings.Contains(string(out), "Plan: 0 to add, 0 to change, 0 to destroy.") || !strings.Contains(string(out), " has moved to ") {
			t.Errorf("%s: the plan does more than to move:\n%s", mode, out)
		}
	}
	all := append([]string{"lake"}, users...)
	moves(spec.TerraformSharedModules, all...)
	apply()
	moves(spec.TerraformOwnModules, all...)
	w.asModules(t, spec.TerraformSharedModules, all...)

	w.withoutUser(t, "lake-news")
	w.put(w.take("lake"), "terraform")
	w.putRoot(t, spec.RootOneState)
	forMotoToo(t, dir, 2)
	tf.Init(t, dir) // the module of lake is another one
	apply()
	s := w.state()
	role := s.Roles["Personalize-lake"]
	if role == nil || role.Inline["Personalize-lake-news"] != nil || role.Inline["Personalize-lake-us"] == nil || role.Inline["Personalize-lake"] == nil {
		t.Errorf("the role is left with %v", role)
	}
	w.holds(t, s, "acme-personalize-open", "lake-news", false)
	w.holds(t, s, "acme-personalize-lake", "lake-shop", true)

	replaceIn(t, filepath.Join(dir, "providers.tf"), `["`+w.setup.Account+`"]`, `["999999999999"]`, 2)
	if out, _, err := tf.Try(t, dir, env, "plan", "-input=false", "-no-color"); err == nil {
		t.Errorf("a plan with credentials of another account goes through:\n%s", out)
	}
}

// forMotoToo adds to the n providers of a root module what moto needs.
func forMotoToo(t *testing.T, dir string, n int) {
	t.Helper()
	const alias = "  alias "
	replaceIn(t, filepath.Join(dir, "providers.tf"), alias,
		"  s3_use_path_style = true\n  skip_metadata_api_check = true\n"+alias, n)
}

// replaceIn replaces a text that is in a file n times.
func replaceIn(t *testing.T, name, old, new string, n int) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil || strings.Count(string(text), old) != n {
		t.Fatalf("%s does not have %q %d times: %v\n%s", name, old, n, err, text)
	}
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(text), old, new)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRealSharedStacks has moto create the owner's stack and that of a user, which takes the ARN of
// the key from it.
func TestRealSharedStacks(t *testing.T) {
	w := newShared(t, startAWS(t))
	for _, name := range []string{"lake", "lake-shop"} {
		m := w.take(name)
		template := filepath.Join(w.put(m, "cloudformation"), "cloudformation", "template.yaml")
		exports := exported(t, template)
		forMoto(t, template)
		restore(t, template, exports)
		w.aws("cloudformation", "create-stack", "--stack-name", "personalize-"+name, "--capabilities", "CAPABILITY_NAMED_IAM",
			"--template-body", "file://"+template)
	}
	s := w.state()
	var arn string
	for a, k := range s.Keys {
		if strings.Contains(k.Policy, "PersonalizeRoleMayUseKeyLakeShopPZgenLake") {
			arn = a
		}
	}
	loader := s.Policies["Personalize-lake-shop-loader"]
	if arn == "" || loader == nil || !strings.Contains(string(loader.Document), arn) {
		t.Errorf("the policy of the operator does not name the key %q: %+v", arn, loader)
	}
}

// exported returns the outputs of a template that other stacks can import.
func exported(t *testing.T, template string) []*yaml.Node {
	t.Helper()
	var file yaml.Node
	text, err := os.ReadFile(template)
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	var kept []*yaml.Node
	outputs := child(file.Content[0], "Outputs")
	for i := 0; i < len(outputs.Content); i += 2 {
		if child(outputs.Content[i+1], "Export").Kind != 0 {
			kept = append(kept, outputs.Content[i:i+2]...)
		}
	}
	return kept
}

// restore gives a template outputs.
func restore(t *testing.T, template string, outputs []*yaml.Node) {
	t.Helper()
	if len(outputs) == 0 {
		return
	}
	var file yaml.Node
	text, err := os.ReadFile(template)
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	root := file.Content[0]
	root.Content = append(root.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "Outputs"},
		&yaml.Node{Kind: yaml.MappingNode, Content: outputs})
	if text, err = yaml.Marshal(&file); err == nil {
		err = os.WriteFile(template, text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
