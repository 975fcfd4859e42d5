package json

import (
	"bytes"
	stdjson "encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/testtool"
)

// edit is a kind of edit of a setup's files. The edit returns nil where there is nothing to edit.
type edit struct {
	name  string
	equal bool // in meaning, so that it passes
	do    func(files []output.File, i int) []output.File
}

// replace edits the file i once, where it holds old.
func replace(old, new string) func([]output.File, int) []output.File {
	return func(files []output.File, i int) []output.File {
		if !bytes.Contains(files[i].Data, []byte(old)) {
			return nil
		}
		files[i].Data = bytes.Replace(files[i].Data, []byte(old), []byte(new), 1)
		return files
	}
}

// rename moves the file i.
func rename(f func(string) string) func([]output.File, int) []output.File {
	return func(files []output.File, i int) []output.File {
		if p := f(files[i].Path); p != files[i].Path {
			files[i].Path = p
			return files
		}
		return nil
	}
}

// add puts a copy of the file i beside it, under a name of its own.
func add(f func(string) string) func([]output.File, int) []output.File {
	return func(files []output.File, i int) []output.File {
		return append(files, output.File{Path: f(files[i].Path), Data: files[i].Data, Mode: 0o644})
	}
}

func folderOf(p string) string { return p[:strings.LastIndexByte(p, '/')+1] }

var edits = []edit{
	// values
	{"an action more", false, replace(`"Action": "`, `"Action": "*`)},
	{"all actions", false, replace(`"Action": [`, `"Action": ["*",`)},
	{"all resources", false, replace(`"Resource": [`, `"Resource": ["arn:aws:s3:::*",`)},
	{"another account", false, replace("111122223333", "999988887777")},
	{"a policy variable in a name", false, replace(`"Resource": "`, `"Resource": "${aws:username}`)},
	{"the key is filled in", false, replace("<", "arn:aws:kms:eu-west-1:111122223333:key/1")},
	{"a condition fewer", false, replace(`"Condition"`, `"Conditions"`)},
	{"a condition that always holds", false, replace(`"StringEquals"`, `"StringEqualsIfExists"`)},
	// documents
	{"allowed instead of denied", false, replace(`"Deny"`, `"Allow"`)},
	{"denied instead of allowed", false, replace(`"Allow"`, `"Deny"`)},
	{"another Sid", false, replace(`"Sid": "`, `"Sid": "X`)},
	{"no Sid", false, replace(`"Sid"`, `"Sld"`)},
	{"an Id", false, replace(`"Version"`, `"Id": "x", "Version"`)},
	{"another Version", false, replace("2012-10-17", "2008-10-17")},
	{"a Version that does not exist", false, replace("2012-10-17", "2012-10-18")},
	{"no Version", false, replace(`"Version": "2012-10-17",`, "")},
	{"a key twice", false, replace(`"Effect": "Allow"`, `"Effect": "Deny", "Effect": "Allow"`)},
	{"a key in another case", false, replace(`"Action"`, `"action"`)},
	{"a key twice in two cases", false, replace(`"Action": `, `"action": "*", "Action": `)},
	{"NotAction", false, replace(`"Action"`, `"NotAction"`)},
	{"NotResource", false, replace(`"Resource"`, `"NotResource"`)},
	{"a statement twice", false, func(files []output.File, i int) []output.File {
		var d struct {
			Version   string
			Statement []any
		}
		if stdjson.Unmarshal(files[i].Data, &d) != nil {
			return nil
		}
		d.Statement = append(d.Statement, d.Statement[0])
		files[i].Data, _ = stdjson.Marshal(d)
		return files
	}},
	{"a second document", false, func(files []output.File, i int) []output.File {
		files[i].Data = append(slices.Clone(files[i].Data), anyPolicy...)
		return files
	}},
	{"a byte order mark", false, replace("{", "\ufeff{")},
	{"a comment", false, replace("{", "/* */ {")},
	{"empty", false, func(files []output.File, i int) []output.File { files[i].Data = nil; return files }},
	{"larger than any policy", false, func(files []output.File, i int) []output.File {
		files[i].Data = append(slices.Clone(files[i].Data), bytes.Repeat([]byte(" "), 1<<20)...)
		return files
	}},
	// files
	{"a file fewer", false, func(files []output.File, i int) []output.File { return slices.Delete(files, i, i+1) }},
	{"a file more", false, add(func(p string) string { return folderOf(p) + "more.json" })},
	{"a file more, to merge", false, add(func(p string) string { return folderOf(p) + "more.statements.json" })},
	{"a file more, in a folder", false, add(func(p string) string { return folderOf(p) + "more/more.json" })},
	{"a file more of another kind", false, add(func(p string) string { return folderOf(p) + "install.sh" })},
	{"a hidden file more", false, add(func(p string) string { return folderOf(p) + ".more.json" })},
	{"a file twice", false, add(func(p string) string { return p })},
	{"a file to merge is a whole policy", false, rename(func(p string) string { return strings.Replace(p, ".statements.json", ".json", 1) })},
	{"a whole policy is a file to merge", false, rename(func(p string) string {
		if strings.Contains(p, ".statements.") {
			return p
		}
		return strings.Replace(p, ".json", ".statements.json", 1)
	})},
	{"a name in capitals", false, rename(func(p string) string { return folderOf(p) + strings.ToUpper(p[len(folderOf(p)):]) })},
	{"two files exchanged", false, func(files []output.File, i int) []output.File {
		j := (i + 1) % len(files)
		if bytes.Equal(files[i].Data, files[j].Data) {
			return nil
		}
		files[i].Data, files[j].Data = files[j].Data, files[i].Data
		return files
	}},
	// what means the same
	{"other white space", true, func(files []output.File, i int) []output.File {
		var b bytes.Buffer
		if stdjson.Compact(&b, files[i].Data) != nil {
			return nil
		}
		files[i].Data = b.Bytes()
		return files
	}},
	{"an escaped letter", true, replace(`"Version"`, `"\u0056ersion"`)},
	{"a list of one action", true, replace(`"Action": "s3:GetObject"`, `"Action": ["s3:GetObject"]`)},
}

