package terraform

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/pzgen/pzgen/internal/model"
)

// instance is one object that a block stands for: a resource, one of several under for_each, or a data source.
type instance struct {
	typ, label string
	each       cty.Value // NilVal without for_each
	body       content
	computed   map[string]cty.Value // what the provider adds
	line       hcl.Range
}

// content is an evaluated body.
type content struct {
	args   map[string]cty.Value
	ranges map[string]hcl.Range
	blocks map[string][]content
	line   hcl.Range
}

// object is what a reference to the instance sees.
func (i instance) object() cty.Value {
	attrs := map[string]cty.Value{}
	for name, v := range i.body.args {
		attrs[name] = v
	}
	for name, v := range i.computed {
		attrs[name] = v
	}
	if len(attrs) == 0 {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(attrs)
}

// str gives a string argument, and false when it is absent or no string.
func (c content) str(name string) (string, bool) {
	v, ok := c.args[name]
	if !ok || v.IsNull() {
		return "", false
	}
	v, err := convert.Convert(v, cty.String)
	if err != nil || v.IsNull() {
		return "", false
	}
	return v.AsString(), true
}

// strs gives an argument that is a list or set of strings.
func (c content) strs(name string) ([]string, error) {
	v, ok := c.args[name]
	if !ok {
		return nil, nil
	}
	l := v // a list in brackets is a tuple, which needs no conversion when all is strings
	if !v.Type().IsTupleType() || v.IsNull() || slices.ContainsFunc(v.Type().TupleElementTypes(), func(t cty.Type) bool { return t != cty.String }) {
		var err error
		if l, err = convert.Convert(v, cty.List(cty.String)); err != nil || l.IsNull() {
			return nil, at(c.ranges[name], "%s is not a list of strings", name)
		}
	}
	out := make([]string, 0, l.LengthInt())
	for it := l.ElementIterator(); it.Next(); {
		_, s := it.Element()
		if s.IsNull() {
			return nil, at(c.ranges[name], "%s holds null", name)
		}
		out = append(out, s.AsString())
	}
	return out, nil
}

// instances evaluates a block.
func (e *evaluator) instances(addr string) ([]instance, error) {
	if list, ok := e.insts[addr]; ok {
		return list, nil
	}
	b := e.blocks[addr]
	typ, label := b.Labels[0], b.Labels[1]
	if b.Type == "data" {
		typ = "data." + typ
	}
	sh, ok := shapeOf(typ)
	if !ok {
		return nil, at(b.TypeRange, "%s %q is none that pzgen writes, and what it grants is not read", b.Type, b.Labels[0])
	}
	each := []cty.Value{cty.NilVal}
	if a := b.Body.Attributes["for_each"]; a != nil && b.Type == "resource" {
		v, err := e.expr(a.Expr, cty.NilVal)
		if err != nil {
			return nil, err
		}
		if v.IsNull() || !v.Type().IsSetType() || v.Type().ElementType() != cty.String {
			return nil, at(a.SrcRange, "for_each is not a set of strings")
		}
		each = v.AsValueSlice()
	}
	if err := e.meta(b); err != nil {
		return nil, err
	}
	list := make([]instance, 0, len(each))
	for _, v := range each {
		body, err := e.content(b.Body, b.TypeRange, sh, v, true)
		if err != nil {
			return nil, err
		}
		i := instance{typ: typ, label: label, each: v, body: body, line: b.TypeRange}
		if i.computed, err = e.compute(i); err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	e.insts[addr] = list
	return list, nil
}

// meta checks the arguments that every block can have. depends_on counts in a circle as any reference does.
func (e *evaluator) meta(b *hclsyntax.Block) error {
	if a := b.Body.Attributes["depends_on"]; a != nil {
		exprs, diags := hcl.ExprList(a.Expr)
		if diags.HasErrors() {
			return diagnostic(diags)
		}
		for _, x := range exprs {
			t, diags := hcl.AbsTraversalForExpr(x)
			if diags.HasErrors() {
				return diagnostic(diags)
			}
			addr, err := address(t)
			if err != nil {
				return err
			}
			if _, err := e.lookup(addr, t.SourceRange(), cty.NilVal); err != nil {
				return err
			}
		}
	}
	for _, inner := range b.Body.Blocks {
		if inner.Type != "lifecycle" {
			continue
		}
		for name, a := range inner.Body.Attributes {
			if name != "prevent_destroy" {
				return at(a.SrcRange, "argument %q in lifecycle", name)
			}
		}
		for _, c := range inner.Body.Blocks {
			if c.Type != "postcondition" || b.Type != "data" {
				return at(c.TypeRange, "block %q in lifecycle", c.Type)
			}
		}
	}
	return nil
}

// content evaluates a body that has the given shape. top: it is the body of a resource or data source, with the arguments of every block.
func (e *evaluator) content(b *hclsyntax.Body, line hcl.Range, sh shape, each cty.Value, top bool) (content, error) {
	c := content{args: make(map[string]cty.Value, len(b.Attributes)), ranges: make(map[string]hcl.Range, len(b.Attributes)), line: line}
	if len(b.Blocks) > 0 {
		c.blocks = map[string][]content{}
	}
	attrs := make([]*hclsyntax.Attribute, 0, len(b.Attributes))
	for _, a := range b.Attributes {
		attrs = append(attrs, a)
	}
	slices.SortFunc(attrs, func(a, b *hclsyntax.Attribute) int { return cmp.Compare(a.SrcRange.Start.Byte, b.SrcRange.Start.Byte) })
	for _, a := range attrs {
		if top && (a.Name == "for_each" || a.Name == "depends_on") {
			continue
		}
		if !slices.Contains(sh.required, a.Name) && !slices.Contains(sh.optional, a.Name) {
			return c, at(a.SrcRange, "argument %q is none that pzgen writes here, and what it does is not read", a.Name)
		}
		v, err := e.expr(a.Expr, each)
		if err != nil {
			return c, err
		}
		if v.IsNull() {
			continue
		}
		c.args[a.Name], c.ranges[a.Name] = v, a.SrcRange
	}
	for _, name := range sh.required {
		if _, ok := c.args[name]; !ok {
			return c, at(line, "argument %q is missing", name)
		}
	}
	for _, inner := range b.Blocks {
		if top && inner.Type == "lifecycle" {
			continue
		}
		next, ok := sh.blocks[inner.Type]
		if !ok || len(inner.Labels) > 0 {
			return c, at(inner.TypeRange, "block %q is none that pzgen writes here, and what it does is not read", inner.Type)
		}
		in, err := e.content(inner.Body, inner.TypeRange, next, each, false)
		if err != nil {
			return c, err
		}
		c.blocks[inner.Type] = append(c.blocks[inner.Type], in)
	}
	return c, nil
}

// compute gives what AWS adds to a resource, and what data sources find: what a resource is follows from its arguments, never from its label.
func (e *evaluator) compute(i instance) (map[string]cty.Value, error) {
	str := cty.StringVal
	arn := func(service, rest string) cty.Value {
		return str("arn:" + e.env[model.RefPartition] + ":" + service + "::" + rest)
	}
	name, _ := i.body.str("name")
	switch i.typ {
	case "data." + dataPartition:
		return map[string]cty.Value{"partition": str(e.env[model.RefPartition])}, nil
	case "data." + dataIdentity:
		return map[string]cty.Value{"account_id": str(e.env[model.RefAccount]), "id": str(e.env[model.RefAccount])}, nil
	case "data." + dataRegion:
		return map[string]cty.Value{"id": str(e.env[model.RefRegion]), "name": str(e.env[model.RefRegion])}, nil
	case "data." + dataPolicy:
		json, err := e.policyDocument(i.body)
		if err != nil {
			return nil, err
		}
		return map[string]cty.Value{"json": str(json), "minified_json": str(json)}, nil
	case tfRole:
		path, ok := i.body.str("path")
		if !ok {
			path = "/"
		}
		return map[string]cty.Value{"arn": arn("iam", e.env[model.RefAccount]+":role"+path+name), "id": str(name)}, nil
	case tfPolicy:
		a := arn("iam", e.env[model.RefAccount]+":policy/"+name)
		return map[string]cty.Value{"arn": a, "id": a}, nil
	case tfBucket:
		bucket, _ := i.body.str("bucket")
		return map[string]cty.Value{"arn": arn("s3", ":"+bucket), "id": str(bucket)}, nil
	case tfKey:
		id, ok := e.keys[i.label]
		if !ok {
			return nil, at(i.line, "no aws_kms_alias gives this key the alias of one of the setup's keys")
		}
		a := e.env[model.RefKeyARN(id)]
		key := str(tail(a))
		return map[string]cty.Value{"arn": str(a), "key_id": key, "id": key}, nil
	}
	return nil, nil
}
