package output

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
)

// claims is what the manifests say and what this run brings. It is shared by [Writer] and
// [Comparer].
type claims struct {
	opts  Options
	root  *os.Root // nil when there is no output folder
	dir   handle   // the same folder
	lists handle   // the folder of manifests
	have  bool     // there is a folder of manifests

	whole  map[string][]entry // by folder: what the manifest of an earlier version lists
	killed map[string][]entry // what a killed run may have written

	claim   sync.Mutex
	tops    map[string]string // folded name of a folder that was brought: its name
	names   map[string]string // see intern
	renewed []*holding        // the folders whose manifests are not as they are to be

	layouts [][]File // of folders that were checked, with paths below the folder and no data
}

// holding is a folder of the output, as far as manifests know of it.
type holding struct {
	top    string
	listed bool    // it has a manifest
	next   []entry // what its manifest is to list
}

// load reads what manifests there are for all folders, and opens those of each.
func (c *claims) load() (err error) {
	c.tops, c.names = map[string]string{}, map[string]string{}
	if c.root == nil {
		return nil
	}
	if c.whole, err = c.readAll(wholePath); err != nil {
		return err
	}
	if c.killed, err = c.readAll(nextPath); err != nil {
		return err
	}
	own, err := c.dir.sub(ownFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return stands(ownFolder, err)
	}
	defer own.close()
	c.lists, err = own.sub(manifestsPath[len(ownFolder)+1:])
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	c.have = err == nil
	return stands(manifestsPath, err)
}

// release closes what load opened.
func (c *claims) release() {
	if c.have {
		c.lists.close()
		c.have = false
	}
}

// readAll reads a manifest of all folders. It is nil when there is none.
func (c *claims) readAll(name string) (map[string][]entry, error) {
	switch info, err := c.root.Lstat(name); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, stands(name, errLink)
	case !info.Mode().IsRegular():
		return nil, stands(name, errNoFile)
	}
	f, err := c.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	folders := map[string][]entry{}
	err = decode(f, func(p string, sum [sha256.Size]byte) {
		if checkPath(p) == nil {
			top, rest, _ := strings.Cut(p, "/")
			folders[top] = append(folders[top], entry{intern(c.names, rest), sum})
		}
	})
	for top, entries := range folders {
		folders[top] = sortEntries(entries)
	}
	return folders, err
}

// intern returns one string for all that are equal.
func intern(names map[string]string, s string) string {
	same, ok := names[s]
	if !ok {
		same = strings.Clone(s)
		names[same] = same
	}
	return same
}

// folder is a folder of the output: what this run brings, and what earlier ones may have written.
// Both are sorted.
type folder struct {
	top         string
	brings, old []entry
}

// stale returns the names that earlier runs may have written in a folder and this run, which
// answers for them, does not bring.
func (c *claims) stale(f folder) []string {
	var names []string
	for i, e := range f.old {
		if (i == 0 || f.old[i-1].name != e.name) && len(find(f.brings, e.name)) == 0 &&
			c.opts.owns(f.top+"/"+e.name) {
			names = append(names, e.name)
		}
	}
	return names
}

// take notes the files of a folder, which no other call may bring.
func (c *claims) take(files []File) (folder, error) {
	top, err := c.checkFolder(files)
	if err != nil {
		return folder{}, err
	}
	entries := make([]entry, len(files))
	for i, f := range files {
		entries[i] = entry{name: f.Path[len(top)+1:], sum: sha256.Sum256(f.Data)}
	}
	top = strings.Clone(top) // not the whole path
	c.claim.Lock()
	other, twice := c.tops[fold(top)]
	c.tops[fold(top)] = top
	for i := range entries {
		entries[i].name = intern(c.names, entries[i].name)
	}
	c.claim.Unlock()
	if twice {
		return folder{}, fmt.Errorf("two setups have one folder: %q and %q", other, top)
	}
	return c.hold(top, sortEntries(entries))
}

// brought reports whether a folder was taken.
func (c *claims) brought(top string) bool {
	c.claim.Lock()
	defer c.claim.Unlock()
	return c.tops[fold(top)] == top
}

// hold compares the manifest of a folder with the entries that this run brings. What earlier runs
// may have written there is what the manifests list and, where that of the folder is missing or not
// whole, the files that show themselves to be pzgen's.
func (c *claims) hold(top string, brings []entry) (folder, error) {
	data, listed, err := c.manifest(top)
	if err != nil {
		return folder{}, err
	}
	before, killed := c.whole[top], c.killed[top]
	if listed && before == nil && killed == nil && bytes.Equal(data, encode(brings)) {
		return folder{top, brings, brings}, nil
	}
	var old []entry
	for line := range bytes.Lines(data) {
		if name, sum, ok := readEntry(line); ok && checkPath(top+"/"+name) == nil {
			old = append(old, entry{name, sum})
		}
	}
	old = sortEntries(old)
	intact := listed && bytes.Equal(data, encode(old)) || !listed && before != nil
	if !intact {
		signed, err := c.signed(top)
		if err != nil {
			return folder{}, err
		}
		old = slices.Concat(old, signed)
	}
	old = sortEntries(slices.Concat(old, before, killed))
	next := brings
	for _, e := range old {
		if !c.opts.owns(top+"/"+e.name) && len(find(brings, e.name)) == 0 {
			next = append(slices.Clip(next), e)
		}
	}
	next = sortEntries(next)
	if !bytes.Equal(data, encode(next)) && (listed || len(next) > 0) {
		c.claim.Lock()
		defer c.claim.Unlock()
		c.renewed = append(c.renewed, &holding{top, listed, next})
	}
	return folder{top, brings, old}, nil
}

// manifest returns the manifest of a folder as it is.
func (c *claims) manifest(top string) (data []byte, listed bool, err error) {
	if !c.have {
		return nil, false, nil
	}
	data, _, err = c.lists.read(top+".json", make([]byte, 0, 4<<10))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return data, true, stands(manifestOf(top), err)
}

// others returns the folders that manifests list, that this run answers for or that have to be
// listed anew, and that it did not bring, sorted.
func (c *claims) others() ([]string, error) {
	tops := map[string]bool{}
	for top := range c.whole {
		tops[top] = true
	}
	for top := range c.killed {
		tops[top] = true
	}
	if c.have {
		items, err := c.lists.list()
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			top, ok := strings.CutSuffix(i.name, ".json")
			if ok && c.opts.ownsFolder(top) && checkPath(top+"/x") == nil {
				tops[top] = true
			}
		}
	}
	if c.opts.Owns == nil && c.root != nil {
		lost, err := c.lost()
		if err != nil {
			return nil, err
		}
		for _, top := range lost {
			tops[top] = true
		}
	}
	var out []string
	for top := range tops {
		if !c.brought(top) {
			out = append(out, top)
		}
	}
	slices.Sort(out)
	return out, nil
}

// mostLayouts is how many layouts of folders are kept.
const mostLayouts = 16

// checkFolder does what the function of this name does, which takes its time, once for all folders
// that have the same files: of the others only the name of the folder is new.
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
		return ok && len(rest) == len(l.Path)+1 && rest[0] == '/' && rest[1:] == l.Path &&
			f.Mode == l.Mode
	})
}
