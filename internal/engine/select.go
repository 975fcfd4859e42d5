package engine

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// Selection says which part of the setups and targets to work on. The zero value is all.
type Selection struct {
	Setups  []string // names; nil for all
	Targets []string // names; nil for all that each setup has
	Shard   Shard
	Workers int // how many setups are worked on at once; 0 is one for each core
}

// Run is setups to be worked on. Its methods do so; each may be called once or several times, one
// after the other.
type Run struct {
	jobs    []job          // sorted by name
	lenders map[string]job // the setups that others need, selected or not
	lib     *templates.Library
	files   []string // specs
	sel     Selection
	partial bool          // the selection left something out
	root    []output.File // what concerns several setups
}

// job is a setup to work on.
type job struct {
	file  string // of its spec, for headers and messages
	setup *spec.Setup
	gens  []generators.Generator
}

// Select returns a run over part of the setups. It waits for the templates, and what is wrong with
// them is an [InputError], as are names that do not exist and two setups of one name.
func (s *Specs) Select(sel Selection) (*Run, error) {
	lib, err := s.lib()
	if err != nil {
		return nil, err
	}
	for _, t := range sel.Targets {
		if names := generators.Names(); !slices.Contains(names, t) {
			return nil, unknown("unknown target %q", t, names)
		}
	}
	if sel.Workers == 0 {
		sel.Workers = runtime.GOMAXPROCS(0)
	}
	r := &Run{lib: lib, files: s.files, sel: sel,
		lenders: map[string]job{},
		partial: len(sel.Setups) > 0 || len(sel.Targets) > 0 || sel.Shard.n > 1}
	where := map[string]string{}
	lists := map[string][]generators.Generator{} // by targets: thousands of setups share a list
	for _, s := range s.list {
		header := s.File
		if s.File == stdinShown {
			header = DefaultSpec
		}
		for _, setup := range s.Setups {
			if other, ok := where[setup.Name]; ok {
				return nil, refusef("give one of them another name: it is a folder of the output",
					"setup %q is in %s and in %s", setup.Name, other, s.File)
			}
			where[setup.Name] = s.File
			selected := sel.hasSetup(setup.Name)
			if !selected && len(setup.Users) == 0 {
				continue
			}
			wanted := sel.targetsOf(setup)
			key := strings.Join(wanted, " ")
			if lists[key] == nil {
				lists[key] = generators.For(wanted)
			}
			j := job{header, setup, lists[key]}
			if selected {
				r.jobs = append(r.jobs, j)
			}
			if len(setup.Users) > 0 {
				r.lenders[setup.Name] = j
			}
		}
	}
	for _, name := range sel.Setups {
		if _, ok := where[name]; !ok {
			return nil, unknown("no setup is called %q", name, sortedKeys(where))
		}
	}
	slices.SortFunc(r.jobs, func(a, b job) int {
		return strings.Compare(a.setup.Name, b.setup.Name)
	})
	r.root, err = s.root()
	return r, err
}

// unknown refuses a name that is not one of known.
func unknown(format, name string, known []string) error {
	err := refusef("", format, name).(*InputError)
	err.Name, err.Known = name, known
	return err
}

// hasSetup reports whether a setup of this name, if there is one, is worked on.
func (s Selection) hasSetup(name string) bool {
	return s.Shard.has(name) && (len(s.Setups) == 0 || slices.Contains(s.Setups, name))
}

// targetsOf returns the targets of a setup that are worked on.
func (s Selection) targetsOf(setup *spec.Setup) []string {
	if len(s.Targets) == 0 {
		return setup.Targets
	}
	var out []string
	for _, t := range setup.Targets {
		if slices.Contains(s.Targets, t) {
			out = append(out, t)
		}
	}
	return out
}

// Len is the number of setups.
func (r *Run) Len() int { return len(r.jobs) }

// Names are the names of the setups, sorted.
func (r *Run) Names() []string {
	names := make([]string, len(r.jobs))
	for i, j := range r.jobs {
		names[i] = j.setup.Name
	}
	return names
}

// some refuses to do nothing.
func (r *Run) some() error {
	for _, j := range r.jobs {
		if len(r.sel.Targets) == 0 || len(r.sel.targetsOf(j.setup)) > 0 {
			return nil
		}
	}
	switch {
	case len(r.jobs) == 0 && r.sel.Shard.n > 1:
		return nil // of a few setups, a shard may have none
	case len(r.jobs) == 0:
		return refusef("", "there is no setup")
	}
	return refusef("the targets of a setup are in its field `targets`",
		"no setup has one of the targets %q", r.sel.Targets)
}

// options returns what this run tells of itself to whom writes or compares files in a folder.
func (r *Run) options(out string) output.Options {
	o := output.Options{Owns: r.owns(), Writes: isOurs, Closed: !r.Among(out)}
	if o.Closed {
		o.Ignore = gitignore(r.root)
	}
	if r.partial {
		o.OwnsFolder = func(top string) bool {
			return !output.IsShared(top) && r.sel.hasSetup(top)
		}
	}
	return o
}

// owns returns what tells which files of the output folder this run answers for; nil is all. A
// part of the setups does not answer for files that all of them share: it writes those that it
// needs, and leaves the others.
func (r *Run) owns() func(string) bool {
	if !r.partial {
		return nil
	}
	var folders []string
	if len(r.sel.Targets) > 0 {
		for _, g := range generators.For(r.sel.Targets) {
			folders = append(folders, g.Folder)
		}
	}
	return func(p string) bool {
		setup, rest, _ := strings.Cut(p, "/")
		folder, _, _ := strings.Cut(rest, "/")
		return !output.IsShared(setup) && r.sel.hasSetup(setup) &&
			(folders == nil || spec.IsHanded(folder) || slices.Contains(folders, folder))
	}
}

// root returns the files for all setups of the specs that ask for them.
func (s *Specs) root() ([]output.File, error) {
	mode := ""
	var from []string
	var setups []*spec.Setup
	for _, one := range s.list {
		if one.Root == "" {
			continue
		}
		if mode != "" && one.Root != mode {
			return nil, refusef("there is one folder "+generators.RootFolder+" in the output: write the same",
				"%s has root: %s, and %s has root: %s", from[0], mode, one.File, one.Root)
		}
		mode = one.Root
		name := one.File
		if name == stdinShown {
			name = DefaultSpec
		}
		from, setups = append(from, filepath.Base(name)), append(setups, one.Setups...)
	}
	if mode == "" {
		return nil, nil
	}
	for _, setup := range setups {
		for _, o := range setup.Owners {
			if o.Asker == nil && !slices.Contains(setups, o) {
				return nil, refusef("write the same `root` in both specs",
					"setup %q uses what setup %q has, whose spec has no root", setup.Name, o.Name)
			}
		}
	}
	slices.SortFunc(setups, func(a, b *spec.Setup) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(from)
	return generators.Root(mode, strings.Join(from, ", "), setups)
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Setups returns the setups as the specs have them, those of each spec sorted by name.
func (s *Specs) Setups() []*spec.Setup {
	var all []*spec.Setup
	for _, one := range s.list {
		all = append(all, one.Setups...)
	}
	return all
}

// Where returns the place of a setup in its spec; the zero Place when the run has none of this name.
func (r *Run) Where(name string) deployed.Place {
	i, ok := slices.BinarySearchFunc(r.jobs, name, func(j job, name string) int {
		return strings.Compare(j.setup.Name, name)
	})
	if !ok {
		return deployed.Place{}
	}
	p := r.jobs[i].setup.Places[""]
	return deployed.Place{Path: r.jobs[i].file, Line: p.Line, Col: p.Col}
}
