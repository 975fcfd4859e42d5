package deployed

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// Kind is the way in which two states differ.
type Kind string

// The kinds of differences.
const (
	Missing Kind = "missing" // wanted, and not there
	Extra   Kind = "extra"   // there, and not wanted
	Twice   Kind = "twice"   // there more than once, so that one of them would win or AWS would refuse
	Changed Kind = "changed" // there, and not as wanted
	Unread  Kind = "unread"  // not understood
)

// Difference is one way in which a state is not the wanted one.
type Difference struct {
	Kind    Kind
	Subject string // what differs: bucket "data"
	Field   string // of the subject: Versioning, Tags["team"].Value; "" for the subject itself
	Want    string // the values, for people; "" where there is none
	Have    string
	At      Place // in the artifact that was read

	// Document is the name of the wanted document, or where only one is there its subject, when a
	// document differs.
	Document string
	WantDoc  *policy.Document
	HaveDoc  *policy.Document
	Places   []Place // of the statements of HaveDoc
}

// String says the difference in one line, without its place.
func (d Difference) String() string {
	return strings.ReplaceAll(d.line(), "${$}", "$") // the policy language's notation of a dollar sign
}

func (d Difference) line() string {
	name := d.Subject
	switch {
	case d.Subject == "":
		name = d.Field
	case d.Field != "":
		name = d.Field + " of " + d.Subject
	}
	switch d.Kind {
	case Missing:
		return name + " is missing"
	case Extra:
		return name + " is not part of the setup"
	case Twice:
		return name + " is there more than once"
	case Unread:
		return d.Have
	}
	if d.WantDoc != nil || d.HaveDoc != nil {
		return name + " is not what the setup says"
	}
	return fmt.Sprintf("%s is %q, and the setup says %q", name, d.Have, d.Want)
}

// line returns the first line in which two texts differ, in each of them, and its place: at is that
// of the second text's beginning. Texts of one line are returned as they are.
func line(want, have string, at Place) (string, string, Place) {
	a, b := strings.SplitAfter(want, "\n"), strings.SplitAfter(have, "\n")
	if len(a) == 1 && len(b) == 1 {
		return want, have, at
	}
	i := 0
	for i < min(len(a), len(b))-1 && a[i] == b[i] {
		i++
	}
	if at.Line > 0 && i > 0 {
		at.Line, at.Col = at.Line+i, 0
	}
	return a[i], b[i], at
}
