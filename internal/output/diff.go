package output

import (
	"strings"

	"github.com/pmezard/go-difflib/difflib"
)

// Diff gives the unified diff from one content of a file to another, as patch and git read it.
// With created or removed, one side is no file at all.
func Diff(name string, from, to []byte, created, removed bool) string {
	a, b := "a/"+name, "b/"+name
	if created {
		a = "/dev/null"
	}
	if removed {
		b = "/dev/null"
	}
	text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: lines(from), B: lines(to),
		FromFile: a, ToFile: b, Context: 3})
	if err != nil {
		panic(err) // it writes into memory
	}
	return text
}

// lines splits text after each line feed, and marks a last line without one in the way of diff.
func lines(data []byte) []string {
	if len(data) == 0 {
		return nil
	}
	out := strings.SplitAfter(string(data), "\n")
	if last := len(out) - 1; out[last] == "" {
		out = out[:last]
	} else {
		out[last] += "\n\\ No newline at end of file\n"
	}
	return out
}
