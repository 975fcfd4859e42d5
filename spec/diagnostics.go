package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity tells an error, for which nothing is written, from a warning: something that works and surprises.
type Severity string

// The two severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one finding about a spec. Lines and columns count from 1, columns in characters.
type Diagnostic struct {
	Code     string   `json:"code"` // stable: PZ001 to PZ099, see [Checks]
	Severity Severity `json:"severity"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Col      int      `json:"column"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`   // what to do
	Source   string   `json:"source,omitempty"` // the offending line, without what a terminal would act on; a part of it when it is long
	Caret    int      `json:"-"`                // the column within Source
}

// Diagnostics are findings in the order of their places.
type Diagnostics []Diagnostic

// HasErrors reports whether one of the findings is an error.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Count returns the number of findings of a severity.
func (ds Diagnostics) Count(s Severity) int {
	n := 0
	for _, d := range ds {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// Strict returns a copy in which every warning is an error.
func (ds Diagnostics) Strict() Diagnostics {
	out := slices.Clone(ds)
	for i := range out {
		out[i].Severity = Error
	}
	return out
}

// String returns every finding as [Diagnostic.String] does.
func (ds Diagnostics) String() string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.String())
	}
	return b.String()
}

// String returns the finding on one to four lines: place and message, the offending line, a caret
// under it, the hint.
func (d Diagnostic) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", d.File, d.Line, d.Col)
	if d.Severity == Warning {
		b.WriteString("warning: ")
	}
	fmt.Fprintf(&b, "%s [%s]\n", d.Message, d.Code)
	if d.Source != "" {
		fmt.Fprintf(&b, "  | %s\n  | %s^\n", d.Source, under(d.Source, d.Caret))
	}
	if d.Hint != "" {
		fmt.Fprintf(&b, "  hint: %s\n", d.Hint)
	}
	return b.String()
}

// under returns the space that stands below the first col-1 characters of a line: a tab stays a
// tab, so that the caret meets its place.
func under(line string, col int) string {
	var b strings.Builder
	for _, r := range line {
		if col--; col < 1 {
			break
		}
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// problem is a finding before it is known how its line reads.
type problem struct {
	code      string
	severity  Severity
	line, col int
	message   string
	format    string // of the message
	setup     string // for which it was found, where that is not to be seen from the place
	hint      string
	search    func() string // finds the hint, for a problem that is told: it may take long, and a file may have a million problems
}

// maxProblems is how many findings are told at once.
const maxProblems = 1000

// finish sorts problems by place, keeps one of those that are the same (an anchor is read wherever it is used), and adds their lines.
func finish(file string, src *source, problems []problem) Diagnostics {
	for i := range problems {
		problems[i].line, problems[i].col = src.within(problems[i].line, problems[i].col)
	}
	slices.SortStableFunc(problems, byPlace)
	problems = slices.CompactFunc(problems, func(a, b problem) bool { return byPlace(a, b) == 0 && a.severity == b.severity })
	problems = most(problems)
	var ds Diagnostics
	for _, p := range problems {
		d := Diagnostic{
			Code: p.code, Severity: p.severity, File: file, Line: p.line, Col: p.col,
			Message: p.message, Hint: p.hint,
		}
		if p.search != nil {
			d.Hint = p.search()
		}
		d.Source, d.Caret = src.excerpt(p.line, p.col)
		ds = append(ds, d)
	}
	return ds
}

func byPlace(a, b problem) int {
	return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.col, b.col), strings.Compare(a.code, b.code), strings.Compare(a.message, b.message))
}

// most returns the problems that are told: at most maxProblems, errors before warnings, and a last
// one that says how many are not.
func most(problems []problem) []problem {
	if len(problems) <= maxProblems {
		return problems
	}
	errors := 0
	for _, p := range problems {
		if p.severity == Error {
			errors++
		}
	}
	room := map[Severity]int{Error: min(errors, maxProblems), Warning: max(0, maxProblems-errors)}
	var out []problem
	for _, p := range problems {
		if room[p.severity]--; room[p.severity] >= 0 {
			out = append(out, p)
		}
	}
	last := out[len(out)-1]
	more := problem{code: last.code, severity: Warning, line: last.line, col: last.col, hint: "fix these first"}
	if errors > maxProblems {
		more.severity = Error
	}
	// Readers do not keep everything either, so this is the least number.
	more.message = fmt.Sprintf("at least %d more problems follow", len(problems)-maxProblems)
	return append(out, more)
}
