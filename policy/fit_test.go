package policy

import (
	"strings"
	"testing"
)

// A statement applies when all of its elements fit, and one that does not fit is told by itself.
func TestFit(t *testing.T) {
	const good = `{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"},
 "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/data/*",
 "Condition": {"Bool": {"aws:SecureTransport": "true"},
  "StringEquals": {"aws:SourceAccount": "111122223333"}}}`
	q, err := Prepare(Request{Principal: "backup.amazonaws.com", Action: "s3:GetObject",
		Resource: "arn:aws:s3:::acme/data/a.csv", Context: map[string][]string{
			"aws:SecureTransport": {"true"}, "aws:SourceAccount": {"111122223333"}}})
	if err != nil {
		t.Fatal(err)
	}
	fit := func(old, new string) (Fit, bool) {
		d, err := DecodeJSON([]byte(`{"Version": "2012-10-17", "Statement": [` +
			replaceOnce(t, good, old, new) + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		return q.Fit(Resource, d.Version, d.Statements[0]),
			q.Decide(Policies{Resource: &d}).Outcome == Allowed
	}
	for _, c := range []struct {
		old, new                    string
		principal, action, resource bool
		conditions                  [2]bool
	}{
		{"", "", true, true, true, [2]bool{true, true}},
		{"backup.amazonaws.com", "s3.amazonaws.com", false, true, true, [2]bool{true, true}},
		{"s3:GetObject", "s3:PutObject", true, false, true, [2]bool{true, true}},
		{"acme/data", "acme/other", true, true, false, [2]bool{true, true}},
		{"111122223333", "444455556666", true, true, true, [2]bool{true, false}},
		{`"true"`, `"false"`, true, true, true, [2]bool{false, true}},
	} {
		f, allowed := fit(c.old, c.new)
		if f.Principal != c.principal || f.Action != c.action || f.Resource != c.resource ||
			[2]bool(f.Conditions) != c.conditions {
			t.Errorf("%q for %q: %+v", c.new, c.old, f)
		}
		if f.All() != allowed {
			t.Errorf("%q for %q: all fit: %v, decided: %v", c.new, c.old, f.All(), allowed)
		}
	}
}

func replaceOnce(t *testing.T, s, old, new string) string {
	t.Helper()
	if !strings.Contains(s, old) {
		t.Fatalf("%q is not in it", old)
	}
	return strings.Replace(s, old, new, 1)
}
