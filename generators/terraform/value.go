package terraform

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/text/unicode/norm"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// kind is the type of a value.
type kind int

const (
	kindNone kind = iota // no value: it is Unknown, and was reported
	kindString
	kindNumber
	kindBool
	kindList
	kindObject
	kindDocument // a policy document, which is used as a whole
)

// value is a value of an expression.
type value struct {
	kind kind
	s    string  // a string with tokens, a number's digits, true or false
	list []value // elements of a list, or members of an object
	keys []string
	doc  *deployed.Document
	at   deployed.Place // of an object or document
}

func stringValue(s string) value { return value{kind: kindString, s: s} }

// expr returns the value of an expression. What pzgen does not print is Unknown.
func (e *eval) expr(x hclsyntax.Expression) value {
	if !e.spend(1) {
		return value{}
	}
	switch x := x.(type) {
	case *hclsyntax.LiteralValueExpr:
		switch {
		case x.Val.IsNull():
		case x.Val.Type() == cty.String:
			return stringValue(x.Val.AsString())
		case x.Val.Type() == cty.Number:
			if n, accuracy := x.Val.AsBigFloat().Int64(); accuracy == big.Exact {
				return value{kind: kindNumber, s: strconv.FormatInt(n, 10)}
			}
		case x.Val.Type() == cty.Bool && x.Val.True():
			return value{kind: kindBool, s: "true"}
		case x.Val.Type() == cty.Bool:
			return value{kind: kindBool, s: "false"}
		}
	case *hclsyntax.TemplateExpr:
		return e.template(x)
	case *hclsyntax.TemplateWrapExpr:
		return e.expr(x.Wrapped)
	case *hclsyntax.ParenthesesExpr:
		return e.expr(x.Expression)
	case *hclsyntax.ScopeTraversalExpr:
		return e.reference(x)
	case *hclsyntax.TupleConsExpr:
		out := value{kind: kindList, list: make([]value, 0, len(x.Exprs))}
		for _, element := range x.Exprs {
			v := e.expr(element)
			if v.kind == kindNone {
				return v
			}
			out.list = append(out.list, v)
		}
		return out
	case *hclsyntax.ObjectConsExpr:
		return e.object(x)
	case *hclsyntax.FunctionCallExpr:
		if args, ok := called(x, "jsonencode", 1); ok {
			return e.encoded(e.expr(args[0]), x)
		}
	case *hclsyntax.RelativeTraversalExpr:
		if v, ok := e.keyID(x); ok {
			return v
		}
		if v, ok := e.property(x); ok {
			return v
		}
	}
	e.reject(kindOf(x), x, "pzgen writes no such expression here")
	return value{}
}

// kindOf says what an expression is.
func kindOf(x hclsyntax.Expression) string {
	switch x.(type) {
	case *hclsyntax.ConditionalExpr:
		return "conditional"
	case *hclsyntax.ForExpr, *hclsyntax.TemplateJoinExpr:
		return "loop"
	case *hclsyntax.SplatExpr:
		return "splat"
	case *hclsyntax.BinaryOpExpr, *hclsyntax.UnaryOpExpr:
		return "operator"
	case *hclsyntax.FunctionCallExpr:
		return "function"
	case *hclsyntax.IndexExpr, *hclsyntax.RelativeTraversalExpr:
		return "index"
	}
	return "expression"
}

// template joins the parts of a string as Terraform does: into Unicode normal form C.
func (e *eval) template(x *hclsyntax.TemplateExpr) value {
	if len(x.Parts) == 1 {
		if l, ok := x.Parts[0].(*hclsyntax.LiteralValueExpr); ok {
			return e.expr(l)
		}
	}
	var b strings.Builder
	for _, p := range x.Parts {
		v := e.expr(p)
		switch v.kind {
		case kindNone:
			return v
		case kindString, kindNumber, kindBool:
			b.WriteString(v.s)
		default:
			e.reject("template", x, "a list, an object or a document is no part of a string")
			return value{}
		}
	}
	if !e.spend(b.Len()) {
		return value{}
	}
	return stringValue(norm.NFC.String(b.String()))
}

// object reads an object. Of two members of one name Terraform takes the last and says nothing.
func (e *eval) object(x *hclsyntax.ObjectConsExpr) value {
	out := value{kind: kindObject, at: place(x.SrcRange)}
	for _, item := range x.Items {
		k, v := value{}, e.expr(item.ValueExpr)
		if key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok && !key.ForceNonLiteral {
			if name := hcl.ExprAsKeyword(key.Wrapped); name != "" {
				k = stringValue(name)
			} else if t, ok := key.Wrapped.(*hclsyntax.TemplateExpr); ok {
				k = e.expr(t)
			}
		}
		switch {
		case !e.spend(len(out.keys)):
			return value{}
		case k.kind == kindNone:
			e.reject("key", item.KeyExpr, "write a name, or a string in quotes")
			return k
		case v.kind == kindNone:
			return v
		case slices.Contains(out.keys, k.s):
			e.reject("key", item.KeyExpr, "the object has it twice")
			return value{}
		}
		out.keys, out.list = append(out.keys, k.s), append(out.list, v)
	}
	return out
}

// member returns a member of an object.
func (v value) member(name string) value {
	if i := slices.Index(v.keys, name); i >= 0 && v.kind == kindObject {
		return v.list[i]
	}
	return value{}
}

// encoded is what jsonencode makes of a value: a policy document, for nothing else is encoded
// here.
func (e *eval) encoded(v value, x hclsyntax.Expression) value {
	if v.kind != kindObject {
		if v.kind != kindNone {
			e.reject("function", x, "only a policy document is encoded")
		}
		return value{}
	}
	out := e.decode(string(appendJSON(nil, v)), place(x.Range()))
	if out.kind == kindDocument {
		out.doc.At = v.at
		statements := v.member("Statement")
		if statements.kind == kindObject {
			statements.list = []value{statements}
		}
		for _, s := range statements.list {
			out.doc.Statements = append(out.doc.Statements, s.at)
		}
	}
	return out
}

func appendJSON(b []byte, v value) []byte {
	switch v.kind {
	case kindString:
		return policy.AppendJSONString(b, v.s)
	case kindList, kindObject:
		open, end := byte('['), byte(']')
		if v.kind == kindObject {
			open, end = '{', '}'
		}
		b = append(b, open)
		for i, element := range v.list {
			if i > 0 {
				b = append(b, ',')
			}
			if v.kind == kindObject {
				b = append(policy.AppendJSONString(b, v.keys[i]), ':')
			}
			b = appendJSON(b, element)
		}
		return append(b, end)
	}
	return append(b, v.s...)
}
