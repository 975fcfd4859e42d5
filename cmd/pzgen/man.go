package main

import (
	"fmt"
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
			tail := manTail(c.App.Commands)
			describe(c.App.Commands)
			page, err := c.App.ToManWithSection(1)
			if err != nil {
				return err
			}
			// The library's synopsis has the flags of pzgen alone, and the usage below the description.
			page = strings.Replace(page, "[--help|-h]", c.App.UsageText, 1)
			if before, rest, ok := strings.Cut(page, ".PP\n\\fBUsage\\fP:"); ok {
				_, rest, _ = strings.Cut(rest, ".EE\n")
				page = before + rest
			}
			_, err = io.WriteString(e.stdout, strings.TrimRight(page, "\n")+"\n"+tail)
			return err
		}),
	}
}

// manTail returns the sections that the library does not write, in the order of man-pages(7).
func manTail(commands []*cli.Command) string {
	var b strings.Builder
	section := func(title string, entries ...[2]string) {
		fmt.Fprintf(&b, "\n.SH %s\n", title)
		for _, x := range entries {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(x[0]), roff(x[1]))
		}
	}
	section("EXIT STATUS",
		[2]string{"0", "fine"},
		[2]string{"1", "findings: something differs, is not proved, or is as bad as --fail-on says"},
		[2]string{"2", "wrong usage or invalid input"},
		[2]string{"3", "the machine failed: a file that cannot be written, an account that cannot " +
			"be read"},
		[2]string{"130, 143", "interrupted, by Ctrl-C or by SIGTERM; every file is whole"})
	section("ENVIRONMENT",
		[2]string{"NO_COLOR", "turns colour off"},
		[2]string{"AWS_PROFILE, AWS_REGION and others of the AWS SDK", "are read by doctor --live alone"},
		[2]string{"GOGC, GOMEMLIMIT", "when set, memory is used as they say"})
	section("FILES",
		[2]string{"pzgen.yaml", "the spec, where -f names no other"},
		[2]string{"out/", "what generate writes and check and verify read, where -o names no " +
			"other folder"},
		[2]string{"out/SETUP/README.md", "how a setup is applied in each format, and its " +
			"statements with their reasons"},
		[2]string{"out/.pzgen/manifests/", "what pzgen wrote; it belongs into git with the rest of out/"},
		[2]string{"pzgen.schema.json", "the JSON Schema of the spec, for editors: pzgen schema " +
			"prints it"})
	section("EXAMPLES")
	var walk func(path string, list []*cli.Command)
	walk = func(path string, list []*cli.Command) {
		for _, c := range list {
			name := strings.TrimSpace(path + " " + c.Name)
			for _, x := range examplesOf(name) {
				fmt.Fprintf(&b, ".TP\n%s\n.nf\n.B %s\n.fi\n", roff(x.title()), roff(x.command))
			}
			walk(name, c.Subcommands)
		}
	}
	walk("", commands)
	return b.String()
}

// roff writes a line of text so that roff prints it as it is.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", "\\(ga", "~", `\(ti`,
		"^", `\(ha`).Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}

// describe puts the descriptions of commands where the library prints them: its manual page has
// their usage alone. The table of commands is made for each run, so no other page sees it.
func describe(commands []*cli.Command) {
	for _, c := range commands {
		if c.Description != "" {
			c.Usage += "\n\n" + markdown(c.Description)
		}
		describe(c.Subcommands)
	}
}

// markdown fences the paragraphs of a description that are examples in JSON, so that they stay as
// they are.
func markdown(description string) string {
	paragraphs := strings.Split(description, "\n\n")
	for i, p := range paragraphs {
		if strings.HasPrefix(p, "{") {
			paragraphs[i] = "```\n" + p + "\n```"
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
