package main

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/findings"
	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/verify"
)

// prove proves the files of a setup in memory, as verify proves those of the output folder. What it finds means that they are not to be written.
func prove(j job, r rendered) []findings.Finding {
	var readable []generators.Generator
	for _, g := range j.gens {
		if g.Read != nil {
			readable = append(readable, g)
		}
	}
	var out []findings.Finding
	for _, f := range verify.Setup(r.model, readable, r.files).Findings {
		out = append(out, proofFinding(j, f))
	}
	return out
}

// proofFinding places a finding in the spec where it has a place there, because the artifact is not written yet.
func proofFinding(j job, f verify.Finding) findings.Finding {
	out := findings.Finding{Rule: f.Check, Level: findings.Error, File: j.file, Line: f.Place.Line, Col: f.Place.Col, Hint: f.Hint,
		Message: "setup " + j.setup.Name + ": " + f.Message, Detail: strings.Join(f.Details, "\n")}
	if p := j.setup.Places[""]; out.Line == 0 {
		out.Line, out.Col = p.Line, p.Col
	}
	if f.Path != "" {
		out.Message += " (" + findings.Finding{File: f.Path, Line: f.Line}.Place() + ")"
	}
	return out
}

// notProved ends a generate whose proof failed.
func notProved(n int) error {
	return &failure{exitFindings, fmt.Errorf("the proof fails: %s", plural(n, "finding")), "nothing was written; --no-verify writes all the same"}
}
