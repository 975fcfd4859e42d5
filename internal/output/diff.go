package output

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pmezard/go-difflib/difflib"
)

// Diff returns the unified diff from one content of a file to another, as patch and git read it.
func Diff(name string, from, to []byte) string {
	text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: lines(from), B: lines(to),
		FromFile: inHeader("a/" + name), ToFile: inHeader("b/" + name), Context: 3})
	if err != nil {
		panic(err) // it writes into memory
	}
	return text
}

// inHeader returns a name as git writes it into a diff: in quotes, with octal escapes, where
// something in it ends a line, is acted on by a terminal, or is not seen.
func inHeader(name string) string {
	odd := func(r rune) bool { return r == '"' || r == '\\' || r == utf8.RuneError || !unicode.IsPrint(r) }
	if !strings.ContainsFunc(name, odd) {
		return name
	}
	var b strings.Builder
	for _, c := range []byte(name) {
		if c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			fmt.Fprintf(&b, `\%03o`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return `"` + b.String() + `"`
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
