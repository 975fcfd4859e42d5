package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
	"github.com/urfave/cli/v2"
)

const (
	defaultSpec = "pzgen.yaml"
	defaultOut  = "out"
)

// The flags that several commands have. Each call makes fresh ones, as the library writes into them.
func fileFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "file", Aliases: []string{"f"}, Usage: "`SPEC` to read, - for standard input; repeatable, the setups of all are taken together (default: " + defaultSpec + ")"}
}

func outFlag() cli.Flag {
	return &cli.StringFlag{Name: "out", Aliases: []string{"o"}, Value: defaultOut, Usage: "output `FOLDER`"}
}

func setupFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "setup", Usage: "only the setup of this `NAME`; repeatable"}
}

func targetFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "target", Usage: "only these `TARGETS`: " + strings.Join(generators.Names(), ", ") + "; repeatable"}
}

func templatesFlag() cli.Flag {
	return &cli.StringFlag{Name: "templates", Usage: "`FOLDER` of templates to lay over the built-in ones (see: pzgen templates export)"}
}

func jobsFlag() cli.Flag {
	return &cli.IntFlag{Name: "jobs", DefaultText: "one for each core", Usage: "work on `N` setups at once"}
}

func strictFlag() cli.Flag {
	return &cli.BoolFlag{Name: "strict", DisableDefaultText: true, Usage: "make warnings errors"}
}

func quietFlag(e *env) cli.Flag {
	return &cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, DisableDefaultText: true, Usage: "say nothing but errors", Destination: &e.quiet}
}

func formatFlag() cli.Flag {
	return &cli.StringFlag{Name: "format", Value: "text", Usage: "print findings as `FORMAT`: " + strings.Join(findings.Formats(), ", ")}
}

// checkFormat refuses a format that does not exist before any work is done.
func checkFormat(c *cli.Context) (string, error) {
	f := c.String("format")
	if !slices.Contains(findings.Formats(), f) {
		return "", usagef(suggest(f, findings.Formats()), "unknown format %q", f)
	}
	return f, nil
}

// job is a setup to work on.
type job struct {
	file  string // of its spec, for headers and messages
	setup *spec.Setup
	gens  []generators.Generator
}

// inputs are what a command works on.
type inputs struct {
	jobs    []job // sorted by name
	lib     *templates.Library
	workers int
	partial bool // --setup, --target or --shard left something out
	shard   shard
	targets []string
	setups  []string
}

// loadSpecs reads all specs that -f names.
func loadSpecs(e *env, c *cli.Context) ([]*spec.Spec, spec.Diagnostics, error) {
	return loadSpecsLight(e, c, nil)
}

// loadSpecsLight is loadSpecs; for light see [spec.Files].
func loadSpecsLight(e *env, c *cli.Context, light func(*spec.Setup) *spec.Setup) ([]*spec.Spec, spec.Diagnostics, error) {
	files := c.StringSlice("file")
	if len(files) == 0 {
		if _, err := os.Stat(defaultSpec); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, usagef("name a spec with -f FILE, or run pzgen in the folder of one", "there is no %s in this folder", defaultSpec)
		}
		files = []string{defaultSpec}
	}
	var specs []*spec.Spec
	var all spec.Diagnostics
	seen := map[string]bool{}
	loading := spec.Files{Light: light}
	for _, f := range files {
		if seen[filepath.Clean(f)] {
			return nil, nil, usagef("", "spec %q is given twice", f)
		}
		seen[filepath.Clean(f)] = true
		var s *spec.Spec
		var ds spec.Diagnostics
		if f == "-" {
			var err error
			if s, ds, err = loading.Read("<stdin>", e.stdin); err != nil {
				return nil, nil, err
			}
		} else {
			s, ds = loading.Load(f)
		}
		if c.Bool("strict") {
			ds = ds.Strict()
		}
		all = append(all, ds...)
		if s != nil && !ds.HasErrors() {
			specs = append(specs, s)
		}
	}
	return specs, all, nil
}

// loadInputs reads specs and templates, says what is wrong with them, and picks setups and targets.
func loadInputs(e *env, c *cli.Context) (*inputs, error) { return loadLight(e, c, nil) }

// loadLight is loadInputs for large specs, of whose setups keep holds only what tells them apart.
func loadLight(e *env, c *cli.Context, keep *kept) (*inputs, error) {
	var light func(*spec.Setup) *spec.Setup
	if keep != nil {
		light = keep.light
	}
	lib := loadTemplates(c)
	specs, ds, err := loadSpecsLight(e, c, light)
	if err != nil {
		return nil, err
	}
	e.sayDiagnostics(ds)
	if n := ds.Count(spec.Error); n > 0 {
		return nil, usagef("nothing was written", "%s in the spec", plural(n, "error"))
	}
	return e.pick(c, specs, lib)
}

