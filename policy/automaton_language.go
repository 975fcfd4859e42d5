package policy

import (
	"slices"
	"strconv"
	"strings"
)

// language is a set of strings: those that one of its patterns takes. Two languages with the same
// patterns are one language, and have one number.
type language struct {
	id       int
	patterns [][]token
	keys     []string // of the patterns, sorted
	plain    bool     // no pattern has a wildcard, a letter of either case, or a variable
	vars     []string // the variables in its patterns, as they are written
}

// languages holds all languages of one comparison, and finds words in them.
type languages struct {
	byKey   map[string]*language
	letters map[string]rune // of variables
	answers map[string]answer
	budget  *budget
}

type answer struct {
	word word
	ok   bool
}

func newLanguages(b *budget) *languages {
	return &languages{
		byKey:   map[string]*language{},
		letters: map[string]rune{},
		answers: map[string]answer{},
		budget:  b,
	}
}

// letter returns the character that stands for the value of a variable.
func (l *languages) letter(v Var) rune {
	name := v.String()
	r, ok := l.letters[name]
	if !ok {
		r = -1 - rune(len(l.letters))
		l.letters[name] = r
	}
	return r
}

// of returns the language of the patterns.
func (l *languages) of(patterns ...[]token) *language {
	keys := make([]string, len(patterns))
	byKey := map[string][]token{}
	for i, p := range patterns {
		keys[i] = patternKey(p)
		byKey[keys[i]] = p
	}
	return l.named(keys, byKey)
}

// union returns the language of the patterns of several.
func (l *languages) union(list []*language) *language {
	if len(list) == 1 {
		return list[0]
	}
	var keys []string
	byKey := map[string][]token{}
	for _, x := range list {
		keys = append(keys, x.keys...)
		for i, k := range x.keys {
			byKey[k] = x.patterns[i]
		}
	}
	return l.named(keys, byKey)
}

// named returns the language of patterns, which are told by their keys.
func (l *languages) named(keys []string, byKey map[string][]token) *language {
	slices.Sort(keys)
	keys = slices.Compact(keys)
	key := strings.Join(keys, "\x00")
	if len(keys) == 0 {
		key = "none"
	}
	if known, ok := l.byKey[key]; ok {
		return known
	}
	lang := &language{id: len(l.byKey), keys: keys, plain: true}
	for _, k := range keys {
		p := byKey[k]
		lang.patterns = append(lang.patterns, p)
		for _, t := range p {
			lang.plain = lang.plain && t.wild == 0 && !t.fold && t.char >= 0
			if t.wild == 0 && t.char < 0 {
				for name, r := range l.letters {
					if r == t.char && !slices.Contains(lang.vars, name) {
						lang.vars = append(lang.vars, name)
					}
				}
			}
		}
	}
	slices.Sort(lang.vars)
	l.byKey[key] = lang
	return lang
}

// patternKey writes a pattern so that different ones are different.
func patternKey(p []token) string {
	b := make([]byte, 0, len(p)+8)
	for _, t := range p {
		switch {
		case t.wild != 0 && t.noColon:
			b = append(b, 1, t.wild)
		case t.wild != 0:
			b = append(b, 2, t.wild)
		case t.char < 0:
			b = strconv.AppendInt(append(b, 4), int64(t.char), 10)
		case t.fold:
			b = append(b, 3)
			b = append(b, string(lowestCase(t.char))...)
		default:
			b = append(append(b, 5), string(t.char)...)
		}
	}
	return string(b)
}

// lowestCase returns one character for all that differ in case alone.
func lowestCase(r rune) rune {
	low := r
	for _, c := range (token{char: r, fold: true}).characters(nil) {
		low = min(low, c)
	}
	return low
}

// contains reports whether the word is in the language.
func (l *language) contains(w word) bool {
	return slices.ContainsFunc(l.patterns, func(p []token) bool { return takesAll(p, w) })
}

// within reports whether each pattern of l is one of others. When it is not, l can still be a part
// of them.
func (l *language) within(others []*language) bool {
	for _, k := range l.keys {
		if !slices.ContainsFunc(others, func(x *language) bool {
			_, ok := slices.BinarySearch(x.keys, k)
			return ok
		}) {
			return false
		}
	}
	return true
}

// word finds a string of the space that is in every language of in and in none of out.
//
// Where a pattern has a variable the answer is wider than the truth and never narrower: a string
// that is one for some values of the variables has a word here, in which negative characters stand
// for the values. Several languages cannot be held against each other then, but with anything in
// place of the values, so that one of them alone counts.
func (l *languages) word(s space, in, out []*language) (word, bool) {
	var room [64]byte
	key := appendConjunction(strconv.AppendInt(room[:0], int64(s.all.id), 36), in, out)
	a, ok := l.answers[string(key)]
	if !ok && !l.budget.over {
		a.word, a.ok = l.solve(s, in, out)
		l.answers[string(key)] = a
	}
	return a.word, a.ok
}

// appendConjunction writes languages so that the same ones are written alike.
func appendConjunction(b []byte, in, out []*language) []byte {
	var room [16]int
	for sign, list := range [2][]*language{in, out} {
		ids := room[:0]
		for _, x := range list {
			ids = append(ids, x.id)
		}
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			b = strconv.AppendInt(append(b, "+-"[sign]), int64(id), 36)
		}
	}
	return b
}

func (l *languages) solve(s space, in, out []*language) (word, bool) {
	in = append(make([]*language, 0, len(in)+1), in...)
	open := slices.IndexFunc(in, func(x *language) bool { return len(x.vars) > 0 })
	if open >= 0 {
		if _, ok := l.word(s, l.widened(in), closed(out)); !ok {
			return nil, false
		}
		in = in[open : open+1]
	} else {
		in = append(in, s.all)
	}
	fits := func(w word) bool {
		l.budget.step(len(w) * (len(in) + len(out)) / 16)
		for _, x := range in {
			if !x.contains(w) {
				return false
			}
		}
		return !slices.ContainsFunc(out, func(x *language) bool { return x.contains(w) })
	}
	for _, x := range in {
		if len(x.patterns) == 0 {
			return nil, false
		}
		if x.plain {
			return firstFit(x.patterns, fits)
		}
		if x.within(out) {
			return nil, false
		}
	}
	// Most answers can be seen without an automaton.
	for _, w := range s.hints {
		if fits(w) {
			return w, true
		}
	}
	fresh := s.unused(in, out)
	room := make(word, 0, 128)
	for _, x := range in {
		if x == s.all {
			continue
		}
		for _, p := range x.patterns[:min(8, len(x.patterns))] {
			for _, fill := range []word{{fresh}, nil} {
				if room = exampleOf(room[:0], p, fill, fresh); fresh != 0 && fits(room) {
					return room, true
				}
			}
		}
	}
	e := explorer{fresh: s.freshRune, budget: l.budget}
	for _, x := range in {
		e.in = append(e.in, x.patterns)
	}
	for _, x := range out {
		e.out = append(e.out, x.patterns)
	}
	return e.find()
}

func firstFit(patterns [][]token, fits func(word) bool) (word, bool) {
	for _, p := range patterns {
		w := exampleOf(make(word, 0, len(p)), p, nil, 0)
		if fits(w) {
			return w, true
		}
	}
	return nil, false
}

// exampleOf adds to w a word of the pattern: fill for each "*", and one for each "?".
func exampleOf(w word, p []token, fill word, one rune) word {
	for _, t := range p {
		switch t.wild {
		case '*':
			w = append(w, fill...)
		case '?':
			w = append(w, one)
		default:
			w = append(w, t.char)
		}
	}
	return w
}
