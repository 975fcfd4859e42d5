package policy

import (
	"strings"
	"unicode/utf8"
)

// token is one step of a pattern: a character that stands for itself, or a wildcard.
type token struct {
	char    rune
	wild    byte // 0, '*' for any number of characters, or '?' for one
	noColon bool // the wildcard does not match a colon
	fold    bool // the character stands for itself in either case; in a [language] alone
}

// literal returns the pattern that only s matches.
func literal(s string) []token {
	p := make([]token, 0, len(s))
	for _, r := range s {
		p = append(p, token{char: r})
	}
	return p
}

// glob returns the pattern that s writes: "*" is any number of characters, "?" is one, others stand
// for themselves.
func glob(s string) []token {
	p := literal(s)
	for i, t := range p {
		if t.char == '*' || t.char == '?' {
			p[i] = token{wild: byte(t.char)}
		}
	}
	return p
}

// match reports whether the whole of s matches p. It keeps the set of places of s that the tokens
// so far may end at, so its cost is the length of p times that of s, whatever the pattern is.
func match(p []token, s string) bool {
	// What stands for itself at the beginning needs no set.
	for len(p) > 0 && p[0].wild == 0 {
		r, n := utf8.DecodeRuneInString(s)
		if n == 0 || r != p[0].char {
			return false
		}
		p, s = p[1:], s[n:]
	}
	if len(p) == 0 {
		return s == ""
	}
	text := []rune(s)
	at, next := make([]bool, len(text)+1), make([]bool, len(text)+1)
	at[0] = true
	for _, t := range p {
		some := false
		for i := range next {
			switch {
			case t.wild == '*':
				next[i] = at[i] || i > 0 && next[i-1] && !(t.noColon && text[i-1] == ':')
			case i == 0 || !at[i-1]:
				next[i] = false
			case t.wild == '?':
				next[i] = !(t.noColon && text[i-1] == ':')
			default:
				next[i] = text[i-1] == t.char
			}
			some = some || next[i]
		}
		if !some {
			return false
		}
		at, next = next, at
	}
	return at[len(text)]
}

// foldMatch matches without regard to case, as action names are
// (reference_policies_elements_action).
func foldMatch(pattern, s string) bool {
	if !strings.ContainsAny(pattern, "*?") {
		return strings.EqualFold(pattern, s)
	}
	return match(glob(strings.ToLower(pattern)), strings.ToLower(s))
}

// arnPattern restricts wildcards to their segment of an ARN. A "*" that is the last character of
// its segment may go on beyond the colon; all others, and "?", stay within it
// (reference_policies_elements_resource, "Using wildcards in resource ARNs"). What follows the
// fifth colon is one segment, in which a colon is a character like others.
func arnPattern(p []token) []token {
	colons := 0
	for i := range p {
		switch {
		case p[i].char == ':':
			colons++
		case colons >= 5 || p[i].wild == 0:
		case p[i].wild == '*' && (i == len(p)-1 || p[i+1].char == ':'):
		default:
			p[i].noColon = true
		}
	}
	return p
}

// segments splits a pattern into the six parts of an ARN; it has fewer when the pattern has fewer.
func segments(p []token) [][]token {
	var parts [][]token
	start := 0
	for i, t := range p {
		if t.char == ':' && len(parts) < 5 {
			parts = append(parts, p[start:i])
			start = i + 1
		}
	}
	return append(parts, p[start:])
}

// matchARN compares an ARN as the operators ArnEquals and ArnLike do: each of the six parts by
// itself (reference_policies_elements_condition_operators, "Amazon Resource Name (ARN) condition
// operators"). A pattern "*" is any ARN.
func matchARN(p []token, s string) bool {
	if len(p) == 1 && p[0].wild == '*' {
		return isARN(s)
	}
	parts, texts := segments(p), strings.SplitN(s, ":", 6)
	if len(parts) != 6 || len(texts) != 6 {
		return false
	}
	for i := range parts {
		if !match(parts[i], texts[i]) {
			return false
		}
	}
	return true
}

func isARN(s string) bool { return strings.HasPrefix(s, "arn:") && strings.Count(s, ":") >= 5 }
