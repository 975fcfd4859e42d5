package proof

import (
	"fmt"
	"slices"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
)

// Artifacts returns how the files of a setup differ from what it says, in the targets of gens: the
// part of its proof that other setups depend on, whose statements are in them. People's text is not
// looked at.
func Artifacts(m *model.Setup, gens []generators.Generator, in Input) []Finding {
	p := &proof{m: m, report: &Report{Setup: m.Name}, differs: map[string]differing{}}
	gens = slices.DeleteFunc(slices.Clone(gens), func(g generators.Generator) bool { return g.Name == readmeTarget })
	p.files(in, gens)
	if p.prepare() {
		for _, g := range gens {
			p.state(g, p.parse(g, in)())
		}
	}
	p.locate()
	return p.report.Findings
}

// owners finds what is wrong with the policies that other setups write for this one: its calls pass
// by them.
func (p *proof) owners(found map[string][]Finding) {
	type part struct{ document, place string }
	needs := map[string][]part{}
	need := func(setup, document, place string) {
		needs[setup] = append(needs[setup], part{document, place})
	}
	for _, b := range p.m.Buckets {
		if b.Owner != nil && b.Owner.Account == "" {
			need(b.Owner.Setup, calls.OfBucket(b.Owner.ID).Name, "buckets."+b.ID)
		}
	}
	for _, k := range p.m.Keys {
		if k.Owner != nil && k.Owner.Account == "" {
			need(k.Owner.Setup, calls.OfKey(k.Owner.ID).Name, "keys."+k.ID)
		}
	}
	if of := p.m.Role.Of; of != "" {
		need(of, "role-trust", "role")
	}
	for setup, parts := range needs {
		whole := false // it was said that the files are not read as a whole
		for _, f := range found[setup] {
			at := parts[0]
			if f.Document != "" {
				i := slices.IndexFunc(parts, func(x part) bool { return x.document == f.Document })
				if i < 0 {
					continue
				}
				at = parts[i]
			} else if whole {
				continue // its own proof says the rest
			}
			whole = whole || f.Document == ""
			f.Message = fmt.Sprintf("setup %s, which this one needs: %s", setup, f.Message)
			f.Place, f.Document, f.Sid = p.place(at.place), "", ""
			p.find(f)
		}
	}
}
