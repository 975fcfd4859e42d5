package proof

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/output"
)

// A document that says the right thing so often that AWS refuses it for its size is found in each
// target: lists with an element more than once mean the same.
func TestDocumentsFitAsRead(t *testing.T) {
	m := proofSetup(t, "")
	printed := printAll(t, m)
	for _, c := range []struct{ target, path, old, repeat string }{
		{"json", "policies/role-policy.json", `"s3:PutObject"`, `"s3:PutObject",`},
		{"json", "policies/bucket-out.json", `"s3:PutObject"`, `"s3:PutObject",`},
		{"json", "policies/operator-ops.json", `"iam:PassRole"`, `"iam:PassRole",`},
		{"json", "policies/role-trust.json", `"sts:AssumeRole"`, ``},
		{"cloudformation", "cloudformation/template.yaml", "              - s3:PutObject\n",
			"              - s3:PutObject\n"},
		{"terraform", "terraform/iam.tf", `["s3:PutObject"]`, `"s3:PutObject",`},
		{"shell", "shell/apply.sh", `"s3:PutObject"`, `"s3:PutObject",`},
	} {
		t.Run(c.target+" "+c.path, func(t *testing.T) {
			files := slices.Clone(printed)
			times := 2000
			if strings.Contains(c.path, "operator") {
				times = 450 // more than a managed policy may have, and less than inline policies
			}
			many := strings.Repeat(c.repeat, times) + c.old
			switch {
			case strings.HasPrefix(c.old, "["):
				many = "[" + strings.Repeat(c.repeat, 2000) + c.old[1:]
			case c.repeat == "":
				many = "[" + strings.Repeat(c.old+",", 2000) + c.old + "]"
			}
			changed := false
			for i, f := range files {
				// destroy.sh holds the documents of apply.sh.
				same := c.target == "shell" && f.Path == "shop/shell/destroy.sh"
				if f.Path == "shop/"+c.path || same {
					data := strings.Replace(string(f.Data), c.old, many, 1)
					changed = changed || data != string(f.Data)
					files[i] = output.File{Path: f.Path, Data: []byte(data), Mode: f.Mode}
				}
			}
			if !changed {
				t.Fatalf("%s does not hold %q", c.path, c.old)
			}
			finds(t, Prove(m, generators.Targets(), only(files)), Fits, "target "+c.target)
		})
	}
}
