package lint

import (
	"context"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/snapshot"
)

// Setup is what was found in one setup of an input.
type Setup struct {
	Name     string // "" for an input that has no setups
	Findings []Finding
	comments []comment
}

// Inputs looks at all setups of an input, several at once. What several targets of a setup have
// is one finding, at the first of them. kind is as for [Find]. The error is that of the first
// setup that cannot be read.
func Inputs(ctx context.Context, in *snapshot.Input, kind Kind) ([]Setup, error) {
	names := in.Setups()
	out := make([]Setup, len(names))
	err := snapshot.Each(ctx, len(names), func(i int) error {
		var err error
		out[i], err = one(ctx, in, names[i], kind)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func one(ctx context.Context, in *snapshot.Input, name string, kind Kind) (Setup, error) {
	out := Setup{Name: name}
	readings, err := in.Read(ctx, name)
	if err != nil {
		return out, err
	}
	// Documents that are attached to nothing come last: what the other targets show of them is
	// known better.
	slices.SortStableFunc(readings, func(a, b snapshot.Reading) int { return loose(a) - loose(b) })
	seen, whats := map[string]bool{}, map[string]bool{}
	for _, r := range readings {
		for _, f := range Find(r.State, kind) {
			key := f.On + "\x00" + f.what
			if loose(r) > 0 && len(readings) > 1 && f.Rule != RuleUnknown {
				key = f.what
				if whats[key] {
					continue
				}
			} else if seen[key] {
				continue
			}
			seen[key], whats[f.what] = true, true
			out.Findings = append(out.Findings, f)
		}
	}
	order(out.Findings)
	files, err := in.Files(ctx, name)
	for _, f := range files {
		out.comments = append(out.comments, comments(f.Path, f.Data)...)
	}
	return out, err
}

// loose is 1 for a reading whose documents are attached to nothing.
func loose(r snapshot.Reading) int {
	if len(r.State.Documents) > 0 &&
		len(r.State.Roles)+len(r.State.Buckets)+len(r.State.Keys) == 0 {
		return 1
	}
	return 0
}

// order puts findings into the order of their places.
func order(list []Finding) {
	slices.SortStableFunc(list, func(a, b Finding) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		if a.Col != b.Col {
			return a.Col - b.Col
		}
		return strings.Compare(a.Rule, b.Rule)
	})
}

// Failing reports whether a finding is as bad as a level, or worse.
func Failing(f findings.Finding, level findings.Level) bool {
	rank := map[findings.Level]int{findings.Error: 0, findings.Warning: 1, findings.Note: 2}
	return rank[f.Level] <= rank[level]
}
