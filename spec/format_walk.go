package spec

import (
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

const step = 2

// mapping lays out a mapping in block notation.
func (f *formatter) mapping(m *yaml.Node, to int) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		k, v := m.Content[i], m.Content[i+1]
		line, col := k.Line-1, k.Column-1
		switch before := f.before(line, col); {
		case strings.Trim(before, " ") == "":
			f.put(line, to)
		case strings.Trim(before, " -") != "":
			f.refuse(line) // a key in the notation "? key", with a tag or an anchor
			return
		}
		f.value(v, line, col, to)
	}
}

// before returns what is before a column of a line. Columns are counted in characters.
func (f *formatter) before(line, col int) string {
	if line >= len(f.lines) {
		return "?"
	}
	text := []rune(f.lines[line])
	return string(text[:min(col, len(text))])
}

// put says how far in a line is to be.
func (f *formatter) put(line, to int) {
	if line >= len(f.lines) || f.to[line] >= 0 && f.to[line] != to {
		f.refuse(min(line, len(f.lines)-1))
		return
	}
	f.to[line] = to
}

// value lays out what belongs to a key or an entry of a list, which is in a line, was at the column
// was and is to be at to.
func (f *formatter) value(v *yaml.Node, line, was, to int) {
	switch {
	case v.Kind == yaml.AliasNode:
	case v.Kind == yaml.ScalarNode && v.Tag == "!!null" && v.Value == "":
	case v.Style&yaml.FlowStyle == 0 && v.Kind == yaml.MappingNode && len(v.Content) > 0:
		f.mapping(v, to+step)
	case v.Style&yaml.FlowStyle == 0 && v.Kind == yaml.SequenceNode && len(v.Content) > 0:
		f.list(v, line, to+step)
	case v.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		f.follow(v.Line-1, was, f.blockBy(v, was, to), true)
	case v.Kind == yaml.ScalarNode && v.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0:
		f.follow(v.Line-1, was, f.alone(v, line, was, to), false)
	default:
		f.closed(v, f.alone(v, line, was, to))
	}
}

// blockBy returns by how much the lines of a text in a block move: to two spaces further in than what
// holds it, unless the text says itself how far in it is.
func (f *formatter) blockBy(v *yaml.Node, was, to int) int {
	line := v.Line - 1
	if line >= len(f.lines) || blockIndicator.MatchString(f.lines[line]) {
		return to - was
	}
	for line++; line < len(f.lines); line++ {
		if !f.empty(line) {
			return to + step - f.in(line)
		}
	}
	return to - was
}

// blockIndicator matches a line that ends with how far in the block is that begins there.
var blockIndicator = regexp.MustCompile(`[|>][-+]?[1-9][-+]?\s*(#.*)?$`)

// alone lays out the first line of a value, where that is one of its own, and returns by how much
// the other lines of the value move.
func (f *formatter) alone(v *yaml.Node, line, was, to int) int {
	own := v.Line - 1
	if own <= line || own >= len(f.lines) || f.to[own] >= 0 {
		return to - was
	}
	by := to + step - f.in(own)
	f.put(own, to+step)
	return by
}

// follow moves the lines after one that are further in than was: those of a text in several lines.
// In one that is written in a block, comments and empty lines are part of it.
func (f *formatter) follow(line, was, by int, block bool) {
	for i := line + 1; i < len(f.lines); i++ {
		switch {
		case f.empty(i):
			continue
		case f.in(i) <= was || !block && (f.comment(i) || f.to[i] >= 0):
			return
		}
		for back := i - 1; block && back > line && f.empty(back); back-- {
			f.verbal[back], f.to[back] = true, max(0, f.in(back)+by)
		}
		f.put(i, f.in(i)+by)
		f.verbal[i] = true
	}
}

// closed moves the lines of a value that ends with a bracket or quote, after its first line.
func (f *formatter) closed(v *yaml.Node, by int) {
	first := v.Line - 1
	if first >= len(f.lines) {
		f.refuse(len(f.lines) - 1)
		return
	}
	depth, quote := 0, rune(0)
	before := rune(' ')
	for i := first; i < len(f.lines); i++ {
		text := []rune(f.lines[i])
		from := 0
		if i == first {
			from = min(v.Column-1, len(text))
		} else {
			f.verbal[i] = f.verbal[i] || quote != 0
			if !f.empty(i) {
				f.put(i, max(f.in(i)+by, 0))
			}
			before = ' '
		}
		for at := from; at < len(text); at++ {
			c := text[at]
			switch {
			case quote == '"' && c == '\\':
				at++
			case quote != 0 && c == quote:
				if quote == '\'' && at+1 < len(text) && text[at+1] == '\'' {
					at++
				} else if quote = 0; depth == 0 {
					return
				}
			case quote != 0:
			case c == '#' && before == ' ':
				at = len(text)
			case (c == '"' || c == '\'') && strings.ContainsRune(" [{,:", before):
				quote = c
			case c == '[' || c == '{':
				depth++
			case c == ']' || c == '}':
				if depth--; depth == 0 {
					return
				}
			}
			before = c
		}
		if depth == 0 && quote == 0 {
			return
		}
	}
	f.refuse(first)
}

// list lays out a list in block notation, which begins after a line.
func (f *formatter) list(l *yaml.Node, line, to int) {
	for _, item := range l.Content {
		at, col, ok := f.dash(item, line)
		if !ok {
			f.refuse(max(0, min(item.Line, len(f.lines))-1))
			return
		}
		switch before := f.before(at, col); {
		case strings.Trim(before, " ") == "":
			f.put(at, to)
		case strings.Trim(before, " -") != "":
			f.refuse(at)
			return
		}
		f.value(item, at, col, to)
		line = at
	}
}

// beforeItem matches what is before an entry of a list in its line: spaces and hyphens of lists that
// hold this one, its own hyphen, and what names its type or anchor.
var beforeItem = regexp.MustCompile(`^((?: *-)* *)- +(?:[&!]\S* +)*$`)

// dash returns where the hyphen of an entry is: before it in its line, or alone in one above it.
func (f *formatter) dash(item *yaml.Node, after int) (line, col int, ok bool) {
	line = item.Line - 1
	if line >= len(f.lines) || item.Kind == yaml.ScalarNode && item.Tag == "!!null" && item.Value == "" {
		return 0, 0, false
	}
	if before := beforeItem.FindStringSubmatch(f.before(line, item.Column-1)); before != nil {
		return line, len(before[1]), true
	}
	for line--; line > after; line-- {
		text := strings.TrimSpace(f.lines[line])
		if text == "-" || strings.HasPrefix(text, "- #") || strings.HasPrefix(text, "- &") {
			return line, f.in(line), true
		}
		if !f.empty(line) && !f.comment(line) {
			break
		}
	}
	return 0, 0, false
}
