package diff

import (
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
)

// What is not understood twice is more than what is not understood once.
func TestUnknownOnceMore(t *testing.T) {
	u := deployed.Unknown{Kind: "resource type", What: "AWS::IAM::UserPolicy"}
	old, new := state(t, read, "", "", ""), state(t, read, "", "", "")
	old.Unknown, new.Unknown = []deployed.Unknown{u}, []deployed.Unknown{u, u}
	if got := States(old, new); len(got) != 1 || got[0].Kind != Undecided {
		t.Error(lines(got))
	}
	if got := States(new, old); len(got) != 0 {
		t.Error(lines(got))
	}
}
