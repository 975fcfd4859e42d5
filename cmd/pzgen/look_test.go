package main

import (
	"bytes"
	"testing"
)

// A terminal has colours unless NO_COLOR is set; whatever is no terminal has none.
func TestLook(t *testing.T) {
	if got := lookOf(&bytes.Buffer{}, func(string) string { return "" }); got != (look{}) {
		t.Errorf("a buffer looks like %+v", got)
	}
	if got := (look{terminal: true}).red("x"); got != "x" {
		t.Errorf("without colour: %q", got)
	}
	if got := (look{terminal: true, colour: true}).red("x"); got != "\x1b[31;1mx\x1b[0m" {
		t.Errorf("with colour: %q", got)
	}
}

func TestReleaseOf(t *testing.T) {
	for v, want := range map[string]string{
		"v1.2.3":                               "v1.2.3",
		"v1.2.3-rc.1":                          "v1.2.3-rc.1",
		"(devel)":                              "devel",
		"":                                     "devel",
		"v1.2.3+dirty":                         "devel",
		"v0.0.0-20261122160000-76f0c45aaaaa":   "devel",
		"v1.2.4-0.20261122160000-76f0c45aaaaa": "devel",
		"v1.2.3-rc.1.0.20261122160000-76f0c45aaaa": "devel",
	} {
		if got := releaseOf(v); got != want {
			t.Errorf("%q is %q, want %q", v, got, want)
		}
	}
}
