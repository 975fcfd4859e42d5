package lint

import (
	"slices"
	"testing"
	"time"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/spec"
)

var today = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func at(rule, file string, line int, names ...string) Finding {
	return Finding{Finding: findings.Finding{Rule: rule, Level: findings.Warning, File: file, Line: line, Col: 1}, Names: names}
}

// A comment is about its line or the next one, names a check and has a reason.
func TestComments(t *testing.T) {
	for _, c := range []struct {
		file, text string
		line       int // of the finding
		want       []string
	}{
		{"t.yaml", "a: 1 # pzgen:ignore PZ171 known\n", 1, nil},
		{"t.yaml", "# pzgen:ignore PZ171 known\na: 1\n", 2, nil},
		{"t.yaml", "# pzgen:ignore PZ171 known\n# another comment\n\na: 1\n", 4, nil},
		{"t.yaml", "# pzgen:ignore PZ171 known\n# pzgen:ignore PZ172 known\na: 1\n", 3, []string{"unused"}},
		{"t.yaml", "  # pzgen:ignore PZ171 until=2026-11-27 known\n  a: 1\n", 2, nil},
		{"t.yaml", "# pzgen:ignore PZ171 until=2026-11-26 known\na: 1\n", 2, []string{"PZ171", "expired"}},
		{"t.yaml", "# pzgen:ignore PZ171 until=2026-02-30 known\na: 1\n", 2, []string{"PZ171", "ignore"}},
		{"t.yaml", "# pzgen:ignore PZ171\na: 1\n", 2, []string{"PZ171", "ignore"}},
		{"t.yaml", "# pzgen:ignore PZ171 until=2027-01-01\na: 1\n", 2, []string{"PZ171", "ignore"}},
		{"t.yaml", "# pzgen:ignore\na: 1\n", 2, []string{"PZ171", "ignore"}},
		{"t.yaml", "# pzgen:ignore PZ099 known\na: 1\n", 2, []string{"PZ171", "ignore"}},
		{"t.yaml", "# pzgen:ignore PZ172 known\na: 1\n", 2, []string{"PZ171", "unused"}},
		{"t.yaml", "# pzgen:ignore PZ171 known\na: 1\nb: 2\n", 3, []string{"PZ171", "unused"}},
		{"t.yaml", "# pzgen:ignored PZ171 known\na: 1\n", 2, []string{"PZ171"}},
		{"t.yaml", "a: \"x#pzgen:ignore PZ171 known\"\n", 1, []string{"PZ171"}},
		{"t.yaml", "// pzgen:ignore PZ171 known\na: 1\n", 2, []string{"PZ171"}},
		{"m.tf", "// pzgen:ignore PZ171 known\na = 1\n", 2, nil},
		{"m.tf", "a = 1 # pzgen:ignore PZ171 known\n", 1, nil},
		{"t.yaml", "# pzgen:ignore PZ171 known\r\na: 1\r\n", 2, nil},
		{"p.json", "# pzgen:ignore PZ171 known\n{}\n", 2, []string{"PZ171"}},
	} {
		s := Setup{Findings: []Finding{at("PZ171", c.file, c.line)}, comments: comments(c.file, []byte(c.text))}
		left, _ := s.Ignore("", nil, today)
		if got := rules(left); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, expected %q", c.text, got, c.want)
		}
	}
}

// What a spec ignores is about a name or a Sid, and what cannot be ignored stays.
func TestIgnoredBySpec(t *testing.T) {
	entry := func(check, about, until string) spec.Ignored {
		return spec.Ignored{Check: check, About: about, Reason: "known", Until: until}
	}
	for _, c := range []struct {
		entry spec.Ignored
		want  []string
	}{
		{entry("PZ171", "data", ""), []string{"PZ160"}},
		{entry("PZ171", "Sid", "2026-11-27"), []string{"PZ160"}},
		{entry("PZ171", "Sid", "2026-11-26"), []string{"PZ160", "PZ171", "expired"}},
		{entry("PZ171", "other", ""), []string{"PZ160", "PZ171", "unused"}},
		{entry("PZ172", "data", ""), []string{"PZ160", "PZ171", "unused"}},
		{entry("PZ160", "data", ""), []string{"PZ160", "PZ171", "ignore"}},
		{entry("PZ199", "data", ""), []string{"PZ160", "PZ171", "ignore"}},
	} {
		s := Setup{Name: "shop", Findings: []Finding{at("PZ171", "x", 1, "data", "Sid"), at("PZ160", "x", 2, "data")}}
		left, _ := s.Ignore("pzgen.yaml", []spec.Ignored{c.entry}, today)
		if got := rules(left); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, expected %q", c.entry, got, c.want)
		}
	}
}

// Lock-out and what everybody may write cannot be ignored.
func TestAlways(t *testing.T) {
	var got []string
	for _, c := range Checks() {
		if c.Always {
			got = append(got, c.ID)
		}
	}
	if want := []string{"PZ140", "PZ142", "PZ143", "PZ160"}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
}
