package main

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
)

// maxSpec is the most bytes of a spec that fmt reads; the spec says more exactly what is too large.
const maxSpec = 64 << 20

func fmtCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:      "fmt",
		Usage:     "lay out a spec: indentation, ends of lines, empty lines",
		ArgsUsage: "[SPEC...]",
		Description: "Writes each SPEC (default: " + engine.DefaultSpec + ") in the layout of the " +
			"examples, and prints the names of those that changed. Order, comments, quotes and what " +
			"is within a line stay. The spec says the same after it, or it is left as it is and " +
			"that is said, with exit code 2. - reads standard input and prints.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "check", DisableDefaultText: true,
				Usage: "write nothing, print what would change, and exit with 1 if anything would"},
			quietFlag(e),
		},
		Action: takes(maxSpecs, func(c *cli.Context) error { return e.fmt(c) }),
	}
}

// maxShown is the size of a spec in bytes above which --check names it and shows no difference: that of
// all lines of 4 MB took 20 seconds.
const maxShown = 1 << 20

// maxSpecs is how many specs fmt takes at once.
const maxSpecs = 1 << 16

func (e *env) fmt(c *cli.Context) error {
	names := c.Args().Slice()
	if len(names) == 0 {
		names = []string{engine.DefaultSpec}
	}
	wrong, changed := 0, 0
	fix := "pzgen fmt"
	for _, name := range names {
		data, shown, err := e.readNamed(name, maxSpec, "name a spec")
		if err != nil {
			return err
		}
		out, ds := spec.Format(shown, data)
		if ds.HasErrors() {
			e.sayDiagnostics(ds)
			wrong++
			continue
		}
		same := bytes.Equal(out, data)
		if !same {
			if changed++; c.NArg() > 0 {
				fix += " " + quoteWord(name)
			}
		}
		switch {
		case c.Bool("check"):
			switch {
			case same:
			case len(data) > maxShown:
				fmt.Fprintln(e.stdout, findings.Plain(shown))
			default:
				fmt.Fprint(e.stdout, output.Diff(filepath.ToSlash(shown), data, out))
			}
		case name == "-":
			if _, err := e.stdout.Write(out); err != nil {
				return err
			}
		case !same:
			if err := replaceFile(name, out); err != nil {
				return err
			}
			fmt.Fprintln(e.stdout, findings.Plain(name))
		}
	}
	switch {
	case wrong > 0:
		return usagef("", "%s cannot be laid out", plural(wrong, "spec"))
	case c.Bool("check") && changed > 0:
		if !e.quiet {
			fmt.Fprintf(e.stderr, "%s would change; fix with: %s\n", plural(changed, "spec"),
				findings.Plain(fix))
		}
		return said(exitFindings)
	}
	return nil
}
