// Plain does a part of pzgen's work in the way of most programs of the kind: it reads the spec with yaml.v3 and fills text templates. It checks nothing,
// proves nothing, escapes nothing and writes fewer and shorter files.
//
//	plain SPEC OUT
package main

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"gopkg.in/yaml.v3"
)

//go:embed templates
var templates embed.FS

type location struct{ Bucket, Prefix string }

func (l *location) UnmarshalYAML(n *yaml.Node) error {
	l.Bucket, l.Prefix, _ = strings.Cut(n.Value, "/")
	return nil
}

type setup struct {
	Name            string `yaml:"-"`
	Account, Region string
	Role            struct{ Name string }
	Keys            map[string]struct{ ARN string }
	Buckets         map[string]struct{ Name, Key string }
	Workflows       []struct {
		Type     string
		From, To *location
	}
	Operators map[string]struct {
		Access string
		Roles  []string
	}
}

// Reads returns the prefixes that workflows read from a bucket, Writes those that they write to.
func (s setup) Reads(bucket string) (list []string) {
	for _, w := range s.Workflows {
		if w.From != nil && w.From.Bucket == bucket {
			list = append(list, w.From.Prefix)
		}
	}
	return list
}

func (s setup) Writes(bucket string) (list []string) {
	for _, w := range s.Workflows {
		if w.To != nil && w.To.Bucket == bucket {
			list = append(list, w.To.Prefix)
		}
	}
	return list
}

// bucketOf is a setup and one of its buckets.
type bucketOf struct {
	setup
	ID, BucketName string
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: plain SPEC OUT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "plain:", err)
		os.Exit(1)
	}
}

func run(file, out string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var spec struct {
		Version int
		Setups  map[string]setup
	}
	if err := yaml.Unmarshal(data, &spec); err != nil {
		return err
	}
	all, err := template.ParseFS(templates, "templates/*")
	if err != nil {
		return err
	}
	names := map[string]string{
		"trust.json": "policies/role-trust.json", "role.json": "policies/role-policy.json", "operator.json": "policies/operator.json",
		"template.json": "cloudformation/template.json", "main.tf": "terraform/main.tf", "apply.sh": "shell/apply.sh", "readme.md": "README.md",
	}
	for name, s := range spec.Setups {
		s.Name = name
		for _, dir := range []string{"policies", "cloudformation", "terraform", "shell"} {
			if err := os.MkdirAll(filepath.Join(out, name, dir), 0o755); err != nil {
				return err
			}
		}
		for t, file := range names {
			if err := write(all.Lookup(t), filepath.Join(out, name, file), s); err != nil {
				return err
			}
		}
		for id, b := range s.Buckets {
			if err := write(all.Lookup("bucket.json"), filepath.Join(out, name, "policies/bucket-"+id+".json"), bucketOf{s, id, b.Name}); err != nil {
				return err
			}
		}
	}
	return nil
}

func write(t *template.Template, file string, data any) error {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}
