package shell

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// FuzzText puts random texts into every place of a script that takes one, and reads them back.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "x", hostile, "EOF", "\nEOF\n", "<bucket.data.arn>/${aws:username}", "cost${$}<bucket.data.arn>", "\\", "'", "\"", "`", "%s", "$'", "a\\<role.arn>\\", "${aws:x, '`y`'}", "\r\n", "~", "\\\n", "{\"a\":1}"} {
		f.Add(s)
	}
	s := smallSetup()
	s.OwnedSids = nil
	f.Fuzz(func(t *testing.T, in string) {
		if !utf8.ValidString(in) || len(in) > 500 {
			return
		}
		value, err := policy.ParseText(in)
		if err != nil {
			value = policy.Literal(in)
		}
		for _, r := range value.Refs() {
			if _, ok := s.DeployedEnv()[r]; !ok {
				return
			}
		}
		s := *s
		s.Buckets = append([]model.Bucket(nil), s.Buckets...)
		s.Role.Policies = append([]model.Doc(nil), s.Role.Policies...)
		st := policy.Statement{Sid: "Sid", Effect: policy.Allow, Action: texts("s3:GetObject"), Resource: policy.List(after("a", value), after("", value), text("x")),
			Condition: []policy.Condition{{Operator: "StringLike", Key: "aws:x" + in, Values: policy.List(after("b", value))}}}
		s.Role.Policies[0].Document = document(st)
		st.Principal = service()
		s.Buckets[0].Policy.Document = document(st)
		s.Buckets[0].Own = s.Buckets[0].Policy.Document
		s.Description, s.Role.Description = in, in
		if _, err := Print(&s); err != nil {
			if !strings.ContainsRune(in, 0) {
				t.Fatal(err)
			}
			return
		}
		matches(t, &s, input(&s, t))
	})
}

// after puts a literal before a text, and after an empty one.
func after(s string, t policy.Text) policy.Text {
	if len(t.Parts()) == 0 {
		s += "x"
	}
	return policy.NewText(append([]policy.Part{policy.Lit(s)}, t.Parts()...)...)
}
