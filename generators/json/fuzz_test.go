package json

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// FuzzPrintRead puts any texts into a document: what is read back is what was printed, or the text
// is one that no policy can hold.
func FuzzPrintRead(f *testing.F) {
	for _, s := range []string{"", "x", `"}]\`, "${$}", "a$", "$", "${aws:username}", "<shop.arn>",
		"<bucket.shop.arn>/*", "\n\t", "é漢🙂", "\u2028<b>&", "%{x}&{y}", "${*}${?}"} {
		f.Add(s, "Sid1", "aws:username")
		f.Add("x", s, s)
	}
	f.Fuzz(func(t *testing.T, value, sid, key string) {
		text, err := policy.ParseText(value)
		if err != nil || strings.ToValidUTF8(value+sid+key, "") != value+sid+key {
			return
		}
		m := setup()
		env := m.SyntheticEnv(1)
		for _, ref := range text.Refs() {
			if _, ok := env[ref]; !ok {
				return
			}
		}
		s := policy.Statement{Sid: sid, Effect: policy.Allow,
			Action: policy.One(policy.Literal("s3:GetObject")), Resource: policy.List(text),
			Condition: []policy.Condition{
				{Operator: "StringEquals", Key: key, Values: policy.List(text, policy.Literal("z"))}}}
		m.Role.Policies[0].Document = policy.Document{
			Version: policy.Version2012, Statements: []policy.Statement{s}}
		have := state(t, input(m, printed(t, m)))
		for _, d := range deployed.Match(Want(m), have) {
			text := Want(m).Documents[0].Policy.Document.JSON()
			if _, wrong := policy.DecodeJSON(text); wrong == nil {
				t.Errorf("%s:\n%s", d, text)
			}
		}
	})
}

// FuzzParse hands any file to the reader: it is a document or it is unknown, never both and
// never neither.
func FuzzParse(f *testing.F) {
	for _, file := range printed(f, setup()) {
		f.Add("role-policy.json", file.Data)
	}
	f.Add("x", []byte("{}"))
	f.Add(".json", []byte(`{"Statement":[]}`))
	f.Add("bucket-shop.statements.json", []byte(`[[[[`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		p := "x/policies/" + name
		s := state(t, deployed.Input{Dir: "x/policies", Files: []output.File{{Path: p, Data: data}}})
		if len(s.Documents)+len(s.Unknown) != 1 {
			t.Errorf("%d documents, %v", len(s.Documents), s.Unknown)
		}
		for _, u := range s.Unknown {
			if u.At.Path != p {
				t.Errorf("%v is not at %q", u, p)
			}
		}
	})
}
