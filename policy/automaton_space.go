package policy

import "slices"

// space is a set of strings in which words are looked for.
type space struct {
	all   *language // what the strings are
	fresh string    // characters for what no pattern names; the first that is free is taken
	open  bool      // behind fresh, any other character
	hints []word    // words that read better than others, and are tried first
}

// unused returns a character that is in no pattern of the languages, or in none that is told
// from others by one of the first 64 of them.
func (s space) unused(lists ...[]*language) rune {
	var room [64]rune
	used := room[:0]
	for _, list := range lists {
		for _, x := range list {
			for _, p := range x.patterns {
				for _, t := range p {
					if t.wild == 0 && len(used) < 64 {
						used = t.characters(used)
					}
				}
			}
		}
	}
	r, _ := s.freshRune(used)
	return r
}

// freshRune returns a character that is not used.
func (s space) freshRune(used []rune) (rune, bool) {
	for _, r := range s.fresh {
		if !slices.Contains(used, r) && r != ':' {
			return r, true
		}
	}
	for r := rune(0xc0); s.open; r++ {
		if !slices.Contains(used, r) {
			return r, true
		}
	}
	return 0, false
}
