package spec

import "strings"

// circle refuses a setup that needs itself in the end: there is none that could be applied first.
func (l *linker) circle(s *Setup) {
	for part, name := range s.needs() {
		if path := l.path(l.setups[name], s, map[*Setup]bool{}); path != nil {
			all := []string{s.Name}
			for _, p := range path {
				all = append(all, p.Name)
			}
			l.err(codeOf, s, part, "let one setup have what the others use", "setups need each other, so that none of them "+
				"can be applied first: %s", strings.Join(all, ", "))
			return
		}
	}
}

// needs returns the setups that one needs, by the part of the spec that says so, in its order.
func (s *Setup) needs() func(yield func(part, name string) bool) {
	return func(yield func(part, name string) bool) {
		if s.Role.Of != "" && !yield("role.of", s.Role.Of) {
			return
		}
		for _, k := range s.Keys {
			if k.Of.Elsewhere() && !yield("keys."+k.Name+".of", k.Of.Setup) {
				return
			}
		}
		for _, b := range s.Buckets {
			if b.Of.Elsewhere() && !yield("buckets."+b.Name+".of", b.Of.Setup) {
				return
			}
		}
	}
}

// path returns the setups from one to another along what they need, or nil.
func (l *linker) path(from, to *Setup, seen map[*Setup]bool) []*Setup {
	switch {
	case from == nil || seen[from]:
		return nil
	case from == to:
		return []*Setup{to}
	}
	seen[from] = true
	for _, next := range from.Owners {
		if rest := l.path(next, to, seen); rest != nil {
			return append([]*Setup{from}, rest...)
		}
	}
	return nil
}
