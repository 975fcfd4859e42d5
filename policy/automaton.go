package policy

import (
	"encoding/binary"
	"math/bits"
	"unicode"
)

// word is a string of a [language]. A negative character is the value of a policy variable,
// whatever it may be.
type word []rune

// places is a set of places in a pattern, a bit for each of its tokens and one for its end: those
// that a string read so far may have come to.
type places []uint64

func roomFor(p []token) int { return len(p)/64 + 1 }

func (s places) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s places) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// add puts in place i, and those that can be reached from it without a character.
func (s places) add(p []token, i int) {
	for s[i/64] |= 1 << (i % 64); i < len(p) && p[i].wild == '*'; {
		i++
		s[i/64] |= 1 << (i % 64)
	}
}

// each calls f with the places in s that are not the end of p.
func (s places) each(p []token, f func(token, int)) {
	for n, w := range s {
		for ; w != 0; w &= w - 1 {
			if i := n*64 + bits.TrailingZeros64(w); i < len(p) {
				f(p[i], i)
			}
		}
	}
}

// read puts into next, which is empty, where the character leads from s.
//
// Whatever can follow a place before a "*" that is reached can follow the "*" too, so that the
// places before it are left out. It keeps the number of sets that can be reached about as small as
// the pattern is long.
func (s places) read(p []token, r rune, next places) {
	last := 0
	s.each(p, func(t token, i int) {
		if !t.takes(r) {
			return
		}
		if t.wild != '*' {
			i++
		}
		next.add(p, i)
	})
	next.each(p, func(t token, i int) {
		if t.wild == '*' && !t.noColon {
			last = i
		}
	})
	for i := range next[:last/64] {
		next[i] = 0
	}
	next[last/64] &^= 1<<(last%64) - 1
}

// takes reports whether the token can stand for the character. The value of a variable is taken by
// the variable, and by a "*" that takes any characters.
func (t token) takes(r rune) bool {
	switch {
	case t.wild == '*' && !t.noColon:
		return true
	case t.wild != 0:
		return r >= 0 && !(t.noColon && r == ':')
	case t.fold && r >= 0:
		return sameLetter(t.char, r)
	}
	return t.char == r
}

// sameLetter reports whether two characters differ in case at most, as strings.EqualFold does.
func sameLetter(a, b rune) bool {
	if a == b {
		return true
	}
	for c := unicode.SimpleFold(a); c != a; c = unicode.SimpleFold(c) {
		if c == b {
			return true
		}
	}
	return false
}

// takesAll reports whether the pattern is one of the whole word.
func takesAll(p []token, w word) bool {
	// What stands for itself at the beginning needs no set.
	for len(p) > 0 && p[0].wild == 0 {
		if len(w) == 0 || !p[0].takes(w[0]) {
			return false
		}
		p, w = p[1:], w[1:]
	}
	if len(p) == 0 {
		return len(w) == 0
	}
	var room [8]uint64
	n := roomFor(p)
	buf := room[:]
	if 2*n > len(buf) {
		buf = make([]uint64, 2*n)
	}
	at, next := places(buf[:n]), places(buf[n:2*n])
	at.add(p, 0)
	for _, r := range w {
		clear(next)
		at.read(p, r, next)
		if next.empty() {
			return false
		}
		at, next = next, at
	}
	return at.has(len(p))
}

// key adds the places to b so that different ones are different.
func (s places) key(b []byte) []byte {
	for _, w := range s {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

func (s places) load(key string) {
	for i := range s {
		s[i] = binary.LittleEndian.Uint64([]byte(key[8*i : 8*i+8]))
	}
}
