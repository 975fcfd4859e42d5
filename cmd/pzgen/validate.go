package main

import (
	"fmt"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

func validateCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:        "validate",
		Usage:       "print the errors and warnings of a spec",
		Description: "Exit code 2 when there is an error. A spec without errors is also built, so that a policy over the limits of AWS is seen.",
		Flags:       []cli.Flag{fileFlag(), templatesFlag(), jobsFlag(), strictFlag(), quietFlag(e), formatFlag()},
		Action:      takes(0, func(c *cli.Context) error { return validate(e, c) }),
	}
}

func validate(e *env, c *cli.Context) error {
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	specs, ds, err := loadSpecs(e, c)
	if err != nil {
		return err
	}
	report := findings.Report{Command: "pzgen validate", Version: releaseVersion(), Titles: map[string]string{"build": "a setup that cannot be built"}}
	for _, check := range spec.Checks() {
		report.Titles[check.Code] = check.Title
	}
	for _, d := range ds {
		if e.quiet && d.Severity != spec.Error {
			continue
		}
		report.Findings = append(report.Findings, findings.Finding{Rule: d.Code, Level: findings.Level(d.Severity), File: d.File, Line: d.Line, Col: d.Col,
			Message: d.Message, Hint: d.Hint, Detail: d.Source})
		if format == "text" {
			fmt.Fprint(e.stdout, d.String())
		}
	}
	errs, warnings, setups := ds.Count(spec.Error), ds.Count(spec.Warning), 0
	if errs == 0 {
		run, err := pick(c, specs)
		if err != nil {
			return err
		}
		setups = run.Len()
		if err := run.Build(c.Context, func(found []findings.Finding) error {
			errs += len(found)
			report.Findings = append(report.Findings, found...)
			if format == "text" {
				return findings.Report{Findings: found}.Write(e.stdout, format)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if format != "text" {
		if err := report.Write(e.stdout, format); err != nil {
			return err
		}
	}
	if !e.quiet {
		if errs > 0 {
			fmt.Fprintf(e.stderr, "%s, %s\n", plural(errs, "error"), plural(warnings, "warning"))
		} else {
			fmt.Fprintf(e.stderr, "%s: no errors, %s\n", plural(setups, "setup"), plural(warnings, "warning"))
		}
	}
	if errs > 0 {
		return said(exitUsage)
	}
	return nil
}
