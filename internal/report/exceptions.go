package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/spec"
)

// note is a remark about a setup, with its place in a file.
type note struct{ Setup, Text, Place string }

// exception is something that the spec accepts, ignores, or leaves open.
type exception struct {
	Setup, Kind, What, Why string
	Until                  string // the last day on which it counts, or ""
	Over                   bool   // that day is past
	Line                   int    // of the spec, where it is known
}

// exceptions lists what the spec accepts, ignores or leaves open, setup by setup.
func (b *builder) exceptions() {
	declared := map[string]*spec.Setup{}
	for _, s := range b.source.Setups {
		declared[s.Name] = s
	}
	for _, m := range b.models {
		add := func(e exception) {
			e.Setup, e.Why = m.Name, strings.Join(strings.Fields(e.Why), " ")
			b.page.Exceptions = append(b.page.Exceptions, e)
		}
		if r := b.proofs[m.Name]; r != nil {
			for _, a := range r.Accepted {
				add(exception{Kind: "accepted statement", What: a.Document + "/" + a.Sid,
					Why: a.Accepted, Line: a.Place.Line})
			}
		}
		if s := declared[m.Name]; s != nil {
			for _, a := range s.Accept {
				add(exception{Kind: "approved change", What: a.Change, Why: a.Reason, Until: a.Until,
					Over: a.Expired(b.source.Now), Line: a.Place.Line})
			}
			for _, i := range s.Ignore {
				add(exception{Kind: "ignored check", What: i.Check + " of " + i.About, Why: i.Reason,
					Until: i.Until, Over: spec.Over(i.Until, b.source.Now), Line: i.Place.Line})
			}
			for _, o := range s.OwnFiles {
				add(exception{Kind: "own files", What: o,
					Why: "files of these names are the user's own, and are not proved"})
			}
		}
		for _, o := range leftOpen(m) {
			add(o)
		}
	}
}

const othersUnread = "it exists: the statements of others in its policy are not among what was read"

// leftOpen returns the safeguards that a setup does without, and what it uses that is not seen.
func leftOpen(m *model.Setup) []exception {
	var out []exception
	add := func(what, why string) {
		out = append(out, exception{Kind: "left open", What: what, Why: why})
	}
	if m.OpenToOthers() {
		add("confusedDeputy: "+m.Deputy,
			"policies of buckets and keys let Amazon Personalize in on behalf of other accounts too")
	}
	if m.Deputy == spec.DeputyNone {
		add("confusedDeputy: none",
			"the trust policy does not say on whose behalf Amazon Personalize acts as the role")
	}
	if m.Profile == spec.Documented {
		add("profile: documented",
			"policies are those of the guide, verbatim: whether they grant too much is not asked")
	}
	if m.StackSet {
		add("stackSet", "the template of CloudFormation may be deployed to other accounts and regions")
	}
	if m.Role.Existing && m.Role.Of == "" {
		add("role "+m.Role.Name,
			"it exists: its trust policy and its other policies are not among what was read")
	}
	if m.Role.Bounded && m.Role.Limits == nil {
		add("permissions boundary", "its policy is not among what was read")
	}
	for _, arn := range m.Role.ManagedPolicies {
		add(arn.String(), "attached to the service role; what it grants is not among what was read")
	}
	for _, o := range m.Operators {
		for _, arn := range o.ManagedPolicies {
			add(arn.String(),
				"attached to operator "+o.ID+"; what it grants is not among what was read")
		}
	}
	for _, b := range m.Buckets {
		var lacks []string
		switch {
		case b.Owner != nil:
		case b.Existing:
			if b.Base == nil {
				add("bucket "+b.Name, othersUnread)
			}
		default:
			for _, safeguard := range []struct {
				has  bool
				name string
			}{{b.BlockPublic, "the public access block"}, {b.OwnerOnly, "ownership of all objects"},
				{b.TLSOnly, "the denial of requests without TLS"}} {
				if !safeguard.has {
					lacks = append(lacks, safeguard.name)
				}
			}
		}
		if lacks != nil {
			add("bucket "+b.Name, "it lacks "+strings.Join(lacks, ", "))
		}
		if b.Disposable {
			add("bucket "+b.Name, "it is destroyed with the rest, objects and all")
		}
	}
	for _, k := range m.Keys {
		if k.Owner == nil && k.Existing() && k.Base == nil {
			add("key "+keyLabel(m, k), othersUnread)
		}
	}
	return slices.Compact(out)
}

// Where returns the line of the spec, or "".
func (e exception) Where() string {
	if e.Line == 0 {
		return ""
	}
	return fmt.Sprintf("line %d", e.Line)
}
