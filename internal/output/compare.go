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
	// [Comparer.Diffs] is set.
	Diff string

	// Hint says what to do about it; it is empty where writing does it.
	Hint string
}

// Comparer holds files against an output folder, and writes nothing. [Comparer.Put] may be called
// from many goroutines at once.
type Comparer struct {
	Diffs bool // make diffs; set before the first Put

	root *os.Root // nil when there is no such folder
	dir  handle   // the same folder
	opts Options
	claims
}

// Open opens an output folder for comparing. A folder that does not exist is an empty one.
func Open(name string, opts Options) (*Comparer, error) {
	c := &Comparer{opts: opts}
	root, err := os.OpenRoot(name)
	if errors.Is(err, fs.ErrNotExist) {
		c.present, c.old = &manifest{}, &manifest{}
		c.next, c.tops, c.names = &manifest{folders: map[string][]entry{}}, map[string]string{},
			map[string]string{}
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	if err := c.load(root, opts.Version); err != nil {
		root.Close()
		return nil, err
	}
	if c.dir, err = openHandle(root); err != nil {
		root.Close()
		return nil, err
	}
	c.root = root
	return c, nil
}

// Put returns the changes that the files of one folder need, sorted by path, the files that are no
// longer in that folder, and what pzgen did not put there. A folder is brought by one call, whole.
func (c *Comparer) Put(files []File) ([]Change, error) {
	top, old, err := c.take(files)
	if err != nil {
		return nil, err
	}
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
		s, data, is, err := t.look(name, f, find(old, name))
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
		case s == mode:
			change.Diff = modeDiff(f, is)
		case c.Diffs && s != linked:
			change.Diff = Diff(f.Path, data, f.Data, s == absent, false)
		}
		changes = append(changes, change)
	}
	orphans, err := c.orphans(top, old)
	if err != nil {
		return nil, err
	}
	strangers, err := c.strangers(t, files, old)
	return sorted(slices.Concat(changes, orphans, strangers)), err
}

// absent returns the changes where nothing is there.
func (c *Comparer) absent(files []File) []Change {
	changes := make([]Change, len(files))
	for i, f := range files {
		changes[i] = Change{Path: f.Path, Status: Missing}
		if c.Diffs {
			changes[i].Diff = Diff(f.Path, nil, f.Data, true, false)
		}
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
func (c *Comparer) orphans(top string, old []entry) ([]Change, error) {
	c.claim.Lock()
	now := c.next.folders[top]
	c.claim.Unlock()
	var changes []Change
	var t *tree
	for i, e := range old {
		p := top + "/" + e.name
		if len(find(now, e.name)) > 0 || !c.opts.owns(p) || i > 0 && old[i-1].name == e.name {
			continue
		}
		if t == nil {
			t = newTree(c.root)
			defer t.close()
		}
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
		status := Orphaned
		if !wrote(find(old, e.name), sha256.Sum256(data)) {
			status = Edited
		}
		change := Change{Path: p, Status: status}
		if c.Diffs {
			change.Diff = Diff(p, data, nil, false, true)
		}
		changes = append(changes, change)
	}
	return changes, nil
}

// Close returns the orphaned files of the folders that were not put, and what else is in the
// output folder. With clean, which says that no Put found anything, it also compares the manifest,
// whose version is no matter.
func (c *Comparer) Close(clean bool) ([]Change, error) {
	if c.root == nil {
		return nil, nil
	}
	defer c.root.Close()
	defer c.dir.close()
	changes, err := c.rest()
	if err != nil {
		return nil, err
	}
	for _, top := range c.old.tops() {
		if c.next.folders[top] != nil {
			continue
		}
		orphans, err := c.orphans(top, c.old.folders[top])
		if err != nil {
			return nil, err
		}
		changes = append(changes, orphans...)
	}
	if clean && len(changes) == 0 && !c.listed() {
		status := Changed
		if c.present.version == "" && len(c.present.folders) == 0 {
			status = Missing
		}
		changes = append(changes, Change{Path: manifestPath, Status: status})
	}
	return sorted(changes), nil
}

// listed reports whether the manifest lists what was put and, of what this run answers for,
// nothing else.
func (c *Comparer) listed() bool {
	folders := 0
	for top, entries := range c.present.folders {
		put, n := c.next.folders[top], 0
		for _, e := range entries {
			if c.opts.Owns != nil && !c.opts.Owns(top+"/"+e.name) && len(find(put, e.name)) == 0 {
				continue
			}
			if n == len(put) || put[n] != e {
				return false
			}
			n++
		}
		if n != len(put) {
			return false
		}
		if n > 0 {
			folders++
		}
	}
	return folders == len(c.next.folders)
}

func modeDiff(f File, is info) string {
	return fmt.Sprintf("old mode 10%04o\nnew mode 10%04o\n", is.octal(), f.Mode)
}
