package report

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/proof"
)

// workflow is the calls that a workflow, an operator or an administrator makes.
type workflow struct {
	Name   string
	Calls  []call
	Failed int // how many actions do not pass in some target
}

// call is calls that are decided alike.
type call struct {
	Caller, Side, On, Source string
	Actions                  []string
	Decided                  []decision
	Failed                   bool
}

// decision is what targets decide, by the policies that were read from their files.
type decision struct {
	Targets []string // nil: all
	Result  string   // allowed, refused, not read
	By      string   // statements
}

// workflows returns the calls of a setup as the proof decided them.
func workflows(r *proof.Report) []workflow {
	if r == nil {
		return nil
	}
	var out []workflow
	for _, o := range r.Calls {
		i := slices.IndexFunc(out, func(w workflow) bool { return w.Name == o.Workflow })
		if i < 0 {
			i, out = len(out), append(out, workflow{Name: o.Workflow})
		}
		c := call{Caller: o.Caller.String(), Side: sideOf(o), On: o.On.String(), Source: o.Source,
			Decided: decided(o, r.Targets)}
		for _, d := range c.Decided {
			c.Failed = c.Failed || d.Result != allowed
		}
		if c.Failed {
			out[i].Failed++
		}
		same := slices.IndexFunc(out[i].Calls, func(other call) bool { return other.alike(c) })
		if same < 0 {
			same, out[i].Calls = len(out[i].Calls), append(out[i].Calls, c)
		}
		at := &out[i].Calls[same]
		if !slices.Contains(at.Actions, o.Action) {
			at.Actions = append(at.Actions, o.Action)
		}
	}
	return out
}

// alike reports whether two calls differ in their actions alone.
func (c call) alike(d call) bool {
	return c.Caller == d.Caller && c.Side == d.Side && c.On == d.On && c.Source == d.Source &&
		slices.EqualFunc(c.Decided, d.Decided, func(a, b decision) bool {
			return a.Result == b.Result && a.By == b.By && slices.Equal(a.Targets, b.Targets)
		})
}

func sideOf(o proof.Outcome) string {
	if o.Side.String() == "identity" {
		return "its own policies"
	}
	return "the policy of what it works on"
}

// The results of decisions.
const (
	allowed = "allowed"
	refused = "refused"
	unread  = "not read"
)

// decided returns what the targets decide; those that decide the same by the same are together.
func decided(o proof.Outcome, targets []string) []decision {
	var out []decision
	for _, t := range targets {
		d := decision{Targets: []string{t}, Result: allowed, By: o.Decided(t)}
		switch {
		case !o.Read(t):
			d.Result = unread
		case !o.Passes(t):
			d.Result = refused
		}
		i := slices.IndexFunc(out, func(e decision) bool {
			return e.Result == d.Result && e.By == d.By
		})
		if i < 0 {
			out = append(out, d)
			continue
		}
		out[i].Targets = append(out[i].Targets, t)
	}
	if len(out) == 1 {
		out[0].Targets = nil
	}
	if out == nil { // nothing was generated that could decide
		return []decision{{Result: unread}}
	}
	return out
}

// setup returns what the spec says of a setup, with its calls.
func (b *builder) setup(m *model.Setup) setup {
	s := setup{Name: m.Name, Description: strings.Join(strings.Fields(m.Description), " "),
		Account: m.Account, Region: m.Region, Role: m.Role.Name, Profile: m.Profile,
		Workflows: workflows(b.proofs[m.Name])}
	if m.Role.Existing {
		s.Role += " (exists)"
	}
	if g := m.DatasetGroup; g != nil {
		s.Group = g.Name
	}
	if r := b.proofs[m.Name]; r != nil {
		s.Targets = r.Targets
	}
	for _, k := range m.Buckets {
		name := k.Name
		if k.Existing {
			name += " (exists)"
		}
		s.Buckets = append(s.Buckets, name)
	}
	return s
}
