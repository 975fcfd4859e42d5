package shape

import (
	"fmt"
	"strings"
)

// kind says what a slot takes.
type kind byte

const (
	kindSetup kind = 'a' + iota
	kindAccount
	kindRegion
	kindIAM // users, groups and roles
	kindBucket
	kindAlias
	kindKeyID
	kindPrefix // without the slash at its end
	kindGroup  // dataset groups
	kindTag    // values of tags
	kindText   // descriptions, without the full stop at their end
	kindPath   // of roles, without the slashes at its ends
	kindNamed  // what an ARN of IAM names, behind its type
)

const aliasPrefix = "alias/"

// special are the characters, beside letters and digits, that values of some kinds may have between
// others. Which of them a value has is part of the key, so that both probes have them too: what a
// printer does to such a character shows. What a printer does to some of them depends on those
// around them where they are in running text, as the full stop of an address does; so text has
// those of specialText alone.
const (
	special     = "-_+=,.@/ ()"
	specialText = "-, ()"
)

// shortest is the length of the shortest value of a slot: shorter ones could stand anywhere in a file.
const shortest = 3

// fits tells whether a slot takes a value, and which one. What it takes begins and ends in a letter or digit, and is no word or number of any target's language.
func (k kind) fits(v string) (slot, bool) {
	s := slot{kind: k}
	switch k {
	case kindAccount:
		return s, len(v) == 12 && digits(v)
	case kindKeyID:
		return s, isUUID(v)
	case kindRegion:
		if strings.Count(v, "-") != 2 || len(v) < 9 || v[len(v)-1] < '0' || v[len(v)-1] > '9' {
			return s, false
		}
	}
	if len(v) < shortest || !alnum(v[0]) || !alnum(v[len(v)-1]) {
		return s, false
	}
	var seen [len(special)]bool
	letter := false
	for i := 0; i < len(v); i++ {
		c := v[i]
		if alnum(c) {
			letter = letter || c >= 'g' && c <= 'z' && c != 'x' && c != 'o' || c >= 'G' && c <= 'Z' && c != 'X' && c != 'O'
			continue
		}
		at := strings.IndexByte(special, c)
		if at < 0 || k != kindText && strings.IndexByte(" ()", c) >= 0 || k == kindText && strings.IndexByte(specialText, c) < 0 || c == ' ' && v[i-1] == ' ' {
			return s, false
		}
		seen[at] = true
	}
	s.digit = v[0] >= '0' && v[0] <= '9'
	if s.digit && (!letter || k == kindText) || word(v) {
		return s, false
	}
	for i, has := range seen {
		if has {
			s.marks += special[i : i+1]
		}
	}
	return s, len(v) >= s.least()
}

// least is the length of the shortest probe.
func (s slot) least() int {
	n := shortest + 2*len(s.marks)
	if s.digit {
		n++
	}
	return n
}

func (s slot) digitByte() byte {
	if s.digit {
		return '9'
	}
	return 'z'
}

// word reports whether YAML, HCL or JSON may take v for something else than text when it stands without quotes.
func word(v string) bool {
	if len(v) > 5 {
		return false
	}
	switch strings.ToLower(v) {
	case "yes", "off", "true", "false", "null", "nan", "inf":
		return true
	}
	return false
}

func alnum(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' }

func digits(v string) bool {
	for i := 0; i < len(v); i++ {
		if v[i] < '0' || v[i] > '9' {
			return false
		}
	}
	return true
}

// isUUID reports whether v has the form of a key's id, in lower case.
func isUUID(v string) bool {
	if len(v) != 36 {
		return false
	}
	for i := 0; i < len(v); i++ {
		c := v[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return true
}

// madeUp returns the value of the n-th slot in a probe: at least length characters long, of the
// form that the slot takes, and such that it stands nowhere else. It is not ok when there are more
// slots than such values.
func (s slot) madeUp(probe, n, length int) (string, bool) {
	switch s.kind {
	case kindAccount:
		return [2]string{"904862713559", "817395026448"}[probe], true
	case kindKeyID:
		return fmt.Sprintf([2]string{"a9c4e7f0-13b5-4d68-9e2a-7c0f5b%06x", "b8d3f6e1-24a6-4c59-8f1b-6d1e4a%06x"}[probe], n), true
	}
	frames := [2][]string{{"qj", "zq", "xq", "jx"}, {"vq", "wv", "yv", "kq"}}[probe]
	if n >= 26*len(frames) {
		return "", false
	}
	frame, pad := frames[n/26], [2]string{"h", "g"}[probe]
	token := frame[:1] + string(rune('a'+n%26)) + frame[1:]
	if s.kind == kindRegion {
		return token + "-" + strings.Repeat(pad, max(1, length-len(token)-3)) + "-" + [2]string{"3", "8"}[probe], true
	}
	var b strings.Builder
	if s.digit {
		b.WriteString([2]string{"6", "5"}[probe])
	}
	b.WriteString(token)
	for i := range s.marks {
		b.WriteString(s.marks[i:i+1] + pad)
	}
	b.WriteString(strings.Repeat(pad, max(0, length-b.Len())))
	return b.String(), true
}
