package main

import (
	"fmt"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/urfave/cli/v2"
)

func manifestCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:  "manifest",
		Usage: "work with the manifests of output folders",
		Subcommands: []*cli.Command{{
			Name:      "merge",
			Usage:     "make one manifest of those of several shards",
			ArgsUsage: "OUT_OR_MANIFEST...",
			Description: "Runs with --shard may write into folders of their own, whose setups are then put together in one. This gives that folder its manifest, as one run " +
				"over all setups would write it.",
			Flags: []cli.Flag{outFlag(), quietFlag(e)},
			Action: func(c *cli.Context) error {
				if c.NArg() == 0 {
					return usagef("give the output folders of the shards, or their manifests", "there is nothing to merge")
				}
				n, err := output.MergeManifests(c.Context, c.String("out"), c.Args().Slice(), releaseVersion())
				if err != nil {
					return err
				}
				if !e.quiet {
					fmt.Fprintf(e.stderr, "%s lists %s\n", findings.Plain(c.String("out")), plural(n, "file"))
				}
				return nil
			},
		}},
	}
}
