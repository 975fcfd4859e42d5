package output

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Status is how something in the output folder is not as it should be.
type Status string

const (
	Changed    Status = "changed"    // would be generated differently now
	Missing    Status = "missing"    // is not there
	Orphaned   Status = "orphaned"   // was generated earlier, and is not any more
	Edited     Status = "edited"     // is not as it was generated: somebody edited it since
	Unknown    Status = "unknown"    // pzgen did not write it
	Linked     Status = "linked"     // a symbolic link, or a file with several names
	Obstructed Status = "obstructed" // no file or folder where one is expected
)

// Change is something that a run would write or remove, or that it would leave and pzgen did not
// put there.
type Change struct {
	Path   string
	Status Status

	// Diff leads from what is there to what should be, as a unified diff; it is empty unless
	// [Comparer.Diffs] is set, and where there is no file or should be none.
	Diff string

	// Hint says what to do about it; it is empty where writing does it.
	Hint string

	// Setup is the setup whose files are all orphaned; then Path is its folder, and writing
	// removes it with [Options.RemoveSetups] alone.
	Setup *Leaving
}

// Comparer holds files against an output folder, and writes nothing. [Comparer.Put] may be called
// from many goroutines at once.
type Comparer struct {
	Diffs bool // make diffs; set before the first Put

	claims
}

// Open opens an output folder for comparing. A folder that does not exist is an empty one.
func Open(name string, opts Options) (*Comparer, error) {
	c := &Comparer{claims: claims{opts: opts}}
	root, err := os.OpenRoot(name)
	if errors.Is(err, fs.ErrNotExist) {
		return c, c.load()
	}
	if err != nil {
		return nil, err
	}
	if c.dir, err = openHandle(root); err != nil {
		root.Close()
		return nil, err
	}
	c.root = root
	if err := c.load(); err != nil {
		c.release()
		c.dir.close()
		root.Close()
		return nil, err
	}
	return c, nil
}

// Put returns the changes that the files of one folder need, sorted by path, the files that are no
// longer in that folder, and what pzgen did not put there. A folder is brought by one call, whole.
func (c *Comparer) Put(files []File) ([]Change, error) {
	in, err := c.take(files)
	if err != nil {
		return nil, err
	}
	top := in.top
	if c.root == nil {
		return c.absent(files), nil
	}
	own, err := c.dir.sub(top)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c.absent(files), nil
	case err != nil:
		change, err := obstructed(stands(top, err))
		return []Change{change}, err
	}
	defer own.close()
	t := newWalk(own, top)
	defer t.close()
	var changes []Change
	for _, f := range files {
		name := f.Path[len(top)+1:]
		s, data, is, err := t.look(name, f, find(in.old, name))
		if err != nil {
			change, err := obstructed(err)
			if err != nil {
				return nil, err
			}
			changes = append(changes, change)
			continue
		}
		status := Changed
		switch s {
		case same:
			continue
		case absent:
			status = Missing
		case edited:
			status = Edited
		case linked:
			status = Linked
		}
		change := Change{Path: f.Path, Status: status}
		switch {
		case !c.Diffs:
		case s == mode:
			change.Diff = modeDiff(f, is)
		case s != linked && s != absent:
			change.Diff = Diff(f.Path, data, f.Data)
		}
		changes = append(changes, change)
	}
	orphans, err := c.orphans(in)
	if err != nil {
		return nil, err
	}
	strangers, err := c.strangers(t, files, in.old)
	return sorted(slices.Concat(changes, orphans, strangers)), err
}

// absent returns the changes where nothing is there.
func (c *Comparer) absent(files []File) []Change {
	changes := make([]Change, len(files))
	for i, f := range files {
		changes[i] = Change{Path: f.Path, Status: Missing}
	}
	return sorted(changes)
}

// sorted sorts changes by path and leaves out those that are told twice, as a link on the way to
// several files is.
func sorted(changes []Change) []Change {
	slices.SortStableFunc(changes, func(a, b Change) int {
		return strings.Compare(a.Path, b.Path)
	})
	return slices.CompactFunc(changes, func(a, b Change) bool { return a.Path == b.Path })
}

// obstructed returns an [ObstructedError] as a change, and any other error.
func obstructed(err error) (Change, error) {
	var in *ObstructedError
	if !errors.As(err, &in) {
		return Change{}, err
	}
	if in.Link {
		return Change{Path: in.Path, Status: Linked, Hint: "replace the link by what it points " +
			"to, or remove it"}, nil
	}
	return Change{Path: in.Path, Status: Obstructed, Hint: "move it away: it " + in.Problem}, nil
}

// orphans finds the files of a folder that this run does not bring.
func (c *Comparer) orphans(in folder) ([]Change, error) {
	var changes []Change
	t := newTree(c.root)
	defer t.close()
	for _, name := range c.stale(in) {
		p := in.top + "/" + name
		data, err := t.read(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			change, err := obstructed(err)
			if err != nil {
				return nil, err
			}
			changes = append(changes, change)
			continue
		}
		if !c.isOwn(p, data) {
			changes = append(changes, Change{Path: p, Status: Unknown, Hint: hintUnknown})
			continue
		}
		status := Orphaned
		if !wrote(find(in.old, name), sha256.Sum256(data)) {
			status = Edited
		}
		changes = append(changes, Change{Path: p, Status: status})
	}
	return changes, nil
}

// Close returns the orphaned files of the folders that were not put, and what else is in the
// output folder. With clean, which says that no Put found anything, it also tells of manifests
// that are not as they are to be.
func (c *Comparer) Close(clean bool) ([]Change, error) {
	if c.root == nil {
		return nil, nil
	}
	defer c.root.Close()
	defer c.dir.close()
	defer c.release()
	others, err := c.others()
	if err != nil {
		return nil, err
	}
	left := map[string]folder{}
	var changes []Change
	for _, top := range others {
		in, err := c.hold(top, nil)
		if err != nil {
			return nil, err
		}
		orphans, err := c.orphans(in)
		if err != nil {
			return nil, err
		}
		left[top] = in
		if l := c.leaving(in); l.Files != nil {
			orphans = whole(l, orphans)
		}
		changes = append(changes, orphans...)
	}
	rest, err := c.rest(left)
	if err != nil {
		return nil, err
	}
	changes = append(rest, changes...)
	if clean && len(changes) == 0 {
		changes = c.manifests()
	}
	ignore, err := c.ignoreChanges()
	return sorted(append(changes, ignore...)), err
}

// manifests returns the manifests that are not as they are to be.
func (c *Comparer) manifests() []Change {
	if c.whole != nil { // there are none of the folders
		return []Change{{Path: wholePath, Status: Changed}}
	}
	var changes []Change
	for _, h := range c.renewed {
		change := Change{Path: manifestOf(h.top), Status: Changed}
		switch {
		case !h.listed:
			change.Status = Missing
		case len(h.next) == 0:
			change.Status = Orphaned
		}
		changes = append(changes, change)
	}
	return changes
}

func modeDiff(f File, is info) string {
	return fmt.Sprintf("old mode 10%04o\nnew mode 10%04o\n", is.octal(), f.Mode)
}
