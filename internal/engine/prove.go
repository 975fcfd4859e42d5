package engine

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/pzgen/pzgen/spec"
)

// proofFinding tells of a finding of a proof. Its place is in the generated file, where it is
// about one, and in the spec. folder is the output folder; without one the file is not written
// yet, and the place is in the spec alone.
func proofFinding(j job, f proof.Finding, folder string) findings.Finding {
	place := f.Place
	if place.Line == 0 {
		place = j.setup.Places[""]
	}
	out := findings.Finding{Rule: f.Check, Level: findings.Error, File: j.file, Line: place.Line,
		Col: place.Col, Hint: f.Hint,
		Message: "setup " + j.setup.Name + ": " + f.Message}
	inSpec := out.Place()
	detail := f.Details
	switch {
	case f.Path != "" && folder != "":
		out.File, out.Line, out.Col = inFolder(folder, f.Path), f.Line, 0
		detail = append(slices.Clone(detail), "in the spec: "+inSpec)
	case f.Path != "":
		out.Message += " (" + findings.Finding{File: f.Path, Line: f.Line}.Place() + ")"
	}
	if f.Template != "" && (f.Check == proof.Minimal || f.Check == proof.Sufficient) {
		detail = append(slices.Clone(detail), "made from template "+f.Template+" (pzgen "+
			"templates list tells where it stands)")
	}
	for _, line := range detail {
		out.Detail += line + "\n"
	}
	return out
}

// inFolder returns the path by which findings call a file of an output folder.
func inFolder(folder, p string) string {
	return filepath.ToSlash(filepath.Join(folder, filepath.FromSlash(p)))
}

// caveats tells which statements are accepted though no workflow needs them, and why, and what the
// proof is silent on.
func caveats(j job, r *proof.Report) []findings.Finding {
	var out []findings.Finding
	note := func(rule string, place spec.Place, hint, format string, args ...any) {
		if place == (spec.Place{}) {
			place = j.setup.Places[""]
		}
		out = append(out, findings.Finding{Rule: rule, Level: findings.Note, File: j.file, Line: place.Line,
			Col: place.Col, Hint: hint, Message: "setup " + j.setup.Name + ": " + fmt.Sprintf(format, args...)})
	}
	for _, a := range r.Accepted {
		note(RuleAccepted, a.Place, "", "statement %q of %s is accepted: %s", a.Sid, a.Document,
			strings.Join(strings.Fields(a.Accepted), " "))
	}
	for _, u := range r.Unproved {
		note(RuleUnproved, u.Place, u.Hint, "%s", u.Message)
	}
	return out
}
