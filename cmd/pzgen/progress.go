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
	n     int
	clock func() time.Time

	mu          sync.Mutex
	done        int
	start, last time.Time
	shown       bool
}

func (e *env) progress(n int) *progress {
	return &progress{e: e, n: n, clock: time.Now, start: time.Now()}
}

// watched returns a context in which comparing and reading many setups shows its progress, and what
// wipes the line when all is done.
func (e *env) watched(ctx context.Context) (context.Context, func()) {
	var bar *progress
	var mu sync.Mutex
	step := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		if bar == nil || bar.n != n {
			bar = e.progress(n)
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

// step counts one setup.
func (p *progress) step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if !p.e.look.terminal || p.e.quiet {
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
	rate := float64(p.done) / took.Seconds()
	speed := fmt.Sprintf("%.0f/s", rate)
	if rate < 10 {
		speed = fmt.Sprintf("%.1f/s", rate)
	}
	left := time.Duration(float64(p.n-p.done) / rate * float64(time.Second))
	return fmt.Sprintf("%d of %d setups, %s, %s left", p.done, p.n, speed, left.Round(time.Second))
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
