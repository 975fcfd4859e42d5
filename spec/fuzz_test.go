package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzParse: whatever the bytes are, Parse returns, says where, and gives a spec exactly when there is no error. What it gives is complete.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			f.Add(archive.Files[i].Data)
		}
	}
	examples, _ := filepath.Glob("examples/*.yaml")
	for _, file := range examples {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, ds := Parse("pzgen.yaml", data, readCaseFile)
		if (s == nil) != ds.HasErrors() {
			t.Fatalf("spec: %v, errors: %v", s != nil, ds.HasErrors())
		}
		src := &source{data: []byte(strings.TrimPrefix(string(data), "\uFEFF"))}
		src.span(1)
		for i, d := range ds {
			if i > 0 && (ds[i-1].Line > d.Line || ds[i-1].Line == d.Line && ds[i-1].Col > d.Col) {
				t.Errorf("%d:%d stands behind %d:%d", d.Line, d.Col, ds[i-1].Line, ds[i-1].Col)
			}
			if d.Line < 1 || d.Line > len(src.starts) {
				t.Fatalf("line %d of %d: %s", d.Line, len(src.starts), d)
			}
			start, end := src.span(d.Line)
			if width := utf8.RuneCount(src.data[start:end]); d.Col < 1 || d.Col > width+1 {
				t.Errorf("column %d of %d: %s", d.Col, width, d)
			}
			if d.Message == "" || d.Code == "" || !utf8.ValidString(d.String()) || strings.ContainsAny(d.Source, "\n\r\x1b") {
				t.Errorf("finding %+v", d)
			}
		}
		if s == nil {
			return
		}
		for _, setup := range s.Setups {
			if !setupName.ok(setup.Name) || !accountForm.ok(setup.Account) || setup.Region == "" || setup.Role.Name == "" || setup.Profile == "" ||
				setup.ConfusedDeputy == "" || len(setup.Targets) == 0 || setup.Partition != "aws" && setup.Partition != "aws-cn" {
				t.Errorf("setup is not complete: %+v", setup)
			}
			for _, b := range setup.Buckets {
				if !bucketForm.ok(b.BucketName) {
					t.Errorf("bucket %+v", b)
				}
			}
			for _, k := range setup.Keys {
				if (k.ARN == "") != (k.Alias != "") || k.Found && k.Alias == "" || k.Alias != "" && !aliasForm.ok(k.Alias) || k.ARN != "" && !arnForm.ok(k.ARN) {
					t.Errorf("key %+v", k)
				}
			}
			for _, o := range setup.Operators {
				for _, name := range append(append(append([]string{setup.Role.Name}, o.Users...), o.Groups...), o.Roles...) {
					if !groupName.ok(name) {
						t.Errorf("operator %+v", o)
					}
				}
			}
			for _, w := range setup.Workflows {
				for _, l := range []*Location{w.From, w.To} {
					if l != nil && (l.Bucket == "" || strings.HasPrefix(l.Prefix, "/") || strings.ContainsAny(l.Prefix, "*?$<>{}\"\\\n")) {
						t.Errorf("location %+v", *l)
					}
				}
			}
		}
	})
}
