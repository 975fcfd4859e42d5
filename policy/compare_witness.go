package policy

import (
	"maps"
	"slices"
	"strings"
)

// binding is a value for each key, in lower case, that an open variable stands for. What is not
// there has no value.
type binding map[string]string

// witness looks for a request of the region that good accepts. Where there is none it notes what is
// in the way: a variable that has no value which makes one.
func (s *search) witness(r region, good func(Request) bool) bool {
	vars := s.openVars(r)
	if len(vars) == 0 && !slices.ContainsFunc(r.claims, func(q claim) bool { return q.t.unknown }) {
		if s.try(r, nil, good) {
			return true
		}
		if !s.budget.over {
			s.doubt("a request that should differ does not")
		}
		return false
	}
	for _, b := range s.bindings(r, s.keysOf(vars)) {
		if s.try(r, b, good) {
			return true
		}
	}
	for _, name := range vars {
		s.doubt("policy variable " + name)
	}
	if len(vars) == 0 {
		s.doubt("policy variable before the fifth colon of an ARN")
	}
	return false
}

// openVars returns the variables of the region, as they are written.
func (s *search) openVars(r region) []string {
	var names []string
	add := func(l *language) { names = append(names, l.vars...) }
	for _, list := range [][]*language{r.resource.in, r.resource.out} {
		for _, l := range list {
			add(l)
		}
	}
	for _, q := range r.claims {
		names = append(names, q.t.vars...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// keysOf returns the keys that variables stand for, in lower case.
func (s *search) keysOf(vars []string) []string {
	var keys []string
	for _, name := range vars {
		keys = append(keys, strings.ToLower(s.variables[name].Name))
	}
	return unique(keys)
}

// bindings returns values for the variables that are worth a try: some that fit the conditions on
// their keys, one that no policy names, pieces of what is beside them in the policies, and
// none.
func (s *search) bindings(r region, keys []string) []binding {
	pieces := []string{"Example"}
	add := func(l *language) {
		for _, p := range l.patterns {
			pieces = append(pieces, literalPieces(p)...)
		}
	}
	for _, list := range [][]*language{r.resource.in, r.resource.out} {
		for _, l := range list {
			add(l)
		}
	}
	for _, q := range r.claims {
		if q.t.lang != nil {
			add(q.t.lang)
		}
		for _, w := range s.values(q.t.key, r.on(q.t.key)).values {
			if !slices.ContainsFunc(w, func(c rune) bool { return c < 0 }) {
				pieces = append(pieces, string(w))
			}
		}
	}
	own := binding{}
	for _, key := range keys {
		own[key] = "Example"
		if claims := r.on(key); len(claims) > 0 || len(s.f.keys[key].in) > 0 {
			if v := s.present(key, claims); v.ok && len(v.values) == 1 {
				own[key] = string(v.values[0])
			}
		}
	}
	all := []binding{own, {}}
	pieces = unique(pieces)
	for _, p := range pieces[:min(24, len(pieces))] {
		for _, key := range keys {
			one, without := maps.Clone(own), maps.Clone(own)
			one[key] = p
			delete(without, key)
			all = append(all, one, without)
		}
	}
	return all
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// literalPieces returns the parts of a pattern between wildcards, variables, slashes and colons.
func literalPieces(p []token) []string {
	var out []string
	var piece, whole strings.Builder
	end := func() {
		if piece.Len() > 0 {
			out = append(out, piece.String())
		}
		piece.Reset()
	}
	for _, t := range p {
		if t.wild != 0 || t.char < 0 {
			end()
			whole.Reset()
			continue
		}
		whole.WriteRune(t.char)
		if t.char == '/' || t.char == ':' {
			end()
			continue
		}
		piece.WriteRune(t.char)
	}
	end()
	if whole.Len() > 0 {
		out = append(out, whole.String())
	}
	return out
}

// bound returns the language with the values of its variables.
func (s *search) bound(l *language, b binding) *language {
	if len(l.vars) == 0 {
		return l
	}
	value := map[rune][]token{}
	for _, name := range l.vars {
		v := s.variables[name]
		if text, ok := b[strings.ToLower(v.Name)]; ok {
			value[s.languages.letters[name]] = literal(text)
		} else if v.HasDefault {
			value[s.languages.letters[name]] = literal(v.Default)
		}
	}
	var out [][]token
next:
	for _, p := range l.patterns {
		var q []token
		for _, t := range p {
			if t.wild != 0 || t.char >= 0 {
				q = append(q, t)
				continue
			}
			v, ok := value[t.char]
			if !ok {
				continue next
			}
			for _, c := range v {
				c.fold = t.fold
				q = append(q, c)
			}
		}
		out = append(out, q)
	}
	return s.languages.of(out...)
}

func (s *search) boundAll(list []*language, b binding) []*language {
	out := make([]*language, len(list))
	for i, l := range list {
		out[i] = s.bound(l, b)
	}
	return out
}

// try makes a request of the region with values for its variables.
func (s *search) try(r region, b binding, good func(Request) bool) bool {
	context := map[string][]string{}
	for _, key := range s.keysOf(s.openVars(r)) {
		context[key] = []string{}
		if text, ok := b[key]; ok {
			context[key] = []string{text}
		}
	}
	claims := map[string][]claim{}
	for key := range s.f.keys {
		claims[key] = nil
	}
	for _, q := range r.claims {
		if q.t.unknown {
			continue
		}
		if q.t.open() {
			t := *q.t
			t.lang, t.vars = s.bound(t.lang, b), nil
			t.w = words{t.w.version, maps.Clone(t.w.context)}
			maps.Copy(t.w.context, context)
			q.t = &t
		}
		claims[q.t.key] = append(claims[q.t.key], q)
	}
	for key, list := range claims {
		if _, known := s.f.known[key]; known {
			continue
		}
		if given, ok := context[key]; ok {
			if slices.ContainsFunc(list, func(q claim) bool { return q.t.holds(given) != q.hold }) {
				return false
			}
			continue
		}
		v := s.solve(key, list)
		if !v.ok {
			return false
		}
		context[key] = []string{}
		for _, w := range v.values {
			context[key] = append(context[key], string(w))
		}
	}
	action, ok := s.languages.word(s.actionSpace, r.action.in, r.action.out)
	if !ok {
		return false
	}
	l := limits{s.boundAll(r.resource.in, b), s.boundAll(r.resource.out, b)}
	resource, ok := s.languages.word(s.resourceSpace, l.in, l.out)
	return ok && good(s.request(string(action), string(resource), context))
}

// request writes the request down, without what the principal tells anyway.
func (s *search) request(action, resource string, context map[string][]string) Request {
	if spelled, ok := s.spelling[action]; ok {
		action = spelled
	}
	r := Request{Principal: s.f.principal, Action: action, Resource: resource}
	r.ResourceAccount = s.f.e.account
	if v := context["aws:username"]; len(v) == 1 && len(s.f.keys["aws:username"].in) > 0 {
		r.Principal = s.f.prefix + v[0]
	}
	if v := context["aws:principalarn"]; len(v) == 1 && s.f.prefix != "" {
		r.Principal = v[0]
	}
	maps.Copy(context, s.f.known)
	derived := requestContext{}
	if e, err := newEvaluation(r); err == nil {
		derived = e.context
	}
	r.Context = map[string][]string{}
	for key, values := range context {
		told, has := derived.get(key)
		if len(values) == 0 && !has || has && slices.Equal(told, values) {
			continue
		}
		name := key
		if u := s.keys[key]; u != nil {
			name = u.name
		}
		r.Context[name] = values
	}
	return r
}
