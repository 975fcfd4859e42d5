package model

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

func library(t testing.TB) *templates.Library {
	t.Helper()
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func build(t testing.TB, s *spec.Setup) *Setup {
	t.Helper()
	m, err := Build("pzgen.yaml", s, library(t))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// base is a setup of profile documented without workflows.
func base() *spec.Setup {
	return &spec.Setup{
		Name: "shop", Account: "111122223333", Region: "us-east-1", Partition: "aws",
		Profile: spec.Documented, ConfusedDeputy: spec.DeputyNone,
		Role:    spec.Role{Name: "PersonalizeRole", Path: "/"},
		Buckets: []spec.Bucket{{Name: "data", BucketName: "acme-data"}},
	}
}

func at(bucket, prefix string) *spec.Location { return &spec.Location{Bucket: bucket, Prefix: prefix} }

// The documents in testdata/documented are those that the Amazon Personalize Developer Guide prints (testdata/documented/README.md names page and section of
// each), with its placeholders. Profile documented gives the same JSON, order included, once the placeholders are filled in.
func TestDocumentedPolicies(t *testing.T) {
	imports := spec.Workflow{Type: spec.Import, From: at("data", "in/")}
	exports := spec.Workflow{Type: spec.Export, To: at("data", "out/")}
	batch := spec.Workflow{Type: spec.BatchInference, From: at("data", "in/"), To: at("data", "out/")}
	with := func(ws ...spec.Workflow) func(*spec.Setup) { return func(s *spec.Setup) { s.Workflows = ws } }
	existingKey := spec.Key{Name: "k", ARN: "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"}
	encrypted := func(s *spec.Setup) {
		s.Workflows = []spec.Workflow{exports}
		s.Keys = []spec.Key{existingKey}
		s.Buckets[0].Key = "k"
	}
	group := func(s *spec.Setup) {
		s.Keys = []spec.Key{existingKey}
		s.DatasetGroup = &spec.DatasetGroup{Name: "shop", Key: "k"}
	}
	operator := func(s *spec.Setup) {
		s.Operators = []spec.Operator{{Name: "admins", Access: []string{spec.Full}, Groups: []string{"Admins"}}}
	}
	tried := map[string]bool{}
	for _, c := range []struct {
		file, doc string
		change    func(*spec.Setup)
	}{
		{"role-s3-import.json", "role-s3-data", with(imports)},
		{"role-s3-batch.json", "role-s3-data", with(batch)},
		{"role-s3-export.json", "role-s3-data", with(exports)},
		{"bucket-import.json", "bucket-data", with(imports)},
		{"bucket-batch.json", "bucket-data", with(batch)},
		{"bucket-export.json", "bucket-data", with(exports)},
		{"role-trust.json", "role-trust", with(imports)},
		{"key-encrypted-bucket.json", "key-k", encrypted},
		{"role-kms-encrypted-bucket.json", "role-kms", encrypted},
		{"key-encrypted-dataset-group.json", "key-k", group},
		{"operator-full-access.json", "operator-admins", operator},
		{"operator-full-access.json", "role-access", with(imports)},
	} {
		tried[c.file] = true
		want, err := os.ReadFile(filepath.Join("testdata", "documented", c.file))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("bucket-name", "acme-data", "<account-id>", "111122223333", "<personalize-role-name>", "PersonalizeRole").Replace(string(want))
		s := base()
		c.change(s)
		m := build(t, s)
		if strings.HasPrefix(c.doc, "key-") { // the key exists, and others may follow the guide there too
			text = strings.Replace(text, `"Allow use of the key"`, `"Allow use of the keyPZgen`+SidSuffix(s.Name)+`"`, 1)
		}
		got := find(t, m, c.doc).Fill(m.DeployedEnv()).JSON()
		if compactJSON(t, got) != compactJSON(t, []byte(text)) {
			t.Errorf("%s:\n%s\nwant\n%s", c.file, got, text)
		}
	}
	files, _ := filepath.Glob("testdata/documented/*.json")
	for _, f := range files {
		if !tried[filepath.Base(f)] {
			t.Errorf("%s is held against nothing", f)
		}
	}
	if len(files) != 11 {
		t.Errorf("%d documents, not 11", len(files))
	}
}

// Several kinds of workflow on one bucket give the union of their actions, in the order Get, List, Put.
func TestDocumentedUnions(t *testing.T) {
	w := map[string]spec.Workflow{
		"import":   {Type: spec.Import, From: at("data", "in/")},
		"export":   {Type: spec.Export, To: at("data", "out/")},
		"metrics":  {Type: spec.MetricAttribution, To: at("data", "metrics/")},
		"deletion": {Type: spec.DataDeletion, From: at("data", "del/")},
		"segment":  {Type: spec.BatchSegment, From: at("data", "a/"), To: at("data", "b/")},
	}
	for kinds, want := range map[string]string{
		"import":          "GetObject ListBucket",
		"deletion":        "GetObject ListBucket",
		"import deletion": "GetObject ListBucket",
		"export":          "PutObject ListBucket",
		"export export":   "PutObject ListBucket",
		"metrics":         "PutObject",
		"export metrics":  "ListBucket PutObject",
		"import export":   "GetObject ListBucket PutObject",
		"import metrics":  "GetObject ListBucket PutObject",
		"segment":         "GetObject ListBucket PutObject",
		"segment export":  "GetObject ListBucket PutObject",
	} {
		s := base()
		for _, k := range strings.Fields(kinds) {
			s.Workflows = append(s.Workflows, w[k])
		}
		m := build(t, s)
		for _, doc := range []string{"bucket-data", "role-s3-data"} {
			d := find(t, m, doc)
			var got []string
			for _, st := range d.Statements {
				for _, a := range st.Action.Values {
					got = append(got, strings.TrimPrefix(a.IAM(), "s3:"))
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s of %s: %v, want %s", doc, kinds, got, want)
			}
		}
	}
}

func find(t testing.TB, m *Setup, name string) policy.Document {
	t.Helper()
	for _, d := range m.Docs() {
		if d.Name == name {
			return d.Document
		}
	}
	t.Fatalf("no document %s; there are %v", name, names(m))
	return policy.Document{}
}

func names(m *Setup) []string {
	var out []string
	for _, d := range m.Docs() {
		out = append(out, d.Name)
	}
	return out
}

// compactJSON takes away white space and nothing else: order stays.
func compactJSON(t testing.TB, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
