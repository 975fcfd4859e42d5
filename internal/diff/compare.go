package diff

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// States returns what changes from one State to another, in no order.
func States(old, new deployed.State) []Change { return newOnce().states(old, new) }

func (o *once) states(old, new deployed.State) []Change {
	a, b := newView(old), newView(new)
	out := slices.Concat(settings(a, b), members(a, b), controls(a, b))
	out = append(out, o.grants(a, b)...)
	return append(out, unread(a, b)...)
}

// renamed is a thing that has another name in new than in old.
type renamed struct{ old, new string }

// of returns what something is called in old.
func (r renamed) of(what string) string {
	if rest, ok := strings.CutSuffix(what, r.new); ok && r.new != "" {
		return rest + r.old
	}
	return what
}

// renamedRole returns the role that takes the place of another one. What it may do is compared with what that one
// might: that it is another role is said by itself.
func renamedRole(old, new view) renamed {
	only := func(a, b view) (names []string) {
		for _, r := range a.settings.Roles {
			if !slices.ContainsFunc(b.settings.Roles, func(o deployed.Role) bool {
				return o.Name.V.String() == r.Name.V.String()
			}) {
				names = append(names, fmt.Sprintf("role %q", r.Name.V.String()))
			}
		}
		return names
	}
	gone, come := only(old, new), only(new, old)
	if len(gone) != 1 || len(come) != 1 {
		return renamed{}
	}
	return renamed{gone[0], come[0]}
}

// union returns the holders of both sides by their names in new.
func union(a, b map[string]*held, was renamed) []string {
	all := slices.Collect(maps.Keys(b))
	for what := range a {
		if rest, ok := strings.CutSuffix(what, was.old); ok && was.old != "" {
			what = rest + was.new
		}
		all = append(all, what)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// compared is what came of comparing two holders of policies; one of them may be nil.
type compared struct {
	old, new *held
	changes  []Change
}

func (o *once) holders(oldView, newView view, old, new *held) compared {
	out := compared{old: old, new: new}
	some := new
	if some == nil {
		some = old
	}
	if old.unread() || new.unread() {
		if old.unread() { // what is not understood of new alone is told by itself
			out.changes = []Change{{Kind: Undecided, Severity: Write, Subject: some.what, Old: old.place(), New: new.place(),
				Message: "what the policies of " + some.what + " were is not known"}}
		}
		return out
	}
	setting := policy.Setting{Principal: some.principal}
	if some.kind != policy.Identity {
		setting = policy.Setting{ResourceAccount: newView.account}
	}
	result, err := o.compare(old.policies(), new.policies(), setting)
	if err != nil {
		out.changes = []Change{{Kind: Undecided, Severity: Write, Subject: some.what,
			Message: fmt.Sprintf("%s cannot be compared: %v", some.what, err), Old: old.place(), New: new.place()}}
		return out
	}
	home := newView.account
	if !newView.placed && !oldView.placed {
		home = "" // who is outside is not known
	}
	_, was := oldView.things[some.what]
	_, is := newView.things[some.what]
	for _, c := range result.Changes {
		// A denial on something that is not there yet, or goes with its denials. What exists without the old side
		// stays when that has no policy for it any more.
		if some.kind != policy.Identity && (c.Kind == policy.Narrower && !was ||
			c.Kind == policy.Broader && !is && !oldView.things[some.what]) {
			continue
		}
		out.changes = append(out.changes, granted(home, old, new, some, c))
	}
	if some.kind == policy.Identity {
		out.changes = append(o.denials(home, old, new, some, setting), slices.DeleteFunc(out.changes, func(c Change) bool {
			return c.byDenial
		})...)
	}
	for _, why := range result.Undecided {
		out.changes = append(out.changes, open(some, old, new, "may differ", why))
	}
	return out
}

// policies returns the policies of a holder, as far as it is there.
func (h *held) policies() policy.Policies {
	var p policy.Policies
	if h == nil {
		return p
	}
	if h.kind != policy.Identity {
		all := policy.Document{Version: h.docs[0].Document.Version}
		for _, d := range h.docs {
			all.Statements = append(all.Statements, d.Document.Statements...)
		}
		p.Resource = &all
		return p
	}
	for _, d := range h.docs {
		p.Identity = append(p.Identity, d.Document)
	}
	return p
}

// unread reports whether a holder has a policy whose text is not known.
func (h *held) unread() bool {
	return h != nil && slices.ContainsFunc(h.docs, func(d deployed.Document) bool { return d.Unread })
}

func (h *held) place() *Side {
	if h == nil {
		return nil
	}
	return sideAt(h.docs[0].At)
}
