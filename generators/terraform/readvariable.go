package terraform

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// parameter is a variable of a module.
type parameter struct {
	deployed.Parameter
	value value // its default; kindNone when it has none, or one of another type
}

// The types that pzgen's variables have.
const (
	typeString = "string"
	typeSet    = "set(string)"
	typeMap    = "map(string)"

	orNull  = " or null" // follows the type where nullable is not false
	eachHas = "each "    // begins what every member of a set is held against
)

// variable reads a variable block. Its default holds no names: Terraform does not allow it.
func (m *module) variable(b *hclsyntax.Block) parameter {
	e := newEval(&module{dir: m.dir, files: m.files}, deployed.Values{})
	in := e.body("variable "+b.Labels[0], b.Body, b.TypeRange)
	out := parameter{Parameter: deployed.Parameter{Name: b.Labels[0], At: place(b.TypeRange)}}
	in.plainText("description", optional)
	typ := ""
	if a, ok := in.take("type", required); ok {
		if typ = typeOf(a.Expr); typ == "" {
			e.unknown("type", e.source(a.Expr.Range()), "write string, set(string) or map(string)", a.SrcRange)
		}
	}
	kinds := map[string]kind{typeString: kindString, typeSet: kindList, typeMap: kindObject}
	v, at := in.value("default", optional, kinds[typ])
	for _, element := range v.list {
		if element.kind != kindString {
			e.unknown("argument", "default", "it does not hold strings alone", b.TypeRange)
			v = value{}
			break
		}
	}
	if typ == typeSet {
		slices.SortFunc(v.list, func(a, b value) int { return strings.Compare(a.s, b.s) })
		v.list = slices.CompactFunc(v.list, func(a, b value) bool { return a.s == b.s })
	}
	out.value = v
	if v.kind != kindNone {
		out.Default = deployed.Text{V: policy.Literal(plainDefault(v)), At: at}
	}
	if in.bool("nullable", optional); !isFalse(b.Body.Attributes["nullable"]) {
		typ += orNull
	}
	out.Type = deployed.Text{V: policy.Literal(typ), At: out.At}
	for _, validation := range in.inner("validation") {
		out.Accepts = append(out.Accepts, e.validation(validation, b.Labels[0]))
	}
	in.done()
	m.add(e.out.Unknown...)
	return out
}

// plainDefault returns a default as one string: a set or map as JSON, in the order of its members.
func plainDefault(v value) string {
	if v.kind == kindString {
		return v.s
	}
	if v.kind == kindObject {
		sorted := value{kind: kindObject, keys: slices.Sorted(slices.Values(v.keys))}
		for _, k := range sorted.keys {
			sorted.list = append(sorted.list, v.member(k))
		}
		v = sorted
	}
	return string(appendJSON(nil, v))
}

func isFalse(a *hclsyntax.Attribute) bool {
	if a == nil {
		return false
	}
	l, ok := a.Expr.(*hclsyntax.LiteralValueExpr)
	return ok && l.Val.RawEquals(cty.False)
}

// typeOf returns a type constraint that pzgen writes; "" for any other.
func typeOf(x hclsyntax.Expression) string {
	if hcl.ExprAsKeyword(x) == typeString {
		return typeString
	}
	if c, ok := x.(*hclsyntax.FunctionCallExpr); ok && len(c.Args) == 1 && hcl.ExprAsKeyword(c.Args[0]) == typeString {
		if t := c.Name + "(" + typeString + ")"; t == typeSet || t == typeMap {
			return t
		}
	}
	return ""
}

// validation reads what the value of a variable is held against: a pattern for a string, or one for each of a set.
func (e *eval) validation(b *body, name string) deployed.Text {
	b.plainText("error_message", required)
	defer b.done()
	a, ok := b.take("condition", required)
	if !ok {
		return deployed.Text{}
	}
	x, prefix, about := a.Expr, "", "var."+name
	if args, ok := called(x, "alltrue", 1); ok {
		loop, ok := args[0].(*hclsyntax.ForExpr)
		if ok && loop.KeyVar == "" && loop.KeyExpr == nil && loop.CondExpr == nil && !loop.Group && isName(loop.CollExpr, about) {
			x, prefix, about = loop.ValExpr, eachHas, loop.ValVar
		}
	}
	if args, ok := called(x, "can", 1); ok {
		if args, ok := called(args[0], "regex", 2); ok && isName(args[1], about) {
			if t, ok := args[0].(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
				return deployed.Text{V: policy.Literal(prefix + e.template(t).s), At: place(a.SrcRange)}
			}
		}
	}
	e.unknown("validation", e.source(a.Expr.Range()), "pzgen holds a variable against a pattern, and nothing else", a.SrcRange)
	return deployed.Text{}
}

