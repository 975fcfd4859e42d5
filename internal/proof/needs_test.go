package proof

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/modeltest"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Taking a statement out is what decides: every statement of the examples that its template gives a
// reason for is missed by a call, but for what is accepted, for profile documented, which grants more
// than is needed, and for statements that let others in beside the workflows.
func TestNeeds(t *testing.T) {
	seen := 0
	for _, m := range modeltest.Examples(t) {
		needs, err := Needs(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range needs {
			switch {
			case n.Statement.Effect == policy.Deny && len(n.Fails) > 0, n.Statement.Effect == policy.Allow && len(n.Passes) > 0:
				t.Errorf("%s %s %q: an Allow fails by its absence, a Deny lets pass", m.Name, n.Document, n.Statement.Sid)
			case n.Reason == nil || n.Reason.Accepted != "" || n.Reason.Custom || m.Profile == spec.Documented:
			case len(n.Fails)+len(n.Passes) == 0:
				t.Errorf("%s %s %q: nothing misses it", m.Name, n.Document, n.Statement.Sid)
			default:
				seen++
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d statements were seen to be missed", seen)
	}
}

// A finding about a statement that is gone says what fails without it, in the words that the README and explain have.
func TestFindingSaysWhatFails(t *testing.T) {
	m := proofSetup(t, "")
	files := printAll(t, m)
	const sid = "PersonalizeReadInputData"
	for i, f := range files {
		if !strings.HasSuffix(f.Path, "policies/role-policy.json") {
			continue
		}
		d, err := policy.DecodeJSON(f.Data)
		if err != nil {
			t.Fatal(err)
		}
		d.Statements = slices.DeleteFunc(d.Statements, func(s policy.Statement) bool { return s.Sid == sid })
		files[i].Data = d.JSON()
	}
	needs, err := Needs(m)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(needs, func(n Need) bool { return n.Statement.Sid == sid })
	if at < 0 {
		t.Fatal("no such statement")
	}
	want := needs[at].Reason.Breaks
	for _, f := range Prove(m, generators.Targets(), only(files)).Findings {
		if strings.Contains(strings.Join(f.Details, "\n"), "without statement \""+sid+"\": "+want) {
			return
		}
	}
	t.Errorf("no finding says %q", want)
}
