package proof

import (
	"fmt"
	"slices"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// round is the calls of the setup under one environment, and what the model's documents decide.
type round struct {
	table *calls.Table
	docs  calls.Documents // that decide on required calls
	// own decide on calls that must not pass: pzgen's own statements and those of the spec that it
	// does not accept. What others have in a policy is theirs to answer for.
	own calls.Documents

	answers []calls.Answer // on table.Required
	refused []refused      // calls that must not pass, and could by the statements of own

	used map[place][]*calls.Call // see users
}

// refused is a call that must not pass, and what is decided on it.
type refused struct {
	calls.Call
	decision policy.Decision
}

// users returns the required calls that the statement at a place has a part in letting pass, each
// once. Those that are likely to miss it come first: which its document is on the asked side of,
// and which little else lets pass.
func (r *round) users(at place) []*calls.Call {
	if r.used == nil {
		r.used = map[place][]*calls.Call{}
		others := map[*calls.Call]int{}
		for i, a := range r.answers {
			c := &r.table.Required[i]
			if !a.Passes() || !r.table.First(i) {
				continue
			}
			others[c] = len(a.Because)
			for _, cause := range a.Because {
				p := place{c.Blamed(cause), cause.Statement}
				r.used[p] = append(r.used[p], c)
			}
		}
		for p, list := range r.used {
			rank := func(c *calls.Call) int {
				if (c.Side == calls.Resource) == (c.Resource == p.name) {
					return others[c]
				}
				return others[c] + len(r.answers)
			}
			slices.SortStableFunc(list, func(a, b *calls.Call) int { return rank(a) - rank(b) })
		}
	}
	return r.used[at]
}

// stuck reports whether a required call that a statement may be there for does not pass, for want
// of something else or because something denies it. That was found; what else of the statement is
// needed cannot be told until it passes.
func (r *round) stuck(x *statement) bool {
	for i, a := range r.answers {
		c := &r.table.Required[i]
		if !a.Passes() && c.Concerns(x.name) && x.s.CoversAction(c.Action) {
			return true
		}
	}
	return false
}

// index returns where in docs a statement of own is; -1 for nowhere.
func (r *round) index(x *statement) int {
	for i, s := range r.docs.Get(x.name).Statements {
		if s.Sid == x.s.Sid && (s.Sid != "" || s.Normal() == x.s.Normal()) {
			return i
		}
	}
	return -1
}

// prepare resolves the documents and makes the calls. It fails when the model itself refers to
// something that no environment has.
func (p *proof) prepare() bool {
	p.parts = calls.Parts(p.m)
	p.differs = map[string]differing{}
	p.made, p.deployed = &round{}, &round{docs: calls.DeployedDocuments(p.m)}
	env, real := p.m.SyntheticEnv(1), calls.DeployedEnv(p.m)
	ok := true
	for _, d := range p.parts {
		whole, err := d.Whole.Resolve(env)
		own := whole
		if err == nil && (d.Base != nil || d.Lends) {
			own, err = d.Own.Resolve(env)
		}
		if err != nil {
			p.find(Finding{Check: Closed, Document: d.Name, Message: err.Error()})
			ok = false
		}
		p.docs.Set(d.Document, whole)
		// Statements of others decide nothing under made-up names.
		p.made.docs.Set(d.Document, own)
		p.made.own.Set(d.Document, p.withoutAccepted(d.Name, own))
		p.deployed.own.Fill(d.Document, p.withoutAccepted(d.Name, d.Own), real)
	}
	if ok {
		p.made.table, p.deployed.table = calls.New(p.m, env), calls.Deployed(p.m)
	}
	return ok
}

// withoutAccepted leaves out the statements that the spec or their template accepts: what they
// allow is not held against anybody, and what they deny is no merit of the others.
func (p *proof) withoutAccepted(name string, d policy.Document) policy.Document {
	out := d
	out.Statements = nil
	for _, s := range d.Statements {
		if r := p.reason(name, s.Sid); r == nil || r.Accepted == "" {
			out.Statements = append(out.Statements, s)
		}
	}
	return out
}

// calls decides every call by pzgen's own statements under made-up names.
func (p *proof) calls() {
	r := p.made
	r.answers = r.table.Decide(r.docs)
	for i, a := range r.answers {
		c := &r.table.Required[i]
		switch {
		case a.Err != nil:
			p.find(Finding{Check: Fits, Document: c.Resource.Name, Message: a.Err.Error(),
				Place: p.place(c.Place)})
		case !a.Passes():
			f := Finding{Check: Sufficient, Document: c.AtFault(a.Decision).Name, Place: p.place(c.Place),
				Details: c.Explain(a.Decision), Hint: "source: " + c.Source,
				Message: fmt.Sprintf("%s: %s cannot %s on %s", c.Workflow, c.Caller, c.Action, c.On)}
			if len(a.Because) > 0 {
				f.Sid = a.Because[0].Sid
			}
			p.find(f)
		}
	}
	p.report.Refused = p.refusals(r, map[string]bool{})
}

// asDeployed decides every call again as it is made in AWS: by the whole policy of what exists,
// and by the names that statements of others and of the spec know. What was found under made-up
// names is not told again.
func (p *proof) asDeployed() {
	r := p.deployed
	r.answers = r.table.Decide(r.docs)
	type fault struct{ document, sid string }
	told, seen, broken := map[fault]bool{}, map[string]bool{}, false
	for _, f := range p.report.Findings {
		told[fault{f.Document, f.Sid}] = told[fault{f.Document, f.Sid}] || f.Check == Sufficient
		seen[f.Document+"/"+f.Sid] = seen[f.Document+"/"+f.Sid] || f.Check == Minimal || f.Check == Extra
		broken = broken || f.Check == Fits
	}
	obstacles, err := r.table.Obstacles(r.docs, r.answers)
	if err != nil && !broken {
		p.find(Finding{Check: Fits, Message: err.Error()})
	}
	for _, o := range obstacles {
		if !told[fault{o.Document.Name, o.Sid}] {
			p.find(Finding{Check: Sufficient, Document: o.Document.Name, Sid: o.Sid,
				Place: p.place(p.owner(o.Document.Name)), Message: o.String(), Details: o.Details(),
				Hint: o.Hint()})
		}
	}
	p.refusals(r, seen)
	p.administrators()
	for _, u := range r.table.Unproved {
		p.report.Unproved = append(p.report.Unproved, Unproved{p.place(u.Place), u.Message, u.Hint})
	}
}

// refusals decides the calls that must not pass, and returns how many there are. seen are the
// statements that were found at fault, as document/sid.
func (p *proof) refusals(r *round, seen map[string]bool) int {
	list, tried := r.table.Refused(r.own)
	r.refused = make([]refused, len(list))
	for i := range list {
		c := &list[i]
		d, err := c.Decide(r.own)
		if err != nil {
			p.find(Finding{Check: Fits, Document: c.Resource.Name, Message: err.Error(),
				Place: p.place(c.Place)})
			break
		}
		if d.Outcome == policy.Allowed {
			p.passes(c, d, seen)
		}
		r.refused[i] = refused{*c, d}
	}
	return tried
}

// passes tells of a call that passes and must not. The statement that lets it pass is at fault,
// and one finding for it is enough. Where none of the setup's does, one that would deny it is
// missing.
func (p *proof) passes(c *calls.Call, d policy.Decision, seen map[string]bool) {
	blamed := false
	for _, cause := range d.Because {
		doc := c.Blamed(cause)
		if doc == (calls.Document{}) {
			continue
		}
		blamed = true
		if seen[doc.Name+"/"+cause.Sid] {
			continue
		}
		seen[doc.Name+"/"+cause.Sid] = true
		p.find(p.extra(Finding{Check: Minimal, Document: doc.Name, Sid: cause.Sid,
			Place: p.place(c.Place),
			Message: fmt.Sprintf("%s of %s lets %s pass on %s for %s, which no workflow needs",
				calls.SidName(cause.Sid), doc, c.Action, c.On, c.Principal())}))
	}
	if !blamed && !seen[c.Resource.Name+"/"] {
		p.find(Finding{Check: Minimal, Document: c.Resource.Name, Place: p.place(c.Place),
			Message: fmt.Sprintf("%s does not deny %s on %s (%s)", c.Resource, c.Action, c.On,
				c.Workflow)})
	}
}

const lockedHint = "a key policy keeps a statement that lets the account, or an " +
	"administrator, do kms:PutKeyPolicy (AWS KMS Developer Guide, \"Default key policy\")"

// administrators asks whether somebody can still change the policy of each key.
func (p *proof) administrators() {
	for _, d := range p.parts {
		if d.Kind != calls.KeyPolicy || d.Base == nil {
			continue
		}
		if whole := p.deployed.docs.Get(d.Document); len(calls.Administrators(whole, p.keyARN(d))) == 0 {
			p.find(Finding{Check: Fits, Document: d.Name, Place: p.place(d.Place), Hint: lockedHint,
				Message: d.Name + " leaves nobody in the key's account who could change it " +
					"(kms:PutKeyPolicy)"})
		}
	}
}

// keyARN returns the ARN of the existing key that a policy belongs to.
func (p *proof) keyARN(d calls.Part) string {
	for _, k := range p.m.Keys {
		if calls.OfKey(k.ID) == d.Document {
			return calls.DeployedEnv(p.m)[model.RefKeyARN(k.ID)]
		}
	}
	return ""
}
