package terraform

import (
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/pzgen/pzgen/internal/output"
)

// module is a parsed module: its blocks by what they declare.
type oldModule struct {
	dir       string
	files     map[string][]byte // what file() can read, by path inside the module
	variables map[string]*hclsyntax.Block
	locals    map[string]*hclsyntax.Attribute
	blocks    map[string]*hclsyntax.Block // resources and data sources, by address
	outputs   map[string]*hclsyntax.Block
	imports   []*hclsyntax.Block
	order     []string // addresses, in the order of files and lines
}

// load parses what Terraform would load from a setup's folder. It refuses every file by which Terraform would take something into account that is
// not read here: other syntax, overrides, and values for variables.
func oldLoad(dir string, files []output.File) (*oldModule, error) {
	m := &oldModule{
		dir: dir, files: map[string][]byte{}, variables: map[string]*hclsyntax.Block{}, locals: map[string]*hclsyntax.Attribute{},
		blocks: map[string]*hclsyntax.Block{}, outputs: map[string]*hclsyntax.Block{},
	}
	var sources []output.File
	for _, f := range files {
		if path.Dir(f.Path) != dir {
			continue
		}
		name := path.Base(f.Path)
		m.files["./"+name] = f.Data
		switch {
		case name == "override.tf" || strings.HasSuffix(name, "_override.tf"):
			return nil, fmt.Errorf("%s: terraform would merge this file over the others; pzgen does not read override files", f.Path)
		case strings.HasSuffix(name, ".tf"), name == fileAdopt:
			sources = append(sources, f)
		case strings.HasSuffix(name, ".tf.json"):
			return nil, fmt.Errorf("%s: terraform would load this file; pzgen reads no configuration in JSON", f.Path)
		case strings.HasSuffix(name, ".tfvars"), strings.HasSuffix(name, ".tfvars.json"):
			return nil, fmt.Errorf("%s: terraform would take values of variables from this file; pzgen does not read it", f.Path)
		}
	}
	sort.Slice(sources, func(i, j int) bool { return sources[i].Path < sources[j].Path })
	if !slices.ContainsFunc(sources, func(f output.File) bool { return strings.HasSuffix(f.Path, ".tf") }) {
		return nil, fmt.Errorf("%s: there is no .tf file", dir)
	}
	for _, f := range sources {
		parsed, diags := hclsyntax.ParseConfig(f.Data, f.Path, hcl.InitialPos)
		if diags.HasErrors() {
			return nil, diagnostic(diags)
		}
		body := parsed.Body.(*hclsyntax.Body)
		for _, a := range body.Attributes {
			return nil, at(a.SrcRange, "argument %q stands outside of a block", a.Name)
		}
		for _, b := range body.Blocks {
			if path.Base(f.Path) == fileAdopt && b.Type != "import" {
				return nil, at(b.TypeRange, "block %q in a file for import blocks", b.Type)
			}
			if err := m.add(b); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// add files a block of the top level. What it does not know might grant something, so it is an error.
func (m *oldModule) add(b *hclsyntax.Block) error {
	labels := map[string]int{"terraform": 0, "locals": 0, "variable": 1, "output": 1, "resource": 2, "data": 2, "import": 0}
	want, ok := labels[b.Type]
	if !ok {
		return at(b.TypeRange, "block %q is none that pzgen writes, and what it does is not read", b.Type)
	}
	if len(b.Labels) != want {
		return at(b.TypeRange, "block %q has %d labels, not %d", b.Type, len(b.Labels), want)
	}
	once := func(blocks map[string]*hclsyntax.Block, name string) error {
		if blocks[name] != nil {
			return at(b.TypeRange, "%s %q is declared twice", b.Type, name)
		}
		blocks[name] = b
		return nil
	}
	switch b.Type {
	case "terraform":
		return checkTerraform(b)
	case "locals":
		if len(b.Body.Blocks) > 0 {
			return at(b.Body.Blocks[0].TypeRange, "block %q in locals", b.Body.Blocks[0].Type)
		}
		for name, a := range b.Body.Attributes {
			if m.locals[name] != nil {
				return at(a.SrcRange, "local %q is declared twice", name)
			}
			m.locals[name] = a
		}
	case "variable":
		return once(m.variables, b.Labels[0])
	case "output":
		return once(m.outputs, b.Labels[0])
	case "resource", "data":
		addr := b.Labels[0] + "." + b.Labels[1]
		if b.Type == "data" {
			addr = "data." + addr
		}
		m.order = append(m.order, addr)
		return once(m.blocks, addr)
	case "import":
		m.imports = append(m.imports, b)
	}
	return nil
}

// checkTerraform lets through what says which versions are needed, of Terraform and of hashicorp/aws, and nothing else: no backend, no other
// provider under the name aws.
func checkTerraform(b *hclsyntax.Block) error {
	for name, a := range b.Body.Attributes {
		if name != "required_version" {
			return at(a.SrcRange, "argument %q in terraform", name)
		}
	}
	for _, inner := range b.Body.Blocks {
		if inner.Type != "required_providers" || len(inner.Body.Blocks) > 0 {
			return at(inner.TypeRange, "block %q in terraform", inner.Type)
		}
		for name, a := range inner.Body.Attributes {
			v, diags := a.Expr.Value(nil)
			if diags.HasErrors() {
				return diagnostic(diags)
			}
			if name != "aws" || !v.Type().IsObjectType() || v.IsNull() || !v.Type().HasAttribute("source") ||
				!v.GetAttr("source").RawEquals(cty.StringVal(sourceProvider)) {
				return at(a.SrcRange, "provider %q is not %s", name, sourceProvider)
			}
		}
	}
	return nil
}

// at is an error with its place.
func at(r hcl.Range, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: "+format, append([]any{r.Filename, r.Start.Line, r.Start.Column}, args...)...)
}

// diagnostic is the first error of diags.
func diagnostic(diags hcl.Diagnostics) error {
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			if d.Subject == nil {
				return fmt.Errorf("%s: %s", d.Summary, d.Detail)
			}
			return at(*d.Subject, "%s: %s", d.Summary, d.Detail)
		}
	}
	return nil
}
