package docs

import (
	"slices"
	"strings"
	"testing"
)

// Every item of the page is there, whole, and nothing of the page around them.
func TestNotProved(t *testing.T) {
	items := NotProved()
	_, section, ok := strings.Cut(proof, "\n## What is not proved\n")
	if !ok || len(items) < 10 || len(items) != strings.Count(section, "\n- ") {
		t.Fatalf("%d items", len(items))
	}
	if got, want := strings.Fields(strings.Join(items, " ")),
		strings.Fields(strings.ReplaceAll(section, "\n- ", "\n")); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nthe page has\n%q", got, want)
	}
	// Without its section there is no limit that a page could leave out unseen.
	if got := listOf("# A\n\n- b\n", "## What is not proved"); got != nil {
		t.Errorf("of a page without the section: %q", got)
	}
}
