package proof

import "testing"

// BenchmarkDecide makes and decides all calls of a setup, and takes every statement apart: all of
// a proof but reading the targets.
func BenchmarkDecide(b *testing.B) {
	for _, name := range []string{"encrypted.yaml", "full.yaml", "minimal.yaml"} {
		m := buildAll(b, exampleSetups(b, name))[0]
		b.Run(m.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := Prove(m, nil, Input{}); !r.OK() {
					b.Fatal(r.Findings)
				}
			}
		})
	}
}
