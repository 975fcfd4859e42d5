package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// identity returns the policies of a user or role, those of a user's groups too.
func (w *world) identity(kind deployed.PrincipalKind, name string) []*document {
	id := string(kind) + "/" + name
	if list, ok := w.identities[id]; ok {
		return list
	}
	on := fmt.Sprintf("%s %q", kind, name)
	out := w.ofPrincipal(kind, name, on)
	switch kind {
	case deployed.RoleP:
		r := w.role(name)
		if r == nil {
			out = append(out, hidden(policy.Identity, on, "", Unknown{What: "policies of " + on,
				Action: "iam:ListRolePolicies"}))
			break
		}
		for _, p := range r.Inline {
			if d := w.make(policy.Identity, on, p.Name.V.String(), p.Policy, target{kind, name}); d != nil {
				out = append(out, d)
			}
		}
		if w.elsewhere && !r.Created {
			out = append(out, hidden(policy.Identity, on, "", Unknown{What: "other policies of " + on +
				", which the artifact does not make", Action: "iam:ListRolePolicies", At: r.At}))
		}
		for _, u := range r.Unseen {
			if u.What != "trust policy" && !slices.ContainsFunc(out, func(d *document) bool {
				return d.unseen != nil && strings.HasPrefix(d.unseen.What, u.What)
			}) {
				out = append(out, hidden(policy.Identity, on, "",
					Unknown{What: u.What + " of " + on, Action: u.Action, Why: u.Why, At: u.At}))
			}
		}
	case deployed.User:
		out = append(out, w.unseenOfUser(name, on)...)
		for _, m := range w.state.Members {
			if m.User.V.String() == name {
				group := m.Group.V.String()
				out = append(out, w.ofPrincipal(deployed.Group, group, fmt.Sprintf("group %q", group))...)
			}
		}
	}
	w.identities[id] = out
	return out
}

// unseenOfUser returns what was not seen of a user.
func (w *world) unseenOfUser(name, on string) []*document {
	var out []*document
	for _, u := range w.state.Users {
		if u.Name.V.String() != name {
			continue
		}
		for _, s := range u.Unseen {
			out = append(out, hidden(policy.Identity, on, "",
				Unknown{What: s.What + " of " + on, Action: s.Action, Why: s.Why, At: s.At}))
		}
		return out
	}
	return []*document{hidden(policy.Identity, on, "", Unknown{What: on, Action: "iam:GetUser"})}
}

// ofPrincipal returns the attached policies, and the inline ones of users and groups.
func (w *world) ofPrincipal(kind deployed.PrincipalKind, name, on string) []*document {
	var out []*document
	for _, a := range w.state.Attachments {
		if a.Kind == kind && a.To.V.String() == name {
			out = append(out, w.managed(policy.Identity, on, a.Policy.V.String()))
		}
	}
	for _, p := range w.state.Inline {
		if p.Kind == kind && p.To.V.String() == name {
			if d := w.make(policy.Identity, on, p.Name.V.String(), p.Policy, target{kind, name}); d != nil {
				out = append(out, d)
			}
		}
	}
	return out
}

// boundary returns the permissions boundary of a user or role; nil where it has none. That of one
// who was not seen is a matter of identity.
func (w *world) boundary(kind deployed.PrincipalKind, name string) *document {
	id := string(kind) + "/" + name
	if d, ok := w.boundaries[id]; ok {
		return d
	}
	arn := ""
	if r := w.role(name); kind == deployed.RoleP && r != nil {
		arn = r.Boundary.V.String()
	}
	for _, u := range w.state.Users {
		if kind == deployed.User && u.Name.V.String() == name {
			arn = u.Boundary.V.String()
		}
	}
	var d *document
	if arn != "" {
		d = w.managed(policy.Boundary, fmt.Sprintf("%s %q", kind, name), arn)
	}
	w.boundaries[id] = d
	return d
}
