package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/generators/cloudformation"
	"github.com/pzgen/pzgen/generators/json"
	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/awscli"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/gittree"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/readfile"
)

// InputError says that an argument cannot be taken, and what to do.
type InputError struct {
	Err  error
	Hint string
}

func (e *InputError) Error() string { return e.Err.Error() }

func (e *InputError) Unwrap() error { return e.Err }

func refusef(hint, format string, args ...any) error {
	return &InputError{fmt.Errorf(format, args...), hint}
}

const (
	gitPrefix = "git:"
	stdin     = "-"
	hintKinds = "name a spec, an output folder or one of its setups, a CloudFormation template, a " +
		"Terraform module, what terraform show -json prints of a plan or state, what the AWS CLI prints or a folder of it, a policy document, or git:REVISION:PATH of one"
)

// Open finds out what an argument is. The error is an [InputError] for what it cannot be, a [SpecError] for a spec
// that is wrong, and else that of reading.
func Open(ctx context.Context, arg string, o Options) (*Input, error) {
	var from source = disk{}
	name := arg
	if rest, ok := strings.CutPrefix(arg, gitPrefix); ok {
		rev, p, _ := strings.Cut(rest, ":")
		if p == "" {
			if p = o.Other; p == "" || p == stdin || strings.HasPrefix(p, gitPrefix) {
				return nil, refusef("write git:"+rev+":out for example", "%q names no path", arg)
			}
		}
		tree, err := gittree.Open(ctx, o.Dir, rev)
		if err != nil {
			return nil, refusef("name a commit, tag or branch of the repository that this folder is in", "%q: %w", arg, err)
		}
		from, name = commit{tree, rev}, p
	}
	in, err := open(ctx, from, name, o)
	if err != nil {
		var size *readfile.SizeError
		var kind *readfile.KindError
		if errors.Is(err, fs.ErrNotExist) || errors.As(err, &size) || errors.As(err, &kind) {
			err = &InputError{fmt.Errorf("%q cannot be read: %w", arg, reason(err)), hintKinds}
		}
		return nil, err
	}
	in.Name = arg
	if s := in.setups[""]; s != nil && len(o.Named) > 0 {
		s.values.Named = o.Named
	}
	return in, nil
}

// reason returns an error without the path, which is told beside it.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

func open(ctx context.Context, from source, name string, o Options) (*Input, error) {
	if name == stdin {
		data, err := readfile.AtMost(o.Stdin, "standard input", maxFile)
		if err != nil {
			return nil, err
		}
		return openFile(ctx, from, stdin, data, o)
	}
	folder, err := from.isDir(ctx, name)
	if err != nil {
		return nil, err
	}
	if folder {
		return openFolder(ctx, from, name)
	}
	data, err := from.read(ctx, name)
	if err != nil {
		return nil, err
	}
	return openFile(ctx, from, name, data, o)
}

// openFolder takes a folder for an output folder, for that of one setup, for a Terraform module, or for policies, by
// what is in it.
func openFolder(ctx context.Context, from source, name string) (*Input, error) {
	all, err := from.list(ctx, name)
	if err != nil {
		return nil, err
	}
	files, links := regular(all)
	in, err := folderOf(ctx, from, name, files, links)
	if err == nil && in.setups[""] != nil {
		in.setups[""].links = links
	}
	return in, err
}

func folderOf(ctx context.Context, from source, name string, files, links []file) (*Input, error) {
	has := func(match func(file) bool) bool { return slices.ContainsFunc(files, match) }
	real := from.real(name)
	switch {
	case has(func(f file) bool { return targetOf(f.path) != "" }):
		base := filepath.Base(name)
		if abs, err := filepath.Abs(name); err == nil {
			base = filepath.Base(abs)
		}
		in := &Input{Kind: "setup", Alone: true, setups: map[string]*setup{}}
		if err := in.beside(ctx, from, filepath.Join(real, "..", sharedFolder), sharedFolder); err != nil {
			return nil, err
		}
		in.setups[base] = outputSetup(base, below(base, files), below(base, links), func(p string) string {
			if rest, ok := strings.CutPrefix(p, base+"/"); ok {
				return from.shown(filepath.Join(name, filepath.FromSlash(rest)))
			}
			return from.shown(filepath.Join(real, "..", filepath.FromSlash(p)))
		})
		return in, in.besideModules(ctx, from, in.setups[base], filepath.Join(real, ".."))
	case has(func(f file) bool { _, rest, _ := strings.Cut(f.path, "/"); return targetOf(rest) != "" }):
		return outputFolder(files, links, func(p string) deployed.Place {
			return deployed.Place{Path: from.shown(filepath.Join(name, filepath.FromSlash(p)))}
		}), nil
	case has(func(f file) bool { return path.Dir(f.path) == "." && path.Ext(f.path) == ".tf" }):
		in := one("Terraform module", files, "terraform", ".", terraform.Parse, func(p string) string {
			return from.shown(filepath.Join(name, filepath.FromSlash(p)))
		})
		return in, in.besideModules(ctx, from, in.setups[""], real)
	}
	if answers, err := openAnswers(ctx, from, name, files); answers != nil || err != nil {
		return answers, err
	}
	if has(func(f file) bool { return path.Dir(f.path) == "." && path.Ext(f.path) == ".json" }) {
		return one("policies", files, "json", ".", json.Parse, func(p string) string {
			return from.shown(filepath.Join(name, filepath.FromSlash(p)))
		}), nil
	}
	return nil, refusef(hintKinds, "folder %q has no setup, no Terraform module and no policy document in it", name)
}

