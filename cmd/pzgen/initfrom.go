package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/pzgen/pzgen/internal/adopt"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/internal/start"
)

// maxConfiguration is the most that is read of a configuration of the solution for Personalize.
const maxConfiguration = 4 << 20

// specFrom makes the spec of what is there: a setup for each one that inputs have, and one for all
// inputs without.
func (e *env) specFrom(c *cli.Context, dir string, from []string, a start.Answers) ([]byte, error) {
	var sources []adopt.Source
	var together []deployed.State // what has no name of its own
	for i, name := range from {
		if slices.ContainsFunc(from[:i], func(other string) bool { return sameFile(name, other) }) {
			continue
		}
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			if data, err := readfile.File(name, maxConfiguration); err == nil {
				if s, ok := adopt.Solution(data, a.Bucket); ok {
					sources = append(sources, s)
					continue
				}
			}
		}
		in, err := snapshot.Open(c.Context, name, snapshot.Options{Dir: ".", Stdin: e.stdin,
			Templates: c.String("templates")})
		if err != nil {
			return nil, e.openFailed(err)
		}
		if in.Specs != nil {
			return nil, usagef("copy it, and change the copy", "%q is a spec already", name)
		}
		for _, setup := range in.Setups() {
			readings, err := in.Read(c.Context, setup)
			if err != nil {
				return nil, e.openFailed(err)
			}
			if len(readings) == 0 {
				continue
			}
			state := best(readings).State
			if setup == "" {
				together = append(together, state)
			} else {
				sources = append(sources, adopt.Source{Name: setup, State: state})
			}
		}
	}
	if len(together) > 0 {
		sources = append(sources, adopt.Source{Name: a.Setup, State: adopt.Join(together...)})
	}
	if len(sources) == 0 {
		return nil, usagef("name policies, templates, modules, plans, or a folder of what the AWS CLI printed",
			"there is nothing in %q to make a spec of", from)
	}
	seen := map[string]bool{}
	for i := range sources {
		s := &sources[i]
		for base, n := s.Name, 2; seen[s.Name]; n++ {
			s.Name = fmt.Sprintf("%s-%d", base, n)
		}
		seen[s.Name] = true
		s.Account, s.Region = c.String("account"), c.String("region")
		s.Else = adopt.Place{Account: a.Account, Region: a.Region}
	}
	text, err := adopt.Spec(c.Context, start.Head, c.String("templates"), sources)
	if err != nil {
		return nil, err
	}
	if !e.quiet {
		for _, name := range from {
			made := filepath.ToSlash(filepath.Join(dir, start.SpecFile))
			fmt.Fprintf(e.stderr, "compare the spec with what was read: pzgen diff %s %s\n",
				findings.Plain(quoteWord(name)), findings.Plain(quoteWord(made)))
		}
	}
	return text, nil
}

// sameFile reports whether two names are of one file or folder.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	other, failed := os.Stat(b)
	return err == nil && failed == nil && os.SameFile(one, other)
}

// best returns the reading that tells most.
func best(readings []snapshot.Reading) snapshot.Reading {
	for _, target := range []string{"cloudformation", "terraform", "shell"} {
		for _, r := range readings {
			if r.Target == target {
				return r
			}
		}
	}
	return readings[0]
}
