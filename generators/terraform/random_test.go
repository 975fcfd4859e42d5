package terraform

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// place of a random edit: an argument, with the blocks that it is in.
type target struct {
	file   int
	a      *hclsyntax.Attribute
	at     []string // types and labels of the blocks around, and its name
	parent *hclsyntax.Block
}

// targets are all arguments of the files that Terraform loads, and of the import blocks.
func targets(t testing.TB, files []output.File) []target {
	t.Helper()
	var out []target
	for i, f := range files {
		if path.Ext(f.Path) == ".json" {
			continue
		}
		parsed, diags := hclsyntax.ParseConfig(f.Data, f.Path, hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		var walk func(b *hclsyntax.Block, at []string)
		walk = func(b *hclsyntax.Block, at []string) {
			at = append(slices.Clone(at), append([]string{b.Type}, b.Labels...)...)
			for _, a := range arguments(b.Body) {
				out = append(out, target{i, a, append(slices.Clone(at), a.Name), b})
			}
			for _, in := range b.Body.Blocks {
				walk(in, at)
			}
		}
		for _, b := range parsed.Body.(*hclsyntax.Body).Blocks {
			walk(b, nil)
		}
	}
	return out
}

// randomEdit is a kind of edit. It returns the files, what was done, and whether that changes
// nothing; nil files: it does not apply here.
type randomEdit struct {
	kind string
	do   func(s *model.Setup, r *rand.Rand, files []output.File, all []target) ([]output.File, string, bool)
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// spliced replaces a range of a file.
func spliced(files []output.File, i, start, end int, text string) []output.File {
	files = slices.Clone(files)
	files[i].Data = slices.Concat(files[i].Data[:start], []byte(text), files[i].Data[end:])
	return files
}

func randomEdits() []randomEdit {
	// of replaces the expression of an argument; f returns the new one, and whether it means the
	// same.
	of := func(kind string, f func(s *model.Setup, r *rand.Rand, old string, at target) (string, bool)) randomEdit {
		return randomEdit{kind, func(s *model.Setup, r *rand.Rand, files []output.File, all []target) ([]output.File, string, bool) {
			at := pick(r, all)
			x := at.a.Expr.Range()
			old := string(x.SliceBytes(files[at.file].Data))
			if strings.HasPrefix(old, "<<") {
				return nil, "", false
			}
			with, equal := f(s, r, old, at)
			if with == "" {
				return nil, "", false
			}
			return spliced(files, at.file, x.Start.Byte, x.End.Byte, with), strings.Join(at.at, " ") + " = " + with, equal
		}}
	}
	add := func(kind string, texts ...string) randomEdit {
		return randomEdit{kind, func(_ *model.Setup, r *rand.Rand, files []output.File, all []target) ([]output.File, string, bool) {
			at := pick(r, all)
			text := pick(r, texts)
			start := at.a.SrcRange.Start.Byte
			return spliced(files, at.file, start, start, text+"\n"), text + " before " + strings.Join(at.at, " "), false
		}}
	}
	forPeople := func(at []string) bool { return free(at) && at[len(at)-1] != "depends_on" }
	return []randomEdit{
		of("conditional", func(s *model.Setup, r *rand.Rand, old string, _ target) (string, bool) {
			cond := pick(r, []string{
				fmt.Sprintf("var.account_id == %q", s.Account), fmt.Sprintf("data.aws_region.current.id == %q", s.Region),
				fmt.Sprintf("data.aws_partition.current.partition == %q", s.Partition), "true", "length(var.tags) == 0",
			})
			return cond + " ? " + old + " : " + pick(r, []string{old, `"x"`, "null"}), false
		}),
		of("function", func(_ *model.Setup, r *rand.Rand, old string, _ target) (string, bool) {
			return fmt.Sprintf(pick(r, []string{"try(%s)", "coalesce(%s)", "nonsensitive(%s)", "one([%s])", "tostring(%s)", "jsondecode(jsonencode(%s))",
				"replace(%s, var.account_id, \"\")", "lookup({ a = %s }, \"a\")", "element([%s], 0)", "join(\"\", [%s])", "templatestring(\"x\", { x = %s })"}), old), false
		}),
		of("index, splat, loop", func(_ *model.Setup, r *rand.Rand, old string, _ target) (string, bool) {
			return fmt.Sprintf(pick(r, []string{"[%s][0]", "{ a = %s }.a", "{ a = %s }[\"a\"]", "[for x in [%s] : x]", "[%s][*][0]", "one([for k, v in { a = %s } : v])"}), old), false
		}),
		of("letter", func(_ *model.Setup, r *rand.Rand, old string, at target) (string, bool) {
			if len(old) < 3 || old[0] != '"' || strings.ContainsAny(old, "$%\\\n") {
				return "", false
			}
			i := 1 + r.IntN(len(old)-1)
			return old[:i] + "x" + old[i:], forPeople(at.at)
		}),
		of("literal", func(s *model.Setup, r *rand.Rand, old string, at target) (string, bool) {
			fixed := map[string]string{"var.account_id": s.Account, "data.aws_caller_identity.current.account_id": s.Account, "var.region": s.Region,
				"data.aws_region.current.id": s.Region, "data.aws_partition.current.partition": s.Partition, "var.role_name": s.Role.Name}
			for name, v := range fixed {
				if old == name {
					return fmt.Sprintf("%q", v), false
				}
				if in := "${" + name + "}"; strings.Contains(old, in) {
					return strings.Replace(old, in, v, 1), forPeople(at.at)
				}
			}
			return "", false
		}),
		of("other name", func(_ *model.Setup, r *rand.Rand, old string, at target) (string, bool) {
			with := pick(r, []string{"var.tags", "var.region", "var.account_id", "var.role_name", "data.aws_partition.current.partition", "local.nowhere", "each.value", "self.id",
				"terraform.workspace", "path.root"})
			x, ok := at.a.Expr.(*hclsyntax.ScopeTraversalExpr)
			if !ok || old == with || at.at[0] == "output" && with == "var.region" || x.Traversal.RootName() == "string" {
				return "", false
			}
			return with, with == "var.role_name" && old == tfRole+"."+roleLabel+".name" // the order of work aside
		}),
		of("number", func(_ *model.Setup, r *rand.Rand, old string, _ target) (string, bool) {
			if old[0] < '0' || old[0] > '9' {
				return "", false
			}
			return pick(r, []string{old + "1", "1", old + " + 0", `"` + old + `"`, old + ".5", "-" + old}), false
		}),
		of("boolean", func(_ *model.Setup, r *rand.Rand, old string, _ target) (string, bool) {
			switch old {
			case "true":
				return pick(r, []string{"false", `"true"`, "null", "!false"}), false
			case "false":
				return pick(r, []string{"true", `"false"`, "null", "!true"}), false
			}
			return "", false
		}),
		of("null", func(_ *model.Setup, _ *rand.Rand, _ string, _ target) (string, bool) { return "null", false }),
		of("same value", func(_ *model.Setup, r *rand.Rand, old string, at target) (string, bool) {
			switch at.a.Expr.(type) {
			case *hclsyntax.ScopeTraversalExpr:
				if in := at.at[0]; in == "variable" || in == "import" || in == "moved" || strings.HasPrefix(old, "module.") || at.a.Name == "for_each" || slices.Contains(at.at, "validation") {
					return "", false
				}
				return pick(r, []string{"(" + old + ")", `"${` + old + `}"`}), true
			case *hclsyntax.TupleConsExpr:
				if at.a.Name == "depends_on" || at.a.Name == "source_policy_documents" || strings.Contains(old, "\n") {
					return "", false
				}
				return strings.Replace(old, "[", "[ # a comment\n", 1), true
			}
			return "", false
		}),
		{"argument gone", func(s *model.Setup, r *rand.Rand, files []output.File, all []target) ([]output.File, string, bool) {
			at := pick(r, all)
			return spliced(files, at.file, at.a.SrcRange.Start.Byte, at.a.SrcRange.End.Byte, ""), strings.Join(at.at, " ") + " gone",
				mayGo(at.a, at.at) || at.a.Name == "tags" && len(s.Tags) == 0
		}},
		{"argument of another name", func(_ *model.Setup, r *rand.Rand, files []output.File, all []target) ([]output.File, string, bool) {
			at := pick(r, all)
			name := at.a.NameRange
			with := pick(r, []string{at.a.Name + "s", strings.ToUpper(at.a.Name), "x_" + at.a.Name, at.a.Name + "_prefix"})
			return spliced(files, at.file, name.Start.Byte, name.End.Byte, with), strings.Join(at.at, " ") + " is " + with, at.at[0] == "locals"
		}},
		{"block gone", func(_ *model.Setup, r *rand.Rand, files []output.File, all []target) ([]output.File, string, bool) {
			at := pick(r, all)
			b := at.parent
			return spliced(files, at.file, b.TypeRange.Start.Byte, b.CloseBraceRange.End.Byte, ""), strings.Join(at.at, " ") + ": block gone", false
		}},
		{"block twice", func(_ *model.Setup, r *rand.Rand, files []output.File, all []target) ([]output.File, string, bool) {
			at := pick(r, all)
			b := at.parent
			src := files[at.file].Data[b.TypeRange.Start.Byte:b.CloseBraceRange.End.Byte]
			// Two conditions, or principals, of one kind and one value are one; the principal "*"
			// is only read alone.
			equal := b.Type == "condition" || strings.HasSuffix(b.Type, "principals") && !bytes.Contains(src, []byte(`"*"`))
			return spliced(files, at.file, b.CloseBraceRange.End.Byte, b.CloseBraceRange.End.Byte, "\n"+string(src)), strings.Join(at.at, " ") + ": block twice", equal
		}},
		{"block twice under another label", func(_ *model.Setup, r *rand.Rand, files []output.File, all []target) ([]output.File, string, bool) {
			at := pick(r, all)
			b := at.parent
			if len(b.Labels) == 0 || b.Type == "data" && b.Labels[0] == dataPartition {
				return nil, "", false
			}
			src := string(files[at.file].Data[b.TypeRange.Start.Byte:b.CloseBraceRange.End.Byte])
			label := `"` + b.Labels[len(b.Labels)-1] + `"`
			return spliced(files, at.file, b.CloseBraceRange.End.Byte, b.CloseBraceRange.End.Byte, "\n"+strings.Replace(src, label+" {", `"another" {`, 1)),
				strings.Join(at.at, " ") + ": block as another", false
		}},
		add("meta-argument", "count = 1", "for_each = toset([\"x\"])", "provider = aws.other", "timeouts {\n}", "dynamic \"x\" {\n  for_each = []\n  content {\n  }\n}",
			"provisioner \"local-exec\" {\n  command = \"id\"\n}", "connection {\n}", "lifecycle {\n  ignore_changes = all\n}", "sensitive = true", "ephemeral = true",
			"precondition {\n  condition     = true\n  error_message = \"x\"\n}", "force_destroy = true", "acl = \"public-read\"", "region = \"us-east-1\""),
		{"top-level block", func(s *model.Setup, r *rand.Rand, files []output.File, _ []target) ([]output.File, string, bool) {
			text := pick(r, []string{"module \"m\" {\n  source = \"./m\"\n}", "provider \"aws\" {\n}", "moved {\n}", "removed {\n}", "check \"c\" {\n}", "import {\n}", "variable \"m\" {\n}",
				"variable \"m\" {\n  type    = string\n  default = \"x\"\n}", "output \"m\" {\n  value = var.region\n}", "locals {\n  m = 1\n}", "data \"external\" \"m\" {\n}",
				"resource \"aws_iam_user\" \"m\" {\n  name = \"m\"\n}", "terraform {\n  backend \"http\" {\n  }\n}", "ephemeral \"x\" \"m\" {\n}",
				"resource \"aws_iam_role_policy_attachment\" \"m\" {\n  role       = var.role_name\n  policy_arn = \"arn:aws:iam::aws:policy/AdministratorAccess\"\n}",
				"resource \"aws_iam_role_policy_attachment\" \"m\" {\n  for_each   = setsubtract(split(\"-\", var.account_id), [\"x\"])\n  role       = var.role_name\n  policy_arn = \"x\"\n}"})
			i := slices.IndexFunc(files, func(f output.File) bool { return path.Base(f.Path) == fileMain })
			return spliced(files, i, len(files[i].Data), len(files[i].Data), text+"\n"), text, false
		}},
		{"file", func(s *model.Setup, r *rand.Rand, files []output.File, _ []target) ([]output.File, string, bool) {
			name := pick(r, []string{"override.tf", "main_override.tf", "x.tf.json", "x.tofu", "main.tofu", "x.tofu.json", "terraform.tfvars", "terraform.tfvars.json", "x.auto.tfvars",
				".x.auto.tfvars", "x.auto.tfvars.json"})
			return append(slices.Clone(files), output.File{Path: path.Dir(files[0].Path) + "/" + name, Data: []byte("{}"), Mode: 0o644}), name, false
		}},
		{"ignored file", func(s *model.Setup, r *rand.Rand, files []output.File, _ []target) ([]output.File, string, bool) {
			name := pick(r, []string{".x.tf", "x.tf~", "#x.tf#", ".override.tf", "x.txt", "x.tf.bak", ".terraform.lock.hcl"})
			return append(slices.Clone(files), output.File{Path: path.Dir(files[0].Path) + "/" + name, Data: []byte("resource \"aws_iam_user\" \"x\" {}\n"), Mode: 0o644}), name, true
		}},
		{"file gone", func(s *model.Setup, r *rand.Rand, files []output.File, _ []target) ([]output.File, string, bool) {
			i := r.IntN(len(files))
			// That a file without a block is missing is for who knows which there are to be.
			means := !bytes.Contains(files[i].Data, []byte(nothing))
			return slices.Delete(slices.Clone(files), i, i+1), files[i].Path, !means
		}},
		{"base document", func(s *model.Setup, r *rand.Rand, files []output.File, _ []target) ([]output.File, string, bool) {
			for _, i := range r.Perm(len(files)) {
				f := files[i]
				if path.Ext(f.Path) != ".json" {
					continue
				}
				letters := []int{}
				for at, c := range f.Data {
					if c >= 'a' && c <= 'z' && bytes.Count(f.Data[bytes.LastIndexByte(f.Data[:at], '\n')+1:at], []byte{'"'})%2 == 1 {
						letters = append(letters, at)
					}
				}
				at := pick(r, letters)
				return spliced(files, i, at, at+1, string("x"+string(f.Data[at]))), f.Path, false
			}
			return nil, "", false
		}},
	}
}

// Random edits of each kind, over all examples, are found, but for those that change nothing,
// which are not.
func TestRandomEdits(t *testing.T) {
	each := 2
	if testing.Short() {
		each = 1
	}
	type count struct{ tried, found, equal int }
	counts := map[string]count{}
	kinds := randomEdits()
	for n, s := range examples(t) {
		files := printed(t, s)
		all := targets(t, files)
		for k, kind := range kinds {
			r := rand.New(rand.NewPCG(uint64(n), uint64(k)))
			for done, tries := 0, 0; done < each && tries < 50*each; tries++ {
				changed, what, equal := kind.do(s, r, files, all)
				if changed == nil {
					continue
				}
				done++
				diff := differences(t, s, changed)
				if equal != (diff == nil) {
					t.Errorf("%s: %s: %s: found %.400q", s.Name, kind.kind, what, diff)
				}
				c := counts[kind.kind]
				c.tried++
				if equal {
					c.equal++
				} else {
					c.found++
				}
				counts[kind.kind] = c
			}
		}
	}
	for _, kind := range kinds {
		c := counts[kind.kind]
		t.Logf("%s: %d tried, %d found, %d equal in meaning", kind.kind, c.tried, c.found, c.equal)
		if c.tried == 0 {
			t.Errorf("%s: none was tried", kind.kind)
		}
	}
}
