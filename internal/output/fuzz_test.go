package output

import (
	"bytes"
	"testing"
)

// FuzzManifest gives any bytes as a manifest: they are refused, or list files that stay in the folder and are listed again when it is written.
func FuzzManifest(f *testing.F) {
	sum := "\"0000000000000000000000000000000000000000000000000000000000000000\""
	for _, s := range []string{"", "{}", `{"version":"1","files":{}}`, `{"version":"1","files":{"a/b":` + sum + `}}`, `{"files":{"a/b":` + sum + `,"a/b":` + sum + `}}`,
		`{"files":{"../b":` + sum + `}}`, `{"files":{"/b":` + sum + `}}`, `{"files":{".pzgen/x":` + sum + `}}`, `{"files":{"a":` + sum + `}}`, `{"files":[]}`, `{"version":1}`, "[[[[", `{"files":{"a/b":"x"}}`, `{} {}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := &manifest{folders: map[string][]entry{}}
		if m.decode(bytes.NewReader(data)) != nil {
			return
		}
		for top, entries := range m.folders {
			for _, e := range entries {
				if err := checkPath(top + "/" + e.name); err != nil {
					t.Errorf("it lists %q: %v", top+"/"+e.name, err)
				}
			}
		}
		var b bytes.Buffer
		if err := m.encode(&b); err != nil {
			t.Fatal(err)
		}
		again := &manifest{folders: map[string][]entry{}}
		if err := again.decode(&b); err != nil || !again.sameFiles(m) {
			t.Errorf("written and read again: %v", err)
		}
	})
}
