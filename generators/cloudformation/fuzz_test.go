package cloudformation

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// FuzzText sends a text, and the same text as a tag, a condition key and a Sid, through the printer and back through the reader. Between its pieces, cut at
// "|", stand references, so that every escape gets a reference for a neighbour.
func FuzzText(f *testing.F) {
	for _, s := range []string{
		"", "a|b", "cost$|x", "$|{aws:username}", "${|}", "%{|}", "${aws:username}|${$}|${!x}", "|", "||", "on", "yes|", "it's \"q\" \\ `x` $(y)",
		"a\nb\r\n|\tc", "\u2028|\u0085|\ufeff", "é|日本|😀", "!Ref x|*a&b", "# c: d|- e", "{{res|olve:}}", "${a, 'b}c'}|", "0777", "1_000", "1:30", "~", "<<|=", "\x00\x7f", " | x ",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	refs := []policy.Ref{model.RefAccount, model.RefBucketARN("data"), model.RefBucketName("data"), model.RefRoleARN, model.RefPartition}
	f.Fuzz(func(t *testing.T, raw string, vars bool) {
		version := policy.Version2008
		if vars {
			version = policy.Version2012
		}
		var parts []policy.Part
		for i, piece := range strings.Split(raw, "|") {
			if i > 0 {
				parts = append(parts, refs[i%len(refs)])
			}
			text, err := policy.ParseIAM(piece, version)
			if err != nil {
				text = policy.Literal(piece)
			}
			parts = append(parts, text.Parts()...)
		}
		text := policy.NewText(parts...)
		s := created()
		st := &s.Buckets[0].Policy.Document
		st.Version = version
		st.Statements = st.Statements[:1]
		st.Statements[0].Resource = policy.One(policy.NewText(append([]policy.Part{policy.Lit("r")}, parts...)...))
		if raw != "" {
			st.Statements[0].Sid = raw
			st.Statements[0].Condition = []policy.Condition{{Operator: "StringEquals", Key: raw, Values: policy.List(text, policy.Literal(raw))}}
		}
		if d, err := st.Resolve(s.SyntheticEnv(1)); err != nil {
			t.Fatal(err)
		} else if _, err := policy.DecodeJSON(d.JSON()); err != nil {
			t.Skip("no policy document: ", err)
		}
		s.Tags = []spec.Tag{{Key: raw, Value: raw}}
		s.Role.Description = raw
		s.Role.Boundary = text
		files, err := Print(s)
		if err != nil {
			if utf8.ValidString(raw) && !strings.Contains(strings.ReplaceAll(raw, "|", ""), "{resolve:") {
				t.Fatal(err)
			}
			return
		}
		for i, env := range environments(s) {
			r, err := Read(s, files, env)
			if err != nil {
				t.Fatalf("environment %d: %v\n%s", i, err, files[0].Data)
			}
			for _, d := range differences(s, r, env) {
				t.Errorf("environment %d: %s", i, d)
			}
		}
	})
}

// FuzzRead gives the reader texts that no printer wrote. It may refuse them, and has to come back.
func FuzzRead(f *testing.F) {
	s := created()
	for _, s := range setups(f) {
		files, err := Print(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(files[0].Data)
	}
	f.Add([]byte("Resources: {A: {Type: x, Properties: {Ref: A}}}"))
	f.Add([]byte("Conditions: {A: !Condition A}\nResources: {}"))
	f.Add([]byte("a: &a [*a, *a]\n"))
	f.Add(bytes.Repeat([]byte("["), 20000))
	f.Add([]byte("? {a: b}\n: c\n"))
	env := s.SyntheticEnv(1)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Read(s, []output.File{{Path: "retail/cloudformation/template.yaml", Data: data}}, env)
		if (r == nil) == (err == nil) {
			t.Error("neither a reading nor an error")
		}
	})
}
