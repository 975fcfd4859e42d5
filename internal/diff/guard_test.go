package diff

import (
	"slices"
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

// A reference with principals is held against the policies of buckets, keys and roles, whatever its actions are, and
// one without against those of principals.
func TestGuardAgainst(t *testing.T) {
	const root, anybody = `{"AWS": "arn:aws:iam::111122223333:root"}`, `"*"`
	lets := func(effect, principal, actions, resource string) string {
		return `{"Effect": "` + effect + `", "Principal": ` + principal + `, "Action": [` + actions + `], ` +
			resource + `}`
	}
	const all, on = `"Resource": "*"`, `"Resource": "arn:aws:iam::111122223333:role/Shop"`
	with := map[string]deployed.State{
		"role":   state(t, allow("s3:GetObject", "*"), "", "", ""),
		"trust":  state(t, "", assume(root), "", ""),
		"bucket": state(t, "", "", letIn(`{"AWS": "arn:aws:iam::111122223333:role/Ann"}`, "s3:GetObject"), ""),
		"key":    state(t, "", "", "", lets("Allow", root, `"kms:*"`, all)),
	}
	for name, c := range map[string]struct{ reference, found string }{
		"everything, to everybody":      {lets("Allow", anybody, `"*"`, all), ""},
		"everything, to the account":    {lets("Allow", root, `"*"`, all), "bucket"},
		"S3, to everybody":              {lets("Allow", anybody, `"s3:*"`, all), "key trust"},
		"S3 and KMS, to everybody":      {lets("Allow", anybody, `"s3:*", "kms:*"`, all), "trust"},
		"a part of KMS":                 {lets("Allow", anybody, `"s3:*", "kms:Describe*"`, all), "key trust"},
		"KMS, to everybody":             {lets("Allow", anybody, `"kms:*"`, all), "bucket trust"},
		"all but STS":                   {strings.Replace(lets("Allow", anybody, `"sts:*"`, all), `"Action"`, `"NotAction"`, 1), "trust"},
		"all but S3":                    {strings.Replace(lets("Allow", anybody, `"s3:*"`, all), `"Action"`, `"NotAction"`, 1), "bucket"},
		"roles, to everybody":           {lets("Allow", anybody, `"iam:*"`, all), "bucket key trust"},
		"assuming, as a trust policy":   {assume(root), "bucket key"},
		"assuming this role":            {lets("Allow", anybody, `"sts:*"`, on), "bucket key"},
		"assuming another role":         {lets("Allow", anybody, `"*"`, strings.Replace(on, "Shop", "Other", 1)), "bucket key trust"},
		"assuming, but not this role":   {lets("Allow", anybody, `"*"`, all) + "," + lets("Deny", anybody, `"sts:*"`, on), "trust"},
		"assuming, but not some role":   {lets("Allow", anybody, `"*"`, all) + "," + lets("Deny", anybody, `"sts:*"`, `"Resource": "arn:aws:iam::*:role/${aws:PrincipalTag/team}"`), "trust"},
		"assuming, but no other role":   {lets("Allow", anybody, `"*"`, all) + "," + lets("Deny", anybody, `"sts:*"`, strings.Replace(on, "Shop", "Other", 1)), ""},
		"everything, to another one":    {lets("Allow", `{"AWS": "arn:aws:iam::444455556666:root"}`, `"*"`, all), "bucket key trust"},
		"everything, without principal": {allow("*", "*"), ""},
		"something, without principal":  {allow("s3:PutObject", "*"), "role"},
	} {
		reference := document(t, c.reference).Document
		var found []string
		for what, s := range with {
			list := (Guard{Against: &reference, Name: "reference.json"}).state(s)
			if slices.ContainsFunc(list, func(c Change) bool { return c.Kind != Broader }) {
				t.Errorf("%s, %s: %q", name, what, lines(list))
			}
			if len(list) > 0 {
				found = append(found, what)
			}
		}
		slices.Sort(found)
		if got := strings.Join(found, " "); got != c.found {
			t.Errorf("%s: found in %q, expected %q", name, got, c.found)
		}
	}
}
