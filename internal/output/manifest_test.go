package output

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// listedIn returns the files that a manifest lists.
func listedIn(t *testing.T, data []byte) (entries []entry) {
	t.Helper()
	err := decode(bytes.NewReader(data), func(name string, sum [sha256.Size]byte) {
		entries = append(entries, entry{name, sum})
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func entryOf(name string) entry { return entry{name, sha256.Sum256([]byte(name))} }

// What is written is read again, whatever the names are.
func TestManifestNames(t *testing.T) {
	want := sortEntries([]entry{entryOf("README.md"), entryOf("x/<y>"), entryOf("x/é\u2028"),
		entryOf("ü & \"q\""), entryOf("z")})
	if got := listedIn(t, encode(want)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Of a manifest that is not whole, the lines that are count, of both sides where git left a
// conflict.
func TestManifestBroken(t *testing.T) {
	a, b, c := entryOf("a"), entryOf("b"), entryOf("c")
	line := func(e entry) string { return fmt.Sprintf("    %q: \"%x\",\n", e.name, e.sum) }
	for _, test := range []struct {
		text string
		want []entry
	}{
		{"", nil},
		{"{}", nil},
		{"{\n  \"files\": {\n" + line(a), []entry{a}},
		{"<<<<<<< HEAD\n" + line(a) + "=======\n" + line(b) + ">>>>>>> b\n" + line(c) + "  }\n}\n",
			[]entry{a, b, c}},
		{line(a) + strings.Repeat("x", 1<<17) + line(b) + line(c), []entry{a, c}},
		{strings.Replace(line(a), "\": \"", "\":\"", 1) + line(b), []entry{b}},
		{line(a)[:40] + "\n" + line(b), []entry{b}},
		{strings.Replace(line(a), fmt.Sprintf("%x", a.sum), strings.Repeat("g", 64), 1), nil},
		{"\": \"" + strings.Repeat("0", 64) + "\"", nil},
	} {
		if got := listedIn(t, []byte(test.text)); !slices.Equal(got, test.want) {
			t.Errorf("%.200q lists %v, want %v", test.text, got, test.want)
		}
	}
}