// differs reports whether the files of a setup are seen not to be those that are wanted.
func differs(t testing.TB, m *model.Setup, files []output.File) bool {
	t.Helper()
	return len(deployed.Match(Want(m), state(t, input(m, files)))) > 0
}

// Each kind of edit of each file of each setup is found, or passes where it means the same.
func TestEdits(t *testing.T) {
	tried, most := map[string]int{}, testtool.Cases(30, 1000) // of a kind
	for _, m := range all(t) {
		files := printed(t, m)
		for i := range files {
			for _, e := range edits {
				if tried[e.name] == most {
					continue
				}
				edited := e.do(slices.Clone(files), i)
				if edited == nil {
					continue
				}
				tried[e.name]++
				if differs(t, m, edited) == e.equal {
					t.Errorf("%s, %s: %s: found is %v", m.Name, files[i].Path, e.name, !e.equal)
				}
			}
		}
	}
	for _, e := range edits {
		if tried[e.name] == 0 {
			t.Errorf("%s: there is nothing to edit", e.name)
		}
	}
}

// Random edits of a few bytes are found, unless another reader of JSON sees the same document.
func TestRandomEdits(t *testing.T) {
	each := testtool.Cases(15, 1000)
	r := rand.New(rand.NewPCG(1, 2))
	found, equal := 0, 0
	for _, m := range all(t) {
		files := printed(t, m)
		for i := range files {
			for range each {
				edited := slices.Clone(files)
				edited[i].Data = randomEdit(r, files[i].Data)
				switch same := sameDocument(files[i].Data, edited[i].Data); {
				case differs(t, m, edited):
					found++
				case same:
					equal++
				default:
					t.Errorf("not found in %s:\n%s", files[i].Path, edited[i].Data)
				}
			}
		}
	}
	t.Logf("%d edits: %d found, %d equal in meaning", found+equal, found, equal)
	if found < 50 || equal < 5 {
		t.Errorf("only %d found and %d equal", found, equal)
	}
}

// randomEdit removes, doubles, changes or moves a few bytes.
func randomEdit(r *rand.Rand, data []byte) []byte {
	i := r.IntN(len(data))
	j := min(len(data), i+1+r.IntN(8))
	const letters = "*?\"{}[]:, \n\\$<aZ0"
	switch r.IntN(5) {
	case 0:
		return slices.Concat(data[:i], data[j:])
	case 1:
		return slices.Concat(data[:j], data[i:])
	case 2:
		return slices.Concat(data[:i], []byte{letters[r.IntN(len(letters))]}, data[i+1:])
	case 3:
		return slices.Concat(data[:i], []byte{letters[r.IntN(len(letters))]}, data[i:])
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	a, b := r.IntN(len(lines)), r.IntN(len(lines))
	lines[a], lines[b] = lines[b], lines[a]
	return bytes.Join(lines, nil)
}

// sameDocument reports whether encoding/json reads two files alike, but for the order of lists,
// values that are repeated, a list of one for its value, and the case of condition keys.
func sameDocument(a, b []byte) bool {
	var x, y any
	return stdjson.Unmarshal(a, &x) == nil && stdjson.Unmarshal(b, &y) == nil && canonical("", x) == canonical("", y)
}

func canonical(name string, v any) string {
	var parts []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			parts = append(parts, canonical(name, e))
		}
		slices.Sort(parts)
		if name != "Statement" {
			parts = slices.Compact(parts)
		}
		if len(parts) == 1 {
			return parts[0]
		}
		return "[" + strings.Join(parts, ",") + "]"
	case map[string]any:
		for k, e := range v {
			shown := k
			if strings.Contains(k, ":") {
				shown = strings.ToLower(k)
			}
			parts = append(parts, shown+"="+canonical(k, e))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ",") + "}"
	}
	b, _ := stdjson.Marshal(v)
	return string(b)
}
