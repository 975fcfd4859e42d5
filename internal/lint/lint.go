// Package lint looks for the mistakes that people make with the policies, buckets and keys around
// Amazon Personalize, in whatever was read into a [deployed.State].
//
// A check is one record, [Check]: what is wrong, why, where AWS says so, and two small examples,
// before and after. The page docs/checks.md and `pzgen explain` are made from the records, and a
// test runs the examples. Checks that are about access ask [policy.Compare] and
// [policy.Evaluate], with everything that a document is attached to, so that what a Deny takes
// away is no finding, and they show a request.
//
// Reading order: lint.go, view.go, ask.go, then any file of checks, form.go for example; run.go,
// ignore.go.
package lint

import (
	"slices"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

// Check is one of the things that documents and settings are looked at for.
type Check struct {
	ID     string // PZ101 and up. An ID is never given to another check
	Title  string // what is wrong, in a few words
	Why    string // what follows from it
	Source string // the page that says so
	Date   string // when it was looked up, YYYY-MM-DD
	Level  findings.Level
	// Always: it can be ignored neither by a spec nor by a comment.
	Always bool
	// Before has the mistake and nothing else that is a finding; After is what to write in its
	// place.
	Before, After Example

	find func(*view, reporter)
}

// Example is a document with what it is attached to, or a CloudFormation template.
type Example struct {
	On   Kind
	Text string
}

// Kind is what a document is attached to.
type Kind string

// The kinds of documents, as --kind has them.
const (
	OnIdentity Kind = "identity"
	OnTrust    Kind = "trust"
	OnBucket   Kind = "bucket"
	OnKey      Kind = "key"
	OnBoundary Kind = "boundary"
	OnSCP      Kind = "scp"
	OnRCP      Kind = "rcp"

	// OnTemplate is that of an [Example] alone.
	OnTemplate Kind = "template"
)

// grammar returns the kind of policy of the language that a kind of document is.
func (k Kind) grammar() (policy.Kind, bool) {
	switch k {
	case OnIdentity:
		return policy.Identity, true
	case OnTrust:
		return policy.Trust, true
	case OnBucket:
		return policy.Resource, true
	case OnKey:
		return policy.KeyPolicy, true
	case OnBoundary:
		return policy.Boundary, true
	case OnSCP:
		return policy.ServiceControl, true
	case OnRCP:
		return policy.ResourceControl, true
	}
	return 0, false
}

// Kinds returns what --kind takes.
func Kinds() []string {
	return []string{string(OnIdentity), string(OnTrust), string(OnBucket), string(OnKey),
		string(OnBoundary),
		string(OnSCP), string(OnRCP)}
}

// Checks returns every check, by ID.
func Checks() []Check {
	all := slices.Concat(formChecks(), actionChecks(), conditionChecks(), publicChecks(),
		broadChecks(), roleChecks(),
		deputyChecks(), keyChecks(), bucketChecks(), personalizeChecks(), denyChecks(),
		redundantChecks())
	slices.SortFunc(all, func(a, b Check) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return all
}

// found is one finding before it is put into words for a report.
type found struct {
	doc       *document // nil: about a setting
	statement int       // its index; -1: the document as a whole
	on        string    // what it is about, in words
	names     []string  // by which an entry of ignore knows it
	at        deployed.Place
	message   string // what is wrong, without what it is about
	hint      string
	show      *policy.Case // the request that shows it
}

// reporter takes what a check finds.
type reporter func(found)

// Find returns what all checks find in a State, and what keeps them from looking: policies that
// have no meaning, and values that are not known. kind says what documents are that the State
// does not attach to anything; "" leaves it to what they look like.
func Find(s deployed.State, kind Kind) []Finding {
	v := newView(s, kind)
	var out []Finding
	for _, c := range Checks() {
		c.find(v, func(f found) { out = append(out, v.finding(c, f)) })
	}
	return append(out, v.notKnown()...)
}
