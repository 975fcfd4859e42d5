package output

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Whatever the layout of a manifest and the names in it, the two readers agree.
func TestManifestLayouts(t *testing.T) {
	sum := func(s string) entry { return entry{sum: sha256.Sum256([]byte(s))} }
	m := &manifest{version: "v1 \"<x>\"", folders: map[string][]entry{}}
	for _, top := range []string{"a", "a-b", "ü & \"q\""} {
		for _, name := range []string{"README.md", "x/<y>", "x/é\u2028", "z"} {
			e := sum(top + name)
			e.name = name
			m.folders[top] = append(m.folders[top], e)
		}
	}
	simple := &manifest{version: "devel", folders: map[string][]entry{"a": m.folders["a"][:1], "b": m.folders["a"][3:]}}
	empty := &manifest{folders: map[string][]entry{}}
	for i, m := range []*manifest{m, simple, empty} {
		var b bytes.Buffer
		if err := m.encode(&b); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{b.String(), string(bytes.ReplaceAll(b.Bytes(), []byte("\n"), nil)), b.String() + "\n"} {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "m"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			got, have, err := readManifest(root, "m")
			root.Close()
			if err != nil || !got.sameFiles(m) || got.version != m.version || have != sha256.Sum256([]byte(text)) {
				t.Errorf("%d: %v\n%+v\n%s", i, err, got, text)
			}
		}
	}
	var b bytes.Buffer
	if err := simple.encode(&b); err != nil {
		t.Fatal(err)
	}
	lines := &manifest{folders: map[string][]entry{}}
	if ok, err := lines.decodeLines(bytes.NewReader(b.Bytes())); !ok || err != nil || !lines.sameFiles(simple) {
		t.Errorf("a plain manifest is not read line by line: %v", err)
	}
}

// A manifest that is not whole is refused, wherever it ends, as is one with a path that leads elsewhere.
func TestManifestBroken(t *testing.T) {
	m := &manifest{version: "devel", folders: map[string][]entry{"a": {{name: "x"}, {name: "y"}}}}
	var b bytes.Buffer
	if err := m.encode(&b); err != nil {
		t.Fatal(err)
	}
	broken := []string{b.String() + "x", string(bytes.Replace(b.Bytes(), []byte("a/x"), []byte("../x"), 1)), string(bytes.Replace(b.Bytes(), []byte("00\","), []byte("0g\","), 1)),
		string(bytes.Replace(b.Bytes(), []byte("\","), []byte("\""), 2))}
	for i := range b.Len() - 2 { // the last line feed may be missing
		broken = append(broken, b.String()[:i])
	}
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for i, text := range broken {
		name := fmt.Sprint(i)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := readManifest(root, name); err == nil {
			t.Errorf("%d: taken: %q", i, text)
		}
	}
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
