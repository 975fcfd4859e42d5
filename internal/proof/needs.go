package proof

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Need is why a statement is in a document of a setup: what its template or the spec says, and what
// is decided otherwise when it is taken out.
type Need struct {
	Document  string // [model.Doc.Name]
	Statement policy.Statement
	Reason    *model.Reason // nil: it was there before, in the policy of something that exists

	// Fails are the calls of workflows that do not pass without it, each once. An Allow that has
	// none is covered by others, or accepted.
	Fails []Missed
	// Passes are calls that must not pass, and do without it: for a Deny.
	Passes []Missed
}

// Missed is a call that misses a statement.
type Missed struct {
	Workflow, Caller, Action, On string
	Source                       string // page#section of AWS's documentation that asks for it
}

// String returns the call in words.
func (m Missed) String() string {
	return fmt.Sprintf("%s: %s calls %s on %s", m.Workflow, m.Caller, m.Action, m.On)
}

// Needs takes each statement of each document out in turn, and decides all calls without it. An
// error says that the documents themselves cannot be decided by.
func Needs(m *model.Setup) ([]Need, error) {
	p := &proof{m: m, report: &Report{Setup: m.Name}}
	if !p.prepare() {
		return nil, fmt.Errorf("%s", p.report.Findings[0].Message)
	}
	r := p.made
	r.answers = r.table.Decide(r.docs)
	p.refusals(r, map[string]bool{})
	named := p.ownNames()
	var all []Need
	for _, d := range p.parts {
		for i, s := range r.docs.Get(d.Document).Statements {
			n := Need{Document: d.Name, Statement: s, Reason: p.reason(d.Name, s.Sid)}
			if at := (place{d.Document, i}); s.Effect == policy.Allow {
				n.Fails = notPassing(r.users(at), at.in(r.docs, nil))
			} else {
				n.Passes = r.let(at, s)
			}
			n.Statement = n.Statement.MapTexts(func(t policy.Text) policy.Text {
				parts := slices.Clone(t.Parts())
				for i, part := range parts {
					if l, ok := part.(policy.Lit); ok {
						parts[i] = policy.Lit(named.Replace(string(l)))
					}
				}
				return policy.NewText(parts...)
			})
			for _, list := range [][]Missed{n.Fails, n.Passes} {
				for k := range list {
					list[k].On = named.Replace(list[k].On)
				}
			}
			all = append(all, n)
		}
	}
	return all, nil
}

// ownNames returns what puts the setup's own names in the place of the made-up ones that calls are
// decided under. No made-up name is in another.
func (p *proof) ownNames() *strings.Replacer {
	made, own := p.m.SyntheticEnv(1), calls.DeployedEnv(p.m)
	refs := slices.SortedFunc(maps.Keys(made), func(a, b policy.Ref) int { // the longest first
		return cmp.Or(len(made[b])-len(made[a]), strings.Compare(made[a], made[b]))
	})
	var pairs []string
	for _, ref := range refs {
		if own[ref] != "" && made[ref] != "" {
			pairs = append(pairs, made[ref], own[ref])
		}
	}
	return strings.NewReplacer(pairs...)
}

// notPassing returns the calls that documents do not let pass.
func notPassing(list []*calls.Call, docs calls.Documents) []Missed {
	var out []Missed
	for _, c := range list {
		if d, err := c.Decide(docs); err != nil || d.Outcome != policy.Allowed {
			out = add(out, c)
		}
	}
	return out
}

// let returns the calls that must not pass, and do without the Deny at a place.
func (r *round) let(at place, s policy.Statement) []Missed {
	i := slices.IndexFunc(r.own.Get(at.name).Statements, func(o policy.Statement) bool {
		return o.Sid == s.Sid && o.Normal() == s.Normal()
	})
	if i < 0 {
		return nil // the spec accepts it, or somebody else has it
	}
	docs := place{at.name, i}.in(r.own, nil)
	var out []Missed
	for k := range r.refused {
		c := &r.refused[k]
		if c.decision.Outcome != policy.ExplicitlyDenied || !c.Concerns(at.name) {
			continue
		}
		if d, err := c.Decide(docs); err == nil && d.Outcome == policy.Allowed {
			out = add(out, &c.Call)
		}
	}
	return out
}

func add(list []Missed, c *calls.Call) []Missed {
	m := Missed{c.Workflow, c.Caller.String(), c.Action, c.On.String(), c.Source}
	if slices.Contains(list, m) {
		return list
	}
	return append(list, m)
}
