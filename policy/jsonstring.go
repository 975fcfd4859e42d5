package policy

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string, whose opening quote comes next.
func (s *scanner) str() (string, error) {
	var b []byte
	open := s.here()
	s.i++
	for {
		if s.i >= len(s.data) {
			return "", open.errorf("string is not closed")
		}
		c := s.data[s.i]
		switch {
		case c == '"':
			s.i++
			return string(b), nil
		case c < ' ':
			return "", s.here().errorf("control character 0x%02x in a string: write it as an escape", c)
		case c == '\\':
			r, err := s.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, r)
		case c < utf8.RuneSelf:
			b = append(b, c)
			s.i++
		default:
			r, n := utf8.DecodeRune(s.data[s.i:])
			if r == utf8.RuneError && n == 1 {
				return "", s.here().errorf("%s", s.show())
			}
			b = utf8.AppendRune(b, r)
			s.i += n
		}
	}
}

func (s *scanner) escape() (rune, error) {
	pos := s.here()
	s.i++
	c := s.peek()
	s.i++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		r := s.hex4()
		if utf16.IsSurrogate(r) {
			if s.peek() == '\\' && s.i+1 < len(s.data) && s.data[s.i+1] == 'u' {
				s.i += 2
				r = utf16.DecodeRune(r, s.hex4())
			} else {
				r = utf8.RuneError
			}
			if r == utf8.RuneError {
				return 0, pos.errorf("half of a surrogate pair is not a character")
			}
		}
		if r >= 0 {
			return r, nil
		}
	}
	return 0, pos.errorf("escape in a string that JSON does not have")
}

// hex4 reads four hexadecimal digits; it answers -1 when they are not there.
func (s *scanner) hex4() rune {
	if s.i+4 > len(s.data) {
		return -1
	}
	for _, c := range s.data[s.i : s.i+4] {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return -1
		}
	}
	v, err := strconv.ParseUint(string(s.data[s.i:s.i+4]), 16, 32)
	if err != nil {
		return -1
	}
	s.i += 4
	return rune(v)
}
