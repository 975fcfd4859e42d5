package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pzgen/pzgen/internal/diff"
	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

// The values of --fail-on.
const (
	failBroadened = "broadened"
	failBreaking  = "breaking"
	failAny       = "any"
)

func failKinds() []string { return []string{failBroadened, failBreaking, failAny} }

func diffCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:      "diff",
		Usage:     "say who may do what that they could not before, and the reverse",
		ArgsUsage: "OLD NEW",
		Description: "OLD and NEW are each a spec, an output folder or one of its setups, a " +
			"CloudFormation template, a Terraform module, what `terraform show -json` prints of a plan " +
			"or state, or a policy document; git:REVISION:PATH is one as it is in a commit, and git:REVISION the other argument's path. They need not be of " +
			"one kind.\n\n" +
			"Policies are compared by what they decide: another order, another division into " +
			"statements or documents, a wildcard instead of what it covers are no change. Each change " +
			"has a request that shows it (in JSON, as `pzgen simulate` takes it), and a fingerprint. " +
			"`may differ` (?) names what is not decided, or not understood.\n\n" +
			"A setup of the spec keeps approvals: `accept: [{change: FINGERPRINT, reason: ..., until: ...}]`. " +
			"They are those of NEW where that is a spec, else of -f.\n\n" +
			"Exit code 1 with --fail-on: `broadened` when somebody may do more or it is not known " +
			"whether, `breaking` when something is made anew or deleted, `any` for any change.",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "fail-on", Usage: "exit with 1 for `KIND` of changes: " +
				strings.Join(failKinds(), ", ") + "; repeatable"},
			&cli.StringFlag{Name: "against", Usage: "NEW may grant nothing that the policy document " +
				"`REFERENCE` does not: one with principals is about policies of buckets, keys or roles, one " +
				"without about those of principals"},
			&cli.StringSliceFlag{Name: "deny-action", Usage: "NEW may grant `ACTION` to nobody; repeatable"},
			&cli.StringSliceFlag{Name: "deny-resource", Usage: "NEW may grant nothing on `ARN`, or with " +
				"--deny-action not these actions; repeatable"},
			&cli.BoolFlag{Name: "public", DisableDefaultText: true, Usage: "the policy of no bucket, key or " +
				"role of NEW may let everybody in"},
			&cli.BoolFlag{Name: gitDriver, DisableDefaultText: true, Usage: "be the program that git runs " +
				"for a diff of one file: set diff.pzgen.command to \"pzgen diff --git-driver\", and " +
				"out/** diff=pzgen in .gitattributes"},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, DisableDefaultText: true,
				Usage: "show a request that is decided differently, for each change"},
			fileFlag(), templatesFlag(), formatFlag(), quietFlag(e),
		},
		Action: takes(9, func(c *cli.Context) error { return diffInputs(e, c) }),
	}
}

func diffInputs(e *env, c *cli.Context) error {
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	for _, k := range c.StringSlice("fail-on") {
		if !slices.Contains(failKinds(), k) {
			return usagef(suggest(k, failKinds()), "unknown kind %q of --fail-on", k)
		}
	}
	if c.Bool(gitDriver) {
		return e.diffForGit(c)
	}
	guard, err := e.guard(c)
	if err != nil {
		return err
	}
	if c.NArg() == 1 && !guard.Empty() {
		return e.guardOne(c, format, guard)
	}
	if c.NArg() != 2 {
		return usagef("for example: pzgen diff git:HEAD out", "diff needs two things to compare, OLD and NEW")
	}
	var sides [2]*snapshot.Input
	for i := range sides {
		o := snapshot.Options{Dir: ".", Stdin: e.stdin, Templates: c.String("templates"),
			Other: c.Args().Get(1 - i)}
		if sides[i], err = snapshot.Open(c.Context, c.Args().Get(i), o); err != nil {
			return e.openFailed(err)
		}
	}
	for i, side := range sides {
		if at := onePlace(side.Specs); at != nil && sides[1-i].Specs == nil {
			sides[1-i].For(at.Account, at.Region)
		}
	}
	ctx, end := e.watched(c.Context, "setup")
	changes, err := diff.Inputs(ctx, sides[0], sides[1])
	end()
	if err != nil {
		return e.openFailed(err)
	}
	report := diff.NewReport(changes)
	if report.Violations, err = guard.Check(c.Context, sides[1]); err != nil {
		return e.openFailed(err)
	}
	approvals, err := e.approvals(c, report, sides)
	if err != nil {
		return err
	}
	if err := e.writeDiff(c, format, report, approvals); err != nil {
		return err
	}
	unused := slices.Contains(c.StringSlice("fail-on"), failAny) && len(approvals) > 0
	if unused || len(report.Violations) > 0 || slices.ContainsFunc(report.Changes, failing(c)) {
		return said(exitFindings)
	}
	return nil
}

// failing returns which changes --fail-on is about.
func failing(c *cli.Context) func(diff.Change) bool {
	kinds := c.StringSlice("fail-on")
	return func(ch diff.Change) bool { return failsOn(kinds, ch) }
}

