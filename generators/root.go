package generators

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
)

// RootFolder is the folder of the output with what concerns several setups together: their Makefile
// and root modules of Terraform.
const RootFolder = "_root"

// Root returns the files of [RootFolder] for setups, which are sorted by name and belong together:
// what a setup uses of another one is of one of them. mode is one of [spec.RootModes], and specs
// names the specs that the setups are from.
func Root(mode, specs string, setups []*spec.Setup) ([]output.File, error) {
	// It is in comments, which end with their line.
	specs = strings.Join(strings.FieldsFunc(specs, func(c rune) bool {
		return unicode.IsSpace(c) || unicode.IsControl(c)
	}), " ")
	var calls []terraform.Call
	for _, s := range setups {
		if has(s, "terraform") {
			calls = append(calls, callOf(s))
		}
	}
	files := []output.File{{Path: RootFolder + "/Makefile", Mode: 0o644,
		Data: makefile(mode, specs, setups)}}
	dir := RootFolder + "/terraform"
	if mode == spec.RootOneState && calls != nil {
		root, err := terraform.Root(dir, "../..", specs, calls)
		if err != nil {
			return nil, fmt.Errorf("root module: %w", err)
		}
		return append(files, root...), nil
	}
	for _, c := range calls {
		c.After = nil // what is before is in a state of its own
		root, err := terraform.Root(dir+"/"+c.Setup, "../../..", specs, []terraform.Call{c})
		if err != nil {
			return nil, fmt.Errorf("root module of setup %q: %w", c.Setup, err)
		}
		files = append(files, root...)
	}
	return files, nil
}

func callOf(s *spec.Setup) terraform.Call {
	c := terraform.Call{Setup: s.Name, Account: s.Account, Region: s.Region, Was: s.Was}
	for _, o := range before(s, "terraform") {
		c.After = append(c.After, o.Name)
	}
	return c
}

// before returns the setups whose bucket, key or role a setup uses, and which have the target too.
func before(s *spec.Setup, target string) []*spec.Setup {
	var out []*spec.Setup
	for _, o := range s.Owners {
		if o.Asker == nil && has(o, target) {
			out = append(out, o)
		}
	}
	return out
}

// RootOwn reports whether a path in [RootFolder] is where the user's own file backend.tf of a root
// module is.
func RootOwn(p string) bool {
	name, ok := rootModulePath(p)
	return ok && name == "terraform/backend.tf"
}

// RootLeftover reports whether a path in [RootFolder] is what Terraform leaves in a root module.
func RootLeftover(p string) bool {
	name, ok := rootModulePath(p)
	return ok && spec.IsLeftover(name)
}

// rootModulePath returns a path in a root module as it would be below a setup's folder.
func rootModulePath(p string) (string, bool) {
	rest, ok := strings.CutPrefix(p, RootFolder+"/terraform/")
	if !ok {
		return "", false
	}
	// With a state for each setup a folder has the name of one, which has no full stop.
	setup, below, more := strings.Cut(rest, "/")
	if more && !strings.Contains(setup, ".") {
		rest = below
	}
	return "terraform/" + rest, true
}
