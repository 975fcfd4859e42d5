package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// A collector that runs whenever the heap has doubled runs dozens of times while the heap is small, for nothing; and when it is large, as it is with thousands of
// setups, as much garbage as there is to hold is too much.
const (
	unhurried = 32 << 20 // as long as the process takes less than this, nothing is collected
	crowded   = 12 << 20 // when this much is held, garbage is kept to half of it
)

// collectLate makes the collector wait until there is something to collect, and be thrifty when much is held. What the environment asks for goes first.
func collectLate() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(unhurried)
	afterCollection()
}

// afterCollection looks at what is held after the next collection, and, if that is much, ends the waiting: else the collector would run all the time.
func afterCollection() {
	type sentinel struct{ _ [16]byte }
	runtime.AddCleanup(&sentinel{}, func(int) {
		held := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		if metrics.Read(held); held[0].Value.Kind() == metrics.KindUint64 && held[0].Value.Uint64() < crowded {
			afterCollection()
			return
		}
		debug.SetGCPercent(50)
		debug.SetMemoryLimit(math.MaxInt64)
	}, 0)
}
