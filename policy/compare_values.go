package policy

import "slices"

// valuation is what a key can be so that all claims on it hold.
type valuation struct {
	ok     bool
	values []word // none: the key is absent
}

// values finds values of a key, or its absence, with which all claims hold. Several values make
// several claims that one value each has to fit hold one by one.
func (s *search) values(key string, claims []claim) valuation {
	memo := claimKey(key, claims)
	if v, ok := s.valuations[memo]; ok {
		return v
	}
	v := s.solve(key, claims)
	s.valuations[memo] = v
	return v
}

func (s *search) solve(key string, claims []claim) valuation {
	if known, ok := s.f.known[key]; ok {
		// The claims are on variables of other keys.
		v := valuation{ok: true}
		for _, k := range known {
			v.values = append(v.values, word(k))
		}
		return v
	}
	all := func(values []string) bool {
		return !slices.ContainsFunc(claims, func(q claim) bool {
			return !(q.t.open() && len(values) > 0) && q.t.holds(values) != q.hold
		})
	}
	own := s.f.keys[key]
	if len(own.in) == 0 && all(nil) {
		return valuation{ok: true}
	}
	// What is not empty; Null and ForAllValues take an empty text for none.
	for _, q := range claims {
		if q.t.op.class == classNull && q.t.holds([]string{"x"}) != q.hold {
			return valuation{ok: len(own.in) == 0 && all([]string{""}), values: []word{{}}}
		}
	}
	if v := s.present(key, claims); v.ok {
		return v
	}
	if u := s.keys[key]; u != nil && u.mixed {
		s.doubt("condition key " + u.name + " under operators of several classes")
	}
	return valuation{ok: len(own.in) == 0 && all([]string{""}), values: []word{{}}}
}

// present finds values that are there, one at least not empty.
func (s *search) present(key string, claims []claim) valuation {
	find := s.languageValue
	if u := s.keys[key]; u != nil && u.finite {
		find = s.candidateValue
	}
	var every, one []claim
	for _, q := range claims {
		switch {
		case q.t.op.class == classNull || q.t.unknown:
		case q.every() || !s.keys[key].multi:
			every = append(every, q)
		default:
			one = append(one, q)
		}
	}
	var v valuation
	filled := false
	for _, q := range one {
		w, ok := find(key, append(slices.Clip(every), q), true)
		if filled = filled || ok; !ok {
			if w, ok = find(key, append(slices.Clip(every), q), false); !ok {
				return valuation{}
			}
		}
		v.values = append(v.values, w)
	}
	if !filled {
		w, ok := find(key, every, true)
		if !ok {
			return valuation{}
		}
		v.values = append(v.values, w)
	}
	v.ok = true
	return v
}

// every reports whether the claim is one on every value, and not on one of them.
func (q claim) every() bool {
	every := q.t.op.set == forAllValues || q.t.op.set == anyOne && q.t.op.negated
	return every == q.hold
}

// languageValue finds one value that fits all claims.
func (s *search) languageValue(key string, claims []claim, filled bool) (word, bool) {
	l := s.f.keys[key]
	l = limits{slices.Clone(l.in), slices.Clone(l.out)}
	if filled {
		l.out = append(l.out, s.empty)
	}
	for _, q := range claims {
		if q.hold != q.t.op.negated {
			l.in = append(l.in, q.t.lang)
		} else {
			l.out = append(l.out, q.t.lang)
		}
	}
	return s.languages.word(s.valueSpace, l.in, l.out)
}

// candidateValue finds one value of a key whose values are numbers, dates, addresses or bytes.
func (s *search) candidateValue(key string, claims []claim, filled bool) (word, bool) {
	own := s.f.keys[key]
	list := append(slices.Clip(s.keys[key].candidates), "")
	if w, ok := s.languages.word(s.valueSpace, own.in, own.out); ok && len(own.in) > 0 {
		list = append(list, string(w))
	}
	for _, v := range list {
		w := word(v)
		if filled && v == "" ||
			slices.ContainsFunc(own.in, func(l *language) bool { return !l.contains(w) }) ||
			slices.ContainsFunc(own.out, func(l *language) bool { return l.contains(w) }) {
			continue
		}
		fails := func(q claim) bool { return !q.t.open() && q.t.fitsOne(v) != q.hold }
		if !slices.ContainsFunc(claims, fails) {
			return w, true
		}
	}
	return nil, false
}

// fitsOne decides the test for one value that is not to be taken for none.
func (t *test) fitsOne(v string) bool {
	fits := anyText(t.cond.Values, func(x Text) bool { return t.op.compare(t.w, x, v) })
	return fits != t.op.negated
}
