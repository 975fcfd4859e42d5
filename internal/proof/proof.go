// Package verify proves artifacts: it reads each target back in that target's own language and holds what the documents decide against
// what the workflows of the setup need and against what nobody may do.
//
// Text is never compared with text. A target is right when its documents, under two made-up environments that share no value, are those of the model;
// and the model is right when every call that a workflow makes passes, when no other call does, and when nothing could be left out.
package proof

import (
	"slices"
	"sort"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// The checks of a proof.
const (
	Closed     = "closed"     // a target does not run in its own language, or refers to what it does not declare
	Equal      = "equal"      // a target grants something else than the model
	Sufficient = "sufficient" // a workflow's call does not pass
	Minimal    = "minimal"    // something is granted that no workflow needs, or a condition decides nothing
	Extra      = "extra"      // the same, by a statement of the spec that is not accepted there
	Fits       = "fits"       // AWS would refuse a document
)

// Report is the proof of one setup.
type Report struct {
	Setup    string
	Targets  []string
	Calls    []Outcome // every required call
	Refused  int       // how many calls were tried that must not pass
	Findings []Finding
	Accepted []model.Reason // statements that the spec or their template accepts, each with its reason
	Unproved []Unproved     // what the proof is silent on, as it depends on what is not known

	OpenToOthers bool // see [model.Setup.OpenToOthers]
}

// OK reports whether the proof holds.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// Outcome is a required call and what each target decides on it.
type Outcome struct {
	calls.Call
	By map[string]policy.Decision // by target
}

// Unproved is something that the proof is silent on.
type Unproved struct {
	Place         spec.Place // in the spec
	Message, Hint string
}

// Finding is one way in which a proof fails.
type Finding struct {
	Check    string
	Setup    string
	Target   string // "" for a fault of the setup itself, which all targets share
	Document string
	Sid      string
	Path     string // of the artifact, from the output folder
	Line     int
	Col      int
	Place    spec.Place // in the spec
	Message  string
	Details  []string
	Hint     string
	Template string // that the statement is made from; "" for one of the spec, and where no statement is at fault
}

// Prove proves the files of one setup in the targets of gens that the setup wants.
func Prove(m *model.Setup, gens []generators.Generator, in Input) *Report {
	p := &proof{m: m, report: &Report{Setup: m.Name, OpenToOthers: m.OpenToOthers()}}
	gens = slices.DeleteFunc(slices.Clone(gens), func(g generators.Generator) bool {
		return len(m.Targets) > 0 && g.Name != readmeTarget && !slices.Contains(m.Targets, g.Name)
	})
	p.files(in, gens)
	states := make([]func() parsed, len(gens))
	for i, g := range gens {
		states[i] = p.parse(g, in)
	}
	p.accepted()
	if p.prepare() {
		if p.fits() {
			p.calls()
			p.asDeployed()
			p.minimal()
		}
	}
	for i, g := range gens {
		if g.Name != readmeTarget {
			p.report.Targets = append(p.report.Targets, g.Name)
		}
		p.state(g, states[i]())
	}
	p.owners(in.Owners)
	for _, part := range m.Handed {
		p.handed(part, gens != nil, in)
	}
	p.outcomes()
	p.locate()
	sort.SliceStable(p.report.Findings, func(i, j int) bool {
		a, b := p.report.Findings[i], p.report.Findings[j]
		if x, y := a.follows(), b.follows(); x != y {
			return y
		}
		if x, y := a.Check == Closed, b.Check == Closed; x != y {
			return x // what could not be read explains what is missing
		}
		if a.Path != b.Path {
			return a.Path < b.Path
		}
		return a.Line < b.Line
	})
	return p.report
}

// proof is the work on one setup.
type proof struct {
	m        *model.Setup
	report   *Report
	parts    []calls.Part
	docs     calls.Documents      // every document, under the first made-up names
	made     *round               // under the first made-up names; nil until there is one
	deployed *round               // under the names that the setup has in AWS
	differs  map[string]differing // by target, for those that do not equal the model
}

func (p *proof) find(f Finding) {
	f.Setup = p.m.Name
	p.report.Findings = append(p.report.Findings, f)
}

func (p *proof) accepted() {
	for _, r := range p.m.Reasons {
		if r.Accepted != "" {
			p.report.Accepted = append(p.report.Accepted, r)
		}
	}
}

func (p *proof) reason(document, sid string) *model.Reason {
	for i := range p.m.Reasons {
		if r := &p.m.Reasons[i]; r.Document == document && r.Sid == sid {
			return r
		}
	}
	return nil
}

// acceptTemplate is how a template says that no workflow needs what is made of it.
const acceptTemplate = "where it is wanted all the same, give it accepted: with the reason why"

// extra turns a finding about a statement of the spec into one that says how to accept it.
func (p *proof) extra(f Finding) Finding {
	if r := p.reason(f.Document, f.Sid); r != nil && r.Custom {
		f.Check, f.Place = Extra, r.Place
		f.Hint = "remove the statement, or give it accepted: with the reason why it is wanted"
	} else if f.Hint == "" {
		f.Hint = "the template of the statement grants too much; " + acceptTemplate
	}
	return f
}

func (p *proof) place(path string) spec.Place {
	if at, ok := p.m.Places[path]; ok {
		return at
	}
	return p.m.Places[""]
}

// fits holds each document against AWS's grammar for its kind. It fails when one of them has no
// meaning that could be decided by.
func (p *proof) fits() bool {
	ok := true
	for _, part := range p.parts {
		doc := p.docs.Get(part.Document)
		foreign := part.Base != nil && len(doc.Statements) > len(p.made.own.Get(part.Document).Statements)
		for _, problem := range doc.Check(part.Kind.Grammar()) {
			ok = ok && !problem.Fatal
			if foreign && !problem.Fatal {
				continue // what is in a policy already has been taken by AWS
			}
			// The guide prints an Id in identity policies, and profile documented prints what the
			// guide does.
			if p.m.Profile == spec.Documented && !problem.Fatal {
				continue
			}
			p.find(Finding{Check: Fits, Document: part.Name, Sid: problem.Sid, Message: problem.String()})
		}
	}
	return ok
}
