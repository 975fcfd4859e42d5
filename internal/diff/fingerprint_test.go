package diff

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
)

// What differs in what it lets pass has fingerprints of its own, however long, and what is only written differently
// has the same.
func TestFingerprintOfWhole(t *testing.T) {
	prints := func(old, new deployed.State) (all []string) {
		for _, c := range finish(States(old, new)) {
			if c.Kind != Narrower {
				all = append(all, c.Fingerprint)
			}
		}
		return all
	}
	bucket := func(statements ...string) deployed.State { return state(t, "", "", strings.Join(statements, ","), "") }
	role := func(statements ...string) deployed.State {
		return state(t, strings.Join(append(statements, read), ","), "", "", "")
	}
	people := func(last string) string {
		var all []string
		for _, n := range []string{"A", "B", "C", "D", last} {
			all = append(all, `"arn:aws:iam::111122223333:role/`+n+`"`)
		}
		return letIn(`{"AWS": [`+strings.Join(all, ", ")+`]}`, "s3:GetObject")
	}
	all := letIn(`"*"`, "s3:*")
	deny := func(action, rest string) string {
		return `{"Effect": "Deny", "Principal": "*", "Action": "` + action + `", "Resource": "arn:aws:s3:::acme/*"` + rest + `}`
	}
	none, denied := bucket(service+"}"), bucket(all, deny("s3:*", ""))
	put := func(actions, condition string) string {
		return `{"Effect": "Allow", "Action": ` + actions + `, "Resource": "arn:aws:s3:::acme/*", "Condition": {` + condition + `}}`
	}
	one := put(`["s3:PutObject", "s3:DeleteObject"]`, `"StringEquals": {"aws:SourceVpc": ["x", "y"], "k:a": "z"}`)
	for _, c := range []struct {
		name string
		a, b []string
		same bool
	}{
		{"a principal after the first ones", prints(none, bucket(service+"}", people("E"))),
			prints(none, bucket(service+"}", people("F"))), false},
		{"a denial that is smaller, or gone", prints(denied, bucket(all, deny("s3:Put*", ""))), prints(denied, bucket(all)), false},
		{"a denial that is conditional, or gone", prints(denied, bucket(all, deny("s3:*", `, "Condition": {"StringEquals": {"k:a": "x"}}`))),
			prints(denied, bucket(all)), false},
		{"two ways to name an account", prints(none, bucket(service+"}", letIn(`{"AWS": "444455556666"}`, "s3:GetObject"))),
			prints(none, bucket(service+"}", letIn(`{"AWS": "arn:aws:iam::444455556666:root"}`, "s3:GetObject"))), true},
		{"another account", prints(none, bucket(service+"}", letIn(`{"AWS": "444455556666"}`, "s3:GetObject"))),
			prints(none, bucket(service+"}", letIn(`{"AWS": "arn:aws:iam::444455556667:root"}`, "s3:GetObject"))), false},
		{"order and letter case", prints(role(), role(one)), prints(role(), role(put(`["s3:deleteobject", "S3:PutObject"]`,
			`"StringEquals": {"k:a": "z", "AWS:sourcevpc": ["y", "x"]}`))), true},
	} {
		if len(c.a) == 0 || slices.Equal(c.a, c.b) != c.same || !c.same && slices.ContainsFunc(c.a, func(f string) bool { return slices.Contains(c.b, f) }) {
			t.Errorf("%s: %q and %q", c.name, c.a, c.b)
		}
	}
	h := func(action string) *held {
		d := document(t, allow(action, "*"))
		return &held{what: "x", docs: []deployed.Document{*d}}
	}
	some := h("s3:GetObject")
	if a, b := open(some, nil, some, "may differ", "w"), open(some, nil, h("s3:*"), "may differ", "w"); a.fingerprint() == b.fingerprint() {
		t.Error("what is not decided of one policy is approved for another")
	}
}
