package output

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// The files of pzgen's own. Each folder of the output has a manifest for itself, so that no file is
// changed by two branches that each add a setup. While a run moves its files into place, what it
// may write is listed beside them, so that a run after a killed one knows what either may have
// written.
const (
	manifestsPath = ownFolder + "/manifests"          // FOLDER.json, with paths below the folder
	nextPath      = ownFolder + "/manifest.next.json" // with paths below the output folder
	stagePath     = ownFolder + "/stage"

	// wholePath is the one manifest that earlier versions had for all folders, with paths as in
	// nextPath. It is read, and gone after the next run.
	wholePath = ownFolder + "/manifest.json"
)

// manifestOf returns where the manifest of a folder is.
func manifestOf(top string) string { return manifestsPath + "/" + top + ".json" }

// entry is a file that pzgen wrote: its path below its folder, and the SHA-256 of what was written.
type entry struct {
	name string
	sum  [sha256.Size]byte
}

// find returns the entries of a name. There are two, with two sums, after a run that was killed.
func find(entries []entry, name string) []entry {
	i, _ := slices.BinarySearchFunc(entries, name, func(e entry, n string) int {
		return strings.Compare(e.name, n)
	})
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
	slices.SortFunc(entries, func(a, b entry) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return bytes.Compare(a.sum[:], b.sum[:])
	})
	return slices.Compact(entries)
}

// The lines of a manifest around those of its files.
const (
	manifestBegin = "{\n  \"files\": {"
	manifestEnd   = "\n  }\n}\n"
)

// appendEntry appends the line of a file, without its line feed: the first follows a brace, the
// others a comma.
func appendEntry(b []byte, first bool, name string, sum [sha256.Size]byte) []byte {
	if !first {
		b = append(b, ',')
	}
	b = append(b, "\n    "...)
	if plain(name) {
		b = append(append(append(b, '"'), name...), '"')
	} else {
		quoted, err := json.Marshal(name)
		if err != nil {
			panic(err) // a string can always be written
		}
		b = append(b, quoted...)
	}
	return append(hex.AppendEncode(append(b, ": \""...), sum[:]), '"')
}

// encode returns the manifest of a folder: one file a line, sorted by path.
func encode(entries []entry) []byte {
	b := make([]byte, 0, len(manifestBegin)+len(manifestEnd)+112*len(entries))
	b = append(b, manifestBegin...)
	for i, e := range entries {
		b = appendEntry(b, i == 0, e.name, e.sum)
	}
	return append(b, manifestEnd...)
}

// plain reports whether JSON writes s as it is.
func plain[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' ||
			c == '&' {
			return false
		}
	}
	return true
}

// decode hands over the files that the lines of a manifest list. It passes over every other line,
// so that it reads what git leaves of a manifest that two branches changed: the files of both.
// Nothing is known of the names. The error is that of reading.
func decode(r io.Reader, file func(name string, sum [sha256.Size]byte)) error {
	in := bufio.NewReaderSize(r, 1<<16)
	for whole := true; ; {
		line, err := in.ReadSlice('\n')
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return err
		}
		if name, sum, ok := readEntry(line); ok && whole && err != bufio.ErrBufferFull {
			file(name, sum)
		}
		if err == io.EOF {
			return nil
		}
		whole = err == nil // else what follows is the rest of a line that is far too long
	}
}

// readEntry reads the line of a file.
func readEntry(line []byte) (name string, sum [sha256.Size]byte, ok bool) {
	const between = "\": \""
	line = bytes.TrimSuffix(bytes.TrimSpace(line), []byte(","))
	at := len(line) - 1 - 2*sha256.Size // where the sum begins
	if at <= len(between) || line[0] != '"' || line[len(line)-1] != '"' ||
		string(line[at-len(between):at]) != between {
		return "", sum, false
	}
	if _, err := hex.Decode(sum[:], line[at:len(line)-1]); err != nil {
		return "", sum, false
	}
	quoted := line[:at-len(between)+1]
	if inner := quoted[1 : len(quoted)-1]; plain(inner) {
		return string(inner), sum, true
	}
	err := json.Unmarshal(quoted, &name)
	return name, sum, err == nil
}
