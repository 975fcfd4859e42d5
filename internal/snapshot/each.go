package snapshot

import (
	"context"
	"runtime"
	"sync"
)

// Each calls f for 0 to n-1, several at once, and waits. The error is that of the first of them, in
// their order, that has one. After ctx has ended no more are called.
func Each(ctx context.Context, n int, f func(i int) error) error {
	errs := make([]error, n)
	var group sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				errs[i] = f(i)
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
