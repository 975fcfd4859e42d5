package terraform

import (
	"fmt"
	"slices"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// aliases finds out which key of the setup each aws_kms_key is: the one whose alias it gets.
func (r *reader) aliases() error {
	for _, addr := range r.order {
		b := r.blocks[addr]
		if b.Type != "resource" || b.Labels[0] != tfKeyAlias {
			continue
		}
		name, target := b.Body.Attributes["name"], b.Body.Attributes["target_key_id"]
		if name == nil || target == nil {
			return at(b.TypeRange, "alias without name or target_key_id")
		}
		t, diags := hcl.AbsTraversalForExpr(target.Expr)
		if diags.HasErrors() || len(t) != 3 || t.RootName() != tfKey {
			return at(target.SrcRange, "target of an alias is not an %s of this module", tfKey)
		}
		key, err := address(t)
		if err != nil {
			return err
		}
		label := key[1]
		v, err := r.expr(name.Expr, cty.NilVal)
		if err != nil {
			return err
		}
		if v.Type() != cty.String || v.IsNull() {
			return at(name.SrcRange, "alias is not a string")
		}
		i := slices.IndexFunc(r.setup.Keys, func(k model.Key) bool { return !k.Existing() && k.Alias == v.AsString() })
		if i < 0 {
			return at(name.SrcRange, "alias %q is none of the setup's", v.AsString())
		}
		for other, id := range r.keys {
			if other == label || id == r.setup.Keys[i].ID {
				return at(name.SrcRange, "alias %q: a key has one alias, and an alias one key", v.AsString())
			}
		}
		r.keys[label] = r.setup.Keys[i].ID
	}
	return nil
}

// defaults reads what the module does when nobody sets a variable, and where it refuses to run.
func (r *reader) defaults() error {
	list := make([]string, 0, len(r.variables))
	for name := range r.variables {
		list = append(list, name)
	}
	sort.Strings(list)
	refs := variableRefs(r.setup, r.names)
	for _, name := range list {
		b := r.variables[name]
		for _, a := range b.Body.Attributes {
			if !slices.Contains([]string{"description", "type", "default", "nullable"}, a.Name) {
				return at(a.SrcRange, "argument %q of a variable", a.Name)
			}
		}
		for _, in := range b.Body.Blocks {
			if in.Type != "validation" {
				return at(in.TypeRange, "block %q of a variable", in.Type)
			}
		}
		v, err := variableDefault(b)
		if err != nil {
			return err
		}
		// The account and the region count where the module refuses others, below.
		if ref, ok := refs[name]; ok && v.Type() == cty.String && name != varAccount && name != varRegion {
			r.out.Defaults[ref] = v.AsString()
		}
	}
	def := newEvaluator(r.oldModule, r.setup, nil)
	if err := r.guard(def, dataIdentity, "account_id", model.RefAccount); err != nil {
		return err
	}
	return r.guard(def, dataRegion, "id", model.RefRegion)
}

// guard reads the postcondition by which a data source refuses a wrong account or region: self.<attr> == <expression>. def evaluates
// with the defaults of all variables.
func (r *reader) guard(def *evaluator, typ, attr string, ref policy.Ref) error {
	found := false
	for _, addr := range r.order {
		b := r.blocks[addr]
		if b.Type != "data" || b.Labels[0] != typ {
			continue
		}
		for _, post := range postconditions(b) {
			a := post.Body.Attributes["condition"]
			if a == nil {
				return at(post.TypeRange, "postcondition without a condition")
			}
			op, ok := a.Expr.(*hclsyntax.BinaryOpExpr)
			if !ok || op.Op != hclsyntax.OpEqual {
				return at(a.SrcRange, "postcondition is not of the form self.%s == value", attr)
			}
			t, diags := hcl.AbsTraversalForExpr(op.LHS)
			var self []string
			if !diags.HasErrors() && len(t) == 2 {
				self, _ = address(t)
			}
			if !slices.Equal(self, []string{"self", attr}) {
				return at(a.SrcRange, "postcondition is not of the form self.%s == value", attr)
			}
			want, err := r.expr(op.RHS, cty.NilVal)
			if err != nil {
				return err
			}
			if want.Type() != cty.String || want.IsNull() || want.AsString() != r.env[ref] {
				return at(a.SrcRange, "postcondition is fulfilled in another %s than %q", ref.Attr, r.env[ref])
			}
			v, err := def.expr(op.RHS, cty.NilVal)
			if err != nil {
				return err
			}
			if v.Type() != cty.String || v.IsNull() {
				return at(a.SrcRange, "postcondition compares with what is no string")
			}
			r.out.Defaults[ref], found = v.AsString(), true
		}
	}
	if !found {
		return fmt.Errorf("%s/%s: nothing refuses a wrong %s: data %q with a postcondition is missing", r.dir, fileMain, ref.Attr, typ)
	}
	return nil
}

func postconditions(b *hclsyntax.Block) []*hclsyntax.Block {
	var out []*hclsyntax.Block
	for _, l := range b.Body.Blocks {
		if l.Type == "lifecycle" {
			out = append(out, l.Body.Blocks...)
		}
	}
	return out
}

// keeps requires of what holds data, or the statements of others, that no plan can destroy it.
func (r *reader) keeps(i instance) error {
	if b := r.blocks[i.typ+"."+i.label]; !prevents(b) {
		return at(b.TypeRange, "%s.%s could be destroyed: prevent_destroy = true is missing", i.typ, i.label)
	}
	return nil
}

// prevents reports whether a block has prevent_destroy = true.
func prevents(b *hclsyntax.Block) bool {
	for _, l := range b.Body.Blocks {
		if l.Type != "lifecycle" {
			continue
		}
		if a := l.Body.Attributes["prevent_destroy"]; a != nil {
			if v, diags := a.Expr.Value(nil); !diags.HasErrors() && v.Type() == cty.Bool && v.IsKnown() && !v.IsNull() && v.True() {
				return true
			}
		}
	}
	return false
}
