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

// changes gives every small change of a file of Terraform: each string longer by a letter or emptied, each number and Boolean another, each
// attribute, block and list element gone, each reference another one's.
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

// free tells what changes no grant and no setting: texts for people, checks of input, order of work, names inside of one bucket's own rules,
// and outputs that only repeat names.
func free(at []string) bool {
	switch at[len(at)-1] {
	case "description", "error_message", "nullable", "depends_on", "bucket_key_enabled", "id", "required_version", "version", "validation", "terraform", "required_providers":
		return !slices.Contains(at, tfRole) && !(at[len(at)-1] == "version" && slices.Contains(at, dataPolicy))
	}
	if at[0] == "output" {
		return !strings.HasSuffix(at[1], "_statements")
	}
	return slices.Contains(at, "validation") || slices.Contains(at, "required_providers")
}

func attributeChanges(src []byte, a *hclsyntax.Attribute, at []string) []change {
	name := strings.Join(at, " ")
	out := []change{{a.SrcRange.Start.Byte, a.SrcRange.End.Byte, "", "attribute gone: " + name, free(at) || isDefault(a)}}
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

// quotedAt reports whether a byte stands in the text of a string: what precedes it on its line has an odd number of quotes.
func quotedAt(src []byte, i int) bool {
	line := src[bytes.LastIndexByte(src[:i], '\n')+1 : i]
	return bytes.Count(line, []byte{'"'})%2 == 1
}

// isDefault tells attributes that say what is so without them.
func isDefault(a *hclsyntax.Attribute) bool {
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() {
		return false
	}
	switch a.Name {
	case "effect":
		return v.AsString() == "Allow"
	case "path":
		return v.AsString() == "/"
	case "enable_key_rotation", "block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets":
		return v.False()
	case "type":
		return true // the type of a variable; that of principals is required
	}
	return false
}

// Every change of what a module grants or sets is seen, as an error or as another reading, in at least one of two environments.
func TestEveryChangeIsSeen(t *testing.T) {
	total := 0
	for _, s := range []*model.Setup{complete(t), existingRole(t)} {
		files := printed(t, s)
		for i, f := range files {
			switch path.Base(f.Path) {
			case fileMain, fileVars, fileOutputs:
			default:
				continue
			}
			for _, c := range changes(t, f) {
				if c.free {
					continue
				}
				total++
				changed := slices.Clone(files)
				changed[i].Data = slices.Concat(f.Data[:c.start], []byte(c.text), f.Data[c.end:])
				if !seen(s, changed) {
					line := 1 + bytes.Count(f.Data[:c.start], []byte{'\n'})
					t.Errorf("%s:%d: not seen: %s", f.Path, line, c.what)
				}
			}
		}
	}
	t.Logf("%d changes", total)
	if total < 800 {
		t.Errorf("only %d changes were tried", total)
	}
}

func seen(s *model.Setup, files []output.File) bool {
	for n := 1; n <= 2; n++ {
		r, err := Read(s, files, s.SyntheticEnv(n))
		if err != nil || compare(s, r, s.SyntheticEnv(n)) != "" {
			return true
		}
	}
	return false
}

// Things that somebody might add or exchange.
func TestAdditionsAreSeen(t *testing.T) {
	s := complete(t)
	dir := s.Name + "/" + folder + "/"
	replace := func(old, with string) func([]output.File) []output.File {
		return func(files []output.File) []output.File {
			for i, f := range files {
				if path.Base(f.Path) == fileMain {
					if !bytes.Contains(f.Data, []byte(old)) {
						t.Fatalf("%q is not in main.tf", old)
					}
					files[i].Data = bytes.Replace(f.Data, []byte(old), []byte(with), 1)
				}
			}
			return files
		}
	}
	add := func(name, text string) func([]output.File) []output.File {
		return func(files []output.File) []output.File {
			return append(files, output.File{Path: dir + name, Data: []byte(text), Mode: 0o644})
		}
	}
	for name, f := range map[string]func([]output.File) []output.File{
		"hard-coded bucket":     replace("bucket = var.data_bucket_name", `bucket = "acme-retail-data"`),
		"hard-coded role":       replace("= var.role_name", `= "PersonalizeRetail"`),
		"hard-coded account":    replace("data.aws_caller_identity.current.account_id}:root", "111122223333}:root"),
		"hard-coded account 2":  replace("${data.aws_caller_identity.current.account_id}:root", "111122223333:root"),
		"hard-coded partition":  replace("arn:${data.aws_partition.current.partition}:", "arn:aws:"),
		"swapped bucket":        replace("resources = [aws_s3_bucket.data.arn]", "resources = [aws_s3_bucket.plain_2.arn]"),
		"swapped policy":        replace("policy = data.aws_iam_policy_document.bucket_corp.json", "policy = data.aws_iam_policy_document.bucket_data.json"),
		"swapped key":           replace("kms_master_key_id = aws_kms_key.shop.arn", "kms_master_key_id = var.corp_key_arn"),
		"another account":       replace("self.account_id == var.account_id", "self.account_id != var.account_id"),
		"no account":            replace("self.account_id == var.account_id", "true"),
		"override documents":    replace("source_policy_documents = [", `override_policy_documents = ["{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}"]`+"\n  source_policy_documents = ["),
		"dynamic block":         replace("  statement {", "  dynamic \"statement\" {\n    for_each = []\n    content {}\n  }\n  statement {"),
		"provisioner":           replace("  target_key_id", "  provisioner \"local-exec\" {\n    command = \"x\"\n  }\n  target_key_id"),
		"count":                 replace("  target_key_id", "  count = 1\n  target_key_id"),
		"ignore_changes":        replace("prevent_destroy = true", "prevent_destroy = true\n    ignore_changes = [tags]"),
		"force_destroy":         replace("  tags   = var.tags", "  tags   = var.tags\n  force_destroy = true"),
		"bucket's own policy":   replace("  tags   = var.tags", "  tags   = var.tags\n  policy = \"{}\""),
		"extra resource":        add("x.tf", "resource \"aws_iam_user\" \"x\" {\n  name = \"x\"\n}\n"),
		"extra inline policy":   add("x.tf", "resource \"aws_iam_role_policy\" \"x\" {\n  name = \"x\"\n  role = aws_iam_role.personalize.name\n  policy = data.aws_iam_policy_document.operator_admins_1.json\n}\n"),
		"extra attachment":      add("x.tf", "resource \"aws_iam_role_policy_attachment\" \"x\" {\n  role = \"someone\"\n  policy_arn = aws_iam_policy.operator_web.arn\n}\n"),
		"extra managed policy":  add("x.tf", "resource \"aws_iam_role_policy_attachment\" \"x\" {\n  role = aws_iam_role.personalize.name\n  policy_arn = \"arn:aws:iam::aws:policy/AdministratorAccess\"\n}\n"),
		"policy of partial":     add("x.tf", "resource \"aws_s3_bucket_policy\" \"x\" {\n  bucket = var.archive_bucket_name\n  policy = data.aws_iam_policy_document.bucket_archive.json\n}\n"),
		"key policy of partial": add("x.tf", "resource \"aws_kms_key_policy\" \"x\" {\n  key_id = var.legacy_key_arn\n  policy = data.aws_iam_policy_document.key_legacy.json\n}\n"),
		"grant":                 add("x.tf", "resource \"aws_kms_grant\" \"x\" {\n}\n"),
		"module":                add("x.tf", "module \"x\" {\n  source = \"./x\"\n}\n"),
		"provider":              add("x.tf", "provider \"aws\" {\n}\n"),
		"backend":               add("x.tf", "terraform {\n  backend \"local\" {}\n}\n"),
		"other provider":        add("x.tf", "terraform {\n  required_providers {\n    aws = {\n      source = \"evil/aws\"\n    }\n  }\n}\n"),
		"override file":         add("main_override.tf", ""),
		"json":                  add("x.tf.json", "{}"),
		"values":                add("terraform.tfvars", "role_name = \"x\"\n"),
		"adopted resource":      add("x.tf", "data \"external\" \"x\" {\n}\n"),
		"circle":                add("x.tf", "locals {\n  a = local.b\n  b = local.a\n}\n"),
		"unknown function":      add("x.tf", "locals {\n  a = templatefile(\"x\", {})\n}\n"),
		"loop":                  add("x.tf", "locals {\n  a = [for x in [1] : x]\n}\n"),
		"file outside":          add("x.tf", "locals {\n  a = file(\"../../x\")\n}\n"),
		"broken":                add("x.tf", "locals {"),
	} {
		if seen(s, f(printed(t, s))) == false {
			t.Errorf("%s is not seen", name)
		}
	}
}

// The statements of others stand in a file, and count.
func TestBaseFileCounts(t *testing.T) {
	s := complete(t)
	for i, f := range printed(t, s) {
		if !strings.HasSuffix(f.Path, ".base.json") {
			continue
		}
		for _, c := range [][2]string{{`"Allow"`, `"Deny"`}, {"444455556666", "444455556667"}, {"iam::111122223333", "iam::111122223334"}, {`"false"`, "false"}, {`"Sid"`, `"sid"`}, {`"Statement": [`, `"Statement": [{"Sid": "X", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},`}} {
			if !bytes.Contains(f.Data, []byte(c[0])) {
				continue
			}
			changed := printed(t, s)
			changed[i].Data = bytes.Replace(f.Data, []byte(c[0]), []byte(c[1]), 1)
			if c[1] == "false" {
				continue // the provider reads a Boolean as its letters
			}
			if !seen(s, changed) {
				t.Errorf("%s: %q for %q is not seen", f.Path, c[1], c[0])
			}
		}
	}
}
