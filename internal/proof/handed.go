package proof

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// handed proves what the owner of another account applies for the setup, whose calls pass by it. Its
// files are in the setup's folder. Where none were printed, its documents alone are proved.
func (p *proof) handed(part *model.Setup, printed bool, in Input) {
	within := func(files []output.File) []output.File {
		return slices.DeleteFunc(slices.Clone(files), func(f output.File) bool {
			return !strings.HasPrefix(f.Path, part.Name+"/")
		})
	}
	var gens []generators.Generator
	if printed {
		gens = generators.For(part.Targets)
	}
	r := Prove(part, gens, Input{Files: within(in.Files), Printed: within(in.Printed), Shared: in.Shared})
	for _, f := range r.Findings {
		f.Setup = p.m.Name
		f.Message = "for the owner of account " + part.Account + ": " + f.Message
		p.report.Findings = append(p.report.Findings, f)
	}
	p.report.Refused += r.Refused
}

// ofOwner reports whether a file is in a folder of what an owner applies.
func (p *proof) ofOwner(path string) bool {
	return slices.ContainsFunc(p.m.Handed, func(part *model.Setup) bool {
		return strings.HasPrefix(path, part.Name+"/")
	})
}
