package doctor

import (
	"fmt"
	"strings"
)

// Page returns the page that describes all causes, in Markdown.
func Page() string {
	var b strings.Builder
	b.WriteString("# What `pzgen doctor` finds\n\nMade from the records in [internal/doctor](../internal/doctor); " +
		"`pzgen explain PZ201` prints one of them. [doctor.md](doctor.md) says how to run it.\n\n" +
		"| cause | what |\n| --- | --- |\n")
	for _, c := range Causes() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", c.ID, strings.ToLower(c.ID), c.Title)
	}
	for _, c := range Causes() {
		fmt.Fprintf(&b, "\n## %s\n\n%s", c.ID, c.Text())
	}
	return b.String()
}

// Text returns the record in Markdown, without its ID.
func (c Cause) Text() string {
	source := c.Source
	if source == "" {
		source = "an inference from how policies are decided"
	}
	return fmt.Sprintf("%s%s. %s\n\nSource: %s.\n", strings.ToUpper(c.Title[:1]), c.Title[1:], c.Why, source)
}
