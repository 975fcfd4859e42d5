package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
)

// shared are the files of a run that belong to no setup: constant ones of targets, which all
// setups with such a target use. They are in folders whose names begin with an underscore, as the
// name of no setup does.
type shared map[string][]output.File // by target

// shared returns the shared files of the run: those of its targets, and unless it is about some
// setups or targets alone, what concerns several setups. Each shard writes the same.
func (r *Run) shared() (shared, error) {
	s, err := sharedOf(r.jobs)
	if err == nil && r.root != nil && len(r.sel.Setups) == 0 && len(r.sel.Targets) == 0 {
		s[generators.RootFolder] = r.root // no target is called that
	}
	return s, err
}

// sharedOf returns the shared files of the targets that jobs have.
func sharedOf(jobs []job) (shared, error) {
	s := shared{}
	var last *generators.Generator // of jobs before, which mostly have the same list
	for _, j := range jobs {
		if len(j.gens) == 0 || &j.gens[0] == last {
			continue
		}
		last = &j.gens[0]
		for _, g := range j.gens {
			if _, known := s[g.Name]; known || g.Shared == nil {
				continue
			}
			s[g.Name] = g.Shared()
			for _, f := range s[g.Name] {
				if !output.IsShared(f.Path) {
					return nil, fmt.Errorf("%s: shared file %q is not in a folder whose name "+
						"begins with an underscore", g.Name, f.Path)
				}
			}
		}
	}
	return s, nil
}

// of returns the files that targets share.
func (s shared) of(gens []generators.Generator) []output.File {
	var files []output.File
	for _, g := range gens {
		files = slices.Concat(files, s[g.Name])
	}
	return files
}

// folders returns the files folder by folder, sorted by path.
func (s shared) folders() [][]output.File {
	var all []output.File
	for _, files := range s {
		all = append(all, files...)
	}
	slices.SortFunc(all, func(a, b output.File) int { return strings.Compare(a.Path, b.Path) })
	var out [][]output.File
	for _, f := range all {
		if n := len(out); n > 0 && topOf(out[n-1][0].Path) == topOf(f.Path) {
			out[n-1] = append(out[n-1], f)
			continue
		}
		out = append(out, []output.File{f})
	}
	return out
}

func topOf(p string) string {
	top, _, _ := strings.Cut(p, "/")
	return top
}

// prove proves the files of a setup in memory, as verify proves those of the output folder. What
// it finds means that they are not to be written.
func (s shared) prove(j job, r rendered, owners map[string][]proof.Finding) []findings.Finding {
	var out []findings.Finding
	in := proof.Input{Files: r.all(), Shared: s.of(j.gens), Printed: r.all(), Owners: owners}
	for _, f := range proof.Prove(r.model, j.gens, in).Findings {
		out = append(out, proofFinding(j, f, ""))
	}
	return out
}
