package terraform

import "strings"

// lines are what is in a file, a block, an object or a list. Those of an expression or block among
// them hang on the line where that begins.
type lines []line

// line is an argument or a member, name = value; without a name it is an element, a block or a comment; without a value too, it is empty.
type line struct {
	name  code
	value expr
}

// set appends an argument.
func (b *lines) set(name string, value expr) { *b = append(*b, line{code(name), value}) }

// blank appends an empty line.
func (b *lines) blank() { *b = append(*b, line{}) }

// comment appends lines of comment. Their text may be anything.
func (b *lines) comment(texts ...string) {
	for _, t := range texts {
		c := code("#")
		if t != "" {
			c += " " + code(oneLine(t))
		}
		*b = append(*b, line{value: expr{first: c}})
	}
}

// nest appends a block and gives what is in it.
func (b *lines) nest(typ string, labels ...string) *lines {
	in := make(lines, 0, 4)
	*b = append(*b, line{value: expr{first: header(typ, labels) + " {", inner: &in, last: "}"}})
	return &in
}

// block appends an empty line and a block.
func (b *lines) block(typ string, labels ...string) *lines {
	b.blank()
	return b.nest(typ, labels...)
}

// inner appends a nested block, with an empty line before it unless it comes first.
func (b *lines) inner(typ string) *lines {
	if len(*b) > 0 {
		b.blank()
	}
	return b.nest(typ)
}

// empty appends an empty line and a block without content, on one line as people write it.
func (b *lines) empty(typ string, labels ...string) {
	b.blank()
	*b = append(*b, line{value: expr{first: header(typ, labels) + " {}"}})
}

// header is how a block begins. Labels are identifiers: of the provider, or names.
func header(typ string, labels []string) code {
	if len(labels) == 0 {
		return code(typ)
	}
	return code(typ + ` "` + strings.Join(labels, `" "`) + `"`)
}
