package diff

import (
	"errors"
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

// Of several principals the gravest is named first, so that it is among those that are named, and
// everybody is called that in each form of a report. That everybody gets something makes it public
// also where the request that shows it is not an anonymous one.
func TestGravestPrincipalIsNamed(t *testing.T) {
	const own, other = "arn:aws:iam::111122223333:role/", "arn:aws:iam::444455556666:role/B"
	many := []string{own + "A", own + "C", own + "D", own + "E"}
	for _, c := range []struct {
		principals []string
		condition  string
		want       Severity
		who        string
	}{
		{[]string{"*"}, "", Public, "everybody may "},
		{[]string{own + "A", "*"}, "", Public, "everybody, " + own + "A may "},
		{append(many[:4:4], "*"), "", Public, "everybody, " + own + "A, " + own + "C and 2 more may "},
		{append(many[:4:4], other), "", Outside, other + ", " + own + "A, " + own + "C and 2 more may "},
		{append(many[:4:4], other, "*"), "", Outside, "everybody, " + other + ", " + own + "A and 3 more may "},
		{[]string{"*"}, `"StringLike": {"aws:username": "*"}`, Public, "everybody may "},
		{[]string{"*"}, `"StringEquals": {"aws:PrincipalType": "User"}`, Public, "everybody may "},
		{[]string{"*"}, `"StringEquals": {"aws:PrincipalAccount": "111122223333"}`, Write, "everybody may "},
		{[]string{"*"}, `"StringEquals": {"aws:PrincipalAccount": "444455556666"}`, Outside, "everybody may "},
	} {
		grant := `{"Effect": "Allow", "Principal": {"AWS": ["` + strings.Join(c.principals, `", "`) +
			`"]}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme/a/*", "Condition": {` + c.condition + `}}`
		report := NewReport(States(state(t, "", "", "", ""), state(t, "", "", grant, "")))
		at := slices.IndexFunc(report.Changes, func(c Change) bool { return c.Kind == Broader })
		if at < 0 {
			t.Errorf("%q, %s: %q", c.principals, c.condition, lines(report.Changes))
			continue
		}
		change := report.Changes[at]
		if change.Severity != c.want || !strings.HasPrefix(change.Message, c.who) {
			t.Errorf("%q, %s: %s: %s", c.principals, c.condition, change.Severity, change.Message)
		}
		var text, markdown, asJSON strings.Builder
		if err := errors.Join(report.Text(&text, Texting{Paint: func(_ Kind, s string) string { return s }}),
			report.Markdown(&markdown, "x"), report.JSON(&asJSON)); err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(strings.TrimSuffix(c.who, " may "), " and ")
		for form, got := range map[string]string{"text": text.String(), "markdown": markdown.String(), "JSON": asJSON.String()} {
			if !strings.Contains(strings.ReplaceAll(got, `\`, ""), first) || !strings.Contains(got, string(c.want)) {
				t.Errorf("%q as %s: %s", c.principals, form, got)
			}
		}
	}
	// A Deny of everybody that goes lets in those alone whom an Allow lets in.
	const allow = `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/A"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme/a/*"}`
	deny := strings.NewReplacer("Allow", "Deny", `{"AWS": "arn:aws:iam::111122223333:role/A"}`, `"*"`).Replace(allow)
	got := lines(States(state(t, "", "", allow+","+deny, ""), state(t, "", "", allow, "")))
	if want := "broader write: everybody is no longer denied s3:PutObject on arn:aws:s3:::acme/a/*"; !slices.Contains(got, want) {
		t.Errorf("%q", got)
	}
}
