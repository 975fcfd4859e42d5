package diff

import (
	"fmt"
	"slices"

	"github.com/pzgen/pzgen/internal/deployed"
)

// members compares who is in which group: a user may do what the policies of the group let it do.
func members(old, new view) []Change {
	var out []Change
	each := func(in, other []deployed.Member, change func(who, group string) Change) {
		for _, m := range in {
			if slices.ContainsFunc(other, func(o deployed.Member) bool {
				return o.User.V.String() == m.User.V.String() &&
					o.Group.V.String() == m.Group.V.String()
			}) {
				continue
			}
			who := fmt.Sprintf("user %q", m.User.V.String())
			c := change(who, fmt.Sprintf("group %q", m.Group.V.String()))
			c.Subject, c.about = who, c.Message
			out = append(out, c)
		}
	}
	each(new.members, old.members, func(who, group string) Change {
		c := Change{Kind: Broader, Severity: Write, New: new.identities[group].place()}
		c.say(who, " ", "is put into "+group+", and may do what its policies allow")
		return c
	})
	each(old.members, new.members, func(who, group string) Change {
		c := Change{Kind: Undecided, Severity: Write, Old: old.identities[group].place()}
		h := old.identities[group]
		if h != nil && !h.unread() && len(h.denials()) == 0 && !old.attaches(group) {
			c.Kind = Narrower
		}
		c.say(who, " ", "is taken out of "+group+", and its policies count no longer")
		return c
	})
	return out
}

// attaches reports whether a principal has a policy attached whose text is not known.
func (v view) attaches(principal string) bool {
	return slices.ContainsFunc(v.settings.Attachments, func(a deployed.Attachment) bool {
		return fmt.Sprintf("%s %q", a.Kind, a.To.V.String()) == principal
	})
}

// controls compares the policies of AWS Organizations: what they allow all together bounds what
// anybody may do.
func controls(old, new view) []Change {
	same := func(a, b deployed.Control) bool {
		return a.Name == b.Name && a.Level == b.Level && a.Resource == b.Resource &&
			!unknown(a) && !unknown(b) &&
			a.Policy.Document.Normal() == b.Policy.Document.Normal()
	}
	var out []Change
	each := func(in, other []deployed.Control, does string, at func(*Change) **Side) {
		for _, c := range in {
			if slices.ContainsFunc(other, func(o deployed.Control) bool { return same(c, o) }) {
				continue
			}
			kind := "service control policy"
			if c.Resource {
				kind = "resource control policy"
			}
			change := Change{Kind: Undecided, Severity: Write}
			change.Subject = fmt.Sprintf("%s %q", kind, c.Name)
			change.say(change.Subject, " ", fmt.Sprintf(does, c.Level))
			change.about = change.Message
			if !unknown(c) {
				change.about += "\x01" + c.Policy.Document.Normal()
			}
			*at(&change) = sideAt(c.At)
			out = append(out, change)
		}
	}
	each(new.controls, old.controls, "is new at %q, or says something else",
		func(c *Change) **Side { return &c.New })
	each(old.controls, new.controls, "is gone from %q, or said something else",
		func(c *Change) **Side { return &c.Old })
	return out
}

func unknown(c deployed.Control) bool { return c.Policy == nil || c.Policy.Unread }
