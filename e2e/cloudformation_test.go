//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/policy"
)

// TestRealStack has moto create the stack of a template. It passes over AWS::IAM::RolePolicy, AWS::S3::BucketPolicy and the types of Personalize, and
// does not look at rules: what it does make has to be as the JSON target says.
func TestRealStack(t *testing.T) {
	socket := startAWS(t)
	t.Run("stacks", func(t *testing.T) {
		for _, c := range []struct{ file, setup string }{{"full.yaml", "retail"}, {"encrypted.yaml", "encrypted"}, {"documented.yaml", "documented-export"},
			{"pipeline.yaml", "pipeline"}} {
			t.Run(c.setup, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, socket, c.file, c.setup, nil)
				m := w.setup
				dir := w.put(m, "cloudformation")
				template := filepath.Join(dir, "cloudformation", "template.yaml")
				forMoto(t, template)
				w.aws("cloudformation", "create-stack", "--stack-name", "personalize", "--capabilities", "CAPABILITY_NAMED_IAM",
					"--template-body", "file://"+template)
				s := w.state()
				env := s.references(m)
				want := w.wanted(m, env)
				skipped := map[string]bool{} // what moto does not make
				for _, d := range m.Role.Policies {
					skipped[d.Name] = m.Role.Inline
				}
				for _, b := range m.Buckets {
					skipped[b.Policy.Name] = true
				}
				for _, k := range m.Keys {
					skipped[k.Policy.Name] = k.Existing()
				}
				compared := 0
				for _, d := range m.Docs() {
					if skipped[d.Name] {
						continue
					}
					compared++
					text := s.document(m, d.Name, env)
					if len(text) == 0 {
						t.Errorf("the stack has no %s", d.Name)
						continue
					}
					got, err := policy.DecodeJSON(text)
					if err != nil {
						t.Errorf("%s: %v", d.Name, err)
						continue
					}
					if !got.Equal(want[d.Name]) {
						t.Errorf("%s in the stack is\n%s\nand the JSON target has\n%s", d.Name, got.JSON(), want[d.Name].JSON())
					}
				}
				for _, b := range m.Buckets {
					if s.Buckets[b.Name] == nil {
						t.Errorf("the stack has no bucket %s", b.Name)
					}
				}
				t.Logf("the stack's %d documents that moto makes are those of the JSON target, of %d", compared, len(m.Docs()))
			})
		}
	})
}

// forMoto takes out of a template what moto fails over: outputs that ask a resource which it passes over, the dataset group, and the tags of keys,
// which it looks for under other names than CloudFormation gives them.
func forMoto(t *testing.T, template string) {
	t.Helper()
	text, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	var file yaml.Node
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	root := file.Content[0]
	remove(root, "Outputs")
	resources := child(root, "Resources")
	for i := 1; i < len(resources.Content); i += 2 {
		if r := resources.Content[i]; child(r, "Type").Value == "AWS::KMS::Key" {
			remove(child(r, "Properties"), "Tags")
		}
	}
	if text, err = yaml.Marshal(&file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(template, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func child(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return &yaml.Node{}
}

func remove(n *yaml.Node, name string) {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			n.Content = slices.Delete(n.Content, i, i+2)
			return
		}
	}
}
