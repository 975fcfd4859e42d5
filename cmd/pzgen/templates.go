package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/pzgen/pzgen/templates"
	"github.com/urfave/cli/v2"
)

func templatesCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:  "templates",
		Usage: "list the policy statements that pzgen knows, or export them for editing",
		Subcommands: []*cli.Command{
			{
				Name:  "list",
				Usage: "print every statement with the documents it may be in and where AWS says so",
				Flags: []cli.Flag{templatesFlag(), &cli.StringFlag{Name: "format", Value: "text",
					Usage: "print as `FORMAT`: text, json"}},
				Action: takes(0, func(c *cli.Context) error { return listTemplates(e, c) }),
			},
			{
				Name:        "export",
				Usage:       "write the templates into a folder, for generate --templates",
				ArgsUsage:   "DIR",
				Description: "A file that is there already is left as it is, and is an error when it differs from the built-in one.",
				Flags:       []cli.Flag{quietFlag(e)},
				Action:      takes(1, func(c *cli.Context) error { return exportTemplates(e, c) }),
			},
		},
	}
}

// listedStatement is a statement of the templates as templates list prints it.
type listedStatement struct {
	Sid       string   `json:"sid,omitempty"`
	Profile   string   `json:"profile,omitempty"` // "" for both
	Documents []string `json:"documents"`
	File      string   `json:"file"`
	Line      int      `json:"line"`
	Why       string   `json:"why"`
	Source    string   `json:"source"`
}

// listWidth is how many columns a list in text has at most, whatever the terminal has.
const listWidth = 100

func listTemplates(e *env, c *cli.Context) error {
	formats := []string{"text", "json"}
	format := c.String("format")
	if !slices.Contains(formats, format) {
		return usagef(suggest(format, formats), "unknown format %q", format)
	}
	lib, err := engine.Templates(c.String("templates"))
	if err != nil {
		return err
	}
	var all []listedStatement
	for _, t := range lib.Templates {
		all = append(all, listedStatement{t.Sid, t.Profile, t.In, t.File, t.Line, t.Why, t.Source})
	}
	if format == "json" {
		return findings.WriteJSON(e.stdout, all)
	}
	for i, s := range all {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		fmt.Fprintf(e.stdout, "%s\n", findings.Plain(cmp.Or(s.Sid, "(no Sid)")))
		for _, text := range []string{
			fmt.Sprintf("%s:%d, profile %s", s.File, s.Line, cmp.Or(s.Profile, "both")),
			"in " + strings.Join(s.Documents, ", "),
			s.Why, s.Source} {
			for _, line := range wrapped(findings.Plain(text), listWidth-4) {
				fmt.Fprintf(e.stdout, "    %s\n", line)
			}
		}
	}
	return nil
}

// wrapped divides a text into lines of at most n characters; a longer word is divided.
func wrapped(text string, n int) []string {
	var lines []string
	line := []rune{}
	for word := range strings.FieldsSeq(text) {
		w := []rune(word)
		if len(line) > 0 && len(line)+1+len(w) > n {
			lines, line = append(lines, string(line)), nil
		}
		if len(line) > 0 {
			line = append(line, ' ')
		}
		for line = append(line, w...); len(line) > n; line = line[n:] {
			lines = append(lines, string(line[:n]))
		}
	}
	if len(line) > 0 {
		lines = append(lines, string(line))
	}
	return lines
}

func exportTemplates(e *env, c *cli.Context) error {
	dir := c.Args().First()
	if dir == "" {
		return usagef("pzgen templates export DIR", "the folder to write to is missing")
	}
	lib, err := templates.Default()
	if err != nil {
		return err
	}
	var differ []string
	var todo []string
	for _, name := range lib.Files() {
		data, err := readfile.File(filepath.Join(dir, name), templates.MaxFile)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			todo = append(todo, name)
		case err != nil:
			return err
		case !bytes.Equal(data, lib.File(name)):
			differ = append(differ, filepath.Join(dir, name))
		}
	}
	if differ != nil {
		return usagef("nothing was written; export into another folder and compare", "not the built-in templates: %q", differ)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range todo {
		if err := createWhole(filepath.Join(dir, name), lib.File(name)); err != nil {
			return err
		}
	}
	if !e.quiet {
		fmt.Fprintf(e.stderr, "%s written to %s; edit them, then: pzgen generate --templates %s\n", plural(len(todo), "file"), findings.Plain(dir), quoteWord(dir))
	}
	return nil
}
