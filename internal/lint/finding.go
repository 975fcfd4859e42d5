package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/findings"
)

// Finding is what a check found.
type Finding struct {
	findings.Finding
	On     string   // what it is about, in words
	Names  []string // by which an entry of ignore knows it: of the thing, the document and the statement
	Always bool     // it cannot be ignored

	what string // the finding without what it is about, the same wherever the document is read
}

// The rules of findings that no check has.
const (
	RuleUnknown = "unknown" // something was not understood, or is not decided
	RuleIgnore  = "ignore"  // something is ignored without a reason, or cannot be
	RuleUnused  = "unused"  // what is ignored is not found
	RuleExpired = "expired" // what is ignored is ignored no longer
)

// Titles returns the titles of all rules.
func Titles() map[string]string {
	titles := map[string]string{
		RuleUnknown: "something that was not understood, or is not decided",
		RuleIgnore:  "something is ignored without a reason, or cannot be ignored",
		RuleUnused:  "what is ignored is not found",
		RuleExpired: "the last day of what is ignored is over",
	}
	for _, c := range Checks() {
		titles[c.ID] = c.Title
	}
	return titles
}

// finding puts what a check found into words.
func (v *view) finding(c Check, f found) Finding {
	out := Finding{On: f.on, Names: f.names, Always: c.Always}
	at, statement := f.at, ""
	if f.doc != nil {
		at = f.doc.place(f.statement)
	}
	if f.doc != nil && f.statement >= 0 {
		statement = fmt.Sprintf(", statement %d", f.statement+1)
		if sid := f.doc.as.Statements[f.statement].Sid; sid != "" {
			statement = fmt.Sprintf(", statement %q", sid)
			out.Names = append(slices.Clone(out.Names), sid)
		}
	}
	out.what = c.ID + statement + ": " + f.message
	message := f.on + statement + ": " + f.message
	out.Finding = findings.Finding{Rule: c.ID, Level: c.Level, File: at.Path, Line: at.Line,
		Col:     at.Col,
		Message: message, Hint: f.hint}
	if f.show != nil {
		one := *f.show
		one.Name = c.ID + ": " + message
		out.Detail = one.Expect + ": " + requestText(one.Request) + "\n"
		out.Case = one.JSON()
	}
	return out
}

// notKnown returns what a State has that was not understood, and what is not decided. A resource
// of a service that no check is about is a note: it has no policy of S3, KMS or IAM.
func (v *view) notKnown() []Finding {
	var out []Finding
	add := func(level findings.Level, at deployed.Place, message string) {
		out = append(out, Finding{On: "unknown", what: "unknown " + message,
			Finding: findings.Finding{Rule: RuleUnknown, Level: level,
				File: at.Path, Line: at.Line, Col: at.Col, Message: message}})
	}
	for _, u := range v.state.Unknown {
		level := findings.Warning
		if elsewhere(u) {
			level = findings.Note
		}
		add(level, u.At, "not known: "+u.String())
	}
	for _, o := range v.undecided {
		add(findings.Warning, o.at, o.on+" is not decided: "+o.why)
	}
	return out
}

// elsewhere reports whether what was not understood is a resource of another service.
func elsewhere(u deployed.Unknown) bool {
	if u.Kind != "resource" && u.Kind != "resource type" {
		return false
	}
	text := strings.ToLower(u.What + " " + u.Why)
	return !slices.ContainsFunc([]string{"aws::iam", "aws::s3", "aws::kms", "aws::personalize",
		"aws::cloudformation", "custom::",
		"aws_iam", "aws_s3", "aws_kms", "awscc_iam", "awscc_s3", "awscc_kms", "cloudcontrol",
		"aws_cloudformation", "module"},
		func(s string) bool { return strings.Contains(text, s) })
}
