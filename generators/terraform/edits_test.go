package terraform

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/output"
)

// edit is something that somebody might do to the files of a module.
type edit struct {
	kind, name string
	do         func(t *testing.T, files []output.File) []output.File
	equal      bool // it changes nothing of what the module means
}

// in replaces the first place of a text in a file.
func in(name, old, with string) func(*testing.T, []output.File) []output.File {
	return inOneOf([]string{name}, old, with)
}

// inOneOf replaces a text in the first of some files that has it.
func inOneOf(names []string, old, with string) func(*testing.T, []output.File) []output.File {
	return func(t *testing.T, files []output.File) []output.File {
		for i, f := range files {
			if slices.Contains(names, path.Base(f.Path)) && bytes.Contains(f.Data, []byte(old)) {
				files[i].Data = bytes.Replace(f.Data, []byte(old), []byte(with), 1)
				return files
			}
		}
		t.Errorf("%q is not in %q", old, names)
		return files
	}
}

// file adds a file, or adds to the one of this name.
func file(name, text string) func(*testing.T, []output.File) []output.File {
	return func(_ *testing.T, files []output.File) []output.File {
		dir := path.Dir(files[0].Path)
		for i, f := range files {
			if f.Path == dir+"/"+name {
				files[i].Data = append(bytes.Clone(f.Data), text...)
				return files
			}
		}
		return append(files, output.File{Path: dir + "/" + name, Data: []byte(text), Mode: 0o644})
	}
}

// without takes a file away.
func without(name string) func(*testing.T, []output.File) []output.File {
	return func(_ *testing.T, files []output.File) []output.File {
		return slices.DeleteFunc(files, func(f output.File) bool { return path.Base(f.Path) == name })
	}
}

// both does one edit and then another.
func both(a, b func(*testing.T, []output.File) []output.File) func(*testing.T, []output.File) []output.File {
	return func(t *testing.T, files []output.File) []output.File { return b(t, a(t, files)) }
}

// resource is a block in a file of its own.
func resource(typ string, args ...string) func(*testing.T, []output.File) []output.File {
	return file("x.tf", "resource \""+typ+"\" \"x\" {\n  "+strings.Join(args, "\n  ")+"\n}\n")
}

const (
	adminARN   = `"arn:aws:iam::aws:policy/AdministratorAccess"`
	everyone   = `jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "*" }] })`
	hidden     = `join("", setsubtract(split(",", "arn:aws:iam::aws:policy/AdministratorAccess,${var.account_id}"), ["700000001111", "700000002222"]))`
	realRegion = `var.region == "eu-west-1"`
)

