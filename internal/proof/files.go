package proof

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/output"
)

// Input is what a proof reads.
type Input struct {
	Files   []output.File // everything that is in the setup's folder, and in that of the module that it shares
	Shared  []output.File // files that several setups have in common
	Printed []output.File // what pzgen writes for the setup: which files there are to be, with which mode

	// Owners are what [Artifacts] found in the files of the setups whose buckets, keys or role this one
	// uses, by their names.
	Owners map[string][]Finding
}

// files holds the set of files against the set that pzgen writes: one that is neither written by pzgen nor the user's
// own by the spec may change what the others mean, whatever is in it. folders are those that are looked at.
func (p *proof) files(in Input, gens []generators.Generator) {
	printed := map[string]output.File{}
	for _, f := range in.Printed {
		printed[f.Path] = f
	}
	within := func(name string) bool {
		return slices.ContainsFunc(gens, func(g generators.Generator) bool {
			dir := p.m.Name + "/" + g.Folder
			return name == dir || strings.HasPrefix(name, dir+"/") ||
				g.Name == "terraform" && p.ofModule(name)
		})
	}
	found := map[string]bool{}
	for _, f := range in.Files {
		if p.ofOwner(f.Path) {
			continue // see handed
		}
		found[f.Path] = true
		want, ok := printed[f.Path]
		switch {
		case ok && f.Mode != want.Mode:
			p.find(Finding{Check: Closed, Path: f.Path, Message: fmt.Sprintf("file has mode %o, and pzgen writes it with %o", f.Mode, want.Mode),
				Hint: "pzgen generate writes it again"})
		case ok, p.ownFile(f.Path):
		default:
			p.find(Finding{Check: Closed, Path: f.Path, Message: fmt.Sprintf("pzgen does not write a file %q here, and what it does is not proved", path.Base(f.Path)),
				Hint: "remove it, or name it under ownFiles in the spec"})
		}
	}
	for _, f := range in.Printed {
		if !found[f.Path] && within(f.Path) {
			p.find(Finding{Check: Closed, Path: f.Path, Message: "file is missing", Hint: "pzgen generate writes it"})
		}
	}
}
