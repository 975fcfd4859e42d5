package proof

import (
	"fmt"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/policy"
)

// differing is a target that does not equal the model: its documents, with what it has to leave to
// others as the model has it, and the environment under which they were read. Without documents it
// could not be read at all.
type differing struct {
	env  policy.Env
	docs map[string]policy.Document
}

// subtract returns the statements of a that b has not.
func subtract(a, b policy.Document) []policy.Statement {
	have := map[string]int{}
	for _, s := range b.Statements {
		have[s.Normal()]++
	}
	var out []policy.Statement
	for _, s := range a.Statements {
		if n := s.Normal(); have[n] > 0 {
			have[n]--
		} else {
			out = append(out, s)
		}
	}
	return out
}

// outcomes fills in the matrix: a target that equals the model decides as the model does; one that
// does not is asked call by call.
func (p *proof) outcomes() {
	if p.made == nil || p.made.answers == nil {
		return
	}
	asked := map[string][]calls.Answer{} // on the same calls, by a target that differs
	for _, t := range p.report.Targets {
		if other, ok := p.differs[t]; ok && other.docs != nil {
			asked[t] = calls.New(p.m, other.env).Decide(p.named(other.docs))
		}
	}
	for i, c := range p.made.table.Required {
		o := Outcome{Call: c, By: map[string]policy.Decision{}}
		for _, t := range p.report.Targets {
			if _, differs := p.differs[t]; !differs {
				o.By[t] = p.made.answers[i].Decision
				continue
			}
			if asked[t] == nil || asked[t][i].Err != nil {
				continue
			}
			d := asked[t][i]
			o.By[t] = d.Decision
			if !d.Passes() && p.made.answers[i].Passes() {
				p.find(Finding{Check: Sufficient, Target: t, Document: c.AtFault(d.Decision).Name,
					Place: p.place(c.Place), Details: c.Explain(d.Decision),
					Message: fmt.Sprintf("%s: in target %s, %s cannot %s on %s", c.Workflow, t, c.Caller,
						c.Action, c.On)})
			}
		}
		p.report.Calls = append(p.report.Calls, o)
	}
	p.keysOfOperators()
}

// keysOfOperators adds the calls that only real names decide. A target that differs was read under
// other names, so it does not decide them.
func (p *proof) keysOfOperators() {
	for i, c := range p.deployed.table.Required {
		if !c.OnKeyOfOperator() || c.Side == calls.Resource {
			continue
		}
		o := Outcome{Call: c, By: map[string]policy.Decision{}}
		for _, t := range p.report.Targets {
			if _, differs := p.differs[t]; !differs {
				o.By[t] = p.deployed.answers[i].Decision
			}
		}
		p.report.Calls = append(p.report.Calls, o)
	}
}

// named returns documents by the names that calls have for them.
func (p *proof) named(docs map[string]policy.Document) calls.Documents {
	var out calls.Documents
	for _, d := range p.parts {
		if doc, ok := docs[d.Name]; ok {
			out.Set(d.Document, doc)
		}
	}
	return out
}
