package diff

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
)

// A trust policy that says the same takes nothing else that the role may do to the other out.
func TestMovedTrust(t *testing.T) {
	roles := func(inline, trust string) deployed.State {
		s := state(t, inline, assume(`{"Service": "personalize.amazonaws.com"}`), "", "")
		s.Roles = append(s.Roles, deployed.Role{Name: deployed.Lit("Other"), Created: true, Trust: document(t, trust)})
		return s
	}
	other := "arn:aws:iam::111122223333:role/Other"
	direct := assume(`{"AWS": "arn:aws:iam::111122223333:role/Shop"}`)
	old := roles(read, direct+","+assume(`{"AWS": "arn:aws:iam::111122223333:role/Ann"}`))
	new := roles(read+","+allow("sts:AssumeRole", other)+","+allow("iam:PassRole", other),
		assume(`{"AWS": "arn:aws:iam::111122223333:root"}`))
	got := lines(finish(States(old, new)))
	if !slices.Contains(got, `broader pass-role: role "Shop" may iam:PassRole on `+other) {
		t.Error(strings.Join(got, "\n"))
	}
}
