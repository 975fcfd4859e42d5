package lint

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/cloudformation"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/policy"
)

// No document makes a check panic, whatever it is said to be; what is shown is decided as it
// says, and what --fix does allows nothing more.
func FuzzFind(f *testing.F) {
	for _, c := range Checks() {
		f.Add(c.Before.Text)
		f.Add(c.After.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		if doc, err := policy.DecodeJSON([]byte(text)); err == nil {
			for _, kind := range append(Kinds(), "") {
				for _, found := range Find(stateOf(doc), Kind(kind)) {
					shows(t, found)
				}
			}
			grammar := deployed.LooksLike("p.json", doc)
			if fixed, done := Fix(doc, "", "p.json"); len(done) > 0 && !noBroader(grammar, doc, fixed) {
				t.Errorf("%q allows more: %s", done, fixed.JSON())
			}
			return
		}
		if !strings.Contains(text, "Resources") {
			return
		}
		parse, err := cloudformation.ParseAny("t.yaml", []byte(text), nil)
		if err != nil {
			return
		}
		if state, err := parse(deployed.Values{Account: "123456789012", Region: "us-east-1", Partition: "aws"}); err == nil {
			for _, found := range Find(state, "") {
				shows(t, found)
			}
		}
	})
}

func BenchmarkOutput(b *testing.B) {
	for b.Loop() {
		in, err := snapshot.Open(b.Context(), "../../out", snapshot.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Inputs(b.Context(), in, ""); err != nil {
			b.Fatal(err)
		}
	}
}

// A policy of 6 kB, as large as a managed one may be.
func BenchmarkLarge(b *testing.B) {
	var list []string
	for i := range 24 {
		list = append(list, strings.ReplaceAll(`{"Sid": "SN", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"],
 "Resource": ["arn:aws:s3:::acme-data-N", "arn:aws:s3:::acme-data-N/*"], "Condition": {"StringEquals": {"aws:PrincipalTag/team": "teamN"}}}`,
			"N", string(rune('a'+i))))
	}
	doc, err := policy.DecodeJSON([]byte(statements("", strings.Join(list, ",\n"))))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(doc.Compact())), "bytes")
	for b.Loop() {
		Find(stateOf(doc), OnIdentity)
	}
}
