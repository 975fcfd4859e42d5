package spec

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// source finds lines of a file. The zero source has none.
type source struct {
	data   []byte
	starts []int // where lines start; found when the first line is asked for

	// Where the last search in a long line ended: findings come in the order of their places, and a file may be one line of megabytes.
	line, char, offset int
}

// excerptWidth is how much of a line is shown.
const excerptWidth = 160

// span returns the bytes of a line without its break. Lines are those of YAML 1.1, as the parser
// counts them: NEL, LS and PS break lines too.
func (s *source) span(n int) (start, end int) {
	if s.starts == nil {
		s.starts = lineStarts(s.data)
	}
	if n < 1 || n > len(s.starts) {
		return 0, 0
	}
	start, end = s.starts[n-1], len(s.data)
	if n < len(s.starts) {
		end = s.starts[n]
		for end > start && breakAt(s.data[end-1:end]) > 0 {
			end--
		}
		for _, b := range []string{"\u0085", "\u2028", "\u2029"} {
			if bytes.HasSuffix(s.data[start:end], []byte(b)) {
				end -= len(b)
				break
			}
		}
	}
	return start, end
}

// lineStarts finds where lines start.
func lineStarts(data []byte) []int {
	starts := append(make([]int, 0, bytes.Count(data, []byte("\n"))+1), 0)
	rare := bytes.IndexByte(data, '\r') >= 0
	for _, b := range []string{"\u0085", "\u2028", "\u2029"} {
		rare = rare || bytes.Contains(data, []byte(b))
	}
	for i := 0; i < len(data); {
		w := 1
		if rare { // looking at each byte takes ten times as long
			w = breakAt(data[i:])
		} else if next := bytes.IndexByte(data[i:], '\n'); next >= 0 {
			i += next
		} else {
			break
		}
		if i += max(w, 1); w > 0 {
			starts = append(starts, i)
		}
	}
	return starts
}

// within returns a place of the file: what is missing at its end stands, to the parser, on a line
// that may not be there.
func (s *source) within(line, col int) (int, int) {
	start, end := s.span(line)
	if last := len(s.starts); line > last {
		start, end = s.span(last)
		return last, utf8.RuneCount(s.data[start:end]) + 1
	}
	if col > 1+end-start {
		col = utf8.RuneCount(s.data[start:end]) + 1
	}
	return line, col
}

// breakAt returns the length of the line break that b begins with, or 0.
func breakAt(b []byte) int {
	switch {
	case b[0] == '\r' && len(b) > 1 && b[1] == '\n':
		return 2
	case b[0] == '\n' || b[0] == '\r':
		return 1
	case b[0] == 0xC2 && len(b) > 1 && b[1] == 0x85:
		return 2
	case b[0] == 0xE2 && len(b) > 2 && b[1] == 0x80 && (b[2] == 0xA8 || b[2] == 0xA9):
		return 3
	}
	return 0
}

// excerpt returns the part of a line around a column, fit to be printed on a terminal, and the
// column within it.
func (s *source) excerpt(line, col int) (string, int) {
	start, end := s.span(line)
	if start == end {
		return "", 0
	}
	skip := max(0, col-excerptWidth/2)
	if end-start <= excerptWidth {
		skip = 0
	}
	if s.line != line || s.char > skip {
		s.line, s.char, s.offset = line, 0, start
	}
	for s.char < skip && s.offset < end {
		_, w := utf8.DecodeRune(s.data[s.offset:end])
		s.char, s.offset = s.char+1, s.offset+w
	}
	var runes []rune
	for at := s.offset; at < end && len(runes) < excerptWidth; {
		r, w := utf8.DecodeRune(s.data[at:end])
		at += w
		if r != '\t' && !unicode.IsPrint(r) {
			r = '\uFFFD' // escape sequences, and marks that turn the direction of text around
		}
		runes = append(runes, r)
	}
	return string(runes), min(max(1, col-skip), len(runes)+1)
}
