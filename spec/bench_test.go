package spec

import (
	"bytes"
	"fmt"
	"testing"
)

// specOf makes a spec of n setups, each with a key, two buckets, three workflows and an operator.
func specOf(n int) []byte {
	var b bytes.Buffer
	b.WriteString("version: 1\nsetups:\n")
	for i := 1; i <= n; i++ {
		a := 111122220000 + i%9973
		fmt.Fprintf(&b, `  pz-%05d:
    account: "%012d"
    region: eu-west-1
    role: {name: PersonalizeServiceRole-%05d}
    keys:
      k: {arn: "arn:aws:kms:eu-west-1:%012d:key/5c0ffee5-0000-4000-8000-%012x"}
    buckets:
      data: {name: acme-personalize-data-%05d, key: k}
      output: {name: acme-personalize-output-%05d, key: k}
    workflows:
      - {type: import, from: data/import/}
      - {type: export, to: output/export/}
      - {type: batch-inference, from: data/batch/in/, to: output/batch/out/}
    operators:
      op: {access: operate, roles: [PersonalizeOperator-%05d]}
`, i, a, i, a, i, i, i, i)
	}
	return b.Bytes()
}

// BenchmarkParse tells the time and memory that one setup takes, in a file of many.
func BenchmarkParse(b *testing.B) {
	for _, n := range []int{1, 100, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data := specOf(n)
			b.ReportAllocs()
			for b.Loop() {
				if s, ds := Parse("f", data, nil); s == nil {
					b.Fatal(ds)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/setup")
		})
	}
}
