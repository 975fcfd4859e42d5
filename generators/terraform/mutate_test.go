package terraform

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// change is one change of a file: the bytes from start to end become text.
type change struct {
	start, end int
	text       string
	what       string
	free       bool // grants and sets the same
}

// changes returns every small change of a file of Terraform: each string longer by a letter or
// emptied, each number and Boolean another, each attribute, block and list element gone, each
// reference another one's.
func changes(t *testing.T, f output.File) []change {
	t.Helper()
	file, diags := hclsyntax.ParseConfig(f.Data, f.Path, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var out []change
	var blocks func(body *hclsyntax.Body, at []string)
	blocks = func(body *hclsyntax.Body, at []string) {
		for _, a := range body.Attributes {
			out = append(out, attributeChanges(f.Data, a, append(slices.Clone(at), a.Name))...)
		}
		for _, b := range body.Blocks {
			name := append(slices.Clone(at), append([]string{b.Type}, b.Labels...)...)
			r := b.Range()
			out = append(out, change{r.Start.Byte, b.CloseBraceRange.End.Byte, "", "block gone: " + strings.Join(name, " "), free(name)})
			blocks(b.Body, name)
		}
	}
	blocks(file.Body.(*hclsyntax.Body), nil)
	return out
}

// free tells what changes no grant and no setting: texts for people, and the order of work.
func free(at []string) bool {
	switch at[len(at)-1] {
	case "description":
		return at[0] == "variable" || at[0] == "output"
	case "error_message":
		return true
	}
	return false
}

func attributeChanges(src []byte, a *hclsyntax.Attribute, at []string) []change {
	name := strings.Join(at, " ")
	out := []change{{a.SrcRange.Start.Byte, a.SrcRange.End.Byte, "", "attribute gone: " + name, mayGo(a, at)}}
	hclsyntax.VisitAll(a.Expr, func(n hclsyntax.Node) hcl.Diagnostics {
		r := n.Range()
		add := func(text, what string) {
			out = append(out, change{r.Start.Byte, r.End.Byte, text, what + ": " + name + " " + string(r.SliceBytes(src)), free(at)})
		}
		switch n := n.(type) {
		case *hclsyntax.TemplateExpr:
			add(string(src[r.Start.Byte:r.End.Byte-1])+"x\"", "string longer")
			if r.End.Byte-r.Start.Byte > 2 {
				add(`""`, "string empty")
			}
		case *hclsyntax.LiteralValueExpr:
			switch string(r.SliceBytes(src)) {
			case "true":
				add("false", "flipped")
			case "false":
				add("true", "flipped")
			default:
				if r.Start.Byte > 0 && bytes.IndexByte([]byte("0123456789"), src[r.Start.Byte]) >= 0 && !quotedAt(src, r.Start.Byte) {
					add(string(r.SliceBytes(src))+"1", "number")
				}
			}
		case *hclsyntax.TupleConsExpr:
			for _, e := range n.Exprs {
				start, end := e.Range().Start.Byte, e.Range().End.Byte
				for end < len(src) && (src[end] == ',' || src[end] == ' ') {
					end++
				}
				out = append(out, change{start, end, "", "element gone: " + name + " " + string(e.Range().SliceBytes(src)), free(at)})
			}
		}
		return nil
	})
	return out
}

// quotedAt reports whether a byte is in the text of a string: what precedes it on its line
// has an odd number of quotes.
func quotedAt(src []byte, i int) bool {
	line := src[bytes.LastIndexByte(src[:i], '\n')+1 : i]
	return bytes.Count(line, []byte{'"'})%2 == 1
}

// mayGo tells attributes that say what is so without them.
func mayGo(a *hclsyntax.Attribute, at []string) bool {
	if free(at) {
		return a.Name != "error_message" // Terraform asks for it
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() {
		return false
	}
	switch a.Name {
	case "effect":
		return v.AsString() == "Allow"
	case "enable_key_rotation", "block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets":
		return v.False()
	}
	return false
}

// Every change of what a module grants, sets or shows is seen.
func TestEveryChangeIsSeen(t *testing.T) {
	total, equal := 0, 0
	for _, s := range []*model.Setup{complete(t), existingRole(t)} {
		files := printed(t, s)
		for i, f := range files {
			if path.Ext(f.Path) == ".json" {
				continue // see TestBaseFileCounts
			}
			for _, c := range changes(t, f) {
				changed := slices.Clone(files)
				changed[i].Data = slices.Concat(f.Data[:c.start], []byte(c.text), f.Data[c.end:])
				diff := differences(t, s, changed)
				if c.free != (diff == nil) {
					t.Errorf("%s:%d: %s: %v", f.Path, 1+bytes.Count(f.Data[:c.start], []byte{'\n'}), c.what, diff)
				}
				if total++; c.free {
					equal++
				}
			}
		}
	}
	t.Logf("%d changes, %d of them change nothing", total, equal)
	if total < 1200 {
		t.Errorf("only %d changes were tried", total)
	}
}

// The statements of others are in a file, and count.
func TestBaseFileCounts(t *testing.T) {
	s := complete(t)
	for i, f := range printed(t, s) {
		if !strings.HasSuffix(f.Path, ".base.json") {
			continue
		}
		for _, c := range [][2]string{{`"Allow"`, `"Deny"`}, {"444455556666", "444455556667"}, {"iam::111122223333", "iam::111122223334"},
			{`"Sid"`, `"sid"`}, {`"Id"`, `"ID"`}, {`"Id": "`, `"Id": "x`}, {`"Sid": "`, `"Sid": "x`}, {"2012", "2008"},
			{`"Statement": [`, `"Statement": [{"Sid": "X", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},`},
			{`"Effect": "Allow"`, `"Effect": "Allow", "Effect": "Allow"`}, {`"Statement": [`, `"Statement": [], "Statement": [`}} {
			if !bytes.Contains(f.Data, []byte(c[0])) {
				continue
			}
			changed := printed(t, s)
			changed[i].Data = bytes.Replace(f.Data, []byte(c[0]), []byte(c[1]), 1)
			if differences(t, s, changed) == nil {
				t.Errorf("%s: %q for %q is not seen", f.Path, c[1], c[0])
			}
		}
	}
}
