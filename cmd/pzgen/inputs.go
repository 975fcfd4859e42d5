package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

// loadSpecs reads all specs that -f names.
func loadSpecs(e *env, c *cli.Context) (*engine.Specs, spec.Diagnostics, error) {
	files := c.StringSlice("file")
	if len(files) == 0 {
		if _, err := os.Stat(engine.DefaultSpec); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, usagef("name a spec with -f FILE, run pzgen in the folder of one, or "+
				"write a first one with pzgen init", "there is no %s in this folder", engine.DefaultSpec)
		}
		files = []string{engine.DefaultSpec}
	}
	return engine.Load(engine.Source{Files: files, Stdin: e.stdin, Strict: c.Bool("strict"),
		Templates: c.String("templates")})
}

// loadRun reads specs and templates, says what is wrong with them, and picks setups and targets.
func loadRun(e *env, c *cli.Context) (*engine.Run, error) {
	specs, ds, err := loadSpecs(e, c)
	if err != nil {
		return nil, err
	}
	e.sayDiagnostics(ds)
	if n := ds.Count(spec.Error); n > 0 {
		return nil, usagef("nothing was written", "%s in the spec", plural(n, "error"))
	}
	return pick(c, specs)
}

// askRun is loadRun for a command that is asked about a spec: its warnings are no answer.
func askRun(e *env, c *cli.Context) (*engine.Run, error) {
	specs, ds, err := loadSpecs(e, c)
	if err != nil {
		return nil, err
	}
	if n := ds.Count(spec.Error); n > 0 {
		e.sayDiagnostics(ds)
		return nil, usagef("", "%s in the spec", plural(n, "error"))
	}
	return pick(c, specs)
}

// pick chooses what --setup, --shard and --target ask for.
func pick(c *cli.Context, specs *engine.Specs) (*engine.Run, error) {
	sel := engine.Selection{Setups: c.StringSlice("setup"), Workers: c.Int("jobs")}
	if c.IsSet("jobs") && sel.Workers < 1 {
		return nil, usagef("", "--jobs %d: at least one setup is worked on at a time", sel.Workers)
	}
	for _, v := range c.StringSlice("target") {
		for name := range strings.SplitSeq(v, ",") {
			sel.Targets = append(sel.Targets, strings.TrimSpace(name))
		}
	}
	var err error
	if sel.Shard, err = engine.ParseShard(c.String("shard")); err != nil {
		return nil, err
	}
	return specs.Select(sel)
}

// manyWarnings is how many warnings and notes commands say that are not about them: of a thousand
// setups that lack the same, a person reads no more.
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

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// onePlace returns a setup of a spec whose setups are all in one account and region, or nil.
// What is compared with them, and leaves its account to AWS, is read for that one.
func onePlace(setups []*spec.Setup) *spec.Setup {
	for _, s := range setups {
		if s.Account == "" || s.Account != setups[0].Account || s.Region != setups[0].Region {
			return nil
		}
	}
	if len(setups) == 0 {
		return nil
	}
	return setups[0]
}
