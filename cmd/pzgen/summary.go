package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
)

// tally counts what check finds, by setup and status.
type tally struct {
	files   map[string]map[output.Status]int
	total   map[output.Status]int
	fixable bool // generate does something about it
	setups  bool // with --remove-setups
}

func (t *tally) add(ch output.Change) {
	setup, _, in := strings.Cut(ch.Path, "/")
	n := 1
	switch {
	case ch.Setup != nil:
		t.setups = true
		n = len(ch.Setup.Files)
	case setup == ".pzgen":
		setup = "manifests"
	case !in:
		setup = "the output folder itself"
	}
	if t.total == nil {
		t.total, t.files = map[output.Status]int{}, map[string]map[output.Status]int{}
	}
	if t.files[setup] == nil {
		t.files[setup] = map[output.Status]int{}
	}
	t.files[setup][ch.Status] += n
	t.total[ch.Status] += n
	t.fixable = t.fixable || ch.Hint == ""
}

// count returns the number of files.
func (t *tally) count() int {
	n := 0
	for _, of := range t.total {
		n += of
	}
	return n
}

// mostTallied is how many setups a summary names.
const mostTallied = 20

// write writes the numbers of files, of all and by setup.
func (t *tally) write(w io.Writer) {
	fmt.Fprintf(w, "%s not as generated: %s\n", isOrAre(t.count()), numbers(t.total))
	for i, setup := range slices.Sorted(maps.Keys(t.files)) {
		if i == mostTallied {
			fmt.Fprintf(w, "  and more in %d others\n", len(t.files)-mostTallied)
			break
		}
		fmt.Fprintf(w, "  %s: %s\n", findings.Plain(setup), numbers(t.files[setup]))
	}
}

// numbers lists how many files are how.
func numbers(of map[output.Status]int) string {
	var out []string
	for _, s := range []output.Status{output.Missing, output.Changed, output.Edited,
		output.Orphaned, output.Unknown, output.Linked, output.Obstructed} {
		if of[s] > 0 {
			out = append(out, fmt.Sprintf("%d %s", of[s], s))
		}
	}
	return strings.Join(out, ", ")
}
