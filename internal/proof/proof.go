// Package verify proves artifacts: it reads each target back in that target's own language and holds what the documents decide against
// what the workflows of the setup need and against what nobody may do.
//
// Text is never compared with text. A target is right when its documents, under two made-up environments that share no value, are those of the model;
// and the model is right when every call that a workflow makes passes, when no other call does, and when nothing could be left out.
package proof

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
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
	Accepted []model.Reason // statements that no workflow needs and that the spec accepts, each with its reason
}

// OK reports whether the proof holds.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// Outcome is a required call and what each target decides on it.
type Outcome struct {
	Call
	By map[string]policy.Decision // by target
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
	Place    spec.Place // in the spec
	Message  string
	Details  []string
	Hint     string
	Template string // that the statement is made from; "" for one of the spec, and where no statement is at fault
}

// Prove proves the files of one setup: those of gens that the setup wants are read from files, whose paths begin with the setup's name.
func Prove(m *model.Setup, gens []generators.Generator, files []output.File) *Report {
	p := &proof{m: m, report: &Report{Setup: m.Name}, env: m.SyntheticEnv(1)}
	gens = slices.DeleteFunc(slices.Clone(gens), func(g generators.Generator) bool {
		return len(m.Targets) > 0 && !slices.Contains(m.Targets, g.Name)
	})
	readings := make([]func() []reading, len(gens))
	for i, g := range gens {
		readings[i] = p.read(g, files)
	}
	p.accepted()
	if p.prepare() {
		if p.fits() {
			p.calls()
			p.foreign()
			p.minimal()
		}
	}
	for i, g := range gens {
		p.report.Targets = append(p.report.Targets, g.Name)
		p.target(g, readings[i](), files)
	}
	p.outcomes()
	p.locate()
	sort.SliceStable(p.report.Findings, func(i, j int) bool {
		a, b := p.report.Findings[i], p.report.Findings[j]
		if x, y := a.follows(), b.follows(); x != y {
			return y
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
	env      policy.Env
	docs     map[string]policy.Document // every document, resolved under env
	own      map[string]policy.Document // the same, of pzgen's own statements that are not accepted extras
	asked    map[string]policy.Document // docs, of policies with statements of others pzgen's own alone
	normals  map[string][]string        // the statements of asked in normal form
	scenario *scenario
	decided  []policy.Decision    // on scenario.required, by the model's documents
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

// prepare resolves the documents and makes the calls. It fails when the model itself refers to something that no environment has.
func (p *proof) prepare() bool {
	p.normals = map[string][]string{}
	p.docs, p.own, p.differs = map[string]policy.Document{}, map[string]policy.Document{}, map[string]differing{}
	ok := true
	resolve := func(name string, d policy.Document) policy.Document {
		out, err := d.Resolve(p.env)
		if err != nil {
			p.find(Finding{Check: Closed, Document: name, Message: err.Error()})
			ok = false
		}
		return out
	}
	for _, d := range p.m.Docs() {
		p.docs[d.Name] = resolve(d.Name, d.Document)
		p.own[d.Name] = p.docs[d.Name]
	}
	for _, b := range p.m.Buckets {
		if b.Policy.Name != "" {
			p.own[b.Policy.Name] = resolve(b.Policy.Name, b.Own)
		}
	}
	for _, k := range p.m.Keys {
		if k.Policy.Name != "" {
			p.own[k.Policy.Name] = resolve(k.Policy.Name, k.Own)
		}
	}
	for name, d := range p.own {
		p.own[name] = p.withoutAccepted(name, d)
	}
	p.asked = p.mine()
	p.scenario = newScenario(p.m, p.env)
	return ok
}

// withoutAccepted leaves out the statements that the spec adds and accepts: what they allow is not held against anybody.
func (p *proof) withoutAccepted(name string, d policy.Document) policy.Document {
	out := d
	out.Statements = nil
	for _, s := range d.Statements {
		if r := p.reason(name, s.Sid); r == nil || r.Accepted == "" {
			out.Statements = append(out.Statements, s)
		}
	}
	return out
}

func (p *proof) reason(document, sid string) *model.Reason {
	for i := range p.m.Reasons {
		if r := &p.m.Reasons[i]; r.Document == document && r.Sid == sid {
			return r
		}
	}
	return nil
}

// decide asks the documents of docs.
func decide(c *Call, docs map[string]policy.Document) (policy.Decision, error) {
	ps := policy.Policies{Identity: c.identity, Resource: c.resource}
	for _, name := range c.Identity {
		if d, ok := docs[name]; ok {
			ps.Identity = append(ps.Identity, d)
		}
	}
	if c.Resource != "" {
		if d, ok := docs[c.Resource]; ok {
			ps.Resource = &d
		}
	}
	if c.prepared == nil {
		prepared, err := policy.Prepare(c.request)
		if err != nil {
			return policy.Decision{}, err
		}
		c.prepared = &prepared
	}
	return c.prepared.Decide(ps), nil
}

// calls tries every call on pzgen's own statements; what statements of others refuse is asked by foreign.
func (p *proof) calls() {
	p.decided = make([]policy.Decision, len(p.scenario.required))
	for i := range p.scenario.required {
		c := &p.scenario.required[i]
		d, err := decide(c, p.asked)
		if err != nil {
			p.find(Finding{Check: Fits, Document: c.Resource, Message: err.Error(), Place: p.place(c.Place)})
			continue
		}
		p.decided[i] = d
		if d.Outcome != policy.Allowed {
			p.find(Finding{Check: Sufficient, Document: c.document(), Sid: first(d), Place: p.place(c.Place),
				Message: fmt.Sprintf("%s: %s cannot %s on %s", c.Workflow, c.Who, c.Action, c.On), Details: p.explain(*c, d), Hint: "source: " + c.Source})
		}
	}
	p.report.Refused = len(p.scenario.refused)
	seen := map[string]bool{}
	for i := range p.scenario.refused {
		c := &p.scenario.refused[i]
		if !p.possible(c, p.own) {
			continue
		}
		d, err := decide(c, p.own)
		if err != nil || d.Outcome != policy.Allowed {
			continue
		}
		// The statement that lets the call pass is at fault, and one finding for it is enough. Where none of the setup's does, one that would deny
		// it is missing.
		blamed := false
		for _, cause := range d.Because {
			blamed = blamed || c.blamed(cause) != ""
		}
		if !blamed {
			p.find(Finding{Check: Minimal, Document: c.Resource, Place: p.place(c.Place),
				Message: fmt.Sprintf("%s does not deny %s on %s (%s)", c.Resource, c.Action, c.On, c.Workflow)})
		}
		for _, cause := range d.Because {
			doc := c.blamed(cause)
			if doc == "" || seen[doc+"/"+cause.Sid] {
				continue
			}
			seen[doc+"/"+cause.Sid] = true
			f := Finding{Check: Minimal, Document: doc, Sid: cause.Sid, Place: p.place(c.Place),
				Message: fmt.Sprintf("%s of %s lets %s pass on %s for %s, which no workflow needs", sidName(cause.Sid), doc, c.Action, c.On, c.principal())}
			p.find(p.extra(f))
		}
	}
}

// possible reports whether any statement that allows something concerns the action of a call at all. Without one nothing passes, since AWS denies what no
// policy allows; most calls that are to be refused end here.
func (p *proof) possible(c *Call, docs map[string]policy.Document) bool {
	allows := func(d policy.Document) bool {
		return slices.ContainsFunc(d.Statements, func(s policy.Statement) bool { return s.Effect == policy.Allow && s.CoversAction(c.Action) })
	}
	for _, name := range append(slices.Clone(c.Identity), c.Resource) {
		if d, ok := docs[name]; ok && allows(d) {
			return true
		}
	}
	return len(c.identity) > 0
}

// extra turns a finding about a statement of the spec into one that says how to accept it.
func (p *proof) extra(f Finding) Finding {
	if r := p.reason(f.Document, f.Sid); r != nil && r.Custom {
		f.Check, f.Place = Extra, r.Place
		f.Hint = "remove the statement, or give it accepted: with the reason why it is wanted"
	} else if f.Hint == "" {
		f.Hint = "the template of the statement grants too much"
	}
	return f
}

func (c Call) principal() string {
	if c.Who == "stranger" {
		return c.request.Principal
	}
	return "the " + c.Who
}

// document is the document by which the call is decided, as far as it is one.
func (c Call) document() string {
	if c.Resource != "" {
		return c.Resource
	}
	if len(c.Identity) == 1 {
		return c.Identity[0]
	}
	return ""
}

// blamed gives the document of the setup that a cause stands in; "" for a document that is no part of it.
func (c Call) blamed(cause policy.Cause) string {
	if cause.Policy == "resource" {
		return c.Resource
	}
	var i int
	if _, err := fmt.Sscanf(cause.Policy, "identity[%d]", &i); err == nil {
		if i -= len(c.identity); i >= 0 && i < len(c.Identity) {
			return c.Identity[i]
		}
	}
	return ""
}

func first(d policy.Decision) string {
	if len(d.Because) == 0 {
		return ""
	}
	return d.Because[0].Sid
}

func sidName(sid string) string {
	if sid == "" {
		return "a statement without a sid"
	}
	return fmt.Sprintf("statement %q", sid)
}

// explain tells what each policy said on a call that did not pass.
func (p *proof) explain(c Call, d policy.Decision) []string {
	var lines []string
	lines = append(lines, fmt.Sprintf("request: %s %s on %s", c.request.Principal, c.Action, c.request.Resource))
	for _, cause := range d.Because {
		lines = append(lines, fmt.Sprintf("%s: statement %d (%s) says %s", policyName(c, cause), cause.Statement+1, sidName(cause.Sid), cause.Effect))
	}
	for _, m := range d.Missing {
		name := m
		if doc := c.document(); doc != "" && (m == "identity" || m == "resource") {
			name = doc
		}
		lines = append(lines, name+": no statement allows it")
	}
	return lines
}

func policyName(c Call, cause policy.Cause) string {
	if doc := c.blamed(cause); doc != "" {
		return doc
	}
	return cause.Policy
}

func (p *proof) place(path string) spec.Place {
	if at, ok := p.m.Places[path]; ok {
		return at
	}
	return p.m.Places[""]
}

// fits holds each document against AWS's grammar for its kind. It fails when one of them has no meaning that could be decided by.
func (p *proof) fits() bool {
	ok := true
	for _, d := range p.m.Docs() {
		kind := policy.Identity
		switch {
		case d.Name == p.m.Role.Trust.Name:
			kind = policy.Trust
		case strings.HasPrefix(d.Name, "bucket-"):
			kind = policy.Resource
		case strings.HasPrefix(d.Name, "key-"):
			kind = policy.KeyPolicy
		}
		foreign := len(p.docs[d.Name].Statements) > len(p.own[d.Name].Statements)
		for _, problem := range p.docs[d.Name].Check(kind) {
			ok = ok && !problem.Fatal
			if foreign && !problem.Fatal {
				continue // what stands in a policy already has been taken by AWS
			}
			// The guide prints an Id in identity policies, and profile documented prints what the guide does.
			if p.m.Profile == spec.Documented && !problem.Fatal {
				continue
			}
			p.find(Finding{Check: Fits, Document: d.Name, Sid: problem.Sid, Message: problem.String()})
		}
	}
	return ok
}
