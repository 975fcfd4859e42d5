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
	"github.com/pzgen/pzgen/internal/output"
)

// Same reports whether a setup has the same files in two inputs, byte by byte, and those that setups
// share; then there is nothing to compare. Of the modules that setups share, those count that it calls.
// A setup that calls any other module is not the same, nor is one that reads files from elsewhere.
func Same(ctx context.Context, a, b *Input, name string) bool {
	x, y := a.setups[name], b.setups[name]
	if x == nil || y == nil || len(x.links)+len(y.links) > 0 || !sameFiles(x.files, y.files) {
		return false
	}
	in, s := a, x
	if s.inCommit() {
		in, s = b, y // reading that is quicker
	}
	whole := len(a.sharedLinks)+len(b.sharedLinks) == 0 && sameFiles(a.shared, b.shared)
	if whole && s.inCommit() && !a.Alone && !b.Alone && name != "" {
		return a.alike(ctx)[name]
	}
	modules, ok := in.modules(ctx, s)
	return ok && (whole || len(used(a.sharedLinks, modules))+len(used(b.sharedLinks, modules)) == 0 &&
		sameFiles(used(a.shared, modules), used(b.shared, modules)))
}

// alike returns the setups of an output folder in a commit that call no other modules than those that
// setups share, and read no files from elsewhere. It asks git for many setups at once.
func (in *Input) alike(ctx context.Context) map[string]bool {
	in.once.Do(func() {
		in.inside = map[string]bool{}
		shared, err := load(ctx, configuration(in.shared))
		if called, ok := terraform.Calls(shared); err != nil || !ok || len(called) > 0 {
			return
		}
		known := map[string]bool{}
		for _, f := range shared {
			known[path.Dir(f.Path)] = true
		}
		const atOnce = 200
		for names := range slices.Chunk(in.Setups(), atOnce) {
			var files []file
			for _, name := range names {
				files = append(files, configuration(in.setups[name].files)...)
			}
			loaded, err := load(ctx, files)
			if err != nil {
				return
			}
			of := map[string][]output.File{}
			for _, f := range loaded {
				setup, _, _ := strings.Cut(f.Path, "/")
				of[setup] = append(of[setup], f)
			}
			for _, name := range names {
				called, ok := terraform.Calls(of[name])
				in.inside[name] = ok && !slices.ContainsFunc(called, func(dir string) bool {
					return !isModule(dir) || !known[dir]
				})
			}
		}
	})
	return in.inside
}

// inCommit reports whether the files of a setup are in a commit.
func (s *setup) inCommit() bool { return len(s.files) > 0 && s.files[0].tree != nil }

// modules returns the folders of the modules that a setup calls. It is not ok when they cannot be told,
// or when one of them is not among those that setups share, or calls another one.
func (in *Input) modules(ctx context.Context, s *setup) ([]string, bool) {
	var folders []string
	for _, p := range s.parts {
		more, ok := calls(ctx, s.files, p.dir)
		if !ok {
			return nil, false
		}
		folders = append(folders, more...)
	}
	slices.Sort(folders)
	folders = slices.Compact(folders)
	for _, f := range folders {
		inner, ok := calls(ctx, in.shared, f)
		there := func(s file) bool { return path.Dir(s.path) == f }
		if !ok || len(inner) > 0 || !isModule(f) ||
			!slices.ContainsFunc(in.shared, there) {
			return nil, false
		}
	}
	return folders, true
}

// configuration returns those of files that Terraform or OpenTofu loads.
func configuration(files []file) []file {
	return slices.DeleteFunc(slices.Clone(files), func(f file) bool {
		ext := path.Ext(strings.TrimSuffix(f.path, ".json"))
		return ext != ".tf" && ext != ".tofu"
	})
}

// calls returns the folders of the modules that the Terraform files of a folder call. It is not ok
// when they cannot be told.
func calls(ctx context.Context, files []file, dir string) ([]string, bool) {
	own := slices.DeleteFunc(configuration(files), func(f file) bool { return path.Dir(f.path) != dir })
	loaded, err := load(ctx, own)
	if err != nil {
		return nil, false
	}
	return terraform.Calls(loaded)
}

const sharedFolder = "_lib"

// outside is where modules that setups share are, as seen from a module by itself: a setup's is two
// levels below the output folder.
const outside = "../../"

// ofModule reports whether a path is that of a module that setups share, or of something in it.
func ofModule(p string) bool { return terraform.IsSharedModule(strings.TrimPrefix(p, outside)) }

// isModule reports whether a path is that of the folder of such a module.
func isModule(p string) bool {
	return ofModule(p) && !strings.Contains(strings.TrimPrefix(p, outside), "/")
}

// besideModules takes the modules that a setup shares and calls. dir is the folder that paths are seen
// from, as the user calls it. Others are left to the reader, who says that they are not read.
func (in *Input) besideModules(ctx context.Context, from source, s *setup, dir string) error {
	for _, p := range s.parts {
		modules, _ := calls(ctx, s.files, p.dir)
		for _, module := range modules {
			if !isModule(module) {
				continue
			}
			if err := in.beside(ctx, from, filepath.Join(dir, filepath.FromSlash(module)), module); err != nil {
				return err
			}
		}
	}
	return nil
}

// used returns files that setups share, of those of modules what is in these folders alone, and what
// they are in.
func used(shared []file, modules []string) []file {
	return slices.DeleteFunc(slices.Clone(shared), func(f file) bool {
		return ofModule(f.path) && !slices.ContainsFunc(modules, func(dir string) bool {
			return f.path == dir || strings.HasPrefix(f.path, dir+"/")
		})
	})
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

// below returns files with their paths below a folder.
func below(folder string, files []file) []file {
	out := slices.Clone(files)
	for i := range out {
		out[i].path = path.Join(folder, out[i].path)
	}
	return out
}
