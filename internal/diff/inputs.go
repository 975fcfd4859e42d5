package diff

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/snapshot"
)

// Inputs compares all setups of two inputs, several at once, and returns what changes in them. A setup whose files
// are the same byte by byte is not read. The error is that of the first setup that cannot be read.
func Inputs(ctx context.Context, old, new *snapshot.Input) ([]Change, error) {
	setups, err := pair(old, new)
	if err != nil {
		return nil, err
	}
	changes := make([][]Change, len(setups))
	err = snapshot.Each(ctx, len(setups), func(i int) error {
		var err error
		changes[i], err = one(ctx, old, new, setups[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	if !old.Mixed() || !new.Mixed() {
		stray, err := strangers(ctx, old, new, names{})
		if err != nil {
			return nil, err
		}
		changes = append(changes, stray)
	}
	return finish(slices.Concat(changes...)), nil
}

// names is what a setup is called on each side, and in what is said of it.
type names struct{ old, new, shown string }

// pair tells which setups are compared with each other: those of one name, or the one thing that each side has.
func pair(old, new *snapshot.Input) ([]names, error) {
	a, b := old.Setups(), new.Setups()
	alone := func(in *snapshot.Input, names []string) bool {
		return len(names) == 1 && (in.Alone || names[0] == "")
	}
	if len(a) == 1 && len(b) == 1 && (a[0] == b[0] || alone(old, a) || alone(new, b)) {
		return []names{{a[0], b[0], cmp.Or(b[0], a[0])}}, nil
	}
	for _, side := range []struct {
		one, many *snapshot.Input
	}{{old, new}, {new, old}} {
		if side.one.Has("") && len(side.many.Setups()) > 0 {
			return nil, &snapshot.InputError{
				Err: fmt.Errorf("%s has %d setups, and %s is one %s", side.many.Name, len(side.many.Setups()),
					side.one.Name, side.one.Kind),
				Hint: "name the folder of the setup that it is to be compared with"}
		}
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	var out []names
	for _, n := range slices.Compact(all) {
		out = append(out, names{n, n, n})
	}
	return out, nil
}

// one compares a setup.
func one(ctx context.Context, old, new *snapshot.Input, n names) ([]Change, error) {
	if n.old == n.new && snapshot.Same(ctx, old, new, n.old) {
		return nil, nil
	}
	before, err := readings(ctx, old, n.old)
	if err != nil {
		return nil, err
	}
	after, err := readings(ctx, new, n.new)
	if err != nil {
		return nil, err
	}
	pairs := alongside(before, after, whole(old) && whole(new))
	same := newOnce()
	parts := make([]part, len(pairs))
	for i, p := range pairs {
		if p.old.Answers != p.new.Answers {
			p.old.State, p.new.State = asAnswered(p.old.State), asAnswered(p.new.State)
		}
		if p.old.Unprotected || p.new.Unprotected {
			p.old.State, p.new.State = unprotected(p.old.State), unprotected(p.new.State)
		}
		changes := same.states(p.old.State, p.new.State)
		if whole(old) && whole(new) {
			changes = append(changes, readdressed(p.old.State, p.new.State)...)
		}
		if p.unlike {
			changes = slices.DeleteFunc(changes, func(c Change) bool {
				return c.Kind == Setting && c.Severity == None
			})
		}
		parts[i] = part{p.target, p.documents, changes}
	}
	strange, err := strangers(ctx, old, new, n)
	return append(gather(n.shown, parts), strange...), err
}

// part is what was found in one target of a setup.
type part struct {
	target    string
	documents bool // it has documents alone, attached to nothing
	changes   []Change
}

// gather returns what was found in a setup: what several targets have is one change.
func gather(setup string, parts []part) []Change {
	attached := 0
	for _, p := range parts {
		if !p.documents {
			attached++
		}
	}
	var all, shown []Change
	for _, p := range parts {
		for _, c := range p.changes {
			c.Setup, c.Targets, c.outOf, c.attached = setup, []string{p.target}, len(parts), attached
			c.loose = p.documents
			if p.documents {
				shown = append(shown, c)
			} else {
				all = append(all, c)
			}
		}
	}
	return unattached(finish(all), shown)
}

// unattached adds the changes of a target that has documents alone to those of the others, which say what they are
// attached to. What is the same but for that is one change.
func unattached(all, shown []Change) []Change {
	same := func(a, b Change) bool {
		return a.Kind == b.Kind && a.whom == b.whom && slices.Equal(a.Actions, b.Actions) && slices.Equal(a.Resources, b.Resources) &&
			slices.Equal(a.Conditions, b.Conditions) && (a.Witness == nil) == (b.Witness == nil)
	}
	for _, c := range shown {
		i := slices.IndexFunc(all, func(o Change) bool {
			return same(o, c) && !slices.Contains(o.Targets, c.Targets[0])
		})
		if i < 0 || c.Witness == nil {
			all = append(all, c)
			continue
		}
		all[i].Targets = append(all[i].Targets, c.Targets[0])
	}
	return all
}

// readings reads a setup; one that the input does not have is nothing in no target.
func readings(ctx context.Context, in *snapshot.Input, name string) ([]snapshot.Reading, error) {
	if !in.Has(name) {
		return nil, nil
	}
	return in.Read(ctx, name)
}

type pairOf struct {
	target    string
	old, new  snapshot.Reading
	documents bool // it has documents alone, attached to nothing
	unlike    bool // the sides are of two targets, which say some things in two ways
}

// whole reports whether an input has setups in all of their targets, so that one which is not there is none.
func whole(in *snapshot.Input) bool { return len(in.Setups()) > 0 && !in.Has("") }

// onlyDocuments reports whether what a target has is attached to nothing.
func onlyDocuments(r snapshot.Reading) bool {
	return len(r.State.Documents) > 0 && len(r.State.Roles) == 0
}

// alongside pairs what two sides have in the same target. Where they have no target in common, the first of each that
// says what policies are attached to is held against that of the other: a template against a module. A side that does
// not exist is empty. Of two whole setups, a target that only one has is held against one that the other has, or
// documents against nothing: whoever deploys it would get what it says.
func alongside(old, new []snapshot.Reading, whole bool) (out []pairOf) {
	find := func(list []snapshot.Reading, target string) *snapshot.Reading {
		i := slices.IndexFunc(list, func(r snapshot.Reading) bool { return r.Target == target })
		if i < 0 {
			return nil
		}
		return &list[i]
	}
	defer func() {
		for i := range out {
			p := &out[i]
			p.documents = len(out) > 1 && len(p.old.State.Documents)+len(p.new.State.Documents) > 0 &&
				len(p.old.State.Roles)+len(p.new.State.Roles) == 0
			if p.documents { // they do not say where they are for; the others do
				p.old.State.Scope, p.new.State.Scope = scopeOf(old), scopeOf(new)
			}
		}
	}()
	switch {
	case len(old) == 0:
		for _, r := range new {
			out = append(out, pairOf{target: r.Target, new: r})
		}
		return out
	case len(new) == 0:
		for _, r := range old {
			out = append(out, pairOf{target: r.Target, old: r})
		}
		return out
	}
	for _, r := range new {
		if o := find(old, r.Target); o != nil {
			out = append(out, pairOf{target: r.Target, old: *o, new: r})
		}
	}
	attached := func(list []snapshot.Reading) snapshot.Reading {
		for _, r := range list {
			if !onlyDocuments(r) {
				return r
			}
		}
		return snapshot.Reading{}
	}
	if whole {
		for _, r := range new {
			if find(old, r.Target) == nil {
				p := pairOf{target: r.Target, new: r}
				if !onlyDocuments(r) {
					p.old = attached(old)
				}
				p.unlike = p.old.Target != ""
				out = append(out, p)
			}
		}
		for _, r := range old {
			if find(new, r.Target) == nil {
				p := pairOf{target: r.Target, old: r}
				if !onlyDocuments(r) {
					p.new = attached(new)
				}
				p.unlike = p.new.Target != ""
				out = append(out, p)
			}
		}
	}
	if len(out) == 0 {
		// What says what a policy is attached to tells more than what has documents alone.
		o, n := attached(old), attached(new)
		if o.Target == "" || n.Target == "" {
			o, n = old[0], new[0]
		}
		out = append(out, pairOf{target: o.Target + " and " + n.Target, old: o, new: n, unlike: true})
	}
	return out
}

// scopeOf returns where a setup is for, as the first target that says it has it.
func scopeOf(list []snapshot.Reading) deployed.Scope {
	for _, r := range list {
		if s := r.State.Scope; s.Account.V.String() != "" {
			return s
		}
	}
	return deployed.Scope{}
}
