package main

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/urfave/cli/v2"
)

// orderArgs puts flags before arguments: the library stops reading flags at the first argument and silently takes the rest for arguments. What
// is no flag and no command is refused here, with what was probably meant. After "--" everything is an argument.
func orderArgs(app *cli.App, args []string) ([]string, error) {
	if len(args) == 0 {
		return args, nil
	}
	out, rest := args[:1:1], args[1:]
	commands := app.Commands
	var cmd *cli.Command
	for len(rest) > 0 && !strings.HasPrefix(rest[0], "-") && (cmd == nil || len(cmd.Subcommands) > 0) {
		name := rest[0]
		if cmd == nil && (name == helpName || name == "h") {
			return helpArgs(app, out, rest[1:])
		}
		next := find(commands, name)
		if next == nil {
			if cmd != nil {
				return nil, usagef(suggest(name, names(commands)), "unknown command %q of pzgen %s", name, cmd.Name)
			}
			return nil, usagef(suggest(name, names(commands)), "unknown command %q", name)
		}
		cmd, commands = next, next.Subcommands
		out, rest = append(out, next.Name), rest[1:]
	}
	var known []cli.Flag
	if cmd != nil {
		known = cmd.Flags
	}
	var flags, plain []string
	for i := 0; i < len(rest); i++ {
		arg := rest[i]
		switch {
		case arg == "--":
			plain = append(plain, rest[i+1:]...)
			i = len(rest)
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			plain = append(plain, arg)
		case arg == "--help" || arg == "-h":
			return append(out, "--help"), nil
		case cmd == nil && (arg == "--version" || arg == "-v"):
			return append(out, "version"), nil
		default:
			name, value, has := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			f := findFlag(known, name)
			if f == nil || strings.HasPrefix(arg, "---") {
				return nil, unknownFlag(cmd, arg, name, known)
			}
			flags = append(flags, arg)
			if _, isBool := f.(*cli.BoolFlag); isBool || has {
				if has && value == "" {
					return nil, usagef("", "flag %q has an empty value", arg)
				}
				continue
			}
			if i++; i == len(rest) || rest[i] == "" {
				return nil, usagef("", "flag %q needs a value", arg)
			}
			flags = append(flags, rest[i])
		}
	}
	if cmd == nil && len(plain) > 0 {
		return nil, usagef("", "a command stands before its flags, not after them: %q", plain[0])
	}
	if len(plain) > 0 {
		flags = append(append(flags, "--"), plain...)
	}
	return append(out, flags...), nil
}

// helpArgs turns "help COMMAND" into "COMMAND --help". The library takes "help --help" for the help of
// pzgen, so help is told about by its own action.
func helpArgs(app *cli.App, out, rest []string) ([]string, error) {
	commands := app.Commands
	if len(rest) > 0 && slices.Contains([]string{helpName, "h", "--help", "-h"}, rest[0]) {
		return append(out, helpName), nil
	}
	for _, name := range rest {
		c := find(commands, name)
		if c == nil {
			return nil, usagef(suggest(name, names(commands)), "unknown command %q", name)
		}
		out, commands = append(out, c.Name), c.Subcommands
	}
	return append(out, "--help"), nil
}

func find(commands []*cli.Command, name string) *cli.Command {
	for _, c := range commands {
		if c.HasName(name) {
			return c
		}
	}
	return nil
}

func findFlag(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func unknownFlag(cmd *cli.Command, arg, name string, known []cli.Flag) error {
	var all []string
	for _, f := range known {
		for _, n := range f.Names() {
			if len(n) > 1 {
				all = append(all, "--"+n)
			}
		}
	}
	hint, of := suggest("--"+name, all), "pzgen"
	if cmd != nil {
		of += " " + cmd.Name
	}
	if hint == "" {
		hint = "see: " + of + " --help"
	}
	return usagef(hint, "unknown flag %q of %s", arg, of)
}

func names(commands []*cli.Command) []string {
	var out []string
	for _, c := range commands {
		out = append(out, c.Name)
	}
	return out
}

// suggest returns a hint with the candidate that s was probably meant to be, or the candidates if
// there are only a few.
func suggest(s string, candidates []string) string {
	best, least := "", max(2, len(s)/3)+1
	for _, c := range candidates {
		if d := levenshtein.Distance(s, c, nil); d < least {
			best, least = c, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(candidates) > 0 && len(candidates) <= 30:
		return "there are: " + strings.Join(candidates, ", ")
	}
	return ""
}

// takes makes an action refuse more than n arguments.
func takes(n int, action cli.ActionFunc) cli.ActionFunc {
	return func(c *cli.Context) error {
		if c.NArg() > n {
			return usagef(insteadOf(c.Command, c.Args().Get(n)), "pzgen %s takes no argument %q",
				c.Command.FullName(), c.Args().Get(n))
		}
		return action(c)
	}
}

// asWord matches what a shell takes for one word as it is.
var asWord = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)

// insteadOf says how a command is told what an argument that it does not take was meant to be: a
// spec, or a setup.
func insteadOf(command *cli.Command, arg string) string {
	name := "pzgen " + command.FullName()
	ext := path.Ext(arg)
	switch {
	case !asWord.MatchString(arg):
	case ext == ".yaml" || ext == ".yml":
		if findFlag(command.Flags, "file") != nil {
			return "-f names a spec: " + name + " -f " + arg
		}
	case !strings.ContainsAny(arg, "./"):
		if findFlag(command.Flags, "setup") != nil {
			return "--setup names a setup: " + name + " --setup " + arg
		}
	}
	return "see: " + name + " --help"
}
