package output

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Commit moves everything that was put into place, then removes what earlier runs wrote and this one did not, then renews the manifest. It
// fails with [ForeignError] before anything changed when a file stands in the way that pzgen did not write. When it fails later, or the
// process is killed, each file is either old or new, and the next run ends in the same state as this one would have.
// It ends the Writer in any case.
func (w *Writer) Commit(ctx context.Context) (Result, error) {
	defer w.close()
	if len(w.foreign) > 0 {
		slices.Sort(w.foreign)
		return Result{}, &ForeignError{Paths: w.foreign}
	}
	next, err := w.keeps()
	if err != nil {
		return Result{}, err
	}
	sum, err := next.sum()
	if err != nil {
		return Result{}, err
	}
	renew := sum != w.presentSum
	stale := w.stale(next)
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	// The next manifest is there before the first file moves, so that whatever this run writes is listed if it is killed. What an earlier killed run
	// wrote must stay listed until then, too.
	healing := len(w.killed.folders) > 0
	if renew {
		if err := w.writeManifest(next.join(w.killed), nextPath); err != nil {
			return Result{}, err
		}
	}
	if err := w.move(ctx); err != nil {
		return Result{}, err
	}
	if err := w.removeStale(ctx, stale); err != nil {
		return Result{}, err
	}
	if err := w.finish(next, renew, healing); err != nil {
		return Result{}, err
	}
	w.created = ""
	slices.Sort(w.result.Edited)
	slices.Sort(w.result.Kept)
	return w.result, nil
}

// finish makes next the manifest.
func (w *Writer) finish(next *manifest, renew, healing bool) error {
	if renew && !healing {
		return w.root.Rename(nextPath, manifestPath)
	}
	if renew {
		if err := w.writeManifest(next, manifestPath); err != nil {
			return err
		}
	}
	if _, err := w.root.Lstat(nextPath); errors.Is(err, fs.ErrNotExist) {
		return nil // a folder that cannot be written is fine when there is nothing to write
	}
	return w.root.Remove(nextPath)
}

// writeManifest writes a manifest of pzgen's own, atomically.
func (w *Writer) writeManifest(m *manifest, name string) error {
	from, err := w.stage()
	if err != nil {
		return err
	}
	from = stagePath + "/" + from
	f, err := w.root.OpenFile(from, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err := m.encode(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return w.root.Rename(from, name)
}

// move brings files and folders to their places, in the order of their paths.
func (w *Writer) move(ctx context.Context) error {
	slices.SortFunc(w.moves, func(a, b move) int { return strings.Compare(a.to, b.to) })
	made := map[string]bool{".": true}
	for _, m := range w.moves {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !strings.Contains(m.to, "/") {
			if err := w.moveFolder(m); err != nil {
				return err
			}
			continue
		}
		if dir := path.Dir(m.to); !made[dir] {
			if err := w.root.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			made[dir] = true
		}
		if err := w.root.Rename(stagePath+"/"+m.from, m.to); err != nil {
			return err
		}
	}
	return nil
}

// stale lists what earlier runs wrote and next does not list, each path once, sorted.
func (w *Writer) stale(next *manifest) []string {
	var paths []string
	for top, entries := range w.old.folders {
		now := next.folders[top]
		for i, e := range entries {
			if len(find(now, e.name)) == 0 && (i == 0 || entries[i-1].name != e.name) {
				paths = append(paths, top+"/"+e.name)
			}
		}
	}
	slices.Sort(paths)
	return paths
}

// removeStale removes the paths that are as pzgen wrote them, and folders that became empty by that.
func (w *Writer) removeStale(ctx context.Context, paths []string) error {
	dirs := map[string]bool{}
	for _, p := range paths {
		if err := ctx.Err(); err != nil {
			return err
		}
		removed, err := w.removeOne(p)
		if err != nil {
			return err
		}
		if removed {
			for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
				dirs[dir] = true
			}
		}
	}
	empty := make([]string, 0, len(dirs))
	for dir := range dirs {
		empty = append(empty, dir)
	}
	slices.SortFunc(empty, func(a, b string) int { return strings.Compare(b, a) }) // a folder before the one it is in
	for _, dir := range empty {
		w.root.Remove(dir) // fails, rightly, where something else is left
	}
	return nil
}

// removeOne removes a file if it is as pzgen wrote it; else it counts it as kept.
func (w *Writer) removeOne(p string) (bool, error) {
	top, name, _ := strings.Cut(p, "/")
	t := newTree(w.root)
	defer t.close()
	data, err := t.read(p)
	var stand *ObstructedError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.As(err, &stand), err == nil && !wrote(find(w.old.folders[top], name), sha256.Sum256(data)):
		w.result.Kept = append(w.result.Kept, p)
		return false, nil
	case err != nil:
		return false, err
	}
	if err := w.root.Remove(p); err != nil {
		return false, err
	}
	w.result.Removed++
	return true, nil
}
