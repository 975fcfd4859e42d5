package terraform

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// variableRefs tells which variables stand for references.
func variableRefs(s *model.Setup, n names) map[string]policy.Ref {
	refs := map[string]policy.Ref{varAccount: model.RefAccount, varRegion: model.RefRegion, varRoleName: model.RefRoleName}
	for _, b := range s.Buckets {
		refs[n.bucketVar(b.ID)] = model.RefBucketName(b.ID)
	}
	for _, k := range s.Keys {
		if k.Existing() {
			refs[n.keyARN(k.ID)] = model.RefKeyARN(k.ID)
		}
	}
	return refs
}

// variable gives a variable its value: what the environment says, else its default.
func (e *evaluator) variable(b *hclsyntax.Block) (cty.Value, error) {
	if v, ok := e.known[b.Labels[0]]; ok {
		return v, nil
	}
	return variableDefault(b)
}

// variableDefault gives the default of a variable, converted to its type as Terraform does.
func variableDefault(b *hclsyntax.Block) (cty.Value, error) {
	a := b.Body.Attributes["default"]
	if a == nil {
		return cty.NilVal, at(b.TypeRange, "variable %q has no default", b.Labels[0])
	}
	if _, err := references(a.Expr); err != nil {
		return cty.NilVal, err
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		return cty.NilVal, diagnostic(diags)
	}
	typ := b.Body.Attributes["type"]
	if typ == nil {
		return cty.NilVal, at(b.TypeRange, "variable %q has no type", b.Labels[0])
	}
	want, err := variableType(typ.Expr)
	if err != nil {
		return cty.NilVal, err
	}
	out, err := convert.Convert(v, want)
	if err != nil || out.IsNull() || size(out) > maxValue {
		return cty.NilVal, at(a.SrcRange, "default of variable %q is not of its type", b.Labels[0])
	}
	return out, nil
}

// variableType reads the types that pzgen's variables have.
func variableType(x hclsyntax.Expression) (cty.Type, error) {
	if hcl.ExprAsKeyword(x) == "string" {
		return cty.String, nil
	}
	if c, ok := x.(*hclsyntax.FunctionCallExpr); ok && len(c.Args) == 1 && hcl.ExprAsKeyword(c.Args[0]) == "string" {
		switch c.Name {
		case "set":
			return cty.Set(cty.String), nil
		case "list":
			return cty.List(cty.String), nil
		case "map":
			return cty.Map(cty.String), nil
		}
	}
	return cty.NilType, at(x.Range(), "type of variable is none that pzgen reads: string, set(string), list(string), map(string)")
}
