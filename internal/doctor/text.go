package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
)

// longest is the most characters of a command that is printed for people; longer ones are in JSON.
const longest = 1500

// Text writes the report for people: of each fault the first line says what fails and why, the
// second the smallest change. The last line is the verdict.
func (r Report) Text(w io.Writer) error {
	var b strings.Builder
	line := func(format string, args ...any) {
		b.WriteString(strings.ReplaceAll(findings.Plain(fmt.Sprintf(format, args...)), "\n", " ") + "\n")
	}
	for i, f := range r.Faults {
		then := ""
		if i > 0 {
			then = "then "
		}
		line("%s%s [%s]", then, f.Message, f.Cause.ID)
		line("  fix: %s", f.Fix.Text)
		for _, c := range f.Fix.Commands {
			if len(c) > longest {
				c = "(see --format json)"
			}
			if !strings.Contains(f.Fix.Text, c) {
				line("  run: %s", c)
			}
		}
		if f.At.Path != "" {
			line("  at:  %s", f.At)
		}
		line("  of:  %s", f.calls())
	}
	for _, u := range r.Unknown {
		line("%s", u.text())
	}
	for _, s := range r.Said {
		line("said: %s", s.Meaning)
	}
	for _, a := range r.Advice {
		line("note: %s", a)
	}
	for _, a := range r.Assumed {
		line("assumed: %s", a)
	}
	line("%s", r.Verdict())
	_, err := io.WriteString(w, b.String())
	return err
}

// calls says which calls fail, and the page that asks for the first.
func (f Fault) calls() string {
	if len(f.Calls) == 0 {
		return "nothing"
	}
	c := f.Calls[0]
	s := c.Workflow
	if n := len(f.Calls) - 1; n == 1 {
		s += ", and 1 other call"
	} else if n > 1 {
		s += fmt.Sprintf(", and %d other calls", n)
	}
	if c.Source != "" {
		s += " (" + c.Source + ")"
	}
	return s
}

func (u Unknown) text() string {
	s := "unknown: " + u.What
	switch {
	case u.Why != "" && u.Action != "":
		s += fmt.Sprintf(": %s (%s shows it)", u.Why, u.Action)
	case u.Why != "":
		s += ": " + u.Why
	case u.Action != "":
		s += " (" + u.Action + " shows it)"
	}
	if u.Cause.ID != "" {
		s += " [" + u.Cause.ID + "]"
	}
	return s
}

// Findings returns faults and unknowns as findings, for the formats of other programs.
func (r Report) Findings() []findings.Finding {
	var out []findings.Finding
	for _, f := range r.Faults {
		x := findings.Finding{Rule: f.Cause.ID, Level: findings.Error, File: f.At.Path, Line: f.At.Line,
			Col: f.At.Col, Message: f.Message, Hint: f.Fix.Text, Detail: "of: " + f.calls()}
		if len(f.Calls) > 0 && f.Calls[0].Case != nil {
			x.Case = f.Calls[0].Case
		}
		out = append(out, x)
	}
	for _, u := range r.Unknown {
		rule := u.Cause.ID
		if rule == "" {
			rule = "unknown"
		}
		out = append(out, findings.Finding{Rule: rule, Level: findings.Warning, File: u.At.Path, Line: u.At.Line,
			Col: u.At.Col, Message: u.text()})
	}
	return out
}

// Titles returns the titles of causes by their IDs.
func Titles() map[string]string {
	out := map[string]string{"unknown": "something that a decision depends on was not seen"}
	for _, c := range causes {
		out[c.ID] = c.Title
	}
	return out
}

// JSON writes the report as JSON: verdict, findings (with the remediation of each, in which commands
// only add and may be run twice, and review is what touches what is somebody else's), what is
// unknown, advice and what is assumed.
func (r Report) JSON(w io.Writer) error {
	type remediation struct {
		Text     string   `json:"text"`
		Commands []string `json:"commands"`
		Review   []string `json:"review"`
	}
	type call struct {
		Workflow  string          `json:"workflow"`
		Principal string          `json:"principal"`
		Action    string          `json:"action"`
		Resource  string          `json:"resource"`
		Source    string          `json:"source,omitempty"`
		Case      json.RawMessage `json:"case,omitempty"`
	}
	type finding struct {
		findings.Finding
		Title       string      `json:"title"`
		Calls       []call      `json:"calls"`
		Remediation remediation `json:"remediation"`
	}
	type unknown struct {
		Rule       string `json:"rule,omitempty"`
		What       string `json:"what"`
		Permission string `json:"permission,omitempty"`
		Why        string `json:"why,omitempty"`
		File       string `json:"file,omitempty"`
	}
	out := struct {
		Works    bool      `json:"works"`
		Verdict  string    `json:"verdict"`
		Findings []finding `json:"findings"`
		Unknown  []unknown `json:"unknown"`
		Said     []string  `json:"said"`
		Advice   []string  `json:"advice"`
		Assumed  []string  `json:"assumed"`
	}{r.Works(), r.Verdict(), []finding{}, []unknown{}, []string{}, some(r.Advice), some(r.Assumed)}
	list := r.Findings()
	for i, f := range r.Faults {
		x := finding{Finding: list[i], Title: f.Cause.Title, Calls: []call{},
			Remediation: remediation{f.Fix.Text, some(f.Fix.Commands), some(f.Fix.Review)}}
		x.Case = nil
		for _, c := range f.Calls {
			x.Calls = append(x.Calls, call{c.Workflow, c.Request.Principal, c.Request.Action, c.Request.Resource,
				c.Source, c.Case})
		}
		out.Findings = append(out.Findings, x)
	}
	for _, u := range r.Unknown {
		out.Unknown = append(out.Unknown, unknown{u.Cause.ID, u.What, u.Action, u.Why, u.At.Path})
	}
	for _, s := range r.Said {
		out.Said = append(out.Said, s.Meaning)
	}
	return findings.WriteJSON(w, out)
}

func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
