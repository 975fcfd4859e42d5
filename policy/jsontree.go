package policy

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is the type of a JSON value.
type kind byte

const (
	kindObject kind = '{'
	kindArray  kind = '['
	kindString kind = '"'
	kindNumber kind = '0'
	kindBool   kind = 't'
	kindNull   kind = 'n'
)

func (k kind) String() string {
	switch k {
	case kindObject:
		return "an object"
	case kindArray:
		return "an array"
	case kindString:
		return "a string"
	case kindNumber:
		return "a number"
	case kindBool:
		return "true or false"
	}
	return "null"
}

// node is one JSON value. The policy language is read in two steps, into nodes first, since what a
// string means depends on the Version, which may stand behind it.
type node struct {
	kind    kind
	text    string // of a string its value, of a number or Boolean its letters
	members []member
	elems   []node
	pos     Pos
}

// member is one member of an object. Its place is that of its name.
type member struct {
	name  string
	pos   Pos
	value node
}

func (n node) errorf(format string, args ...any) error { return n.pos.errorf(format, args...) }

// maxDepth is more than any policy needs and less than any stack bears. A policy is six values
// deep.
const maxDepth = 40

// parseJSON reads one JSON value (RFC 8259) and nothing behind it. It is stricter than
// encoding/json: names that repeat in an object, also in another letter case, bytes that are not
// UTF-8 and halves of surrogate pairs are errors, because readers disagree on what they mean.
func parseJSON(data []byte) (node, error) {
	s, err := newScanner(data)
	if err != nil {
		return node{}, err
	}
	n, err := s.value(0)
	if err != nil {
		return node{}, err
	}
	if s.space(); s.i < len(s.data) {
		return node{}, s.here().errorf("unexpected %s after the end of the document", s.show())
	}
	return n, nil
}

