package lint

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/policy"
)

// faults are what is really wrong in documents that the guide prints, with the reason.
var faults = map[string]string{
	"role-s3-import.json PZ102":              "the guide has Id in policies of the role",
	"role-s3-batch.json PZ102":               "the same",
	"role-s3-export.json PZ102":              "the same",
	"role-trust.json PZ156":                  "the edition of 2020; that of 2025 has both conditions",
	"key-encrypted-bucket.json PZ160":        "one statement, which is no whole policy",
	"key-encrypted-dataset-group.json PZ160": "the same",
	"operator-full-access.json PZ155":        "the edition of 2022; that of 2025 names the role",
}

// The documents that the guide prints are read as what they are, and nothing is found but what is
// wrong in them.
func TestDocumented(t *testing.T) {
	files, err := filepath.Glob("../model/testdata/documented/*.json")
	if err != nil || len(files) != 11 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	found := map[string]bool{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := policy.DecodeJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(name)
		kind := map[string]Kind{"role-trust.json": OnTrust, "key": OnKey, "bucket": OnBucket}
		on, ok := kind[base]
		if prefix, _, _ := strings.Cut(base, "-"); !ok {
			if on, ok = kind[prefix]; !ok {
				on = OnIdentity
			}
		}
		for _, f := range Find(stateOf(doc), on) {
			shows(t, f)
			if f.Level == findings.Note {
				continue
			}
			key := base + " " + f.Rule
			if found[key] = true; faults[key] == "" {
				t.Errorf("%s: %s", base, f.Text())
			}
		}
	}
	for key := range faults {
		if !found[key] {
			t.Errorf("%s is not found", key)
		}
	}
}

// ours are what is found in out/ at the level of a warning, and why it is there: the examples
// that keep to what the guide prints, or to what somebody else has.
var ours = map[string]string{
	"deputy-none PZ156":        "confusedDeputy: none",
	"documented-batch PZ102":   "profile documented",
	"documented-batch PZ155":   "the same",
	"documented-batch PZ156":   "the same",
	"documented-export PZ102":  "the same",
	"documented-export PZ155":  "the same",
	"documented-export PZ156":  "the same",
	"documented-import PZ102":  "the same",
	"documented-import PZ155":  "the same",
	"documented-import PZ156":  "the same",
	"documented-metrics PZ102": "the same",
	"documented-metrics PZ155": "the same",
	"documented-metrics PZ156": "the same",
	"encrypted PZ164":          "rotation: false",
	"delivery PZ131":           "a key that is just created has no alias yet, and the deployer has to finish it",
}

// What pzgen generates has no finding but for what an example asks for.
func TestOutput(t *testing.T) {
	in, err := snapshot.Open(t.Context(), "../../out", snapshot.Options{})
	if err != nil {
		t.Fatal(err)
	}
	setups, err := Inputs(t.Context(), in, "")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	notes := map[string]int{}
	for _, s := range setups {
		for _, f := range s.Findings {
			shows(t, f)
			if f.Level == findings.Note {
				notes[f.Rule]++
				continue
			}
			key := s.Name + " " + f.Rule
			if seen[key] = true; ours[key] == "" {
				t.Errorf("%s: %s", s.Name, f.Text())
			}
		}
	}
	for key := range ours {
		if !seen[key] {
			t.Errorf("%s is not found", key)
		}
	}
	t.Log(fmt.Sprint(notes))
}
