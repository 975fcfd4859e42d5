package output

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Commit moves everything that was put into place, then removes what earlier runs wrote and this one
// did not, then renews the manifests. It fails before anything changed, with a [ForeignError] when a
// file is in the way that pzgen did not write, and with a [SetupsError] when all files of a setup
// would go. When it fails later, or the process is killed, each
// file is either old or new, and the next run ends in the same state as this one would have.
// It ends the Writer in any case.
func (w *Writer) Commit(ctx context.Context) (Result, error) {
	defer w.close()
	if len(w.foreign) > 0 {
		slices.Sort(w.foreign)
		return Result{}, &ForeignError{Paths: w.foreign}
	}
	others, err := w.others()
	if err != nil {
		return Result{}, err
	}
	var leaving []Leaving
	for _, top := range others {
		in, err := w.hold(top, nil)
		if err != nil {
			return Result{}, err
		}
		w.leave(in)
		if l := w.leaving(in); l.Files != nil {
			leaving = append(leaving, l)
		}
	}
	if leaving != nil && !w.opts.RemoveSetups {
		return Result{}, &SetupsError{leaving}
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	// What this run may write is listed before the first file moves, in case it is killed. What an
	// earlier killed run wrote must stay listed until then, too.
	slices.SortFunc(w.renewed, func(a, b *holding) int { return strings.Compare(a.top, b.top) })
	if len(w.renewed) > 0 {
		if err := w.writeNext(); err != nil {
			return Result{}, err
		}
	}
	if err := w.writeIgnore(); err != nil {
		return Result{}, err
	}
	if err := w.move(ctx); err != nil {
		return Result{}, err
	}
	if err := w.removeGone(ctx); err != nil {
		return Result{}, err
	}
	if err := w.renew(ctx); err != nil {
		return Result{}, err
	}
	w.created = ""
	slices.Sort(w.result.Edited)
	slices.Sort(w.result.Forced)
	slices.Sort(w.result.Kept)
	return w.result, nil
}

// writeNext lists what this run may write and what a killed one may have written.
func (w *Writer) writeNext() error {
	from, err := w.stage()
	if err != nil {
		return err
	}
	from = stagePath + "/" + from
	f, err := w.root.OpenFile(from, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(f, 1<<16)
	b.WriteString(manifestBegin)
	var line []byte
	first := true
	list := func(top string, entries []entry) {
		for _, e := range entries {
			line, first = appendEntry(line[:0], first, top+"/"+e.name, e.sum), false
			b.Write(line)
		}
	}
	for _, h := range w.renewed {
		list(h.top, h.next)
	}
	for top, entries := range w.killed {
		list(top, entries)
	}
	b.WriteString(manifestEnd)
	if err := b.Flush(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return w.root.Rename(from, nextPath)
}

// renew brings the manifests up to date, each atomically, and removes those of all folders.
func (w *Writer) renew(ctx context.Context) error {
	if !w.have && len(w.renewed) > 0 {
		if err := w.root.Mkdir(manifestsPath, 0o755); err != nil {
			return err
		}
		own, err := w.dir.sub(ownFolder)
		if err != nil {
			return stands(ownFolder, err)
		}
		w.lists, err = own.sub(path.Base(manifestsPath))
		own.close()
		if err != nil {
			return stands(manifestsPath, err)
		}
		w.have = true
	}
	for _, h := range w.renewed {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(h.next) == 0 {
			if err := w.root.Remove(manifestOf(h.top)); err != nil {
				return err
			}
			continue
		}
		from, err := w.stage()
		if err != nil {
			return err
		}
		if err := w.ready.create(from, 0o644, encode(h.next)); err != nil {
			return err
		}
		if err := w.place(from, w.lists, manifestsPath, h.top+".json"); err != nil {
			return err
		}
	}
	if w.whole != nil {
		if err := w.root.Remove(wholePath); err != nil {
			return err
		}
	}
	if len(w.renewed) > 0 || w.killed != nil {
		return w.root.Remove(nextPath)
	}
	return nil // a folder that cannot be written is fine when there is nothing to write
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
			if err := w.place(m.from, w.dir, ".", m.to); err != nil {
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

// removeGone removes what this run does not write any more and is as pzgen wrote it, and folders
// that became empty by that.
func (w *Writer) removeGone(ctx context.Context) error {
	slices.SortFunc(w.gone, func(a, b gone) int { return strings.Compare(a.path, b.path) })
	dirs := map[string]bool{}
	for _, g := range w.gone {
		if err := ctx.Err(); err != nil {
			return err
		}
		removed, err := w.removeOne(g)
		if err != nil {
			return err
		}
		if removed {
			for dir := path.Dir(g.path); dir != "."; dir = path.Dir(dir) {
				dirs[dir] = true
			}
		}
	}
	empty := make([]string, 0, len(dirs))
	for dir := range dirs {
		empty = append(empty, dir)
	}
	// A folder comes before the one it is in.
	slices.SortFunc(empty, func(a, b string) int { return strings.Compare(b, a) })
	for _, dir := range empty {
		w.root.Remove(dir) // fails, rightly, where something else is left
	}
	return nil
}

// removeOne removes a file if it is as pzgen wrote it, and of a name that pzgen writes or with its
// header: somebody may have listed another one in a manifest. Else it counts it as kept.
func (w *Writer) removeOne(g gone) (bool, error) {
	t := newTree(w.root)
	defer t.close()
	data, err := t.read(g.path)
	var stand *ObstructedError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.As(err, &stand), err == nil && !(wrote(g.sums, sha256.Sum256(data)) &&
		w.isOwn(g.path, data)):
		w.result.Kept = append(w.result.Kept, g.path)
		return false, nil
	case err != nil:
		return false, err
	}
	if err := w.root.Remove(g.path); err != nil {
		return false, err
	}
	w.result.Removed++
	return true, nil
}
