package policy

import (
	"maps"
	"slices"
)

// canonical notes that the sides are not compared for principals that statements name by the canonical
// ID of their account, which no request shows, where that may make a difference: where the sides do
// not have the same statements about such, or some are allowed and not the same is denied.
func (c *comparer) canonical(before, after Policies) {
	byID := func(s Statement) bool { return s.Principal.byID() || s.NotPrincipal.byID() }
	allowed := func(s Statement) bool { return s.Effect == Allow && byID(s) }
	denied := func(s Statement) bool { return s.Effect == Deny }
	old, new := before.statements(), after.statements()
	some := slices.ContainsFunc(old, allowed) || slices.ContainsFunc(new, allowed)
	if !alikeIn(old, new, byID) || some && !alikeIn(old, new, denied) {
		c.doubt("CanonicalUser")
	}
}

// byID reports whether somebody is named by a canonical ID.
func (p *Principal) byID() bool {
	return p != nil && slices.ContainsFunc(p.Types, func(t PrincipalType) bool {
		return t.Type == "CanonicalUser"
	})
}

// statements returns those of all documents.
func (p Policies) statements() (all []Statement) {
	for _, d := range p.documents() {
		all = append(all, d.Statements...)
	}
	return all
}

// alikeIn reports whether two lists have the same statements among those that some picks.
func alikeIn(a, b []Statement, some func(Statement) bool) bool {
	picked := func(list []Statement) map[string]bool {
		out := map[string]bool{}
		for _, s := range list {
			if some(s) {
				out[s.Normal()] = true
			}
		}
		return out
	}
	return maps.Equal(picked(a), picked(b))
}
