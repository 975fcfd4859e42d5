package policy

import (
	"testing"
)

// Pairs of the largest policies of the examples: with one statement less, an action more and a
// resource changed, and two that have little in common.
func BenchmarkCompare(b *testing.B) {
	const one, other = "encrypted/policies/operator-pipeline.json", "retail/policies/operator-analysts.json"
	bucket := example(b, "pipeline/policies/bucket-output.json")
	for name, pair := range map[string][2]Document{
		"edited":   {example(b, one), edited(example(b, one))},
		"others":   {example(b, one), example(b, other)},
		"the same": {example(b, one), example(b, one)},
		"bucket":   {bucket, edited(bucket)},
	} {
		p, q := alone(pair[0]), alone(pair[1])
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c, err := Compare(p, q, Setting{})
				if err != nil || (c.Relation == Same) != (name == "the same") || c.Undecided != nil {
					b.Fatal(c, err)
				}
			}
			b.ReportMetric(float64(len(pair[0].Compact())), "bytes")
		})
	}
}

// The patterns of TestCompareCost.
func BenchmarkCompareHostile(b *testing.B) {
	for name, pair := range hostilePairs(b) {
		before, after := alone(doc(b, pair[0])), alone(doc(b, pair[1]))
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
