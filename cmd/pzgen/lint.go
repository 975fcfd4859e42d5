package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/lint"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

func lintLevels() []string {
	return []string{string(findings.Error), string(findings.Warning), string(findings.Note)}
}

func lintCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:      "lint",
		Usage:     "look for mistakes in policies, buckets and keys, whoever wrote them",
		ArgsUsage: "[FILE...]",
		Description: "FILE is a policy document, a CloudFormation template, a Terraform module, what" +
			" `terraform show -json` prints of a plan or state, an output folder or one of " +
			"its setups, what the AWS CLI printed or a folder of it, or a spec; " +
			"git:REVISION:PATH is one as it is in a commit. Without FILE it is the spec.\n\n" +
			"A document is looked at together with what it is attached to: what a Deny " +
			"takes away is no finding, and a finding about access has a request that shows " +
			"it (in JSON, as `pzgen simulate` takes it). What was not understood is a " +
			"finding too, `unknown`. `pzgen explain PZ154` says what a check means; " +
			"docs/checks.md has all.\n\n" +
			"A setup of the spec keeps what is known: `ignore: [{check: PZ171, about: NAME," +
			" reason: ..., until: ...}]`. In YAML and HCL a comment does, on the line or " +
			"above it: `# pzgen:ignore PZ171 REASON`. JSON has no comments.\n\n" +
			"Exit code 1 when something is found that is as bad as --fail-on.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "kind", Usage: "what policy documents are attached to, where nothing says it: `KIND` is " +
				strings.Join(lint.Kinds(), ", ") + " (default: by their principals and actions)"},
			&cli.StringFlag{Name: "parameters",
				Usage: "values of parameters of a template or variables of a module, as JSON " +
					"in `FILE`: those of the AWS CLI, or an object"},
			&cli.StringFlag{Name: "fail-on", Value: string(findings.Warning), Usage: "exit with 1 for findings of `LEVEL` or worse: " +
				strings.Join(lintLevels(), ", ")},
			&cli.BoolFlag{Name: "fix", DisableDefaultText: true,
				Usage: "put right what changes nobody's access, in policy " +
					"documents in JSON, and look again"},
			fileFlag(), templatesFlag(), formatFlag(), quietFlag(e),
		},
		Action: func(c *cli.Context) error { return e.lint(c) },
	}
}

func (e *env) lint(c *cli.Context) error {
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	kind, level := c.String("kind"), c.String("fail-on")
	if kind != "" && !slices.Contains(lint.Kinds(), kind) {
		return usagef(suggest(kind, lint.Kinds()), "unknown kind %q", kind)
	}
	if !slices.Contains(lintLevels(), level) {
		return usagef(suggest(level, lintLevels()), "unknown level %q of --fail-on", level)
	}
	options := snapshot.Options{Dir: ".", Stdin: e.stdin, Templates: c.String("templates")}
	if name := c.String("parameters"); name != "" {
		if options.Named, err = e.readParameters(name); err != nil {
			return err
		}
	}
	args := c.Args().Slice()
	if len(args) == 0 {
		files := c.StringSlice("file")
		if len(files) == 0 {
			files = []string{engine.DefaultSpec}
		}
		args, options.Beside = files[:1], files[1:]
	}
	if c.Bool("fix") {
		if err := e.fix(args, lint.Kind(kind)); err != nil {
			return err
		}
	}
	report := findings.Report{Command: "pzgen lint", Version: releaseVersion(),
		Titles: lint.Titles()}
	failing, ignored, setups := 0, 0, 0
	for _, arg := range args {
		in, err := snapshot.Open(c.Context, arg, options)
		if err != nil {
			return e.openFailed(err)
		}
		ctx, end := e.watched(c.Context, "setup")
		found, err := lint.Inputs(ctx, in, lint.Kind(kind))
		end()
		if err != nil {
			return e.openFailed(err)
		}
		known, err := e.ignoredBySpec(c, in)
		if err != nil {
			return err
		}
		for _, s := range found {
			entries := known[s.Name]
			left, n := s.Ignore(entries.file, entries.list, time.Now())
			ignored += n
			setups++
			for _, f := range left {
				report.Findings = append(report.Findings, f.Finding)
				if lint.Failing(f.Finding, findings.Level(level)) {
					failing++
				}
			}
		}
	}
	if err := report.Write(e.stdout, format); err != nil {
		return err
	}
	if !e.quiet {
		fmt.Fprintln(e.stderr, lintSummary(report.Findings, ignored))
	}
	if failing > 0 {
		return said(exitFindings)
	}
	return nil
}

// lintSummary counts what was found.
func lintSummary(list []findings.Finding, ignored int) string {
	n := map[findings.Level]int{}
	for _, f := range list {
		n[f.Level]++
	}
	var parts []string
	for _, l := range lintLevels() {
		if n := n[findings.Level(l)]; n > 0 {
			parts = append(parts, plural(n, l))
		}
	}
	if parts == nil {
		parts = []string{"nothing is found"}
	}
	if ignored > 0 {
		parts = append(parts, fmt.Sprintf("%d ignored", ignored))
	}
	return strings.Join(parts, ", ")
}

// entries are what a setup of a spec asks to ignore.
type entries struct {
	file string
	list []spec.Ignored
}

// ignoredBySpec returns what is to be ignored in each setup: as the input says, where it is a
// spec, else that of -f.
func (e *env) ignoredBySpec(c *cli.Context, in *snapshot.Input) (map[string]entries, error) {
	out := map[string]entries{}
	for _, s := range in.Specs {
		out[s.Name] = entries{in.SpecOf(s.Name), s.Ignore}
	}
	files := c.StringSlice("file")
	if in.Specs != nil || len(files) == 0 {
		return out, nil
	}
	specs, ds, err := engine.Load(engine.Source{Files: files, Stdin: e.stdin})
	if err != nil {
		return nil, err
	}
	if ds.HasErrors() {
		e.sayDiagnostics(ds)
		return nil, usagef("", "%s in the spec that says what is ignored",
			plural(ds.Count(spec.Error), "error"))
	}
	for _, s := range specs.Setups() {
		if in.Has(s.Name) {
			out[s.Name] = entries{files[0], s.Ignore}
		}
	}
	return out, nil
}
