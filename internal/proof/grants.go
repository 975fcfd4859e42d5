package proof

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// A grant is one action on one resource, allowed or denied to one principal under some conditions.
type grant struct{ effect, who, action, on, when string }

// grants returns what one side of a comparison has beyond the other, by the statements that it comes from. A change
// without a statement of its own kind on its side is a Deny that the other side has.
func grants(c policy.Comparison, kind policy.Relation, got, want policy.Document, show func(policy.Text) string) map[grant]bool {
	out := map[grant]bool{}
	for _, change := range c.Changes {
		if change.Kind != kind {
			continue
		}
		s, effect := origin(change, got, want)
		if s == nil {
			continue
		}
		who, actions, on := principals(*s, show), oneOrAllBut(s.Action, s.NotAction, show), oneOrAllBut(s.Resource, s.NotResource, show)
		if effect == policy.Allow {
			actions, on = chosen(actions, change.Actions, show), chosen(on, change.Resources, show)
		}
		when := conditions(*s, show)
		for _, w := range who {
			for _, a := range actions {
				for _, r := range on {
					if len(out) < mostGrants {
						out[grant{effect, w, a, r, when}] = true
					}
				}
			}
		}
	}
	return out
}

// origin returns the statement that a change comes from: the Allow of the side that has it, or the Deny of the side
// that refuses it.
func origin(c policy.Change, got, want policy.Document) (*policy.Statement, string) {
	has, hasDoc, lacks, lacksDoc := c.New, got, c.Old, want
	if c.Kind == policy.Narrower {
		has, hasDoc, lacks, lacksDoc = c.Old, want, c.New, got
	}
	for _, side := range []struct {
		causes []policy.Cause
		doc    policy.Document
		effect string
	}{{lacks, lacksDoc, policy.Deny}, {has, hasDoc, policy.Allow}} {
		for _, cause := range side.causes {
			if cause.Effect == side.effect && cause.Statement < len(side.doc.Statements) {
				return &side.doc.Statements[cause.Statement], side.effect
			}
		}
	}
	return nil, ""
}

// chosen returns the values that a change names, of those of a statement; all where it names none.
func chosen(all, named []string, show func(policy.Text) string) []string {
	var out []string
	for _, n := range named {
		if v := show(policy.Literal(n)); slices.Contains(all, v) {
			out = append(out, v)
		}
	}
	if out == nil {
		return all
	}
	return out
}

func oneOrAllBut(yes, not policy.Texts, show func(policy.Text) string) []string {
	switch {
	case yes.Values != nil:
		return shown(yes, show)
	case not.Values != nil:
		return []string{"everything but " + strings.Join(shown(not, show), " and ")}
	}
	return []string{""}
}

// shown writes the values of an element, sorted.
func shown(t policy.Texts, show func(policy.Text) string) []string {
	out := make([]string, len(t.Values))
	for i, v := range t.Values {
		out[i] = show(v)
	}
	slices.Sort(out)
	return out
}

func principals(s policy.Statement, show func(policy.Text) string) []string {
	list := func(p *policy.Principal) []string {
		if p.Any {
			return []string{"anybody"}
		}
		var out []string
		for _, t := range p.Types {
			for _, v := range shown(t.Values, show) {
				switch {
				case t.Type == "Service":
					v = "the service " + v
				case t.Type == "AWS" && v == "*":
					v = "anybody in AWS"
				case t.Type != "AWS":
					v = t.Type + " " + v
				}
				out = append(out, v)
			}
		}
		return out
	}
	switch {
	case s.Principal != nil:
		return list(s.Principal)
	case s.NotPrincipal != nil:
		return []string{"everybody but " + strings.Join(list(s.NotPrincipal), " and ")}
	}
	return []string{""}
}

// conditions writes all conditions of a statement, in an order of their own.
func conditions(s policy.Statement, show func(policy.Text) string) string {
	all := make([]string, len(s.Condition))
	for i, c := range s.Condition {
		all[i] = c.Words(shown(c.Values, show))
	}
	slices.Sort(all)
	return strings.Join(all, " and ")
}
