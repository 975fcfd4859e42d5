package spec

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what Load says into testdata")

// policyFiles are the files that cases name.
var policyFiles = map[string]string{
	"policies/key.json":      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}`,
	"policies/bucket.json":   `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-data","arn:aws:s3:::acme-data/*"]}]}`,
	"policies/identity.json": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`,
	"policies/old.json": `{"Version":"2012-10-17","Statement":[{"Sid":"Gone","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","AROAEXAMPLEEXAMPLEEX"]},` +
		`"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data/*"},{"Effect":"Allow","NotPrincipal":{"AWS":"AIDAEXAMPLEEXAMPLEEX"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data/*"}]}`,
	"policies/wide.json": "\xFF\xFE{\x00}\x00",
	"policies/mark.json": "\uFEFF" + `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::acme-out/*"}]}`,
	"policies/bad.json":  "{\n  \"Statement\": [}",
}

func readCaseFile(path string) ([]byte, error) {
	if s, ok := policyFiles[filepath.ToSlash(path)]; ok {
		return []byte(s), nil
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("no such file or directory")}
}

// TestCases loads each spec of testdata and compares what is said, place, line, caret and hint included.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	told := map[string]bool{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(archive.Files)%2 != 0 {
			t.Fatalf("%s: cases are pairs of files, X.yaml and X.out; leave X.out empty and run with -update", file)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			in, out := archive.Files[i], &archive.Files[i+1]
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+strings.TrimSuffix(in.Name, ".yaml"), func(t *testing.T) {
				s, ds := Parse("pzgen.yaml", in.Data, readCaseFile)
				for _, d := range ds {
					told[d.Code] = true
				}
				if (s == nil) != ds.HasErrors() {
					t.Errorf("spec is nil: %v, errors: %v", s == nil, ds.HasErrors())
				}
				got := ds.String()
				if got == "" {
					got = "fine\n"
				}
				if *update {
					out.Data = []byte(got)
				} else if got != string(out.Data) {
					t.Errorf("Load says\n%s\nwant\n%s", got, out.Data)
				}
			})
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	// TestLoad, TestBytes, TestOwn, TestFormat
	elsewhere := map[string]bool{codeRead: true, codeEncoding: true, codeDefaults: true, codeFormat: true}
	for code := range told {
		if !slices.ContainsFunc(Checks(), func(c Check) bool { return c.Code == code }) {
			t.Errorf("check %s is not in the list of Checks", code)
		}
	}
	for _, c := range Checks() {
		if !told[c.Code] && !elsewhere[c.Code] {
			t.Errorf("no case makes check %s speak: %s", c.Code, c.Title)
		}
	}
}
