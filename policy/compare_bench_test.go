package policy

import (
	"testing"
)

// A pair of the largest policies of the examples, with one statement less, an action more and a
// resource changed.
func BenchmarkCompare(b *testing.B) {
	for _, name := range []string{"encrypted/policies/operator-pipeline.json", "retail/policies/operator-analysts.json", "pipeline/policies/bucket-output.json"} {
		d := example(b, name)
		e := edited(d)
		p, q := Policies{Identity: []Document{d}}, Policies{Identity: []Document{e}}
		if d.Statements[0].Principal != nil {
			p, q = Policies{Resource: &d}, Policies{Resource: &e}
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c, err := Compare(p, q, Setting{})
				if err != nil || c.Relation == Same || c.Undecided != nil {
					b.Fatal(c, err)
				}
			}
			b.ReportMetric(float64(len(d.Compact())), "bytes")
		})
	}
}

// The patterns of TestCompareCost.
func BenchmarkCompareHostile(b *testing.B) {
	for name, pair := range hostilePairs(b) {
		before, after := Policies{Identity: []Document{doc(b, pair[0])}}, Policies{Identity: []Document{doc(b, pair[1])}}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compare(before, after, Setting{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
