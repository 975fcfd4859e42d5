package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
)

// The rules of findings of [Run.Verify] beside those of package proof.
const (
	RuleMissing  = "missing"  // a file is not there
	RuleAccepted = "accepted" // a statement that no workflow needs, and that the spec accepts
	RuleUnproved = "unproved" // the proof is silent on it, since it depends on what is not known
)

// Verified is the proof of one setup's files in the output folder.
type Verified struct {
	Setup  string
	Report *proof.Report      // nil where Failed has an error
	Found  []findings.Finding // how the proof fails
	Notes  []findings.Finding // what the spec accepts, and what the proof is silent on
	Failed []findings.Finding // problems of the setup itself: there is nothing to prove
}

// verified is a Verified, or the error of reading.
type verified struct {
	Verified
	err error
}

// Verify reads the files in the folder out, each in its own language, and proves them. What it
// prints itself only tells which files are expected, and what the shared ones hold: those are
// constant. The error is [fs.ErrNotExist] when there is no such folder, and else one of
// [Run.Generate]; that a proof fails is no error.
func (r *Run) Verify(ctx context.Context, out string, each func(Verified) error) error {
	if err := r.some(); err != nil {
		return err
	}
	folder, err := output.OpenFolder(out)
	if err != nil {
		return err
	}
	defer folder.Close()
	want, err := sharedOf(r.jobs)
	if err != nil {
		return err
	}
	v := &verifier{r, folder, out, map[string]reading{}}
	for target, files := range want {
		if v.shared[target], err = v.readShared(files); err != nil {
			return err
		}
	}
	failed := 0
	err = ordered(ctx, len(r.jobs), r.sel.Workers, func(i int) verified { return v.setup(r.job(i)) },
		func(_ int, done verified) error {
			failed += countErrors(done.Failed)
			if done.err != nil {
				return done.err
			}
			return each(done.Verified)
		})
	if err != nil {
		return err
	}
	return foundError(failed, 0)
}

// verifier reads one output folder.
type verifier struct {
	run    *Run
	folder *output.Folder
	out    string
	shared map[string]reading // by target
}

// reading is what was read of some files, or why it is not to be used.
type reading struct {
	files  []output.File
	faults []fault
}

// fault is a file for which a target cannot be proved.
type fault struct {
	rule, path string
	message    func(target string) string
	hint       string
}

// read reads the files of a folder, among which those of expected have to be.
func (v *verifier) read(dir string, expected []output.File) (reading, error) {
	files, err := v.folder.Files(dir)
	var obstructed *output.ObstructedError
	if errors.As(err, &obstructed) {
		p := inFolder(v.out, obstructed.Path)
		return reading{faults: []fault{{proof.Closed, p, func(target string) string {
			return fmt.Sprintf("target %s is not read: %s %s", target, p, obstructed.Problem)
		}, ""}}}, nil
	}
	r := reading{files: files}
	for _, p := range absent(expected, files, dir+"/") {
		p = inFolder(v.out, p)
		r.faults = append(r.faults, fault{RuleMissing, p, func(target string) string {
			return fmt.Sprintf("a file of target %s is missing: %s", target, p)
		}, "pzgen generate writes it"})
	}
	return r, err
}

// readShared reads shared files, which have to be the expected ones.
func (v *verifier) readShared(expected []output.File) (reading, error) {
	var all reading
	for _, files := range (shared{"": expected}).folders() {
		r, err := v.read(topOf(files[0].Path), files)
		if err != nil {
			return reading{}, err
		}
		all.files, all.faults = append(all.files, r.files...), append(all.faults, r.faults...)
	}
	for _, f := range all.files {
		at := slices.IndexFunc(expected, func(e output.File) bool { return e.Path == f.Path })
		if p := inFolder(v.out, f.Path); at < 0 || !bytes.Equal(expected[at].Data, f.Data) {
			all.faults = append(all.faults, fault{proof.Closed, p, func(target string) string {
				return fmt.Sprintf("target %s is not proved: %s, which all setups share, is not as pzgen writes it", target, p)
			}, "pzgen generate writes it"})
		}
	}
	return all, nil
}

// setup proves the files of one setup.
func (v *verifier) setup(j job) verified {
	r := render(j, v.run.lib)
	out := verified{Verified: Verified{Setup: j.setup.Name, Failed: r.found}}
	if r.found != nil {
		return out
	}
	var files, common []output.File
	var gens []generators.Generator
	for _, g := range readable(j) {
		own, err := v.read(r.model.Name+"/"+g.Folder, r.files)
		if err != nil {
			out.err = err
			return out
		}
		shared := v.shared[g.Name]
		faults := slices.Concat(own.faults, shared.faults)
		for _, f := range faults {
			out.Found = append(out.Found, findings.Finding{Rule: f.rule, Level: findings.Error, File: f.path,
				Message: "setup " + j.setup.Name + ": " + f.message(g.Name), Hint: f.hint})
		}
		if len(faults) == 0 {
			files, common, gens = append(files, own.files...), append(common, shared.files...), append(gens, g)
		}
	}
	out.Report = proof.Prove(r.model, gens, proof.Input{Files: files, Shared: common, Printed: r.files})
	for _, f := range out.Report.Findings {
		out.Found = append(out.Found, proofFinding(j, f, v.out))
	}
	out.Notes = caveats(j, out.Report)
	return out
}

// absent returns the paths below a folder of files that are expected and are not there.
func absent(expected, have []output.File, below string) []string {
	var out []string
	for _, f := range expected {
		if strings.HasPrefix(f.Path, below) && !slices.ContainsFunc(have, func(h output.File) bool { return h.Path == f.Path }) {
			out = append(out, f.Path)
		}
	}
	return out
}
