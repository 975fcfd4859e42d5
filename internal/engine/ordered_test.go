package engine

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

func TestOrderedKeepsOrderAndBounds(t *testing.T) {
	const n, workers = 500, 4
	var begun, taken atomic.Int64
	var got []int
	err := ordered(t.Context(), n, workers, func(i int) int {
		if ahead := begun.Add(1) - taken.Load(); ahead > 6*workers+1 {
			t.Errorf("%d results wait", ahead)
		}
		if i%7 == 0 {
			time.Sleep(time.Millisecond)
		}
		return i * i
	}, func(i, square int) error {
		taken.Add(1)
		if square != i*i {
			t.Errorf("result of %d is %d", i, square)
		}
		got = append(got, i)
		return nil
	})
	if err != nil || len(got) != n || !slices.IsSorted(got) {
		t.Errorf("%v: %v", err, got)
	}
}

func TestOrderedEndsAtTheFirstError(t *testing.T) {
	bad := errors.New("bad")
	var begun atomic.Int64
	err := ordered(t.Context(), 1e6, 3, func(i int) int { begun.Add(1); return i },
		func(i, _ int) error {
			if i == 10 {
				return bad
			}
			return nil
		})
	if err != bad || begun.Load() > 100 {
		t.Errorf("%v after %d", err, begun.Load())
	}
}

func TestOrderedEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := ordered(ctx, 1e6, 3, func(i int) int { return i }, func(i, _ int) error {
		if i == 10 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	err = ordered(t.Context(), 0, 1, func(int) int { return 0 },
		func(int, int) error { return errors.New("called") })
	if err != nil {
		t.Error(err)
	}
}
