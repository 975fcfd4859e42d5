package spec

import "testing"

func TestOwnPattern(t *testing.T) {
	patterns := []string{"terraform/backend.tf", "terraform/.terraform", "*.md", "a/[bc]?/d"}
	for name, want := range map[string]string{
		"terraform/backend.tf":             "terraform/backend.tf",
		"terraform/backend.tf.json":        "",
		"terraform":                        "",
		"terraform/main.tf":                "",
		"x/terraform/backend.tf":           "",
		"terraform/.terraform":             "terraform/.terraform",
		"terraform/.terraform/providers/x": "terraform/.terraform",
		"terraform/.terraform.lock.hcl":    LockFile,
		"NOTES.md":                         "*.md",
		"x/NOTES.md":                       "",
		"a/bx/d":                           "a/[bc]?/d",
		"a/bx/d/e":                         "a/[bc]?/d",
		"a/b/d":                            "",
		"shell/backup-bucket-20260101":     "shell/backup-*",
		"shell/backup-x/y":                 "",
		"shell/apply.sh":                   "",
		"":                                 "",
		".":                                "",
		"/":                                "",
	} {
		if got := OwnPattern(patterns, name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
