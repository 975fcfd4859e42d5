package diff

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
)

// Report is what changes between two inputs.
type Report struct {
	Relation Relation `json:"relation"`
	Changes  []Change `json:"changes"`
	// Violations are what the new side grants against a [Guard], whether it is a change or not.
	Violations []Change `json:"violations,omitempty"`
}

// NewReport returns the report of changes, which are in their order.
func NewReport(changes []Change) Report {
	if changes == nil {
		changes = []Change{}
	}
	return Report{Relation: RelationOf(changes), Changes: changes}
}

// JSON writes the report as one object.
func (r Report) JSON(w io.Writer) error {
	return findings.WriteJSON(w, r)
}

// signs begin the line of a change.
var signs = map[Kind]string{Broader: "+", Narrower: "-", Breaking: "!", Setting: "~", Undecided: "?"}

// Texting is how a report is written for people.
type Texting struct {
	Paint   func(Kind, string) string // colours a line by its kind, or returns it as it is
	Witness bool                      // show a request for each change
}

// Text writes the report for people: a line a change, the riskiest first, with its place.
func (r Report) Text(w io.Writer, how Texting) error {
	var b strings.Builder
	how.lines(&b, r.Changes, signs)
	if len(r.Violations) > 0 {
		b.WriteString("not allowed:\n")
		how.lines(&b, r.Violations, map[Kind]string{Broader: "x", Undecided: "?"})
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (how Texting) lines(b *strings.Builder, changes []Change, signs map[Kind]string) {
	setup := ""
	for _, g := range grouped(bySetup(changes)) {
		c := g[0]
		if c.Setup != setup {
			setup = c.Setup
			fmt.Fprintf(b, "%s\n", findings.Plain(setup))
		}
		line := fmt.Sprintf("%s %-9s %s (%s)", signs[c.Kind], c.About(), g.message(), g.where())
		b.WriteString("  " + how.Paint(c.Kind, findings.Plain(line)) + "\n")
		for _, one := range g {
			if how.Witness && one.Witness != nil {
				fmt.Fprintf(b, "    %s\n", findings.Plain(one.Witness.String()))
			}
		}
	}
}

// About returns what a change is about, in a word.
func (c Change) About() string {
	switch c.Severity {
	case None:
		return string(c.Kind)
	case KeyAdministration:
		return "admin"
	}
	return string(c.Severity)
}

// bySetup returns the changes of each setup together, the setups in the order of their riskiest change.
func bySetup(changes []Change) []Change {
	order := map[string]int{}
	for _, c := range changes {
		if _, ok := order[c.Setup]; !ok {
			order[c.Setup] = len(order)
		}
	}
	out := slices.Clone(changes)
	slices.SortStableFunc(out, func(a, b Change) int { return order[a.Setup] - order[b.Setup] })
	return out
}

// group is changes that are one line for people: several may do the same, or the same is set on several things.
type group []Change

// grouped puts changes together that are the same but for who, or what, they are about. The order is that of the
// first of each.
func grouped(changes []Change) []group {
	at := map[string]int{}
	var out []group
	for _, c := range changes {
		key := strings.Join([]string{c.Setup, string(c.Kind), string(c.Severity), c.join, c.does, fmt.Sprint(c.inSome(), c.Accepted != nil)}, "\x00")
		if i, ok := at[key]; ok && c.does != "" {
			out[i] = append(out[i], c)
			continue
		}
		at[key] = len(out)
		out = append(out, group{c})
	}
	// What is left of one thing's settings is one line, too.
	settings := map[string]int{}
	var less []group
	for _, g := range out {
		c := g[0]
		if len(g) > 1 || c.Kind != Setting || c.join != settingJoin {
			less = append(less, g)
			continue
		}
		key := strings.Join([]string{c.Setup, c.who, string(c.Severity), fmt.Sprint(c.inSome(), c.Accepted != nil)}, "\x00")
		if i, ok := settings[key]; ok {
			less[i] = append(less[i], c)
			continue
		}
		settings[key] = len(less)
		less = append(less, g)
	}
	return less
}

// settingJoin is between a thing and what is set on it.
const settingJoin = ": "

func (g group) message() string {
	if len(g) == 1 {
		return g[0].Message
	}
	who, does := make([]string, len(g)), make([]string, len(g))
	for i, c := range g {
		who[i], does[i] = c.who, c.does
	}
	if who[0] == who[1] && does[0] != does[1] {
		return who[0] + g[0].join + strings.Join(does, "; ")
	}
	text := strings.Join(who[:min(len(who), mostListed)], ", ")
	if more := len(who) - mostListed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	} else if i := strings.LastIndex(text, ", "+who[len(who)-1]); i >= 0 {
		text = text[:i] + " and " + who[len(who)-1]
	}
	return text + g[0].join + g[0].does
}

// where tells place and statement of the first change, the targets if not all have it, and the fingerprint of each.
func (g group) where() string {
	c := g[0]
	places := []string{c.Old.Place(), c.New.Place()}
	if c.Kind == Broader && c.New != nil { // where it is granted; what was in its place is beside it
		places[0] = ""
	}
	place := strings.Join(slices.DeleteFunc(places, func(p string) bool { return p == "" }), " -> ")
	sid := ""
	for _, side := range []*Side{c.New, c.Old} {
		if side != nil && sid == "" {
			sid = side.Sid
		}
	}
	parts := []string{strings.TrimSpace(place + " " + sid)}
	if parts[0] == "" {
		parts = nil
	}
	if c.inSome() {
		parts = append(parts, "in "+strings.Join(c.Targets, ", ")+" alone")
	}
	for i, o := range g {
		if i == mostListed {
			parts = append(parts, fmt.Sprintf("%d more", len(g)-i))
			break
		}
		parts = append(parts, o.Fingerprint)
	}
	if c.Accepted != nil {
		parts = append(parts, fmt.Sprintf("accepted: %q", c.Accepted.Reason))
	}
	return strings.Join(parts, ", ")
}

// inSome reports whether some targets have the change and others lack it. Documents that are attached to nothing may
// not show what a change of names shows elsewhere.
func (c Change) inSome() bool {
	n := len(c.Targets)
	return n > 0 && n < c.outOf && n != c.attached
}

// Markdown writes the report for a pull request: a table a setup, what is not broader folded away where it is long.
func (r Report) Markdown(w io.Writer, title string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", findings.Cell(title))
	if len(r.Changes)+len(r.Violations) == 0 {
		b.WriteString("Nothing changes in who may do what.\n")
	}
	setup, first := "", true
	for _, g := range grouped(bySetup(slices.Concat(r.Violations, r.Changes))) {
		c := g[0]
		if first || c.Setup != setup {
			if !first {
				b.WriteByte('\n')
			}
			first, setup = false, c.Setup
			if setup != "" {
				fmt.Fprintf(&b, "**%s**\n\n", findings.Cell(setup))
			}
			b.WriteString("| | about | change | where |\n| --- | --- | --- | --- |\n")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", marks[c.Kind], findings.Cell(c.About()), findings.Cell(g.message()),
			findings.Cell(g.where()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// marks are signs in words: a sign alone tells a screen reader nothing.
var marks = map[Kind]string{Broader: "more", Narrower: "less", Breaking: "**breaking**", Setting: "setting",
	Undecided: "**may differ**"}

// Findings returns the changes as findings. fails tells which are errors.
func (r Report) Findings(fails func(Change) bool) []findings.Finding {
	var out []findings.Finding
	for i, c := range slices.Concat(r.Violations, r.Changes) {
		f := findings.Finding{Rule: string(c.Kind), Level: findings.Note, Message: c.Message}
		if c.Setup != "" {
			f.Message = "setup " + c.Setup + ": " + c.Message
		}
		switch {
		case i < len(r.Violations):
			f.Rule, f.Level = RuleNotAllowed, findings.Error
		case fails(c):
			f.Level = findings.Error
		case c.Kind != Narrower && c.Kind != Setting:
			f.Level = findings.Warning
		}
		side := c.New
		if side == nil {
			side = c.Old
		}
		if side != nil {
			f.File, f.Line, f.Col = side.File, side.Line, side.Column
		}
		f.Hint = "fingerprint " + c.Fingerprint
		if c.Witness != nil {
			f.Detail = c.Witness.String() + "\n"
		}
		out = append(out, f)
	}
	return out
}

// RuleNotAllowed is the rule of findings about a [Guard].
const RuleNotAllowed = "not-allowed"

// Titles are what the kinds of changes are called.
func Titles() map[string]string {
	return map[string]string{
		RuleNotAllowed:    "something is granted that may not be",
		RuleExpired:       "an approval whose last day is over",
		RuleUnused:        "an approval of a change that is not there",
		string(Broader):   "a request passes that did not before",
		string(Narrower):  "a request does not pass any more",
		string(Breaking):  "something is made anew, or deleted",
		string(Setting):   "a setting changes",
		string(Undecided): "it is not known whether more passes than before",
	}
}

// String returns the request in words, as one line.
func (w Witness) String() string {
	text := fmt.Sprintf("for example %s on %s by %s", w.Action, plain(w.Resource), plain(w.Principal))
	for _, key := range slices.Sorted(maps.Keys(w.Context)) {
		text += fmt.Sprintf(", %s %s", key, list(w.Context[key]))
	}
	return text
}
