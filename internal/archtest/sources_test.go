package archtest

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/modeltest"
	"github.com/pzgen/pzgen/templates"
)

// use is a place that names a page as its source, a call without an edition.
type use struct{ at, source, edition string }

// TestSources holds the sources of templates and calls against the list of those that were looked
// up: one that nobody looked up is found, and so is a row that nothing uses.
func TestSources(t *testing.T) {
	list, err := os.ReadFile("../../templates/sources.txt")
	if err != nil {
		t.Fatal(err)
	}
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	var uses []use
	for _, tm := range lib.Templates {
		uses = append(uses, use{fmt.Sprintf("%s:%d", tm.File, tm.Line), tm.Source, tm.Edition})
	}
	const dir = "../calls"
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	constants := len(uses)
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		text, err := os.ReadFile(dir + "/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		uses = append(uses, pages(f.Name(), string(text))...)
	}
	if n := len(uses) - constants; n < 15 {
		t.Errorf("only %d pages are named in %s", n, dir)
	}
	for _, m := range modeltest.Examples(t) { // those that are not constants
		for _, c := range calls.Deployed(m).Required {
			uses = append(uses, use{m.Name + ", " + c.Workflow, c.Source, ""})
		}
	}
	for _, problem := range unsourced(string(list), uses) {
		t.Error(problem)
	}
}

// TestSourcesFinds breaks the list and what is compared with it.
func TestSourcesFinds(t *testing.T) {
	const list = "# text\n\nguide 2025-11 2026-11-27 all\nguide#part 2025-11 2026-11-27 a part\n"
	good := []use{{"a.yaml:1", "guide#part", "2025-11"}, {"b.go:2", "guide", ""}}
	for _, c := range []struct {
		name, list string
		uses       []use
		want       string
	}{
		{"nothing", list, good, ""},
		{"a new page", list, append(slices.Clone(good), use{"c.yaml:3", "blog", "2025-11"}),
			`c.yaml:3: source "blog" of 2025-11 was not looked up`},
		{"an anchor that is not on it", list,
			append(slices.Clone(good), use{"c.go:3", "guide#elsewhere", ""}),
			`c.go:3: source "guide#elsewhere" was not looked up`},
		{"another edition", list, append(slices.Clone(good), use{"c.yaml:3", "guide", "2026-01"}),
			`c.yaml:3: source "guide" of 2026-01 was not looked up`},
		{"a row that is not used", list, good[:1],
			`sources.txt:3: nothing has the source "guide" of 2025-11`},
		{"a row twice", list + "guide#part 2025-11 2026-11-27 a part\n", good,
			`sources.txt:5: after "guide#part 2025-11"`},
		{"a row without what was read", "guide#part 2025-11 2026-11-27\n", good[:1],
			`sources.txt:1: not a source, an edition, a date and what was read`},
		{"an edition of the future", "guide#part 2027 2026-11-27 a part\n", good[:1],
			`sources.txt:1: looked up before it`},
	} {
		got := strings.Join(unsourced(c.list, c.uses), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, expected %q", c.name, got, c.want)
		}
	}
	got := pages("c.go", "package p\n\nconst pageX = \"guide#part\" // of 2022\n")
	if want := []use{{"c.go:3", "guide#part", ""}}; !slices.Equal(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
}

// pages returns the constants of a Go file whose names begin with "page".
func pages(name, text string) []use {
	var out []use
	for i, line := range strings.Split(text, "\n") {
		for _, m := range pageConstant.FindAllStringSubmatch(line, -1) {
			out = append(out, use{fmt.Sprintf("%s:%d", name, i+1), m[1], ""})
		}
	}
	return out
}

var pageConstant = regexp.MustCompile(`\bpage\w*\s*=\s*"([^"]*)"`)

var sourceRow = regexp.MustCompile(`^(\S+) (\d{4}(?:-\d{2})?) (\d{4}-\d{2}-\d{2}) \S`)

// unsourced returns what is wrong with a list of sources and with what names them.
func unsourced(list string, uses []use) []string {
	var problems []string
	lines := map[string]int{} // of rows, by source and edition
	editions := map[string][]string{}
	last := ""
	for i, line := range strings.Split(list, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		bad := func(format string, args ...any) {
			problems = append(problems, fmt.Sprintf("sources.txt:%d: ", i+1)+fmt.Sprintf(format, args...))
		}
		m := sourceRow.FindStringSubmatch(line)
		if m == nil {
			bad("not a source, an edition, a date and what was read: %q", line)
			continue
		}
		row := m[1] + " " + m[2]
		if row <= last {
			bad("after %q: rows are in order, and each is there once", last)
		}
		if m[2] > m[3] {
			bad("looked up before it was written: %q", row)
		}
		last, lines[row] = row, i+1
		editions[m[1]] = append(editions[m[1]], m[2])
	}
	used := map[string]bool{}
	for _, u := range uses {
		of := ""
		found := editions[u.source]
		if u.edition != "" {
			of = " of " + u.edition
			found = nil
			if lines[u.source+" "+u.edition] > 0 {
				found = []string{u.edition}
			}
		}
		for _, e := range found {
			used[u.source+" "+e] = true
		}
		if len(found) == 0 {
			problems = append(problems, fmt.Sprintf("%s: source %q%s was not looked up: see sources.txt",
				u.at, u.source, of))
		}
	}
	for row, line := range lines {
		if !used[row] {
			source, edition, _ := strings.Cut(row, " ")
			problems = append(problems,
				fmt.Sprintf("sources.txt:%d: nothing has the source %q of %s", line, source, edition))
		}
	}
	slices.Sort(problems)
	return slices.Compact(problems)
}
