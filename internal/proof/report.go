package proof

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Titles describe the checks of a proof in a line each.
func Titles() map[string]string {
	return map[string]string{
		Closed:     "an artifact that does not run in its own language, or does what is not read",
		Equal:      "an artifact that grants something else than the setup says",
		Sufficient: "a call of a workflow that does not pass",
		Minimal:    "something granted that no workflow needs",
		Extra:      "a statement of the spec that no workflow needs and that is not accepted",
		Fits:       "a document that AWS would refuse",
	}
}

// Passes reports whether a target lets the call pass.
func (o Outcome) Passes(target string) bool { return o.By[target].Outcome == policy.Allowed }

// Read reports whether the target could be read, so that it decides the call.
func (o Outcome) Read(target string) bool {
	_, ok := o.By[target]
	return ok
}

// Decided names what decides the call in a target: the statements that allow or deny it as document/sid, or the documents that lack one. It is empty for
// a target that could not be read.
func (o Outcome) Decided(target string) string {
	d, ok := o.By[target]
	if !ok {
		return ""
	}
	var names []string
	for _, cause := range d.Because {
		doc := o.Blamed(cause)
		if doc == (calls.Document{}) {
			continue // a policy that no setup owns
		}
		sid := cause.Sid
		if sid == "" {
			sid = fmt.Sprintf("statement %d", cause.Statement+1)
		}
		names = append(names, doc.Name+"/"+sid)
	}
	switch {
	case d.Outcome == policy.ExplicitlyDenied:
		return "denied by " + strings.Join(names, ", ")
	case d.Outcome != policy.Allowed:
		var lacking []string
		for _, doc := range o.Lacking(d) {
			lacking = append(lacking, doc.Name)
		}
		if lacking == nil {
			return "nothing allows it"
		}
		return "nothing in " + strings.Join(lacking, ", ") + " allows it"
	}
	return strings.Join(names, ", ")
}

// follows reports whether the finding only tells what comes of another, so that it is told after it.
func (f Finding) follows() bool { return f.Check == Sufficient && f.Target != "" }

// locate fills in what can be known about a finding from its document and Sid: where in the spec it comes from, and by which template. Made-up values are
// written as the names that they stand for.
func (p *proof) locate() {
	// The ARN of a key that is yet to be created is made up under real names too.
	real, stand := p.m.DeployedEnv(), policy.Env{}
	for ref, v := range calls.DeployedEnv(p.m) {
		if _, known := real[ref]; !known {
			stand[ref] = v
		}
	}
	names := namesFor(nil, false, p.m.SyntheticEnv(1), p.m.SyntheticEnv(2), stand)
	for i := range p.report.Calls {
		c := &p.report.Calls[i]
		c.On.ARN, c.Workflow = names.Replace(c.On.ARN), names.Replace(c.Workflow)
	}
	for i := range p.report.Findings {
		f := &p.report.Findings[i]
		f.Message = names.Replace(f.Message)
		for j, line := range f.Details {
			if f.Check != Equal { // a made-up value in an artifact is what it is
				f.Details[j] = names.Replace(line)
			}
		}
		reason := p.reason(f.Document, f.Sid)
		if reason != nil {
			f.Template = reason.Template
		}
		switch {
		case f.Place != (spec.Place{}) && f.Place != p.m.Places[""]:
		case reason != nil && reason.Place != (spec.Place{}):
			f.Place = reason.Place
		default:
			f.Place = p.place(p.owner(f.Document))
		}
	}
}

// owner returns the path in the spec of what a document belongs to.
func (p *proof) owner(document string) string {
	for _, d := range calls.Parts(p.m) {
		if d.Name == document {
			return d.Place
		}
	}
	return ""
}

// holder tells who has a document that names no principal.
func (p *proof) holder(document string) string {
	if kind, _, _ := strings.Cut(document, "-"); kind == "operator" {
		return strings.Replace(p.owner(document), "operators.", "operator ", 1)
	}
	return "the service role"
}
