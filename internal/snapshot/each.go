package snapshot

import (
	"context"
	"runtime"
	"sync"
)

type watcher struct{}

// Watched returns a context in which [Each] tells step, after each of n calls, that one more is done.
// It is called from several goroutines.
func Watched(ctx context.Context, step func(n int)) context.Context {
	return context.WithValue(ctx, watcher{}, step)
}

// Each calls f for 0 to n-1, several at once, and waits. The error is that of the first of them, in
// their order, that has one. After ctx has ended no more are called.
func Each(ctx context.Context, n int, f func(i int) error) error {
	errs := make([]error, n)
	step, watched := ctx.Value(watcher{}).(func(int))
	var group sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				errs[i] = f(i)
			}
			if watched {
				step(n)
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
