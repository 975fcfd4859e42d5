package artifact

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
	if top, err = checkFolder(files); err != nil {
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
