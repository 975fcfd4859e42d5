package report

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/output"
)

// manifest is every file of an output folder, as it was reviewed.
type manifest struct {
	folders []string // of the setups that it covers, beside shared ones; nil is everything
	files   []listed // sorted by path
}

// listed is one file. What is no regular file, or could not be read, has no sum and says so in
// place of its mode.
type listed struct{ path, mode, sum string }

// The first line of a manifest.
const (
	manifestAll     = "# pzgen report, version 1, all folders"
	manifestFolders = "# pzgen report, version 1, folders: "
)

// readManifest reads every file in folders of the output folder and in those that setups share,
// or in all of it where folders is nil. As in the proof, what tools leave behind is left out,
// and so are names in the output folder itself that begin with a dot. The error is
// [fs.ErrNotExist] when there is no such folder.
func readManifest(out string, folders []string) (manifest, error) {
	m := manifest{folders: folders}
	folder, err := output.OpenFolder(out)
	if err != nil {
		return m, err
	}
	defer folder.Close()
	top, err := folder.Names()
	if err != nil {
		return m, err
	}
	for _, name := range top {
		if !isCovered(name, folders) {
			continue
		}
		entries, err := folder.Entries(name, func(p string, _ bool) bool { return !engine.IsLeftover(p) })
		var in *output.ObstructedError
		if errors.As(err, &in) {
			m.files = append(m.files, listed{path: name, mode: "special"})
			continue
		}
		if err != nil {
			return m, err
		}
		for _, e := range entries {
			switch {
			case engine.IsLeftover(e.Path), e.Type == fs.ModeDir:
			case e.Type != 0:
				m.files = append(m.files, listed{path: e.Path, mode: "special"})
			case e.Problem != "":
				m.files = append(m.files, listed{path: e.Path, mode: "unread"})
			default:
				sum := sha256.Sum256(e.Data)
				m.files = append(m.files, listed{e.Path, fmt.Sprintf("%04o", e.Mode),
					hex.EncodeToString(sum[:])})
			}
		}
	}
	slices.SortFunc(m.files, func(a, b listed) int { return strings.Compare(a.path, b.path) })
	return m, nil
}

// isCovered reports whether a page about the setups of folders, or about everything where that is
// nil, is about what has this name in the output folder.
func isCovered(name string, folders []string) bool {
	return folders == nil || output.IsShared(name) || slices.Contains(folders, name)
}

// text returns the manifest as the page shows it: a line for each file, with its SHA-256, its
// mode and its path, which is quoted where a character of it could be misread.
func (m manifest) text() string {
	var b strings.Builder
	if m.folders == nil {
		b.WriteString(manifestAll + "\n")
	} else {
		b.WriteString(manifestFolders + strings.Join(m.folders, " ") + "\n")
	}
	for _, f := range m.files {
		sum := f.sum
		if sum == "" {
			sum = strings.Repeat("-", 2*sha256.Size)
		}
		fmt.Fprintf(&b, "%s  %s  %s\n", sum, f.mode, quoted(f.path))
	}
	return b.String()
}

// sum returns the SHA-256 of the text.
func (m manifest) sum() string {
	sum := sha256.Sum256([]byte(m.text()))
	return hex.EncodeToString(sum[:])
}

// quoted returns a path as it is, or in quotes when it has more than letters of ASCII, digits and
// what usual names of files have.
func quoted(p string) string {
	for _, r := range p {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') &&
			!strings.ContainsRune("/._-+=@,:", r) {
			return strconv.QuoteToASCII(p)
		}
	}
	return p
}

// parseManifest is the reverse of text. It reports whether it is one.
func parseManifest(text string) (m manifest, ok bool) {
	head, rest, _ := strings.Cut(text, "\n")
	if names, some := strings.CutPrefix(head, manifestFolders); some {
		m.folders = strings.Fields(names)
	} else if head != manifestAll {
		return m, false
	}
	for line := range strings.Lines(rest) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), "  ", 3)
		if len(parts) != 3 {
			return m, false
		}
		p := parts[2]
		if strings.HasPrefix(p, `"`) {
			plain, err := strconv.Unquote(p)
			if err != nil {
				return m, false
			}
			p = plain
		}
		m.files = append(m.files, listed{p, parts[1], strings.Trim(parts[0], "-")})
	}
	for _, f := range m.folders {
		if f == "." || f == ".." || path.Base(f) != f {
			return m, false
		}
	}
	return m, m.text() == text // else a line is not as text writes it
}
