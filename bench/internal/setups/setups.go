// Package setups makes the spec that the benchmarks use.
package setups

import (
	"bufio"
	"fmt"
	"io"
)

// Write writes a spec of n setups: two buckets, an existing key, a role, an operator and one to three workflows each, so that there are three shapes.
func Write(out io.Writer, n int) error {
	regions := []string{"us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2", "ca-central-1"}
	w := bufio.NewWriter(out)
	fmt.Fprint(w, "version: 1\nsetups:\n")
	for i := range n {
		region, account := regions[i%len(regions)], 444455550000+i%9973
		fmt.Fprintf(w, "  shop-%06d:\n    account: \"%012d\"\n    region: %s\n    role: {name: PersonalizeShop-%06d}\n", i, account, region, i)
		fmt.Fprintf(w, "    keys:\n      main: {arn: \"arn:aws:kms:%s:%012d:key/0b5e55ed-0000-4000-8000-%012x\"}\n", region, account, i)
		fmt.Fprintf(w, "    buckets:\n      data: {name: example-shop-data-%06d, key: main}\n      results: {name: example-shop-results-%06d, key: main}\n", i, i)
		fmt.Fprint(w, "    workflows:\n      - {type: import, from: data/import/}\n")
		if i%3 > 0 {
			fmt.Fprint(w, "      - {type: batch-inference, from: data/batch/in/, to: results/batch/out/}\n")
		}
		if i%3 > 1 {
			fmt.Fprint(w, "      - {type: export, to: results/export/}\n")
		}
		fmt.Fprintf(w, "    operators:\n      team: {access: operate, roles: [ShopTeam-%06d]}\n", i)
	}
	return w.Flush()
}