// parseJSONs reads JSON values that follow each other.
func parseJSONs(data []byte) ([]node, error) {
	s, err := newScanner(data)
	if err != nil {
		return nil, err
	}
	var all []node
	for s.space(); s.i < len(s.data); s.space() {
		n, err := s.value(0)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// newScanner passes over the byte order mark that editors on Windows put before UTF-8 (RFC 8259,
// section 8.1, lets a parser do so). It refuses UTF-16 and UTF-32, which PowerShell writes when
// output is redirected.
func newScanner(data []byte) (*scanner, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	wide := bytes.HasPrefix(data, []byte("\xFF\xFE")) || bytes.HasPrefix(data, []byte("\xFE\xFF")) ||
		bytes.HasPrefix(data, []byte("\x00\x00\xFE\xFF"))
	// Without a mark, a zero is one half of the first character or the other.
	if wide || len(data) > 1 && (data[0] == 0 || data[1] == 0) {
		return nil, &Error{Line: 1, Col: 1, Message: "file is UTF-16 or UTF-32, and JSON is UTF-8",
			Hint: "save it as UTF-8; in PowerShell: Get-Content FILE | Set-Content -Encoding utf8 NEW"}
	}
	return &scanner{data: data, line: 1}, nil
}

// scanner walks through JSON. i is the next byte; col characters of the line are before mark.
type scanner struct {
	data []byte
	i    int
	line int
	mark int
	col  int
}

// here returns the present place. It counts on from where it was last asked, so that a long line
// costs no more than a short one.
func (s *scanner) here() Pos {
	s.col += utf8.RuneCount(s.data[s.mark:s.i])
	s.mark = s.i
	return Pos{Line: s.line, Col: s.col + 1}
}

func (s *scanner) space() {
	for ; s.i < len(s.data); s.i++ {
		switch s.data[s.i] {
		case '\n':
			s.line, s.mark, s.col = s.line+1, s.i+1, 0
		case ' ', '\t', '\r':
		default:
			return
		}
	}
}

// show quotes what is at the present place.
func (s *scanner) show() string {
	if s.i >= len(s.data) {
		return "end of input"
	}
	r, n := utf8.DecodeRune(s.data[s.i:])
	if r == utf8.RuneError && n == 1 {
		return fmt.Sprintf("byte 0x%02x, which is not UTF-8", s.data[s.i])
	}
	return strconv.QuoteRune(r)
}

func (s *scanner) peek() byte {
	if s.i < len(s.data) {
		return s.data[s.i]
	}
	return 0
}

func (s *scanner) value(depth int) (node, error) {
	s.space()
	n := node{pos: s.here()}
	if depth > maxDepth {
		return n, n.errorf("more than %d values inside each other", maxDepth)
	}
	var err error
	switch c := s.peek(); {
	case c == '{':
		n.kind = kindObject
		n.members, err = s.object(depth)
	case c == '[':
		n.kind = kindArray
		n.elems, err = s.array(depth)
	case c == '"':
		n.kind = kindString
		n.text, err = s.str()
	case c == '-' || c >= '0' && c <= '9':
		n.kind = kindNumber
		n.text, err = s.number()
	default:
		for _, w := range []string{"true", "false", "null"} {
			if s.i+len(w) <= len(s.data) && string(s.data[s.i:s.i+len(w)]) == w {
				n.kind, n.text = kindBool, w
				if w == "null" {
					n.kind = kindNull
				}
				s.i += len(w)
				return n, nil
			}
		}
		err = n.errorf("unexpected %s where a value is expected", s.show())
	}
	return n, err
}

func (s *scanner) object(depth int) ([]member, error) {
	var members []member
	seen := map[string]member{} // by name without regard to letter case
	s.i++
	for s.space(); s.peek() != '}'; s.space() {
		if len(members) > 0 {
			if s.peek() != ',' {
				return nil, s.here().errorf("unexpected %s where \",\" or \"}\" is expected", s.show())
			}
			s.i++
			s.space()
		}
		m := member{pos: s.here()}
		if s.peek() != '"' {
			return nil, m.pos.errorf("unexpected %s where a name in double quotes is expected", s.show())
		}
		var err error
		if m.name, err = s.str(); err != nil {
			return nil, err
		}
		// No object of a policy has two names that differ in letter case alone: those of elements
		// are fixed, and condition keys are not case-sensitive
		// (access-analyzer-reference-policy-checks, "Duplicate keys with different case").
		folded := strings.ToLower(strings.ToUpper(m.name))
		if first, ok := seen[folded]; ok {
			return nil, m.pos.errorf("%q is in this object twice, first as %q in line %d, column %d",
				m.name, first.name, first.pos.Line, first.pos.Col)
		}
		seen[folded] = m
		if s.space(); s.peek() != ':' {
			return nil, s.here().errorf("unexpected %s where \":\" is expected", s.show())
		}
		s.i++
		if m.value, err = s.value(depth + 1); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	s.i++
	return members, nil
}

func (s *scanner) array(depth int) ([]node, error) {
	elems := []node{}
	s.i++
	for s.space(); s.peek() != ']'; s.space() {
		if len(elems) > 0 {
			if s.peek() != ',' {
				return nil, s.here().errorf("unexpected %s where \",\" or \"]\" is expected", s.show())
			}
			s.i++
		}
		n, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		elems = append(elems, n)
	}
	s.i++
	return elems, nil
}

func (s *scanner) number() (string, error) {
	from, pos := s.i, s.here()
	digits := func() bool {
		i := s.i
		for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
			s.i++
		}
		return s.i > i
	}
	if s.peek() == '-' {
		s.i++
	}
	zero := s.peek() == '0'
	first := s.i
	ok := digits() && !(zero && s.i > first+1)
	if ok && s.peek() == '.' {
		s.i++
		ok = digits()
	}
	if c := s.peek(); ok && (c == 'e' || c == 'E') {
		s.i++
		if c := s.peek(); c == '+' || c == '-' {
			s.i++
		}
		ok = digits()
	}
	if !ok {
		return "", pos.errorf("%q is not a JSON number", s.data[from:s.i])
	}
	return string(s.data[from:s.i]), nil
}