func (e *env) writeDiff(c *cli.Context, format string, report diff.Report, approvals []findings.Finding) error {
	var err error
	switch format {
	case "text":
		err = report.Text(e.stdout, diff.Texting{Paint: e.paintChange, Witness: c.Bool("verbose")})
	case "json":
		err = report.JSON(e.stdout)
	case "markdown":
		err = report.Markdown(e.stdout, "pzgen diff: "+changeCount(report))
	default:
		all := findings.Report{Command: "pzgen diff", Version: releaseVersion(), Titles: diff.Titles(),
			Findings: append(report.Findings(failing(c)), approvals...)}
		err = all.Write(e.stdout, format)
	}
	if err != nil {
		return err
	}
	if format == "text" || format == "json" || format == "markdown" {
		e.sayFindings(approvals)
	}
	if !e.quiet {
		said := changeCount(report)
		if c.NArg() == 2 {
			said = string(report.Relation) + ": " + said
		} else if len(report.Violations) == 0 {
			said = "nothing is granted that may not be"
		}
		fmt.Fprintln(e.stderr, said)
	}
	return nil
}

// guard reads what the new side may not grant.
func (e *env) guard(c *cli.Context) (diff.Guard, error) {
	g := diff.Guard{Name: c.String("against"), Actions: c.StringSlice("deny-action"),
		Resources: c.StringSlice("deny-resource"), Public: c.Bool("public")}
	if g.Name == "" {
		return g, nil
	}
	data, shown, err := e.readNamed(g.Name, policy.MaxOutput, "name a policy document")
	if err != nil {
		return g, err
	}
	doc, err := policy.DecodeOutput(data)
	if err != nil {
		return g, usagef(policy.HintOf(err), "%w", policy.InFile(shown, err))
	}
	g.Against = &doc
	return g, nil
}

// guardOne holds one input against a guard, without another to compare with.
func (e *env) guardOne(c *cli.Context, format string, guard diff.Guard) error {
	in, err := snapshot.Open(c.Context, c.Args().First(), snapshot.Options{Dir: ".", Stdin: e.stdin,
		Templates: c.String("templates")})
	if err != nil {
		return e.openFailed(err)
	}
	report := diff.NewReport(nil)
	if report.Violations, err = guard.Check(c.Context, in); err != nil {
		return e.openFailed(err)
	}
	if err := e.writeDiff(c, format, report, nil); err != nil {
		return err
	}
	if len(report.Violations) > 0 {
		return said(exitFindings)
	}
	return nil
}

// approvals marks what the spec accepts: the new side where that is a spec, else those of -f, or
// pzgen.yaml where there is one. It returns what is wrong with approvals.
func (e *env) approvals(c *cli.Context, report diff.Report, sides [2]*snapshot.Input) ([]findings.Finding, error) {
	if sides[1].Specs != nil {
		return report.Accept(sides[1].Name, sides[1].Specs, time.Now()), nil
	}
	files := c.StringSlice("file")
	if len(files) == 0 {
		if _, err := os.Stat(engine.DefaultSpec); err != nil {
			return nil, nil
		}
		files = []string{engine.DefaultSpec}
	}
	specs, ds, err := engine.Load(engine.Source{Files: files, Stdin: e.stdin})
	if err != nil {
		return nil, err
	}
	if ds.HasErrors() {
		e.sayDiagnostics(ds)
		return nil, usagef("", "%s in the spec that says what is accepted", plural(ds.Count(spec.Error), "error"))
	}
	return report.Accept(files[0], specs.Setups(), time.Now()), nil
}

// openFailed prints what is wrong with a spec, and returns how the command ends.
func (e *env) openFailed(err error) error {
	var in *snapshot.InputError
	var spec *snapshot.SpecError
	switch {
	case errors.As(err, &spec):
		for _, d := range spec.Diagnostics {
			fmt.Fprint(e.stderr, d.String())
		}
		e.sayFindings(spec.Found)
		return said(exitUsage)
	case errors.As(err, &in):
		return usagef(in.Hint, "%w", in.Err)
	}
	return err
}

func (e *env) paintChange(k diff.Kind, line string) string {
	switch k {
	case diff.Broader, diff.Breaking:
		return e.look.red(line)
	case diff.Undecided:
		return e.look.yellow(line)
	}
	return line
}

// failsOn reports whether a change is of one of the kinds and not accepted. What is not known
// counts as broader.
func failsOn(kinds []string, ch diff.Change) bool {
	return ch.Accepted == nil && slices.ContainsFunc(kinds, func(k string) bool {
		switch k {
		case failAny:
			return true
		case failBreaking:
			return ch.Kind == diff.Breaking
		}
		return ch.Kind == diff.Broader || ch.Kind == diff.Undecided
	})
}

// changeCount says how many changes there are of each kind.
func changeCount(r diff.Report) string {
	n := map[diff.Kind]int{}
	for _, c := range r.Changes {
		n[c.Kind]++
	}
	var parts []string
	if len(r.Violations) > 0 {
		parts = append(parts, fmt.Sprintf("%d not allowed", len(r.Violations)))
	}
	for _, k := range []struct {
		kind diff.Kind
		word string
	}{{diff.Broader, "broader"}, {diff.Undecided, "not decided"}, {diff.Breaking, "breaking"},
		{diff.Setting, "of settings"}, {diff.Narrower, "narrower"}} {
		if n[k.kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[k.kind], k.word))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "nothing changes in who may do what")
}
