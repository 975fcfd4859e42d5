package terraform

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// reference returns what a name stands for: var.x, local.x, each.value,
// data.type.label.attribute, type.label.attribute.
func (e *eval) reference(x *hclsyntax.ScopeTraversalExpr) value {
	name, ok := nameOf(x)
	root, rest, _ := strings.Cut(name, ".")
	steps := len(x.Traversal)
	switch {
	case !ok:
		name = e.source(x.SrcRange)
	case root == "var" && steps == 2:
		e.used[name] = true
		return e.variable(rest, x.SrcRange)
	case name == "each.value" && e.each.kind != kindNone:
		return e.each
	case root == "local" && steps == 2:
		e.used[name] = true
		return e.visit(name, x.SrcRange)["value"]
	case root == "data" && steps == 4, root != "data" && steps == 3:
		cut := strings.LastIndexByte(name, '.')
		addr, attr := name[:cut], name[cut+1:]
		if e.m.nodes[addr] == nil {
			break
		}
		e.used[addr] = true
		attrs := e.visit(addr, x.SrcRange)
		if v, ok := attrs[attr]; ok || attrs == nil { // nil: it is Unknown itself
			return v
		}
	}
	e.unknown("reference", name, "not declared, or pzgen writes none like it here", x.SrcRange)
	return value{}
}

// nameOf returns a name as it is written: an expression that is nothing else, has no index and is
// not longer than names are.
func nameOf(x hclsyntax.Expression) (string, bool) {
	t, ok := x.(*hclsyntax.ScopeTraversalExpr)
	if !ok || len(t.Traversal) > 4 {
		return "", false
	}
	name := t.Traversal.RootName()
	for _, s := range t.Traversal[1:] {
		a, ok := s.(hcl.TraverseAttr)
		if !ok {
			return "", false
		}
		name += "." + a.Name
	}
	return name, true
}

// isName reports whether an expression is this name and nothing else.
func isName(x hclsyntax.Expression, name string) bool {
	s, ok := nameOf(x)
	return ok && s == name
}

// keyID reads split("/", var.<key>)[1], which is how the id of a key is taken out of its ARN.
func (e *eval) keyID(x *hclsyntax.RelativeTraversalExpr) (value, bool) {
	args, ok := called(x.Source, "split", 2)
	if !ok || !isVariable(args[1]) || len(x.Traversal) != 1 {
		return value{}, false
	}
	index, ok := x.Traversal[0].(hcl.TraverseIndex)
	if !ok || !index.Key.RawEquals(cty.NumberIntVal(1)) {
		return value{}, false
	}
	sep, v := e.expr(args[0]), e.expr(args[1])
	if sep.kind != kindString || sep.s != "/" || v.kind != kindString {
		return value{}, sep.kind == kindNone || v.kind == kindNone
	}
	parts := strings.Split(v.s, "/")
	return stringValue(parts[min(1, len(parts)-1)]), len(parts) > 1
}

// property reads jsondecode(<resource>.properties).<name>, which is how a property is taken out of
// what Cloud Control tells of a resource.
func (e *eval) property(x *hclsyntax.RelativeTraversalExpr) (value, bool) {
	args, ok := called(x.Source, "jsondecode", 1)
	if !ok || len(x.Traversal) != 1 {
		return value{}, false
	}
	name, ok := nameOf(args[0])
	attr, is := x.Traversal[0].(hcl.TraverseAttr)
	if !ok || !is || !strings.HasSuffix(name, ".properties") {
		return value{}, false
	}
	v := e.expr(args[0])
	if m := v.member(attr.Name); m.kind != kindNone {
		return m, true
	}
	return value{}, v.kind == kindNone
}
