package spec

import (
	"path"
	"strings"
)

// Leftovers are the patterns of what tools leave in a setup's folder, below it: apply.sh its copies
// of policies, Terraform its state, plans, logs and what it downloads. Nothing of it decides what is
// granted when the setup is applied anew, as values for variables (.tfvars) and files that end in
// .tf do, which therefore no pattern matches. What ends in a slash is a folder, by its name.
func Leftovers() []string {
	return []string{"shell/backup-*", "terraform/.terraform/", "terraform/terraform.tfstate",
		"terraform/terraform.tfstate.backup", "terraform/terraform.tfstate.*.backup",
		"terraform/.terraform.tfstate.lock.info", "terraform/terraform.tfstate.d/",
		"terraform/errored.tfstate", "terraform/*.tfplan", "terraform/tfplan",
		"terraform/crash.log", "terraform/crash.*.log"}
}

// LockFile is where Terraform keeps which builds of its providers it uses, below a setup's folder. It
// is the user's to commit, and pzgen neither writes nor reads it.
const LockFile = "terraform/.terraform.lock.hcl"

// IsLeftover reports whether a file or folder, by its path below a setup's folder, is what a tool
// left there, or is in such a folder.
func IsLeftover(name string) bool { return leftover(name) != "" }

// leftover returns the pattern by which a file or folder is what a tool left, or "".
func leftover(name string) string {
	if folder, rest, _ := strings.Cut(name, "/"); IsHanded(folder) {
		name = rest
	}
	if name == LockFile {
		return LockFile
	}
	for _, pattern := range Leftovers() {
		folder, in := strings.CutSuffix(pattern, "/")
		if in && (name == folder || strings.HasPrefix(name, pattern)) {
			return folder
		}
		if match, err := path.Match(pattern, name); err == nil && match {
			return pattern
		}
	}
	return ""
}

// OwnPattern returns the first of the patterns of OwnFiles by which a file or folder is the user's
// own, or "". name is its path below the setup's folder. Patterns are those of [path.Match]; one that
// matches a folder takes all that is in it. What tools leave is the user's in any case.
func OwnPattern(patterns []string, name string) string {
	if pattern := leftover(name); pattern != "" {
		return pattern
	}
	for ; name != "." && name != "/"; name = path.Dir(name) {
		for _, pattern := range patterns {
			if match, err := path.Match(pattern, name); err == nil && match {
				return pattern
			}
		}
	}
	return ""
}
