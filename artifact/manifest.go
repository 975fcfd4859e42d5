package artifact

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// The files of pzgen's own. While a run moves its files into place, the next manifest lies beside the present one, so that a run after a
// killed one knows what either may have written.
const (
	manifestPath = ownFolder + "/manifest.json"
	nextPath     = ownFolder + "/manifest.next.json"
	stagePath    = ownFolder + "/stage"
)

// entry is a file that pzgen wrote: its path below its folder, and the SHA-256 of what was written.
type entry struct {
	name string
	sum  [sha256.Size]byte
}

// manifest lists what pzgen wrote, by the first element of the path.
type manifest struct {
	version string
	folders map[string][]entry // sorted by name; a name stands twice, with two sums, after a run that was killed
}

// find gives the sums under which name is listed in the entries of a folder.
func find(entries []entry, name string) []entry {
	i, _ := slices.BinarySearchFunc(entries, name, func(e entry, n string) int { return strings.Compare(e.name, n) })
	j := i
	for j < len(entries) && entries[j].name == name {
		j++
	}
	return entries[i:j]
}

// wrote reports whether one of the entries has this sum.
func wrote(entries []entry, sum [sha256.Size]byte) bool {
	return slices.ContainsFunc(entries, func(e entry) bool { return e.sum == sum })
}

// sortEntries sorts by name and drops repeated entries.
func sortEntries(entries []entry) []entry {
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return slices.Compact(entries)
}

// readManifest reads one manifest. A missing one lists nothing, and its sum is zero.
func readManifest(root *os.Root, name string) (*manifest, [sha256.Size]byte, error) {
	m := &manifest{folders: map[string][]entry{}}
	var sum [sha256.Size]byte
	switch info, err := root.Lstat(name); {
	case errors.Is(err, fs.ErrNotExist):
		return m, sum, nil
	case err != nil:
		return nil, sum, err
	case !info.Mode().IsRegular():
		return nil, sum, fmt.Errorf("%s is not a regular file", name)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, sum, err
	}
	defer f.Close()
	h := sha256.New()
	if err := m.decode(io.TeeReader(bufio.NewReaderSize(f, 1<<16), h)); err != nil {
		return nil, sum, fmt.Errorf("%s cannot be read: %w; take it from version control again, or delete it if no generated file was edited", name, err)
	}
	h.Sum(sum[:0])
	return m, sum, nil
}

// decode reads the form that encode writes, token by token because it may list hundreds of thousands of files.
func (m *manifest) decode(r io.Reader) error {
	d := json.NewDecoder(r)
	want := func(t json.Token) error {
		got, err := d.Token()
		if err == nil && got != t {
			err = fmt.Errorf("%v stands where %v is due", got, t)
		}
		return err
	}
	str := func() (string, error) {
		t, err := d.Token()
		s, ok := t.(string)
		if err == nil && !ok {
			err = fmt.Errorf("%v stands where a string is due", t)
		}
		return s, err
	}
	names := map[string]string{} // setups have files of the same names: keep each name once
	files := func() error {
		if err := want(json.Delim('{')); err != nil {
			return err
		}
		for d.More() {
			p, err := str()
			if err != nil {
				return err
			}
			hash, err := str()
			if err != nil {
				return err
			}
			if err := checkPath(p); err != nil {
				return err
			}
			top, name, _ := strings.Cut(p, "/")
			if same, ok := names[name]; ok {
				name = same
			} else {
				name = strings.Clone(name)
				names[name] = name
			}
			e := entry{name: name}
			if len(hash) != 2*sha256.Size {
				return fmt.Errorf("%q is no SHA-256 of %q", hash, p)
			}
			if _, err := hex.Decode(e.sum[:], []byte(hash)); err != nil {
				return fmt.Errorf("%q is no SHA-256 of %q", hash, p)
			}
			m.folders[top] = append(m.folders[top], e)
		}
		return want(json.Delim('}'))
	}
	if err := want(json.Delim('{')); err != nil {
		return err
	}
	for d.More() {
		key, err := str()
		if err != nil {
			return err
		}
		switch key {
		case "version":
			m.version, err = str()
		case "files":
			err = files()
		default:
			err = fmt.Errorf("unknown field %q", key)
		}
		if err != nil {
			return err
		}
	}
	if err := want(json.Delim('}')); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the manifest")
	}
	for top, entries := range m.folders {
		m.folders[top] = sortEntries(entries)
	}
	return nil
}

// encode writes the manifest: one file a line, sorted by path.
func (m *manifest) encode(w io.Writer) error {
	version, err := json.Marshal(m.version)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(b, "{\n  \"version\": %s,\n  \"files\": {", version)
	comma := ""
	var line []byte
	for _, top := range m.tops() {
		for _, e := range m.folders[top] {
			p, err := json.Marshal(top + "/" + e.name)
			if err != nil {
				return err
			}
			line = append(append(append(line[:0], comma...), "\n    "...), p...)
			line = append(hex.AppendEncode(append(line, ": \""...), e.sum[:]), '"')
			b.Write(line)
			comma = ","
		}
	}
	if comma != "" {
		b.WriteString("\n  ")
	}
	b.WriteString("}\n}\n")
	return b.Flush()
}

// sum gives the SHA-256 of what encode writes.
func (m *manifest) sum() (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	err = m.encode(h)
	h.Sum(sum[:0])
	return sum, err
}

// tops gives the folders in the order that sorts whole paths.
func (m *manifest) tops() []string {
	tops := make([]string, 0, len(m.folders))
	for top := range m.folders {
		tops = append(tops, top)
	}
	slices.SortFunc(tops, func(a, b string) int { return bytes.Compare([]byte(a+"/"), []byte(b+"/")) })
	return tops
}

// sameFiles reports whether two manifests list the same files, whichever version wrote them.
func (m *manifest) sameFiles(n *manifest) bool {
	if len(m.folders) != len(n.folders) {
		return false
	}
	for top, entries := range m.folders {
		if !slices.Equal(entries, n.folders[top]) {
			return false
		}
	}
	return true
}

// join gives what m or n list.
func (m *manifest) join(n *manifest) *manifest {
	out := &manifest{version: m.version, folders: make(map[string][]entry, len(m.folders))}
	for top, entries := range m.folders {
		out.folders[top] = entries
	}
	for top, entries := range n.folders {
		out.folders[top] = sortEntries(slices.Concat(out.folders[top], entries))
	}
	return out
}
