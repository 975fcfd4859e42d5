package terraform

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// maxValue is far above any string of a module: a chain of locals that double one another stops here.
const maxValue = 1 << 20

// evaluator runs the expressions of a module as Terraform does, each block once, what it refers to first.
type evaluator struct {
	*oldModule
	setup *model.Setup
	names names
	env   policy.Env
	known map[string]cty.Value // variables that the environment gives
	memo  map[string]cty.Value // values of variables, locals, resources and data sources, by address
	busy  map[string]bool      // what is being evaluated, to find circles
	insts map[string][]instance
	keys  map[string]string // labels of aws_kms_key by the setup's names of keys, turned around: label to key
	origs map[string]origin // where the JSON of a document was written
	funcs map[string]function.Function
}

func newEvaluator(m *oldModule, s *model.Setup, env policy.Env) *evaluator {
	e := &evaluator{
		oldModule: m, setup: s, names: namesOf(s), env: env, known: map[string]cty.Value{}, memo: map[string]cty.Value{},
		busy: map[string]bool{}, insts: map[string][]instance{}, keys: map[string]string{}, origs: map[string]origin{},
	}
	for name, r := range variableRefs(s, e.names) {
		if v, ok := env[r]; ok {
			e.known[name] = cty.StringVal(v)
		}
	}
	e.funcs = map[string]function.Function{
		"file":        e.fileFunc(),
		"jsonencode":  stdlib.JSONEncodeFunc,
		"join":        stdlib.JoinFunc,
		"setsubtract": stdlib.SetSubtractFunc,
		"split":       stdlib.SplitFunc,
	}
	return e
}

func (e *evaluator) fileFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			data, ok := e.files[args[0].AsString()]
			if !ok {
				return cty.NilVal, fmt.Errorf("there is no file %q in the module", args[0].AsString())
			}
			return cty.StringVal(string(data)), nil
		},
	})
}

// expr gives the value of an expression. each is the value of each.value and each.key inside of a block with for_each.
func (e *evaluator) expr(x hclsyntax.Expression, each cty.Value) (cty.Value, error) {
	refs, err := references(x)
	if err != nil {
		return cty.NilVal, err
	}
	v, err := e.run(x, refs, each)
	if err != nil {
		return cty.NilVal, err
	}
	if !v.IsWhollyKnown() || size(v) > maxValue {
		return cty.NilVal, at(x.Range(), "value is not known or larger than %d bytes", maxValue)
	}
	return v, nil
}

// run evaluates an expression with what it refers to.
func (e *evaluator) run(x hclsyntax.Expression, refs []hcl.Traversal, each cty.Value) (cty.Value, error) {
	tree := map[string]any{}
	for _, t := range refs {
		addr, err := address(t)
		if err != nil {
			return cty.NilVal, err
		}
		v, err := e.lookup(addr, t.SourceRange(), each)
		if err != nil {
			return cty.NilVal, err
		}
		if _, alone := x.(*hclsyntax.ScopeTraversalExpr); alone {
			v, diags := t[len(addr):].TraverseRel(v)
			return v, diagnostic(diags)
		}
		oldPut(tree, addr, v)
	}
	ctx := &hcl.EvalContext{Variables: make(map[string]cty.Value, len(tree)), Functions: e.funcs}
	for name, v := range tree {
		ctx.Variables[name] = oldValue(v)
	}
	v, diags := x.Value(ctx)
	return v, diagnostic(diags)
}

// references gives what an expression refers to. It refuses the kinds of expression that pzgen does not write: loops and conditions make a policy
// depend on more than names, and without loops there are no names but those of the module.
func references(x hclsyntax.Expression) ([]hcl.Traversal, error) {
	if s, ok := x.(*hclsyntax.TemplateExpr); ok && s.IsStringLiteral() {
		return nil, nil // as most are
	}
	var refs []hcl.Traversal
	var err error
	diags := hclsyntax.VisitAll(x, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			refs = append(refs, n.Traversal)
		case *hclsyntax.LiteralValueExpr, *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr, *hclsyntax.FunctionCallExpr,
			*hclsyntax.TupleConsExpr, *hclsyntax.ObjectConsExpr, *hclsyntax.ObjectConsKeyExpr, *hclsyntax.ParenthesesExpr,
			*hclsyntax.RelativeTraversalExpr:
		default:
			if err == nil {
				err = at(n.Range(), "expression of a kind that pzgen does not read")
			}
		}
		return nil
	})
	if err == nil && diags.HasErrors() {
		return nil, diagnostic(diags)
	}
	return refs, err
}

