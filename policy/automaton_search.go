package policy

import "unicode"

// explorer searches for the shortest word that is in some languages and not in others, by reading
// all their patterns at once.
type explorer struct {
	in, out [][][]token
	fresh   func(used []rune) (rune, bool)
	budget  *budget
}

// visit is a state that the explorer came to: the places of all patterns, and the way there.
type visit struct {
	state  string
	parent int
	via    rune
}

// find returns the word. It answers false when there is none, and when the budget is used up.
func (e explorer) find() (word, bool) {
	size := 0
	e.patterns(func(p []token, _ int) { size += roomFor(p) })
	state, next := make(places, size), make(places, size)
	at := 0
	e.patterns(func(p []token, _ int) {
		n := roomFor(p)
		state[at:at+n].add(p, 0)
		at += n
	})
	room := state.key(nil)
	visits := []visit{{state: string(room), parent: -1}}
	seen := map[string]bool{visits[0].state: true}
	for i := 0; i < len(visits); i++ {
		state.load(visits[i].state)
		if e.accepts(state) {
			return path(visits, i), true
		}
		for _, r := range e.characters(state) {
			if !e.budget.step(size) {
				return nil, false
			}
			clear(next)
			if !e.read(state, r, next) {
				continue
			}
			room = next.key(room[:0])
			if seen[string(room)] {
				continue
			}
			if !e.budget.keep(8*size + 256) {
				return nil, false
			}
			key := string(room)
			seen[key] = true
			visits = append(visits, visit{key, i, r})
		}
	}
	return nil, false
}

// patterns calls f with each pattern and the number of its language; those that the word is not to
// be in have -1.
func (e explorer) patterns(f func(p []token, language int)) {
	for i, l := range e.in {
		for _, p := range l {
			f(p, i)
		}
	}
	for _, l := range e.out {
		for _, p := range l {
			f(p, -1)
		}
	}
}

// read reads a character in all patterns. It answers false when some language that the word is to
// be in has no pattern left, or when all that can follow is in one that it is not to be in.
func (e explorer) read(state places, r rune, next places) bool {
	at, of, alive := 0, 0, false
	lost := false
	e.patterns(func(p []token, language int) {
		n := roomFor(p)
		part := next[at : at+n]
		if language >= 0 && language != of {
			lost = lost || !alive
			of, alive = language, false
		}
		if language >= 0 || !lost {
			state[at:at+n].read(p, r, part)
		}
		switch {
		case language >= 0 && !part.empty():
			alive = true
		case language < 0 && part.has(len(p)) && endsOpen(p):
			lost = true
		}
		at += n
	})
	return !lost && (alive || len(e.in) == 0)
}

// endsOpen reports whether a word that the pattern takes can go on with anything.
func endsOpen(p []token) bool {
	return len(p) > 0 && p[len(p)-1].wild == '*' && !p[len(p)-1].noColon
}

func (e explorer) accepts(state places) bool {
	at, hits, last, out := 0, 0, -1, false
	e.patterns(func(p []token, language int) {
		n := roomFor(p)
		if state[at : at+n].has(len(p)) {
			switch {
			case language < 0:
				out = true
			case language != last:
				hits, last = hits+1, language
			}
		}
		at += n
	})
	return !out && hits == len(e.in)
}

// characters returns those that lead to different states: what stands for itself at some place, and
// one that stands for all others. Where a language has no wildcard left at any place, its own
// characters are all that there are.
func (e explorer) characters(state places) []rune {
	var used, own []rune
	at, of, wild, bound := 0, -1, true, false
	var only []rune
	end := func() {
		if !wild && (!bound || len(own) < len(only)) {
			only, bound = append([]rune{}, own...), true
		}
	}
	e.patterns(func(p []token, language int) {
		n := roomFor(p)
		if language != of {
			end()
			of, wild, own = language, language < 0, nil
		}
		state[at:at+n].each(p, func(t token, _ int) {
			if t.wild != 0 {
				wild = true
				if t.noColon {
					used = addRune(used, ':')
				}
				return
			}
			used, own = t.characters(used), t.characters(own)
		})
		at += n
	})
	end()
	if bound {
		return only
	}
	if r, ok := e.fresh(used); ok {
		used = append(used, r)
	}
	return used
}

// characters adds those that the token takes.
func (t token) characters(to []rune) []rune {
	to = addRune(to, t.char)
	if t.fold && t.char >= 0 {
		for c := unicode.SimpleFold(t.char); c != t.char; c = unicode.SimpleFold(c) {
			to = addRune(to, c)
		}
	}
	return to
}

func addRune(to []rune, r rune) []rune {
	for _, c := range to {
		if c == r {
			return to
		}
	}
	return append(to, r)
}

func path(visits []visit, i int) word {
	var w word
	for ; visits[i].parent >= 0; i = visits[i].parent {
		w = append(w, visits[i].via)
	}
	for a, b := 0, len(w)-1; a < b; a, b = a+1, b-1 {
		w[a], w[b] = w[b], w[a]
	}
	return w
}
