// Package docs has the pages of the documentation that commands show, so that a text is in one
// place.
package docs

import (
	_ "embed"
	"strings"
)

//go:embed proof.md
var proof string

// NotProved returns the limits of the proof, as docs/proof.md lists them: one text in Markdown
// for each, on one line.
func NotProved() []string { return listOf(proof, "## What is not proved") }

// listOf returns the items of the list below a heading of a page.
func listOf(page, heading string) []string {
	_, rest, _ := strings.Cut(page, "\n"+heading+"\n")
	rest, _, _ = strings.Cut(rest, "\n## ")
	var items []string
	for line := range strings.Lines(rest) {
		text := strings.TrimSpace(line)
		if item, ok := strings.CutPrefix(text, "- "); ok && !strings.HasPrefix(line, " ") {
			items = append(items, item)
		} else if n := len(items); n > 0 && text != "" {
			items[n-1] += " " + text
		}
	}
	return items
}
