package snapshot

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
)

// Beside is a file in a setup's folder that no reader reads.
type Beside struct {
	output.File                // by its path below the folder
	At          deployed.Place // where the user finds it
}

// Beside returns the files of a setup of an output folder that no reader reads and pzgen does not write there, but for
// what tools leave. It has none of another input. The error is that of reading.
func (in *Input) Beside(ctx context.Context, name string) ([]Beside, error) {
	s := in.setups[name]
	if s == nil || s.folder == "" {
		return nil, nil
	}
	files := slices.DeleteFunc(slices.Clone(s.files), func(f file) bool {
		rest := strings.TrimPrefix(f.path, s.folder+"/")
		return isRead(rest) || spec.IsLeftover(rest)
	})
	loaded, err := load(ctx, files)
	var out []Beside
	for _, f := range loaded {
		at := s.moved(deployed.Place{Path: f.Path})
		f.Path = strings.TrimPrefix(f.Path, s.folder+"/")
		out = append(out, Beside{f, at})
	}
	return out, err
}

// isRead reports whether a reader reads a file of a setup's folder, or says that it does not.
func isRead(name string) bool {
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

// OwnFiles returns the patterns by which files of a setup are the user's own, where the input is a spec.
func (in *Input) OwnFiles(name string) []string {
	for _, s := range in.Specs {
		if s.Name == name {
			return s.OwnFiles
		}
	}
	return nil
}
