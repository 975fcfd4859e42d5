package engine

import (
	"path"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
)

// setupNames are the names that files of a setup have, in this version or in an earlier one, as
// patterns of [path.Match].
func setupNames() []string {
	return []string{
		"README.md",
		"policies/role-*.json", "policies/bucket-*.json", "policies/key-*.json",
		"policies/operator-*.json",
		"cloudformation/template.yaml", "cloudformation/parameters.json",
		"cloudformation/dataset-group.yaml", "cloudformation/import.yaml", "cloudformation/resources-to-import.json",
		"terraform/versions.tf", "terraform/variables.tf", "terraform/main.tf",
		"terraform/iam.tf", "terraform/s3.tf", "terraform/kms.tf",
		"terraform/outputs.tf", "terraform/adopt.tf.example", "terraform/*.base.json",
		"shell/apply.sh", "shell/destroy.sh", "policies/merge.sh",
	}
}

// isOurs reports whether some version of pzgen writes files of this path. A file of another path is
// not removed, whatever a manifest says.
func isOurs(p string) bool {
	top, name, _ := strings.Cut(p, "/")
	if output.IsShared(top) {
		for _, pattern := range []string{"_lib/*.sh", generators.RootFolder + "/Makefile",
			"_module-*/*.tf", "_module-*/*.base.json",
			generators.RootFolder + "/terraform/*.tf", generators.RootFolder + "/terraform/*/*.tf"} {
			if match, err := path.Match(pattern, p); err == nil && match {
				return path.Base(p) != "backend.tf"
			}
		}
		return false
	}
	if folder, rest, _ := strings.Cut(name, "/"); spec.IsHanded(folder) {
		name = rest
	}
	for _, pattern := range setupNames() {
		if match, err := path.Match(pattern, name); err == nil && match {
			return true
		}
	}
	return false
}

// gitignore returns what the file .gitignore of an output folder with these root modules holds: what
// tools leave there and in the folders of setups is not for git. The lock file of Terraform is.
func gitignore(root []output.File) string {
	var b strings.Builder
	b.WriteString(output.IgnoreMark + "what Terraform and apply.sh leave in the folders of setups " +
		"is not for git.\n# .terraform.lock.hcl is. Do not edit: a .gitignore without these " +
		"lines is yours, and stays as it is.\n")
	deep := slices.ContainsFunc(root, func(f output.File) bool { return strings.Count(f.Path, "/") > 2 })
	for _, pattern := range spec.Leftovers() {
		b.WriteString("/*/" + pattern + "\n")
		if below, ok := strings.CutPrefix(pattern, "terraform/"); ok && deep {
			b.WriteString("/" + generators.RootFolder + "/terraform/*/" + below + "\n")
		}
	}
	return b.String()
}
