package spec

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// The examples are laid out as Format lays out.
func TestFormatExamples(t *testing.T) {
	files, _ := filepath.Glob("examples/*.yaml")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out, ds := Format(name, data)
		if ds != nil || !bytes.Equal(out, data) {
			t.Errorf("%s: %v\n%s", name, ds, out)
		}
		// Other layouts of the same come to it, too.
		for what, change := range map[string]func(string) string{
			"line breaks of Windows": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
			"spaces at the ends": func(s string) string {
				if strings.Contains(s, "|\n") {
					return s // in a text they count
				}
				return strings.ReplaceAll(s, "\n", "  \n")
			},
			"empty lines":          func(s string) string { return "\n\n" + strings.ReplaceAll(s, "\n\n", "\n\n\n\n") + "\n\n" },
			"four spaces":          fourSpaces,
			"lists not further in": outdented,
		} {
			again, ds := Format(name, []byte(change(string(data))))
			if ds != nil || !bytes.Equal(again, data) {
				t.Errorf("%s with %s: %v\n%s", name, what, ds, again)
			}
		}
	}
}

// fourSpaces doubles the spaces that lines begin with.
func fourSpaces(s string) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		rest := strings.TrimLeft(line, " ")
		out.WriteString(strings.Repeat(" ", 2*(len(line)-len(rest))))
		if after, ok := strings.CutPrefix(rest, "- "); ok {
			rest = "-   " + after
		}
		out.WriteString(rest)
	}
	return out.String()
}

// outdented has the entries of lists in the column of the key that holds them.
func outdented(s string) string {
	var out strings.Builder
	list := -1 // the column of the list that the lines belong to
	for line := range strings.Lines(s) {
		in := len(line) - len(strings.TrimLeft(line, " "))
		if list >= 0 && in < list && strings.TrimSpace(line) != "" {
			list = -1
		}
		if list < 0 && strings.HasPrefix(line[in:], "- ") {
			list = in
		}
		if list >= 2 && in >= list {
			line = line[2:]
		}
		out.WriteString(line)
	}
	return out.String()
}

// What each layout becomes; one that is not there is refused.
func TestFormat(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/format.txt")
	if err != nil || len(archive.Files)%2 != 0 || len(archive.Files) < 10 {
		t.Fatal(err)
	}
	for i := 0; i < len(archive.Files); i += 2 {
		in, want := archive.Files[i], string(archive.Files[i+1].Data)
		out, ds := Format("pzgen.yaml", in.Data)
		got := string(out)
		if ds != nil {
			got = ds.String()
		}
		if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", in.Name, got, want)
		}
	}
}

// FuzzFormat: what Format returns says the same, and is laid out.
func FuzzFormat(f *testing.F) {
	for _, pattern := range []string{"testdata/*.txtar", "testdata/format.txt"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				f.Fatal(err)
			}
			for _, one := range archive.Files {
				f.Add(one.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		out, ds := Format("pzgen.yaml", data)
		if (out == nil) != (ds != nil) {
			t.Fatalf("%d bytes and %v", len(out), ds)
		}
		if out == nil {
			return
		}
		before, after := (&reader{}).parseYAML(trimBOM(data)), (&reader{}).parseYAML(out)
		if after == nil || !sameNode(before, after) {
			t.Fatalf("it says something else:\n%s", out)
		}
		if strings.Count(string(data), "#") != strings.Count(string(out), "#") {
			t.Errorf("a comment is lost:\n%s", out)
		}
		again, ds := Format("pzgen.yaml", out)
		if ds != nil || !bytes.Equal(again, out) {
			t.Errorf("a second time it is another one: %v\n%q\n%q", ds, out, again)
		}
	})
}
