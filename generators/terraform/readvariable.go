package terraform

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

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

// variable reads a variable block.
func (b *body) variable(name string) parameter {
	out := parameter{Parameter: deployed.Parameter{Name: name, At: place(b.at)}}
	b.plainText("description", optional)
	typ := ""
	if a, ok := b.take("type", required); ok {
		if typ = typeOf(a.Expr); typ == "" {
			b.bad(a, "write string, set(string) or map(string)")
		}
	}
	v, at := b.value("default", optional, kindOfType[typ])
	v = b.ofStrings("default", typ, v)
	out.value = v
	if v.kind != kindNone {
		out.Default = deployed.Text{V: policy.Literal(oneString(v)), At: at}
	}
	if a, ok := b.take("nullable", optional); !ok || hcl.ExprAsKeyword(a.Expr) != "false" {
		typ += orNull
	}
	out.Type = deployed.Text{V: policy.Literal(typ), At: out.At}
	for _, validation := range b.inner("validation") {
		out.Accepts = append(out.Accepts, validation.pattern("var."+name))
	}
	return out
}

// kindOfType tells which kind of value a variable of a type has. It is never written to.
var kindOfType = map[string]kind{typeString: kindString, typeSet: kindList, typeMap: kindObject}

// ofStrings returns the value of an argument as a variable of a type has it: of strings alone, and a
// set in order.
func (b *body) ofStrings(name, typ string, v value) value {
	if slices.ContainsFunc(v.list, func(m value) bool { return m.kind != kindString }) {
		b.bad(b.b.Attributes[name], "it does not hold strings alone")
		return value{}
	}
	if typ == typeSet {
		slices.SortFunc(v.list, func(a, b value) int { return strings.Compare(a.s, b.s) })
		v.list = slices.CompactFunc(v.list, func(a, b value) bool { return a.s == b.s })
	}
	return v
}

// oneString returns a value as one string: a list or map as JSON, a map in the order of its keys.
func oneString(v value) string {
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

// typeOf returns a type constraint that pzgen writes; "" for any other.
func typeOf(x hclsyntax.Expression) string {
	if hcl.ExprAsKeyword(x) == typeString {
		return typeString
	}
	for function, typ := range map[string]string{"set": typeSet, "map": typeMap} {
		if args, ok := called(x, function, 1); ok && hcl.ExprAsKeyword(args[0]) == typeString {
			return typ
		}
	}
	return ""
}

// pattern reads what the value of a variable is held against: a pattern for a string, or for each
// of a set.
func (b *body) pattern(about string) deployed.Text {
	b.plainText("error_message", required)
	defer b.done()
	a, ok := b.take("condition", required)
	if !ok {
		return deployed.Text{}
	}
	x, prefix := a.Expr, ""
	if args, ok := called(x, "alltrue", 1); ok {
		loop, ok := args[0].(*hclsyntax.ForExpr)
		if ok && loop.KeyVar == "" && loop.KeyExpr == nil && loop.CondExpr == nil && !loop.Group &&
			isName(loop.CollExpr, about) {
			x, prefix, about = loop.ValExpr, eachHas, loop.ValVar
		}
	}
	if args, ok := called(x, "can", 1); ok {
		if args, ok := called(args[0], "regex", 2); ok && isName(args[1], about) {
			if t, ok := args[0].(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
				return deployed.Text{
					V: policy.Literal(prefix + b.e.template(t).s), At: place(a.SrcRange)}
			}
		}
	}
	b.e.reject("validation", a.Expr, "pzgen holds a variable against a pattern alone")
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

// plainText takes a text for people: a string without names in it.
func (b *body) plainText(name string, need bool) {
	a, ok := b.take(name, need)
	if !ok {
		return
	}
	if t, ok := a.Expr.(*hclsyntax.TemplateExpr); !ok || len(t.Parts) > 0 && !t.IsStringLiteral() {
		b.bad(a, "write a plain string")
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
	case ok:
		if out, ok := structured(v.Type.V.String(), given); ok {
			return out
		}
		fallthrough
	case v.value.kind == kindNone:
		e.add(deployed.Unknown{Kind: "variable", What: name, Why: "it has no value", At: v.At})
	default:
		return v.value
	}
	return value{}
}

// structured returns a value that is given as JSON to a variable that holds several strings.
func structured(typ, given string) (value, bool) {
	switch {
	case strings.HasPrefix(typ, typeSet):
		var members []string
		if json.Unmarshal([]byte(given), &members) != nil {
			return value{}, false
		}
		out := value{kind: kindList}
		slices.Sort(members)
		for _, m := range slices.Compact(members) {
			out.list = append(out.list, stringValue(m))
		}
		return out, true
	case strings.HasPrefix(typ, typeMap):
		var members map[string]string
		if json.Unmarshal([]byte(given), &members) != nil {
			return value{}, false
		}
		out := value{kind: kindObject, keys: slices.Sorted(maps.Keys(members))}
		for _, k := range out.keys {
			out.list = append(out.list, stringValue(members[k]))
		}
		return out, true
	}
	return value{}, false
}

// guard reads the postcondition by which a data source refuses a wrong account or region:
// self.<attr> == value.
func (b *body) guard(attr string, scope *deployed.Text) {
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
			ok = isName(t.Parts[i], "self."+attr) || b.e.expr(t.Parts[i]).kind == kindString
		}
		if !ok {
			b.bad(a, "write a plain string")
		}
	}
	a, ok := post.take("condition", required)
	if !ok {
		return
	}
	op, ok := a.Expr.(*hclsyntax.BinaryOpExpr)
	if !ok || op.Op != hclsyntax.OpEqual || !isName(op.LHS, "self."+attr) {
		b.e.reject("postcondition", a.Expr, "write self."+attr+" == value")
		return
	}
	if v := b.e.expr(op.RHS); v.kind == kindString && b.e.settled("the guard of "+attr, b) {
		*scope = b.e.text(v.s, place(a.SrcRange))
	}
}

// output reads what the module shows.
func (e *eval) output(block *hclsyntax.Block) {
	b := e.body("output "+block.Labels[0], block.Body, block.TypeRange)
	b.plainText("description", optional)
	v, at := b.value("value", required, kindString, kindList, kindDocument)
	b.done()
	name := block.Labels[0]
	switch v.kind {
	case kindDocument:
		e.out.Documents = append(e.out.Documents, deployed.Shown{Name: name, Policy: e.whole(v)})
	case kindList, kindString:
		s := e.text(oneString(v), at)
		e.out.Outputs = append(e.out.Outputs, deployed.Output{Name: name, Value: s, At: place(b.at)})
	}
}
