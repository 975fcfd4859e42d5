package diff

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/spec"
)

// strangers tells the files that no reader reads, where they are new or say something else, but for
// those that a spec names as the user's own. What is not read may be run by whoever applies the
// setup.
func strangers(ctx context.Context, old, new *snapshot.Input, n names) ([]Change, error) {
	before, err := old.Beside(ctx, n.old)
	if err != nil {
		return nil, err
	}
	after, err := new.Beside(ctx, n.new)
	if err != nil {
		return nil, err
	}
	if n == (names{}) && !snapshot.SameRoot(old, new) {
		for in, list := range map[*snapshot.Input]*[]snapshot.Beside{old: &before, new: &after} {
			more, err := in.BesideRoot(ctx)
			if err != nil {
				return nil, err
			}
			*list = append(*list, more...)
		}
	}
	own := slices.Concat(old.OwnFiles(n.old), new.OwnFiles(n.new))
	var out []Change
	for _, f := range after {
		same := func(o snapshot.Beside) bool {
			return !f.Link && !o.Link && o.Path == f.Path && o.Mode == f.Mode && bytes.Equal(o.Data, f.Data)
		}
		if spec.OwnPattern(own, f.Path) != "" || slices.ContainsFunc(before, same) {
			continue
		}
		subject := fmt.Sprintf("file %q", f.Path)
		c := Change{Kind: Undecided, Severity: Write, Setup: n.shown, Subject: subject,
			New: sideAt(f.At)}
		c.say(subject, " ", "was not read: it is new, or says something else")
		c.about = "not read\x01" + checksum(f.Data)
		out = append(out, c)
	}
	for _, f := range before {
		if spec.OwnPattern(own, f.Path) == "" &&
			!slices.ContainsFunc(after, func(o snapshot.Beside) bool { return o.Path == f.Path }) {
			subject := fmt.Sprintf("file %q", f.Path)
			c := Change{Kind: Setting, Severity: None, Setup: n.shown, Subject: subject,
				Old: sideAt(f.At)}
			c.say(subject, " ", "is not there any more, and was not read")
			out = append(out, c)
		}
	}
	return out, nil
}
