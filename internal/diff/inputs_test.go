package diff

import (
	"testing"

	"github.com/pzgen/pzgen/internal/snapshot"
)

// Documents of one kind that somebody else is in are no documents of the same change.
func TestUnattachedOfOthers(t *testing.T) {
	one := Change{Kind: Broader, Actions: []string{"s3:GetObject"}, Resources: []string{"*"}, whom: "a", Witness: &Witness{}, Targets: []string{"shell"}}
	other := one
	other.whom, other.Targets = "*", []string{"json"}
	if got := unattached([]Change{one}, []Change{other}); len(got) != 2 {
		t.Error("a change is taken for that of another principal")
	}
	one.whom = ""
	if got := unattached([]Change{one}, []Change{other}); len(got) != 2 {
		t.Error("what everybody may is taken for what a principal may by its own policy")
	}
	one.whom = "a"
	other.whom = "a"
	if got := unattached([]Change{one}, []Change{other}); len(got) != 1 {
		t.Error("a change is there twice")
	}
}

// A target that only one side has is compared, too.
func TestTargetOfOneSide(t *testing.T) {
	with := func(target, action string) snapshot.Reading {
		return snapshot.Reading{Target: target, State: state(t, read+","+allow(action, "*"), "", "", "")}
	}
	changes := func(old, new []snapshot.Reading, whole bool) (all []Change) {
		for _, p := range alongside(old, new, whole) {
			all = append(all, States(p.old.State, p.new.State)...)
		}
		return all
	}
	one, both := []snapshot.Reading{with("shell", "s3:GetObject")}, []snapshot.Reading{with("shell", "s3:GetObject"), with("terraform", "s3:*")}
	if got := changes(one, both, true); len(got) != 1 || got[0].Kind != Broader {
		t.Error(lines(got))
	}
	if got := changes(both, one, true); len(got) != 1 || got[0].Kind != Narrower {
		t.Error(lines(got))
	}
	same := []snapshot.Reading{one[0], with("terraform", "s3:GetObject")}
	if got := changes(one, same, true); len(got) != 0 {
		t.Error(lines(got))
	}
}
