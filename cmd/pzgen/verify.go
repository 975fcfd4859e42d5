package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/urfave/cli/v2"
)

func verifyCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:  "verify",
		Usage: "read the artifacts that stand in the output folder, each in its own language, and prove them",
		Description: "Every target has to grant what the spec says, under two made-up accounts as well, so that no name is fixed; every call that a workflow makes has to " +
			"pass, and no other; nothing may be granted that no workflow needs, unless the spec accepts it with a reason. Whether a file is the one " +
			"that generate would write is not asked: that is what check does. Exit code 1 when the proof fails.",
		Flags: []cli.Flag{fileFlag(), outFlag(), setupFlag(), shardFlag(), targetFlag(), templatesFlag(), jobsFlag(), formatFlag(),
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, DisableDefaultText: true, Usage: "show every call, what each target decides on it, and by which statement (in text only)"},
			strictFlag(), quietFlag(e)},
		Action: takes(0, func(c *cli.Context) error { return verifyOutput(e, c) }),
	}
}

// missingRule names files that are not there, beside the checks of package verify.
const missingRule = "missing"

// verified is what verify tells of one setup.
type verified struct {
	report *proof.Report
	found  []findings.Finding // how the proof fails
	failed []findings.Finding // problems of the spec: there is nothing to prove
	err    error
}

func verifyOutput(e *env, c *cli.Context) error {
	start := time.Now()
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	verbose := c.Bool("verbose")
	if verbose && format != "text" {
		return usagef("leave one of them out", "--verbose shows a matrix in text, and --format is %s", format)
	}
	in, err := loadInputs(e, c)
	if err != nil {
		return err
	}
	if err := in.some(); err != nil {
		return err
	}
	out := c.String("out")
	folder, err := output.OpenFolder(out)
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("run pzgen generate first, or name the folder with -o", "there is no output folder %q", out)
	}
	if err != nil {
		return err
	}
	defer folder.Close()

	all := findings.Report{Command: "pzgen verify", Version: releaseVersion(), Titles: proof.Titles()}
	all.Titles[missingRule] = "a file that is not there"
	all.Titles["accepted"] = "a statement that no workflow needs and that the spec accepts"
	calls, refused, failed, found := 0, 0, 0, 0
	targets := map[string]bool{}
	bar := e.progress(len(in.jobs))
	err = ordered(c.Context, len(in.jobs), in.workers, func(i int) verified {
		return verifyJob(in, in.jobs[i], folder, out)
	}, func(i int, v verified) error {
		bar.step()
		failed += e.sayFindings(v.failed)
		if v.err != nil || v.report == nil {
			return v.err
		}
		calls, refused, found = calls+len(v.report.Calls), refused+v.report.Refused, found+len(v.found)
		for _, t := range v.report.Targets {
			targets[t] = true
		}
		notes := acceptedNotes(in.jobs[i], v.report)
		if format != "text" {
			all.Findings = append(append(all.Findings, v.found...), notes...)
			return nil
		}
		bar.end()
		if !e.quiet {
			fmt.Fprintln(e.stdout, setupLine(v))
		}
		if verbose && !e.quiet {
			writeMatrix(e.stdout, v.report)
		}
		for _, f := range v.found {
			fmt.Fprint(e.stdout, f.Text())
		}
		if !e.quiet {
			for _, f := range notes {
				fmt.Fprint(e.stdout, f.Text())
			}
		}
		return nil
	})
	bar.end()
	if err != nil {
		return err
	}
	if failed > 0 {
		return usagef("", "%s", plural(failed, "error"))
	}
	if format != "text" {
		if err := all.Write(e.stdout, format); err != nil {
			return err
		}
	}
	if !e.quiet {
		verdict := "the proof holds"
		if found > 0 {
			verdict = "the proof fails: " + plural(found, "finding")
		}
		fmt.Fprintf(e.stderr, "%s in %s: %s for workflows, %d to be refused, in %s; %s, %s\n", plural(len(in.jobs), "setup"), findings.Plain(out),
			plural(calls, "call"), refused, targetList(targets), verdict, time.Since(start).Round(time.Millisecond))
	}
	if found > 0 {
		return said(exitFindings)
	}
	return nil
}

// setupLine tells of a setup in one line.
func setupLine(v verified) string {
	verdict := "holds"
	if len(v.found) > 0 {
		verdict = "FAILS, " + plural(len(v.found), "finding")
	}
	in := strings.Join(v.report.Targets, ", ")
	if in == "" {
		in = "no target"
	}
	return fmt.Sprintf("%s: %s (%s; %s for workflows, %d to be refused)", v.report.Setup, verdict, in, plural(len(v.report.Calls), "call"), v.report.Refused)
}

// targetList gives the targets that were proved, in the order in which they are printed.
func targetList(have map[string]bool) string {
	names := slices.DeleteFunc(generators.Names(), func(n string) bool { return !have[n] })
	if len(names) == 0 {
		return "no target"
	}
	return strings.Join(names, ", ")
}

// verifyJob proves the files of one setup as they stand in the output folder. What it renders tells which files are due, and nothing else.
func verifyJob(in *inputs, j job, folder *output.Folder, out string) verified {
	r := render(j, in.lib)
	if r.found != nil {
		return verified{failed: r.found}
	}
	var v verified
	name := func(p string) string { return filepath.ToSlash(filepath.Join(out, filepath.FromSlash(p))) }
	var files []output.File
	var gens []generators.Generator
	for _, g := range readable(j) {
		dir := r.model.Name + "/" + g.Folder
		stand, err := folder.Files(dir)
		var stands *output.ObstructedError
		if errors.As(err, &stands) {
			v.found = append(v.found, findings.Finding{Rule: proof.Closed, Level: findings.Error, File: name(stands.Path),
				Message: fmt.Sprintf("setup %s: target %s is not read: %s %s", j.setup.Name, g.Name, name(stands.Path), stands.Problem)})
			continue
		}
		if err != nil {
			v.err = err
			return v
		}
		if missing := absent(r.files, stand, dir+"/"); len(missing) > 0 {
			for _, p := range missing {
				v.found = append(v.found, findings.Finding{Rule: missingRule, Level: findings.Error, File: name(p),
					Message: fmt.Sprintf("setup %s: a file of target %s is missing: %s", j.setup.Name, g.Name, name(p)), Hint: "pzgen generate writes it"})
			}
			continue
		}
		files, gens = append(files, stand...), append(gens, g)
	}
	v.report = proof.Prove(r.model, gens, proof.Input{Files: files, Printed: r.files})
	for _, f := range v.report.Findings {
		v.found = append(v.found, proofFinding(j, f, out))
	}
	return v
}

// absent gives the paths below a folder of files that are due and do not stand there.
func absent(due, stand []output.File, below string) []string {
	var out []string
	for _, f := range due {
		if strings.HasPrefix(f.Path, below) && !slices.ContainsFunc(stand, func(s output.File) bool { return s.Path == f.Path }) {
			out = append(out, f.Path)
		}
	}
	return out
}
