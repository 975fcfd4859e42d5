package terraform

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// laidOut reports whether src is as hclwrite, the formatter in terraform fmt, lays it out.
func laidOut(src []byte) bool { return bytes.Equal(hclwrite.Format(src), src) }

// unformatted returns the first file of Terraform that hclwrite would change, and "" when there is
// none.
func unformatted(files []output.File) string {
	for _, f := range files {
		if path.Ext(f.Path) != ".json" && !laidOut(f.Data) {
			return f.Path + "\n" + string(f.Data) + "\nas hclwrite formats it:\n" + string(hclwrite.Format(f.Data))
		}
	}
	return ""
}

// filled is a setup with hostile strings in every field that holds text, drawn from words.
func filled(t testing.TB, words []string, r *rand.Rand) *model.Setup {
	word := func() string { return words[r.IntN(len(words))] }
	s := complete(t)
	s.SpecFile = word()
	s.Role.Description = word()
	s.Role.Boundary = policy.Literal(word())
	s.Tags = nil
	for _, k := range []string{word(), word() + word(), "k", strings.Repeat(word(), 3)} {
		s.Tags = append(s.Tags, spec.Tag{Key: k + string(rune('a'+len(s.Tags))), Value: word()})
	}
	s.Reasons[0].Why = word()
	s.Keys[0].Alias = "alias/" + word()
	for i := range s.Operators {
		o := &s.Operators[i]
		o.ID += word()
		o.Users, o.Groups = []string{"u" + word(), "v" + word()}, []string{"g" + word()}
		for j := range o.Policies {
			o.Policies[j].PolicyName += word()
		}
	}
	statement := func(sid string) policy.Statement {
		some := func() policy.Text { return policy.Literal("x" + word()) }
		st := policy.Statement{Sid: sid, Effect: policy.Allow, Action: policy.List(some()), Resource: policy.List(some(), some())}
		for _, key := range []string{"a:" + word(), "b:" + word() + word(), "c:d"} {
			st.Condition = append(st.Condition, policy.Condition{Operator: []string{"StringLike", "StringEquals"}[r.IntN(2)], Key: key, Values: policy.List(some())})
		}
		return st
	}
	// A data source, and an object, which keeps a Sid that stands twice.
	s.Role.Policies[0].Document.Statements = []policy.Statement{statement("s" + word()), statement("")}
	s.Operators[0].Policies[0].Document.Statements = []policy.Statement{statement("twice"), statement("twice")}
	return s
}

// checkLayout prints s, requires hclwrite to leave it as it is and the reader to find the same setup in it. Strings that Terraform cannot
// hold are refused (TestInexpressible), which is not ok.
func checkLayout(t *testing.T, s *model.Setup) (ok bool) {
	t.Helper()
	files, err := Print(s)
	if err != nil {
		return false
	}
	if diff := unformatted(files); diff != "" {
		t.Fatal(diff)
	}
	if diff := differences(t, s, files); diff != nil {
		t.Fatal(strings.Join(diff, "\n"))
	}
	return true
}

// Every setup of the tests is printed as terraform fmt leaves it.
func TestLayout(t *testing.T) {
	for _, s := range fixtures(t) {
		if diff := unformatted(printed(t, s)); diff != "" {
			t.Error(diff)
		}
	}
	words := append([]string{"a", "é", "漢字", "x\u0301", "\u0301q", "👩\u200d👩", "한국", "नमस्ते", "wide key with spaces"}, hostileTexts...)
	done := 0
	for seed := range uint64(200) {
		if checkLayout(t, filled(t, words, rand.New(rand.NewPCG(seed, 1)))) {
			done++
		}
	}
	t.Logf("%d of 200 filled setups", done)
	if done < 50 {
		t.Error("that is too little")
	}
}

// A line that is indented by one space too many, or whose equals sign stands one column too far, is found.
func TestLayoutIsChecked(t *testing.T) {
	for _, f := range printed(t, complete(t)) {
		if path.Base(f.Path) != fileVars && path.Base(f.Path) != fileIAM {
			continue
		}
		src := string(f.Data)
		for at, n := 0, 0; at < len(src); n++ {
			end := at + strings.IndexByte(src[at:], '\n')
			if line := src[at:end]; line != "" {
				if laidOut([]byte(src[:at] + " " + src[at:])) {
					t.Errorf("%s: %q one column to the right is taken for right", f.Path, line)
				}
				if i := strings.Index(line, " = "); i >= 0 && laidOut([]byte(src[:at+i]+" "+src[at+i:])) {
					t.Errorf("%s: %q with a wider gap is taken for right", f.Path, line)
				}
			}
			at = end + 1
		}
	}
}

// Formatting with hclwrite takes longer than everything else together, and a program that imports it starts a millisecond later: only tests do.
func TestPrintIsCheap(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") && bytes.Contains(src, []byte(`"github.com/hashicorp/hcl/v2/hclwrite"`)) {
			t.Errorf("%s imports hclwrite", name)
		}
	}
	s := complete(t)
	if got := testing.AllocsPerRun(5, func() { printed(t, s) }); got > 4000 {
		t.Errorf("%v allocations for a setup, at most 4000 are fine", got)
	}
}

// FuzzLayout sends two strings through every field that holds text.
func FuzzLayout(f *testing.F) {
	for i, s := range hostileTexts {
		f.Add(s, "x", uint64(i))
	}
	f.Add("e\u0301", "\u0301", uint64(0))
	f.Add("\u0d4e$${", "\u0d4e", uint64(1))
	f.Add("🇩🇪🇫", "👩\u200d👩\u200d👧", uint64(2))
	f.Fuzz(func(t *testing.T, a, b string, seed uint64) {
		checkLayout(t, filled(t, []string{a, b, "w"}, rand.New(rand.NewPCG(seed, 1))))
	})
}

// Every module has the same files, but for documents beside it: copied over an older one, none of that
// stays.
func TestSameFiles(t *testing.T) {
	var first []string
	for _, m := range examples(t) {
		files, err := Print(m)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range files {
			if path.Ext(f.Path) != ".json" {
				names = append(names, path.Base(f.Path))
			}
		}
		slices.Sort(names)
		if m.SharedModule {
			// A setup has three of them and its module has the others, which the README removes where a
			// module of the setup's own was copied to.
			continue
		}
		if first == nil {
			first = names
		}
		if !slices.Equal(names, first) {
			t.Errorf("%s has the files %q, and another module %q", m.Name, names, first)
		}
	}
}
