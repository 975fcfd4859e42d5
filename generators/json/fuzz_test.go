package json

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// FuzzPrintRead puts any texts into a document: what is read back is what was printed, or the text is none that a policy can hold.
func FuzzPrintRead(f *testing.F) {
	for _, s := range []string{"", "x", `"}]\`, "${$}", "a$", "$", "${aws:username}", "<shop.arn>", "<bucket.shop.arn>/*", "\n\t", "é漢🙂", "\u2028<b>&", "%{x}&{y}", "${*}${?}"} {
		f.Add(s, "Sid1", "aws:username")
		f.Add("x", s, s)
	}
	f.Fuzz(func(t *testing.T, value, sid, key string) {
		text, err := policy.ParseText(value)
		if err != nil {
			return
		}
		m := setup()
		env := m.SyntheticEnv(1)
		for ref, v := range m.DeployedEnv() {
			env[ref] = v
		}
		for _, ref := range text.Refs() {
			if _, ok := env[ref]; !ok {
				return
			}
		}
		// A literal that looks like a placeholder cannot be told from one: the spec takes no such text.
		for ref := range env {
			for _, p := range text.Parts() {
				if l, ok := p.(policy.Lit); ok && strings.Contains(string(l), ref.Short()) {
					return
				}
			}
		}
		s := policy.Statement{Sid: sid, Effect: policy.Allow, Action: policy.One(policy.Literal("s3:GetObject")), Resource: policy.List(text),
			Condition: []policy.Condition{{Operator: "StringEquals", Key: key, Values: policy.List(text, policy.Literal("z"))}}}
		m.Role.Policies[0].Document = policy.Document{Version: policy.Version2012, Statements: []policy.Statement{s}}
		due, err := m.Role.Policies[0].Document.Resolve(env)
		if err != nil {
			return
		}
		files, err := Print(m)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Read(m, files, env)
		if err != nil {
			if _, wrong := policy.DecodeJSON(due.JSON()); wrong == nil {
				t.Errorf("a policy that is right is not read: %v\n%s", err, due.JSON())
			}
			return
		}
		if got := r.Documents["role-policy"]; !got.Equal(due) && strings.ToValidUTF8(value+key, "") == value+key {
			t.Errorf("printed\n%s\nread back\n%s", due.JSON(), got.JSON())
		}
	})
}

// FuzzRead gives any file to the reader: it is read or refused, and a refusal names the file.
func FuzzRead(f *testing.F) {
	files, err := Print(setup())
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add("role-policy.json", file.Data)
	}
	f.Add("x", []byte("{}"))
	f.Add(".json", []byte(`{"Statement":[]}`))
	f.Add("bucket-shop.statements.json", []byte(`[[[[`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		m := setup()
		p := m.Name + folder + name
		r, err := Read(m, []output.File{{Path: p, Data: data}}, m.SyntheticEnv(1))
		if err != nil {
			if !strings.Contains(err.Error(), p) {
				t.Errorf("%q does not name %q", err, p)
			}
			return
		}
		for _, d := range r.Documents {
			if _, err := policy.DecodeJSON(d.JSON()); err != nil {
				t.Errorf("what was read cannot be read again: %v\n%s", err, d.JSON())
			}
		}
	})
}
