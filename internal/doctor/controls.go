package doctor

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// levels returns the control policies of one type by level of the organization.
func levels(s deployed.State, resource bool) [][]*document {
	var names []string
	by := map[string][]*document{}
	for _, c := range s.Controls {
		if c.Resource != resource || c.Policy == nil {
			continue
		}
		kind := policy.ServiceControl
		if resource {
			kind = policy.ResourceControl
		}
		if by[c.Level] == nil {
			names = append(names, c.Level)
		}
		doc := c.Policy.Document
		real := doc
		by[c.Level] = append(by[c.Level], &document{real: &real, kind: kind, on: fmt.Sprintf("%q", c.Level), name: c.Name,
			doc: &doc, at: c.Policy.At, places: c.Policy.Statements})
	}
	var out [][]*document
	for _, n := range names {
		// Where it was not seen what else is attached to the same target, a policy that only denies is
		// beside FullAWSAccess, which AWS attaches to everything, and from which no RCP can be detached
		// (Organizations User Guide, orgs_manage_policies_scps, orgs_manage_policies_rcps).
		if resource || strings.HasPrefix(n, "p-") {
			by[n] = append(by[n], &document{kind: by[n][0].kind, on: by[n][0].on, name: "FullAWSAccess",
				doc: &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{allowAll(resource)}}})
		}
		out = append(out, by[n])
	}
	return out
}

// allowAll is a statement that allows everything, of a policy with principals or without.
func allowAll(principal bool) policy.Statement {
	all := policy.List(policy.Literal("*"))
	s := policy.Statement{Effect: policy.Allow, Action: all, Resource: all}
	if principal {
		s.Principal = &policy.Principal{Any: true}
	}
	return s
}

// all returns every document of the State, for what they say about the organization.
func (w *world) all() []policy.Document {
	var out []policy.Document
	add := func(d *deployed.Document) {
		if d != nil && !d.Unread {
			out = append(out, d.Document)
		}
	}
	for _, b := range w.state.Buckets {
		add(b.Policy)
	}
	for _, k := range w.state.Keys {
		add(k.Policy)
	}
	for _, r := range w.state.Roles {
		add(r.Trust)
		for _, p := range r.Inline {
			add(p.Policy)
		}
	}
	for _, p := range w.state.Policies {
		add(p.Policy)
	}
	for _, c := range w.state.Controls {
		add(c.Policy)
	}
	return out
}
