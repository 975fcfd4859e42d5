package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/pzgen/pzgen/internal/start"
)

// begin writes the files that are not there yet, all or none of them, and says what is next. It
// returns whether the spec is one of them.
func (e *env) begin(dir string, a start.Answers) (spec bool, err error) {
	var made, there []string
	undo := func() {
		for _, name := range made {
			os.Remove(name)
		}
	}
	var folders []string
	for _, f := range start.Files(a) {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		is, err := isThere(name)
		if is {
			there = append(there, f.Path)
			continue
		}
		missing := firstMissingFolder(filepath.Dir(name))
		if err == nil {
			err = makeFolder(dir, path.Dir(f.Path))
		}
		if missing != "" {
			folders = append(folders, missing)
		}
		if err == nil {
			err = createWhole(name, f.Data)
		}
		if err != nil {
			undo()
			for _, folder := range slices.Backward(folders) {
				removeEmpty(folder)
			}
			return false, err
		}
		made = append(made, name)
	}
	for _, name := range made {
		fmt.Fprintln(e.stdout, findings.Plain(filepath.ToSlash(name)))
	}
	spec = !slices.Contains(there, start.SpecFile)
	if e.quiet {
		return spec, nil
	}
	for _, name := range there {
		fmt.Fprintf(e.stderr, "%s is there already, and is left as it is%s\n", name,
			start.Advice(name, present(filepath.Join(dir, filepath.FromSlash(name)))))
	}
	if !spec {
		return false, nil
	}
	in := ""
	if filepath.Clean(dir) != "." {
		in = "in " + findings.Plain(dir) + ": "
	}
	fmt.Fprintf(e.stderr, "next, %spzgen generate\n", in)
	return true, nil
}

// present returns what a file holds, or nothing where it is not one that can be read.
func present(name string) string {
	const most = 1 << 20
	data, err := readfile.File(name, most)
	if err != nil {
		return ""
	}
	return string(data)
}

// isThere reports whether a file is there. It is an error when something else is.
func isThere(name string) (bool, error) {
	if _, err := os.Lstat(name); err != nil {
		return false, nil // what it is shows when the file is made
	}
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false, usagef("move it away", "%q is there already, and is not a regular file", filepath.ToSlash(name))
	}
	return true, nil
}

// makeFolder makes a folder within another one, and those above it. A link there does not lead
// out of it: nothing is written to where nobody named a folder.
func makeFolder(dir, within string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil || within == "." {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(filepath.FromSlash(within), 0o755); err != nil {
		return usagef("make a folder of it", "%q cannot be made in %q: %w", within, dir, err)
	}
	return nil
}

// firstMissingFolder returns the uppermost of a folder and those above it that is not there, or "".
func firstMissingFolder(dir string) string {
	missing := ""
	for {
		if _, err := os.Lstat(dir); err == nil {
			return missing
		}
		missing = dir
		up := filepath.Dir(dir)
		if up == dir {
			return missing
		}
		dir = up
	}
}

// removeEmpty removes a folder and those below it, unless there is anything else in it.
func removeEmpty(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if entry.IsDir() {
			removeEmpty(filepath.Join(dir, entry.Name()))
		}
	}
	os.Remove(dir)
}
