package main

import (
	"strings"
	"testing"
	"time"
)

// shownProgress returns what 100 setups show, of which each takes 20 ms.
func shownProgress(l look, quiet bool) string {
	var b strings.Builder
	e := &env{stderr: &b, look: l, quiet: quiet}
	p := e.progress(100)
	now := p.start
	p.clock = func() time.Time { return now }
	for range 100 {
		now = now.Add(20 * time.Millisecond)
		p.step()
	}
	p.end()
	return b.String()
}

// On a terminal there is one line, with rate and time left, which is gone at the end; elsewhere there
// is nothing.
func TestProgress(t *testing.T) {
	shown := shownProgress(look{terminal: true}, false)
	lines := strings.Split(shown, "\r")
	if len(lines) < 10 || lines[1] != "26 of 100 setups, 50/s, 1s left\x1b[K" || lines[len(lines)-1] != "\x1b[K" {
		t.Errorf("%q", lines)
	}
	if strings.Contains(shown, "\n") {
		t.Errorf("more than a line: %q", shown)
	}
	if got := shownProgress(look{}, false) + shownProgress(look{terminal: true}, true); got != "" {
		t.Errorf("piped or quiet: %q", got)
	}
	slow := &progress{n: 10, done: 1}
	if got := slow.line(4 * time.Second); got != "1 of 10 setups, 0.2/s, 36s left" {
		t.Error(got)
	}
}
