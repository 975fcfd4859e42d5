package main

import (
	"bufio"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
)

// shownProgress returns what 100 setups show, of which each takes 20 ms.
func shownProgress(l look, quiet bool) string {
	var b strings.Builder
	e := &env{stderr: &b, look: l, quiet: quiet}
	p := e.progress(100, "setup")
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
	slow := &progress{n: 10, done: 1, what: "setup"}
	if got := slow.line(4 * time.Second); got != "1 of 10 setups, 0.2/s, 36s left" {
		t.Error(got)
	}
	open := &progress{done: 1, what: "AWS answer"}
	if got := open.line(4400 * time.Millisecond); got != "1 AWS answer, 4s" {
		t.Error(got)
	}
}

// What nobody knows the number of shows that it goes on also while nothing comes.
func TestWaiting(t *testing.T) {
	for _, shows := range []bool{true, false} {
		read, write := io.Pipe()
		e := &env{stderr: write, look: look{terminal: shows}}
		step, end := e.waiting("answer")
		step()
		shown := make(chan string, 1)
		go func() {
			line, _ := bufio.NewReader(read).ReadString('K')
			shown <- line
			io.Copy(io.Discard, read)
		}()
		want := "^$"
		if shows {
			want = "^\r1 answer, [0-9]+s\x1b\\[K$"
		} else {
			write.Close() // so that reading ends
		}
		if got := <-shown; !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%q, want %q", got, want)
		}
		end()
	}
}
