package policy

import (
	"slices"
	"strconv"
	"strings"
)

// region is a set of requests of one frame: a product of sets of actions, of resources and of the
// values of each key.
type region struct {
	action, resource limits
	claims           []claim
}

// claim is a test and whether it is to hold.
type claim struct {
	t    *test
	hold bool
}

// with returns the part of the region in which the test holds, or does not.
func (r region) with(t *test, hold bool) region {
	r.claims = append(slices.Clip(r.claims), claim{t, hold})
	return r
}

// on returns the claims on a key.
func (r region) on(key string) []claim {
	var out []claim
	for _, q := range r.claims {
		if q.t.key == key {
			out = append(out, q)
		}
	}
	return out
}

// search looks for requests in the regions of one frame.
type search struct {
	*comparer
	f     frame
	found func(region) bool // reports whether the region has a request that is looked for

	valuations map[string]valuation
}

func (c *comparer) someAction(l limits) bool {
	_, ok := c.languages.word(c.actionSpace, l.in, l.out)
	return ok
}

func (c *comparer) someResource(l limits) bool {
	_, ok := c.languages.word(c.resourceSpace, l.in, l.out)
	return ok
}

// someValue reports whether the test can hold in the region, or fail.
func (s *search) someValue(r region, t *test, hold bool) bool {
	if t.unknown {
		return true
	}
	claims := r.on(t.key)
	for _, q := range claims {
		if q.t == t {
			return q.hold == hold
		}
	}
	return s.values(t.key, append(claims, claim{t, hold})).ok
}

// inside returns the part of the region that the line concerns. It answers false when there is
// none.
func (s *search) inside(r region, l *line) (region, bool) {
	r.action, r.resource = r.action.with(l.action, true), r.resource.with(l.resource, true)
	if !s.someAction(r.action) || !s.someResource(r.resource) {
		return r, false
	}
	for _, t := range l.tests {
		if !s.someValue(r, t, true) {
			return r, false
		}
		r = r.with(t, true)
	}
	return r, true
}

// apart returns the parts of the region that the line does not concern, which can overlap. It
// answers false when the line concerns nothing of the region.
func (s *search) apart(r region, l *line) (parts []region, meets bool) {
	if l.resource.not && len(l.resource.lang.vars) > 0 && l.from.statement.Effect == Allow {
		// Where the variable has no value it allows nothing: taken as if it never did.
		return nil, false
	}
	if !s.someAction(r.action.with(l.action, true)) ||
		!s.someResource(r.resource.with(l.resource, true)) {
		return nil, false
	}
	for _, t := range l.tests {
		if !s.someValue(r, t, true) {
			return nil, false
		}
	}
	if out := r.action.with(l.action, false); l.action.lang != nil && s.someAction(out) {
		p := r
		p.action = out
		parts = append(parts, p)
	}
	if out := r.resource.with(l.resource, false); l.resource.lang != nil && s.someResource(out) {
		p := r
		p.resource = out
		parts = append(parts, p)
	}
	for _, t := range l.tests {
		if s.someValue(r, t, false) {
			parts = append(parts, r.with(t, false))
		}
	}
	return parts, true
}

// outside looks for a request of the region that no line concerns. The line that leaves the fewest
// parts is taken away first.
func (s *search) outside(r region, lines group) bool {
	if !s.budget.step(8) {
		return false
	}
	var best []region
	at := -1
	live := make(group, 0, len(lines))
	for _, l := range lines {
		parts, meets := s.apart(r, l)
		if !meets {
			continue
		}
		if len(parts) == 0 {
			return false
		}
		if at < 0 || len(parts) < len(best) {
			at, best = len(live), parts
		}
		live = append(live, l)
	}
	if at < 0 {
		return s.found(r)
	}
	live = slices.Delete(live, at, at+1)
	for _, p := range best {
		if s.outside(p, live) {
			return true
		}
	}
	return false
}

// claimKey writes claims so that the same ones are written alike.
func claimKey(key string, claims []claim) string {
	ids := make([]int, len(claims))
	for i, q := range claims {
		ids[i] = 2 * q.t.id
		if q.hold {
			ids[i]++
		}
	}
	slices.Sort(ids)
	var b strings.Builder
	b.WriteString(key)
	for _, id := range slices.Compact(ids) {
		b.WriteByte(' ')
		b.WriteString(strconv.Itoa(id))
	}
	return b.String()
}
