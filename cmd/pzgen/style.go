package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// look is how talk looks: coloured on a terminal, plain everywhere else.
type look struct {
	terminal bool
	colour   bool
}

// lookOf decides by what w is and by NO_COLOR (no-color.org: any value that is not empty) and TERM.
func lookOf(w io.Writer, getenv func(string) string) look {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || getenv("TERM") == "dumb" {
		return look{}
	}
	return look{terminal: true, colour: getenv("NO_COLOR") == ""}
}

func (l look) paint(code, s string) string {
	if !l.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (l look) red(s string) string    { return l.paint("31;1", s) }
func (l look) yellow(s string) string { return l.paint("33", s) }
func (l look) dim(s string) string    { return l.paint("2", s) }

// isTerminal reports whether somebody can answer there.
func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
