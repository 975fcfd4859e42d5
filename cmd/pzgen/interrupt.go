package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pzgen/pzgen/internal/engine"
)

// grace is how long a command may go on after a signal until it looks at its context. Then the
// process ends all the same: files are moved into place whole, so none is ever half written.
const grace = 700 * time.Millisecond

// interruption is the signal that asked this run to end.
type interruption struct{ signal atomic.Pointer[os.Signal] }

// untilSignal returns a context that ends with the first Ctrl-C or SIGTERM. Later ones change
// nothing.
func untilSignal(i *interruption) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			i.signal.Store(&s)
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel()
	}
}

// failure returns what a run that a signal ended comes to, or nil when none did. The exit code is
// that of shells: 128 and the number of the signal. Err is what the command says of it, or nil.
func (i *interruption) failure(err error) *failure {
	if i == nil { // an env without a run, in tests
		return nil
	}
	s := i.signal.Load()
	if s == nil {
		return nil
	}
	code := exitMachine
	if n, ok := (*s).(syscall.Signal); ok {
		code = 128 + int(n)
	}
	hint := "every file is as it was or as it is to be; run it again"
	if errors.Is(err, engine.ErrInterrupted) {
		hint = "nothing was written"
	}
	return &failure{code, errors.New("interrupted"), hint}
}
