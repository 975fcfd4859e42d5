package output

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// MergeManifests makes the manifest of an output folder that several runs wrote, each a part of it in a folder of its own, and gives the number of
// files that it lists. Each of from is an output folder or a manifest. A folder that does not exist is made. It is refused when two of them list one
// path with different contents, or one of them is of a run that was killed. It does not look whether the files are there.
func MergeManifests(ctx context.Context, out string, from []string, version string) (files int, err error) {
	all := &manifest{version: version, folders: map[string][]entry{}}
	versions := map[string]bool{}
	where := map[string]string{} // path: the manifest that lists it
	for _, name := range from {
		m, err := manifestOf(name)
		if err != nil {
			return 0, err
		}
		versions[m.version] = true
		for top, entries := range m.folders {
			for i, e := range entries {
				p := top + "/" + e.name
				other, twice := where[p]
				switch {
				case !twice:
					where[p] = name
					all.folders[top] = append(all.folders[top], e)
				case i > 0 && entries[i-1].name == e.name || !wrote(find(sortEntries(all.folders[top]), e.name), e.sum):
					return 0, fmt.Errorf("%q is in %s and in %s with different contents: they are not parts of one output", p, other, name)
				}
			}
		}
	}
	if len(versions) == 1 {
		for v := range versions {
			all.version = v
		}
	}
	all.sort()
	return len(where), writeMerged(ctx, out, all)
}

// manifestOf reads the manifest of an output folder, or a manifest.
func manifestOf(name string) (*manifest, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	file := name
	if info.IsDir() {
		file = filepath.Join(name, filepath.FromSlash(manifestPath))
		next := filepath.Join(name, filepath.FromSlash(nextPath))
		if _, err := os.Lstat(next); err == nil {
			return nil, fmt.Errorf("%s is there, so a run was killed: generate into that folder again", next)
		}
	}
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	base := filepath.Base(file)
	if _, err := root.Lstat(base); err != nil {
		return nil, err
	}
	m, _, err := readManifest(root, base)
	return m, err
}

// writeMerged makes m the manifest of an output folder.
func writeMerged(ctx context.Context, out string, m *manifest) error {
	own := filepath.Join(out, ownFolder)
	if err := os.MkdirAll(own, 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, own)
	if err != nil {
		return err
	}
	defer unlock()
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	const fresh = manifestPath + ".merge"
	if err := root.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := root.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	err = m.encode(f)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = root.Rename(fresh, manifestPath)
	}
	if err != nil {
		root.Remove(fresh)
	}
	return err
}
