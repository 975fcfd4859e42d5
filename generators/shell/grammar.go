package shell

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// A script has a closed form. It is read line by line, and a line that is not of the form is
// refused, whatever it would do: the first line, comments, the prologue, and then in any order
//
//	NAME=word                        of the names that assignable tells
//	policy_x() {, setup_tags() {     and in it one here-document <<EOF
//	check_setup() {, steps() {, …    and in it a call in each line: name word word
//	# a comment, or nothing
//
// and at its end main "$@". In each line every byte is accounted for by word.go. What is left is
// parsed once more by a shell parser, in tree.go, which has to see the same.

// characters refuses what a reviewer does not see, or shells do not agree on.
func (p *program) characters() {
	for at, r := range p.text {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(p.text[at:]); n == 1 {
				p.refuse(at, "character", p.text[at:at+1], "it is not UTF-8")
				continue
			}
		}
		if r != '\n' && !unicode.IsPrint(r) {
			p.refuse(at, "character", string(r), "it does not print")
		}
		if r == '\n' && at > 0 && p.text[at-1] == '\\' {
			p.refuse(at-1, "line continuation", "\\", "a line does not end in a backslash")
		}
	}
	if !strings.HasSuffix(p.text, "\n") {
		p.refuse(len(p.text), "end", "", "the last line does not end in a newline")
		p.text += "\n"
	}
}

const shebang = "#!/usr/bin/env bash\n"

// head reads the lines up to the end of the prologue and returns the offset behind it, or -1.
func (p *program) head() int {
	if !strings.HasPrefix(p.text, shebang) {
		p.refuse(0, "shebang", excerpt(p.text),
			fmt.Sprintf("the first line is %q", strings.TrimSpace(shebang)))
	}
	at := 0
	for strings.HasPrefix(p.text[at:], "#") {
		at += strings.IndexByte(p.text[at:], '\n') + 1
	}
	want, have := prologue(p.entry), p.text[at:]
	if strings.HasPrefix(have, want) {
		return at + len(want)
	}
	same := 0
	for same < len(want) && same < len(have) && want[same] == have[same] {
		same++
	}
	line := strings.LastIndexByte(have[:same], '\n') + 1
	p.refuse(at+line, "prologue", excerpt(have[line:]),
		fmt.Sprintf("here it says %q", excerpt(want[line:])))
	const first = "\nSETUP="
	if i := strings.Index(have, first); i >= 0 { // what follows is read all the same
		return at + i + 1
	}
	return -1
}

// line returns the line at an offset without its newline, and the offset of the next.
func (p *program) line(at int) (string, int) {
	end := at + strings.IndexByte(p.text[at:], '\n')
	return p.text[at:end], end + 1
}

const lastLine = `main "$@"`

// body reads what follows the prologue.
func (p *program) body(at int) {
	for at < len(p.text) && len(p.unknown) < mostFaults {
		line, next := p.line(at)
		switch {
		case line == lastLine:
			if next != len(p.text) {
				p.refuse(next, "end", excerpt(p.text[next:]), "nothing follows "+lastLine)
			}
			return
		case line == "" || line[0] == '#':
			at = next
		case strings.HasSuffix(line, "() {"):
			at = p.function(at)
		default:
			if !p.assignment(at) {
				next = p.stranger(at, at)
			}
			at = next
		}
	}
	p.refuse(len(p.text), "end", "", "the last line is "+lastLine)
}

// assignment reads NAME=word. It is not ok for a line of another form; other faults are refused.
func (p *program) assignment(at int) bool {
	line, _ := p.line(at)
	n := span(line, isNameByte)
	if n == 0 || !strings.HasPrefix(line[n:], "=") {
		return false
	}
	w, next, f := scanWord(line, n+1)
	switch {
	case f != nil && f.kind == "word", f == nil && next != len(line):
		return false
	case f != nil:
		p.fault(at, f)
		return true
	}
	switch id := line[:n]; {
	case !assignable(id):
		p.refuse(at, "name", id, "a script does not assign it")
	case p.names[id] != nil:
		p.refuse(at, "name", id, "it is assigned twice")
	case w.bare || w.function != "":
		p.refuse(at+n+1, "value", w.raw, "a name is assigned text in quotes")
	case len(w.text.Refs()) == 0:
		p.names[id] = &name{text: policy.NewText(nameRef(id)), literal: true, value: w.value,
			key: w.value == "", at: at}
	default:
		if text, ok := p.expand(at+n+1, w.text); ok {
			p.names[id] = &name{text: text, at: at}
		}
	}
	return true
}

