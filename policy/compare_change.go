package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// all returns the policies with those that are assumed.
func (f frame) all(p Policies) Policies {
	p.Identity = append(slices.Clip(p.Identity), f.beside.Identity...)
	if p.Resource == nil {
		p.Resource = f.beside.Resource
	}
	return p
}

// differs decides a request for both sides and, when they differ, notes it as a witness for an
// action and a resource of the line. Whether they do is open where it depends on an Allow with
// NotPrincipal.
func (d *difference) differs(r Request, cell region, l *line, i, j int) bool {
	q, err := Prepare(r)
	if err != nil {
		return false
	}
	from, to := d.fromAll, d.toAll
	if d.f.beside.Resource != nil {
		from.Resource = delegation(q.e.subject.account, isTrust(r.Action, r.Resource))
		to.Resource = from.Resource
	}
	allows, refuses := q.Decide(from), q.Decide(to)
	if allows.Outcome != Allowed || refuses.Outcome == Allowed {
		return false
	}
	if q.e.undecided(to, refuses) != nil {
		d.doubt("NotPrincipal in an Allow")
		return true
	}
	g := d.byGrant[d.grantOf(l)]
	if g == nil {
		granted := d.written(allows.Because, d.own)
		refused := d.written(refuses.Because, d.other)
		if refuses.Outcome != ExplicitlyDenied {
			refused = d.near(cell)
		}
		g = &finding{line: l}
		g.principals, g.actions, g.resources = map[string]bool{}, map[int]bool{}, map[int]bool{}
		g.change = Change{Kind: d.kind, Old: granted, New: refused, Witness: r, Assumed: d.f.beside}
		if d.kind == Broader {
			g.change.Old, g.change.New = refused, granted
		}
		if d.f.beside.Resource != nil {
			g.change.Assumed.Resource = from.Resource
		}
		d.byGrant[d.grantOf(l)] = g
		d.findings = append(d.findings, g)
	}
	g.name(d.f)
	g.actions[i], g.resources[j] = true, true
	d.touched = append(d.touched, g)
	return true
}

// finding gathers the parts of one change.
type finding struct {
	change             Change
	line               *line
	principals         map[string]bool
	actions, resources map[int]bool // by their place in the statement
}

// grantOf names a statement of one of the two sides.
func (d *difference) grantOf(l *line) string {
	return fmt.Sprint(d.kind, l.from.assumed, l.from.cause.Policy, l.from.cause.Statement)
}

// has reports whether it is known already that the sides differ in an action and in a resource of
// the line, for the principals of this frame.
func (d *difference) has(l *line, i, j int) bool {
	g := d.byGrant[d.grantOf(l)]
	return g != nil && g.actions[i] && g.resources[j] &&
		!slices.ContainsFunc(l.principals(d.f), func(p string) bool { return !g.principals[p] })
}

func (g *finding) name(f frame) {
	for _, p := range g.line.principals(f) {
		g.principals[p] = true
	}
}

// principals returns the values of the statement's Principal that reach the principal of the frame.
func (l *line) principals(f frame) []string {
	p := l.from.statement.Principal
	switch {
	case p == nil:
		return nil
	case p.Any:
		return []string{"*"}
	}
	var out []string
	for _, t := range p.Types {
		for _, v := range t.Values.Values {
			if name, _ := v.OnlyLit(); f.e.subject.reachedBy(t.Type, name, f.e.context) != none {
				out = append(out, name)
			}
		}
	}
	return out
}

// written leaves out the statements that were assumed.
func (d *difference) written(causes []Cause, own Policies) []Cause {
	var out []Cause
	first := fmt.Sprintf("identity[%d]", len(own.Identity)) // what is assumed comes last
	for _, c := range causes {
		if c.Policy != first && (c.Policy != "resource" || own.Resource != nil) {
			out = append(out, c)
		}
	}
	return out
}

// near returns the statements of the other side that allow some of the actions on some of the
// resources of a region, to some request.
func (d *difference) near(cell region) []Cause {
	var out []Cause
	for _, g := range d.to.grants {
		for _, lines := range g {
			for _, l := range lines {
				if l.from.assumed || slices.Contains(out, l.from.cause) {
					continue
				}
				if d.someAction(cell.action.with(l.action, true)) &&
					d.someResource(cell.resource.with(l.resource, true)) {
					out = append(out, l.from.cause)
				}
			}
		}
	}
	return out
}

// result puts the changes together.
func (c *comparer) result() Comparison {
	out := Comparison{Relation: Same, Undecided: c.doubts}
	kinds := map[Relation]bool{}
	for _, g := range c.findings {
		kinds[g.change.Kind] = true
		out.Changes = append(out.Changes, g.finish())
	}
	switch {
	case kinds[Broader] && kinds[Narrower]:
		out.Relation = Different
	case len(c.doubts) > 0:
		out.Relation = Undecided
	case kinds[Broader]:
		out.Relation = Broader
	case kinds[Narrower]:
		out.Relation = Narrower
	}
	slices.Sort(out.Undecided)
	return out
}

// finish writes out what the sides differ in.
func (g *finding) finish() Change {
	s, out := g.line.from.statement, g.change
	out.Conditions = s.Condition
	out.NotPrincipals = s.NotPrincipal.Written()
	for _, name := range s.Principal.Written() {
		if g.principals[name] && !slices.Contains(out.Principals, name) {
			out.Principals = append(out.Principals, name)
		}
	}
	out.Actions, out.NotActions = chosen(s.Action, g.actions), s.NotAction.Written()
	out.Resources, out.NotResources = chosen(s.Resource, g.resources), s.NotResource.Written()
	return out
}

// chosen returns the values at the places that are set.
func chosen(t Texts, at map[int]bool) []string {
	var out []string
	for i, v := range t.Values {
		if at[i] {
			out = append(out, v.IAM())
		}
	}
	return out
}

// write says which requests the frame has, as far as the lines of the sides do not say it.
func (f frame) write(c *comparer) string {
	out := f.action.key() + " " + f.resource.key()
	for _, key := range slices.Sorted(maps.Keys(c.keys)) {
		if l, ok := f.keys[key]; ok {
			out += " " + key + l.key()
		}
		if _, ok := f.known[key]; ok && len(c.variables) > 0 {
			out += " " + key + strings.Join(f.known[key], ",")
		}
	}
	return out
}
