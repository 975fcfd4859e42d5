package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

const helpName = "help"

// helpCommand is in the table for its own help text, which is all that it prints: [orderArgs] turns
// it into the flag --help of the command that it is asked about.
func helpCommand() *cli.Command {
	return &cli.Command{
		Name:      helpName,
		Aliases:   []string{"h"},
		Usage:     "show the commands, or the flags of one",
		ArgsUsage: "[COMMAND]",
		Action: func(c *cli.Context) error {
			cli.HelpPrinter(c.App.Writer, c.Command.CustomHelpTemplate, c.Command)
			return nil
		},
	}
}

// alone is pzgen without a command: the commands, and the next step in this folder.
func (e *env) alone(c *cli.Context) error {
	if err := cli.ShowAppHelp(c); err != nil {
		return err
	}
	_, err := fmt.Fprintf(e.stdout, "\nNEXT:\n   %s\n", strings.Join(nextSteps(), "\n   "))
	return err
}

// nextSteps says what to do in this folder. It looks at what is there, reads the spec, and neither
// renders nor proves anything.
func nextSteps() []string {
	if _, err := os.Stat(engine.DefaultSpec); errors.Is(err, fs.ErrNotExist) {
		return []string{"there is no " + engine.DefaultSpec + " in this folder; write a first one:",
			"pzgen init"}
	}
	_, ds, err := engine.Load(engine.Source{Files: []string{engine.DefaultSpec}})
	if err != nil || ds.Count(spec.Error) > 0 {
		return []string{"there are errors in " + engine.DefaultSpec + "; see them:",
			"pzgen validate"}
	}
	if _, err := os.Stat(defaultOut); errors.Is(err, fs.ErrNotExist) {
		return []string{"there is a spec and no " + defaultOut + "/; write it:", "pzgen generate"}
	}
	return []string{"is " + defaultOut + "/ what the spec says, and proved?",
		"pzgen check && pzgen verify",
		"how each setup is applied is in its README.md there"}
}
