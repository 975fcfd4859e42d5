package main

import (
	"fmt"
	"time"
)

// progress shows how many setups are done, on a terminal and only when it takes a while.
type progress struct {
	e           *env
	n, done     int
	start, last time.Time
	shown       bool
}

func (e *env) progress(n int) *progress {
	return &progress{e: e, n: n, start: time.Now()}
}

func (p *progress) step() {
	p.done++
	if !p.e.look.terminal || p.e.quiet {
		return
	}
	if now := time.Now(); now.Sub(p.start) > 500*time.Millisecond && now.Sub(p.last) > 100*time.Millisecond {
		fmt.Fprintf(p.e.stderr, "\r%d of %d setups", p.done, p.n)
		p.last, p.shown = now, true
	}
}

// end wipes the line.
func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.e.stderr, "\r\x1b[K")
	}
}
