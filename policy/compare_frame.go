package policy

import (
	"iter"
	"maps"
	"slices"
)

// frame is a part of all requests, in which AWS combines the policies in one way: requests of one
// principal, or of many whom no policy tells apart, for actions and resources of one sort.
type frame struct {
	who
	e      evaluation // of these requests; without action and resource
	known  requestContext
	beside Policies // assumed beside both sides
	// action and resource are what the requests are for.
	action, resource limits
	exceptions       bool
}

// limits are languages that a string is in, and others that it is not in.
type limits struct{ in, out []*language }

func (l limits) and(more limits) limits {
	return limits{append(slices.Clone(l.in), more.in...), append(slices.Clone(l.out), more.out...)}
}

// key writes the limits so that the same ones are written alike.
func (l limits) key() string { return string(appendConjunction(nil, l.in, l.out)) }

// with returns the limits of the strings that an element concerns, or does not concern.
func (l limits) with(e element, concerned bool) limits {
	switch {
	case e.lang == nil:
		return l
	case e.not != concerned:
		return limits{append(slices.Clone(l.in), e.lang), l.out}
	}
	return limits{l.in, append(slices.Clone(l.out), e.lang)}
}

// frames calls yield with the parts of all requests that are compared one by one.
func (c *comparer) frames(yield func(frame) bool) {
	for _, w := range c.subjects() {
		for _, o := range c.modes(w.subject) {
			for _, account := range c.resourceAccounts(w.subject) {
				for f := range c.variants(c.frame(w, o, account)) {
					if !yield(f) {
						return
					}
				}
			}
		}
	}
}

// variants calls yield with the frame, by what its principals may do otherwise, and by what is open
// about an Allow with NotPrincipal.
func (c *comparer) variants(f frame) iter.Seq[frame] {
	return func(yield func(frame) bool) {
		all := []frame{f}
		if c.everybody && f.e.subject.hasIdentity() {
			f.beside.Identity = []Document{c.all}
			all = append(all, f)
		}
		for _, f := range all {
			if !yield(f) {
				return
			}
			if f.exceptions, f.e.exceptions = true, true; c.exceptions && !yield(f) {
				return
			}
		}
	}
}

func (c *comparer) frame(w who, o mode, account string) frame {
	if o.token {
		w = c.nobody(w)
	}
	f := frame{action: o.action, resource: o.resource.and(c.scope), who: w, known: requestContext{}}
	f.e = evaluation{subject: w.subject, account: account, access: o.access, guarded: o.guarded}
	maps.Copy(f.known, w.known)
	if !c.anyone {
		f.known["aws:resourceaccount"] = []string{account}
		if o.kms && w.subject.account != "" {
			f.known["kms:calleraccount"] = []string{w.subject.account}
		}
	}
	maps.Copy(f.known, c.given())
	f.e.context = f.known
	if c.delegated {
		f.beside.Resource = delegation(w.subject.account, false)
	}
	return f
}

// delegation is the policy of a resource that lets an account decide.
func delegation(account string, trust bool) *Document {
	d := allowingAll(&Principal{Types: []PrincipalType{{"AWS", List(Literal(account))}}})
	if trust {
		d.Statements[0].Action, d.Statements[0].Resource = List(Literal("sts:*")), Texts{}
	}
	return &d
}
