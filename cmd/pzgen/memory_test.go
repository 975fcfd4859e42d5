package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// percent returns how much garbage there may be, and limit returns the memory that may be taken; both
// stay as they are.
func percent() int {
	p := debug.SetGCPercent(-1)
	debug.SetGCPercent(p)
	return p
}

func limit() int64 { return debug.SetMemoryLimit(-1) }

// The collector waits while little is held, and stops waiting when much is.
func TestCollectLate(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	before, most := percent(), limit()
	defer func() {
		debug.SetGCPercent(before)
		debug.SetMemoryLimit(most)
	}()
	collectLate()
	for range 3 { // little is held: it goes on waiting
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if percent() != -1 || limit() != unhurried {
		t.Fatalf("at once: %d percent, at most %d bytes", percent(), limit())
	}
	held := make([]byte, 2*crowded)
	for n := 0; limit() == unhurried && n < 10_000; n++ { // limit changes last, and reading it changes nothing
		runtime.GC()
		time.Sleep(time.Millisecond) // for the goroutine that runs cleanups
	}
	if percent() != 50 || limit() != math.MaxInt64 {
		t.Errorf("with much held: %d percent, at most %d bytes", percent(), limit())
	}
	runtime.KeepAlive(held)
}

// What the environment asks for is left alone.
func TestCollectAsAsked(t *testing.T) {
	before := percent()
	t.Setenv("GOGC", "77")
	if collectLate(); percent() != before {
		t.Errorf("%d percent, not %d", percent(), before)
		debug.SetGCPercent(before)
	}
}
