package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

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
				Name:   "list",
				Usage:  "print every statement with the documents it may be in and where AWS says so",
				Flags:  []cli.Flag{templatesFlag()},
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

func listTemplates(e *env, c *cli.Context) error {
	lib, err := engine.Templates(c.String("templates"))
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "SID\tPROFILE\tDOCUMENTS\tFILE\tWHY\tSOURCE")
	for _, t := range lib.Templates {
		sid, profile := t.Sid, t.Profile
		if sid == "" {
			sid = "-"
		}
		if profile == "" {
			profile = "both"
		}
		cells := []string{sid, profile, strings.Join(t.In, ","), fmt.Sprintf("%s:%d", t.File, t.Line), t.Why, t.Source}
		for i := range cells {
			cells[i] = strings.Join(strings.Fields(findings.Plain(cells[i])), " ")
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	return w.Flush()
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
		if err := writeNew(filepath.Join(dir, name), lib.File(name)); err != nil {
			return err
		}
	}
	if !e.quiet {
		fmt.Fprintf(e.stderr, "%s written to %s; edit them, then: pzgen generate --templates %s\n", plural(len(todo), "file"), findings.Plain(dir), quoteWord(dir))
	}
	return nil
}

// writeNew writes a file that must not be there, whole or not at all.
func writeNew(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}