// targetOf returns the target whose file a path below a setup's folder is, or "".
func targetOf(p string) string {
	for _, g := range generators.Targets() {
		if strings.HasPrefix(p, g.Folder+"/") {
			return g.Name
		}
	}
	return ""
}

// outputFolder sorts the files of an output folder by setup.
func outputFolder(files, links []file, shown func(string) deployed.Place) *Input {
	in := &Input{Kind: "output folder", setups: map[string]*setup{},
		shown: func(p deployed.Place) deployed.Place { return shown(p.Path) }}
	by := map[string][]file{}
	for _, f := range files {
		top, rest, _ := strings.Cut(f.path, "/")
		switch {
		case top == generators.RootFolder:
			in.root = append(in.root, f)
		case top == sharedFolder || terraform.IsSharedModule(top):
			in.shared = append(in.shared, f)
		case rest != "" && !strings.HasPrefix(top, ".") && !output.IsShared(top):
			by[top] = append(by[top], f)
		case !strings.HasPrefix(top, "."):
			in.stray = append(in.stray, f)
		}
	}
	linked := map[string][]file{}
	for _, f := range links {
		top, _, _ := strings.Cut(f.path, "/")
		linked[top] = append(linked[top], f)
		switch {
		case top == generators.RootFolder:
			in.rootLinks = append(in.rootLinks, f)
		case output.IsShared(top):
			in.sharedLinks = append(in.sharedLinks, f)
		}
	}
	for name, list := range by {
		if !slices.ContainsFunc(list, func(f file) bool { return targetOf(strings.TrimPrefix(f.path, name+"/")) != "" }) {
			in.stray = append(in.stray, list...)
			continue
		}
		in.setups[name] = outputSetup(name, list, linked[name], func(p string) string { return shown(p).Path })
	}
	in.strayLinks = slices.DeleteFunc(slices.Clone(links), func(f file) bool {
		top, _, _ := strings.Cut(f.path, "/")
		return in.setups[top] != nil || top == generators.RootFolder || terraform.IsSharedModule(top) ||
			strings.HasPrefix(top, ".")
	})
	return in
}

// outputSetup is a setup of an output folder. Its README is for people, and is compared as a file alone.
func outputSetup(name string, files, links []file, shown func(string) string) *setup {
	s := &setup{folder: name, files: files, links: links, moved: func(p deployed.Place) deployed.Place {
		p.Path = shown(p.Path)
		return p
	}}
	for _, g := range generators.Targets() {
		dir := name + "/" + g.Folder
		if slices.ContainsFunc(files, func(f file) bool { return strings.HasPrefix(f.path, dir+"/") }) {
			s.parts = append(s.parts, part{g.Name, dir, g.Parse})
		}
	}
	s.parts = append(s.parts, handed(name, files)...)
	return s
}

type parser = func(deployed.Input) (func(deployed.Values) (deployed.State, error), error)

// one is an input without setups.
func one(kind string, files []file, target, dir string, read parser, shown func(string) string) *Input {
	return &Input{Kind: kind, setups: map[string]*setup{"": {files: files, parts: []part{{target, dir, read}},
		moved: func(p deployed.Place) deployed.Place {
			p.Path = shown(p.Path)
			return p
		}}}}
}

// openFile takes a file for what its outermost members say.
func openFile(ctx context.Context, from source, name string, data []byte, o Options) (*Input, error) {
	if path.Ext(name) == ".tf" {
		return nil, refusef("name the folder: a module is all of its files", "%q is one file of a Terraform module", name)
	}
	shown := func(string) string { return from.shown(name) }
	switch members := outermost(data); {
	case members["setups"] || members["defaults"]:
		return openSpec(ctx, from, name, data, o)
	case members["Resources"] || members["AWSTemplateFormatVersion"]:
		f := file{path: "x/" + templateName, mode: 0o644, data: data}
		read, err := cloudformation.ParseAny(shown(name), data, o.Named)
		if err != nil {
			return nil, err
		}
		parse := func(deployed.Input) (func(deployed.Values) (deployed.State, error), error) { return read, nil }
		return one("CloudFormation template", []file{f}, "cloudformation", "x", parse, shown), nil
	case members["planned_values"] || members["values"] && members["terraform_version"]:
		return openState("Terraform plan", planTarget, []file{{path: name, data: data}},
			func() (deployed.State, error) { return terraform.ParsePlan(shown(name), data) })
	case members["Role"] && o.Roles:
		return answersOf(ctx, []file{{path: shown(name), data: data}}, shown)
	case members["Statement"] || members["Policy"] || members["PolicyVersion"] || members["Role"]:
		return openPolicy(shown(name), data)
	}
	if awscli.Is(data) {
		return answersOf(ctx, []file{{path: shown(name), data: data}}, shown)
	}
	if err := faulty(shown(name), data); err != nil {
		return nil, &InputError{Err: err, Hint: hintKinds}
	}
	return nil, refusef(hintKinds, "%q is not one of the kinds of files that can be compared", name)
}

const templateName = "template.yaml"
