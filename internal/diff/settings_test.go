package diff

import (
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
)

// A policy whose text is not known may have been there for what it denies.
func TestDetached(t *testing.T) {
	for name, want := range map[string]Kind{
		"arn:aws:iam::aws:policy/CloudWatchFullAccessV2":  Narrower,
		"arn:aws:iam::aws:policy/AWSDenyAll":              Undecided,
		"arn:aws:iam::111122223333:policy/org/Guardrails": Undecided,
	} {
		old := state(t, read, "", "", "")
		old.Attachments = []deployed.Attachment{{Policy: deployed.Lit(name), Kind: deployed.RoleP, To: deployed.Lit("Shop")}}
		if got := States(old, state(t, read, "", "", "")); len(got) != 1 || got[0].Kind != want {
			t.Errorf("%s: %q", name, lines(got))
		}
	}
}
