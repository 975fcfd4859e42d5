package terraform

import (
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/internal/deployed"
)

// Whether an argument or block has to be there.
const (
	optional = false
	required = true
)

// body is a block that is being read. It knows what was asked for, so that everything else in it
// is found.
type body struct {
	e      *eval
	what   string // for people: the address of a resource, or the type of a block
	b      *hclsyntax.Body
	at     hcl.Range
	args   []string // what was asked for
	blocks []string
}

func (e *eval) body(what string, b *hclsyntax.Body, at hcl.Range) *body {
	return &body{e: e, what: what, b: b, at: at}
}

// done reports what nobody asked for: it might grant something, or take a protection away.
func (b *body) done() {
	for name, a := range b.b.Attributes {
		if !slices.Contains(b.args, name) {
			b.e.unknown("argument", name, "pzgen writes none in "+b.what, a.SrcRange)
		}
	}
	for _, in := range b.b.Blocks {
		if !slices.Contains(b.blocks, in.Type) {
			what := string(header(in.Type, in.Labels))
			b.e.unknown("block", what, "pzgen writes none in "+b.what, in.TypeRange)
		}
	}
}

// bad reports an argument that is there and is not to be like that.
func (b *body) bad(a *hclsyntax.Attribute, why string) {
	b.e.unknown("argument", b.e.source(a.SrcRange), why, a.SrcRange)
}

// take returns an argument.
func (b *body) take(name string, need bool) (*hclsyntax.Attribute, bool) {
	b.args = append(b.args, name)
	a := b.b.Attributes[name]
	if a == nil && need {
		b.missing("argument", name)
	}
	return a, a != nil
}

func (b *body) missing(kind, name string) {
	b.e.unknown(kind, name, "it is missing in "+b.what, b.at)
}

// value returns the value of an argument, of one of the given kinds. Without one it was reported.
func (b *body) value(name string, need bool, kinds ...kind) (value, deployed.Place) {
	a, ok := b.take(name, need)
	if !ok {
		return value{}, place(b.at)
	}
	v := b.e.expr(a.Expr)
	if v.kind != kindNone && !slices.Contains(kinds, v.kind) {
		b.bad(a, "its value is of another type")
		v = value{}
	}
	return v, place(a.SrcRange)
}

// str returns a string with tokens, and with the references that these stand for; "" when it is
// absent.
func (b *body) str(name string, need bool) (string, deployed.Text) {
	v, at := b.value(name, need, kindString)
	return v.s, b.e.text(v.s, at)
}

func (b *body) text(name string, need bool) deployed.Text {
	_, t := b.str(name, need)
	return t
}

func (b *body) bool(name string, need bool) deployed.Bool {
	v, at := b.value(name, need, kindBool)
	return deployed.Bool{V: v.s == "true", At: at}
}

func (b *body) int(name string, need bool) deployed.Int {
	v, at := b.value(name, need, kindNumber)
	n, err := strconv.Atoi(v.s)
	if v.kind == kindNumber && (err != nil || n <= 0) {
		b.bad(b.b.Attributes[name], "no number of days or seconds is like that")
	}
	return deployed.Int{V: n, At: at}
}

// strs returns a list of strings.
func (b *body) strs(name string) []string {
	v, _ := b.value(name, optional, kindList)
	out := make([]string, 0, len(v.list))
	for _, element := range v.list {
		if element.kind != kindString {
			b.bad(b.b.Attributes[name], "it is not a list of strings")
			return nil
		}
		out = append(out, element.s)
	}
	return out
}

// tags reads the argument of this name.
func (b *body) tags() []deployed.Tag {
	v, at := b.value("tags", optional, kindObject)
	var out []deployed.Tag
	for i, k := range v.keys {
		if v.list[i].kind != kindString {
			b.bad(b.b.Attributes["tags"], "a value is not a string")
			return nil
		}
		out = append(out, deployed.Tag{Key: b.e.text(k, at), Value: b.e.text(v.list[i].s, at)})
	}
	return out
}

// document returns a policy document, written as JSON too.
func (b *body) document(name string, need bool) *deployed.Document {
	v, at := b.value(name, need, kindDocument, kindString)
	if v.kind == kindString {
		v = b.e.decode(v.s, at)
	}
	return b.e.whole(v)
}

// whole returns the document of a value with its references; nil when it has none.
func (e *eval) whole(v value) *deployed.Document {
	if v.kind != kindDocument {
		return nil
	}
	d := *v.doc
	d.Document = e.tokens.Document(d.Document)
	return &d
}

// inner returns the blocks of a type.
func (b *body) inner(typ string) []*body {
	b.blocks = append(b.blocks, typ)
	var out []*body
	for _, in := range b.b.Blocks {
		if in.Type != typ {
			continue
		}
		if len(in.Labels) > 0 {
			what := string(header(typ, in.Labels))
			b.e.unknown("block", what, "it has no labels in "+b.what, in.TypeRange)
		}
		out = append(out, b.e.body(typ+" of "+b.what, in.Body, in.TypeRange))
	}
	return out
}

// only returns the one block of a type; nil when there is none.
func (b *body) only(typ string, need bool) *body {
	all := b.inner(typ)
	switch {
	case len(all) == 0 && need:
		b.missing("block", typ)
	case len(all) > 1:
		b.e.unknown("block", typ, "there is one in "+b.what+" already", all[1].at)
	}
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

// protected reads whether Terraform refuses to destroy a resource.
func (b *body) protected() deployed.Bool {
	life := b.only("lifecycle", optional)
	if life == nil {
		return deployed.Bool{}
	}
	defer life.done()
	a, ok := life.take("prevent_destroy", optional)
	if !ok {
		return deployed.Bool{}
	}
	if _, literal := a.Expr.(*hclsyntax.LiteralValueExpr); !literal {
		b.bad(a, "terraform takes true or false here, and no names")
	}
	return life.bool("prevent_destroy", optional)
}
