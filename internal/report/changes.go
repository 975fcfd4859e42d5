package report

import (
	"context"
	"strings"

	"github.com/pzgen/pzgen/internal/diff"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/snapshot"
)

// changes is what changed since the last review.
type changes struct {
	Against  string
	Relation string
	List     []change
	Wrong    []findings.Finding // with approvals
}

// change is one change, in the words of diff.
type change struct {
	Setup, Kind, About, Text, Place, Witness, Fingerprint string
	Accepted                                              string // the reason why it is
}

// kindWords are the kinds of changes in words.
var kindWords = map[diff.Kind]string{diff.Broader: "more", diff.Narrower: "less",
	diff.Breaking: "made anew", diff.Setting: "setting", diff.Undecided: "may differ"}

// changes compares the output folder with what it is held against.
func (b *builder) changes(ctx context.Context, in *snapshot.Input) error {
	list, err := diff.Inputs(ctx, b.source.Old, in)
	if err != nil {
		return err
	}
	report := diff.NewReport(list)
	out := &changes{Against: b.source.Against, Relation: string(report.Relation)}
	out.Wrong = report.Accept(strings.Join(b.source.Specs, ", "), b.source.Setups, b.source.Now)
	for _, c := range report.Changes {
		one := change{Setup: c.Setup, Kind: kindWords[c.Kind], About: c.About(), Text: c.Message,
			Fingerprint: c.Fingerprint, Place: placeOf(c)}
		if c.Witness != nil {
			one.Witness = c.Witness.String()
		}
		if c.Accepted != nil {
			one.Accepted = c.Accepted.Reason
		}
		out.List = append(out.List, one)
	}
	b.page.Changes = out
	return nil
}