func (p *program) fault(base int, f *fault) { p.refuse(base+f.at, f.kind, f.what, f.why) }

// expand replaces references to names by what they are assigned, in terms of names that are
// assigned a literal.
func (p *program) expand(at int, t policy.Text) (policy.Text, bool) {
	for _, r := range t.Refs() {
		switch n := p.names[r.ID]; {
		case n == nil:
			p.refuse(at, "name", r.ID, "it is assigned no value above")
			return t, false
		case n.pending():
			p.refuse(at, "name", r.ID, "its value is not known here")
			return t, false
		}
	}
	return p.resolve(t), true
}

// resolve replaces references to names by what they are assigned.
func (p *program) resolve(t policy.Text) policy.Text {
	return t.Bind(func(r policy.Ref) (policy.Text, bool) {
		if n := p.names[r.ID]; n != nil && r.Attr == nameAttr {
			return n.text, true
		}
		return policy.Text{}, false
	})
}

// function reads a function and returns the offset behind it.
func (p *program) function(at int) int {
	line, next := p.line(at)
	id := strings.TrimSuffix(line, "() {")
	policies := strings.HasPrefix(id, policyFunction)
	switch {
	case span(id, isNameByte) != len(id) || !policies && !slices.Contains(functions(p.entry), id):
		return p.stranger(at, at)
	case p.docs[id] != nil || p.calls[id] != nil:
		p.refuse(at, "function", id, "it is there twice")
		return p.skip(at)
	case !policies && id != tagsFunction:
		return p.stepLines(id, next)
	}
	const open, end = "  cat <<EOF\n", "\nEOF\n"
	if !strings.HasPrefix(p.text[next:], open) {
		if next == len(p.text) {
			return p.closing(next)
		}
		return p.stranger(next, p.indented(next))
	}
	body := next + len(open)
	length := strings.Index(p.text[body-1:], end) // an empty document ends at once
	if length < 0 {
		p.refuse(next, "here-document", id, "it has no end")
		return len(p.text)
	}
	doc := &heredoc{tokens: &deployed.Tokens{}, at: at, body: body, raw: p.text[body : body+length]}
	p.docs[id] = doc
	p.order = append(p.order, id)
	var f *fault
	if doc.text, doc.names, f = scanHere(doc.raw, doc.tokens); f != nil {
		p.fault(body, f)
	}
	return p.closing(body + length + len(end) - 1)
}

// indented returns the offset at which what is in a line begins.
func (p *program) indented(at int) int {
	line, _ := p.line(at)
	return at + len(line) - len(strings.TrimLeft(line, " "))
}

// closing reads the end of a function.
func (p *program) closing(at int) int {
	if strings.HasPrefix(p.text[at:], "}\n") {
		return at + 2
	}
	if at < len(p.text) {
		return p.stranger(at, at)
	}
	p.refuse(at, "function", "", "it has no end")
	return at
}

// skip returns the offset behind a function that is not read.
func (p *program) skip(at int) int {
	const end = "\n}\n"
	if i := strings.Index(p.text[at:], end); i >= 0 {
		return at + i + len(end)
	}
	return len(p.text)
}

// stepLines reads the calls in a function.
func (p *program) stepLines(id string, at int) int {
	p.calls[id] = []call{}
	steps := stepTable(p.entry, id)
	for at < len(p.text) && len(p.unknown) < mostFaults {
		line, next := p.line(at)
		alone := len(p.calls[id]) == 0 && strings.HasPrefix(p.text[next:], "}\n")
		switch {
		case line == "}":
			return next
		case line == "  :" && alone:
		case !strings.HasPrefix(line, "  ") || !p.call(id, steps, at):
			next = p.stranger(at, p.indented(at))
		}
		at = next
	}
	p.refuse(at, "function", id, "it has no end")
	return at
}

// call reads one call. It is not ok for a line of another form; other faults are refused.
func (p *program) call(function string, steps map[string]step, at int) bool {
	line, _ := p.line(at)
	begin := len("  ")
	n := span(line[begin:], isNameByte)
	c := call{name: line[begin : begin+n], at: at + begin}
	if _, known := steps[c.name]; !known {
		return false
	}
	for i := begin + n; i < len(line); {
		if line[i] != ' ' {
			return false
		}
		w, next, f := scanWord(line, i+1)
		if f != nil && f.kind == "word" {
			return false
		}
		if f != nil {
			p.fault(at, f)
			return true
		}
		w.at = at + i + 1
		c.args, i = append(c.args, w), next
	}
	p.calls[function] = append(p.calls[function], c)
	return true
}
