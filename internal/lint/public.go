package lint

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/actions"
	"github.com/pzgen/pzgen/internal/diff"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

const pagePublic = "Amazon S3 User Guide, access-control-block-public-access"

// publicChecks are about what everybody may.
func publicChecks() []Check {
	return []Check{
		{ID: "PZ140", Title: "everybody may write",
			Level: findings.Error, Always: true, Source: pagePublic, Date: noted,
			Why: "Who writes the data that Personalize learns from decides what it " +
				"recommends; who may change a policy decides everything. Personalize needs " +
				"no public bucket: its own principal is in the policy.",
			Before: bucket(`{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-data/in/*"}`),
			After: bucket(`{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-data/in/*",
  "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}`),
			find: public(policy.Resource, true)},
		{ID: "PZ141", Title: "everybody may read",
			Level: findings.Error, Source: pagePublic, Date: noted,
			Why: "Interactions, users and recommendations are data about people. Personalize " +
				"needs no public bucket: its own principal is in the policy.",
			Before: bucket(`{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/out/*"}`),
			After: bucket(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "s3:GetObject",
  "Resource": "arn:aws:s3:::acme-data/out/*",
  ` + sourced + `}`),
			find: public(policy.Resource, false)},
		{ID: "PZ142", Title: "a role that everybody may assume",
			Level: findings.Error, Always: true, Date: noted,
			Source: "IAM User Guide, reference_policies_elements_principal",
			Why: "Whoever assumes the role has what it may do, in the account's name. A " +
				"trust policy names accounts, roles or services.",
			Before: trust(`{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}`),
			After:  trust(`{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}`),
			find:   public(policy.Trust, true)},
		{ID: "PZ143", Title: "a key that everybody may use",
			Level: findings.Error, Always: true, Date: noted,
			Source: "AWS KMS Developer Guide, key-policy-overview",
			Why: "Principal \"*\" is every account there is. The policies of AWS managed " +
				"keys have it together with kms:CallerAccount and kms:ViaService; without " +
				"kms:CallerAccount it lets strangers in through the service.",
			Before: key(`{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}`),
			After: key(`{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
  "Condition": {"StringEquals": {"kms:CallerAccount": "111122223333", "kms:ViaService": "s3.us-east-1.amazonaws.com"}}}`),
			find: public(policy.KeyPolicy, true)},
		{ID: "PZ144", Title: "an Allow with NotPrincipal",
			Level: findings.Error, Date: looked,
			Source: "IAM User Guide, reference_policies_elements_notprincipal",
			Why: "It lets in everybody who is not named, anonymous callers too. AWS takes it " +
				"in a Deny alone, and keeps old policies that have it.",
			Before: bucket(`{"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/Guest"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			After: bucket(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/App"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find: problems(policy.TopicNotPrincipal)},
		{ID: "PZ145", Title: "a Deny with NotPrincipal",
			Level: findings.Note, Date: looked,
			Source: "IAM User Guide, reference_policies_elements_notprincipal",
			Why: "It denies to everybody who is not named whole: with a role, also its " +
				"session and its account have to be listed, and with a permissions boundary " +
				"the role is always denied. AWS recommends a condition on " +
				"aws:PrincipalArn.",
			Before: bucket(`{"Effect": "Deny", "NotPrincipal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:role/App"]},
  "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			After: bucket(`{"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::acme-data/*",
  "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/App"}}}`),
			find: eachStatement(func(_ *document, s policy.Statement) (string, string) {
				if s.Effect == policy.Deny && s.NotPrincipal != nil {
					return "denies by NotPrincipal",
						"deny to everybody, but for a condition on aws:PrincipalArn"
				}
				return "", ""
			})},
	}
}

// eachStatement returns the check that asks of each statement what is wrong with it, and what to
// write.
func eachStatement(wrong func(*document, policy.Statement) (message, hint string)) func(*view,
	reporter) {
	return func(v *view, report reporter) {
		for _, d := range v.docs {
			for i, s := range d.as.Statements {
				if message, hint := wrong(d, s); message != "" {
					report(d.found(i, message, hint))
				}
			}
		}
	}
}

// public returns the check that finds the statements of one kind of policy that let everybody in,
// each asked by itself with all that is denied: an anonymous caller, or somebody of an account
// that nobody names, whom it allows everything. With write it is about more than reading.
func public(kind policy.Kind, write bool) func(*view, reporter) {
	return func(v *view, report reporter) {
		for _, h := range v.holders {
			if h.kind != kind || len(h.docs) == 0 {
				continue
			}
			own := h.docs[0].filled
			for i, s := range own.Statements {
				if s.Effect == policy.Allow && everybody(s.Principal) &&
					!slices.ContainsFunc(s.Condition, diff.Limits) {
					v.publicStatement(h, own, i, write, report)
				}
			}
		}
	}
}

func (v *view) publicStatement(h *holder, own policy.Document, i int, write bool, report reporter) {
	one, none := policy.Document{Version: own.Version}, policy.Document{Version: own.Version}
	for j, o := range own.Statements {
		if o.Effect == policy.Deny || j == i {
			one.Statements = append(one.Statements, o)
		}
	}
	everything := []policy.Document{policy.Everything()}
	for _, who := range []struct {
		principal string
		identity  []policy.Document
	}{{"*", nil}, {v.user(stranger), everything}} {
		c, err := policy.Compare(policy.Policies{Identity: who.identity, Resource: &none},
			policy.Policies{Identity: who.identity, Resource: &one},
			policy.Setting{Principal: who.principal, ResourceAccount: v.account})
		if err != nil {
			v.open(h, err.Error())
			return
		}
		for _, change := range c.Changes {
			if h.kind == policy.Resource && write == onlyReads(own.Statements[i]) {
				return
			}
			f := h.docs[0].found(i,
				"lets everybody in: "+change.Witness.Action+" on "+change.Witness.Resource,
				"name who is let in, or add a condition on aws:PrincipalOrgID, aws:PrincipalAccount or aws:SourceArn")
			f.show = &policy.Case{Request: change.Witness, Expect: policy.Allowed,
				Policies: policy.Policies{Identity: who.identity, Resource: &own}}
			report(f)
			return
		}
		for _, why := range c.Undecided {
			v.open(h, why)
		}
	}
}

// onlyReads reports whether a statement allows nothing but reading and listing, by the table of
// actions.
func onlyReads(s policy.Statement) bool {
	if len(s.Action.Values) == 0 {
		return false
	}
	for _, a := range s.Action.Values {
		names, known := actions.Default().Match(a.IAM())
		if !known || len(names) == 0 {
			return false
		}
		for _, n := range names {
			if l, _ := actions.Default().Level(n); l != actions.Read && l != actions.List {
				return false
			}
		}
	}
	return true
}

// joined lists texts for a message.
func joined(t policy.Texts) string {
	var out []string
	for _, v := range t.Values {
		out = append(out, v.IAM())
	}
	return strings.Join(out, ", ")
}
