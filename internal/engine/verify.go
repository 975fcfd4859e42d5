package engine

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/pzgen/pzgen/spec"
)

// The rules of findings of [Run.Verify] beside those of package proof.
const (
	RuleMissing  = "missing"  // a file is not there
	RuleAccepted = "accepted" // a statement that the spec or its template accepts
	RuleUnproved = "unproved" // the proof is silent on it, since it depends on what is not known
)

const terraformTarget = "terraform"

// Verified is the proof of one setup's files in the output folder.
type Verified struct {
	Setup  string             // "" for what belongs to no setup
	Report *proof.Report      // nil where Failed has an error, and for what belongs to no setup
	Found  []findings.Finding // how the proof fails
	Notes  []findings.Finding // what is accepted, and what the proof is silent on
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
	want, err := r.shared()
	if err != nil {
		return err
	}
	v := &verifier{run: r, folder: folder, out: out, owns: r.owns(), shared: map[string]reading{}}
	v.lenders.run = r
	v.lenders.look = v.artifacts
	if v.owns == nil {
		v.owns = func(string) bool { return true }
	}
	for target, files := range want {
		if v.shared[target], err = v.readShared(files); err != nil {
			return err
		}
	}
	found, notes := v.roots(), v.left(v.shared[generators.RootFolder].unread, "")
	if len(found)+len(notes) > 0 {
		if err := each(Verified{Found: found, Notes: notes}); err != nil {
			return err
		}
	}
	failed := 0
	err = ordered(ctx, len(r.jobs), r.sel.Workers,
		func(i int) verified { return v.setup(r.jobs[i]) },
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
	if found, err := v.outside(want); err != nil {
		return err
	} else if len(found) > 0 {
		if err := each(Verified{Found: found}); err != nil {
			return err
		}
	}
	return foundError(failed, 0)
}

// roots finds what is wrong with the folder of what concerns several setups.
func (v *verifier) roots() []findings.Finding {
	var out []findings.Finding
	for _, f := range v.shared[generators.RootFolder].faults {
		message := "it " + f.problem
		if f.rule == RuleMissing {
			message = "file is missing"
		}
		out = append(out, findings.Finding{Rule: f.rule, Level: findings.Error, Hint: f.hint,
			File: inFolder(v.out, f.path), Message: message})
	}
	return out
}

// outside finds what is in the output folder beside the setups of a run that answers for all of it.
func (v *verifier) outside(common shared) ([]findings.Finding, error) {
	if v.run.partial || v.run.Among(v.out) {
		return nil, nil
	}
	folders := map[string]bool{}
	for _, j := range v.run.jobs {
		folders[j.setup.Name] = true
	}
	for _, files := range common.folders() {
		folders[topOf(files[0].Path)] = true
	}
	for _, files := range v.modules.folders() {
		folders[topOf(files[0].Path)] = true
	}
	names, err := v.folder.Outside(folders)
	if err != nil {
		return nil, err
	}
	var out []findings.Finding
	for _, name := range names {
		out = append(out, findings.Finding{Rule: proof.Closed, Level: findings.Error,
			File:    inFolder(v.out, name),
			Message: fmt.Sprintf("%q belongs to no setup of the spec, and what it does is not proved", name),
			Hint:    "move it out of the output folder"})
	}
	return out, nil
}

// verifier reads one output folder.
type verifier struct {
	run     *Run
	folder  *output.Folder
	out     string
	owns    func(string) bool
	shared  map[string]reading // by target
	lenders lenders
	modules modules
}

// say returns a fault as a finding about a setup, and about one of its targets, unless that is "".
func (v *verifier) say(f fault, j job, target string) findings.Finding {
	p := inFolder(v.out, f.path)
	message := "it " + f.problem // the file is named before it
	switch {
	case f.rule == RuleMissing:
		message = fmt.Sprintf("file of target %s is missing", target)
	case target != "" && !f.beside:
		message = fmt.Sprintf("target %s is not read: %s", target, message)
	}
	return findings.Finding{Rule: f.rule, Level: findings.Error, File: p, Hint: f.hint,
		Message: "setup " + j.setup.Name + ": " + message}
}

// IsLeftover reports whether a path in the output folder is what a tool left in a setup's folder, or
// in a root module.
func IsLeftover(p string) bool {
	setup, name, _ := strings.Cut(p, "/")
	if output.IsShared(setup) {
		return generators.RootLeftover(p)
	}
	return spec.IsLeftover(name)
}

// readShared reads shared files, which have to be the expected ones.
func (v *verifier) readShared(expected []output.File) (reading, error) {
	var all reading
	for _, files := range (shared{"": expected}).folders() {
		r, err := v.read(topOf(files[0].Path), files, func(string) bool { return true },
			func(string) bool { return false })
		if err != nil {
			return reading{}, err
		}
		all.files, all.faults = append(all.files, r.files...), append(all.faults, r.faults...)
		all.unread = append(all.unread, r.unread...)
	}
	for _, f := range all.files {
		at := slices.IndexFunc(expected, func(e output.File) bool { return e.Path == f.Path })
		if at < 0 && generators.RootOwn(f.Path) {
			if !terraform.OnlyBackend(f.Data) {
				all.faults = append(all.faults, fault{rule: proof.Closed, path: f.Path,
					hint: "leave a block terraform in it with a block backend or cloud, and move " +
						"the rest elsewhere",
					problem: "says more than where Terraform keeps its state"})
			}
			continue
		}
		if at < 0 || !bytes.Equal(expected[at].Data, f.Data) || expected[at].Mode != f.Mode {
			all.faults = append(all.faults, fault{rule: proof.Closed, path: f.Path,
				hint:    hintWrites,
				problem: "is shared by setups, and is not as pzgen writes it"})
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
	own, err := v.read(r.model.Name, r.files, v.owns, func(p string) bool {
		return spec.OwnPattern(j.setup.OwnFiles, strings.TrimPrefix(p, r.model.Name+"/")) != ""
	})
	if err != nil {
		out.err = err
		return out
	}
	module, err := v.readModule(r.module)
	if err != nil {
		out.err = err
		return out
	}
	own.files = append(own.files, module.files...)
	unread := map[string]bool{} // targets
	for _, f := range append(own.faults, module.faults...) {
		var targets []string
		if terraform.IsSharedModule(f.path) {
			targets, unread[terraformTarget] = []string{terraformTarget}, true
		}
		for _, g := range j.gens {
			// What is in place of a folder is in the way of all targets that are in it.
			if dir := r.model.Name + "/" + g.Folder; within(f.path, dir) || within(dir, f.path) {
				targets = append(targets, g.Name)
				unread[g.Name] = unread[g.Name] || !f.beside
			}
		}
		switch {
		case len(targets) == 1:
			out.Found = append(out.Found, v.say(f, j, targets[0]))
		case f.rule != RuleMissing: // else it is of a target that is not read
			out.Found = append(out.Found, v.say(f, j, ""))
		}
	}
	files := own.files
	var common []output.File
	var gens []generators.Generator
	for _, g := range j.gens {
		shared := v.shared[g.Name]
		if n := len(shared.faults); n > 0 { // the first is enough: all setups say the same
			unread[g.Name] = true
			f := v.say(shared.faults[0], j, g.Name)
			if n > 1 {
				f.Message += fmt.Sprintf(", and %d more", n-1)
			}
			out.Found = append(out.Found, f)
		}
		if unread[g.Name] {
			dir := r.model.Name + "/" + g.Folder
			files = slices.DeleteFunc(files, func(f output.File) bool {
				return within(f.Path, dir) || g.Name == terraformTarget && terraform.IsSharedModule(f.Path)
			})
			continue
		}
		common, gens = append(common, shared.files...), append(gens, g)
	}
	out.Report = proof.Prove(r.model, gens, proof.Input{Files: files, Shared: common,
		Printed: r.all(), Owners: v.lenders.of(j)})
	for _, f := range out.Report.Findings {
		out.Found = append(out.Found, proofFinding(j, f, v.out))
	}
	out.Notes = caveats(j, out.Report)
	out.Notes = append(out.Notes, v.left(own.unread, "setup "+j.setup.Name+": ")...)
	return out
}

// left notes what tools left.
func (v *verifier) left(paths []string, whose string) []findings.Finding {
	var out []findings.Finding
	for _, p := range paths {
		if !strings.Contains(p, "/terraform/") {
			continue // a copy of a policy decides nothing
		}
		out = append(out, findings.Finding{Rule: RuleUnproved, Level: findings.Note,
			File: inFolder(v.out, p), Message: whose + "this is what a tool left, and is not read",
			Hint: "in a checkout it should not be: what Terraform keeps decides what it destroys"})
	}
	return out
}
