package diff

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
)

// No text of a file is a command to the terminal that shows it.
func TestConditionIsPlain(t *testing.T) {
	got := condition(policy.Condition{Operator: "StringEquals", Key: "k:\x1b[2J", Values: policy.List(policy.Literal("\x1b[2J"))})
	if strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
}

// A grant to several principals is as grave as the gravest: one of another account among them, wherever
// it is in the list, is outside.
func TestGravestPrincipal(t *testing.T) {
	const own, other = `"arn:aws:iam::111122223333:role/A"`, `"arn:aws:iam::444455556666:role/B"`
	for principals, want := range map[string]Severity{
		own:                      Write,
		own + ", " + other:       Outside,
		other + ", " + own:       Outside,
		own + `, "444455556666"`: Outside,
		own + `, "111122223333"`: Write,
		`"444455556666", ` + own: Outside,
	} {
		for _, resource := range []string{"key", "bucket"} {
			grant := `{"Effect": "Allow", "Principal": {"AWS": [` + principals + `]}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme/a/*"}`
			new := state(t, "", "", grant, "")
			if resource == "key" {
				new = state(t, "", "", "", strings.NewReplacer("s3:PutObject", "kms:Encrypt", "arn:aws:s3:::acme/a/*", "*").Replace(grant))
			}
			gravest := None
			for _, c := range States(state(t, "", "", "", ""), new) {
				if c.Kind == Broader && slices.Index(severities, c.Severity) < slices.Index(severities, gravest) {
					gravest = c.Severity
				}
			}
			if gravest != want {
				t.Errorf("%s for %s: %s, want %s", resource, principals, gravest, want)
			}
		}
	}
}
