package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/pzgen/pzgen/internal/diff"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/urfave/cli/v2"
)

// gitDriver is the flag by which git calls diff.
const gitDriver = "git-driver"

// maxDriven is the most that is read of a file that git hands over.
const maxDriven = 32 << 20

// diffForGit shows one file as git's program for diffs does. Git calls it with the path, and for old
// and new a file with the content, its hash and its mode; for a file that was renamed with the new
// path and more behind (git, "gitattributes", section "Defining an external diff driver", and "git",
// GIT_EXTERNAL_DIFF). A file of which nothing can be said by itself is shown as text.
func (e *env) diffForGit(c *cli.Context) error {
	a := c.Args()
	if a.Len() == 1 {
		fmt.Fprintf(e.stdout, "* Unmerged path %s\n", findings.Plain(a.First()))
		return nil
	}
	if a.Len() != 7 && a.Len() != 9 {
		return usagef("it is git that calls it: set diff.pzgen.command to `pzgen diff --git-driver`",
			"--%s takes the 7 or 9 arguments of git, not %d", gitDriver, a.Len())
	}
	name, now := a.Get(0), a.Get(0)
	if a.Len() == 9 {
		now = a.Get(7)
	}
	old, err := driven(a.Get(1))
	if err != nil {
		return err
	}
	new, err := driven(a.Get(4))
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "diff --pzgen a/%s b/%s\n", findings.Plain(name), findings.Plain(now))
	switch from, to := a.Get(3), a.Get(6); {
	case from == ".": // git's word for a side that is not there
		fmt.Fprintln(e.stdout, "new file")
	case to == ".":
		fmt.Fprintln(e.stdout, "deleted file")
	case from != to:
		fmt.Fprintf(e.stdout, "mode %s becomes %s\n", findings.Plain(from), findings.Plain(to))
	}
	report, err := contentDiff(c.Context, name, old, now, new)
	var refused *snapshot.InputError
	switch {
	case errors.As(err, &refused), err != nil && c.Context.Err() == nil:
		fmt.Fprint(e.stdout, findings.Plain(output.Diff(name, old, new)))
		return nil
	case err != nil:
		return err
	case len(report.Changes) == 0:
		fmt.Fprintln(e.stdout, "  nothing changes in who may do what")
		return nil
	}
	return report.Text(e.stdout, diff.Texting{Paint: e.paintChange})
}

// driven returns the content of one side; a side that does not exist is os.DevNull for git.
func driven(name string) ([]byte, error) {
	if name == os.DevNull {
		return nil, nil
	}
	data, err := readfile.File(name, maxDriven)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("", "%w", err)
	}
	return data, err
}

// contentDiff compares two contents of one file. One that is empty is a setup that is not there.
func contentDiff(ctx context.Context, oldName string, old []byte, newName string, new []byte) (diff.Report, error) {
	sides := [2]*snapshot.Input{{Name: oldName}, {Name: newName}}
	for i, data := range [][]byte{old, new} {
		if len(data) == 0 {
			continue
		}
		in, err := snapshot.OpenContent(ctx, []string{oldName, newName}[i], data)
		if err != nil {
			return diff.Report{}, err
		}
		sides[i] = in
	}
	changes, err := diff.Inputs(ctx, sides[0], sides[1])
	return diff.NewReport(changes), err
}
