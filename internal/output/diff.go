package output

import (
	"strings"

	"github.com/pmezard/go-difflib/difflib"
)

// Diff returns the unified diff from one content of a file to another, as patch and git read it.
func Diff(name string, from, to []byte) string {
	text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: lines(from), B: lines(to),
		FromFile: "a/" + name, ToFile: "b/" + name, Context: 3})
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