// address gives the steps of a traversal that name what it refers to: var.x, local.x, path.module, each.value, data.type.label, type.label.
func address(t hcl.Traversal) ([]string, error) {
	n := 2
	if t.RootName() == "data" {
		n = 3
	}
	if len(t) < n {
		return nil, at(t.SourceRange(), "reference is incomplete")
	}
	steps := []string{t.RootName()}
	for _, s := range t[1:n] {
		a, ok := s.(hcl.TraverseAttr)
		if !ok {
			return nil, at(t.SourceRange(), "reference with an index, which pzgen does not read")
		}
		steps = append(steps, a.Name)
	}
	return steps, nil
}

func oldPut(tree map[string]any, addr []string, v cty.Value) {
	for _, name := range addr[:len(addr)-1] {
		next, ok := tree[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			tree[name] = next
		}
		tree = next
	}
	tree[addr[len(addr)-1]] = v
}

func oldValue(v any) cty.Value {
	switch v := v.(type) {
	case cty.Value:
		return v
	case map[string]any:
		attrs := map[string]cty.Value{}
		for name, inner := range v {
			attrs[name] = oldValue(inner)
		}
		return cty.ObjectVal(attrs)
	}
	panic("terraform: a tree holds values and trees")
}

// size is about the number of bytes in the strings of v.
func size(v cty.Value) int {
	if v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
		return 1 + len(v.AsString())
	}
	n := 0
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		n++
		if v.Type() == cty.String && !v.IsNull() && v.IsKnown() {
			n += len(v.AsString())
		}
		return n <= maxValue, nil
	})
	return n
}

func (e *evaluator) lookup(addr []string, r hcl.Range, each cty.Value) (cty.Value, error) {
	key := addr[0] + "." + addr[1]
	if addr[0] == "data" {
		key += "." + addr[2]
	}
	switch {
	case key == "path.module":
		return cty.StringVal("."), nil
	case key == "each.value" || key == "each.key":
		if each == cty.NilVal {
			return cty.NilVal, at(r, "%s stands outside of a block with for_each", key)
		}
		return each, nil
	}
	if v, ok := e.memo[key]; ok {
		return v, nil
	}
	if e.busy[key] {
		return cty.NilVal, at(r, "%s depends on itself", key)
	}
	e.busy[key] = true
	defer delete(e.busy, key)
	var v cty.Value
	var err error
	switch {
	case addr[0] == "var":
		b := e.variables[addr[1]]
		if b == nil {
			return cty.NilVal, at(r, "variable %q is not declared", addr[1])
		}
		v, err = e.variable(b)
	case addr[0] == "local":
		a := e.locals[addr[1]]
		if a == nil {
			return cty.NilVal, at(r, "local %q is not declared", addr[1])
		}
		v, err = e.expr(a.Expr, cty.NilVal)
		if err == nil && v.Type() == cty.String && !v.IsNull() {
			e.note(v.AsString(), a.SrcRange)
		}
	default:
		if e.blocks[key] == nil {
			return cty.NilVal, at(r, "%s is not declared", key)
		}
		var list []instance
		list, err = e.instances(key)
		if err == nil && (len(list) != 1 || list[0].each != cty.NilVal) {
			err = at(r, "%s has for_each, and pzgen does not read references to such blocks", key)
		}
		if err == nil {
			v = list[0].object()
		}
	}
	if err != nil {
		return cty.NilVal, err
	}
	e.memo[key] = v
	return v, nil
}