// called returns the arguments of a call of a function.
func called(x hclsyntax.Expression, name string, args int) ([]hclsyntax.Expression, bool) {
	c, ok := x.(*hclsyntax.FunctionCallExpr)
	if !ok || c.Name != name || len(c.Args) != args || c.ExpandFinal {
		return nil, false
	}
	return c.Args, true
}

// isName reports whether an expression is this name and nothing else.
func isName(x hclsyntax.Expression, name string) bool {
	t, ok := x.(*hclsyntax.ScopeTraversalExpr)
	if !ok {
		return false
	}
	s, ok := steps(t.Traversal)
	return ok && s == name
}

// plainText takes a text for people: a string without names in it.
func (b *body) plainText(name string, need bool) {
	a, ok := b.take(name, need)
	if !ok {
		return
	}
	if t, ok := a.Expr.(*hclsyntax.TemplateExpr); !ok || len(t.Parts) > 0 && !t.IsStringLiteral() {
		b.e.unknown("argument", b.e.source(a.SrcRange), "write a plain string", a.SrcRange)
	}
}

// variable returns the value of a variable.
func (e *eval) variable(name string, r hcl.Range) value {
	v, declared := e.m.variables[name]
	given, ok := e.values.Named[name]
	switch {
	case !declared:
		e.unknown("reference", "var."+name, "it is not declared", r)
	case ok && strings.HasPrefix(v.Type.V.String(), typeString):
		return stringValue(given)
	case ok || v.value.kind == kindNone:
		e.add(deployed.Unknown{Kind: "variable", What: name, Why: "it has no value", At: v.At})
	default:
		return v.value
	}
	return value{}
}

// guard reads the postcondition by which a data source refuses a wrong account or region: self.<attr> == value.
func (e *eval) guard(b *body, attr string, scope *deployed.Text) {
	life := b.only("lifecycle", optional)
	if life == nil {
		return
	}
	defer life.done()
	post := life.only("postcondition", required)
	if post == nil {
		return
	}
	defer post.done()
	if a, ok := post.take("error_message", required); ok {
		t, ok := a.Expr.(*hclsyntax.TemplateExpr)
		for i := 0; ok && i < len(t.Parts); i++ {
			if _, lit := t.Parts[i].(*hclsyntax.LiteralValueExpr); !lit && !isName(t.Parts[i], "self."+attr) {
				ok = e.expr(t.Parts[i]).kind == kindString
			}
		}
		if !ok {
			e.unknown("argument", e.source(a.SrcRange), "write a plain string", a.SrcRange)
		}
	}
	a, ok := post.take("condition", required)
	if !ok {
		return
	}
	op, ok := a.Expr.(*hclsyntax.BinaryOpExpr)
	if !ok || op.Op != hclsyntax.OpEqual || !isName(op.LHS, "self."+attr) {
		e.unknown("postcondition", e.source(a.Expr.Range()), "write self."+attr+" == value", a.SrcRange)
		return
	}
	if v := e.expr(op.RHS); v.kind == kindString && e.settled("the guard of "+attr, b) {
		*scope = e.text(v.s, place(a.SrcRange))
	}
}

// output reads what the module shows.
func (e *eval) output(block *hclsyntax.Block) {
	b := e.body("output "+block.Labels[0], block.Body, block.TypeRange)
	b.plainText("description", optional)
	v, at := b.value("value", required, kindString, kindList, kindDocument)
	b.done()
	switch v.kind {
	case kindDocument:
		e.out.Documents = append(e.out.Documents, deployed.Shown{Name: block.Labels[0], Policy: e.whole(v)})
	case kindList, kindString:
		s := v.s
		if v.kind == kindList {
			s = string(appendJSON(nil, v))
		}
		e.out.Outputs = append(e.out.Outputs, deployed.Output{Name: block.Labels[0], Value: e.text(s, at), At: place(block.TypeRange)})
	}
}
