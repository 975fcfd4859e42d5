package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

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

// origin is what one setup of the spec is made of: inputs without setups together, or one setup
// of one.
type origin struct {
	name   string // in the inputs; "" where they have no name for it
	inputs []*snapshot.Input
	unread []deployed.Unknown // files beside answers
}

// specFrom makes the spec of what is there: a setup for each one that inputs have, and one for all
// inputs without.
func (e *env) specFrom(c *cli.Context, dir string, from []string, a start.Answers) ([]byte, error) {
	from = eachOnce(from)
	sources, origins, err := e.opened(c, from, a)
	if err != nil {
		return nil, err
	}
	for _, o := range origins {
		s, err := e.sourceOf(c, o, a)
		if err != nil {
			return nil, err
		}
		if s != nil {
			sources = append(sources, *s)
		}
	}
	if len(sources) == 0 {
		return nil, usagef("name policies, templates, modules, plans, or a folder of what the AWS CLI printed",
			"there is nothing in %q to make a spec of", from)
	}
	seen := map[string]bool{}
	for i := range sources {
		s := &sources[i]
		for base, n := s.Name, 2; seen[s.Name]; n++ {
			s.Name = fmt.Sprintf("%s-%d", strings.TrimRight(base[:min(len(base), start.LongestName)], "-"), n)
		}
		seen[s.Name] = true
		asked(s, c, a)
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

// eachOnce returns names of files and folders, each of which they name once.
func eachOnce(names []string) (out []string) {
	for _, name := range names {
		if !slices.ContainsFunc(out, func(other string) bool { return sameFile(name, other) }) {
			out = append(out, name)
		}
	}
	return out
}

// opened opens inputs: those that are configurations of the solution for
// Personalize are sources already.
func (e *env) opened(c *cli.Context, from []string, a start.Answers) ([]adopt.Source, []origin, error) {
	var sources []adopt.Source
	var origins []origin
	var together origin
	for _, name := range from {
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			if data, err := readfile.File(name, maxConfiguration); err == nil {
				if s, ok := adopt.Solution(data, a.Bucket); ok {
					sources = append(sources, s)
					continue
				}
			}
		}
		in, err := snapshot.Open(c.Context, name, snapshot.Options{Dir: ".", Stdin: e.stdin,
			Templates: c.String("templates"), Roles: true})
		if err != nil {
			return nil, nil, e.openFailed(err)
		}
		if in.Specs != nil {
			return nil, nil, usagef("copy it, and change the copy", "%q is a spec already", name)
		}
		for _, setup := range in.Setups() {
			if setup == "" {
				together.inputs = append(together.inputs, in)
			} else {
				origins = append(origins, origin{name: setup, inputs: []*snapshot.Input{in}})
			}
		}
		if in.Answers() {
			together.unread = append(together.unread, unread(name)...)
		}
	}
	if together.inputs != nil {
		origins = append(origins, together)
	}
	return sources, origins, nil
}

// sourceOf reads the inputs of a setup, for the account and region that it turns out to be in:
// what an artifact leaves to AWS is that account, and no example. It returns nil where there is
// nothing.
func (e *env) sourceOf(c *cli.Context, o origin, a start.Answers) (*adopt.Source, error) {
	s := &adopt.Source{Name: cmp.Or(o.name, a.Setup)}
	asked(s, c, a)
	for _, place := range []func() adopt.Place{
		func() adopt.Place { return adopt.Place{Account: adopt.Nowhere, Region: a.Region} },
		func() adopt.Place { at, _ := s.Place(); return at },
	} {
		at := place()
		var states []deployed.State
		for _, in := range o.inputs {
			in.For(at.Account, at.Region)
			readings, err := in.Read(c.Context, o.name)
			if err != nil {
				return nil, e.openFailed(err)
			}
			if len(readings) > 0 {
				states = append(states, best(readings).State)
			}
		}
		if len(states) == 0 {
			return nil, nil
		}
		s.State = adopt.Join(states...)
	}
	s.State.Unknown = append(s.State.Unknown, o.unread...)
	return s, nil
}

// unread returns what is in a folder of answers of the AWS CLI and is not one by its name, but may be
// a template or a module.
func unread(folder string) []deployed.Unknown {
	var out []deployed.Unknown
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil // a file, or in git
	}
	for _, entry := range entries {
		if slices.Contains([]string{".yaml", ".yml", ".template", ".tf"}, filepath.Ext(entry.Name())) {
			out = append(out, deployed.Unknown{Kind: "file", What: entry.Name(),
				Why: "it is not read with answers of the AWS CLI: name it with --from",
				At:  deployed.Place{Path: filepath.ToSlash(filepath.Join(folder, entry.Name()))}})
		}
	}
	return out
}

// asked puts what the user says of the place of a setup into a source.
func asked(s *adopt.Source, c *cli.Context, a start.Answers) {
	s.Account, s.Region = c.String("account"), c.String("region")
	s.Else = adopt.Place{Account: a.Account, Region: a.Region}
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
