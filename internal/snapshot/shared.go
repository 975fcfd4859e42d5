package snapshot

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators/terraform"
)

const sharedFolder = "_lib"

// besideModules takes the modules that a setup shares and calls. dir is the folder that paths are seen
// from, as the user calls it.
func (in *Input) besideModules(ctx context.Context, from source, s *setup, dir string) error {
	modules, _ := s.calls(ctx)
	for _, module := range modules {
		if !ofModule(module) || strings.Contains(strings.TrimPrefix(module, outside), "/") {
			continue // the reader says that it is none of these
		}
		if err := in.beside(ctx, from, filepath.Join(dir, filepath.FromSlash(module)), module); err != nil {
			return err
		}
	}
	return nil
}

// beside takes the files of a folder that is beside what the user named, and that setups share, with
// their paths as seen from there. One that is not there is told by whoever needs it.
func (in *Input) beside(ctx context.Context, from source, dir, seen string) error {
	all, err := from.list(ctx, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files, links := regular(all)
	in.shared = append(in.shared, below(seen, files)...)
	in.sharedLinks = append(in.sharedLinks, below(seen, links)...)
	return nil
}

// Same reports whether a setup has the same files in two inputs, byte by byte, and those that setups
// share; then there is nothing to compare. Of the modules that setups share, those count that it calls.
func Same(ctx context.Context, a, b *Input, name string) bool {
	x, y := a.setups[name], b.setups[name]
	if x == nil || y == nil || len(x.links)+len(y.links) > 0 || !sameFiles(x.files, y.files) {
		return false
	}
	if len(a.sharedLinks)+len(b.sharedLinks) == 0 && sameFiles(a.shared, b.shared) {
		return true
	}
	modules, ok := x.calls(ctx)
	return ok && len(used(a.sharedLinks, modules))+len(used(b.sharedLinks, modules)) == 0 &&
		sameFiles(used(a.shared, modules), used(b.shared, modules))
}

// calls returns the folders of the modules that the setup calls. It is not ok when they cannot be told.
func (s *setup) calls(ctx context.Context) ([]string, bool) {
	var own []file
	dir := "." // of a module by itself
	if s.folder != "" {
		dir = s.folder + "/" + terraformFolder
	}
	for _, f := range s.files {
		if path.Dir(f.path) == dir {
			own = append(own, f)
		}
	}
	files, err := load(ctx, own)
	if err != nil {
		return nil, false
	}
	return terraform.Calls(files)
}

const terraformFolder = "terraform"

// outside is where modules that setups share are, as seen from a module by itself.
const outside = "../../"

// ofModule reports whether a path is in a folder of a module that setups share.
func ofModule(p string) bool { return terraform.IsSharedModule(strings.TrimPrefix(p, outside)) }

// used returns files that setups share, of those of modules what is in these folders alone.
func used(shared []file, modules []string) []file {
	return slices.DeleteFunc(slices.Clone(shared), func(f file) bool {
		return ofModule(f.path) && !slices.ContainsFunc(modules, func(dir string) bool {
			return strings.HasPrefix(f.path, dir+"/")
		})
	})
}
