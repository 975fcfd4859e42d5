package output

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
	plain, err := m.decodeLines(io.TeeReader(f, h))
	if err == nil && !plain {
		if _, err = f.Seek(0, io.SeekStart); err == nil {
			h.Reset()
			*m = manifest{folders: map[string][]entry{}}
			err = m.decode(io.TeeReader(bufio.NewReaderSize(f, 1<<16), h))
		}
	}
	if err != nil {
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
	names := map[string]string{}
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
			if err := m.add(names, p, []byte(hash)); err != nil {
				return err
			}
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
	m.sort()
	return nil
}

// add lists a file. Setups have files of the same names: names keeps each once.
func (m *manifest) add(names map[string]string, p string, hash []byte) error {
	top, name, _ := strings.Cut(p, "/")
	entries, ok := m.folders[top]
	interned, seen := names[name]
	if !ok || !seen { // else both were checked with others
		if err := checkPath(p); err != nil {
			return err
		}
		interned = intern(names, name)
	}
	e := entry{name: interned}
	if len(hash) != 2*sha256.Size {
		return fmt.Errorf("%q is no SHA-256 of %q", hash, p)
	}
	if _, err := hex.Decode(e.sum[:], hash); err != nil {
		return fmt.Errorf("%q is no SHA-256 of %q", hash, p)
	}
	if !ok {
		top, entries = strings.Clone(top), make([]entry, 0, 16)
	}
	m.folders[top] = append(entries, e)
	return nil
}

func (m *manifest) sort() {
	for top, entries := range m.folders {
		m.folders[top] = sortEntries(entries)
	}
}

// intern gives one string for all that are equal.
func intern(names map[string]string, s string) string {
	same, ok := names[s]
	if !ok {
		same = strings.Clone(s)
		names[same] = same
	}
	return same
}

// decodeLines reads a manifest as encode lays it out, a file a line, which takes a tenth of the time of [manifest.decode]. It is not ok for one of
// another layout, of which it may have read a part.
func (m *manifest) decodeLines(r io.Reader) (ok bool, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	names := map[string]string{}
	for n, more := 0, true; ; n++ {
		line, err := in.ReadSlice('\n')
		if err == io.EOF {
			return false, nil
		}
		if err == bufio.ErrBufferFull {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		line = line[:len(line)-1]
		switch {
		case n == 0:
			ok = string(line) == "{"
		case n == 1:
			version, found := bytes.CutPrefix(line, []byte("  \"version\": "))
			version, comma := bytes.CutSuffix(version, []byte(","))
			ok = found && comma && json.Unmarshal(version, &m.version) == nil
		case n == 2:
			ok = string(line) == "  \"files\": {"
		case string(line) == "  }" && !more:
			m.sort()
			return ends(in)
		default:
			if ok = more; ok {
				ok, more, err = m.line(names, line)
			}
		}
		if err != nil || !ok {
			return false, err
		}
	}
}

// ends reports whether a manifest ends after its files, and reads to its end.
func ends(in *bufio.Reader) (bool, error) {
	rest, err := io.ReadAll(io.LimitReader(in, 3))
	return string(rest) == "}\n", err
}

// line reads one line of the files: path and sum. more says that a comma follows.
func (m *manifest) line(names map[string]string, line []byte) (ok, more bool, err error) {
	const before, between, after = "    \"", "\": \"", "\""
	line, more = bytes.CutSuffix(line, []byte(","))
	line, ok = bytes.CutPrefix(line, []byte(before))
	if !ok || len(line) < len(between)+2*sha256.Size+len(after) {
		return false, more, nil
	}
	line, ok = bytes.CutSuffix(line, []byte(after))
	at := len(line) - 2*sha256.Size
	p, found := bytes.CutSuffix(line[:at], []byte(between))
	if !ok || !found || !plain(p) {
		return false, more, nil
	}
	return true, more, m.add(names, string(p), line[at:])
}

// plain reports whether JSON writes s as it is.
func plain[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
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
			line = append(append(line[:0], comma...), "\n    "...)
			if plain(top) && plain(e.name) {
				line = append(append(append(append(append(line, '"'), top...), '/'), e.name...), '"')
			} else {
				p, err := json.Marshal(top + "/" + e.name)
				if err != nil {
					return err
				}
				line = append(line, p...)
			}
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
