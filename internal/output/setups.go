package output

import (
	"fmt"
	"path"
	"strings"
)

// Leaving is a setup that earlier runs wrote and this one does not bring.
type Leaving struct {
	Name  string
	Files []string // those that are there, by their paths below its folder
}

// SetupsError names setups of which a run would remove every file, and so what takes them out of
// the account again. Nothing was changed.
type SetupsError struct{ Setups []Leaving }

func (e *SetupsError) Error() string {
	names := make([]string, len(e.Setups))
	for i, s := range e.Setups {
		names[i] = s.Name
	}
	return fmt.Sprintf("every file of %s would be removed, which the spec does not have",
		quoteList(names))
}

// leaving returns what is there of a setup that this run does not bring, as far as the run answers
// for it and pzgen writes files of those names.
func (c *claims) leaving(in folder) Leaving {
	l := Leaving{Name: in.top}
	if IsShared(in.top) || c.brought(in.top) {
		return l
	}
	t := newTree(c.root)
	defer t.close()
	for _, name := range c.stale(in) {
		p := in.top + "/" + name
		if !c.opts.writes(p) {
			continue
		}
		dir, err := t.dir(path.Dir(p))
		if err != nil {
			continue // nothing is removed there
		}
		if info, err := dir.Lstat(path.Base(p)); err == nil && info.Mode().IsRegular() {
			l.Files = append(l.Files, name)
		}
	}
	return l
}

// whole returns the changes of a setup that is to be removed: those that say only that a file is
// not generated any more are one.
func whole(l Leaving, changes []Change) []Change {
	var out []Change
	gone := Leaving{Name: l.Name}
	for _, ch := range changes {
		if ch.Status != Orphaned {
			out = append(out, ch)
			continue
		}
		gone.Files = append(gone.Files, strings.TrimPrefix(ch.Path, l.Name+"/"))
	}
	if gone.Files != nil {
		out = append(out, Change{Path: l.Name, Status: Orphaned, Setup: &gone})
	}
	return out
}
