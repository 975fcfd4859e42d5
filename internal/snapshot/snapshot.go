// Package snapshot reads what a user names as one side of a comparison: a spec, an output folder, the folder of one
// setup, a template, a Terraform module, a policy document, each from the file system or from a commit. Whatever it
// is, it becomes a [deployed.State] for each setup and target.
//
// A spec is printed as its files would be and these are read back, so that a spec and an output folder are alike from
// there on. What a reader does not understand is in State.Unknown, as everywhere.
package snapshot

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Options are what reading depends on beside its argument.
type Options struct {
	Dir       string    // where git: looks for its repository
	Stdin     io.Reader // for the name "-"
	Templates string    // a folder of templates to lay over the built-in ones, for specs, or ""
	Other     string    // the other argument: what git: without a path means

	// Named are values for parameters of a template, or variables of a module, by name.
	Named map[string]string

	// Roles: what the AWS CLI says of a role is read with its name, path and boundary, not for
	// the trust policy in it alone.
	Roles bool

	// Beside are further specs, when the argument is one: the setups of all are taken together.
	Beside []string
}

// Input is one argument, opened: the setups that it has, each with its files.
type Input struct {
	Name        string        // as the user wrote it
	Kind        string        // spec, output folder, template, Terraform module or plan, policy
	Specs       []*spec.Setup // of a spec
	Alone       bool          // it is one setup, which the user named
	setups      map[string]*setup
	shared      []file
	sharedLinks []file                              // what is no regular file among them, and is not read
	root        []file                              // of an output folder, what concerns several setups
	rootLinks   []file                              // what is no regular file there, and is not read
	once        sync.Once                           // for inside
	inside      map[string]bool                     // see alike
	stray       []file                              // of an output folder, what is of no setup
	strayLinks  []file                              // of those, and of shared but modules, what is no regular file
	shown       func(deployed.Place) deployed.Place // of stray
}

// setup is one setup, or the one thing that an input without setups is about.
type setup struct {
	folder string // of an output folder
	files  []file
	links  []file                              // what is no regular file, and is not read
	parts  []part                              // what to read, by target
	moved  func(deployed.Place) deployed.Place // from where the reader says it is to where the user finds it
	values deployed.Values
}

// part is what one target's reader reads.
type part struct {
	target string
	dir    string
	read   func(deployed.Input) (func(deployed.Values) (deployed.State, error), error)
}

// Reading is a setup as one target has it.
type Reading struct {
	Target string
	State  deployed.State

	Unprotected bool // it does not say what its tool refuses to destroy, as a plan does not
	Answers     bool // it is what the AWS CLI printed, which tells policies and a part of the settings
}

