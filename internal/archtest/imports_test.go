// Package archtest holds the rules that the project as a whole keeps, as tests.
package archtest

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/pzgen/pzgen"

// layers are the packages from the innermost out: one imports those of rows above it alone. A name that ends in "/*" stands for
// packages that do not import each other.
var layers = []struct {
	packages string
	only     string // what of the module it may import; "" for every row above
}{
	{"internal/pattern", "nothing"},
	{"internal/readfile", "nothing"},
	{"internal/findings", "nothing"},
	{"policy", "internal/pattern"},
	{"templates/prose", "nothing"},
	{"internal/testtool", "nothing"},
	{"internal/denial", "nothing"},
	{"docs", "nothing"},
	{"internal/output", "nothing"},
	{"internal/deployed", "policy internal/output"},
	{"internal/actions", "policy"},
	{"internal/live", "policy"},
	{"spec", "internal/readfile policy internal/actions"},
	{"templates", "internal/readfile policy internal/actions"},
	{"internal/model", "policy spec templates internal/deployed"},
	{"internal/modeltest", "spec templates internal/model internal/output"}, // for tests alone
	{"internal/calls", "policy spec internal/model"},
	{"generators/*", "internal/pattern policy spec internal/model internal/calls internal/deployed internal/output templates/prose"},
	{"generators", "policy spec internal/model internal/deployed internal/output generators/*"},
	{"internal/proof", ""},
	{"internal/shape", "internal/model internal/output spec"},
	{"internal/engine", ""},
	{"internal/gittree", "nothing"},
	{"internal/awscli", "policy internal/output internal/deployed"},
	{"internal/snapshot", ""},
	{"internal/diff", ""},
	{"", ""}, // packages of single commands: on top of all of these, and under cmd
	{"cmd/pzgen", ""},
}

// exceptions are imports beside the rows, with their reason.
var exceptions = map[string]string{
	"generators/readme generators/json": "the README names the placeholders in that target's files",
}

func layer(name string) int {
	open := -1
	for i, l := range layers {
		switch prefix, ok := strings.CutSuffix(l.packages, "*"); {
		case l.packages == name:
			return i
		case ok && strings.HasPrefix(name, prefix):
			return i
		case l.packages == "":
			open = i
		}
	}
	return open
}

// Imports run one way. The tests of a package may import what they like, but for the packages that nothing else of the module stands under.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-e", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(strings.TrimPrefix(fields[0], module), "/")
		own := layer(name)
		for _, imp := range fields[1:] {
			imported, ok := strings.CutPrefix(imp, module+"/")
			if !ok {
				continue
			}
			seen++
			at := layer(imported)
			if support(imported) && !support(name) {
				t.Errorf("%s imports %s, which is for tests", name, imported)
			}
			if inside(name, imported) { // a package of its own, below it
				continue
			}
			switch {
			case exceptions[name+" "+imported] != "":
			case at > own || at == own && layers[own].packages != "":
				t.Errorf("%s imports %s: imports run one way, from the outermost package in", name, imported)
			case layers[own].only != "" && !slices.Contains(strings.Fields(layers[own].only), layers[at].packages):
				t.Errorf("%s imports %s, and may import %s", name, imported, layers[own].only)
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d imports were looked at", seen)
	}
}

// support reports whether a package is a part of tests that several test files share: nothing else imports it, so
// that it is in no program.
func support(name string) bool {
	return name == "internal/testtool" || name == "internal/doctor/doctortest" || strings.HasPrefix(name+"/", "generators/shell/internal/interp/")
}

// inside reports whether a package belongs to another: it is in a folder below it and is internal
// to it.
func inside(owner, name string) bool {
	rest, ok := strings.CutPrefix(name, owner+"/")
	return ok && strings.HasPrefix(owner, "generators/") && rest != "" || ok && strings.HasPrefix(rest, "internal/")
}
