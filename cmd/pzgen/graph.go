package main

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/graph"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/urfave/cli/v2"
)

func graphFormats() []string { return []string{"mermaid", "dot", "svg"} }

func graphCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:  "graph",
		Usage: "draw who reaches what through which workflow",
		Description: "Operators, service roles, workflows, the places in buckets, dataset groups and " +
			"keys of the spec, and what their policies let each do. mermaid is for a code block of " +
			"this name in a page on GitHub; dot is for Graphviz; svg is a picture with a description " +
			"for those who do not see it.",
		Flags: []cli.Flag{fileFlag(), setupFlag(),
			&cli.StringFlag{Name: "format", Value: "mermaid", Usage: "print as `FORMAT`: " +
				strings.Join(graphFormats(), ", ")},
			templatesFlag(), quietFlag(e)},
		Action: takes(0, func(c *cli.Context) error { return drawGraph(e, c) }),
	}
}

func drawGraph(e *env, c *cli.Context) error {
	format := c.String("format")
	if !slices.Contains(graphFormats(), format) {
		return usagef(suggest(format, graphFormats()), "unknown format %q", format)
	}
	run, err := askRun(e, c)
	if err != nil {
		return err
	}
	var setups []*model.Setup
	for i := range run.Names() {
		m, found := run.Model(i)
		if m == nil {
			e.sayFindings(found)
			return said(exitUsage)
		}
		setups = append(setups, m)
	}
	g := graph.New(setups)
	var text string
	switch format {
	case "mermaid":
		text, err = g.Mermaid()
	case "dot":
		text = g.DOT()
	case "svg":
		text = g.SVG()
	}
	var size *graph.SizeError
	if errors.As(err, &size) {
		return usagef("draw some of the setups, with --setup NAME, or take --format svg", "%w", err)
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(e.stdout, text)
	return err
}
