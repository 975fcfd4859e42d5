package modeltest

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/internal/output"
)

// Unused returns what the files of a Terraform module declare and nothing in them refers to: data
// sources, locals, variables and providers, sorted. A data source does not refer to itself. Files
// that are not named .tf are passed over, and so is what is no Terraform.
func Unused(files []output.File) []string {
	declared, used := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		if !strings.HasSuffix(f.Path, ".tf") {
			continue
		}
		parsed, diags := hclsyntax.ParseConfig(f.Data, f.Path, hcl.InitialPos)
		if diags.HasErrors() {
			continue
		}
		for _, b := range parsed.Body.(*hclsyntax.Body).Blocks {
			switch b.Type {
			case "data":
				declared["data."+strings.Join(b.Labels, ".")] = true
				used["provider."+strings.SplitN(b.Labels[0], "_", 2)[0]] = true
			case "variable":
				declared["var."+b.Labels[0]] = true
				continue // a validation refers to its own variable
			case "locals":
				for name := range b.Body.Attributes {
					declared["local."+name] = true
				}
			case "resource":
				used["provider."+strings.SplitN(b.Labels[0], "_", 2)[0]] = true
			case "terraform":
				for _, in := range b.Body.Blocks {
					for name := range in.Body.Attributes {
						declared["provider."+name] = true
					}
				}
				continue
			}
			hclsyntax.VisitAll(b.Body, func(n hclsyntax.Node) hcl.Diagnostics {
				if x, ok := n.(*hclsyntax.ScopeTraversalExpr); ok {
					used[reference(x.Traversal)] = true
				}
				return nil
			})
		}
	}
	var out []string
	for name := range declared {
		if !used[name] {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// reference returns the address that a name begins with.
func reference(t hcl.Traversal) string {
	steps := 2
	if t.RootName() == "data" {
		steps = 3
	}
	name := t.RootName()
	for i := 1; i < min(steps, len(t)); i++ {
		if a, ok := t[i].(hcl.TraverseAttr); ok {
			name += "." + a.Name
		}
	}
	return name
}
