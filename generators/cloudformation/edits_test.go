package cloudformation

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// edit is what a person, or a tool, may do to the files of a setup by mistake or on purpose.
type edit struct {
	kind, name string
	file       string // "" for template.yaml
	in         func(testing.TB) *model.Setup
	do         [][2]string // each first text is replaced once by the second one
	finds      string      // is in what is found
	same       bool        // the edit changes nothing that is brought about or shown
}

// The kinds of edits.
const (
	decides   = "values that decide"
	forms     = "YAML and functions"
	settings  = "settings"
	documents = "documents"
	addresses = "names and addresses"
	limits    = "limits"
	copied    = "what people copy"
	imported  = "imports"
	alone     = "the dataset group alone"
)

// Texts of the template of created that edits stand on.
const (
	rolePath   = `Path: "/personalize/"`
	outputs    = "Outputs:\n"
	resources  = "Resources:\n"
	parameters = "\nParameters:\n"
)

// edits returns those of testdata/edits.txt, and those that a text file cannot hold.
func edits(t testing.TB) []edit {
	t.Helper()
	data, err := os.ReadFile("testdata/edits.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []edit
	kind := ""
	for i, line := range strings.Split(string(data), "\n")[1:] {
		text, last := "", max(0, len(all)-1)
		if len(line) > 1 {
			text = strings.ReplaceAll(line[2:], `\n`, "\n")
		}
		switch {
		case line == "":
		case strings.HasPrefix(line, "# "):
			kind = text
		case strings.HasPrefix(line, "- "):
			all[last].do = append(all[last].do, [2]string{text})
		case strings.HasPrefix(line, "? "):
			all[last].finds = text
		case strings.HasPrefix(line, "+ "):
			all[last].do[len(all[last].do)-1][1] = text
		default:
			e := edit{kind: kind, name: line}
			name, special, ok := strings.Cut(strings.TrimSuffix(line, "]"), " [")
			if ok {
				e.name = name
			}
			for _, s := range strings.Fields(special) {
				switch s {
				case "same":
					e.same = true
				case "existing":
					e.in = existingSetup
				case "large":
					e.in = largeSetup
				case valuesFile:
					e.file = s
				case "apart":
					e.in = apartSetup
				case groupFile:
					e.in, e.file = apartSetup, s
				case importFile, importList:
					e.in, e.file = existingSetup, s
				default:
					t.Fatalf("testdata/edits.txt:%d: %q is not known", i+2, s)
				}
			}
			all = append(all, e)
		}
	}
	return append(all, oddEdits()...)
}

// oddEdits are edits with what no text file holds.
func oddEdits() []edit {
	long := func(n int) string { return strings.Repeat("x", n) }
	one := func(kind, name, old, new, finds string) edit {
		return edit{kind: kind, name: name, do: [][2]string{{old, new}}, finds: finds}
	}
	windows := one(forms, "line end of Windows", resources, "Resources:\r\n", "")
	windows.same = true
	name := `Description: "`
	return []edit{
		windows,
		one(forms, "line separator ends a comment", outputs, "# x\u2028Transform: y\n"+outputs, "alike"),
		one(forms, "next line ends a comment", outputs, "# x\u0085Transform: y\n"+outputs, "alike"),
		one(forms, "lone carriage return", outputs, "# x\rTransform: y\n"+outputs, "line"),
		one(forms, "byte order mark", "# Generated", "\ufeff# Generated", "alike"),
		one(forms, "not UTF-8", outputs, "# \xff\n"+outputs, "UTF-8"),
		one(forms, "token in text", `Value: "yes"`, "Value: \"\U000F00000\U000F0001\"", "meaning"),
		one(forms, "token in a comment", outputs, "# \U000F0000\n"+outputs, "meaning"),
		one(limits, "long description", name+"Product", name+long(maxDescription), "1024"),
		one(limits, "long description of a parameter", name+"Name of the role", name+long(maxProse+1),
			"4000"),
		one(limits, "long description of an output", name+"ARN of the bucket", name+long(maxDescription),
			"1024"),
		one(limits, "long default", `Default: "acme-retail-data`, `Default: "`+long(maxValue+1),
			"4096 bytes as a value"),
		one(limits, "many parameters", parameters, parameters+
			repeat("  P%d: {Type: String, Default: x}\n", maxParameters), "CloudFormation takes 200"),
		one(limits, "many resources", resources, resources+
			repeat("  R%d: {Type: AWS::S3::Bucket}\n", maxResources), "CloudFormation takes 500"),
		one(limits, "many outputs", outputs, outputs+repeat("  O%d: {Value: x}\n", maxOutputs),
			"CloudFormation takes 200"),
		one(limits, "too many bytes", resources, resources+"  # "+long(maxTemplate)+"\n",
			"CloudFormation takes 1000000"),
		one(limits, "too large for a request", resources, resources+"  # "+long(maxDirect)+"\n",
			"says nothing of it"),
		one(limits, "deep", `Value: "yes"`, "Value: "+strings.Repeat("[", 500)+strings.Repeat("]", 500),
			"too deep"),
	}
}

// largeSetup has a template that is too large for a request.
func largeSetup(testing.TB) *model.Setup {
	s := created()
	s.Buckets = append(s.Buckets, manyBuckets(60)...)
	return s
}

func apartSetup(testing.TB) *model.Setup { return apart() }

func existingSetup(t testing.TB) *model.Setup { return existing(t) }

// setup returns the setup whose files the edit is of.
func (e edit) setup(t testing.TB) *model.Setup {
	if e.in == nil {
		return created()
	}
	return e.in(t)
}

func repeat(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// apply makes an edit in printed files.
func (e edit) apply(t testing.TB, s *model.Setup) []output.File {
	t.Helper()
	files, at := printed(t, s), 0
	if e.file != "" {
		at = slices.IndexFunc(files, func(f output.File) bool {
			return strings.HasSuffix(f.Path, "/"+e.file)
		})
	}
	for _, do := range e.do {
		if !bytes.Contains(files[at].Data, []byte(do[0])) {
			t.Errorf("%s: nothing to edit in place of %q", e.name, do[0])
		}
		files[at].Data = bytes.Replace(files[at].Data, []byte(do[0]), []byte(do[1]), 1)
	}
	return files
}

// TestEdits makes each edit: what changes the meaning is found, and what does not is read as what
// it is.
func TestEdits(t *testing.T) {
	tried, same, names := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, e := range edits(t) {
		if names[e.kind+e.name] {
			t.Errorf("two edits are %q", e.name)
		}
		names[e.kind+e.name] = true
		tried[e.kind]++
		s := e.setup(t)
		found := differences(t, s, e.apply(t, s))
		switch {
		case e.same:
			same[e.kind]++
			for _, d := range found {
				t.Errorf("%s: %s", e.name, d)
			}
		case len(found) == 0:
			t.Errorf("%s: %s: not found", e.kind, e.name)
		case !strings.Contains(strings.Join(found, "\n"), e.finds):
			t.Errorf("%s: %s: %q is not in what is found: %q", e.kind, e.name, e.finds, found)
		}
	}
	for kind, n := range tried {
		t.Logf("%s: %d edits, %d of them equal in meaning", kind, n, same[kind])
	}
	if len(names) < 300 || len(tried) != 10 {
		t.Errorf("only %d edits of %d kinds", len(names), len(tried))
	}
}

// TestFiles changes the set of files.
func TestFiles(t *testing.T) {
	for s, want := range map[*model.Setup]int{existing(t): 4, apart(): 3} {
		files := printed(t, s)
		if len(files) != want {
			t.Fatalf("%d files", len(files))
		}
		for i, f := range files {
			if len(differences(t, s, slices.Delete(slices.Clone(files), i, i+1))) == 0 {
				t.Errorf("nobody misses %s", f.Path)
			}
			if len(differences(t, s, append(slices.Clone(files), f))) == 0 {
				t.Errorf("nobody notices %s twice", f.Path)
			}
		}
	}
	s := existing(t)
	files := printed(t, s)
	for _, name := range []string{"more.yaml", "template.json", "template.yml", "Template.yaml",
		"sub/template.yaml", "deploy.sh", ".template.yaml", "samconfig.toml", "params.json"} {
		more := output.File{Path: s.Name + "/cloudformation/" + name, Data: files[0].Data}
		if len(differences(t, s, append(slices.Clone(files), more))) == 0 {
			t.Errorf("nobody notices %s", name)
		}
	}
	imports := append(printed(t, existing(t))[1:],
		output.File{Path: "there-already/cloudformation/" + importList, Data: []byte("[]\n")})
	s = created()
	for _, f := range append(imports, printed(t, apart())[1]) {
		f.Path = s.Name + "/cloudformation/" + path.Base(f.Path)
		if len(differences(t, s, append(printed(t, s), f))) == 0 {
			t.Errorf("nobody notices %s, which is not of this setup", f.Path)
		}
	}
}

// What a user keeps beside is read too: only prose decides nothing.
func TestOwnFiles(t *testing.T) {
	s := created()
	for name, want := range map[string]int{"NOTES.md": 0, "params.json": 1, "more.yaml": 1} {
		f := output.File{Path: s.Name + "/cloudformation/" + name, Data: []byte("x")}
		in := input(s, append(printed(t, s), f))
		in.Own = map[string]bool{f.Path: true}
		read, err := Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		state, err := read(deployed.Values{})
		if err != nil || len(state.Unknown) != want {
			t.Errorf("%s: %v, %v", name, state.Unknown, err)
		}
	}
}
func manyBuckets(n int) []model.Bucket {
	var out []model.Bucket
	for i := range n {
		id := "b" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		out = append(out, model.Bucket{ID: id, Name: "many-" + id})
	}
	return out
}
