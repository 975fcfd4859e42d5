package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/denial"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// lacking is the fault of a call that no statement denies and that lacks an Allow.
func (d *diagnosis) lacking(c *call, a answer) Fault {
	side, docs := d.wanting(c, a)
	list := d.alike(c, func(o *call, b answer) bool {
		if b.unseen != nil || b.Outcome != policy.ImplicitlyDenied {
			return false
		}
		other, more := d.wanting(o, b)
		return other == side && slices.Equal(more, docs)
	})
	near := d.nearest(c, docs)
	cause, why := d.causeOf(c, side, docs, near)
	at, where := deployed.Place{}, ""
	switch {
	case near.doc != nil:
		at, where = near.doc.place(near.statement), near.doc.statement(near.statement)
	case len(docs) == 1:
		at, where = docs[0].at, "the "+docs[0].title()
	case len(docs) > 1:
		at, where = docs[0].at, "the policies of "+docs[0].on
	default:
		where = d.nobody(c)
	}
	if side == "resource" && strings.HasPrefix(c.Action, "s3:") && d.publicRefused() {
		cause, why = publicPolicy, why+", and Block Public Access refused the one that was to be put there, which lets in everybody"
	}
	f := Fault{Cause: causeOf(cause), At: at, Calls: d.shown(list),
		Message: fmt.Sprintf("%s: %s; %s cannot %s on %s", where, why, d.who(c), c.Action, c.Request.Resource)}
	f.Fix = d.allow(list, side, docs)
	return f
}

// publicRefused reports whether AWS refused a policy because it is public.
func (d *diagnosis) publicRefused() bool {
	is := func(r denial.Denial) bool { return r.By == denial.PublicAccess }
	return slices.ContainsFunc(d.q.Refused, is) ||
		slices.ContainsFunc(d.q.State.Refusals, func(r deployed.Refusal) bool {
			said, ok := denial.Parse(r.Message)
			return ok && is(said)
		})
}

// nobody says whose policies a call lacks that has no documents at all.
func (d *diagnosis) nobody(c *call) string {
	return "the policies of " + d.who(c)
}

// who returns the caller for people.
func (d *diagnosis) who(c *call) string {
	a, ok := policy.ParseARN(c.Request.Principal)
	switch {
	case c.Request.Principal == service:
		return "Personalize (" + service + ")"
	case ok && a.Service == "iam":
		kind, _ := a.Type()
		return fmt.Sprintf("%s %q", kind, a.Name())
	}
	return c.Request.Principal
}

// wanting returns the side that is to allow a call, and its documents. Where a statement on either
// side would do, it is the one that the guide asks for.
func (d *diagnosis) wanting(c *call, a answer) (string, []*document) {
	missing := func(s string) bool { return slices.Contains(a.Missing, s) }
	onKey := a.sides.resource != nil && a.sides.resource.kind == policy.KeyPolicy
	keysOnly := onKey && !slices.Contains(c.Sides, calls.Identity) && c.Caller == calls.Role
	switch {
	case a.sides.resource != nil && missing("resource"), keysOnly && missing("identity"):
		return "resource", []*document{a.sides.resource}
	case missing("identity"):
		return "identity", a.sides.identity
	}
	for _, m := range a.Missing {
		if doc := a.sides.named(m); doc != nil {
			return m, []*document{doc}
		}
	}
	return "identity", a.sides.identity
}

// near is a statement that comes near to allowing a call.
type near struct {
	doc       *document
	statement int
	fit       policy.Fit
	misses    int
}

// nearest returns the statement of which one element alone does not fit; none where there is none.
// Of several it is one whose action fits.
func (d *diagnosis) nearest(c *call, docs []*document) near {
	var best near
	q, err := policy.Prepare(c.Request)
	if err != nil {
		return best
	}
	for _, doc := range docs {
		if doc == nil || doc.doc == nil {
			continue
		}
		for i, s := range doc.doc.Statements {
			if s.Effect != policy.Allow {
				continue
			}
			f := q.Fit(doc.kind, doc.doc.Version, s)
			n := near{doc, i, f, 0}
			for _, ok := range []bool{f.Principal, f.Action, f.Resource, !slices.Contains(f.Conditions, false)} {
				if !ok {
					n.misses++
				}
			}
			if n.misses == 1 && d.meant(c, doc.kind, s, f) && (best.doc == nil || f.Action && !best.fit.Action) {
				best = n
			}
		}
	}
	return best
}

// meant reports whether a statement looks like one for the call: not one for other services, and not
// that by which a key's policy leaves it to the account.
func (d *diagnosis) meant(c *call, kind policy.Kind, s policy.Statement, f policy.Fit) bool {
	root := "arn:" + d.q.Setup.Partition + ":iam::" + d.world.account + ":root"
	if kind == policy.KeyPolicy && s.Principal != nil && slices.ContainsFunc(s.Principal.Types,
		func(t policy.PrincipalType) bool {
			return slices.ContainsFunc(t.Values.Values, func(v policy.Text) bool {
				return v.IAM() == root || v.IAM() == d.world.account
			})
		}) {
		return false
	}
	prefix, _, _ := strings.Cut(c.Action, ":")
	return f.Action || slices.ContainsFunc(s.Action.Values, func(v policy.Text) bool {
		return strings.HasPrefix(strings.ToLower(v.IAM()), prefix+":")
	})
}

// causeOf returns why no statement of some documents allows a call, and says it.
func (d *diagnosis) causeOf(c *call, side string, docs []*document, n near) (id, why string) {
	limits := map[string]string{"permissionsBoundaries": bounded, "serviceControl": controlled,
		"resourceControl": controlledUs}
	kind, _, _ := strings.Cut(side, "[")
	if n.doc != nil {
		if id, why = d.nearCause(c, n); id != "" {
			return cmp.Or(limits[kind], id), why
		}
	}
	if limits[kind] != "" {
		return limits[kind], "no statement allows it"
	}
	trust := len(docs) > 0 && docs[0] != nil && docs[0].kind == policy.Trust
	onS3, onKMS := strings.HasPrefix(c.Action, "s3:"), strings.HasPrefix(c.Action, "kms:")
	switch {
	case trust:
		return noTrust, "no statement lets in " + service
	case side == "resource" && onS3 && docs[0].doc == nil:
		return noBucketPolicy, "there is none"
	case side == "resource" && onS3:
		return bucketLacks, "no statement allows it"
	case side == "resource" && onKMS && c.Request.Principal == service:
		return keyLacksUs, "no statement lets in " + service
	case side == "resource" && onKMS:
		return keyLacksRole, "no statement lets in the role or leaves it to the policies of its account"
	case c.Caller == calls.Role && onS3:
		return roleLacksS3, "no statement allows it"
	case c.Caller == calls.Role && onKMS:
		return roleLacksKey, "no statement allows it"
	case c.workflow == beginning:
		return noPass, "no statement allows it"
	}
	return lacksOther, "no statement allows it"
}
