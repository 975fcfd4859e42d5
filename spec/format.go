package spec

import (
	"bytes"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Format returns a spec in the layout of the examples: each level two spaces further in than what
// holds it, entries of a list too; no spaces at the ends of lines; one empty line at most between
// others; one line break at the end. Order, comments, quotes and what is within a line stay as they
// are. What else is wrong is not looked at, and file is for messages.
//
// Both are read, and have to say the same: a file for which this cannot be reached is an error, and
// so is what is no YAML.
func Format(file string, data []byte) ([]byte, Diagnostics) {
	bare := trimBOM(data)
	src := &source{data: bare}
	r := &reader{}
	root := r.parseYAML(bare)
	if root == nil {
		return nil, finish(file, src, r.problems)
	}
	text := strings.ReplaceAll(string(bare), "\r\n", "\n")
	f := newFormatter(text)
	if strings.ContainsAny(text, "\r\u0085\u2028\u2029") {
		f.refuse(0)
	}
	f.mapping(root, 0)
	out := f.write()
	again := (&reader{}).parseYAML(out)
	if f.refused == 0 && (again == nil || !sameNode(root, again)) {
		f.refuse(0)
	}
	if f.refused > 0 {
		r.at(codeFormat, f.refused, 1, "lay this part out by hand, as the examples are",
			"it cannot be laid out anew without a change of what it says")
		return nil, finish(file, src, r.problems)
	}
	return out, nil
}

// sameNode reports whether two nodes say the same in the same notation.
func sameNode(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || a.Anchor != b.Anchor || a.Style != b.Style {
		return false
	}
	return slices.EqualFunc(a.Content, b.Content, sameNode) // what an alias means is elsewhere
}

// formatter lays a file out line by line. A line is moved as a whole, so that what is within it
// stays.
type formatter struct {
	lines   []string
	to      []int  // how far in each line is to be; -1: not known yet
	verbal  []bool // the line is in a text of several lines, where spaces and empty lines count
	refused int    // the line for which no layout is known; 0 for none
}

func newFormatter(text string) *formatter {
	f := &formatter{lines: strings.Split(text, "\n")}
	f.to, f.verbal = make([]int, len(f.lines)), make([]bool, len(f.lines))
	for i := range f.to {
		f.to[i] = -1
	}
	return f
}

// refuse notes a line, counted from 0, for which no layout is known.
func (f *formatter) refuse(line int) {
	if f.refused == 0 {
		f.refused = line + 1
	}
}

// in returns how far in a line is.
func (f *formatter) in(line int) int {
	return len(f.lines[line]) - len(strings.TrimLeft(f.lines[line], " "))
}

// empty reports whether a line holds nothing, and comment whether it holds a comment alone.
func (f *formatter) empty(line int) bool { return strings.TrimSpace(f.lines[line]) == "" }

func (f *formatter) comment(line int) bool {
	return strings.HasPrefix(strings.TrimSpace(f.lines[line]), "#")
}

// write returns the lines where they are to be.
func (f *formatter) write() []byte {
	f.comments()
	var out bytes.Buffer
	blank := true // nothing is before the first line
	for i, line := range f.lines {
		switch {
		case f.verbal[i] && !f.empty(i):
			out.WriteString(strings.Repeat(" ", max(0, f.to[i])) + line[f.in(i):] + "\n")
			blank = false
		case f.verbal[i]: // spaces may be part of the text
			out.WriteString(strings.Repeat(" ", max(0, f.to[i])) + line[f.in(i):] + "\n")
		case !f.empty(i):
			out.WriteString(strings.Repeat(" ", max(0, f.to[i])) + narrowed(strings.TrimSpace(line)) + "\n")
			blank = false
		case !blank:
			out.WriteString("\n")
			blank = true
		}
	}
	return append(bytes.TrimRight(out.Bytes(), "\n"), '\n')
}

// narrowed leaves one space behind each hyphen that a line begins with.
func narrowed(line string) string {
	if rest, ok := strings.CutPrefix(line, "- "); ok {
		return "- " + narrowed(strings.TrimLeft(rest, " "))
	}
	return line
}

// comments finds out where lines belong that hold a comment: with the line that follows where
// that is as far in or further; else with what comes before, so that it does not turn to what
// follows: beside the last line that is as far in, or within the last one that is less so.
func (f *formatter) comments() {
	next := make([]int, len(f.lines)+1) // of each line, the one with content that follows
	next[len(f.lines)] = len(f.lines)
	content := make([]bool, len(f.lines))
	for i := len(f.lines) - 1; i >= 0; i-- {
		text := strings.TrimSpace(f.lines[i])
		if text == "---" || text == "..." || strings.HasPrefix(f.lines[i], "%") {
			f.to[i] = max(f.to[i], 0)
		}
		content[i] = f.to[i] >= 0 && !f.verbal[i]
		if next[i] = next[i+1]; content[i] {
			next[i] = i
		}
	}
	var open []int // the last line, and those before that hold it: each is further in than the one before
	for i := range f.lines {
		switch {
		case content[i]:
			for len(open) > 0 && f.in(open[len(open)-1]) >= f.in(i) {
				open = open[:len(open)-1]
			}
			open = append(open, i)
		case f.to[i] >= 0 || f.empty(i):
		case !f.comment(i):
			f.refuse(i)
		default:
			f.to[i] = f.beside(i, next[i], open)
		}
	}
}

// beside returns how far in a comment is to be, by the line that follows and those before.
func (f *formatter) beside(line, after int, open []int) int {
	in := f.in(line)
	for len(open) > 0 && f.in(open[len(open)-1]) > in {
		open = open[:len(open)-1]
	}
	follows := after < len(f.lines)
	switch {
	case follows && in == f.in(after):
		return f.to[after]
	case len(open) > 0 && in == f.in(open[len(open)-1]):
		return f.to[open[len(open)-1]]
	case follows && (in < f.in(after) || len(open) == 0):
		return f.to[after]
	case len(open) > 0:
		return f.to[open[len(open)-1]] + step
	}
	return 0
}
