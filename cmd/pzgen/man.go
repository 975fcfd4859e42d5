package main

import (
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

func manCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:        "man",
		Usage:       "print the manual page",
		Description: "To read it at once: pzgen man | man -l -",
		Action: takes(0, func(c *cli.Context) error {
			describe(c.App.Commands)
			page, err := c.App.ToManWithSection(1)
			if err != nil {
				return err
			}
			_, err = io.WriteString(e.stdout, page+"\n")
			return err
		}),
	}
}

// describe puts the descriptions of commands where the library prints them: its manual page has their
// usage alone. The table of commands is made for each run, so no other page sees it.
func describe(commands []*cli.Command) {
	for _, c := range commands {
		if c.Description != "" {
			c.Usage += "\n\n" + markdown(c.Description)
		}
		describe(c.Subcommands)
	}
}

// markdown fences the paragraphs of a description that are examples in JSON, so that they stay as they are.
func markdown(description string) string {
	paragraphs := strings.Split(description, "\n\n")
	for i, p := range paragraphs {
		if strings.HasPrefix(p, "{") {
			paragraphs[i] = "```\n" + p + "\n```"
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
