package diff

import (
	"fmt"
	"time"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/spec"
)

// The rules of findings about approvals.
const (
	RuleExpired = "expired" // its last day is over, and the change is still there
	RuleUnused  = "unused"  // no change has its fingerprint
)

// Accepted is the approval of a change.
type Accepted struct {
	Reason string `json:"reason"`
	Until  string `json:"until,omitempty"`
}

// Accept marks the changes of a spec's setups that the spec approves of. It returns a finding for each approval that
// is over while its change is there, and for each that no change has: it would let the same pass later, unseen. What
// several changes have, such as one approval in two setups, is asked for each setup by itself. file is the spec's.
func (r Report) Accept(file string, setups []*spec.Setup, now time.Time) []findings.Finding {
	at := map[[2]string]int{}
	for i, c := range r.Changes {
		at[[2]string{c.Setup, c.Fingerprint}] = i
	}
	var out []findings.Finding
	for _, s := range setups {
		for _, a := range s.Accept {
			f := findings.Finding{Level: findings.Warning, File: file, Line: a.Place.Line, Col: a.Place.Col}
			i, ok := at[[2]string{s.Name, a.Change}]
			switch {
			case !ok:
				f.Rule, f.Hint = RuleUnused, "remove it"
				f.Message = fmt.Sprintf("setup %s accepts change %s, which is not there", s.Name, a.Change)
			case a.Expired(now):
				f.Rule, f.Level, f.Hint = RuleExpired, findings.Error, "decide again: give it another day, or take the change back"
				f.Message = fmt.Sprintf("setup %s accepted change %s until %s", s.Name, a.Change, a.Until)
			default:
				r.Changes[i].Accepted = &Accepted{a.Reason, a.Until}
				continue
			}
			out = append(out, f)
		}
	}
	return out
}
