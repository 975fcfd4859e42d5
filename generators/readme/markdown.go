package readme

import (
	"strings"
	"unicode"
)

// The three kinds of text that a template may hold a place for. They are made by text, code and
// fence alone, so that a value of the spec cannot become a heading, a cell, a link or a tag.
type (
	inline string // running text or a table cell, escaped
	span   string // a code span, or escaped text where a span cannot hold the value
	block  string // a fenced block with its fences
)

// special are the characters that mean something to CommonMark or to GitHub's tables, wherever
// they are in a line.
const special = "\\`*_[]<>|~&$@"

// text escapes s so that it reads as it is written, on one line.
func text(s string) inline {
	s = strings.Join(strings.Fields(plain(s)), " ")
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if strings.IndexByte(special, c) >= 0 || opens(s, i) || c == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www") {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return inline(b.String())
}

// opens reports whether the character at i could begin a block (a heading, a list, a rule) or a
// link that needs no brackets.
func opens(s string, i int) bool {
	switch c := s[i]; c {
	case '#', '+', '-', '=':
		return i == 0
	case '.', ')':
		return i > 0 && i < 10 && strings.Trim(s[:i], "0123456789") == ""
	case ':':
		before := strings.ToLower(s[:i])
		return strings.HasPrefix(s[i:], "://") || strings.HasSuffix(before, "mailto") || strings.HasSuffix(before, "xmpp")
	case '!':
		return i+1 < len(s) && s[i+1] == '['
	}
	return false
}

// code returns s as a code span that may be in a table. A table takes "|" for the end of a cell
// inside of code too, so a value with one is escaped text instead; so is an empty one.
func code(s string) span {
	s = plain(s)
	if s == "" || strings.Contains(s, "|") {
		return span(text(s))
	}
	ticks := strings.Repeat("`", longest(s)+1)
	if strings.IndexByte("` ", s[0]) >= 0 || strings.IndexByte("` ", s[len(s)-1]) >= 0 {
		s = " " + s + " "
	}
	return span(ticks + s + ticks)
}

// codes returns each of list as a code span, with commas between.
func codes(list []string) span {
	spans := make([]string, len(list))
	for i, s := range list {
		spans[i] = string(code(s))
	}
	return span(strings.Join(spans, ", "))
}

// fence returns s as a block of code that s cannot end.
func fence(language, s string) block {
	ticks := strings.Repeat("`", max(3, longest(s)+1))
	return block(ticks + language + "\n" + strings.TrimSuffix(s, "\n") + "\n" + ticks)
}

// longest returns the length of the longest run of backticks in s.
func longest(s string) int {
	most, n := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] != '`' {
			n = 0
			continue
		}
		n++
		most = max(most, n)
	}
	return most
}

// plain puts s on one line: line breaks and other controls become spaces, and what reorders the
// characters beside it U+FFFD.
func plain(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// comment returns s so that it can be inside of an HTML comment, which ends at "-->".
func comment(s string) inline {
	return inline(strings.NewReplacer("<", " ", ">", " ").Replace(plain(s)))
}
