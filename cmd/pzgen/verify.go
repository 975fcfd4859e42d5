package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/urfave/cli/v2"
)

func verifyCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "verify",
		Usage: "read the files in the output folder, each in its own language, " +
			"and prove them",
		Description: "Every target has to grant what the spec says, under two made-up accounts " +
			"as well, so that no name is fixed; every call that a workflow makes has to " +
			"pass, and no other; nothing may be granted that no workflow needs, unless the " +
			"spec accepts it with a reason. Whether a file is the one " +
			"that generate would write is not asked: that is what check does. Exit code 1 when " +
			"the proof fails.",
		Flags: []cli.Flag{fileFlag(), outFlag(), setupFlag(), shardFlag(), targetFlag(),
			templatesFlag(), jobsFlag(), formatFlag(),
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, DisableDefaultText: true,
				Usage: "show every call, what each target decides on it, and by which " +
					"statement (in text only)"},
			strictFlag(), quietFlag(e)},
		Action: takes(0, func(c *cli.Context) error { return verifyOutput(e, c) }),
	}
}

func verifyOutput(e *env, c *cli.Context) error {
	start := time.Now()
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	verbose := c.Bool("verbose")
	if verbose && format != "text" {
		return usagef("leave one of them out", "--verbose shows a matrix in text, and --format "+
			"is %s", format)
	}
	run, err := loadRun(e, c)
	if err != nil {
		return err
	}
	out := c.String("out")
	all := findings.Report{Command: "pzgen verify", Version: releaseVersion(),
		Titles: proof.Titles()}
	all.Titles[engine.RuleMissing] = "a file that is not there"
	all.Titles[engine.RuleAccepted] = "a statement that no workflow " +
		"needs and that the spec or its template accepts"
	all.Titles[engine.RuleUnproved] = "what the proof is silent on, as it depends on a policy that is not known"
	calls, refused, found, open := 0, 0, 0, 0
	targets := map[string]bool{}
	bar := e.progress(run.Len(), "setup")
	err = run.Verify(c.Context, out, func(v engine.Verified) error {
		bar.step()
		e.sayFindings(v.Failed)
		found += len(v.Found)
		if v.Report != nil {
			calls, refused = calls+len(v.Report.Calls), refused+v.Report.Refused
			if v.Report.OpenToOthers {
				open++
			}
			for _, t := range v.Report.Targets {
				targets[t] = true
			}
		}
		if format != "text" {
			all.Findings = append(append(all.Findings, v.Found...), v.Notes...)
			return nil
		}
		bar.end()
		if !e.quiet && v.Report != nil {
			fmt.Fprintln(e.stdout, setupLine(v))
		}
		if verbose && !e.quiet && v.Report != nil {
			writeMatrix(e.stdout, v.Report)
		}
		for _, f := range v.Found {
			fmt.Fprint(e.stdout, f.Text())
		}
		if !e.quiet {
			for _, f := range v.Notes {
				fmt.Fprint(e.stdout, f.Text())
			}
		}
		return nil
	})
	bar.end()
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("run pzgen generate first, or name the folder with -o",
			"there is no output folder %q", out)
	}
	if err != nil {
		return foundErrors(err)
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
		fmt.Fprintf(e.stderr, "%s in %s: %s for workflows, %d to be refused, in %s; %s, %s\n",
			plural(run.Len(), "setup"), findings.Plain(out),
			plural(calls, "call"), refused, targetList(targets), verdict,
			time.Since(start).Round(time.Millisecond))
		if open > 0 {
			fmt.Fprintf(e.stderr, "note: in %d of them buckets and keys let Amazon Personalize in on "+
				"behalf of other accounts too; `confusedDeputy: everywhere` adds conditions on the "+
				"account, and AWS does not document whether Personalize's requests to S3 and KMS meet them\n",
				open)
		}
	}
	if found > 0 {
		return said(exitFindings)
	}
	return nil
}

// setupLine tells of a setup in one line.
func setupLine(v engine.Verified) string {
	verdict := "holds"
	if len(v.Found) > 0 {
		verdict = "FAILS, " + plural(len(v.Found), "finding")
	}
	in := strings.Join(v.Report.Targets, ", ")
	if in == "" {
		in = "no target"
	}
	return fmt.Sprintf("%s: %s (%s; %s for workflows, %d to be refused)", v.Report.Setup, verdict,
		in, plural(len(v.Report.Calls), "call"), v.Report.Refused)
}

// targetList returns the targets that were proved, in the order in which they are printed.
func targetList(have map[string]bool) string {
	names := slices.DeleteFunc(generators.Names(), func(n string) bool { return !have[n] })
	if len(names) == 0 {
		return "no target"
	}
	return strings.Join(names, ", ")
}