// Setups returns the names of the setups, sorted. A template, a module or a policy has one without a name.
func (in *Input) Setups() []string {
	names := make([]string, 0, len(in.setups))
	for name := range in.setups {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Has reports whether there is a setup of this name.
func (in *Input) Has(name string) bool { return in.setups[name] != nil }

// linked returns what is not read because it is no regular file. What it leads to may be another thing each time.
func linked(links []file) []deployed.Unknown {
	var out []deployed.Unknown
	for _, f := range links {
		out = append(out, deployed.Unknown{Kind: "file", What: path.Base(f.path), At: deployed.Place{Path: f.path},
			Why: cmp.Or(f.why, "it is no regular file, and is not followed: replace it by a copy"), Open: true})
	}
	return out
}

func sameFiles(a, b []file) bool {
	return slices.EqualFunc(a, b, func(x, y file) bool {
		return x.path == y.path && x.mode == y.mode && x.same(y)
	})
}

// For says which account and region an artifact is read for that does not say so itself: what
// AWS fills in for its own account is that one. Without it, it is one of AWS's examples.
func (in *Input) For(account, region string) {
	for _, s := range in.setups {
		s.values.Account, s.values.Region = account, region
	}
}

// Answers reports whether an input is what commands of the AWS CLI printed.
func (in *Input) Answers() bool { return in.Kind == answersKind }

// Read reads a setup in all targets that it has. The errors are those of files that cannot be read at all, as a
// [*policy.Error] with its place, and of git.
func (in *Input) Read(ctx context.Context, name string) ([]Reading, error) {
	s := in.setups[name]
	if s == nil {
		return nil, fmt.Errorf("%s has no setup %q", in.Name, name)
	}
	files, err := load(ctx, s.files)
	if err != nil {
		return nil, err
	}
	shared, err := load(ctx, in.shared)
	if err != nil {
		return nil, err
	}
	links := in.sharedLinks
	if modules, ok := in.modules(ctx, s); ok && links != nil {
		links = used(links, modules)
	}
	var out []Reading
	for _, p := range s.parts {
		r := deployed.Input{Dir: p.dir, Shared: shared, Own: map[string]bool{}}
		for _, f := range files {
			if p.dir == "." || f.Path == p.dir || strings.HasPrefix(f.Path, p.dir+"/") {
				r.Files = append(r.Files, f)
			}
		}
		read, err := p.read(r)
		if err == nil {
			var state deployed.State
			if state, err = asDeployed(read, s.values); err == nil {
				state.Unknown = append(told(state.Unknown, slices.Concat(r.Files, shared)),
					linked(slices.Concat(s.links, links))...)
				state.Unknown = append(state.Unknown, handedOver(state)...)
				out = append(out, Reading{p.target, state.MapPlaces(s.moved), p.target == planTarget, p.target == answersKind})
				continue
			}
		}
		return nil, s.placed(err)
	}
	return out, nil
}

// told returns what is not understood with a checksum of the files it is in, where the reader has none: in other files
// the same words may say something else.
func told(unknown []deployed.Unknown, files []output.File) []deployed.Unknown {
	out := slices.Clone(unknown)
	content := ""
	for i := range out {
		if out[i].Content != "" || out[i].Open {
			continue
		}
		if content == "" {
			sum := sha256.New()
			for _, f := range files {
				fmt.Fprintf(sum, "%q %q\n", path.Base(f.Path), f.Data)
			}
			content = hex.EncodeToString(sum.Sum(nil))
		}
		out[i].Content = content
	}
	return out
}

// SpecOf returns the file of the spec that a setup is in; "" for an input that is no spec.
func (in *Input) SpecOf(name string) string {
	if s := in.setups[name]; s != nil && in.Kind == kindSpec {
		return s.moved(deployed.Place{}).Path
	}
	return ""
}

// Files returns the files of a setup as the user wrote them, by the paths that places have; none of a spec, whose files
// are printed.
func (in *Input) Files(ctx context.Context, name string) ([]output.File, error) {
	s := in.setups[name]
	if s == nil || in.Kind == kindSpec {
		return nil, nil
	}
	files, err := load(ctx, s.files)
	for i := range files {
		files[i].Path = s.moved(deployed.Place{Path: files[i].Path}).Path
	}
	return files, err
}

// The account and region that an artifact is read for when it does not say which it is for.
const (
	anyAccount = "123456789012" // of AWS's examples
	anyRegion  = "us-east-1"
)

// handedOver returns the parameters to which a file beside the artifact gives another value than their default. The
// artifact is read with the defaults, and which of them counts is decided when it is deployed.
func handedOver(s deployed.State) []deployed.Unknown {
	var out []deployed.Unknown
	for _, p := range s.Parameters {
		given, standard := p.Given.V.String(), p.Default.V.String()
		if p.Given.At.Line > 0 && given != standard {
			out = append(out, deployed.Unknown{Kind: "value", What: given, At: p.Given.At,
				Why: fmt.Sprintf("parameter %q is handed it, and its default is %q: give it one of them", p.Name, standard)})
		}
	}
	return out
}

// asDeployed reads an artifact for the account and region that it says it is for.
func asDeployed(read func(deployed.Values) (deployed.State, error), v deployed.Values) (deployed.State, error) {
	if v.Account == "" {
		v.Account, v.Region = anyAccount, anyRegion
	}
	v.Partition = spec.PartitionOf(v.Region)
	first, err := read(v)
	if err != nil {
		return first, err
	}
	account, region := first.Scope.Account.V, first.Scope.Region.V
	if len(account.Refs()) > 0 || len(region.Refs()) > 0 {
		return first, nil
	}
	again := v
	if a := account.String(); a != "" {
		again.Account = a
	}
	if r := region.String(); r != "" {
		again.Region, again.Partition = r, spec.PartitionOf(r)
	}
	if again.Account == v.Account && again.Region == v.Region {
		return first, nil
	}
	return read(again)
}

// placed returns an error of a reader with the place where the user finds it.
func (s *setup) placed(err error) error {
	var at *policy.Error
	if !errors.As(err, &at) || at.Path == "" {
		return err
	}
	to := *at
	p := s.moved(deployed.Place{Path: at.Path, Line: at.Line, Col: at.Col})
	to.Path, to.Line, to.Col = p.Path, p.Line, p.Col
	return &to
}
