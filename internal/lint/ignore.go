package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/pattern"
	"github.com/pzgen/pzgen/spec"
)

// comment is what a comment of a file asks to ignore.
type comment struct {
	path          string
	line, col     int
	from, to      int // the lines whose findings it is about
	check, reason string
	until         string
}

const mark = "pzgen:ignore"

// until is the last day of a comment, before its reason.
var until = pattern.Lazy(`^until=([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\s+|$)`)

// comments returns what the comments of a file ask to ignore: those that begin with # in YAML and
// HCL, or with // in HCL. One on a line of its own is about the next line that is no comment,
// another about its own line. JSON has no comments.
func comments(name string, data []byte) []comment {
	var signs []string
	switch path.Ext(name) {
	case ".yaml", ".yml", ".template":
		signs = []string{"#"}
	case ".tf":
		signs = []string{"#", "//"}
	default:
		return nil
	}
	if !strings.Contains(string(data), mark) {
		return nil
	}
	var out []comment
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		at, text := commentOf(line, signs)
		rest, ok := strings.CutPrefix(strings.TrimSpace(text), mark)
		if at < 0 || !ok || rest != "" && rest[0] != ' ' && rest[0] != '	' {
			continue
		}
		c := comment{path: name, line: i + 1, col: len([]rune(line[:at])) + 1,
			from: i + 1, to: i + 1}
		if strings.TrimSpace(line[:at]) == "" {
			c.from = i + 2
			for c.from <= len(lines) && isComment(lines[c.from-1], signs) {
				c.from++
			}
			c.to = c.from
		}
		c.check, c.reason, _ = strings.Cut(strings.TrimSpace(rest), " ")
		c.reason = strings.TrimSpace(c.reason)
		if m := until().FindStringSubmatch(c.reason); m != nil {
			c.until, c.reason = m[1], strings.TrimSpace(c.reason[len(m[0]):])
		}
		out = append(out, c)
	}
	return out
}

// commentOf returns where a comment with the mark begins in a line, and its text; -1 for none. A
// sign counts at the beginning of the line or behind white space, as in YAML.
func commentOf(line string, signs []string) (int, string) {
	for _, sign := range signs {
		for at := 0; ; {
			i := strings.Index(line[at:], sign)
			if i < 0 {
				break
			}
			at += i
			text := strings.TrimLeft(line[at:], "#/")
			if (at == 0 || line[at-1] == ' ' || line[at-1] == '\t') &&
				strings.HasPrefix(strings.TrimSpace(text), mark) {
				return at, text
			}
			at += len(sign)
		}
	}
	return -1, ""
}

func isComment(line string, signs []string) bool {
	line = strings.TrimSpace(line)
	return line == "" || slices.ContainsFunc(signs,
		func(s string) bool { return strings.HasPrefix(line, s) })
}

// Ignore takes out of the findings of a setup what the comments in its files ask to ignore, and
// what a spec does for it; file is the spec's, and entries may be nil. Added are findings about
// what is asked in vain: without a reason, of what cannot be ignored, of what is not found, and
// beyond its last day.
func (s Setup) Ignore(file string, entries []spec.Ignored, now time.Time) (left []Finding,
	ignored int) {
	left = s.Findings
	for _, c := range s.comments {
		at := findings.Finding{File: c.path, Line: c.line, Col: c.col}
		ask := asked{check: c.check, reason: c.reason, until: c.until, at: at,
			shown: mark + " " + c.check}
		left = ask.apply(left, &ignored, now, func(f Finding) bool {
			return f.File == c.path && f.Line >= c.from && f.Line <= c.to
		})
	}
	for _, e := range entries {
		at := findings.Finding{File: file, Line: e.Place.Line, Col: e.Place.Col}
		ask := asked{check: e.Check, reason: e.Reason, until: e.Until, at: at,
			shown: fmt.Sprintf("setup %s ignores %s of %q", s.Name, e.Check, e.About)}
		left = ask.apply(left, &ignored, now,
			func(f Finding) bool { return slices.Contains(f.Names, e.About) })
	}
	order(left)
	return left, ignored
}

// asked is one wish to ignore something.
type asked struct {
	check, reason, until string
	at                   findings.Finding // its place
	shown                string
}

func (a asked) apply(list []Finding, ignored *int, now time.Time,
	about func(Finding) bool) []Finding {
	problem := func(rule string, level findings.Level, hint, format string, args ...any) []Finding {
		f := a.at
		f.Rule, f.Level, f.Hint = rule, level, hint
		f.Message = a.shown + ": " + fmt.Sprintf(format, args...)
		return append(slices.Clone(list), Finding{Finding: f, On: "ignore"})
	}
	known := slices.IndexFunc(Checks(), func(c Check) bool { return c.ID == a.check })
	switch {
	case known < 0 && a.check != RuleUnknown:
		return problem(RuleIgnore, findings.Error,
			"write the check that the finding shows, PZ104 for example, and a reason",
			"%q is no check", a.check)
	case a.reason == "":
		return problem(RuleIgnore, findings.Error, "write why, behind the check",
			"there is no reason")
	case known >= 0 && Checks()[known].Always:
		return problem(RuleIgnore, findings.Error, "change the policy", "it cannot be ignored: %s",
			Checks()[known].Title)
	}
	if a.until != "" {
		if _, err := time.Parse(time.DateOnly, a.until); err != nil {
			return problem(RuleIgnore, findings.Error, "write a day as until=2027-01-31",
				"%q is not a day of the calendar", a.until)
		}
	}
	matches := func(f Finding) bool { return f.Rule == a.check && about(f) }
	switch {
	case !slices.ContainsFunc(list, matches):
		return problem(RuleUnused, findings.Warning, "remove it", "nothing of it is found")
	case spec.Over(a.until, now):
		return problem(RuleExpired, findings.Error,
			"decide again: give it another day, or change what is found", "it was until %s",
			a.until)
	}
	kept := slices.DeleteFunc(slices.Clone(list), matches)
	*ignored += len(list) - len(kept)
	return kept
}
