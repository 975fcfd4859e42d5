package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
	"github.com/urfave/cli/v2"
)

// simulateFormat is how decisions are printed.
type simulateFormat string

// The formats of decisions.
const (
	decisionsJSON simulateFormat = "json"
	decisionsText simulateFormat = "text"
)

// simulateExample is a case that decides as it expects; the tests run it out of the help text.
const simulateExample = `{"name": "the role reads",
 "request": {
   "principal": "arn:aws:iam::111122223333:role/App",
   "action": "s3:GetObject",
   "resource": "arn:aws:s3:::acme/a.csv",
   "context": {"aws:SecureTransport": true}},
 "policies": {"identity": [
   {"Version": "2012-10-17", "Statement": [
     {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::acme/*"}]}]},
 "expect": "allowed"}`

const simulateHelp = `Reads cases from FILE, or from standard input without one: a JSON array, or one after the other. A case is

` + simulateExample + `

request has principal (an ARN, an account ID, the name of a service, or "*"), action, resource, and if need be resourceAccount and context. ` +
	`policies may have identity, permissionsBoundaries and session (lists of policy documents), resource (one document: for sts:AssumeRole the ` +
	`role's trust policy, for kms: the key policy), serviceControl and resourceControl (lists of levels, each a list of documents). expect is ` +
	`allowed, implicitlyDenied or explicitlyDenied. docs/simulate.md has it all.

Prints one decision a line, as JSON, or with --format text for people. Exit code 1 when a decision is not what its case expects, 2 when a ` +
	`request or a policy is malformed.`

func simulateCommand(e *env) *cli.Command {
	formats := []string{string(decisionsText), string(decisionsJSON)}
	return &cli.Command{
		Name:        "simulate",
		Usage:       "decide requests against policies, as AWS documents it",
		ArgsUsage:   "[FILE|-]",
		Description: simulateHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Value: string(decisionsJSON), Usage: "print decisions as `FORMAT`: " + strings.Join(formats, ", ")},
			quietFlag(e),
		},
		Action: takes(1, func(c *cli.Context) error {
			f := c.String("format")
			if !slices.Contains(formats, f) {
				return usagef(suggest(f, formats), "unknown format %q", f)
			}
			return simulate(e, cmp.Or(c.Args().First(), "-"), simulateFormat(f))
		}),
	}
}

// maxCases is the most bytes of cases that are read at once: some ten thousand cases.
const maxCases = 64 << 20

func simulate(e *env, name string, format simulateFormat) error {
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
			io.WriteString(e.stderr, caseError(shown, r))
			continue
		}
		if format == decisionsText {
			io.WriteString(e.stdout, decisionText(r))
		} else {
			e.stdout.Write(findings.EscapeJSON(r.JSON()))
		}
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

// decisionText returns a decision for people: the outcome, and the statements and policies that led to
// it, one a line. Names come from the input and are quoted.
func decisionText(r policy.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q: %s\n", r.Name, r.Decision.Outcome)
	for _, c := range r.Decision.Because {
		fmt.Fprintf(&b, "  %s in statement %d", c.Effect, c.Statement)
		if c.Sid != "" {
			fmt.Fprintf(&b, " (%q)", c.Sid)
		}
		fmt.Fprintf(&b, " of %s\n", c.Policy)
	}
	if len(r.Decision.Missing) > 0 {
		fmt.Fprintf(&b, "  no Allow in %s\n", strings.Join(r.Decision.Missing, ", "))
	}
	return b.String()
}

// caseError says what is wrong with a case, one fault a line, each with its place and the case's name.
func caseError(file string, r policy.Result) string {
	var b strings.Builder
	for fault := range strings.SplitSeq(policy.InFile(file, r.Err).Error(), "\n") {
		b.WriteString(findings.Plain(fault))
		if r.Name != "" {
			fmt.Fprintf(&b, " (case %q)", r.Name)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
