package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/actions"
	"github.com/pzgen/pzgen/internal/doctor"
	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/lint"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

func explainCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "say why a statement is there, who needs an action, or what a check means",
		ArgsUsage: "[SETUP[/DOCUMENT[/SID]] | ACTION | CHECK]",
		Description: "SETUP/role-policy/PersonalizeReadInput for example: what the statement allows, why, " +
			"where AWS asks for it, and what fails without it, which is found by taking it out and deciding " +
			"every call again. ACTION is s3:GetObject for example, and says which statements allow it for " +
			"which call; CHECK is the code of an error, a warning or a cause of doctor, PZ035 for example. Without an argument " +
			"it lists the setups and their documents.",
		Flags: []cli.Flag{fileFlag(), templatesFlag(),
			&cli.StringFlag{Name: "format", Value: "text", Usage: "print as `FORMAT`: text, json"}},
		Action: takes(1, func(c *cli.Context) error { return explain(e, c, c.Args().First()) }),
	}
}

var (
	checkCode  = regexp.MustCompile(`^(?i)PZ[0-9]{1,4}$`)
	actionName = regexp.MustCompile(`^[A-Za-z0-9-]+:[A-Za-z0-9]+$`)
)

func explain(e *env, c *cli.Context, what string) error {
	formats := []string{"text", "json"}
	if f := c.String("format"); !slices.Contains(formats, f) {
		return usagef(suggest(f, formats), "unknown format %q", f)
	}
	if checkCode.MatchString(what) {
		return explainCheck(e, strings.ToUpper(what), c.String("format"))
	}
	run, err := askRun(e, c)
	if err != nil {
		return err
	}
	x := explainer{e: e, json: c.String("format") == "json"}
	switch {
	case what == "":
		return x.list(run)
	case actionName.MatchString(what):
		return x.action(run, what)
	}
	parts := strings.SplitN(what, "/", 3)
	return x.setup(run, parts)
}

func explainCheck(e *env, code, format string) error {
	var codes []string
	for _, check := range spec.Checks() {
		if codes = append(codes, check.Code); check.Code != code {
			continue
		}
		if format == "json" {
			return findings.WriteJSON(e.stdout, check)
		}
		fmt.Fprintf(e.stdout, "%s: %s\n", check.Code, check.Title)
		return nil
	}
	for _, check := range lint.Checks() {
		if codes = append(codes, check.ID); check.ID != code {
			continue
		}
		if format == "json" {
			return findings.WriteJSON(e.stdout, struct {
				spec.Check
				Why, Source, Date string
				Level             findings.Level
				Before, After     lint.Example
			}{spec.Check{Code: check.ID, Title: check.Title}, check.Why, check.Source, check.Date, check.Level, check.Before, check.After})
		}
		fmt.Fprintf(e.stdout, "%s: %s\n\n%s", check.ID, check.Title, check.Text())
		return nil
	}
	for _, cause := range doctor.Causes() {
		if codes = append(codes, cause.ID); cause.ID != code {
			continue
		}
		if format == "json" {
			return findings.WriteJSON(e.stdout, struct {
				spec.Check
				Why, Source string
			}{spec.Check{Code: cause.ID, Title: cause.Title}, cause.Why, cause.Source})
		}
		fmt.Fprintf(e.stdout, "%s: %s\n\n%s", cause.ID, cause.Title, cause.Text())
		return nil
	}
	return usagef(suggest(code, codes), "no check has the code %q", code)
}

type explainer struct {
	e    *env
	json bool
}

// list prints setups and their documents.
func (x explainer) list(run *engine.Run) error {
	type item struct {
		Setup     string   `json:"setup"`
		Documents []string `json:"documents"`
	}
	var all []item
	for i, name := range run.Names() {
		m, found := run.Model(i)
		if m == nil {
			x.e.sayFindings(found)
			return said(exitUsage)
		}
		it := item{Setup: name}
		for _, d := range m.Docs() {
			it.Documents = append(it.Documents, d.Name)
		}
		all = append(all, it)
	}
	if x.json {
		return findings.WriteJSON(x.e.stdout, all)
	}
	for _, it := range all {
		fmt.Fprintf(x.e.stdout, "%s: %s\n", it.Setup, strings.Join(it.Documents, ", "))
	}
	return nil
}

// setup explains the statements of a setup, of one of its documents, or one of them.
func (x explainer) setup(run *engine.Run, parts []string) error {
	at, ok := slices.BinarySearch(run.Names(), parts[0])
	if !ok {
		return usagef(suggest(parts[0], run.Names()), "no setup, action or check is called %q", parts[0])
	}
	m, found := run.Model(at)
	if m == nil {
		x.e.sayFindings(found)
		return said(exitUsage)
	}
	needs, err := proof.Needs(m)
	if err != nil {
		return usagef("", "setup %s: %w", parts[0], err)
	}
	if len(parts) > 1 {
		names := documentNames(m)
		if !slices.Contains(names, parts[1]) {
			return usagef(suggest(parts[1], names), "setup %s has no document %q", parts[0], parts[1])
		}
		needs = slices.DeleteFunc(needs, func(n proof.Need) bool { return n.Document != parts[1] })
	}
	if len(parts) > 2 {
		var sids []string
		for _, n := range needs {
			sids = append(sids, n.Statement.Sid)
		}
		if !slices.Contains(sids, parts[2]) {
			return usagef(suggest(parts[2], sids), "document %s has no statement %q of this setup", parts[1], parts[2])
		}
		needs = slices.DeleteFunc(needs, func(n proof.Need) bool { return n.Statement.Sid != parts[2] })
	}
	var all []explained
	for _, n := range needs {
		all = append(all, explainedOf(m.Name, n))
	}
	return x.print(all)
}

func documentNames(m *model.Setup) []string {
	var names []string
	for _, d := range m.Docs() {
		names = append(names, d.Name)
	}
	return names
}

// action explains the statements that allow or deny an action, in all setups.
func (x explainer) action(run *engine.Run, action string) error {
	table := actions.Default()
	if names, known := table.Match(action); known && len(names) == 0 {
		hint := ""
		if s := table.Suggest(action); s != "" {
			hint = fmt.Sprintf("did you mean %q?", s)
		}
		return usagef(hint, "AWS has no action %q (its reference of %s)", action, table.Date)
	}
	var all []explained
	for i := range run.Names() {
		m, found := run.Model(i)
		if m == nil {
			x.e.sayFindings(found)
			return said(exitUsage)
		}
		needs, err := proof.Needs(m)
		if err != nil {
			return usagef("", "setup %s: %w", m.Name, err)
		}
		for _, n := range needs {
			if !n.Statement.CoversAction(action) {
				continue
			}
			other := func(c proof.Missed) bool { return !strings.EqualFold(c.Action, action) }
			n.Fails, n.Passes = slices.DeleteFunc(n.Fails, other), slices.DeleteFunc(n.Passes, other)
			one := explainedOf(m.Name, n)
			one.oneAction = true
			all = append(all, one)
		}
	}
	if len(all) == 0 && !x.json {
		fmt.Fprintf(x.e.stdout, "no statement of the spec allows or denies %s, and no workflow calls it\n", action)
		return nil
	}
	return x.print(all)
}
