package output

import (
	"strings"
	"testing"
)

// A name in the header of a diff stays on its line, and nothing in it is acted on by a terminal.
func TestDiffNames(t *testing.T) {
	for name, want := range map[string]string{
		"a b/é.yaml":             "--- a/a b/é.yaml\n+++ b/a b/é.yaml\n@@",
		"a\n+++ b/x\x1b[31m":     `--- "a/a\012+++ b/x\033[31m"` + "\n" + `+++ "b/a\012+++ b/x\033[31m"` + "\n@@",
		`q"\`:                    `--- "a/q\042\134"` + "\n",
		"turned\u202eround\xff!": `--- "a/turned\342\200\256round\377!"` + "\n",
	} {
		if got := Diff(name, []byte("a\n"), []byte("b\n")); !strings.HasPrefix(got, want) {
			t.Errorf("%q:\n%s\nwant\n%s", name, got, want)
		}
	}
}
