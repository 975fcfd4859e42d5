package policy_test

import (
	"testing"

	"github.com/pzgen/pzgen/policy"
)

// TestCutJSON puts values back where references were cut out, and expects the document with the references filled in.
func TestCutJSON(t *testing.T) {
	for _, version := range []string{policy.Version2012, policy.Version2008, ""} {
		mixed, err := policy.ParseText("a\"\\\n<b.arn>/${aws:username}<b.arn>${$}é")
		if err != nil {
			t.Fatal(err)
		}
		ref := policy.Ref{ID: "b", Attr: "arn"}
		d := policy.Document{Version: version, ID: "id", Statements: []policy.Statement{{Sid: "s", Effect: policy.Allow,
			Action: policy.One(mixed), Resource: policy.List(policy.NewText(ref), policy.Literal("x"), mixed),
			Condition: []policy.Condition{{Operator: "StringLike", Key: "k", Values: policy.List(mixed)}}}}}
		text, cuts := d.CutJSON()
		var got []byte
		at := 0
		for _, c := range cuts {
			if c.Ref != ref {
				t.Errorf("cut at %d is %s", c.At, c.Ref)
			}
			got = append(append(got, text[at:c.At]...), "value"...)
			at = c.At
		}
		got = append(got, text[at:]...)
		if want := d.Fill(policy.Env{ref: "value"}).JSON(); string(got) != string(want) {
			t.Errorf("version %q: got\n%s\nwant\n%s", version, got, want)
		}
		if len(cuts) != 7 {
			t.Errorf("%d cuts, want 7", len(cuts))
		}
	}
}
