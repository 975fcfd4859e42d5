package diff

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// A guard does not pass what nobody knows, and holds each kind of policy against what it can grant.
func TestGuardDoubts(t *testing.T) {
	attached := state(t, read, "", "", "")
	attached.Attachments = []deployed.Attachment{{Policy: deployed.Lit("arn:aws:iam::aws:policy/AdministratorAccess"), Kind: deployed.RoleP, To: deployed.Lit("Shop")}}
	unknown := state(t, read, "", "", "")
	unknown.Unknown = []deployed.Unknown{{Kind: "resource type", What: "AWS::IAM::UserPolicy"}}
	trust := state(t, "", assume(`{"AWS": "arn:aws:iam::111122223333:root"}`), "", "")
	reference := policy.Document{Version: policy.Version2012, Statements: document(t, allow("s3:*", "*")).Document.Statements}
	for name, c := range map[string]struct {
		guard Guard
		state deployed.State
		found bool
	}{
		"attached":                   {Guard{Actions: []string{"s3:PutObject"}}, attached, true},
		"attached, with a reference": {Guard{Against: &reference}, attached, true},
		"attached, public":           {Guard{Public: true}, attached, false},
		"not understood":             {Guard{Actions: []string{"s3:PutObject"}}, unknown, true},
		"not understood, public":     {Guard{Public: true}, unknown, true},
		"actions of several kinds":   {Guard{Actions: []string{"s3:PutObject", "sts:AssumeRole"}}, trust, true},
		"other actions":              {Guard{Actions: []string{"s3:PutObject"}}, trust, false},
		"the role":                   {Guard{Actions: []string{"sts:AssumeRole"}, Resources: []string{"arn:aws:iam::*:role/Sh*"}}, trust, true},
		"the role alone":             {Guard{Resources: []string{"arn:aws:iam::*:role/Sh*"}}, trust, true},
		"another role":               {Guard{Actions: []string{"sts:AssumeRole"}, Resources: []string{"arn:aws:iam::*:role/X"}}, trust, false},
	} {
		if got := c.guard.state(c.state); len(got) > 0 != c.found {
			t.Errorf("%s: %q", name, lines(got))
		}
	}
	for condition, public := range map[string]bool{
		`"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}`:                   true,
		`"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "128.0.0.0/1"]}`: true,
		`"IpAddress": {"aws:SourceIp": "::/0"}`:                        true,
		`"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.1"]}`:   false,
		`"IpAddress": {"aws:SourceIp": "2001:db8::/32"}`:               false,
		`"NumericGreaterThan": {"aws:SourceAccount": "1"}`:             true,
		`"StringEquals": {"aws:SourceAccount": "111122223333"}`:        false,
	} {
		s := state(t, "", "", strings.TrimSuffix(letIn(`"*"`, "s3:GetObject"), "}")+`, "Condition": {`+condition+`}}`, "")
		if got := (Guard{Public: true}).state(s); len(got) > 0 != public {
			t.Errorf("%s: %q", condition, lines(got))
		}
	}
}