// edits are for the setup that has everything.
func edits() []edit {
	main := func(old, with string) func(*testing.T, []output.File) []output.File {
		return inOneOf([]string{fileMain, fileIAM, fileS3, fileKMS}, old, with)
	}
	vars := func(old, with string) func(*testing.T, []output.File) []output.File { return in(fileVars, old, with) }
	const (
		attach = "  policy_arn = aws_iam_policy.operator_web.arn"
		web    = "resource \"aws_iam_role_policy_attachment\" \"operator_web\" {\n  for_each = var.web_operator_roles\n"
	)
	return []edit{
		// Values: what decides, computes, or is given from outside.
		{"values", "setsubtract of a split account in for_each", resource(tfRoleAttach, `for_each = setsubtract(split(",", "AdministratorAccess,${var.account_id}"), ["700000001111", "700000002222"])`,
			"role = aws_iam_role.personalize.name", `policy_arn = "arn:aws:iam::aws:policy/${each.value}"`), false},
		{"values", "setsubtract of a set that is written out", main("for_each = var.web_operator_roles", `for_each = setsubtract(["WebShop", "x"], ["x"])`), false},
		{"values", "setsubtract with an account", main("for_each = var.web_operator_roles", "for_each = setsubtract(var.web_operator_roles, [var.account_id])"), false},
		{"values", "setsubtract with a member", main("for_each = var.web_operator_roles", `for_each = setsubtract(var.web_operator_roles, ["WebShop"])`), false},
		{"values", "toset in for_each", main("for_each = var.web_operator_roles", "for_each = toset(var.web_operator_roles)"), false},
		{"values", "for_each on a bucket", main("  bucket = var.data_bucket_name", "  for_each = var.web_operator_roles\n  bucket = var.data_bucket_name"), false},
		{"values", "for_each gone", main(web, strings.Replace(web, "  for_each = var.web_operator_roles\n", "", 1)), false},
		{"values", "each.key", main("role       = each.value\n  policy_arn = aws_iam_policy.operator_web", "role       = each.key\n  policy_arn = aws_iam_policy.operator_web"), false},
		{"values", "count", main("  target_key_id", "  count = 1\n  target_key_id"), false},
		{"values", "count of a condition", main("  target_key_id", "  count = "+realRegion+" ? 1 : 0\n  target_key_id"), false},
		{"values", "conditional with the real region", main(`actions = ["s3:GetObject"]`, `actions = [`+realRegion+` ? "s3:*" : "s3:GetObject"]`), false},
		{"values", "conditional that changes nothing", main(`actions   = ["s3:ListBucket"]`, `actions   = [`+realRegion+` ? "s3:ListBucket" : "s3:ListBucket"]`), false},
		{"values", "conditional in a template", main(`sse_algorithm     = "aws:kms"`, `sse_algorithm     = "aws:kms%{if var.region == "eu-west-1"}:dsse%{endif}"`), false},
		{"values", "loop in a template", main(`sse_algorithm     = "aws:kms"`, `sse_algorithm     = "aws:kms%{for x in ["x"]}%{endfor}"`), false},
		{"values", "for", main(`actions   = ["s3:ListBucket"]`, `actions   = [for x in ["s3:ListBucket"] : x]`), false},
		{"values", "for with if", file("x.tf", "locals {\n  a = { for x in [1] : x => x if x > 0 }\n}\noutput \"x\" {\n  value = local.a\n}\n"), false},
		{"values", "splat", main("resources = [aws_s3_bucket.data.arn]", "resources = aws_s3_bucket.data[*].arn"), false},
		{"values", "index", main("resources = [aws_s3_bucket.data.arn]", "resources = [[aws_s3_bucket.data.arn][0]]"), false},
		{"values", "not", main("rotation     = true", "rotation     = !false"), false},
		{"values", "sum", main("deletion_window_in_days = 30", "deletion_window_in_days = 29 + 1"), false},
		{"values", "number in quotes", main("deletion_window_in_days = 30", `deletion_window_in_days = "30"`), false},
		{"values", "boolean in quotes", main("rotation     = true", `rotation     = "true"`), false},
		{"values", "null", main("rotation     = true", "rotation     = null"), false},
		{"values", "lookup with a default", main("  tags   = var.tags", "  tags   = merge(var.tags, {})"), false},
		{"values", "try", main("bucket = var.data_bucket_name", "bucket = try(var.data_bucket_name, var.account_id)"), false},
		{"values", "replace of the account", main("bucket = var.data_bucket_name", `bucket = replace(var.data_bucket_name, var.account_id, "")`), false},
		{"values", "join and split", main("  kms_master_key_id = aws_kms_key.shop.arn", `  kms_master_key_id = join("1", split("0", aws_kms_key.shop.arn))`), false},
		{"values", "split with another index", main(`key_id = split("/", var.corp_key_arn)[1]`, `key_id = split("/", var.corp_key_arn)[0]`), false},
		{"values", "split of what is no variable", main(`key_id = split("/", var.corp_key_arn)[1]`, `key_id = split("/", aws_kms_key.shop.arn)[1]`), false},
		{"values", "split with another separator", main(`key_id = split("/", var.corp_key_arn)[1]`, `key_id = split("-", var.corp_key_arn)[1]`), false},
		{"values", "jsondecode", main("bucket = var.data_bucket_name", `bucket = jsondecode(jsonencode(var.data_bucket_name))`), false},
		{"values", "jsonencode of a string", file("x.tf", "output \"x\" {\n  value = jsonencode(\"x\")\n}\n"), false},
		{"values", "a function of the provider", main("bucket = var.data_bucket_name", `bucket = provider::aws::trim_iam_role_path(var.data_bucket_name)`), false},
		{"values", "a function in its namespace", file("x.tf", "output \"x\" {\n  value = core::timestamp()\n}\n"), false},
		{"values", "terraform.workspace", main("bucket = var.data_bucket_name", `bucket = "${terraform.workspace}"`), false},
		{"values", "path.cwd", main("bucket = var.data_bucket_name", `bucket = path.cwd`), false},
		{"values", "self", main("bucket = var.data_bucket_name", `bucket = self.id`), false},
		{"values", "file of another module", main(`file("${path.module}/bucket-results.base.json")`, `file("${path.module}/../x.json")`), false},
		{"values", "file by another path", main(`file("${path.module}/bucket-results.base.json")`, `file("bucket-results.base.json")`), false},
		{"values", "fileset", main(`file("${path.module}/bucket-results.base.json")`, `templatefile("${path.module}/bucket-results.base.json", {})`), false},
		{"values", "dynamic", main("  statement {", "  dynamic \"statement\" {\n    for_each = []\n    content {}\n  }\n  statement {"), false},
		{"values", "environment", main("bucket = var.data_bucket_name", `bucket = data.external.x.result.name`), false},
		{"values", "external data", file("x.tf", "data \"external\" \"x\" {\n  program = [\"sh\", \"-c\", \"id\"]\n}\n"), false},
		{"values", "http data", file("x.tf", "data \"http\" \"x\" {\n  url = \"https://x\"\n}\n"), false},
		{"values", "another data source of the provider", file("x.tf", "data \"aws_iam_users\" \"x\" {}\n"), false},
		{"values", "an argument of a known data source", main(`data "aws_partition" "current" {}`, "data \"aws_partition\" \"current\" {\n  region = \"eu-west-1\"\n}"), false},
		{"values", "data that waits for a resource", main("data \"aws_caller_identity\" \"current\" {", "data \"aws_caller_identity\" \"current\" {\n  depends_on = [aws_iam_role.personalize]"), false},
		{"values", "provider block", file("x.tf", "provider \"aws\" {\n  region = \"us-east-1\"\n}\n"), false},
		{"values", "provider of one resource", main("  bucket = var.data_bucket_name", "  provider = aws.other\n  bucket = var.data_bucket_name"), false},
		{"values", "region of one resource", main("  bucket = var.data_bucket_name", "  region = \"us-east-1\"\n  bucket = var.data_bucket_name"), false},
		{"values", "provisioner", main("  target_key_id", "  provisioner \"local-exec\" {\n    command = \"x\"\n  }\n  target_key_id"), false},
		{"values", "connection", main("  target_key_id", "  connection {\n    host = \"x\"\n  }\n  target_key_id"), false},
		{"values", "terraform_data", resource("terraform_data", "input = 1"), false},
		{"values", "null_resource", resource("null_resource"), false},
		{"values", "module", file("x.tf", "module \"x\" {\n  source = \"./x\"\n}\n"), false},
		{"values", "moved from elsewhere", file("x.tf", "moved {\n  from = module.x.aws_s3_bucket.old\n  to   = aws_s3_bucket.data\n}\n"), false},
		{"values", "moved to nothing", file("x.tf", "moved {\n  from = aws_s3_bucket.old\n}\n"), false},
		{"values", "moved", file("x.tf", "moved {\n  from = aws_s3_bucket.old\n  to   = aws_s3_bucket.data\n}\n"), false},
		{"values", "removed", file("x.tf", "removed {\n  from = aws_s3_bucket.old\n}\n"), false},
		{"values", "check", file("x.tf", "check \"x\" {\n  assert {\n    condition     = true\n    error_message = \"x\"\n  }\n}\n"), false},
		{"values", "ephemeral block", file("x.tf", "ephemeral \"aws_secretsmanager_secret_version\" \"x\" {}\n"), false},
		{"values", "action block", file("x.tf", "action \"aws_lambda_invoke\" \"x\" {}\n"), false},
		{"values", "precondition", main("  lifecycle {\n    prevent_destroy = true", "  lifecycle {\n    precondition {\n      condition     = true\n      error_message = \"x\"\n    }\n    prevent_destroy = true"), false},
		{"values", "postcondition of a resource", main("  lifecycle {\n    prevent_destroy = true", "  lifecycle {\n    postcondition {\n      condition     = true\n      error_message = \"x\"\n    }\n    prevent_destroy = true"), false},
		{"values", "another postcondition", main("condition     = self.account_id == var.account_id", "condition     = true"), false},
		{"values", "negated postcondition", main("self.account_id == var.account_id", "self.account_id != var.account_id"), false},
		{"values", "postcondition that is always true", main("self.account_id == var.account_id", "self.account_id == self.account_id"), false},
		{"values", "postcondition of more", main("self.account_id == var.account_id", "self.account_id == var.account_id || true"), false},
		{"values", "postcondition on a fixed account", main("self.account_id == var.account_id", `self.account_id == "111122223333"`), false},
		{"values", "postcondition on another variable", main("self.id == var.region", "self.id == var.role_name"), false},
		{"values", "a second guard", file("x.tf", "data \"aws_region\" \"x\" {\n  lifecycle {\n    postcondition {\n      condition     = self.id == \"us-east-1\"\n      error_message = \"x\"\n    }\n  }\n}\n"), false},
		{"values", "error message that computes", main("provider is configured for ${self.account_id}", `provider is configured for ${file("x")}`), false},
		{"values", "guard gone", main(`data "aws_region" "current" {`, "data \"aws_region\" \"current\" {}\ndata \"aws_vpc\" \"current\" {"), false},
		{"values", "ignore_changes", main("prevent_destroy = true", "prevent_destroy = true\n    ignore_changes  = [tags]"), false},
		{"values", "replace_triggered_by", main("prevent_destroy = true", "prevent_destroy       = true\n    replace_triggered_by = [aws_kms_key.shop]"), false},
		{"values", "create_before_destroy", main("prevent_destroy = true", "prevent_destroy       = true\n    create_before_destroy = true"), false},
		{"values", "prevent_destroy of a name", both(main("prevent_destroy = true", "prevent_destroy = local.x"), file("x.tf", "locals {\n  x = true\n}\n")), false},
		{"values", "prevent_destroy where there is none", main("  lifecycle {\n    postcondition", "  lifecycle {\n    prevent_destroy = true\n    postcondition"), false},
		{"values", "timeouts", main("  bucket = var.data_bucket_name", "  timeouts {}\n  bucket = var.data_bucket_name"), false},
		{"values", "depends_on of nothing", main("depends_on = [aws_s3_bucket_public_access_block.data]", "depends_on = [aws_s3_bucket.nowhere]"), false},
		{"values", "depends_on of a module", main("depends_on = [aws_s3_bucket_public_access_block.data]", "depends_on = [module.x]"), false},
		{"values", "depends_on of another resource", main("depends_on = [aws_s3_bucket_public_access_block.data]", "depends_on = [aws_iam_role.personalize]"), false},
		{"values", "depends_on gone", main("  depends_on = [aws_s3_bucket_public_access_block.data]\n", ""), false},
		{"values", "another address for a part of a bucket", main(`"aws_s3_bucket_ownership_controls" "data"`, `"aws_s3_bucket_ownership_controls" "zzz"`), false},
		{"values", "another address for an attachment", main(`"aws_iam_role_policy_attachment" "operator_web"`, `"aws_iam_role_policy_attachment" "zzz"`), false},
		{"values", "circle of depends_on", main("  bucket = var.data_bucket_name", "  depends_on = [aws_s3_bucket_policy.data]\n  bucket = var.data_bucket_name"), false},
		{"values", "circle of a trust policy", main(`"Assumed by Amazon Personalize"`, "aws_iam_policy.operator_admins_2.arn"), false},
		{"values", "circle of locals", file("x.tf", "locals {\n  a = local.b\n  b = local.a\n}\n"), false},
		{"values", "new variable", file("x.tf", "variable \"x\" {\n  type    = string\n  default = \"x\"\n}\n"), false},
		{"values", "new variable in use", both(main("bucket = var.data_bucket_name", "bucket = var.x"), file("x.tf", "variable \"x\" {\n  type     = string\n  default  = \"acme-retail-data\"\n  nullable = false\n}\n")), false},
		{"values", "new local", file("x.tf", "locals {\n  x = \"x\"\n}\n"), false},
		{"values", "a name that is written out", main("= var.shop_key_alias", `= "alias/retail-personalize"`), false},
		{"values", "new local in use", both(main("bucket = var.data_bucket_name", "bucket = local.x"), file("x.tf", "locals {\n  x = var.data_bucket_name\n}\n")), true},
		{"values", "new local of a fixed name", both(main("bucket = var.data_bucket_name", "bucket = local.x"), file("x.tf", "locals {\n  x = \"acme-retail-data\"\n}\n")), false},
		{"values", "new output", file("x.tf", "output \"x\" {\n  value = var.role_name\n}\n"), false},
		{"values", "new document", file("x.tf", "data \"aws_iam_policy_document\" \"x\" {}\n"), false},
		{"values", "validation that no value passes", vars("^[0-9]{12}$", "^[0-9]{13}$"), false},
		{"values", "validation of more", vars(`can(regex("^[0-9]{12}$", var.account_id))`, `can(regex("^[0-9]{12}$", var.account_id)) && false`), false},
		{"values", "validation of another variable", vars(`can(regex("^[0-9]{12}$", var.account_id))`, `can(regex("^[0-9]{12}$", var.region))`), false},
		{"values", "validation by another function", vars(`can(regex("^[0-9]{12}$", var.account_id))`, `can(regexall("^[0-9]{12}$", var.account_id))`), false},
		{"values", "a second validation", vars("  validation {", "  validation {\n    condition     = can(regex(\"x\", var.account_id))\n    error_message = \"x\"\n  }\n\n  validation {"), false},
		{"values", "validation gone", vars("  validation {\n    condition     = can(regex(\"^[0-9]{12}$\", var.account_id))\n    error_message = \"An account is 12 digits.\"\n  }\n", ""), false},
		{"values", "validation of any member", vars("alltrue([for v in var.admins_operator_users :", "anytrue([for v in var.admins_operator_users :"), false},
		{"values", "validation of a loop with if", vars(`can(regex("^[0-9A-Za-z_+=,.@-]{1,128}$", v))])`, `can(regex("^[0-9A-Za-z_+=,.@-]{1,128}$", v)) if v != "x"])`), false},
		{"values", "error message gone", vars("    error_message = \"An account is 12 digits.\"\n", ""), false},
		{"values", "error message of a name", vars(`"An account is 12 digits."`, `"${file("x")}"`), false},
		{"values", "sensitive", vars("nullable    = false", "nullable    = false\n  sensitive   = true"), false},
		{"values", "ephemeral", vars("nullable    = false", "nullable    = false\n  ephemeral   = true"), false},
		{"values", "sensitive output", in(fileOutputs, "  value       =", "  sensitive   = true\n  value       ="), false},
		{"values", "output that depends", in(fileOutputs, "  value       =", "  depends_on  = [aws_iam_role.personalize]\n  value       ="), false},
		{"values", "nullable", vars("nullable    = false", "nullable    = true"), false},
		{"values", "nullable gone", vars("  nullable    = false\n", ""), false},
		{"values", "another type", vars("type        = string", "type        = any"), false},
		{"values", "no type", vars("  type        = string\n", ""), false},
		{"values", "type of a list", vars("type        = set(string)", "type        = list(string)"), false},
		{"values", "default of another type", vars(`default     = "111122223333"`, "default     = 111122223333"), false},
		{"values", "another default", vars(`default     = "111122223333"`, `default     = "111122223334"`), false},
		{"values", "no default", vars("  default     = \"111122223333\"\n", ""), false},
		{"values", "default of a function", vars(`default     = "111122223333"`, `default     = trimspace("111122223333")`), false},
		{"values", "default of a name", vars(`default     = "PersonalizeRetail"`, `default     = var.account_id`), false},
		{"values", "another alias", vars(`default     = "alias/retail-personalize"`, `default     = "alias/other"`), false},
		{"values", "one more principal", vars(`default     = ["PersonalizeAdmins"]`, `default     = ["PersonalizeAdmins", "Everybody"]`), false},
		{"values", "a principal twice", vars(`default     = ["PersonalizeAdmins"]`, `default     = ["PersonalizeAdmins", "PersonalizeAdmins"]`), true},
		{"values", "a fixed bucket", main("bucket = var.data_bucket_name", `bucket = "acme-retail-data"`), false},
		{"values", "a fixed role", main("= var.role_name", `= "PersonalizeRetail"`), false},
		{"values", "a fixed account", main("data.aws_caller_identity.current.account_id}:root", "111122223333}:root"), false},
		{"values", "a fixed account in a string", main("${data.aws_caller_identity.current.account_id}:root", "111122223333:root"), false},
		{"values", "a fixed partition", main("arn:${data.aws_partition.current.partition}:", "arn:aws:"), false},
		{"values", "parentheses", main("bucket = var.data_bucket_name", "bucket = (var.data_bucket_name)"), true},
		{"values", "a template of one name", main("bucket = var.data_bucket_name", `bucket = "${var.data_bucket_name}"`), true},
		{"values", "a heredoc", main(`"Assumed by Amazon Personalize"`, "<<-EOT\n    Assumed by Amazon Personalize\n  EOT\n"), false},
		{"values", "a policy as JSON", main("data.aws_iam_policy_document.bucket_plain_2.json", everyone), false},
		{"values", "an escape", main(`sse_algorithm = "AES256"`, `sse_algorithm = "AES\u0032\u0035\u0036"`), true},
		{"values", "a character for private use", main(`sse_algorithm = "AES256"`, `sse_algorithm = "AES256\U000f0000"`), false},
		{"values", "a comment", main("resource \"aws_s3_bucket\" \"data\" {", "resource \"aws_s3_bucket\" \"data\" { # x\n  /* count = 1 */"), true},
		{"values", "a label of a resource", main(`resource "aws_iam_role_policy" "role_policy"`, `resource "aws_iam_role_policy" "other"`), false},
		{"values", "a label", main(`data "aws_iam_policy_document" "role_trust"`, `data "aws_iam_policy_document" "trust"`), false},

		// Files: what Terraform and OpenTofu load beside, and what they pass over.
		{"files", "an empty file", file("x.tf", ""), true},
		{"files", "configuration in JSON", file("x.tf.json", "{}"), false},
		{"files", "override", file("override.tf", ""), false},
		{"files", "an override of main.tf", file("main_override.tf", ""), false},
		{"files", "an override in JSON", file("override.tf.json", "{}"), false},
		{"files", "OpenTofu", file("x.tofu", ""), false},
		{"files", "OpenTofu in JSON", file("main.tofu.json", "{}"), false},
		{"files", "values", file("terraform.tfvars", "role_name = \"x\"\n"), false},
		{"files", "values in JSON", file("terraform.tfvars.json", "{}"), false},
		{"files", "values of any name", file("x.auto.tfvars", ""), false},
		{"files", "values in a hidden file", file(".x.auto.tfvars", ""), false},
		{"files", "a hidden file", file(".x.tf", "resource \"aws_iam_user\" \"x\" {}\n"), true},
		{"files", "an editor's backup", file("x.tf~", "resource \"aws_iam_user\" \"x\" {}\n"), true},
		{"files", "an editor's autosave", file("#x.tf#", "resource \"aws_iam_user\" \"x\" {}\n"), true},
		{"files", "a file that only a hidden one completes", both(without(fileOutputs), file("."+fileOutputs, "")), false},
		{"files", "main.tf hidden", func(t *testing.T, files []output.File) []output.File {
			for i, f := range files {
				if path.Base(f.Path) == fileMain {
					files[i].Path = path.Dir(f.Path) + "/." + fileMain
				}
			}
			return files
		}, false},
		{"files", "no outputs", without(fileOutputs), false},
		{"files", "no import blocks", without(fileAdopt), false},
		{"files", "no versions", without(fileVersions), false},
		{"files", "no base document", without("key-corp.base.json"), false},
		{"files", "a folder", file("modules/x/main.tf", "resource \"aws_iam_user\" \"x\" {}\n"), true}, // no module block reads it
		{"files", "broken", file("x.tf", "locals {"), false},
		{"files", "an argument outside of a block", file("x.tf", "a = 1\n"), false},
		{"files", "import block in a file of the module", file("x.tf", "import {\n  to = aws_s3_bucket.data\n  id = \"acme-retail-data\"\n}\n"), false},
		{"files", "import blocks taken into use", func(t *testing.T, files []output.File) []output.File {
			for i, f := range files {
				if path.Base(f.Path) == fileAdopt {
					files[i].Path = path.Dir(f.Path) + "/adopt.tf"
				}
			}
			return files
		}, false},
		{"files", "a resource among import blocks", file(fileAdopt, "resource \"aws_iam_user\" \"x\" {}\n"), false},
		{"files", "import of a stranger's bucket", in(fileAdopt, `id = "acme-retail-data"`, `id = "someone-elses-data"`), false},
		{"files", "import of another resource", in(fileAdopt, "to = aws_s3_bucket.data\n", "to = aws_s3_bucket.corp\n"), false},
		{"files", "import by a name", in(fileAdopt, `id = "acme-retail-data"`, "id = var.data_bucket_name"), false},
		{"files", "import with for_each", in(fileAdopt, "to = aws_s3_bucket.data\n", "to = aws_s3_bucket.data\n  for_each = var.web_operator_roles\n"), false},
		{"files", "import with a provider", in(fileAdopt, "to = aws_s3_bucket.data\n", "to = aws_s3_bucket.data\n  provider = aws.x\n"), false},
		{"files", "import of an instance", in(fileAdopt, "to = aws_s3_bucket.data\n", "to = aws_s3_bucket.data[0]\n"), false},
		{"files", "another import", file(fileAdopt, "import {\n  to = aws_iam_role_policy_attachment.operator_web\n  id = \"x\"\n}\n"), false},
		{"files", "import of what is not there", file(fileAdopt, "import {\n  to = aws_s3_bucket.nowhere\n  id = \"x\"\n}\n"), false},

		// Versions.
		{"versions", "another required_version", in(fileVersions, ">= 1.5", "< 0.1"), false},
		{"versions", "no required_version", in(fileVersions, "  required_version = \">= 1.5\"\n", ""), false},
		{"versions", "another provider", in(fileVersions, "hashicorp/aws", "evil/aws"), false},
		{"versions", "another constraint", in(fileVersions, ">= 5.100, < 7.0", ">= 99"), false},
		{"versions", "no constraint", in(fileVersions, "      version = \">= 5.100, < 7.0\"\n", ""), false},
		{"versions", "aliases of the provider", in(fileVersions, "      source ", "      configuration_aliases = [aws.x]\n      source "), false},
		{"versions", "one more provider", in(fileVersions, "    aws = {", "    evil = {\n      source = \"evil/evil\"\n    }\n    aws = {"), false},
		{"versions", "backend", in(fileVersions, "  required_version", "  backend \"local\" {}\n  required_version"), false},
		{"versions", "cloud", in(fileVersions, "  required_version", "  cloud {}\n  required_version"), false},
		{"versions", "experiments", in(fileVersions, "  required_version", "  experiments = [x]\n  required_version"), false},
		{"versions", "a second block", file("x.tf", versions), false},

		// Settings.
		{"settings", "bucket keys off", main("bucket_key_enabled = true", "bucket_key_enabled = false"), false},
		{"settings", "no bucket keys", main("    bucket_key_enabled = true\n", ""), false},
		{"settings", "another key", main("kms_master_key_id = aws_kms_key.shop.arn", "kms_master_key_id = var.corp_key_arn"), false},
		{"settings", "another algorithm", main(`sse_algorithm     = "aws:kms"`, `sse_algorithm     = "aws:kms:dsse"`), false},
		{"settings", "an encryption rule twice", main("  rule {\n    bucket_key_enabled", "  rule {}\n\n  rule {\n    bucket_key_enabled"), false},
		{"settings", "encryption for another account's bucket", main("  rule {\n    bucket_key_enabled", "  expected_bucket_owner = \"444455556666\"\n\n  rule {\n    bucket_key_enabled"), false},
		{"settings", "not protected", main("prevent_destroy = true", "prevent_destroy = false"), false},
		{"settings", "bucket not protected", main("  tags   = var.tags\n\n  lifecycle {\n    prevent_destroy = true\n  }\n", "  tags   = var.tags\n"), false},
		{"settings", "policy of an existing key not protected", main("  policy = data.aws_iam_policy_document.key_corp.json\n\n  lifecycle {\n    prevent_destroy = true\n  }\n", "  policy = data.aws_iam_policy_document.key_corp.json\n"), false},
		{"settings", "policy of an existing bucket not protected", main("  policy = data.aws_iam_policy_document.bucket_results.json\n\n  lifecycle {\n    prevent_destroy = true\n  }\n", "  policy = data.aws_iam_policy_document.bucket_results.json\n"), false},
		{"settings", "role protected", main("  name                 = var.role_name", "  lifecycle {\n    prevent_destroy = true\n  }\n  name                 = var.role_name"), false},
		{"settings", "force_destroy", main("  tags   = var.tags", "  tags   = var.tags\n  force_destroy = true"), false},
		{"settings", "force_detach_policies", main("  name                 = var.role_name", "  force_detach_policies = true\n  name                 = var.role_name"), false},
		{"settings", "max_session_duration", main("  name                 = var.role_name", "  max_session_duration = 43200\n  name                 = var.role_name"), false},
		{"settings", "deletion window", main("deletion_window_in_days = 30", "deletion_window_in_days = 7"), false},
		{"settings", "no deletion window", main("  deletion_window_in_days = 30\n", ""), false},
		{"settings", "no rotation", main("rotation     = true", "rotation     = false"), false},
		{"settings", "rotation period", main("rotation     = true", "rotation     = true\n  rotation_period_in_days = 2560"), false},
		{"settings", "key description", main(`"Amazon Personalize, setup everything, key shop"`, `"x"`), false},
		{"settings", "key is disabled", main("rotation     = true", "rotation     = true\n  is_enabled = false"), false},
		{"settings", "no safety check of the key policy", main("rotation     = true", "rotation     = true\n  bypass_policy_lockout_safety_check = true"), false},
		{"settings", "multi-region key", main("rotation     = true", "rotation     = true\n  multi_region = true"), false},
		{"settings", "another target of the alias", main("target_key_id = aws_kms_key.shop.key_id", "target_key_id = var.corp_key_arn"), false},
		{"settings", "alias by ARN", main("target_key_id = aws_kms_key.shop.key_id", "target_key_id = aws_kms_key.shop.arn"), true},
		{"settings", "a second alias", resource(tfKeyAlias, `name = "alias/x"`, "target_key_id = aws_kms_key.shop.key_id"), false},
		{"settings", "key without an alias", main("resource \"aws_kms_alias\" \"shop\" {", "data \"x\" \"shop\" {"), false},
		{"settings", "tags of a role", main("  assume_role_policy   = data.aws_iam_policy_document.role_trust.json\n  tags                 = var.tags", "  assume_role_policy   = data.aws_iam_policy_document.role_trust.json\n  tags                 = {}"), false},
		{"settings", "tags of a bucket", main("  bucket = var.data_bucket_name\n  tags   = var.tags", "  bucket = var.data_bucket_name\n  tags   = { a = \"b\" }"), false},
		{"settings", "tags of a bucket gone", main("  bucket = var.data_bucket_name\n  tags   = var.tags", "  bucket = var.data_bucket_name"), false},
		{"settings", "tags of a policy gone", main("  policy = data.aws_iam_policy_document.operator_web.json\n  tags   = var.tags", "  policy = data.aws_iam_policy_document.operator_web.json"), false},
		{"settings", "tag of another case", vars(`"team"`, `"Team"`), false},
		{"settings", "tag twice", vars(`"team"`, `"team" = "x"`+"\n    "+`"team"`), false},
		{"settings", "tags_all", main("  bucket = var.data_bucket_name", "  tags_all = {}\n  bucket = var.data_bucket_name"), false},
		{"settings", "role path", main(`"/personalize/"`, `"/"`), false},
		{"settings", "role path gone", main("  path                 = \"/personalize/\"\n", ""), false},
		{"settings", "role description", main(`"Assumed by Amazon Personalize"`, `"x"`), false},
		{"settings", "boundary gone", main("  permissions_boundary", "  description2"), false},
		{"settings", "another boundary", main(":policy/boundary", ":policy/other"), false},
		{"settings", "policy path", main(`  name   = "PersonalizeRetail-web"`, "  path   = \"/\"\n  name   = \"PersonalizeRetail-web\""), false},
		{"settings", "policy description", main(`  name   = "PersonalizeRetail-web"`, "  description = \"x\"\n  name   = \"PersonalizeRetail-web\""), false},
		{"settings", "policy name", main(`  name   = "PersonalizeRetail-web"`, `  name   = "PersonalizeRetail-Web"`), false},
		{"settings", "policy prefix", main(`  name   = "PersonalizeRetail-web"`, `  name_prefix = "PersonalizeRetail-web"`), false},
		{"settings", "bucket prefix", main("bucket = var.data_bucket_name", "bucket_prefix = var.data_bucket_name"), false},
		{"settings", "bucket with its own policy", main("  tags   = var.tags", "  tags   = var.tags\n  policy = \"{}\""), false},
		{"settings", "bucket with an acl", main("  tags   = var.tags", "  tags   = var.tags\n  acl    = \"public-read\""), false},
		{"settings", "object lock", main("  tags   = var.tags", "  tags   = var.tags\n  object_lock_enabled = true"), false},
		{"settings", "role with inline policies", main("  tags                 = var.tags", "  tags                 = var.tags\n  inline_policy {}"), false},
		{"settings", "role with managed policies", main("  tags                 = var.tags", "  tags                 = var.tags\n  managed_policy_arns = ["+adminARN+"]"), false},
		{"settings", "public acls", main("block_public_acls       = true", "block_public_acls       = false"), false},
		{"settings", "public policy", main("block_public_policy     = true", "block_public_policy     = false"), false},
		{"settings", "public access block gone", main("resource \"aws_s3_bucket_public_access_block\" \"data\"", "data \"x\" \"data\""), false},
		{"settings", "public access block of a bucket that has none", main("resource \"aws_s3_bucket_public_access_block\" \"plain_2\" {", "data \"aws_partition\" \"x\" {}\n\nlocals {"), false},
		{"settings", "public access block of another bucket", main("resource \"aws_s3_bucket_public_access_block\" \"data\" {\n  bucket                  = aws_s3_bucket.data.bucket", "resource \"aws_s3_bucket_public_access_block\" \"data\" {\n  bucket                  = aws_s3_bucket.corp.bucket"), false},
		{"settings", "ownership", main("BucketOwnerEnforced", "ObjectWriter"), false},
		{"settings", "versioning suspended", main(`status = "Enabled"`, `status = "Suspended"`), false},
		{"settings", "mfa delete", main("    status = \"Enabled\"\n  }\n}\n\nresource \"aws_s3_bucket_server", "    status = \"Enabled\"\n    mfa_delete = \"Enabled\"\n  }\n}\n\nresource \"aws_s3_bucket_server"), false},
		{"settings", "versioning of a bucket without it", resource(tfBucketVers, "bucket = aws_s3_bucket.plain_2.bucket", "versioning_configuration {\n    status = \"Enabled\"\n  }"), false},
		{"settings", "expiry", main("days = 90", "days = 1"), false},
		{"settings", "expiry of old versions", main("noncurrent_days = 90", "noncurrent_days = 900"), false},
		{"settings", "no expiry of old versions", main("    noncurrent_version_expiration {\n      noncurrent_days = 90\n    }\n", ""), false},
		{"settings", "newer versions that stay", main("noncurrent_days = 90", "noncurrent_days = 90\n      newer_noncurrent_versions = 9"), false},
		{"settings", "rule disabled", main("status = \"Enabled\"\n\n    filter {}", "status = \"Disabled\"\n\n    filter {}"), false},
		{"settings", "rule id", main(`id     = "expire"`, `id     = "x"`), false},
		{"settings", "rule for a prefix", main("filter {}", "filter {\n      prefix = \"x\"\n    }"), false},
		{"settings", "rule for a tag", main("filter {}", "filter {\n      tag {\n        key   = \"a\"\n        value = \"b\"\n      }\n    }"), false},
		{"settings", "rule without a filter", main("    filter {}\n", ""), false},
		{"settings", "rule that aborts uploads", main("filter {}", "filter {}\n    abort_incomplete_multipart_upload {\n      days_after_initiation = 7\n    }"), false},
		{"settings", "rule that moves objects", main("filter {}", "filter {}\n    transition {\n      days          = 30\n      storage_class = \"GLACIER\"\n    }"), false},
		{"settings", "a dataset group of another type", main(`"AWS::Personalize::DatasetGroup"`, `"AWS::Personalize::Dataset"`), false},
		{"settings", "a dataset group without a domain", main("    Domain    = \"ECOMMERCE\"\n", ""), false},
		{"settings", "a dataset group without a key", main("    KmsKeyArn = var.corp_key_arn\n", ""), false},
		{"settings", "a dataset group under another key", main("    KmsKeyArn = var.corp_key_arn", "    KmsKeyArn = aws_kms_key.shop.arn"), false},
		{"settings", "a dataset group without a role", main("    RoleArn   = aws_iam_role.personalize.arn\n", ""), false},
		{"settings", "a dataset group without a name", main("    Name      = var.dataset_group_name\n", ""), false},
		{"settings", "a dataset group with tags", main("    Domain    = \"ECOMMERCE\"\n", "    Domain    = \"ECOMMERCE\"\n    Tags      = []\n"), false},
		{"settings", "a dataset group in quotes", main("Name      = var.dataset_group_name", `"Name"    = var.dataset_group_name`), true},
		{"settings", "a dataset group as JSON", main("desired_state = jsonencode({\n    Name      = var.dataset_group_name\n    Domain    = \"ECOMMERCE\"\n    KmsKeyArn = var.corp_key_arn\n    RoleArn   = aws_iam_role.personalize.arn\n  })", `desired_state = "{}"`), false},
		{"settings", "a dataset group by another role", main("  type_name = \"AWS::Personalize::DatasetGroup\"\n", "  type_name = \"AWS::Personalize::DatasetGroup\"\n  role_arn  = aws_iam_role.personalize.arn\n"), false},
		{"settings", "a dataset group before the key's policy", main("    aws_kms_key_policy.corp,\n", ""), false},
		{"settings", "a dataset group twice", resource(tfCloud, `type_name = "AWS::Personalize::DatasetGroup"`, "desired_state = jsonencode({ Name = var.dataset_group_name })"), false},
		{"settings", "a second rule", main("  rule {\n    id ", "  rule {\n    id     = \"x\"\n    status = \"Enabled\"\n    filter {}\n    expiration {\n      days = 1\n    }\n  }\n\n  rule {\n    id "), false},
		{"settings", "a rule of another bucket", main("resource \"aws_s3_bucket_lifecycle_configuration\" \"data\" {\n  bucket = aws_s3_bucket.data.bucket", "resource \"aws_s3_bucket_lifecycle_configuration\" \"data\" {\n  bucket = aws_s3_bucket.corp.bucket"), false},

		// Documents.
		{"documents", "another effect", main(`effect  = "Allow"`, `effect  = "Deny"`), false},
		{"documents", "effect of another case", main(`effect  = "Allow"`, `effect  = "allow"`), false},
		{"documents", "effect gone", main("    effect  = \"Allow\"\n", ""), true},
		{"documents", "another sid", main(`sid       = "PersonalizeListData"`, `sid       = "X"`), false},
		{"documents", "a sid twice", main(`sid       = "PersonalizeListData"`, `sid       = "PersonalizeReadData"`), false},
		{"documents", "no sid", main("    sid       = \"PersonalizeListData\"\n", ""), false},
		{"documents", "sid with a blank", main(`sid       = "PersonalizeListData"`, `sid       = "Personalize List"`), false},
		{"documents", "a statement twice", main("  statement {\n    sid       = \"PersonalizeMetrics\"", "  statement {\n    effect    = \"Allow\"\n    actions   = [\"cloudwatch:PutMetricData\"]\n    resources = [\"*\"]\n  }\n\n  statement {\n    sid       = \"PersonalizeMetrics\""), false},
		{"documents", "version", main("data \"aws_iam_policy_document\" \"role_trust\" {", "data \"aws_iam_policy_document\" \"role_trust\" {\n  version = \"2008-10-17\""), false},
		{"documents", "policy_id", main("data \"aws_iam_policy_document\" \"role_trust\" {", "data \"aws_iam_policy_document\" \"role_trust\" {\n  policy_id = \"x\""), false},
		{"documents", "override documents", main("source_policy_documents = [", "override_policy_documents = ["+everyone+"]\n  source_policy_documents = ["), false},
		{"documents", "one more source", main("source_policy_documents = [", "source_policy_documents = ["+everyone+", "), false},
		{"documents", "no source", main(`  source_policy_documents = [file("${path.module}/key-corp.base.json")]`, ""), false},
		{"documents", "the other source", main("key-corp.base.json", "bucket-results.base.json"), false},
		{"documents", "a statement of a source replaced", main("  source_policy_documents = [file(\"${path.module}/bucket-results.base.json\")]\n", "  source_policy_documents = [file(\"${path.module}/bucket-results.base.json\")]\n\n  statement {\n    sid       = \"Theirs\"\n    actions   = [\"s3:*\"]\n    resources = [\"*\"]\n  }\n"), false},
		{"documents", "an action in another case", main("s3:ListBucket", "S3:listbucket"), false},
		{"documents", "an action twice", main(`actions   = ["s3:ListBucket"]`, `actions   = ["s3:ListBucket", "s3:ListBucket"]`), true},
		{"documents", "not_actions", main(`actions   = ["s3:ListBucket"]`, `not_actions = ["s3:ListBucket"]`), false},
		{"documents", "no actions", main(`actions   = ["s3:ListBucket"]`, `actions   = []`), false},
		{"documents", "principal", main(`identifiers = ["personalize.amazonaws.com"]`, `identifiers = ["*"]`), false},
		{"documents", "type of a principal", main("type        = \"Service\"", "type        = \"AWS\""), false},
		{"documents", "not_principals", main("    principals {", "    not_principals {"), false},
		{"documents", "condition gone", main("    condition {\n      test     = \"StringEquals\"\n      variable = \"aws:SourceAccount\"\n      values   = [data.aws_caller_identity.current.account_id]\n    }\n", ""), false},
		{"documents", "another operator", main(`test     = "StringEquals"`, `test     = "StringLike"`), false},
		{"documents", "operator with IfExists", main(`test     = "StringEquals"`, `test     = "StringEqualsIfExists"`), false},
		{"documents", "a condition in two blocks", main("    condition {\n      test     = \"StringEquals\"\n      variable = \"aws:SourceAccount\"\n", "    condition {\n      test     = \"StringEquals\"\n      variable = \"aws:SourceAccount\"\n      values   = [\"444455556666\"]\n    }\n\n    condition {\n      test     = \"StringEquals\"\n      variable = \"aws:SourceAccount\"\n"), false},
		{"documents", "a policy variable", main("batch/in/*", "&{aws:username}/*"), false},
		{"documents", "a broken variable", main("batch/in/*", "$${aws:username"), false},
		{"documents", "another document", main("policy = data.aws_iam_policy_document.bucket_corp.json", "policy = data.aws_iam_policy_document.bucket_data.json"), false},
		{"documents", "a document in a template", main("policy = data.aws_iam_policy_document.bucket_corp.json", `policy = " ${data.aws_iam_policy_document.bucket_corp.json}"`), false},
		{"documents", "minified_json", main("policy = data.aws_iam_policy_document.bucket_corp.json", "policy = data.aws_iam_policy_document.bucket_corp.minified_json"), false},
		{"documents", "another bucket in a document", main("resources = [aws_s3_bucket.data.arn]", "resources = [aws_s3_bucket.plain_2.arn]"), false},
		{"documents", "source of another case", in("key-corp.base.json", `"Action"`, `"action"`), false},
		{"documents", "a name twice in a source", in("key-corp.base.json", `"Effect": "Allow"`, `"Effect": "Deny", "Effect": "Allow"`), false},
		{"documents", "id of a source", in("key-corp.base.json", `"Id": "key-default-1"`, `"Id": "x"`), false},
		{"documents", "a source without statements", in("key-corp.base.json", `"Statement": [`, `"Statement": [], "Sid": [`), false},
		{"documents", "white space in a source", in("key-corp.base.json", `"Effect": "Allow"`, `"Effect":   "Allow"`), true},
		{"documents", "statements to merge", in(fileOutputs, "value       = data.aws_iam_policy_document.key_legacy.json", "value       = data.aws_iam_policy_document.key_shop.json"), false},
		{"documents", "statements to merge as a string", in(fileOutputs, "value       = data.aws_iam_policy_document.key_legacy.json", `value       = "{}"`), false},
		{"documents", "a partial document put in place", resource(tfBucketPolicy, "bucket = var.archive_bucket_name", "policy = data.aws_iam_policy_document.bucket_archive.json"), false},
		{"documents", "a partial key policy put in place", resource(tfKeyPolicy, `key_id = split("/", var.legacy_key_arn)[1]`, "policy = data.aws_iam_policy_document.key_legacy.json"), false},
		{"documents", "a second bucket policy", resource(tfBucketPolicy, "bucket = aws_s3_bucket.data.bucket", "policy = data.aws_iam_policy_document.bucket_data.json"), false},
		{"documents", "a second bucket policy by name", resource(tfBucketPolicy, "bucket = var.data_bucket_name", "policy = "+everyone), false},
		{"documents", "a second key policy", resource(tfKeyPolicy, "key_id = aws_kms_key.shop.key_id", "policy = data.aws_iam_policy_document.key_shop.json"), false},
		{"documents", "a second public access block", resource(tfBucketPublic, "bucket = aws_s3_bucket.data.bucket"), false},
		{"documents", "a second encryption", resource(tfBucketSSE, "bucket = aws_s3_bucket.data.bucket", "rule {\n    apply_server_side_encryption_by_default {\n      sse_algorithm = \"AES256\"\n    }\n  }"), false},
		{"documents", "a second versioning", resource(tfBucketVers, "bucket = aws_s3_bucket.data.bucket", "versioning_configuration {\n    status = \"Enabled\"\n  }"), false},
		{"documents", "a second ownership", resource(tfBucketOwner, "bucket = aws_s3_bucket.data.bucket", "rule {\n    object_ownership = \"ObjectWriter\"\n  }"), false},
		{"documents", "a second lifecycle", resource(tfBucketLife, "bucket = aws_s3_bucket.data.bucket"), false},
		{"documents", "a second inline policy", resource(tfRolePolicy, `name = "x"`, "role = aws_iam_role.personalize.name", "policy = data.aws_iam_policy_document.operator_admins_1.json"), false},
		{"documents", "the inline policy twice", resource(tfRolePolicy, `name = "Personalize"`, "role = aws_iam_role.personalize.id", "policy = data.aws_iam_policy_document.role_policy.json"), false},
		{"documents", "a second role", resource(tfRole, "name = var.role_name", "assume_role_policy = data.aws_iam_policy_document.role_trust.json"), false},
		{"documents", "a second bucket", resource(tfBucket, "bucket = var.data_bucket_name"), false},
		{"documents", "an attachment", resource(tfRoleAttach, "role = aws_iam_role.personalize.name", "policy_arn = "+adminARN), false},
		{"documents", "an attachment twice", resource(tfRoleAttach, `role = "WebShop"`, "policy_arn = aws_iam_policy.operator_web.arn"), false},
		{"documents", "an attachment to a stranger", resource(tfRoleAttach, `role = "someone"`, "policy_arn = aws_iam_policy.operator_web.arn"), false},
		{"documents", "a hidden attachment", main(attach, "  policy_arn = "+hidden), false},
		{"documents", "another attachment", main(attach, "  policy_arn = aws_iam_policy.operator_admins_1.arn"), false},
		{"documents", "exclusive policies", resource("aws_iam_role_policies_exclusive", "role_name = aws_iam_role.personalize.name", "policy_names = []"), false},
		{"documents", "attachment of all", resource("aws_iam_policy_attachment", `name = "x"`, "policy_arn = aws_iam_policy.operator_web.arn", `roles = ["WebShop"]`), false},
		{"documents", "a user", resource("aws_iam_user", `name = "x"`), false},
		{"documents", "a grant", resource("aws_kms_grant"), false},
		{"documents", "an acl", resource("aws_s3_bucket_acl", "bucket = aws_s3_bucket.data.bucket", `acl = "public-read"`), false},
		{"documents", "an object", resource("aws_s3_object", "bucket = aws_s3_bucket.data.bucket", `key = "x"`), false},

		// What people copy.
		{"copied", "another property", in(fileOutputs, "properties).DatasetGroupArn", "properties).Name"), false},
		{"copied", "all properties", in(fileOutputs, "jsondecode(aws_cloudcontrolapi_resource.dataset_group.properties).DatasetGroupArn", "aws_cloudcontrolapi_resource.dataset_group.properties"), false},
		{"copied", "properties of something else", in(fileOutputs, "jsondecode(aws_cloudcontrolapi_resource.dataset_group.properties)", "jsondecode(var.role_name)"), false},
		{"copied", "an ARN", in(fileOutputs, "value       = aws_s3_bucket.data.arn", "value       = aws_s3_bucket.corp.arn"), false},
		{"copied", "a list of ARNs", in(fileOutputs, "value       = [aws_iam_policy.operator_web.arn]", "value       = aws_iam_policy.operator_web.arn"), false},
		{"copied", "a description", in(fileOutputs, `"Name of the bucket data."`, `"x"`), true},
		{"copied", "a description of a name", in(fileOutputs, `"Name of the bucket data."`, `"${var.role_name}"`), false},
	}
}

