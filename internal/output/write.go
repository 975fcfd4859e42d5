package output

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// Options are what a run tells about itself.
type Options struct {
	// Owns tells which paths this run answers for. Files of other paths that an earlier run wrote
	// are no concern of this run: they are neither removed nor reported, and stay listed. Nil: all
	// paths. OwnsFolder tells whether there may be such a path in a folder of the output; nil: in
	// each.
	Owns, OwnsFolder func(path string) bool

	// Writes tells which paths some version of pzgen writes: nothing else is taken for pzgen's or
	// removed, unless its first lines say that it is pzgen's. Nil: all paths.
	Writes func(path string) bool

	// Ignore is what the file .gitignore in the output folder is to hold, which begins with
	// [IgnoreMark]. One without that is left as it is. "": none is written.
	Ignore string

	// Force overwrites files that pzgen did not write where it has others to write. It follows no
	// link, and removes nothing.
	Force bool

	// RemoveSetups removes the files of setups that this run does not bring and answers for; else
	// it is refused.
	RemoveSetups bool

	// OwnFile tells which files, and folders with all that is in them, are the user's own. data
	// reads a file, and is nil for a folder. What else pzgen did not write is reported by a
	// [Comparer] in the folders that it is given, and, with Closed, in the output folder itself;
	// names there that begin with a dot are left alone.
	OwnFile func(path string, data func() ([]byte, error)) bool
	Closed  bool
}

func (o Options) owns(p string) bool { return o.Owns == nil || o.Owns(p) }

func (o Options) ownsFolder(top string) bool { return o.OwnsFolder == nil || o.OwnsFolder(top) }

func (o Options) writes(p string) bool { return o.Writes == nil || o.Writes(p) }

// Result is what a run did.
type Result struct {
	Written, Unchanged, Removed int

	// Edited were overwritten although somebody had edited them since they were generated, and
	// Forced although pzgen did not write them. Kept are no longer generated, but were edited, or
	// are of a name that pzgen never writes, so they were left where they are and are no longer
	// pzgen's. All are sorted.
	Edited, Forced, Kept []string
}

// Writer writes into one output folder. [Writer.Put] may be called from many goroutines at once; then either [Writer.Commit] or
// [Writer.Abort] ends it.
type Writer struct {
	name    string // of the output folder
	created string // the topmost folder that had to be made, or ""
	unlock  func()
	claims

	mu      sync.Mutex
	staged  int
	ready   handle // the stage folder, once something is staged
	moves   []move
	gone    []gone
	foreign []string
	result  Result
}

// gone is a file that an earlier run wrote and this one does not, and what it may hold.
type gone struct {
	path string
	sums []entry
}

// move is a file or folder that is ready, by its name in the stage folder, and its place.
type move struct{ from, to string }

// Create opens an output folder for writing and makes it if need be. It waits while another process writes there, and removes what a
// killed run left in its stage folder.
func Create(ctx context.Context, name string, opts Options) (_ *Writer, err error) {
	w := &Writer{name: name, created: firstMissing(name)}
	w.opts = opts
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	own := filepath.Join(name, ownFolder)
	if info, err := os.Lstat(own); err == nil && !info.IsDir() {
		return nil, &ObstructedError{Path: own, Problem: "is not a folder: move it away"}
	}
	if w.unlock, err = lock(ctx, own); err != nil {
		return nil, err
	}
	if w.root, err = os.OpenRoot(name); err != nil {
		return nil, err
	}
	if w.dir, err = openHandle(w.root); err != nil {
		w.root.Close()
		w.root = nil
		return nil, err
	}
	if _, err := w.root.Lstat(stagePath); err == nil {
		if err := w.root.RemoveAll(stagePath); err != nil {
			return nil, err
		}
	}
	return w, w.load()
}

// firstMissing returns the topmost folder on the way to name that is not there, or "".
func firstMissing(name string) string {
	missing := ""
	for p := filepath.Clean(name); ; p = filepath.Dir(p) {
		if _, err := os.Lstat(p); err == nil || !errors.Is(err, fs.ErrNotExist) || p == filepath.Dir(p) {
			return missing
		}
		missing = p
	}
}

