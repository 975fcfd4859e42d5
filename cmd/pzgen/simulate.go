package main

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
	"github.com/urfave/cli/v2"
)

func simulateCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:      "simulate",
		Usage:     "decide requests against policies, as AWS documents it",
		ArgsUsage: "[FILE|-]",
		Description: "Reads a JSON array of cases, or one case a line, and prints one decision a line. Exit code 1 when a decision is not what its case expects, " +
			"2 when a request or a policy is malformed.",
		Flags:  []cli.Flag{quietFlag(e)},
		Action: takes(1, func(c *cli.Context) error { return simulate(e, c.Args().First()) }),
	}
}

// maxCases is the most bytes of cases that are read at once: some ten thousand cases.
const maxCases = 64 << 20

func simulate(e *env, name string) error {
	if name == "" {
		name = "-"
	}
	data, shown, err := e.readNamed(name, maxCases, "name a file, or - for standard input")
	if err != nil {
		return err
	}
	cases, err := policy.ReadCases(data)
	if err != nil {
		return usagef(policy.HintOf(err), "%w", policy.InFile(shown, err))
	}
	if len(cases) == 0 {
		return usagef("give a JSON array of cases, or one case a line", "%s holds no case", shown)
	}
	malformed, differ := 0, 0
	for _, c := range cases {
		r := c.Decide()
		if r.Err != nil {
			malformed++
			fmt.Fprintln(e.stderr, findings.Plain(caseError(shown, r)))
			continue
		}
		e.stdout.Write(r.JSON())
		if !r.OK() {
			differ++
			fmt.Fprintf(e.stderr, "%s:%d: case %q is %s, expected %s\n", findings.Plain(shown), c.Pos.Line, c.Name, r.Decision.Outcome, r.Expect)
		}
	}
	switch {
	case malformed > 0:
		return usagef("", "%s malformed", plural(malformed, "case"))
	case differ > 0:
		if !e.quiet {
			fmt.Fprintf(e.stderr, "%d of %s not as expected\n", differ, plural(len(cases), "case"))
		}
		return said(exitFindings)
	}
	return nil
}

// caseError says what is wrong with a case, one fault a line, each with the place and the case's name.
func caseError(file string, r policy.Result) string {
	faults := policy.InFile(file, r.Err).Error()
	if r.Name == "" {
		return faults
	}
	suffix := fmt.Sprintf(" (case %q)", r.Name)
	return strings.ReplaceAll(faults, "\n", suffix+"\n") + suffix
}
