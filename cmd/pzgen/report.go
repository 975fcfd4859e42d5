package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/pzgen/pzgen/internal/report"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

const (
	defaultPage = "report.html"
	// maxPage is how large a page may be that is read: thousands of setups are less.
	maxPage = 1 << 30
)

func reportCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:  "report",
		Usage: "write one page for a security review of the output folder",
		Description: "The page says who may do what, who is outside of the account, who " +
			"decides on keys, which call of which workflow passes by which statement, what the spec " +
			"makes exceptions of, and what is not proved. It proves the folder first, as `pzgen " +
			"verify` does: \"proved\" is on it only when nothing was found. It is one file, complete " +
			"without network and without script, and the same bytes for the same folder.\n\n" +
			"With --against it says what changed since the last review: git:TAG is the folder as it " +
			"is in that commit.\n\n" +
			"Exit code 1 when the proof fails. With --verify, 1 when the folder is not what was " +
			"reviewed, and 2 for a file that is no report.",
		Flags: []cli.Flag{fileFlag(),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: defaultPage,
				Usage: "`FILE` to write the page to, - for standard output"},
			&cli.StringFlag{Name: "in", Value: defaultOut, Usage: "the output `FOLDER` that is reviewed"},
			&cli.StringFlag{Name: "against",
				Usage: "say what changed since `REFERENCE`: git:REVISION, an output folder, a spec"},
			&cli.StringFlag{Name: "verify",
				Usage: "write nothing, and say whether the folder is still what `PAGE` is about"},
			templatesFlag(), jobsFlag(), quietFlag(e)},
		Action: takes(0, func(c *cli.Context) error {
			if c.IsSet("verify") {
				return verifyReport(e, c)
			}
			return writeReport(e, c)
		}),
	}
}

func writeReport(e *env, c *cli.Context) error {
	specs, ds, err := loadSpecs(e, c)
	if err != nil {
		return err
	}
	e.sayDiagnostics(ds)
	if n := ds.Count(spec.Error); n > 0 {
		return usagef("nothing was written", "%s in the spec", plural(n, "error"))
	}
	run, err := pick(c, specs)
	if err != nil {
		return err
	}
	src := report.Source{Run: run, Specs: specNames(c), Setups: specs.Setups(), Out: c.String("in"),
		Version: releaseVersion(), Now: time.Now(), Against: c.String("against")}
	if err := apart(src, c.String("output")); err != nil {
		return err
	}
	if src.Against != "" {
		o := snapshot.Options{Dir: ".", Stdin: e.stdin, Templates: c.String("templates"),
			Other: src.Out}
		if src.Old, err = snapshot.Open(c.Context, src.Against, o); err != nil {
			return e.openFailed(err)
		}
	}
	page, err := report.Make(c.Context, src)
	switch {
	case page != nil && len(page.Failed) > 0:
		e.sayFindings(page.Failed)
		return foundErrors(err)
	case errors.Is(err, fs.ErrNotExist):
		return usagef("run pzgen generate first, or name the folder with --in",
			"there is no output folder %q", src.Out)
	case errors.Is(err, report.ErrMoving):
		return &failure{code: exitMachine, err: err, hint: "run it again"}
	case err != nil:
		return e.openFailed(err)
	}
	var b bytes.Buffer
	if err := page.WriteHTML(&b); err != nil {
		return err
	}
	if err := e.writePage(c.Context, c.String("output"), b.Bytes()); err != nil {
		return err
	}
	verdict := "proved"
	if !page.Verdict.Proved {
		verdict = "not proved: " + plural(len(page.Verdict.Found), "finding")
		for _, f := range page.Verdict.Found {
			fmt.Fprint(e.stderr, f.Text())
		}
	}
	if !e.quiet {
		fmt.Fprintf(e.stderr, "%s of %s: %s\nmanifest %s\n", plural(run.Len(), "setup"),
			findings.Plain(src.Out), verdict, page.Sum)
	}
	if !page.Verdict.Proved {
		return said(exitFindings)
	}
	return nil
}

// apart returns an error when a page would be written over a spec, or into what it is about.
func apart(src report.Source, name string) error {
	const hint = "name another file with -o"
	if name == "-" {
		return nil
	}
	if src.Has(name) {
		return usagef(hint, "%q is in the output folder, which then is not what was reviewed", name)
	}
	is, err := os.Lstat(name)
	for _, file := range src.Specs {
		if one, err2 := os.Lstat(file); err == nil && err2 == nil && os.SameFile(is, one) {
			return usagef(hint, "%q is a spec", name)
		}
	}
	return nil
}

// specNames returns the specs as the user named them.
func specNames(c *cli.Context) []string {
	if files := c.StringSlice("file"); len(files) > 0 {
		return files
	}
	return []string{engine.DefaultSpec}
}

// writePage writes a page to standard output, or to a file that is whole at any time: the old page
// or the new one.
func (e *env) writePage(ctx context.Context, name string, page []byte) error {
	if name == "-" {
		_, err := e.stdout.Write(page)
		return err
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return usagef("name another file with -o, or - for standard output", "%q is no regular file",
			name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".pzgen-report-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // which is gone when it was renamed
	_, err = f.Write(page)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func verifyReport(e *env, c *cli.Context) error {
	for _, other := range []string{"file", "output", "against", "templates", "jobs"} {
		if c.IsSet(other) {
			return usagef("the page says what was reviewed; name the folder with --in where it is "+
				"another one", "--verify takes no --%s", other)
		}
	}
	name := c.String("verify")
	data, err := readfile.File(name, maxPage)
	if err != nil {
		return usagef(readfile.Hint(err), "%q cannot be read: %w", name, err)
	}
	page, err := report.ReadPage(data)
	if err != nil {
		return usagef("name a page that pzgen report wrote", "%q: %w", name, err)
	}
	out := c.String("in")
	lines, err := page.Differences(out)
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("name the folder with --in", "there is no output folder %q", out)
	}
	if err != nil {
		return err
	}
	for _, l := range lines {
		fmt.Fprintln(e.stdout, findings.Plain(l))
	}
	if len(lines) > 0 {
		if !e.quiet {
			fmt.Fprintf(e.stderr, "%s is not what was reviewed: %s of %d differ\n",
				findings.Plain(out), plural(len(lines), "file"), page.Len())
		}
		return said(exitFindings)
	}
	if !e.quiet {
		fmt.Fprintf(e.stderr, "%s is what was reviewed: %s, manifest %s\n", findings.Plain(out),
			plural(page.Len(), "file"), page.Sum)
	}
	return nil
}
