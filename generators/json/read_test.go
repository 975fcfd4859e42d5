package json

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/modeltest"
	"github.com/pzgen/pzgen/internal/output"
)

// input returns what the reader gets for printed files.
func input(m *model.Setup, files []output.File) deployed.Input {
	return deployed.Input{Dir: m.Name + "/policies", Files: files}
}

func printed(t testing.TB, m *model.Setup) []output.File {
	t.Helper()
	files, err := Print(m)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func state(t testing.TB, in deployed.Input) deployed.State {
	t.Helper()
	read, err := Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	s, err := read(deployed.Values{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// all are the setups of the examples, and one whose values try to break out.
func all(t testing.TB) []*model.Setup { return append(modeltest.Examples(t), setup()) }

// What is printed is read as what is wanted, whatever values an environment has.
func TestReadsWhatIsPrinted(t *testing.T) {
	documents, created := 0, 0
	for _, m := range all(t) {
		have := state(t, input(m, printed(t, m)))
		for n := range 3 {
			want := Want(m)
			if n > 0 {
				want = want.Fill(m.SyntheticEnv(n))
			}
			for _, d := range deployed.Match(want, have) {
				t.Errorf("%s: %s", m.Name, d)
			}
			if len(want.Documents) != len(m.Docs()) {
				t.Errorf("%s: %d documents are wanted of %d", m.Name, len(want.Documents), len(m.Docs()))
			}
			for _, d := range want.Documents {
				if refs := d.Policy.Document.Refs(); len(refs) > 0 {
					t.Errorf("%s: %s has references, which JSON cannot hold: %v", m.Name, d.Name, refs)
				}
			}
		}
		documents += len(have.Documents)
		created += len(Unresolved(m))
	}
	if documents < 50 || created < 2 {
		t.Errorf("only %d documents, %d placeholders", documents, created)
	}
}

func TestPlaces(t *testing.T) {
	m := setup()
	files := printed(t, m)
	d := state(t, input(m, files)).Documents[0]
	if d.Name != "role-policy.json" || d.Policy.At != (deployed.Place{Path: files[0].Path, Line: 1, Col: 1}) {
		t.Errorf("%s is at %v", d.Name, d.Policy.At)
	}
	if len(d.Policy.Statements) != 2 || d.Policy.Statements[1] != (deployed.Place{Path: files[0].Path, Line: 14, Col: 5}) {
		t.Errorf("statements are at %v", d.Policy.Statements)
	}
}

const anyPolicy = `{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`

// What is no policy document is told with its place, and the rest is read all the same.
func TestUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		path, data string
		own        bool
		at, says   string
	}{
		"not JSON":        {"a.json", "{", false, "x/policies/a.json:1:2", "end of input"},
		"empty":           {"a.json", "", false, "x/policies/a.json:1:1", "end of input"},
		"byte order mark": {"a.json", "\ufeff" + anyPolicy, false, "x/policies/a.json:1:1", "without"},
		"not UTF-8":       {"a.json", "{\"Id\": \"\xff\"}", false, "x/policies/a.json:1:9", "0xff"},
		"UTF-16":          {"a.json", "\xff\xfe{\x00}\x00", false, "x/policies/a.json:1:1", "UTF-16"},
		"comment":         {"a.json", "// x\n" + anyPolicy, false, "x/policies/a.json:1:1", `'/'`},
		"two documents":   {"a.json", anyPolicy + "\n" + anyPolicy, false, "x/policies/a.json:2:1", "after the end"},
		"trailing data":   {"a.json", anyPolicy + "]", false, "x/policies/a.json:1:69", "after the end"},
		"key twice":       {"a.json", `{"Version": "2012-10-17", "Version": "2012-10-17"}`, false, "x/policies/a.json:1:27", "twice"},
		"key in other case": {"a.json", strings.Replace(anyPolicy, "Effect", "effect", 1), false,
			"x/policies/a.json:1:17", "case-sensitive"},
		"unknown element": {"a.json", strings.Replace(anyPolicy, "Resource", "Resources", 1), false,
			"x/policies/a.json:1:51", `"Resources"`},
		"a list":           {"a.json", "[" + anyPolicy + "]", false, "x/policies/a.json:1:1", "an array"},
		"too large":        {"a.json", anyPolicy + strings.Repeat(" ", 1<<20), false, "x/policies/a.json:1:1", "larger"},
		"too deep":         {"a.json", strings.Repeat("[", 1<<19), false, "x/policies/a.json:1:42", "inside each other"},
		"another kind":     {"a.yaml", anyPolicy, false, "x/policies/a.yaml", "ends in .json"},
		"kind in capitals": {"a.JSON", anyPolicy, false, "x/policies/a.JSON", "ends in .json"},
		"no kind":          {"README", "read me", false, "x/policies/README", "ends in .json"},
		"backup":           {"a.json~", anyPolicy, false, "x/policies/a.json~", "ends in .json"},
		"in a folder":      {"more/a.json", anyPolicy, false, "x/policies/more/a.json", "itself"},
		"own policy":       {"a.json", anyPolicy, true, "x/policies/a.json", "of your own"},
		"own, in a folder": {"more/a.JSON", anyPolicy, true, "x/policies/more/a.JSON", "of your own"},
	} {
		good := output.File{Path: "x/policies/good.json", Data: []byte(anyPolicy)}
		bad := output.File{Path: "x/policies/" + c.path, Data: []byte(c.data)}
		in := deployed.Input{Dir: "x/policies", Files: []output.File{bad, good}}
		if c.own {
			in.Own = map[string]bool{bad.Path: true}
		}
		s := state(t, in)
		if len(s.Unknown) != 1 || s.Unknown[0].At.String() != c.at || !strings.Contains(s.Unknown[0].String(), c.says) {
			t.Errorf("%s: unknown is %v", name, s.Unknown)
		} else if u := s.Unknown[0]; u.Kind == "" || u.What == "" {
			t.Errorf("%s: %+v", name, u)
		}
		if len(s.Documents) != 1 || s.Documents[0].Name != "good.json" {
			t.Errorf("%s: documents are %v", name, s.Documents)
		}
	}
}

// A file of the user's own that no tool takes for a policy is passed over.
func TestOwnFile(t *testing.T) {
	s := state(t, deployed.Input{
		Dir:   "x/policies",
		Files: []output.File{{Path: "x/policies/NOTES.md", Data: []byte("see the wiki")}},
		Own:   map[string]bool{"x/policies/NOTES.md": true},
	})
	if len(s.Unknown)+len(s.Documents) > 0 {
		t.Errorf("%+v", s)
	}
}

func BenchmarkParse(b *testing.B) {
	m := setup()
	in := input(m, printed(b, m))
	for b.Loop() {
		if _, err := Parse(in); err != nil {
			b.Fatal(err)
		}
	}
}
