package terraform

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// write appends b as terraform fmt lays it out (Terraform language, "Style Guide"): two spaces for each level, and the equals signs of
// neighbouring lines in one column.
func (b lines) write(to []byte, depth int) []byte {
	for len(b) > 0 {
		n, width := aligned(b)
		for _, l := range b[:n] {
			to = l.write(to, depth, width)
		}
		b = b[n:]
	}
	return to
}

// aligned returns how many of the first lines have their equals signs in one column, and how wide
// the widest of their names is. A value of several lines is aligned with nothing, as is what has no
// name.
func aligned(b lines) (n, width int) {
	for _, l := range b {
		if l.name == "" || l.value.inner != nil {
			break
		}
		n, width = n+1, max(width, columns(l.name))
	}
	if n == 0 {
		return 1, columns(b[0].name)
	}
	return n, width
}

func (l line) write(to []byte, depth, width int) []byte {
	if l == (line{}) {
		return append(to, '\n')
	}
	to = spaces(to, 2*depth)
	if l.name != "" {
		to = append(to, l.name...)
		to = spaces(to, width-columns(l.name))
		to = append(to, " = "...)
	}
	to = append(to, l.value.first...)
	if l.value.inner != nil {
		to = append(to, '\n')
		to = l.value.inner.write(to, depth+1)
		to = append(spaces(to, 2*depth), l.value.last...)
	}
	return append(to, '\n')
}

func spaces(to []byte, n int) []byte {
	for range n {
		to = append(to, ' ')
	}
	return to
}

// columns is the width of a name as terraform fmt counts it: the grapheme clusters of each of its tokens. The text of a quoted name is not always one
// token: a dollar or percent sign is its own, so a combining mark behind it has a column to itself.
func columns(name code) int {
	if ascii(name) {
		return len(name)
	}
	tokens, _ := hclsyntax.LexExpression([]byte(name), "", hcl.InitialPos)
	return tokens[len(tokens)-1].Range.End.Column - hcl.InitialPos.Column
}
