package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// answer is what is decided on a request by what was seen.
type answer struct {
	policy.Decision
	sides  sides
	unseen []Unknown // on which the decision depends; then there is none
	faulty *document // one that AWS would not take
	err    error     // it is no request
}

// sides are the documents that decide a request.
type sides struct {
	identity []*document
	boundary []*document
	resource *document
	scps     [][]*document
	rcps     [][]*document
}

// sides returns the documents that have a part in a request.
func (w *world) sides(r policy.Request) sides {
	var s sides
	s.resource = w.resource(r.Action, r.Resource)
	arn, ok := policy.ParseARN(r.Principal)
	if ok && arn.Account == w.account {
		s.scps = w.scps
		kind, name := arn.Type()
		switch {
		case arn.Service == "iam" && kind == "role":
			name = arn.Name()
		case arn.Service == "sts" && kind == "assumed-role":
			name, _, _ = strings.Cut(name, "/")
			kind = "role"
		case arn.Service == "iam" && kind == "user":
			name = arn.Name()
		default:
			name = ""
		}
		if name != "" {
			s.identity = w.identity(deployed.PrincipalKind(kind), name)
			if b := w.boundary(deployed.PrincipalKind(kind), name); b != nil {
				s.boundary = []*document{b}
			}
		}
	} else if ok {
		s.identity = []*document{hidden(policy.Identity, r.Principal, "",
			Unknown{What: "policies of " + r.Principal + ", which is of another account"})}
	}
	if r.ResourceAccount == "" || r.ResourceAccount == w.account {
		s.rcps = w.rcps
	}
	return s
}

// list returns all documents.
func (s sides) list() []*document {
	out := slices.Concat(s.identity, s.boundary)
	if s.resource != nil {
		out = append(out, s.resource)
	}
	for _, l := range slices.Concat(s.scps, s.rcps) {
		out = append(out, l...)
	}
	return out
}

// policies returns the documents as they are decided by. With open, one that was not seen allows
// everything; else it is not there.
func (s sides) policies(open bool) policy.Policies {
	one := func(d *document, principal bool) *policy.Document {
		if d.unseen == nil {
			return d.doc
		}
		if !open {
			return d.doc
		}
		out := policy.Document{Version: policy.Version2012, Statements: []policy.Statement{allowAll(principal)}}
		if d.doc != nil {
			out.Statements = slices.Concat(d.doc.Statements, out.Statements)
		}
		return &out
	}
	list := func(docs []*document, principal bool) []policy.Document {
		out := []policy.Document{}
		for _, d := range docs {
			if p := one(d, principal); p != nil {
				out = append(out, *p)
			} else {
				out = append(out, policy.Document{Version: policy.Version2012}) // keeps the places
			}
		}
		return out
	}
	var p policy.Policies
	if s.resource != nil {
		p.Resource = one(s.resource, true)
	}
	p.Identity = list(s.identity, false)
	if s.boundary != nil {
		p.PermissionsBoundaries = list(s.boundary, false)
	}
	for _, l := range s.scps {
		p.ServiceControl = append(p.ServiceControl, list(l, false))
	}
	for _, l := range s.rcps {
		p.ResourceControl = append(p.ResourceControl, list(l, true))
	}
	return p
}

// decide decides a request as AWS does. Where a document that was not seen could turn the answer,
// there is none.
func (w *world) decide(r policy.Request) answer {
	a := answer{sides: w.sides(r)}
	var unseen []Unknown
	for _, d := range a.sides.list() {
		if d.problem() != nil {
			a.faulty = d
			return a
		}
		if d.unseen != nil {
			unseen = append(unseen, *d.unseen)
		}
	}
	q, err := policy.Prepare(r)
	if err != nil {
		a.err = err
		return a
	}
	a.Decision = q.Decide(a.sides.policies(false))
	if a.Outcome == policy.ExplicitlyDenied || unseen == nil {
		return a
	}
	if a.Outcome == policy.Allowed {
		a.unseen = unseen // what was not seen may deny it
		return a
	}
	if open := q.Decide(a.sides.policies(true)); open.Outcome == policy.Allowed {
		a.unseen = unseen
	} else {
		a.Decision = open // no statement of what was not seen could help
	}
	return a
}

// blamed returns the document and the statement of a cause.
func (s sides) blamed(c policy.Cause) (*document, int) {
	return s.named(c.Policy), c.Statement
}

// named returns the document that a decision calls by a name; of a level that lacks an Allow the
// first one.
func (s sides) named(name string) *document {
	var i, j int
	switch {
	case name == "resource":
		return s.resource
	case scan(name, "identity[%d]", &i):
		return s.identity[i]
	case scan(name, "permissionsBoundaries[%d]", &i):
		return s.boundary[i]
	case scan(name, "serviceControl[%d][%d]", &i, &j), scan(name, "serviceControl[%d]", &i):
		return s.scps[i][j]
	case scan(name, "resourceControl[%d][%d]", &i, &j), scan(name, "resourceControl[%d]", &i):
		return s.rcps[i][j]
	}
	return nil
}

func scan(name, format string, into ...any) bool {
	n, err := fmt.Sscanf(name, format, into...)
	return err == nil && n == len(into)
}

// simulated returns a request that does not pass, with the policies that were seen, as a case of
// pzgen simulate; nil for one that passes or is not decided.
func (w *world) simulated(r policy.Request) []byte {
	a := w.decide(r)
	if a.err != nil || a.faulty != nil || a.unseen != nil || a.Outcome == policy.Allowed {
		return nil
	}
	p := a.sides.policies(false)
	empty := func(d policy.Document) bool { return len(d.Statements) == 0 }
	p.Identity = slices.DeleteFunc(p.Identity, empty)
	for _, l := range [][][]policy.Document{p.ServiceControl, p.ResourceControl} {
		for i := range l {
			l[i] = slices.DeleteFunc(l[i], empty)
		}
	}
	if slices.ContainsFunc(p.PermissionsBoundaries, empty) {
		return nil // it cannot be written as a policy that allows nothing
	}
	return policy.Case{Name: r.Action + " on " + r.Resource, Request: r, Policies: p, Expect: a.Outcome}.JSON()
}
