package engine

import (
	"context"
	"sync"
)

// ordered calls work for 0 to n-1 on several goroutines and take for each result, in order, one at
// a time. No more than a few results wait for their turn, so that memory does not grow with n. It
// ends at the first error of take, or when ctx ends.
func ordered[T any](ctx context.Context, n, workers int, work func(int) T,
	take func(int, T) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type slot struct {
		i    int
		done chan T
	}
	queue := make(chan slot, 4*workers) // in order, for take
	todo := make(chan slot)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	group.Go(func() {
		defer close(todo)
		defer close(queue)
		for i := range n {
			s := slot{i, make(chan T, 1)}
			select {
			case queue <- s:
			case <-ctx.Done():
				return
			}
			select {
			case todo <- s:
			case <-ctx.Done():
				return
			}
		}
	})
	for range workers {
		group.Go(func() {
			for s := range todo {
				s.done <- work(s.i)
			}
		})
	}
	for s := range queue {
		select {
		case v := <-s.done:
			if err := take(s.i, v); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}
