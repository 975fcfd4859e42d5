package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// Links within the documentation lead to files that are there.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	links := 0
	for _, page := range append(pages, "../../README.md", "../../CONTRIBUTING.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			}
		}
	}
	if links < 30 {
		t.Errorf("only %d links", links)
	}
}

// docs/architecture.md names every package, in the order of the layers.
func TestPackagesAreDescribed(t *testing.T) {
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "| package | what it does |\n")
	if !ok {
		t.Fatal("there is no table of packages")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	described := func(name string) bool { return strings.Contains(table, "`"+name+"`") }
	for _, p := range packages(t) {
		top, sub, _ := strings.Cut(p.name, "/")
		switch {
		case top == "generators" && sub != "":
			continue // the row of generators/* is for all of them
		case top == "internal" || top == "cmd":
			top += "/" + strings.Split(sub, "/")[0]
		}
		if !described(top) {
			t.Errorf("docs/architecture.md does not say what %s does", top)
		}
	}
	at, product := -1, table[:strings.LastIndex(table, "\n")] // the last row is of what tests import
	for _, l := range layers {
		row := "`" + l.packages + "`"
		if l.packages == "" || !strings.Contains(product, row) {
			continue
		}
		if i := strings.Index(table, row); i < at && !sameRow(table[i:at]) {
			t.Errorf("docs/architecture.md has %s above a package that it may import", l.packages)
		} else {
			at = max(at, i)
		}
	}
}

// sameRow reports whether a part of a table is of one row.
func sameRow(part string) bool { return !strings.Contains(part, "\n") }
