package actions

import "strings"

// arnPattern is a pattern of ARNs or of names, as steps.
type arnPattern []step

// step is a character that stands for itself, or a wildcard.
type step struct {
	char byte
	wild byte   // 0, '*' for any number of characters, '?' for one
	not  string // characters that the wildcard does not stand for
}

// takes reports whether a step can stand for what another one stands for, in one character.
func (s step) takes(other step) bool {
	switch {
	case s.wild == 0 && other.wild == 0:
		return s.char == other.char
	case s.wild == 0:
		return strings.IndexByte(other.not, s.char) < 0
	case other.wild == 0:
		return strings.IndexByte(s.not, other.char) < 0
	}
	return true // there are characters enough that neither leaves out
}

// arnOfType reads the ARN of a type of resources: what is written ${BucketName} stands for any
// text. Partition, Region and Account have no colon, and a bucket's name has no slash.
func arnOfType(arn string) arnPattern {
	var p arnPattern
	for arn != "" {
		literal, rest, found := strings.Cut(arn, "${")
		p = append(p, literalOf(literal)...)
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		s := step{wild: '*'}
		switch name {
		case "Partition", "Region", "Account":
			s.not = ":"
		case "BucketName":
			s.not = "/:"
		}
		p, arn = append(p, s), after
	}
	return p
}

// literalOf returns the pattern that s alone matches.
func literalOf(s string) arnPattern {
	p := make(arnPattern, len(s))
	for i := range len(s) {
		p[i].char = s[i]
	}
	return p
}

// globOf returns the pattern that s writes with "*" and "?".
func globOf(s string) arnPattern {
	p := literalOf(s)
	for i, c := range []byte(s) {
		if c == '*' || c == '?' {
			p[i] = step{wild: c}
		}
	}
	return p
}

// matches reports whether a name matches a pattern with "*" and "?". What a "*" stands for is made
// longer only from the last one on, so the cost is at most the product of their lengths.
func matches(pattern, name string) bool {
	p, n, star, from := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			from++
			p, n = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// overlaps reports whether some text matches both patterns. Its cost is the product of their
// lengths, whatever they are.
func (p arnPattern) overlaps(q arnPattern) bool {
	// at[j] is whether the steps of p so far and the first j of q can match one text.
	at, next := make([]bool, len(q)+1), make([]bool, len(q)+1)
	for i := 0; i <= len(p); i++ {
		for j := 0; j <= len(q); j++ {
			var can bool
			switch {
			case i == 0 && j == 0:
				can = true
			default:
				can = i > 0 && p[i-1].wild == '*' && at[j] || // it stands for nothing
					j > 0 && q[j-1].wild == '*' && next[j-1]
				if !can && i > 0 && j > 0 && p[i-1].takes(q[j-1]) {
					a, b := p[i-1], q[j-1]
					can = at[j-1] || a.wild == '*' && next[j-1] || b.wild == '*' && at[j]
				}
			}
			next[j] = can
		}
		at, next = next, at
	}
	return at[len(q)]
}

// String returns the pattern as it is written, with "*" for a wildcard.
func (p arnPattern) String() string {
	b := make([]byte, len(p))
	for i, s := range p {
		b[i] = max(s.char, s.wild)
	}
	return string(b)
}
