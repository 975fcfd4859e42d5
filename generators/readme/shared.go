package readme

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// shared is what a setup has in common with others.
type shared struct {
	From []lender // whose things it uses, to be applied before
	To   []loan   // what of its own others use
	Role span     // the setups that use its role

	Owners []handed // of other accounts
}

// handed is what the owner of another account gets to apply.
type handed struct {
	Account, Folder span
	Things          inline
}

// hand adds a bucket or key of another account.
func (v *shared) hand(o *model.Owner, what, id string) {
	_, folder, _ := strings.Cut(o.Setup, "/")
	thing := text(what+" ") + " " + inline(code(id))
	for i := range v.Owners {
		if v.Owners[i].Account == code(o.Account) {
			v.Owners[i].Things += ", " + thing
			return
		}
	}
	v.Owners = append(v.Owners, handed{code(o.Account), code(folder), thing})
}

// lender is a setup whose bucket, key or role this one uses.
type lender struct {
	Setup  span
	Things inline
	Sids   span // of the statements for this setup in its policies
}

// loan is a bucket or a key whose policy holds statements for other setups.
type loan struct {
	Thing inline
	Sids  span
}

func newShared(s *model.Setup) shared {
	v := shared{Role: codes(s.Role.Users)}
	type one struct {
		setup  string
		things []string
		sids   []string
	}
	var from []*one
	use := func(setup, thing string, own policy.Document) {
		i := slices.IndexFunc(from, func(o *one) bool { return o.setup == setup })
		if i < 0 {
			i, from = len(from), append(from, &one{setup: setup})
		}
		from[i].things = append(from[i].things, thing)
		from[i].sids = append(from[i].sids, sids(own)...)
	}
	lend := func(what, id string, d policy.Document) {
		if len(d.Statements) > 0 {
			v.To = append(v.To, loan{inline(what+" ") + inline(code(id)), codes(sids(d))})
		}
	}
	if of := s.Role.Of; of != "" {
		use(of, "its role", policy.Document{})
	}
	for _, b := range s.Buckets {
		lend("bucket", b.ID, b.Lent)
		if o := b.Owner; o.Elsewhere() != "" {
			v.hand(o, "bucket", b.ID)
		} else if o != nil {
			use(o.Setup, "its bucket "+o.ID, b.Own)
		}
	}
	for _, k := range s.Keys {
		lend("key", k.ID, k.Lent)
		if o := k.Owner; o.Elsewhere() != "" {
			v.hand(o, "key", k.ID)
		} else if o != nil {
			use(o.Setup, "its key "+o.ID, k.Own)
		}
	}
	for _, o := range from {
		slices.Sort(o.sids)
		l := lender{Setup: code(o.setup), Sids: codes(slices.Compact(o.sids))}
		for i, thing := range o.things {
			if i > 0 {
				l.Things += ", "
			}
			l.Things += text(thing)
		}
		v.From = append(v.From, l)
	}
	return v
}

// lentKey finds out the ARN of a key of another setup, which was applied before.
func (h *hand) lentKey(k model.Key) {
	if k.Owner != nil && k.ARN == "" {
		h.set(keyVariable(k.ID), "aws", "kms", "describe-key", h.region(), flag{"key-id", k.Alias},
			flag{"query", "KeyMetadata.Arn"}, flag{"output", "text"})
	}
}
