package spec

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

// Most setups of a large file are written alike: they differ in words alone. The parser takes longer than everything else that is done with them, so
// what it gave for one is used for the next that is written the same way, with the words of that one in the tree. The checks see a tree either way.
//
// What words may differ: text in quotes without escapes, and plain words that begin with a letter and are no truth value or null. Neither can
// begin or end anything in YAML, so the parser would go the same way. Where it found anything else than a scalar with just that text at such a place (in
// a comment, in text of several words, in a block of text), the words there have to be equal too.

// wording is a setup as it is written, cut into what has to be equal and words that may differ.
type wording struct {
	frame []byte // the text, with a mark in the place of each word
	words []word
}

// word is a place in the text of a setup.
type word struct {
	from, to int // bytes, without quotes
	line     int // counted from that of the setup
	col      int // of its node, in characters from 1
}

// The marks that stand for words in a frame. No spec has control characters.
const (
	plainWord  = 1
	quotedWord = 2
)

// longestWord is far below the length at which a key is too long for YAML.
const longestWord = 256

// read takes a setup's text, which begins with the line of its name. It is not ok for a text that has to be parsed each time.
func (w *wording) read(text []byte) (ok bool) {
	w.frame, w.words = w.frame[:0], w.words[:0]
	line, col := 0, 1
	before := byte('\n') // the last character but spaces
	literal := func(from, to int) {
		w.frame = append(w.frame, text[from:to]...)
		col += to - from
		before = text[to-1]
	}
	for i := 0; i < len(text); {
		c := text[i]
		afterSpace := i == 0 || text[i-1] == ' ' || text[i-1] == '\n'
		first := len(w.words) == 0
		switch {
		case c == '\n':
			w.frame = append(w.frame, c)
			line, col, before = line+1, 1, c
			i++
		case c == ' ':
			w.frame = append(w.frame, c)
			col++
			i++
		case c == '#' && afterSpace:
			end := i + max(0, bytes.IndexByte(text[i:], '\n'))
			if end == i {
				end = len(text)
			}
			literal(i, end)
			i = end
		case c == '"' || c == '\'':
			end := quotedEnd(text, i)
			if end < 0 {
				return false
			}
			if starts(before) && (first || !isKey(text, end)) {
				w.words = append(w.words, word{i + 1, end - 1, line, col})
				w.frame = append(w.frame, c, quotedWord)
				col += end - i
				before = c
			} else {
				literal(i, end)
			}
			i = end
		case letter(c) && (afterSpace || text[i-1] == '[' || text[i-1] == '{' || text[i-1] == ','):
			end := wordEnd(text, i)
			if starts(before) && end-i <= longestWord && !noText(text[i:end]) && (isKey(text, end) && first || endsAfter(text, end)) {
				w.words = append(w.words, word{i, end, line, col})
				w.frame = append(w.frame, plainWord)
				col += end - i
				before = text[end-1]
			} else {
				literal(i, end)
			}
			i = end
		case c >= 0x80:
			if c&0xC0 != 0x80 {
				col++
			}
			w.frame = append(w.frame, c)
			before = c
			i++
		default:
			literal(i, i+1)
			i++
		}
	}
	return true
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// starts reports whether a value or key may begin after c and spaces.
func starts(c byte) bool {
	return c == '\n' || c == ':' || c == '-' || c == '[' || c == '{' || c == ','
}

// quotedEnd gives the end of a text in quotes that has no escapes and ends on its line, or -1.
func quotedEnd(text []byte, from int) int {
	for i := from + 1; i < len(text) && i-from <= longestWord; i++ {
		switch c := text[i]; {
		case c == text[from]:
			if i+1 < len(text) && text[i+1] == c {
				return -1
			}
			return i + 1
		case c < ' ', c == '\\', c >= 0x7F:
			return -1
		}
	}
	return -1
}

// wordEnd gives the end of a plain word. A colon is in it when it is one to YAML too.
func wordEnd(text []byte, from int) int {
	for i := from; i < len(text); i++ {
		c := text[i]
		if letter(c) || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '/' {
			continue
		}
		if c == ':' && i+1 < len(text) && (letter(text[i+1]) || text[i+1] >= '0' && text[i+1] <= '9' || text[i+1] == '/' || text[i+1] == ':') {
			continue
		}
		return i
	}
	return len(text)
}

// isKey reports whether a colon follows.
func isKey(text []byte, at int) bool {
	rest := bytes.TrimLeft(text[at:min(len(text), at+longestWord)], " ")
	return len(rest) > 0 && rest[0] == ':'
}

// endsAfter reports whether what follows a word can end a value.
func endsAfter(text []byte, at int) bool {
	for i := at; i < len(text); i++ {
		switch text[i] {
		case ' ':
		case '\n', ',', ']', '}':
			return true
		default:
			return text[i] == '#' && i > at
		}
	}
	return true
}

// noText reports whether a plain word may be something else than text (YAML 1.1, types bool and null).
func noText(w []byte) bool {
	if len(w) > 5 {
		return false
	}
	switch strings.ToLower(string(w)) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf":
		return true
	}
	return false
}

