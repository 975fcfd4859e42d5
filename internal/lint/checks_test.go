package lint

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/cloudformation"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// read reads an example.
func read(t testing.TB, e Example) []Finding {
	t.Helper()
	if e.On == OnTemplate {
		parse, err := cloudformation.ParseAny("template.yaml", []byte(e.Text), nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, e.Text)
		}
		state, err := parse(deployed.Values{Account: "123456789012", Region: "us-east-1", Partition: "aws"})
		if err != nil {
			t.Fatal(err)
		}
		return Find(state, "")
	}
	doc, err := policy.DecodeJSON([]byte(e.Text))
	if err != nil {
		t.Fatalf("%v\n%s", err, e.Text)
	}
	return Find(stateOf(doc), e.On)
}

func stateOf(doc policy.Document) deployed.State {
	d := &deployed.Document{Document: doc, At: deployed.Place{Path: "policy.json", Line: 1, Col: 1}}
	for _, s := range doc.Statements {
		d.Statements = append(d.Statements, deployed.Place{Path: "policy.json", Line: s.Pos.Line, Col: s.Pos.Col})
	}
	return deployed.State{Documents: []deployed.Shown{{Name: "policy", Policy: d}}}
}

func rules(list []Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.Rule)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Before has the mistake and nothing else, after nothing at all; what a finding shows is decided
// as it says.
func TestChecks(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Checks() {
		if seen[c.ID] || !regexp.MustCompile(`^PZ1[0-9]{2}$`).MatchString(c.ID) {
			t.Errorf("ID %q is there twice, or is of another form", c.ID)
		}
		seen[c.ID] = true
		if c.Title == "" || c.Why == "" || c.Source == "" || c.Date == "" || c.Level == "" {
			t.Errorf("%s lacks something", c.ID)
		}
		before := read(t, c.Before)
		if got := rules(before); !slices.Equal(got, []string{c.ID}) {
			t.Errorf("%s, before: %q %v", c.ID, got, messages(before))
		}
		if got := read(t, c.After); len(got) > 0 {
			t.Errorf("%s, after: %v", c.ID, messages(got))
		}
		for _, f := range before {
			shows(t, f)
			if f.File == "" || f.Line == 0 || f.Col == 0 {
				t.Errorf("%s has no place: %s", c.ID, f.Text())
			}
		}
	}
	if len(seen) < 40 {
		t.Errorf("only %d checks", len(seen))
	}
}

// shows decides the request that a finding has, as simulate does.
func shows(t testing.TB, f Finding) {
	t.Helper()
	if f.Case == nil {
		return
	}
	cases, err := policy.ReadCases(f.Case)
	if err != nil || len(cases) != 1 {
		t.Errorf("%s: %v", f.Case, err)
		return
	}
	if r := cases[0].Decide(); !r.OK() {
		t.Errorf("%s shows a request that is %q, expected %q: %v\n%s", f.Rule, r.Decision.Outcome, r.Expect, r.Err, f.Case)
	}
}

func messages(list []Finding) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString("\n  " + f.Text())
	}
	return b.String()
}
