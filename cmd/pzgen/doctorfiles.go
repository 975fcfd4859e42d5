package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/awscli"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/doctor"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/urfave/cli/v2"
)

// gathered is what is there, as far as it was seen.
type gathered struct {
	state     deployed.State
	unknown   []doctor.Unknown
	elsewhere bool // it is of an artifact
}

// gather reads the account or the files that are named.
func (e *env) gather(c *cli.Context, p patient) (gathered, error) {
	var out gathered
	var files []output.File
	if c.Bool("live") {
		read, err := e.readAccount(c.Context, c, p)
		if err != nil {
			return out, err
		}
		for _, f := range read.Files {
			files = append(files, output.File{Path: f.Name, Data: f.Data})
		}
		for _, u := range read.Unseen {
			out.unknown = append(out.unknown, doctor.Unknown{What: u.What, Why: u.Why})
		}
	}
	options := snapshot.Options{Dir: ".", Stdin: e.stdin, Templates: c.String("templates")}
	bar := e.progress(c.NArg(), "argument")
	defer bar.end()
	for _, arg := range c.Args().Slice() {
		ctx, end := e.watched(c.Context, "file")
		list, ok, err := snapshot.Answers(ctx, arg, options)
		end()
		if c.NArg() > 1 {
			bar.step()
		}
		if err != nil {
			return out, err
		}
		if ok {
			files = append(files, list...)
			continue
		}
		if err := e.artifact(c, arg, options, &out); err != nil {
			return out, err
		}
	}
	if len(files) > 0 {
		if out.elsewhere {
			return out, usagef("give one of them", "an artifact and what the AWS CLI printed are two things to look at")
		}
		s, err := awscli.Read(files, p.names())
		if err != nil {
			return out, err
		}
		out.state = s
	}
	for _, u := range out.state.Unknown {
		out.unknown = append(out.unknown, doctor.Unknown{What: fmt.Sprintf("%s %q was not understood", u.Kind, u.What),
			Why: u.Why, At: u.At})
	}
	for _, u := range out.state.ControlsUnseen {
		if !c.Bool("no-controls") {
			out.unknown = append(out.unknown, doctor.Unknown{What: u.What, Action: u.Action, Why: u.Why, At: u.At})
		}
	}
	return out, nil
}

// maxScript is the most bytes of an apply.sh, far above what pzgen writes.
const maxScript = 16 << 20

// names are those that answers may be about, as far as the user said it.
func (p patient) names() awscli.Names {
	var n awscli.Names
	t := p.target
	if t.Role != "" {
		n.Roles = []string{t.Role[strings.LastIndexByte(t.Role, '/')+1:]}
	}
	for _, at := range []string{t.From, t.To} {
		name, _, _ := strings.Cut(strings.TrimPrefix(at, "s3://"), "/")
		if name != "" && !slices.Contains(n.Buckets, name) {
			n.Buckets = append(n.Buckets, name)
		}
	}
	if m := t.Spec; m != nil {
		n.Roles = append(n.Roles, m.Role.Name)
		for _, b := range m.Buckets {
			n.Buckets = append(n.Buckets, b.Name)
		}
		for _, k := range m.Keys {
			if k.ARN != "" {
				n.Keys = append(n.Keys, k.ARN)
			}
		}
	}
	return n
}

// artifact reads a template, module, plan, output folder or setup: the one that is asked for.
func (e *env) artifact(c *cli.Context, arg string, o snapshot.Options, out *gathered) error {
	open := func() (*snapshot.Input, error) { return snapshot.Open(c.Context, arg, o) }
	alone := filepath.Base(arg) == "apply.sh"
	if alone {
		open = func() (*snapshot.Input, error) {
			data, shown, err := e.readNamed(arg, maxScript, "name a script that pzgen wrote")
			if err != nil {
				return nil, err
			}
			return snapshot.OpenContent(c.Context, shown, data)
		}
	}
	in, err := open()
	if err != nil {
		return e.openFailed(err)
	}
	if in.Specs != nil {
		return usagef("name it with -f, and what is there as FILE", "%q is a spec: what would be, not what is there", arg)
	}
	name := ""
	if names := in.Setups(); len(names) == 1 {
		name = names[0]
	} else if s := c.StringSlice("setup"); len(s) == 1 && in.Has(s[0]) {
		name = s[0]
	} else {
		return usagef("name the folder of one: "+strings.Join(names, ", "), "%q has %d setups", arg, len(names))
	}
	if out.elsewhere {
		return usagef("give one", "%q and what is before it are two artifacts", arg)
	}
	readings, err := in.Read(c.Context, name)
	if err != nil {
		return e.openFailed(err)
	}
	for _, r := range readings {
		r.State.Unknown = slices.DeleteFunc(r.State.Unknown, func(u deployed.Unknown) bool {
			return alone && u.What == "destroy.sh" // it is not beside it here, and makes nothing
		})
		if len(r.State.Roles) > 0 || len(r.State.Buckets) > 0 {
			out.state, out.elsewhere = r.State, true
			return nil
		}
	}
	return usagef("", "%q has no role and no bucket", arg)
}