// Put makes the files of one folder ready and gives how many of them differ from what is there.
// They be in that folder only after [Writer.Commit]. A folder is brought by one call, whole.
func (w *Writer) Put(files []File) (changed int, err error) {
	in, err := w.take(files)
	if err != nil {
		return 0, err
	}
	top := in.top
	w.leave(in)
	own, err := w.dir.sub(top)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return len(files), w.stageFolder(top, files)
	case err != nil:
		return 0, stands(top, err)
	}
	defer own.close()
	t := newWalk(own, top)
	defer t.close()
	var moves []move
	var hand, forced, foreigners []string
	var signed []entry // see claims.signed; read when it is needed
	for _, f := range files {
		name := f.Path[len(top)+1:]
		s, _, _, err := t.look(name, f, find(in.old, name))
		if err == nil && s == foreign && signed == nil {
			signed, err = w.signed(top)
			signed = append(sortEntries(signed), entry{}) // no nil
		}
		switch {
		case err != nil:
			return 0, err
		case s == same:
			continue
		case s == edited:
			hand = append(hand, f.Path)
		case s == foreign && len(find(signed, name)) > 0: // its manifest was merged badly
		case s == foreign && w.opts.Force:
			forced = append(forced, f.Path)
		case s == foreign:
			foreigners = append(foreigners, f.Path)
		}
		from, err := w.stage()
		if err != nil {
			return 0, err
		}
		if err := w.ready.create(from, f.Mode, f.Data); err != nil {
			return 0, err
		}
		moves = append(moves, move{from, f.Path})
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moves = append(w.moves, moves...)
	w.foreign = append(w.foreign, foreigners...)
	w.result.Edited = append(w.result.Edited, hand...)
	w.result.Forced = append(w.result.Forced, forced...)
	w.result.Written += len(moves)
	w.result.Unchanged += len(files) - len(moves)
	return len(moves), nil
}

// leave notes what of a folder this run does not bring any more.
func (w *Writer) leave(in folder) {
	names := w.stale(in)
	if names == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range names {
		w.gone = append(w.gone, gone{in.top + "/" + name, find(in.old, name)})
	}
}

// stage returns a fresh name in the stage folder.
func (w *Writer) stage() (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.staged == 0 {
		if err := w.root.Mkdir(stagePath, 0o755); err != nil {
			return "", err
		}
		own, err := w.dir.sub(ownFolder)
		if err != nil {
			return "", stands(ownFolder, err)
		}
		defer own.close()
		if w.ready, err = own.sub(path.Base(stagePath)); err != nil {
			return "", stands(stagePath, err)
		}
	}
	w.staged++
	return strconv.Itoa(w.staged), nil
}

// stageFolder makes a folder ready that is not there yet: it moves into place as a whole.
func (w *Writer) stageFolder(top string, files []File) error {
	from, err := w.stage()
	if err != nil {
		return err
	}
	if err := w.ready.mkdir(from); err != nil {
		return err
	}
	dir, err := w.ready.sub(from)
	if err != nil {
		return stands(stagePath+"/"+from, err)
	}
	defer dir.close()
	t := newWalk(dir, stagePath+"/"+from)
	defer t.close()
	for _, f := range files {
		if err := t.create(f.Path[len(top)+1:], f); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moves = append(w.moves, move{from, top})
	w.result.Written += len(files)
	return nil
}

// Abort returns up what was put. The output folder is as it was before [Create]. After
// [Writer.Commit] it does nothing.
func (w *Writer) Abort() { w.close() }

func (w *Writer) close() {
	if w.root != nil {
		if w.staged > 0 {
			w.ready.close()
			w.staged = 0
		}
		w.release()
		w.dir.close()
		w.root.RemoveAll(stagePath)
		w.root.Remove(ownFolder) // fails unless it is empty, as it was before
		w.root.Close()
		w.root = nil
	}
	if w.unlock != nil {
		w.unlock()
		w.unlock = nil
	}
	if w.created != "" {
		removeEmpty(w.name, w.created)
		w.created = ""
	}
}

// removeEmpty removes the folder name and those above it up to top, as far as they are empty.
func removeEmpty(name, top string) {
	for p := filepath.Clean(name); ; p = filepath.Dir(p) {
		if os.Remove(p) != nil || p == top {
			return
		}
	}
}

// ForeignError names files that stand where this run has others to write, and that pzgen did not write.
type ForeignError struct{ Paths []string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("pzgen did not write %s (not listed in %s, without its header, and not what "+
		"it would write)", quoteList(e.Paths), manifestsPath)
}

// quoteList quotes the first few of a list.
func quoteList(list []string) string {
	const most = 5
	var quoted []string
	for i, s := range list {
		if i == most {
			quoted = append(quoted, fmt.Sprintf("%d more", len(list)-most))
			break
		}
		quoted = append(quoted, strconv.Quote(s))
	}
	return strings.Join(quoted, ", ")
}
