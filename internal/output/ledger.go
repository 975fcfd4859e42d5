package output

import (
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
)

// claims is what the manifests say and what this run brings. It is shared by [Writer] and [Comparer].
type claims struct {
	present    *manifest // as manifest.json has it
	presentSum [sha256.Size]byte
	killed     *manifest // as manifest.next.json of a killed run has it
	old        *manifest // both: all that earlier runs may have written

	claim sync.Mutex
	next  *manifest         // what this run brings
	tops  map[string]string // folded name of a folder: its name
	names map[string]string // see intern

	layouts [][]File // of folders that were checked, with paths below the folder and no data
}

func (c *claims) load(root *os.Root, version string) (err error) {
	if c.present, c.presentSum, err = readManifest(root, manifestPath); err != nil {
		return err
	}
	if c.killed, _, err = readManifest(root, nextPath); err != nil {
		return err
	}
	c.old = c.present.join(c.killed)
	c.next = &manifest{version: version, folders: map[string][]entry{}}
	c.tops, c.names = map[string]string{}, map[string]string{}
	return nil
}

// take notes the files of a folder, which no other call may bring, and gives the folder and what earlier runs wrote in it.
func (c *claims) take(files []File) (top string, old []entry, err error) {
	if top, err = c.checkFolder(files); err != nil {
		return "", nil, err
	}
	entries := make([]entry, len(files))
	for i, f := range files {
		entries[i] = entry{name: f.Path[len(top)+1:], sum: sha256.Sum256(f.Data)}
	}
	top = strings.Clone(top) // not the whole path
	c.claim.Lock()
	defer c.claim.Unlock()
	if other, ok := c.tops[fold(top)]; ok {
		return "", nil, fmt.Errorf("two setups have one folder: %q and %q", other, top)
	}
	c.tops[fold(top)] = top
	for i := range entries {
		entries[i].name = intern(c.names, entries[i].name)
	}
	entries = sortEntries(entries)
	if same := c.old.folders[top]; slices.Equal(entries, same) {
		entries = same
	}
	c.next.folders[top] = entries
	return top, c.old.folders[top], nil
}

// mostLayouts is how many layouts of folders are kept.
const mostLayouts = 16

// checkFolder does what the function of this name does, which takes its time, once for all folders that have the same files: of the others only the name of the
// folder is new.
func (c *claims) checkFolder(files []File) (top string, err error) {
	c.claim.Lock()
	layouts := c.layouts
	c.claim.Unlock()
	if len(files) > 0 {
		top, _, _ = strings.Cut(files[0].Path, "/")
		for _, l := range layouts {
			if laidOut(files, top, l) {
				return top, checkPath(files[0].Path)
			}
		}
	}
	if top, err = checkFolder(files); err != nil || len(layouts) >= mostLayouts {
		return top, err
	}
	l := make([]File, len(files))
	for i, f := range files {
		l[i] = File{Path: strings.Clone(f.Path[len(top)+1:]), Mode: f.Mode}
	}
	c.claim.Lock()
	defer c.claim.Unlock()
	c.layouts = append(slices.Clip(layouts), l)
	return top, nil
}

// laidOut reports whether files of a folder are those of a layout, in its order.
func laidOut(files []File, top string, layout []File) bool {
	return slices.EqualFunc(files, layout, func(f, l File) bool {
		rest, ok := strings.CutPrefix(f.Path, top)
		return ok && len(rest) == len(l.Path)+1 && rest[0] == '/' && rest[1:] == l.Path && f.Mode == l.Mode
	})
}
