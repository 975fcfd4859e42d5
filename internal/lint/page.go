package lint

import (
	"fmt"
	"strings"
)

// Page returns the page that describes all checks, in Markdown.
func Page() string {
	var b strings.Builder
	b.WriteString("# What `pzgen lint` looks for\n\nMade from the records in [internal/lint](../internal/lint); `pzgen explain PZ150` " +
		"prints one of them. [lint.md](lint.md) says how to run it.\n\n| check | level | what |\n| --- | --- | --- |\n")
	all := Checks()
	for _, c := range all {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", c.ID, strings.ToLower(c.ID), c.Level, c.Title)
	}
	for _, c := range all {
		fmt.Fprintf(&b, "\n## %s\n\n%s", c.ID, c.Text())
	}
	return b.String()
}

// longest is the most characters of an example that are shown.
const longest = 2000

// Text returns the record in Markdown, without its ID.
func (c Check) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s.\n\n%s\n\nLevel: %s. ", strings.ToUpper(c.Title[:1]), c.Title[1:], c.Why,
		c.Level)
	if c.Always {
		b.WriteString("It cannot be ignored. ")
	}
	fmt.Fprintf(&b, "Source: %s (looked up on %s).\n", c.Source, c.Date)
	for _, e := range []struct {
		word string
		Example
	}{{"Before", c.Before}, {"After", c.After}} {
		language := "json"
		if e.On == OnTemplate {
			language = "yaml"
		}
		text := strings.TrimSpace(e.Text)
		if len(text) > longest {
			text = text[:longest] + " …"
		}
		fmt.Fprintf(&b, "\n%s, %s:\n\n```%s\n%s\n```\n", e.word, e.On.words(), language, text)
	}
	return b.String()
}

// words returns what a document of the kind is attached to, for people.
func (k Kind) words() string {
	return map[Kind]string{OnIdentity: "the policy of a role, user or group",
		OnTrust:  "the trust policy of a role",
		OnBucket: "the policy of a bucket", OnKey: "the policy of a key",
		OnBoundary: "a permissions boundary",
		OnSCP:      "a service control policy", OnRCP: "a resource control policy",
		OnTemplate: "in a template"}[k]
}
