package cloudformation

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// FuzzText sends a text, and the same text as a tag, a condition key and a Sid, through the
// printer and back through the reader. Between its pieces, cut at "|", stand references, so that
// every escape gets a reference for a neighbour.
func FuzzText(f *testing.F) {
	for _, s := range []string{
		"", "a|b", "cost$|x", "$|{aws:username}", "${|}", "%{|}", "${aws:username}|${$}|${!x}", "|", "||",
		"on", "yes|", "it's \"q\" \\ `x` $(y)", "a\nb\r\n|\tc", "\u2028|\u0085|\ufeff", "é|日本|😀",
		"!Ref x|*a&b", "# c: d|- e", "{{res|olve:}}", "{{|x", "{{\x00", "{{a}}|b", "${a, 'b}c'}|", "0777",
		"1_000", "1:30", "~", "<<|=", "\x00\x7f", " | x ",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	refs := []policy.Ref{model.RefAccount, model.RefBucketARN("data"), model.RefBucketName("data"),
		model.RefRoleARN, model.RefPartition}
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
		resource := policy.NewText(append([]policy.Part{policy.Lit("r")}, parts...)...)
		st.Statements[0].Resource = policy.One(resource)
		if raw != "" {
			st.Statements[0].Sid = raw
			values := policy.List(text, policy.Literal(raw))
			st.Statements[0].Condition = []policy.Condition{{Operator: "StringEquals", Key: raw, Values: values}}
		}
		if d, err := st.Resolve(s.SyntheticEnv(1)); err != nil {
			t.Fatal(err)
		} else if _, err := policy.DecodeJSON(d.JSON()); err != nil {
			t.Skip("no policy document: ", err)
		}
		s.Tags = []spec.Tag{{Key: raw, Value: raw}}
		s.Role.Description = raw
		s.Role.Boundary = policy.NewText(outside(parts)...)
		files, err := Print(s)
		if err != nil {
			if utf8.ValidString(raw) && !strings.Contains(raw, "{{") {
				t.Fatal(err)
			}
			return
		}
		for _, d := range differences(t, s, files) {
			t.Errorf("%s\n%s", d, files[0].Data)
		}
	})
}

// outside returns parts without policy variables, which there are in documents alone.
func outside(parts []policy.Part) []policy.Part {
	var out []policy.Part
	for _, p := range parts {
		if v, ok := p.(policy.Var); ok {
			p = policy.Lit(v.String())
		}
		out = append(out, p)
	}
	return out
}

// FuzzParse hands the reader texts that no printer wrote. It may refuse them, and has to come
// back.
func FuzzParse(f *testing.F) {
	for _, s := range setups(f) {
		for _, file := range printed(f, s) {
			f.Add(file.Data, file.Data)
		}
	}
	for _, e := range edits(f) {
		if files := e.apply(f, e.setup(f)); len(files[0].Data) < 1<<15 {
			f.Add(files[0].Data, []byte("[]"))
		}
	}
	for _, text := range []string{
		"Resources: {A: {Type: x, Properties: {Ref: A}}}", "Conditions: {A: !Condition A}\nResources: {}",
		"a: &a [*a, *a]\n", "? {a: b}\n: c\n", "Rules: {A: {Assertions: [{Assert: !Equals [!Ref , x]}]}}",
		"Resources: {A: }\nOutputs: {B: {Value: !Ref A}}", "Metadata: {Ref: x}", "Parameters: []", "!Ref x",
		"Resources: {A: {Type: AWS::S3::Bucket, Properties: !Sub '${A}', DependsOn: [[]]}}",
	} {
		f.Add([]byte(text), []byte(text))
	}
	f.Add(bytes.Repeat([]byte("["), 20000), bytes.Repeat([]byte("["), 20000))
	f.Fuzz(func(t *testing.T, template, list []byte) {
		read, err := Parse(deployed.Input{Dir: "x", Files: []output.File{
			{Path: "x/template.yaml", Data: template},
			{Path: "x/import.yaml", Data: template},
			{Path: "x/resources-to-import.json", Data: list},
		}})
		if (read == nil) == (err == nil) {
			t.Fatal("neither a reading nor an error")
		}
		if err != nil {
			return
		}
		state, err := read(deployed.Values{Account: "1", Region: "r", Partition: "p"})
		if err != nil {
			return
		}
		if deployed.HasToken(strings.Join(textsOf(state), "")) {
			t.Error("a token is left in the state")
		}
	})
}

// textsOf returns the texts of a state outside of documents.
func textsOf(s deployed.State) []string {
	var out []string
	for _, b := range s.Buckets {
		out = append(out, b.Name.V.String(), b.Key.V.String())
	}
	for _, o := range s.Outputs {
		out = append(out, o.Name, o.Value.V.String())
	}
	for _, r := range s.Resources {
		out = append(out, r.Address, r.ID.V.String())
	}
	return out
}
