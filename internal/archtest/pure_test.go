package archtest

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// outside are packages of the standard library through which a function asks the machine it runs on.
var outside = []string{"os", "net", "time", "math/rand", "path/filepath", "crypto/rand", "syscall", "runtime", "log"}

// impure are uses of them that ask nothing, with the reason.
var impure = map[string]string{
	"internal/model path/filepath": "the base name of the spec's file, whose name is one of the machine",
	"policy net/netip":             "addresses and networks in conditions are parsed",
	"policy time":                  "dates in conditions are parsed; what time it is now is in the request",
}

// What is printed and what is proved depends on the spec and the templates alone: model and generators ask
// the machine for nothing, neither files nor the time nor the environment.
func TestPure(t *testing.T) {
	looked, used := 0, map[string]bool{}
	for _, p := range packages(t) {
		if p.name != "internal/model" && p.name != "policy" && p.name != "internal/deployed" && !strings.HasPrefix(p.name, "generators") {
			continue
		}
		if support(p.name) {
			continue
		}
		looked++
		for _, found := range p.asks() {
			used[p.name+" "+found] = true
			if impure[p.name+" "+found] == "" {
				t.Errorf("%s imports %s: it is to depend on its arguments alone", p.name, found)
			}
		}
	}
	for use := range impure {
		if !used[use] {
			t.Errorf("%s is an exception that nothing needs", use)
		}
	}
	if looked < 8 {
		t.Errorf("only %d packages were looked at", looked)
	}
}

// asks returns the packages that p imports and that ask the machine.
func (p *pkg) asks() []string {
	var found []string
	for _, f := range p.files {
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				panic(err) // the parser took it
			}
			if slices.ContainsFunc(outside, func(o string) bool { return path == o || strings.HasPrefix(path, o+"/") }) {
				found = append(found, path)
			}
		}
	}
	return found
}

// The test above finds what it is there for.
func TestAsksAreFound(t *testing.T) {
	source := "package x\nimport (\n\"os\"; \"net/http\"; \"strings\"; \"io/fs\"; t \"time\"\n)\n"
	if got := parsed(t, "x", source).asks(); !slices.Equal(got, []string{"os", "net/http", "time"}) {
		t.Errorf("%q", got)
	}
}
