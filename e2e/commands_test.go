//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"github.com/pzgen/pzgen/generators/shell"
)

// ran are the commands that scripts have run, each with its options: "s3api head-bucket --bucket --expected-bucket-owner". The AWS CLI has
// checked the parameters of each against its service models before it sent it.
type ran struct {
	mu       sync.Mutex
	commands map[string]bool
	calls    int
}

func (r *ran) add(t *testing.T, w *world) {
	t.Helper()
	data, err := os.ReadFile(w.calls)
	if err != nil {
		t.Error(err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.commands == nil {
		r.commands = map[string]bool{}
	}
	for _, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		var args []string
		if err := json.Unmarshal(line, &args); err != nil {
			t.Error(err)
			return
		}
		r.commands[shape(args)] = true
		r.calls++
	}
}

// shape is a command without the values of its options.
func shape(args []string) string {
	words := slices.Clone(args[:min(2, len(args))])
	var options []string
	for _, a := range args[len(words):] {
		if name, _, _ := strings.Cut(a, "="); strings.HasPrefix(name, "--") {
			options = append(options, name)
		}
	}
	slices.Sort(options)
	return strings.Join(append(words, options...), " ")
}

// complete requires every command of the scripts' library to have been run.
func (r *ran) complete(t *testing.T) {
	t.Helper()
	if run := flag.Lookup("test.run").Value.String(); strings.Contains(run, "/") || t.Failed() {
		t.Log("not all was run, so the commands are not counted")
		return
	}
	known := map[string][]string{} // commands by service and operation
	for c := range r.commands {
		words := strings.Fields(c)
		known[words[0]+" "+words[1]] = append(known[words[0]+" "+words[1]], c)
	}
	seen := map[string]bool{}
	for _, f := range shell.Shared() {
		for _, p := range commands(t, f.Data) {
			if seen[p.String()] {
				continue
			}
			seen[p.String()] = true
			if !slices.ContainsFunc(slices.Collect(maps.Keys(r.commands)), p.MatchString) {
				t.Errorf("no test runs a command like %q, which %s has", p, f.Path)
			}
		}
	}
	t.Logf("the AWS CLI was called %d times", r.calls)
	if len(seen) < 40 {
		t.Errorf("only %d commands are found in the scripts", len(seen))
	}
	if t.Failed() {
		return
	}
	t.Logf("all of the %d commands that scripts have were run, which call %d operations in %d shapes", len(seen), len(known), len(r.commands))
}

// commands finds the commands for the AWS CLI in a script, wherever they stand as arguments: a service, an operation, options. What the script
// puts together at run time matches anything.
func commands(t *testing.T, script []byte) []*regexp.Regexp {
	t.Helper()
	file, err := syntax.NewParser().Parse(bytes.NewReader(script), "")
	if err != nil {
		t.Fatal(err)
	}
	var found []*regexp.Regexp
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) < 3 {
			return true
		}
		name := call.Args[0].Lit()
		words := make([]string, len(call.Args))
		for i, w := range call.Args {
			words[i] = pattern(w)
		}
		switch {
		case name == "look": // look CODES SHAPE OPERATION BUCKET OPTION...
			words = append([]string{"s3api"}, slices.Delete(words, 0, 3)...)
		case name == "set_bucket": // set_bucket WHAT OPERATION BUCKET OPTION...
			words = append([]string{"s3api"}, slices.Delete(words, 0, 2)...)
		case name == "call": // call CODES SHAPE SERVICE OPERATION OPTION...
			words = words[3:]
		case name == "change": // change WHAT SERVICE OPERATION OPTION...
			words = words[2:]
		default:
			return true
		}
		if words[0] == ".*" || words[1] == ".*" {
			return true // a function that hands on what it is given
		}
		var options []string
		for _, w := range words[2:] {
			if name, _, _ := strings.Cut(w, "="); strings.HasPrefix(name, "--") {
				options = append(options, name)
			}
		}
		slices.Sort(options)
		expr := "^" + words[0] + " " + words[1]
		for _, o := range options {
			expr += "( .*)? " + o // there may be more, from set_bucket for example
		}
		found = append(found, regexp.MustCompile(expr+"( |$)"))
		return true
	})
	return found
}

// pattern is the regular expression of a word.
func pattern(w *syntax.Word) string {
	var b strings.Builder
	var parts func([]syntax.WordPart)
	parts = func(list []syntax.WordPart) {
		for _, p := range list {
			switch p := p.(type) {
			case *syntax.Lit:
				b.WriteString(regexp.QuoteMeta(p.Value))
			case *syntax.SglQuoted:
				b.WriteString(regexp.QuoteMeta(p.Value))
			case *syntax.DblQuoted:
				parts(p.Parts)
			default:
				b.WriteString(".*")
			}
		}
	}
	parts(w.Parts)
	return b.String()
}
