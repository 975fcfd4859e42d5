package engine

import (
	"fmt"
	"testing"
)

// Each setup belongs to one shard of each number, and shards are about equally large. The first
// are written down: they must never change.
func TestShards(t *testing.T) {
	for n := uint64(1); n <= 16; n++ {
		sizes := make([]int, n)
		for k := range 4000 {
			found := 0
			for i := range n {
				if (Shard{i + 1, n}).has(fmt.Sprintf("setup-%d", k)) {
					sizes[i]++
					found++
				}
			}
			if found != 1 {
				t.Fatalf("setup-%d is in %d of %d shards", k, found, n)
			}
		}
		for i, size := range sizes {
			if mean := 4000 / int(n); size < mean*3/4 || size > mean*5/4 {
				t.Errorf("shard %d of %d has %d of 4000 setups", i+1, n, size)
			}
		}
	}
	for name, want := range map[string]uint64{"retail": 3, "video": 4, "pz-00001": 4} {
		for i := range uint64(4) {
			if (Shard{i + 1, 4}).has(name) != (i+1 == want) {
				t.Errorf("%s: shard %d of 4 says otherwise than that %d has it", name, i+1, want)
			}
		}
	}
}
