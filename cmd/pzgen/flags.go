package main

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/urfave/cli/v2"
)

const defaultOut = "out"

// The flags that several commands have. Each call makes fresh ones, as the library writes into
// them.
func fileFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "file", Aliases: []string{"f"}, Usage: "`SPEC` to read, " +
		"- for standard input; repeatable, the setups of all are taken together (default: " +
		engine.DefaultSpec + ")"}
}

func outFlag() cli.Flag {
	return &cli.StringFlag{Name: "out", Aliases: []string{"o"}, Value: defaultOut,
		Usage: "output `FOLDER`"}
}

func setupFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "setup", Usage: "only the setup of this `NAME`; repeatable"}
}

func targetFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "target", Usage: "only these `TARGETS`: " +
		strings.Join(generators.Names(), ", ") + "; repeatable"}
}

func shardFlag() cli.Flag {
	return &cli.StringFlag{Name: "shard", Usage: "only part `I/N` of the setups, 1/4 to 4/4 " +
		"for example: by their names, whatever else the spec holds"}
}

func templatesFlag() cli.Flag {
	return &cli.StringFlag{Name: "templates", Usage: "`FOLDER` of templates to lay over the " +
		"built-in ones (see: pzgen templates export)"}
}

func jobsFlag() cli.Flag {
	return &cli.IntFlag{Name: "jobs", DefaultText: "one for each core",
		Usage: "work on `N` setups at once"}
}

func strictFlag() cli.Flag {
	return &cli.BoolFlag{Name: "strict", DisableDefaultText: true, Usage: "make warnings errors"}
}

func quietFlag(e *env) cli.Flag {
	return &cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, DisableDefaultText: true,
		Usage: "say nothing but errors", Destination: &e.quiet}
}

func formatFlag() cli.Flag {
	return &cli.StringFlag{Name: "format", Value: "text", Usage: "print findings as `FORMAT`: " +
		strings.Join(findings.Formats(), ", ")}
}

// checkFormat refuses a format that does not exist before any work is done.
func checkFormat(c *cli.Context) (string, error) {
	f := c.String("format")
	if !slices.Contains(findings.Formats(), f) {
		return "", usagef(suggest(f, findings.Formats()), "unknown format %q", f)
	}
	return f, nil
}
