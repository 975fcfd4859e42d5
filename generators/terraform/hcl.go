package terraform

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// The expressions below are built from tokens, one function for each kind of thing, so that what has to be escaped is so by its type.

// ref is a reference: ref("aws_s3_bucket", "data", "arn").
func ref(path ...string) hclwrite.Tokens {
	t := hcl.Traversal{hcl.TraverseRoot{Name: path[0]}}
	for _, name := range path[1:] {
		t = append(t, hcl.TraverseAttr{Name: name})
	}
	return hclwrite.TokensForTraversal(t)
}

func boolean(b bool) hclwrite.Tokens { return hclwrite.TokensForValue(cty.BoolVal(b)) }

func number(n int) hclwrite.Tokens { return hclwrite.TokensForValue(cty.NumberIntVal(int64(n))) }

func call(name string, args ...hclwrite.Tokens) hclwrite.Tokens {
	return hclwrite.TokensForFunctionCall(name, args...)
}

// index is an element of a list.
func index(of hclwrite.Tokens, n int) hclwrite.Tokens {
	of = append(of, &hclwrite.Token{Type: hclsyntax.TokenOBrack, Bytes: []byte{'['}})
	of = append(of, number(n)...)
	return append(of, &hclwrite.Token{Type: hclsyntax.TokenCBrack, Bytes: []byte{']'}})
}

// list is a list on one line when it has one element, else a line an element.
func list(elems []hclwrite.Tokens) hclwrite.Tokens {
	if len(elems) <= 1 {
		return hclwrite.TokensForTuple(elems)
	}
	toks := hclwrite.Tokens{{Type: hclsyntax.TokenOBrack, Bytes: []byte{'['}}, newline()}
	for _, e := range elems {
		toks = append(append(toks, e...), &hclwrite.Token{Type: hclsyntax.TokenComma, Bytes: []byte{','}}, newline())
	}
	return append(toks, &hclwrite.Token{Type: hclsyntax.TokenCBrack, Bytes: []byte{']'}})
}

// member is a member of an object.
type member struct {
	name  string // quoted unless bare
	bare  bool
	value hclwrite.Tokens
}

func newline() *hclwrite.Token {
	return &hclwrite.Token{Type: hclsyntax.TokenNewline, Bytes: []byte{'\n'}}
}

// comment appends lines of comment to a body. Their text may be anything.
func comment(b *hclwrite.Body, lines ...string) {
	toks := make(hclwrite.Tokens, len(lines))
	for i, l := range lines {
		text := "#"
		if l != "" {
			text += " " + oneLine(l)
		}
		toks[i] = &hclwrite.Token{Type: hclsyntax.TokenComment, Bytes: []byte(text + "\n")}
	}
	b.AppendUnstructuredTokens(toks)
}