// layout is the tree of the setups that are written alike. It is used for one of them at a time.
type layout struct {
	pair  [2]*yaml.Node // the name and what is under it
	words []*yaml.Node  // nil where there are words that parse otherwise: then there is no layout
	base  []word        // of the setup that it was made from
	nodes []placed
	moved []int // how many characters the words before each are longer than those of base, in all
}

// placed is a node and where it stood. Words from first to before stand on its line before it.
type placed struct {
	n             *yaml.Node
	line, col     int
	first, before int
}

// layouts parses setups, those that are written alike only once. It is for one goroutine.
type layouts struct {
	wording
	all map[string]*layout
}

// mostLayouts is how many layouts are kept: each holds a tree.
const mostLayouts = 64

// parse gives the tree of a setup, whose text begins with the line of its name, until the next call. It is not ok when the text is no mapping of one name.
func (f *layouts) parse(r *reader, text []byte, line int) (key, body *yaml.Node, ok bool) {
	usual := f.read(text)
	if usual {
		if known := f.all[string(f.frame)]; known != nil && known.words != nil {
			known.fill(text, f.words, line)
			return known.pair[0], known.pair[1], true
		}
	}
	var doc yaml.Node
	if decode(yaml.NewDecoder(bytes.NewReader(text)), &doc) != nil || len(doc.Content) != 1 {
		return nil, nil, false
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode || root.Tag != "!!map" || len(root.Content) != 2 || !r.checkSize(root) {
		return nil, nil, false
	}
	key, body = root.Content[0], root.Content[1]
	if usual && len(f.all) < mostLayouts && f.all[string(f.frame)] == nil {
		if f.all == nil {
			f.all = map[string]*layout{}
		}
		f.all[string(f.frame)] = newLayout(root, text, f.words)
	}
	down(root, line-1)
	return key, body, true
}

// newLayout makes a layout of a parsed setup, before its lines are changed.
func newLayout(root *yaml.Node, text []byte, words []word) *layout {
	f := &layout{pair: [2]*yaml.Node{root.Content[0], root.Content[1]}, base: append([]word(nil), words...), moved: make([]int, len(words)+1)}
	at := map[[2]int]*yaml.Node{}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		p := placed{n: n, line: n.Line - 1, col: n.Column}
		for i, w := range words {
			switch {
			case w.line < p.line:
				p.first, p.before = i+1, i+1
			case w.line == p.line && w.col < p.col:
				p.before = i + 1
			}
		}
		f.nodes = append(f.nodes, p)
		if n.Kind == yaml.ScalarNode {
			at[[2]int{p.line, p.col}] = n
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(root)
	found := make([]*yaml.Node, len(words))
	for i, w := range words {
		n := at[[2]int{w.line, w.col}]
		if n == nil || n.Tag != "!!str" || n.Value != string(text[w.from:w.to]) || n.Alias != nil || n.Anchor != "" {
			return f
		}
		found[i] = n
	}
	f.words = found
	return f
}

// fill puts the words of another setup, which begins in a line, into the tree.
func (f *layout) fill(text []byte, words []word, line int) {
	for i, w := range words {
		f.words[i].Value = string(text[w.from:w.to])
		f.moved[i+1] = f.moved[i] + (w.to - w.from) - (f.base[i].to - f.base[i].from)
	}
	for _, p := range f.nodes {
		p.n.Line = line + p.line
		p.n.Column = p.col + f.moved[p.before] - f.moved[p.first]
	}
}
