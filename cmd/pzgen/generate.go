package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/urfave/cli/v2"
)

// renderFlags are the flags of generate, which check has too.
func renderFlags(e *env) []cli.Flag {
	return []cli.Flag{fileFlag(), outFlag(), setupFlag(), shardFlag(), targetFlag(),
		templatesFlag(), jobsFlag(),
		strictFlag(), quietFlag(e)}
}

func generateCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:  "generate",
		Usage: "render the setups of a spec and write what changed",
		Description: "Everything is rendered before anything is written. Only files that " +
			"changed are written, each of them atomically. Files that an earlier run " +
			"wrote and this one does not are removed, unless somebody edited them; those of a " +
			"whole setup with --remove-setups alone. No other file is ever touched. What pzgen wrote is listed in .pzgen/manifests; where a list " +
			"is missing or was merged badly, pzgen knows its files by their headers.",
		Flags: append(renderFlags(e),
			&cli.BoolFlag{Name: "no-verify", DisableDefaultText: true, Usage: "write without proof"},
			&cli.BoolFlag{Name: "force", DisableDefaultText: true, Usage: "overwrite files that " +
				"pzgen did not write, where it has others to write; links are not followed"},
			&cli.BoolFlag{Name: "remove-setups", DisableDefaultText: true, Usage: "remove the " +
				"files of setups that the spec does not have any more: take them out of the " +
				"account first, while their files are there"},
			&cli.BoolFlag{Name: "stdout", DisableDefaultText: true, Usage: "print the files " +
				"instead of writing them: one file as it is, several with a line before each"}),
		Action: takes(0, func(c *cli.Context) error { return generate(e, c) }),
	}
}

func generate(e *env, c *cli.Context) error {
	start := time.Now()
	run, err := loadRun(e, c)
	if err != nil {
		return err
	}
	prove := !c.Bool("no-verify")
	if c.Bool("stdout") {
		for _, name := range []string{"force", "remove-setups"} {
			if c.Bool(name) {
				return usagef("leave one of them out", "--stdout writes and removes no file, "+
					"and there is --%s", name)
			}
		}
		return printFiles(e, c, run, prove)
	}
	out := c.String("out")
	bar := e.progress(run.Len(), "setup")
	placeholders := 0
	result, err := run.Generate(c.Context, out, engine.Writing{Prove: prove, Force: c.Bool("force"),
		RemoveSetups: c.Bool("remove-setups")},
		func(g engine.Generated) error {
			bar.step()
			e.sayFindings(g.Found)
			e.sayFindings(g.Unproved)
			placeholders = e.sayPlaceholders(g, placeholders)
			return nil
		})
	bar.end()
	if err != nil {
		return removesSetups(notWritten(err, "nothing was written"), out,
			fixCommand(c)+removeSetups)
	}
	e.sayResult(run.Len(), out, result, time.Since(start))
	return nil
}

// notWritten says, of what ended a run, that nothing happened, and how much was found.
func notWritten(err error, hint string) error {
	var found *engine.FoundError
	switch {
	case !errors.As(err, &found):
		return err
	case found.Errors > 0:
		return usagef(hint, "%s", plural(found.Errors, "error"))
	}
	return &failure{exitFindings,
		fmt.Errorf("the proof fails: %s", plural(found.Unproved, "finding")),
		"nothing was written; --no-verify writes all the same"}
}

// sayFindings prints findings; with --quiet, errors alone.
func (e *env) sayFindings(list []findings.Finding) {
	for _, f := range list {
		if f.Level == findings.Error || !e.quiet {
			fmt.Fprint(e.stderr, f.Text())
		}
	}
}

// sayPlaceholders tells of placeholders that plain JSON cannot avoid. It gets how many it told of
// already, and returns the new number.
func (e *env) sayPlaceholders(g engine.Generated, said int) int {
	if e.quiet || said > manyWarnings {
		return said
	}
	for _, b := range g.Placeholders() {
		if said++; said > manyWarnings+1 {
			break
		}
		if said > manyWarnings {
			fmt.Fprintln(e.stderr, "more files have such places: their names are in <...>")
			break
		}
		fmt.Fprintf(e.stderr, "%s %s: %s is in %s; fill it in when the key is there (the "+
			"other targets do it themselves)\n",
			e.look.yellow("note:"), b.Path, b.Ref.Short(), list(b.Fields))
	}
	return said
}

// list joins the first few words.
func list(words []string) string {
	var b bytes.Buffer
	for i, w := range words {
		if i == 3 {
			fmt.Fprintf(&b, " and %d more", len(words)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(w)
	}
	return b.String()
}

func (e *env) sayResult(setups int, out string, r output.Result, took time.Duration) {
	if e.quiet {
		return
	}
	name := func(p string) string {
		return findings.Plain(filepath.Join(out, filepath.FromSlash(p)))
	}
	for _, p := range r.Edited {
		fmt.Fprintf(e.stderr, "%s %s was edited by hand since it was generated; it was "+
			"overwritten\n", e.look.yellow("warning:"), name(p))
	}
	for _, p := range r.Forced {
		fmt.Fprintf(e.stderr, "%s %s was not pzgen's; it was overwritten\n",
			e.look.yellow("warning:"), name(p))
	}
	for _, p := range r.Kept {
		fmt.Fprintf(e.stderr, "%s %s is no longer generated, but it is not as pzgen wrote it; it "+
			"stays: move it away, or name it under ownFiles\n", e.look.yellow("warning:"), name(p))
	}
	fmt.Fprintf(e.stderr, "%s in %s: %s written, %d unchanged, %d removed, %s\n",
		plural(setups, "setup"), findings.Plain(out), plural(r.Written, "file"), r.Unchanged,
		r.Removed, took.Round(time.Millisecond))
}

// printFiles is generate --stdout. One file alone comes as it is, so that it can be piped on; of
// several, each has a line with its path before it.
func printFiles(e *env, c *cli.Context, run *engine.Run, prove bool) error {
	var first *output.File // held back until it is known whether another follows
	shown := 0
	show := func(f output.File) {
		if shown++; shown > 1 {
			fmt.Fprintln(e.stdout)
		}
		fmt.Fprintf(e.stdout, "==> %s <==\n%s", f.Path, f.Data)
	}
	err := run.Print(c.Context, prove, func(p engine.Printed) error {
		e.sayFindings(p.Found)
		e.sayFindings(p.Unproved)
		for _, f := range p.Files {
			switch {
			case shown == 0 && first == nil:
				first = &f
				continue
			case shown == 0:
				show(*first)
			}
			show(f)
		}
		return nil
	})
	if err != nil {
		return notWritten(err, "")
	}
	if shown == 0 && first != nil {
		_, err = e.stdout.Write(first.Data)
	}
	return err
}
