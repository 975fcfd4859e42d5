package output

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"
)

// FuzzManifest takes any bytes for a manifest: what it lists is listed again when it is written.
func FuzzManifest(f *testing.F) {
	sum := "\"0000000000000000000000000000000000000000000000000000000000000000\""
	for _, s := range []string{"", "{}", "\"a\": " + sum, "\"a\": " + sum + ",\n\"a\": " + sum,
		"<<<<<<< HEAD\n  \"../b\": " + sum, "\"\\u0000\": " + sum, "\": " + sum, "\"a\": \"x\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func(data []byte) (entries []entry) {
			if err := decode(bytes.NewReader(data), func(name string, sum [sha256.Size]byte) {
				entries = append(entries, entry{name, sum})
			}); err != nil {
				t.Fatal(err)
			}
			return entries
		}
		entries := read(data)
		if again := read(encode(entries)); !slices.Equal(entries, again) {
			t.Errorf("written and read again: %v, was %v", again, entries)
		}
	})
}
