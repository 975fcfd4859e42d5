package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
)

const twoSetups = `version: 1
defaults: {account: "111122223333", region: eu-west-1}
setups:
  news:
    targets: [json]
    buckets: {data: {name: acme-news-data}}
    workflows: [{type: import, from: data/in/}]
  shop:
    targets: [json, shell]
    buckets: {data: {name: acme-shop-data}}
    workflows: [{type: import, from: data/in/}]
`

// library returns a target with files that all setups share.
func library(target, text string) func(generators.Generator) generators.Generator {
	return func(g generators.Generator) generators.Generator {
		if g.Name == target {
			g = withLibrary(g)
			g.Shared = func() []output.File {
				return []output.File{{Path: "_lib/steps.sh", Data: []byte(text), Mode: 0o644}}
			}
		}
		return g
	}
}

// withLibrary returns a target whose reader always gets the shared files that it knows.
func withLibrary(g generators.Generator) generators.Generator {
	parse, known := g.Parse, g.Shared
	if known == nil {
		return g
	}
	g.Parse = func(in deployed.Input) (func(deployed.Values) (deployed.State, error), error) {
		in.Shared = known()
		return parse(in)
	}
	return g
}

// runOf selects setups of a spec, whose targets are changed by with.
func runOf(t *testing.T, text string, sel Selection,
	with func(generators.Generator) generators.Generator) *Run {
	t.Helper()
	specs, ds, err := Load(Source{Files: []string{Stdin}, Stdin: strings.NewReader(text)})
	if err != nil || ds.HasErrors() {
		t.Fatal(ds, err)
	}
	r, err := specs.Select(sel)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.jobs {
		gens := slices.Clone(r.jobs[i].gens)
		for j := range gens {
			gens[j] = with(gens[j])
		}
		r.jobs[i].gens = gens
	}
	return r
}

func generate(t *testing.T, r *Run, out string) output.Result {
	t.Helper()
	res, err := r.Generate(t.Context(), out, Writing{Prove: true}, func(g Generated) error {
		if g.Found != nil || g.Unproved != nil {
			return fmt.Errorf("%v %v", g.Found, g.Unproved)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// changes returns what check finds, as status and path.
func changes(t *testing.T, r *Run, out string) (list []string) {
	t.Helper()
	err := r.Check(t.Context(), out, false, func(c Checked) error {
		for _, ch := range c.Changes {
			list = append(list, string(ch.Status)+" "+ch.Path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// proved returns the messages of verify.
func proved(t *testing.T, r *Run, out string) (list []string) {
	t.Helper()
	err := r.Verify(context.Background(), out, func(v Verified) error {
		for _, f := range v.Found {
			list = append(list, f.Rule+" "+f.Message)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Files that all setups share are written once, compared, read by the proof of those that use
// them, and removed by no run over a part of the setups or targets.
func TestShared(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	lib := filepath.Join(out, "_lib", "steps.sh")
	shell := library("shell", "step() { :; }\n")
	whole := func() *Run { return runOf(t, twoSetups, Selection{}, shell) }
	generate(t, whole(), out)
	if data, err := os.ReadFile(lib); err != nil || string(data) != "step() { :; }\n" {
		t.Fatalf("%q, %v", data, err)
	}
	if got := changes(t, whole(), out); got != nil {
		t.Error(got)
	}
	if got := proved(t, whole(), out); got != nil {
		t.Error(got)
	}

	for _, sel := range []Selection{{Targets: []string{"json"}}, {Setups: []string{"news"}},
		{Targets: []string{"shell"}}} {
		if res := generate(t, runOf(t, twoSetups, sel, shell), out); res.Removed+res.Written != 0 {
			t.Errorf("%v: %+v", sel, res)
		}
		if got := changes(t, runOf(t, twoSetups, sel, shell), out); got != nil {
			t.Errorf("%v: %v", sel, got)
		}
	}
	for n := range 3 {
		shard, _ := ParseShard(fmt.Sprintf("%d/3", n+1))
		if res := generate(t, runOf(t, twoSetups, Selection{Shard: shard}, shell),
			out); res.Removed+res.Written != 0 {
			t.Errorf("shard %d: %+v", n+1, res)
		}
	}

	if err := os.WriteFile(lib, []byte("step() { aws iam delete-role; }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := changes(t, whole(), out); !slices.Equal(got, []string{"edited _lib/steps.sh"}) {
		t.Error(got)
	}
	got := proved(t, whole(), out)
	if len(got) != 1 || !strings.Contains(got[0],
		"closed setup shop: target shell is not read: ") {
		t.Error(got)
	}
	if got := proved(t, runOf(t, twoSetups, Selection{Targets: []string{"json"}}, shell),
		out); got != nil {
		t.Errorf("a target that does not use it: %v", got)
	}
	if err := os.Remove(lib); err != nil {
		t.Fatal(err)
	}
	if got := changes(t, whole(), out); !slices.Equal(got, []string{"missing _lib/steps.sh"}) {
		t.Error(got)
	}
	if got := proved(t, whole(), out); len(got) != 1 || !strings.HasPrefix(got[0],
		"missing setup shop: ") {
		t.Error(got)
	}
	if res := generate(t, runOf(t, twoSetups, Selection{Setups: []string{"shop"}}, shell),
		out); res.Written != 1 {
		t.Errorf("%+v", res)
	}

	none := func(g generators.Generator) generators.Generator {
		g = withLibrary(g)
		g.Shared = nil
		return g
	}
	if got := changes(t, runOf(t, twoSetups, Selection{}, none), out); !slices.Equal(got,
		[]string{"orphaned _lib/steps.sh"}) {
		t.Error(got)
	}
	if res := generate(t, runOf(t, twoSetups, Selection{}, none), out); res.Removed != 1 {
		t.Errorf("%+v", res)
	}
	if _, err := os.Stat(filepath.Dir(lib)); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}

// Shared files are in folders of their own, which no setup can have.
func TestSharedFolder(t *testing.T) {
	bad := func(g generators.Generator) generators.Generator {
		g.Shared = func() []output.File {
			return []output.File{{Path: "shop/shell/steps.sh", Mode: 0o644}}
		}
		return g
	}
	_, err := runOf(t, twoSetups, Selection{}, bad).Generate(t.Context(), t.TempDir(), Writing{},
		func(Generated) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "begins with an underscore") {
		t.Error(err)
	}
	_, ds, _ := Load(Source{Files: []string{Stdin},
		Stdin: strings.NewReader(strings.Replace(twoSetups, "  shop:", "  _lib:", 1))})
	if !ds.HasErrors() {
		t.Error("a setup is called _lib")
	}
}

// sharedFirst orders paths of shared files before others.
func sharedFirst(a, b string) int {
	switch x, y := output.IsShared(a), output.IsShared(b); {
	case x == y:
		return 0
	case x:
		return -1
	}
	return 1
}

// Print hands shared files over before those of setups.
func TestSharedPrinted(t *testing.T) {
	var paths []string
	err := runOf(t, twoSetups, Selection{}, library("json", "x")).Print(t.Context(), false,
		func(p Printed) error {
			for _, f := range p.Files {
				paths = append(paths, f.Path)
			}
			return nil
		})
	if err != nil || len(paths) < 3 || !slices.Contains(paths, "_lib/steps.sh") ||
		!slices.IsSortedFunc(paths, sharedFirst) {
		t.Errorf("%v: %v", err, paths)
	}
}
