package snapshot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// Every one is called once, the error is the first in their order, and none is called after the end.
func TestEach(t *testing.T) {
	var called [100]atomic.Int32
	err := Each(t.Context(), len(called), func(i int) error {
		called[i].Add(1)
		if i%40 == 39 {
			return fmt.Errorf("no %d", i)
		}
		return nil
	})
	if err == nil || err.Error() != "no 39" {
		t.Error(err)
	}
	for i := range called {
		if n := called[i].Load(); n != 1 {
			t.Errorf("%d is called %d times", i, n)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := Each(ctx, 3, func(int) error { t.Error("called"); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A context that is watched tells of each call, also of one that fails.
func TestWatched(t *testing.T) {
	var mu sync.Mutex
	steps, total := 0, 0
	ctx := Watched(t.Context(), func(n int) {
		mu.Lock()
		defer mu.Unlock()
		steps, total = steps+1, n
	})
	err := Each(ctx, 7, func(i int) error {
		if i == 3 {
			return errors.New("fails")
		}
		return nil
	})
	if err == nil || steps != 7 || total != 7 {
		t.Errorf("%d steps of %d, %v", steps, total, err)
	}
}
