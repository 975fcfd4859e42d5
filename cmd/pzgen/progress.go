package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pzgen/pzgen/internal/snapshot"
)

// progress shows how much is done, how fast it goes and how long it will take, in one line, on a
// terminal and only when it takes a while.
type progress struct {
	e     *env
	n     int    // 0 where nobody knows how many there will be
	what  string // what is counted, in the singular
	clock func() time.Time

	mu          sync.Mutex
	done        int
	start, last time.Time
	shown       bool
}

func (e *env) progress(n int, what string) *progress {
	return &progress{e: e, n: n, what: what, clock: time.Now, start: time.Now()}
}

// waiting shows how many of something came, also while none comes: step counts one, and end wipes
// the line.
func (e *env) waiting(what string) (step, end func()) {
	bar := e.progress(0, what)
	if !bar.shows() {
		return bar.step, bar.end
	}
	ticker, done := time.NewTicker(moment), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for {
			select {
			case <-ticker.C:
				bar.count(0)
			case <-done:
				return
			}
		}
	})
	return bar.step, func() {
		ticker.Stop()
		close(done)
		group.Wait()
		bar.end()
	}
}

// watched returns a context in which comparing and reading many of what is counted shows its
// progress, and what wipes the line when all is done.
func (e *env) watched(ctx context.Context, what string) (context.Context, func()) {
	var bar *progress
	var mu sync.Mutex
	step := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		if bar == nil || bar.n != n {
			bar = e.progress(n, what)
		}
		bar.step()
	}
	return snapshot.Watched(ctx, step), func() {
		mu.Lock()
		defer mu.Unlock()
		if bar != nil {
			bar.end()
		}
	}
}

// The line comes when work takes longer than patience, and changes every moment.
const (
	patience = 500 * time.Millisecond
	moment   = 100 * time.Millisecond
)

// shows reports whether there is a line at all.
func (p *progress) shows() bool { return p.e.look.terminal && !p.e.quiet }

// step counts one.
func (p *progress) step() { p.count(1) }

// count adds n, and shows the line when it is time to.
func (p *progress) count(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if !p.shows() {
		return
	}
	now := p.clock()
	if took := now.Sub(p.start); took > patience && now.Sub(p.last) >= moment {
		fmt.Fprintf(p.e.stderr, "\r%s\x1b[K", p.line(took))
		p.last, p.shown = now, true
	}
}

// line says how far it is after a while.
func (p *progress) line(took time.Duration) string {
	if p.n == 0 {
		return fmt.Sprintf("%s, %s", plural(p.done, p.what), took.Truncate(time.Second))
	}
	rate := float64(p.done) / took.Seconds()
	speed := fmt.Sprintf("%.0f/s", rate)
	if rate < 10 {
		speed = fmt.Sprintf("%.1f/s", rate)
	}
	left := time.Duration(float64(p.n-p.done) / rate * float64(time.Second))
	return fmt.Sprintf("%d of %s, %s, %s left", p.done, plural(p.n, p.what), speed,
		left.Round(time.Second))
}

// end wipes the line.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.e.stderr, "\r\x1b[K")
		p.shown = false
	}
}
