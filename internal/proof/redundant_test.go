package proof

import (
	"strings"
	"testing"
)

// What other statements say already is found, also where no call is asked about it, and what only
// looks like it is not.
func TestRedundant(t *testing.T) {
	const head = "    statements:\n"
	for _, c := range []struct {
		name, statements string
		check            string
		words            []string // none: the proof holds
	}{
		{"an Allow of what the role may already", `      role:
        - {sid: Again, effect: Allow, action: "s3:GetObject", resource: "<data.arn>/sets/*"}
`, Extra, []string{"Again", "the other statements allow the same without it"}},
		{"a Deny that is there", `      buckets:
        out:
        - {sid: Again, effect: Deny, principal: "*", action: "s3:*", resource: ["<out.arn>", "<out.arn>/*"], condition: {Bool: {"aws:SecureTransport": "false"}}}
`, Extra, []string{"Again", "refuses nothing that other statements do not refuse"}},
		{"a Deny of a part of what one denies", `      buckets:
        out:
        - {sid: Again, effect: Deny, principal: "*", action: "s3:Put*", resource: "<out.arn>/x", condition: {Bool: {"aws:SecureTransport": "false"}}}
`, Extra, []string{"Again", "refuses nothing that other statements do not refuse"}},
		{"a Deny of its own", `      buckets:
        out:
        - {sid: Own, effect: Deny, principal: "*", action: "s3:DeleteObject", resource: "<out.arn>/*"}
`, "", nil},
		{"a denial of the role that nothing allows there", `      role:
        - {sid: Own, effect: Deny, action: "s3:DeleteObject", resource: "*"}
`, "", nil},
		{"an action that a wildcard of the same Deny has", `      buckets:
        out:
        - {sid: Own, effect: Deny, principal: "*", action: ["s3:Delete*", "s3:DeleteObject"], resource: "<out.arn>/*"}
`, Extra, []string{"Own", `action "s3:DeleteObject" refuses nothing that the rest does not refuse`}},
		{"a value that a pattern has", `      buckets:
        out:
        - {sid: Own, effect: Deny, principal: "*", action: "s3:Delete*", resource: "<out.arn>/*", condition: {StringNotLike: {"aws:PrincipalTag/a": ["x", "x*"]}}}
`, Extra, []string{"Own", `value "x" of condition StringNotLike aws:PrincipalTag/a decides nothing`}},
		{"a condition that another one implies", `      buckets:
        out:
        - {sid: Own, effect: Deny, principal: "*", action: "s3:Delete*", resource: "<out.arn>/*", condition: {StringEquals: {"aws:PrincipalTag/a": "x"}, "Null": {"aws:PrincipalTag/a": "false"}}}
`, Extra, []string{"Own", `condition Null aws:PrincipalTag/a decides nothing`}},
		{"the accepted one of two that say the same", `      buckets:
        out:
        - {sid: Again, effect: Deny, principal: "*", action: "s3:Put*", resource: "<out.arn>/x", condition: {Bool: {"aws:SecureTransport": "false"}}, accepted: for the auditors}
`, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Prove(proofSetup(t, head+c.statements), nil, Input{})
			if c.words == nil {
				if !r.OK() {
					t.Errorf("%+v", r.Findings)
				}
				return
			}
			f := finds(t, r, c.check, c.words...)
			if !strings.Contains(f.Hint, "accepted: with the reason") {
				t.Errorf("hint %q", f.Hint)
			}
		})
	}
}
