package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

// redundantChecks are about what does nothing.
func redundantChecks() []Check {
	const source = "IAM User Guide, access-analyzer-reference-policy-checks"
	return []Check{
		{ID: "PZ190", Title: "a statement that changes nothing",
			Level: findings.Note, Source: source, Date: looked,
			Why: "Others of the document decide every request as it does: it was compared " +
				"without. It makes the document longer, and whoever reads it looks for " +
				"what it is for.",
			Before: identity("", `{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::acme-data/*"},
 {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/in/*"}`),
			After: identity("", `{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::acme-data/*"}`),
			find: func(v *view, report reporter) {
				for _, d := range v.docs {
					for _, i := range redundant(d.kind, d.filled) {
						report(d.found(i,
							"changes nothing: others of the document decide the same",
							"take it out"))
					}
				}
			}},
		{ID: "PZ191", Title: "a value that another covers",
			Level: findings.Note, Source: source, Date: looked,
			Why:    "The element has the value twice, or has a wildcard that it falls under.",
			Before: identity("", `{"Effect": "Allow", "Action": ["s3:GetObject", "s3:Get*"], "Resource": "arn:aws:s3:::acme-data/*"}`),
			After:  identity("", `{"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find: func(v *view, report reporter) {
				for _, d := range v.docs {
					for i, s := range d.as.Statements {
						if name, value := coveredIn(s); name != "" {
							report(d.found(i,
								fmt.Sprintf("has %s %q, which another of its values covers", name,
									value), "take it out"))
						}
					}
				}
			}},
	}
}

// redundant returns the statements without which a document decides the same, all of them
// together: the first of two that are alike stays. It looks at those whose actions another
// statement of their effect names.
func redundant(kind policy.Kind, d policy.Document) []int {
	if kind == policy.ServiceControl || kind == policy.ResourceControl || kind == policy.Session {
		return nil // what they deny together is compared with the other levels
	}
	if slices.ContainsFunc(d.Check(kind),
		func(p policy.Problem) bool { return p.Topic == policy.TopicSize }) {
		return nil // AWS refuses it, and each of its many statements would be compared with all others
	}
	gone := map[int]bool{}
	for i := len(d.Statements) - 1; i >= 0; i-- {
		s := d.Statements[i]
		if len(s.Action.Values) == 0 || !othersCover(d, gone, i) {
			continue
		}
		gone[i] = true
		if !sameDecisions(kind, d, without(d, gone), s.Effect == policy.Deny) {
			delete(gone, i)
		}
	}
	var out []int
	for i := range d.Statements {
		if gone[i] {
			out = append(out, i)
		}
	}
	return out
}

// othersCover reports whether each action of a statement, and each resource, may be covered by
// another that stays and has its effect. What covers a pattern as a text covers all that it
// names.
func othersCover(d policy.Document, gone map[int]bool, i int) bool {
	s := d.Statements[i]
	others := func(covers func(o policy.Statement) bool) bool {
		for j, o := range d.Statements {
			if j != i && !gone[j] && o.Effect == s.Effect && covers(o) {
				return true
			}
		}
		return false
	}
	for _, a := range s.Action.Values {
		if !others(func(o policy.Statement) bool { return o.CoversAction(a.IAM()) }) {
			return false
		}
	}
	for _, r := range s.Resource.Values {
		if !others(func(o policy.Statement) bool {
			return o.Resource.Values == nil || slices.ContainsFunc(o.Resource.Values,
				func(t policy.Text) bool {
					begin, _, pattern := strings.Cut(strings.ReplaceAll(t.IAM(), "?", "*"), "*")
					return t.IAM() == r.IAM() || pattern && strings.HasPrefix(r.IAM(), begin)
				})
		}) {
			return false
		}
	}
	return true
}

func without(d policy.Document, gone map[int]bool) policy.Document {
	out := d
	out.Statements = nil
	for i, s := range d.Statements {
		if !gone[i] {
			out.Statements = append(out.Statements, s)
		}
	}
	return out
}

// sameDecisions reports whether two documents of a kind decide every request alike. With denials
// an identity is allowed everything beside, as what they deny counts although nothing in them
// allows it.
func sameDecisions(kind policy.Kind, a, b policy.Document, denials bool) bool {
	return relation(kind, a, b, denials) == policy.Same
}

func relation(kind policy.Kind, a, b policy.Document, denials bool) policy.Relation {
	set := func(d policy.Document) policy.Policies {
		if kind != policy.Identity && kind != policy.Boundary {
			return policy.Policies{Resource: &d}
		}
		p := policy.Policies{Identity: []policy.Document{d}}
		if denials {
			p.Identity = append(p.Identity, policy.Everything())
		}
		return p
	}
	c, err := policy.Compare(set(a), set(b), policy.Setting{})
	if err != nil {
		return policy.Undecided
	}
	return c.Relation
}

// element is one that lists values, with what it means that a value covers another.
type element struct {
	name   string
	values *policy.Texts
	covers func(a, b string) bool
}

func elements(s *policy.Statement) []element {
	action := func(a, b string) bool { return policy.Statement{Action: texts(a)}.CoversAction(b) }
	same := func(a, b string) bool { return a == b || a == "*" }
	return []element{{"Action", &s.Action, action}, {"NotAction", &s.NotAction, action},
		{"Resource", &s.Resource, same}, {"NotResource", &s.NotResource, same}}
}

// coveredIn returns the first value of a statement that another of the same element covers, and
// the element.
func coveredIn(s policy.Statement) (name, value string) {
	for _, e := range elements(&s) {
		if i := covered(*e.values, e.covers); i >= 0 {
			return e.name, e.values.Values[i].IAM()
		}
	}
	return "", ""
}

// covered returns the index of a value that another covers, or -1. Of two that cover each other
// it is the second.
func covered(t policy.Texts, covers func(a, b string) bool) int {
	for i, v := range t.Values {
		if len(v.Refs()) > 0 {
			continue
		}
		for j, o := range t.Values {
			a, b := o.IAM(), v.IAM()
			if i == j || len(o.Refs()) > 0 || strings.Contains(b, "${") || !covers(a, b) ||
				i < j && covers(b, a) {
				continue
			}
			return i
		}
	}
	return -1
}
