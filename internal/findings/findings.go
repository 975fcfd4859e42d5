// Package findings prints what a command found, in the forms that people and other programs read: text, JSON, SARIF, GitHub workflow
// commands, JUnit and Markdown.
package findings

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Level tells how bad a finding is. The values are SARIF's.
type Level string

// The levels, the worst first.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Note    Level = "note"
)

// Finding is something that a command found in a file.
type Finding struct {
	Rule    string `json:"rule"` // a stable name for its kind: PZ012, changed
	Level   Level  `json:"level"`
	File    string `json:"file,omitempty"` // with slashes; relative where the user wrote it so
	Line    int    `json:"line,omitempty"` // from 1; 0 for the whole file
	Col     int    `json:"column,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`   // what to do
	Detail  string `json:"detail,omitempty"` // several lines: a diff, the offending line

	Case json.RawMessage `json:"case,omitempty"` // a request that shows it, as pzgen simulate takes it
}

// Report is what one run of a command found.
type Report struct {
	Command  string // "pzgen check"
	Version  string
	Findings []Finding
	Titles   map[string]string // of rules, for forms that describe them; may lack some
}

// Formats are the names that [Report.Write] knows.
func Formats() []string { return []string{"text", "json", "sarif", "github", "junit", "markdown"} }

// Write prints the report. Only text holds nothing at all where there is no finding.
func (r Report) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return r.text(w)
	case "json":
		return r.json(w)
	case "sarif":
		return r.sarif(w)
	case "github":
		return r.github(w)
	case "junit":
		return r.junit(w)
	case "markdown":
		return r.markdown(w)
	}
	return fmt.Errorf("unknown format %q: use %s", format, strings.Join(Formats(), ", "))
}

// Place returns file:line:col, as far as they are known.
func (f Finding) Place() string {
	switch {
	case f.Line == 0:
		return f.File
	case f.Col == 0:
		return fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Col)
}

func (r Report) text(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.Findings {
		b.WriteString(f.Text())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Text returns the finding as a person reads it on a terminal.
func (f Finding) Text() string {
	var b strings.Builder
	if place := f.Place(); place != "" {
		b.WriteString(Plain(place) + ": ")
	}
	if f.Level != Error {
		b.WriteString(string(f.Level) + ": ")
	}
	b.WriteString(Plain(f.Message))
	if f.Rule != "" {
		b.WriteString(" [" + f.Rule + "]")
	}
	b.WriteByte('\n')
	for line := range strings.Lines(f.Detail) {
		b.WriteString("  " + strings.TrimSuffix(Plain(line), "\n") + "\n")
	}
	if f.Hint != "" {
		b.WriteString("  hint: " + Plain(f.Hint) + "\n")
	}
	return b.String()
}

// Plain replaces characters that are [Hidden], other than tabs and line feeds: text from files must
// not move a cursor or change a title, and one name must not look like another.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && Hidden(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// Hidden reports whether a character is not to be seen, turns text around, or ends a line: controls,
// and those that Unicode calls format characters, line and paragraph separators.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

func (r Report) json(w io.Writer) error {
	list := r.Findings
	if list == nil {
		list = []Finding{}
	}
	return WriteJSON(w, struct {
		Findings []Finding `json:"findings"`
	}{list})
}

// github prints workflow commands, which GitHub shows beside the changed lines ("Workflow commands for GitHub Actions", section
// "Setting an error message"; the escapes are those of its own toolkit).
func (r Report) github(w io.Writer) error {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	var b strings.Builder
	for _, f := range r.Findings {
		level := map[Level]string{Error: "error", Warning: "warning", Note: "notice"}[f.Level]
		b.WriteString("::" + level + " title=" + property.Replace(r.Command+" "+f.Rule))
		if f.File != "" {
			b.WriteString(",file=" + property.Replace(f.File))
		}
		if f.Line > 0 {
			fmt.Fprintf(&b, ",line=%d", f.Line)
		}
		if f.Col > 0 {
			fmt.Fprintf(&b, ",col=%d", f.Col)
		}
		b.WriteString("::" + data.Replace(f.long()) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// long returns message, hint and detail.
func (f Finding) long() string {
	s := f.Message
	if f.Hint != "" {
		s += "\n" + f.Hint
	}
	if f.Detail != "" {
		s += "\n" + strings.TrimSuffix(f.Detail, "\n")
	}
	return s
}

// markdown prints a table, for a pull request or a job summary.
func (r Report) markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", r.Command)
	if len(r.Findings) == 0 {
		b.WriteString("No findings.\n")
	} else {
		b.WriteString("| level | rule | place | what | what to do |\n| --- | --- | --- | --- | --- |\n")
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", f.Level, Cell(f.Rule), Cell(f.Place()), Cell(f.Message), Cell(f.Hint))
	}
	for _, f := range r.Findings {
		if f.Detail != "" {
			fence := "```"
			for strings.Contains(f.Detail, fence) {
				fence += "`"
			}
			fmt.Fprintf(&b, "\n%s\n\n%sdiff\n%s\n%s\n", Cell(f.Place()), fence,
				strings.TrimSuffix(Plain(f.Detail), "\n"), fence)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Cell returns s for a table's cell, verbatim: nothing in it is markup.
func Cell(s string) string {
	var b strings.Builder
	for _, r := range Plain(s) {
		switch {
		case r == '\n':
			b.WriteString("<br>")
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '@', r == '#':
			b.WriteString(string(r) + apart)
		case strings.ContainsRune("\\`*_{}[]()+!|~$", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return strings.NewReplacer("://", ":"+apart+"//", "www.", "www"+apart+".").Replace(b.String())
}

// apart is between what GitHub would make a link of, and notify people of, after it has read Markdown:
// a backslash, or an entity, does not keep it from that (github/cmark-gfm, issue 181).
const apart = "<!-- -->"