// loadTemplates begins to load the templates; the function that it gives waits for them.
func loadTemplates(c *cli.Context) func() (*templates.Library, error) {
	dir := c.String("templates")
	load := sync.OnceValues(func() (*templates.Library, error) {
		if dir != "" {
			return templates.LoadDir(dir)
		}
		return templates.Default()
	})
	go load()
	return load
}

// manyWarnings is how many warnings and notes commands say that are not about them: of a thousand setups that lack the same, a person reads no more.
const manyWarnings = 10

// sayDiagnostics prints all errors of a spec, and the first warnings unless --quiet.
func (e *env) sayDiagnostics(ds spec.Diagnostics) {
	warnings := 0
	for _, d := range ds {
		if d.Severity != spec.Error {
			if warnings++; e.quiet || warnings > manyWarnings {
				continue
			}
		}
		io.WriteString(e.stderr, d.String())
	}
	if more := warnings - manyWarnings; more > 0 && !e.quiet {
		fmt.Fprintf(e.stderr, "%s more; all of them: pzgen validate\n", plural(more, "warning"))
	}
}

// pick chooses what --setup and --target ask for.
func (e *env) pick(c *cli.Context, specs []*spec.Spec, lib func() (*templates.Library, error)) (*inputs, error) {
	in := &inputs{workers: runtime.GOMAXPROCS(0)}
	if c.IsSet("jobs") {
		if in.workers = c.Int("jobs"); in.workers < 1 {
			return nil, usagef("", "--jobs %d: at least one setup is worked on at a time", in.workers)
		}
	}
	var err error
	if in.lib, err = lib(); err != nil {
		return nil, &failure{exitUsage, err, ""}
	}
	if in.targets, err = pickTargets(c.StringSlice("target")); err != nil {
		return nil, err
	}
	in.setups = c.StringSlice("setup")
	if in.shard, err = parseShard(c.String("shard")); err != nil {
		return nil, err
	}
	in.partial = len(in.setups) > 0 || len(in.targets) > 0 || in.shard.n > 1
	where := map[string]string{}
	lists := map[string][]generators.Generator{} // by targets: thousands of setups share a list
	for _, s := range specs {
		header := s.File
		if s.File == "<stdin>" {
			header = defaultSpec // the same spec gives the same bytes, whichever way it comes
		}
		for _, setup := range s.Setups {
			if other, ok := where[setup.Name]; ok {
				return nil, usagef("give one of them another name: it is a folder of the output", "setup %q stands in %s and in %s", setup.Name, other, s.File)
			}
			where[setup.Name] = s.File
			if in.shard.has(setup.Name) && (len(in.setups) == 0 || slices.Contains(in.setups, setup.Name)) {
				wanted := both(setup.Targets, in.targets)
				key := strings.Join(wanted, " ")
				if lists[key] == nil {
					lists[key] = generators.For(wanted)
				}
				in.jobs = append(in.jobs, job{header, setup, lists[key]})
			}
		}
	}
	for _, name := range in.setups {
		if _, ok := where[name]; !ok {
			return nil, usagef(suggest(name, sortedKeys(where)), "no setup is called %q", name)
		}
	}
	slices.SortFunc(in.jobs, func(a, b job) int { return strings.Compare(a.setup.Name, b.setup.Name) })
	return in, nil
}

// pickTargets reads the values of --target, which may be lists.
func pickTargets(values []string) ([]string, error) {
	var out []string
	for _, v := range values {
		for name := range strings.SplitSeq(v, ",") {
			if name = strings.TrimSpace(name); !slices.Contains(generators.Names(), name) {
				return nil, usagef(suggest(name, generators.Names()), "unknown target %q", name)
			}
			out = append(out, name)
		}
	}
	return out, nil
}

// both gives the targets that a setup wants and --target asks for; without --target all that the setup wants.
func both(wanted, asked []string) []string {
	if len(asked) == 0 {
		return wanted
	}
	var out []string
	for _, t := range wanted {
		if slices.Contains(asked, t) {
			out = append(out, t)
		}
	}
	return out
}

// owns tells which files of the output folder this run answers for.
func (in *inputs) owns() func(string) bool {
	if !in.partial {
		return nil
	}
	return func(p string) bool {
		setup, rest, _ := strings.Cut(p, "/")
		folder, _, _ := strings.Cut(rest, "/")
		if !in.shard.has(setup) || len(in.setups) > 0 && !slices.Contains(in.setups, setup) {
			return false
		}
		return len(in.targets) == 0 || slices.ContainsFunc(generators.For(in.targets), func(g generators.Generator) bool { return g.Folder == folder })
	}
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