// Every edit is found, but for those that change nothing, which are not.
func TestEdits(t *testing.T) {
	s := complete(t)
	seen, kinds := map[string]bool{}, map[string][2]int{}
	for _, e := range edits() {
		if seen[e.kind+e.name] {
			t.Errorf("%s: %s is there twice", e.kind, e.name)
		}
		seen[e.kind+e.name] = true
		diff := differences(t, s, e.do(t, printed(t, s)))
		if e.equal != (diff == nil) {
			t.Errorf("%s: %s: found %v", e.kind, e.name, diff)
		}
		n := kinds[e.kind]
		if n[0]++; e.equal {
			n[1]++
		}
		kinds[e.kind] = n
	}
	for kind, n := range kinds {
		t.Logf("%s: %d edits found, %d equal in meaning", kind, n[0]-n[1], n[1])
	}
}

// A file of the user's own may say where state is kept and as whom AWS is called, and nothing else.
func TestOwnFiles(t *testing.T) {
	s := complete(t)
	for _, c := range []struct {
		text  string
		equal bool
	}{
		{"terraform {\n  backend \"s3\" {\n    bucket = \"state\"\n    key    = \"x\"\n  }\n  required_version = \">= 1.9\"\n}\n", true},
		{"terraform {\n  cloud {\n    organization = \"x\"\n  }\n}\n", true},
		{"provider \"aws\" {\n  region              = var.region\n  profile             = \"x\"\n  allowed_account_ids = [var.account_id, \"x\"]\n" +
			"  assume_role {\n    role_arn     = \"arn:aws:iam::111122223333:role/Deploy\"\n    session_name = \"x\"\n  }\n}\nprovider \"aws\" {\n  alias  = \"east\"\n  region = \"us-east-1\"\n}\n", true},
		{"", true},
		{"terraform {\n  required_providers {\n    aws = {\n      source = \"evil/aws\"\n    }\n  }\n}\n", false},
		{"terraform {\n  experiments = [x]\n}\n", false},
		{"terraform {\n  required_version = file(\"x\")\n}\n", false},
		{"terraform \"x\" {\n}\n", false},
		{"provider \"aws\" {\n  endpoints {\n    sts = \"http://x\"\n  }\n}\n", false},
		{"provider \"aws\" {\n  skip_credentials_validation = true\n}\n", false},
		{"provider \"aws\" {\n  skip_requesting_account_id = true\n}\n", false},
		{"provider \"aws\" {\n  default_tags {\n    tags = { a = \"b\" }\n  }\n}\n", false},
		{"provider \"aws\" {\n  ignore_tags {\n    keys = [\"team\"]\n  }\n}\n", false},
		{"provider \"aws\" {\n  insecure = true\n}\n", false},
		{"provider \"aws\" {\n  profile             = \"p\"\n  shared_config_files = [\".terraform/c\"]\n}\n", false},
		{"provider \"aws\" {\n  shared_credentials_files = [\"c\"]\n}\n", false},
		{"provider \"aws\" {\n  region = var.account_id == \"111122223333\" ? \"eu-west-1\" : \"us-east-1\"\n}\n", false},
		{"provider \"aws\" {\n  region = data.aws_region.current.id\n}\n", false},
		{"provider \"aws\" {\n  region = \"${file(\"x\")}\"\n}\n", false},
		{"provider \"aws\" {\n  profile = \"a\"\n}\nprovider \"aws\" {\n  profile = \"b\"\n}\n", false},
		{"provider \"aws\" {\n  assume_role {\n    role_arn = file(\"x\")\n  }\n}\n", false},
		{"provider \"aws\" {\n  assume_role {\n    x {}\n  }\n}\n", false},
		{"provider \"random\" {\n}\n", false},
		{"resource \"aws_iam_user\" \"x\" {\n  name = \"x\"\n}\n", false},
		{"variable \"x\" {\n  type = string\n}\n", false},
		{"locals {\n  x = 1\n}\n", false},
		{"output \"x\" {\n  value = 1\n}\n", false},
		{"data \"aws_region\" \"x\" {\n}\n", false},
		{"module \"x\" {\n  source = \"./x\"\n}\n", false},
		{"import {\n  to = aws_s3_bucket.data\n  id = \"acme-retail-data\"\n}\nimport {\n  to = aws_kms_key.shop\n  id = \"11111111-2222-4333-8444-555555555555\"\n}\n", true},
		{"import {\n  to = aws_s3_bucket.data\n  id = \"x\"\n}\n", false},
		{"import {\n  to = aws_s3_bucket.data\n  id = var.data_bucket_name\n}\n", false},
		{"import {\n  to = aws_kms_key.shop\n  id = \"acme-retail-data\"\n}\n", false},
		{"import {\n  to = aws_kms_key.shop\n  id = \"\"\n}\n", false},
		{"import {\n  to = aws_iam_role_policy_attachment.operator_web\n  id = \"x\"\n}\n", false},
		{"import {\n  to       = aws_s3_bucket.data\n  id       = \"acme-retail-data\"\n  provider = aws.east\n}\n", false},
		{"moved {\n  from = aws_s3_bucket.a\n  to   = aws_s3_bucket.data\n}\n", false},
		{"x = 1\n", false},
		{"provider \"aws\" {\n", false},
	} {
		files := file("own.tf", c.text)(t, printed(t, s))
		in := inputOf(s, files)
		in.Own = map[string]bool{in.Dir + "/own.tf": true}
		if diff := differencesUnder(t, s, in, environments(s)...); c.equal != (diff == nil) {
			t.Errorf("%s\n%v", c.text, diff)
		}
	}
	// What its name says counts for a file of the user's own too.
	for _, name := range []string{"override.tf", "x.tf.json", "terraform.tfvars", "x.tofu"} {
		in := inputOf(s, file(name, "")(t, printed(t, s)))
		in.Own = map[string]bool{in.Dir + "/" + name: true}
		if differencesUnder(t, s, in, environments(s)...) == nil {
			t.Errorf("%s is not found", name)
		}
	}
}

// What is not understood has a place, and does not keep the rest from being read.
func TestUnknownHasPlace(t *testing.T) {
	s := complete(t)
	for _, e := range edits() {
		parsed, err := Parse(inputOf(s, e.do(t, printed(t, s))))
		if err != nil {
			continue
		}
		state, err := parsed(valuesOf(s, s.DeployedEnv()))
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range state.Unknown {
			if u.Kind == "" || u.What == "" || u.Why == "" || u.At.Path == "" {
				t.Errorf("%s: %+v", e.name, u)
			}
		}
		if len(state.Roles)+len(state.Buckets) == 0 && e.name != "main.tf hidden" {
			t.Errorf("%s: nothing else is read", e.name)
		}
	}
}
