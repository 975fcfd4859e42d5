package policy

import (
	"fmt"
	"slices"
	"strconv"
)

// compare finds the differences in the requests of one frame.
func (c *comparer) compare(f frame, before, after Policies) {
	o, n := c.side(f, before), c.side(f, after)
	if len(o.grants)+len(n.grants) == 0 || o.write(false) == n.write(false) {
		return
	}
	content := fmt.Sprint(f.exceptions) + f.write(c) + o.write(true) + "\nnew " + n.write(true)
	c.budget.keep(len(content))
	if known, ok := c.done[content]; ok {
		for _, g := range known {
			g.name(f)
		}
		return
	}
	c.done[content] = append(c.direction(f, Broader, &n, &o, after, before),
		c.direction(f, Narrower, &o, &n, before, after)...)
}

// direction finds what from allows and to does not.
func (c *comparer) direction(
	f frame, kind Relation, from, to *side, own, other Policies) []*finding {
	d := difference{kind: kind, from: from, to: to, own: own, other: other}
	d.search = search{comparer: c, f: f, valuations: map[string]valuation{}}
	d.fromAll, d.toAll = f.all(own), f.all(other)
	for _, l := range to.denies {
		if !from.denies.has(l) {
			d.newDenies = append(d.newDenies, l)
		}
	}
	for _, g := range from.grants {
		d.permit(g, 0)
	}
	return d.touched
}

// permit looks at each way to be allowed by a grant. It is told as one by the first line that is
// not assumed; where all are, as one by the line that denies it.
func (d *difference) permit(g permit, at int) {
	for ; at < len(g); at++ {
		var written, others group
		for _, l := range g[at] {
			if l.from.assumed {
				others = append(others, l)
			} else {
				written = append(written, l)
			}
		}
		for _, l := range written {
			d.line(g, at, l, l)
		}
		if len(others) == 0 {
			return
		}
		g = slices.Clone(g)
		g[at] = others
	}
	for _, denied := range d.newDenies {
		d.line(g, 0, g[0][0], denied)
	}
	if !d.to.allowsAll(g, g[0][0]) {
		d.line(g, 0, g[0][0], g[0][0])
	}
}

// difference is the search for what one side allows and the other does not.
type difference struct {
	search
	kind           Relation
	from, to       *side
	newDenies      group    // of to, which from does not have
	fromAll, toAll Policies // with what is assumed
	own, other     Policies
	touched        []*finding
	action         element // of the line that is looked at
}

// line looks at what one line of a grant allows, for each action and resource of a line that is
// told about: the same, or the one that denies it.
func (d *difference) line(g permit, at int, allow, l *line) {
	kept := d.to.allowsAll(g, allow)
	if kept && len(d.newDenies) == 0 {
		return
	}
	d.budget.at = l.from.cause.Policy
	if s := l.from.statement; s.Sid != "" {
		d.budget.at += fmt.Sprintf(", statement %q", s.Sid)
	} else {
		d.budget.at += fmt.Sprintf(", statement %d", l.from.cause.Statement)
	}
	for i := range l.action.cells() {
		for j := range l.resource.cells() {
			if d.budget.over || d.has(l, i, j) {
				continue
			}
			var r region
			r.action = d.f.action.with(l.action.cell(i), true)
			r.resource = d.f.resource.with(l.resource.cell(j), true)
			cell := r
			d.action = l.action.cell(i)
			if !d.someAction(r.action) || !d.someResource(r.resource) {
				continue
			}
			var ok bool
			if r, ok = d.inside(r, allow); !ok {
				continue
			}
			if l != allow {
				if r, ok = d.inside(r, l); !ok {
					continue
				}
			}
			d.found = func(r region) bool {
				if d.f.exceptions {
					d.doubt("NotPrincipal in an Allow")
					return true
				}
				return d.witness(r, func(q Request) bool { return d.differs(q, cell, l, i, j) })
			}
			d.others(r, g, at, 0, kept)
		}
	}
}

// cells returns the number of parts that an element is looked at in.
func (e element) cells() int {
	if e.lang == nil || e.not {
		return 1
	}
	return len(e.list)
}

func (e element) cell(i int) element {
	if e.lang == nil || e.not {
		return e
	}
	return element{lang: e.list[i]}
}

// others takes each combination of lines from the other groups of the grant.
func (d *difference) others(r region, g permit, at, k int, kept bool) bool {
	switch {
	case k == len(g):
		return d.denied(r) || !kept && d.notAllowed(r, d.to.grants, nil)
	case k == at:
		return d.others(r, g, at, k+1, kept)
	}
	for _, l := range g[k] {
		if in, ok := d.inside(r, l); ok && d.others(in, g, at, k+1, kept) {
			return true
		}
	}
	return false
}

// denied looks for a request of the region that the other side alone denies.
func (d *difference) denied(r region) bool {
	return slices.ContainsFunc(d.newDenies, func(l *line) bool {
		in, ok := d.inside(r, l)
		return ok && d.outside(in, d.concerning(nil, d.from.denies))
	})
}

// concerning adds the lines of a group that can concern the action that is looked at.
func (d *difference) concerning(to, g group) group {
	for _, l := range g {
		if d.action.lang == nil || d.action.not || l.action.not ||
			d.meet(d.action.lang, l.action.lang) {
			to = append(to, l)
		}
	}
	return to
}

// notAllowed looks for a request of the region that no grant of the other side allows: of each,
// some group has no line that concerns it.
func (d *difference) notAllowed(r region, grants []permit, without []group) bool {
	if len(grants) == 0 {
		lines := d.concerning(nil, d.from.denies)
		for _, g := range without {
			lines = d.concerning(lines, g)
		}
		return d.outside(r, lines)
	}
	failed := func(g group) bool {
		return slices.ContainsFunc(without, func(w group) bool { return slices.Equal(w, g) })
	}
	if slices.ContainsFunc(grants[0], failed) {
		return d.notAllowed(r, grants[1:], without)
	}
	return slices.ContainsFunc(grants[0], func(g group) bool {
		return d.notAllowed(r, grants[1:], append(slices.Clip(without), g))
	})
}

// allowsAll reports whether some grant has all lines that g has with l, or more.
func (s *side) allowsAll(g permit, l *line) bool {
	return slices.ContainsFunc(s.grants, func(h permit) bool {
		return !slices.ContainsFunc(h, func(own group) bool {
			return !own.has(l) && !slices.ContainsFunc(g, func(x group) bool {
				return !slices.ContainsFunc(x, func(y *line) bool { return !own.has(y) })
			})
		})
	})
}

func (g group) has(l *line) bool {
	return slices.ContainsFunc(g, func(o *line) bool { return o.content == l.content })
}

// write says what the side decides; with places, which statement it is too.
func (s *side) write(places bool) string {
	var out []byte
	list := func(g group) {
		ids := make([]int, len(g))
		for i, l := range g {
			ids[i] = l.content
			if places {
				ids[i] = l.number
			}
		}
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			out = strconv.AppendInt(append(out, ' '), int64(id), 36)
		}
	}
	list(s.denies)
	for _, g := range s.grants {
		out = append(out, '/')
		for _, x := range g {
			list(x)
			out = append(out, ',')
		}
	}
	return string(out)
}
