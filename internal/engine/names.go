package engine

import (
	"path"
	"strings"

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
		"terraform/outputs.tf", "terraform/adopt.tf.example", "terraform/*.base.json",
		"shell/apply.sh", "shell/destroy.sh", "policies/merge.sh",
	}
}

// isOurs reports whether some version of pzgen writes files of this path. A file of another path is
// not removed, whatever a manifest says.
func isOurs(p string) bool {
	top, name, _ := strings.Cut(p, "/")
	if output.IsShared(top) {
		match, err := path.Match("_lib/*.sh", p)
		return err == nil && match
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

// gitignore returns what the file .gitignore of an output folder holds: what tools leave in the
// folders of setups is not for git. The lock file of Terraform is.
func gitignore() string {
	var b strings.Builder
	b.WriteString(output.IgnoreMark + "what Terraform and apply.sh leave in the folders of setups " +
		"is not for git.\n# .terraform.lock.hcl is. Do not edit: a .gitignore without these " +
		"lines is yours, and stays as it is.\n")
	for _, pattern := range spec.Leftovers() {
		b.WriteString("/*/" + pattern + "\n")
	}
	return b.String()
}
