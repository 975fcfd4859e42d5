package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/urfave/cli/v2"
	"mvdan.cc/sh/v3/syntax"
)

func checkCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:  "check",
		Usage: "compare the output folder with what generate would write; writes nothing",
		Description: "Exit code 1 when something differs. A file is `changed` (it would be " +
			"generated differently now), `missing`, `orphaned` (it is not generated any more) " +
			"or `edited` (by hand, since it was generated). What pzgen did not write in the " +
			"folder of a setup, or in the output folder itself, is `unknown` unless the spec " +
			"names it under ownFiles; `linked` is a link, and `obstructed` what is no file or " +
			"folder where one is expected. The numbers come first, then a line for each file, " +
			"with a diff where it is there and should be another.",
		Flags: append(renderFlags(e), formatFlag(),
			// It proves nothing and so has nothing to leave out; the flag is taken, and not offered, so
			// that the flags of a generate may be used for it as they are.
			&cli.BoolFlag{Name: "no-verify", Hidden: true},
			&cli.BoolFlag{Name: "brief", DisableDefaultText: true, Usage: "no diffs"}),
		Action: takes(0, func(c *cli.Context) error { return check(e, c) }),
	}
}

func check(e *env, c *cli.Context) error {
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	run, err := loadRun(e, c)
	if err != nil {
		return err
	}
	out := c.String("out")
	report := findings.Report{Command: "pzgen check", Version: releaseVersion(),
		Titles: map[string]string{
			string(output.Changed):    "a file that would be generated differently now",
			string(output.Missing):    "a file that is missing",
			string(output.Orphaned):   "a file that is not generated any more",
			string(output.Edited):     "a generated file that was edited by hand",
			string(output.Unknown):    "something that pzgen did not write",
			string(output.Linked):     "a link, or a file with several names",
			string(output.Obstructed): "no file or folder where one is expected",
		}}
	var sum tally
	fix := fixCommand(c)
	found := func(ch output.Change) {
		sum.add(ch)
		name := filepath.Join(out, filepath.FromSlash(ch.Path))
		report.Findings = append(report.Findings, findings.Finding{Rule: string(ch.Status),
			Level: findings.Error, File: filepath.ToSlash(name),
			Message: string(ch.Status) + ": " + name, Detail: ch.Diff,
			Hint: hintOf(c, ch, fix)})
	}
	diffs := !c.Bool("brief") && !e.quiet
	bar := e.progress(run.Len(), "setup")
	err = run.Check(c.Context, out, diffs && format != "text", func(done engine.Checked) error {
		if done.Setup != "" {
			bar.step()
		}
		e.sayFindings(done.Found)
		for _, ch := range done.Changes {
			found(ch)
		}
		return nil
	})
	bar.end()
	if err != nil {
		return foundErrors(err)
	}
	if format != "text" {
		if err := report.Write(e.stdout, format); err != nil {
			return err
		}
	}
	if sum.count() == 0 {
		if !e.quiet {
			fmt.Fprintf(e.stderr, "%s in %s: nothing to do\n", plural(run.Len(), "setup"),
				findings.Plain(out))
		}
		return nil
	}
	if format == "text" {
		if !e.quiet {
			sum.write(e.stdout)
			fmt.Fprintln(e.stdout)
		}
		if err := sayChanges(e, c, run, report, sum, diffs); err != nil {
			return err
		}
	}
	if !e.quiet {
		with := "; fix with: " + fix
		if sum.setups {
			with += removeSetups
		}
		if !sum.fixable {
			with = ""
		}
		fmt.Fprintf(e.stderr, "%s not as generated%s\n", isOrAre(sum.count()), with)
	}
	return said(exitFindings)
}

// sayChanges tells of each file. Diffs are made anew for it: those of many setups are not held.
func sayChanges(e *env, c *cli.Context, run *engine.Run, report findings.Report, sum tally,
	diffs bool) error {
	if !diffs || sum.total[output.Changed]+sum.total[output.Edited] == 0 {
		fix := fixCommand(c)
		for _, f := range report.Findings {
			fmt.Fprintln(e.stdout, findings.Plain(f.Message))
			if f.Hint != fix && !e.quiet {
				fmt.Fprintf(e.stdout, "  hint: %s\n", findings.Plain(f.Hint))
			}
		}
		return nil
	}
	out := c.String("out")
	return run.Check(c.Context, out, true, func(done engine.Checked) error {
		for _, ch := range done.Changes {
			ch.Hint = hintOf(c, ch, "")
			sayChange(e.stdout, filepath.Join(out, filepath.FromSlash(ch.Path)), ch)
		}
		return nil
	})
}

// hintOf returns what to do about a change; fix is what helps where writing does.
func hintOf(c *cli.Context, ch output.Change, fix string) string {
	switch l := ch.Setup; {
	case l != nil:
		return fmt.Sprintf("the spec has no setup %s, and %s there: take it out of the account "+
			"first, with %s; then run %s", l.Name, isOrAre(len(l.Files)),
			takeOut(c.String("out"), *l), fixCommand(c)+removeSetups)
	case ch.Hint != "":
		return ch.Hint
	}
	return fix
}

// foundErrors says how many errors ended a command that writes nothing.
func foundErrors(err error) error {
	var found *engine.FoundError
	if errors.As(err, &found) {
		return usagef("", "%s", plural(found.Errors, "error"))
	}
	return err
}

// removeSetups is what makes generate remove whole setups.
const removeSetups = " --remove-setups"

func isOrAre(n int) string {
	if n == 1 {
		return "1 file is"
	}
	return fmt.Sprintf("%d files are", n)
}

func sayChange(w io.Writer, name string, ch output.Change) {
	fmt.Fprintf(w, "%s: %s\n", ch.Status, findings.Plain(name))
	if ch.Diff != "" {
		io.WriteString(w, findings.Plain(ch.Diff))
	}
	if ch.Hint != "" {
		fmt.Fprintf(w, "  hint: %s\n", findings.Plain(ch.Hint))
	}
}

// fixCommand is the generate that answers the flags of this check, ready for a shell.
func fixCommand(c *cli.Context) string {
	words := []string{"pzgen", "generate"}
	add := func(flag, value string) {
		words = append(words, flag, quoteWord(value))
	}
	for _, f := range c.StringSlice("file") {
		add("-f", f)
	}
	if c.IsSet("out") {
		add("-o", c.String("out"))
	}
	for _, name := range []string{"setup", "target"} {
		for _, v := range c.StringSlice(name) {
			add("--"+name, v)
		}
	}
	if c.IsSet("shard") {
		add("--shard", c.String("shard"))
	}
	if c.IsSet("templates") {
		add("--templates", c.String("templates"))
	}
	return strings.Join(words, " ")
}

// quoteWord quotes a word for a shell, if it needs it.
func quoteWord(s string) string {
	q, err := syntax.Quote(s, syntax.LangBash)
	if err != nil { // it holds a NUL, and so came from no command line
		return strconv.Quote(s)
	}
	return q
}
