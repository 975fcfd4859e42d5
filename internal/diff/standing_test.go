package diff

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/policy"
)

// What stands is every statement of an output folder: each Allow is in a grant, with all of its
// actions, and each Deny of a resource is among what is denied.
func TestStanding(t *testing.T) {
	in, err := snapshot.Open(t.Context(), "../../out/encrypted", snapshot.Options{Dir: "."})
	if err != nil {
		t.Fatal(err)
	}
	standing, err := Standing(t.Context(), in, false)
	if err != nil {
		t.Fatal(err)
	}
	granted, denied := set(standing, Broader), set(standing, Narrower)
	files, err := os.ReadDir("../../out/encrypted/policies")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range files {
		data, err := os.ReadFile("../../out/encrypted/policies/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		doc, err := policy.DecodeOutput(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range doc.Statements {
			in := granted
			if s.Effect == policy.Deny {
				in = denied
			}
			for _, a := range s.Action.Written() {
				if seen++; !in[s.Sid+" "+a] {
					t.Errorf("%s: %s %s is not among what stands", f.Name(), s.Sid, a)
				}
			}
		}
	}
	if seen < 100 || len(denied) == 0 {
		t.Errorf("%d actions, %d of them denied", seen, len(denied))
	}
	// Documents that are attached elsewhere are there when asked for, and the rest as well.
	all, err := Standing(t.Context(), in, true)
	if err != nil || len(all) <= len(standing) {
		t.Errorf("%d with documents, %d without, %v", len(all), len(standing), err)
	}
	loose := func(c Change) bool { return strings.HasPrefix(c.Subject, "document ") }
	if slices.ContainsFunc(standing, loose) || !slices.ContainsFunc(all, loose) {
		t.Error("documents that another target attaches")
	}
}

// set returns the statements and actions of changes of a kind.
func set(changes []Change, k Kind) map[string]bool {
	out := map[string]bool{}
	for _, c := range changes {
		if c.Kind != k || c.New == nil {
			continue
		}
		for _, a := range c.Grant.Actions {
			out[c.New.Sid+" "+a] = true
		}
	}
	return out
}
