package diff

import (
	"context"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Standing returns what an input grants and sets, as what would change if there were nothing
// before it: who may do what, what is not decided, and, with [Kind] Narrower, what the policies
// of buckets, keys and roles deny. With loose, it also has what documents grant that a
// target holds attached to nothing, while another target of the setup attaches them: where targets
// are alike, that is the same again.
//
// The errors are those of [Inputs].
func Standing(ctx context.Context, in *snapshot.Input, loose bool) ([]Change, error) {
	changes, err := Inputs(ctx, &snapshot.Input{}, in)
	if err != nil {
		return nil, err
	}
	if !loose {
		changes = slices.DeleteFunc(changes, func(c Change) bool {
			if !c.loose || c.attached == 0 {
				return false
			}
			// What the owner of another account gets is in no other target.
			handed, _, _ := strings.Cut(c.Targets[0], " ")
			return !spec.IsHanded(handed)
		})
	}
	if in.Mixed() { // what is beside the setups is the user's
		changes = slices.DeleteFunc(changes, func(c Change) bool {
			return c.Setup == "" && strings.HasPrefix(c.Subject, "file ")
		})
	}
	denied := make([][]Change, len(in.Setups()))
	for i, name := range in.Setups() {
		readings, err := in.Read(ctx, name)
		if err != nil {
			return nil, err
		}
		for _, r := range readings {
			if onlyDocuments(r) {
				continue
			}
			v := newView(r.State)
			for _, h := range v.resources {
				for _, c := range v.denied(h) {
					c.Setup, c.Targets = name, []string{r.Target}
					denied[i] = append(denied[i], c)
				}
			}
		}
	}
	return append(changes, finish(slices.Concat(denied...))...), nil
}

// denied returns what the policy of a resource denies, statement by statement.
func (v view) denied(h *held) []Change {
	var out []Change
	for _, d := range h.docs {
		for i, s := range d.Document.Statements {
			if s.Effect != policy.Deny {
				continue
			}
			grant := policy.Change{Kind: policy.Narrower, Principals: s.Principal.Written(),
				NotPrincipals: s.NotPrincipal.Written(), Actions: s.Action.Written(),
				NotActions: s.NotAction.Written(), Resources: s.Resource.Written(),
				NotResources: s.NotResource.Written(), Conditions: s.Condition}
			w := wording{some: h, change: grant, after: &s, denied: &s}
			c := Change{Kind: Narrower, Severity: None, Subject: h.what, Grant: grant,
				Principal: w.principal(), Actions: grant.Actions, Resources: grant.Resources,
				about: "denies\x01" + s.Normal(), New: sideAt(d.At)}
			if i < len(d.Statements) {
				c.New = sideAt(d.Statements[i])
			}
			c.New.Sid = s.Sid
			c.say(w.who(), " ", w.does())
			out = append(out, c)
		}
	}
	return out
}

// InSome returns the targets that have the change where others of the setup lack it, or nil.
func (c Change) InSome() []string {
	if !c.inSome() {
		return nil
	}
	return c.Targets
}
