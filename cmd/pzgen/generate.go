package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/pzgen/pzgen/generators/json"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/shape"
	"github.com/urfave/cli/v2"
)

// renderFlags are the flags of generate, which check has too.
func renderFlags(e *env) []cli.Flag {
	return []cli.Flag{fileFlag(), outFlag(), setupFlag(), shardFlag(), targetFlag(), templatesFlag(), jobsFlag(),
		&cli.BoolFlag{Name: "no-verify", DisableDefaultText: true, Usage: "write without proof (check takes the flag too, and proves nothing: it writes nothing)"}, strictFlag(), quietFlag(e)}
}

func generateCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:  "generate",
		Usage: "render the setups of a spec and write what changed",
		Description: "Everything is rendered before anything is written. Only files that changed are written, each of them atomically. Files that an earlier run " +
			"wrote and this one does not are removed, unless somebody edited them; no other file is ever touched.",
		Flags: append(renderFlags(e),
			&cli.BoolFlag{Name: "stdout", DisableDefaultText: true, Usage: "print the files instead of writing them: one file as it is, several with a line before each"}),
		Action: takes(0, func(c *cli.Context) error { return generate(e, c) }),
	}
}

func generate(e *env, c *cli.Context) error {
	start := time.Now()
	keep := newKept()
	in, err := loadLight(e, c, keep)
	if err != nil {
		return err
	}
	if err := in.some(); err != nil {
		return err
	}
	if c.Bool("stdout") {
		return printFiles(e, c, in, keep)
	}
	out := c.String("out")
	w, err := output.Create(c.Context, out, output.Options{Version: releaseVersion(), Owns: in.owns()})
	if err != nil {
		return err
	}
	defer w.Abort()
	type put struct {
		rendered
		changed int
		err     error
	}
	toProve := !c.Bool("no-verify")
	shapes := in.group(keep, toProve)
	bar := e.progress(len(in.jobs))
	failed, unproved, blanks := 0, 0, 0
	err = ordered(c.Context, len(in.jobs), in.workers, func(i int) put {
		b := shapes.buffer()
		defer shapes.done(b)
		p := put{rendered: shapes.render(i, b)}
		if p.found == nil {
			p.changed, p.err = w.Put(p.files)
		}
		if p.changed > 0 && p.err == nil && toProve {
			p.unproved = shapes.prove(i, p.rendered)
		}
		p.files = nil
		return p
	}, func(i int, p put) error {
		bar.step()
		failed += e.sayFindings(p.found)
		unproved += e.sayFindings(p.unproved)
		blanks = e.sayBlanks(shapes, i, p.rendered, blanks)
		return p.err
	})
	bar.end()
	if err != nil {
		return interrupted(err)
	}
	if failed > 0 {
		return usagef("nothing was written", "%s", plural(failed, "error"))
	}
	if unproved > 0 {
		return notProved(unproved)
	}
	result, err := w.Commit(c.Context)
	if err != nil {
		return err
	}
	e.sayResult(len(in.jobs), out, result, time.Since(start))
	return nil
}

// some refuses to do nothing.
func (in *inputs) some() error {
	for _, j := range in.jobs {
		if len(in.targets) == 0 || len(both(j.setup.Targets, in.targets)) > 0 {
			return nil
		}
	}
	if len(in.jobs) == 0 && in.shard.n > 1 {
		return nil // of a few setups, a shard may have none
	}
	if len(in.jobs) == 0 {
		return usagef("", "there is no setup")
	}
	return usagef("the targets of a setup stand in its field `targets`", "no setup has one of the targets %q", in.targets)
}

// interrupted says, of an error before the first file was moved, that nothing happened.
func interrupted(err error) error {
	if err == context.Canceled {
		return &failure{exitMachine, fmt.Errorf("interrupted"), "nothing was written"}
	}
	return err
}

// sayFindings prints findings and counts the errors among them.
func (e *env) sayFindings(list []findings.Finding) int {
	errs := 0
	for _, f := range list {
		if f.Level == findings.Error {
			errs++
		} else if e.quiet {
			continue
		}
		fmt.Fprint(e.stderr, f.Text())
	}
	return errs
}

// sayBlanks tells of placeholders that plain JSON cannot avoid. It gets how many it told of already, and gives the new number.
func (e *env) sayBlanks(s *shapes, i int, r rendered, said int) int {
	if e.quiet || r.found != nil || said > manyWarnings || !hasTarget(s.in.jobs[i], "json") {
		return said
	}
	m := s.model(i, r)
	if m == nil {
		return said
	}
	for _, b := range json.Unresolved(m) {
		if said++; said > manyWarnings+1 {
			break
		}
		if said > manyWarnings {
			fmt.Fprintln(e.stderr, "more files have such places: their names stand in <...>")
			break
		}
		fmt.Fprintf(e.stderr, "%s %s: %s stands in %s; fill it in when the key is there (the other targets do it themselves)\n",
			e.look.yellow("note:"), b.Path, b.Ref.Short(), list(b.Fields))
	}
	return said
}

func hasTarget(j job, name string) bool {
	for _, g := range j.gens {
		if g.Name == name {
			return true
		}
	}
	return false
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
	name := func(p string) string { return findings.Plain(filepath.Join(out, filepath.FromSlash(p))) }
	for _, p := range r.Edited {
		fmt.Fprintf(e.stderr, "%s %s was edited by hand since it was generated; it was overwritten\n", e.look.yellow("warning:"), name(p))
	}
	for _, p := range r.Kept {
		fmt.Fprintf(e.stderr, "%s %s is no longer generated, but it was edited by hand; it stays, and is yours now\n", e.look.yellow("warning:"), name(p))
	}
	fmt.Fprintf(e.stderr, "%s in %s: %s written, %d unchanged, %d removed, %s\n",
		plural(setups, "setup"), findings.Plain(out), plural(r.Written, "file"), r.Unchanged, r.Removed, took.Round(time.Millisecond))
}

// printFiles is generate --stdout. One file alone comes as it is, so that it can be piped on; of several, each has a line with its path before it.
func printFiles(e *env, c *cli.Context, in *inputs, keep *kept) error {
	var first *output.File // held back until it is known whether another follows
	shown, failed, unproved := 0, 0, 0
	show := func(f output.File) {
		if shown++; shown > 1 {
			fmt.Fprintln(e.stdout)
		}
		fmt.Fprintf(e.stdout, "==> %s <==\n%s", f.Path, f.Data)
	}
	toProve := !c.Bool("no-verify")
	shapes := in.group(keep, toProve)
	err := ordered(c.Context, len(in.jobs), in.workers, func(i int) rendered {
		r := shapes.render(i, new(shape.Buffer))
		if r.found == nil && toProve {
			if r.unproved = shapes.prove(i, r); r.unproved != nil {
				r.files = nil
			}
		}
		return r
	}, func(_ int, r rendered) error {
		failed += e.sayFindings(r.found)
		unproved += e.sayFindings(r.unproved)
		for _, f := range r.files {
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
	switch {
	case err != nil:
		return interrupted(err)
	case failed > 0:
		return usagef("", "%s", plural(failed, "error"))
	case unproved > 0:
		return notProved(unproved)
	case shown == 0 && first != nil:
		_, err = e.stdout.Write(first.Data)
	}
	return err
}
