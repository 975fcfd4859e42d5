package deployed

import (
	"testing"

	"github.com/pzgen/pzgen/policy"
)

// What confines an artifact counts before where it was read, and what is not known is nothing.
func TestIn(t *testing.T) {
	open := Text{V: policy.NewText(policy.Ref{ID: "Account", Attr: "value"})}
	for _, c := range []struct {
		s               State
		account, region string
	}{
		{State{}, "", ""},
		{State{Where: Scope{Account: Lit("111122223333")}}, "111122223333", ""},
		{State{Scope: Scope{Account: Lit("444455556666"), Region: Lit("eu-west-1")}, Where: Scope{Account: Lit("111122223333")}},
			"444455556666", "eu-west-1"},
		{State{Scope: Scope{Account: open}}, "", ""},
	} {
		if account, region := c.s.In(); account != c.account || region != c.region {
			t.Errorf("%q %q, want %q %q", account, region, c.account, c.region)
		}
	}
}
