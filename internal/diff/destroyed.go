package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
)

// losses are what applying the new side deletes, and the old side, if it is a plan, did not. Each
// is told once. A role that is not made anew is told by what it granted.
type losses []loss

type loss struct {
	deployed.Destroyed
	told bool
}

func newLosses(old, new view) losses {
	var out losses
	for _, d := range new.destroyed {
		same := func(o deployed.Destroyed) bool {
			return o.Type == d.Type && o.Address == d.Address && o.Anew == d.Anew &&
				o.Force == d.Force && o.Window == d.Window && slices.Equal(o.Names, d.Names)
		}
		if (d.Type != "role" || d.Anew) && !slices.ContainsFunc(old.destroyed, same) {
			out = append(out, loss{Destroyed: d})
		}
	}
	return out
}

// take returns what is deleted of a subject, or nil.
func (l losses) take(subject string) *loss {
	for i := range l {
		// A key without an alias goes by its address in the place of its ID.
		unnamed := l[i].Type == "key" && strings.HasSuffix(subject, ":key/"+l[i].Address+`"`)
		if unnamed || slices.Contains(l[i].subjects(), subject) {
			l[i].told = true
			return &l[i]
		}
	}
	return nil
}

// rest returns a change for each that was not told with what is gone.
func (l losses) rest() []Change {
	var out []Change
	for _, d := range l {
		if !d.told {
			out = append(out, d.change(d.subjects()[0]))
		}
	}
	return out
}

// subjects returns what a thing may be called in what is said of it.
func (l loss) subjects() []string {
	var out []string
	for _, n := range append(slices.Clip(l.Names), l.Address) {
		out = append(out, fmt.Sprintf("%s %q", l.Type, n))
	}
	return out
}

func (l loss) change(subject string) Change {
	does := "is deleted"
	if l.Anew {
		does = "is deleted and made anew"
	}
	c := Change{Kind: Breaking, Severity: Safeguard, Subject: subject, New: sideAt(l.At)}
	c.say(subject, " ", fmt.Sprintf("%s (%s): %s", does, l.Address, fate(l)))
	c.about = fmt.Sprintf("deleted\x01%t\x01%t\x01%d", l.Anew, l.Force, l.Window)
	return c
}

// fate says what becomes of what is in a thing that a plan deletes (Amazon S3 User Guide, "Deleting
// a general purpose bucket"; KMS API Reference, ScheduleKeyDeletion; Amazon Personalize Developer
// Guide, DeleteDatasetGroup; IAM User Guide, "AWS JSON policy elements: Principal").
func fate(l loss) string {
	switch {
	case l.Type == "bucket" && l.Force:
		return "what is in it is deleted with it"
	case l.Type == "bucket":
		return "AWS refuses that while something is in it, so that applying the plan fails"
	case l.Type == "key":
		return fmt.Sprintf("nothing can be decrypted with it from then on, and after %d days "+
			"what it encrypted is lost", l.Window)
	case l.Type == "role":
		return "policies that name it as principal stay with the deleted one until they are " +
			"written again"
	}
	return "AWS refuses that while it has datasets, solutions or event trackers, so that applying " +
		"the plan fails"
}
