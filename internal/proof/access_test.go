package proof

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

const accessSpec = `version: 1
setups:
  shop:
    account: "111122223333"
    region: eu-west-1
    buckets: {data: {name: acme-data}, out: {name: acme-out}}
    workflows:
      - {type: import, from: data/v1.2}
      - {type: import, from: data/items.csv}
      - {type: batch-inference, from: data/in.json, to: out/res/}
    operators:
      up: {access: upload, users: [ann]}
      down: {access: download, users: [bob], locations: [out/res/report.csv]}
`

// Data is brought to where workflows read it, and fetched from where they write it: what is one
// file for a workflow is one for an operator, and nothing else is.
func TestDataIsWhereWorkflowsHaveIt(t *testing.T) {
	s, ds := spec.Parse("pzgen.yaml", []byte(accessSpec), nil)
	if s == nil {
		t.Fatal(ds)
	}
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Build("pzgen.yaml", s.Setups[0], lib)
	if err != nil {
		t.Fatal(err)
	}
	if r := Prove(m, generators.Targets(), only(printAll(t, m))); !r.OK() {
		t.Fatalf("%+v", r.Findings)
	}
	for _, c := range []struct{ doc, old, new, check string }{
		{"operator-up", "/v1.2*", "/v1.2", Sufficient},
		{"operator-up", "/items.csv", "/items.csv*", Minimal},
		{"operator-down", "/report.csv*", "/report.csv", Sufficient},
		{"role-policy", "/v1.2*", "/v1.2", Sufficient},
		{"role-policy", "/items.csv", "/items.csv*", Minimal},
		{"role-policy", "/res/*", "/res/", Sufficient},
	} {
		docs := m.Docs()
		at := slices.IndexFunc(docs, func(d model.Doc) bool { return d.Name == c.doc })
		changed := 0
		d := docs[at].Document.MapTexts(func(v policy.Text) policy.Text {
			parts := slices.Clone(v.Parts())
			last, ok := parts[len(parts)-1].(policy.Lit)
			if begin, ends := strings.CutSuffix(string(last), c.old); ok && ends {
				parts[len(parts)-1] = policy.Lit(begin + c.new)
				changed++
			}
			return policy.NewText(parts...)
		})
		if changed == 0 {
			t.Errorf("%s has no resource that ends in %q: %s", c.doc, c.old, d.JSON())
			continue
		}
		other := withDocument(m, at, d)
		r := Prove(other, generators.Targets(), only(printAll(t, other)))
		if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Check == c.check }) {
			t.Errorf("%s with %q for %q: %+v", c.doc, c.new, c.old, r.Findings)
		}
	}
}
