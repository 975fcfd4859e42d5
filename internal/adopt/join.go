package adopt

import (
	"fmt"
	"slices"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// Join returns what inputs say of one account, everything of each: what two of them say of one
// role, bucket or key is put together where the spec is made. What an input calls by a name of
// its own, such as the key that a template creates, stays apart from what another one calls the
// same. The account and region are those of the first that says so; another one is noted in
// Unknown.
func Join(states ...deployed.State) deployed.State {
	all := states[0]
	known := references(all)
	for n, s := range states[1:] {
		theirs := references(s)
		apart := map[policy.Ref]policy.Ref{}
		for ref := range theirs {
			if known[ref] && ref.ID != "aws" {
				apart[ref] = policy.Ref{ID: fmt.Sprintf("%s-of-input-%d", ref.ID, n+2), Attr: ref.Attr}
			}
			known[ref] = true
		}
		s = s.Rename(apart)
		all.Unknown = append(slices.Clip(all.Unknown), elsewhere(all, s)...)
		if all.Scope.Account.V.String() == "" {
			all.Scope = s.Scope
		}
		if all.Where.Account.V.String() == "" {
			all.Where = s.Where
		}
		all.Roles = append(slices.Clip(all.Roles), s.Roles...)
		all.Policies = append(slices.Clip(all.Policies), s.Policies...)
		all.Attachments = append(slices.Clip(all.Attachments), s.Attachments...)
		all.Inline = append(slices.Clip(all.Inline), s.Inline...)
		all.Buckets = append(slices.Clip(all.Buckets), s.Buckets...)
		all.Keys = append(slices.Clip(all.Keys), s.Keys...)
		all.DatasetGroups = append(slices.Clip(all.DatasetGroups), s.DatasetGroups...)
		all.Documents = append(slices.Clip(all.Documents), s.Documents...)
		all.Unknown = append(all.Unknown, s.Unknown...)
	}
	return all
}

// references returns the references that a State holds.
func references(s deployed.State) map[policy.Ref]bool {
	found := map[policy.Ref]bool{}
	s.MapTexts(func(t policy.Text) policy.Text {
		for _, r := range t.Refs() {
			found[r] = true
		}
		return t
	})
	return found
}

// elsewhere returns what is to be said where the second of two inputs is of another account or
// region.
func elsewhere(first, second deployed.State) []deployed.Unknown {
	account, region := first.In()
	otherAccount, otherRegion := second.In()
	var notes []deployed.Unknown
	for _, of := range []struct{ kind, one, other string }{
		{"account", account, otherAccount}, {"region", region, otherRegion},
	} {
		if of.one != "" && of.other != "" && of.one != of.other {
			notes = append(notes, deployed.Unknown{Kind: of.kind, What: of.other, At: placeOf(second),
				Why: "what was read before is of " + of.one + ": a setup has one"})
		}
	}
	return notes
}

// placeOf returns a place of the file that a State was read from, as far as one is known.
func placeOf(s deployed.State) deployed.Place {
	var found deployed.Place
	s.MapPlaces(func(p deployed.Place) deployed.Place {
		if found == (deployed.Place{}) {
			found = deployed.Place{Path: p.Path}
		}
		return p
	})
	return found
}
