package snapshot

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
)

// Beside is a file in a setup's folder that no reader reads.
type Beside struct {
	output.File                // by its path below the folder
	At          deployed.Place // where the user finds it
	Link        bool           // it is no regular file: what it leads to is not read
}

// Beside returns the files of a setup of an output folder that no reader reads, but for
// what tools leave; of the setup "" those that are in no setup's folder. It
// has none of another input. The error is that of reading.
func (in *Input) Beside(ctx context.Context, name string) ([]Beside, error) {
	files, links, moved, folder := in.stray, in.strayLinks, in.shown, ""
	if s := in.setups[name]; s != nil {
		moved, folder = s.moved, s.folder+"/"
		links = nil // they are told as what a reader does not understand
		files = slices.DeleteFunc(slices.Clone(s.files), func(f file) bool {
			rest := strings.TrimPrefix(f.path, folder)
			return s.folder == "" || isRead(rest) || spec.IsLeftover(rest)
		})
	} else if name != "" {
		return nil, nil
	}
	loaded, err := load(ctx, files)
	var out []Beside
	for _, f := range loaded {
		at := moved(deployed.Place{Path: f.Path})
		f.Path = strings.TrimPrefix(f.Path, folder)
		out = append(out, Beside{File: f, At: at})
	}
	return append(out, in.linked(links)...), err
}

func (in *Input) linked(links []file) (out []Beside) {
	for _, l := range links {
		out = append(out, Beside{File: output.File{Path: l.path, Mode: l.mode}, Link: true,
			At: in.shown(deployed.Place{Path: l.path})})
	}
	return out
}

// SameRoot reports whether what concerns several setups is the same in two inputs, byte by byte.
func SameRoot(a, b *Input) bool {
	return len(a.rootLinks)+len(b.rootLinks) == 0 && sameFiles(a.root, b.root)
}

// BesideRoot returns the files of what concerns several setups, unless they are as pzgen writes them:
// then they run what is read of the setups, and nothing else. The error is that of reading.
func (in *Input) BesideRoot(ctx context.Context) ([]Beside, error) {
	files := slices.DeleteFunc(slices.Clone(in.root), func(f file) bool { return generators.RootLeftover(f.path) })
	loaded, err := load(ctx, files)
	if err != nil {
		return nil, err
	}
	var own, ours []output.File
	for _, f := range loaded {
		switch {
		case !generators.RootOwn(f.Path):
			ours = append(ours, f)
		case !terraform.OnlyBackend(f.Data):
			own = append(own, f)
		}
	}
	if len(ours) > 0 && !generators.IsRoot(ours) {
		own = loaded
	}
	var out []Beside
	for _, f := range own {
		out = append(out, Beside{File: f, At: in.shown(deployed.Place{Path: f.Path})})
	}
	return append(out, in.linked(in.rootLinks)...), nil
}

// Mixed reports whether an output folder is one that specs are in as well, so that not all in it is
// pzgen's.
func (in *Input) Mixed() bool {
	return slices.ContainsFunc(in.stray, func(f file) bool {
		return path.Dir(f.path) == "." && (path.Ext(f.path) == ".yaml" || path.Ext(f.path) == ".yml")
	})
}

// isRead reports whether a reader reads a file of a setup's folder, or says that it does not.
func isRead(name string) bool {
	if top, in, _ := strings.Cut(name, "/"); spec.IsHanded(top) { // what the owner of another account gets
		return in == "README.md" || strings.HasPrefix(in, "policies/")
	}
	folder, file := path.Split(name)
	switch folder {
	case "":
		return file == "README.md"
	case "shell/":
		return file == "apply.sh" || file == "destroy.sh"
	case "terraform/":
		return strings.HasSuffix(file, ".base.json") || slices.ContainsFunc(
			[]string{".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json", ".tf.example"},
			func(end string) bool { return strings.HasSuffix(file, end) })
	}
	return strings.HasPrefix(name, "cloudformation/") || strings.HasPrefix(name, "policies/")
}

// OwnFiles returns the patterns by which files of a setup are the user's own, where the input is a
// spec.
func (in *Input) OwnFiles(name string) []string {
	for _, s := range in.Specs {
		if s.Name == name {
			return s.OwnFiles
		}
	}
	return nil
}
