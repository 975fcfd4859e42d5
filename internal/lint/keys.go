package lint

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

const pageKeyDefault = "AWS KMS Developer Guide, key-policy-default"

// keyChecks are about keys and their policies.
func keyChecks() []Check {
	return []Check{
		{ID: "PZ160", Title: "a key that nobody could manage",
			Level: findings.Error, Always: true, Source: pageKeyDefault, Date: looked,
			Why: "When nobody may change the policy of a key any more, only AWS Support can " +
				"help, and KMS refuses to store such a policy unless it is told to skip its " +
				"check. The key policy that the guide of Personalize prints is one " +
				"statement for a policy that exists, not a policy.",
			Before: Example{OnKey, statements("", `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/PersonalizeShop"},
  "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"}`)},
			After: key(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/PersonalizeShop"},
  "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"}`),
			find: lockedOut},
		{ID: "PZ161", Title: "a key for which policies of identities do not count",
			Level: findings.Note, Source: pageKeyDefault, Date: noted,
			Why: "Without a statement for the account, arn:aws:iam::ACCOUNT:root, what IAM " +
				"policies allow on the key is not asked: the guide's policies for roles and " +
				"users that use the key do nothing.",
			Before: Example{OnKey, statements("", `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/KeyAdmin"},
  "Action": "kms:*", "Resource": "*"}`)},
			After: Example{OnKey, statements("", root)}, find: closedKey},
		{ID: "PZ162", Title: "grants on a key by whoever may use it",
			Level: findings.Note, Date: looked,
			Source: "AWS KMS Developer Guide, grant-authorization",
			Why: "A grant hands the use of the key on, to anybody. With " +
				"kms:GrantIsForAWSResource it is made by services of AWS alone. The " +
				"statement that the guide has for Personalize goes without, and is not " +
				"meant here.",
			Before: key(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/Data"},
  "Action": ["kms:Decrypt", "kms:CreateGrant"], "Resource": "*"}`),
			After: key(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/Data"},
  "Action": "kms:Decrypt", "Resource": "*"},
 {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/Data"}, "Action": "kms:CreateGrant", "Resource": "*",
  "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}`),
			find: grantsOn},
		{ID: "PZ163", Title: "a service that may administer a key",
			Level: findings.Warning, Date: noted,
			Source: "Amazon Personalize Developer Guide, granting-personalize-key-access",
			Why: "Personalize needs five actions on a key: Decrypt, GenerateDataKey, " +
				"DescribeKey, CreateGrant and ListGrants. With kms:* it may delete the key.",
			Before: key(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "kms:*", "Resource": "*",
  ` + sourced + `}`),
			After: key(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"},
  "Action": ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:CreateGrant", "kms:ListGrants"], "Resource": "*",
  ` + sourced + `}`),
			find: serviceAdministers},
		{ID: "PZ164", Title: "a key without rotation",
			Level: findings.Warning, Date: looked,
			Source: "AWS KMS API Reference, EnableKeyRotation",
			Why: "Rotation changes the key material every year, and nothing that uses the " +
				"key notices. CloudFormation and Terraform leave it off unless they are " +
				"told. Keys that are not symmetric cannot have it.",
			Before: template(keyTemplate + "      EnableKeyRotation: false\n"),
			After:  template(keyTemplate + "      EnableKeyRotation: true\n"),
			find:   notRotated},
	}
}

const keyTemplate = `  Shop:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "arn:aws:iam::111122223333:root"}
            Action: "kms:*"
            Resource: "*"
`

// keys calls f for each holder that is a key with a policy.
func (v *view) keys(f func(h *holder, d *document)) {
	for _, h := range v.holders {
		if h.kind == policy.KeyPolicy && len(h.docs) > 0 && !h.faulty {
			f(h, h.docs[0])
		}
	}
}

// managers returns the principals of the key's account that a policy names, as the requests of
// somebody whom IAM allows everything; for an account, some user of it.
func (v *view) managers(d *document) []string {
	var out []string
	for _, s := range d.filled.Statements {
		if s.Effect != policy.Allow {
			continue
		}
		if everybody(s.Principal) || s.NotPrincipal != nil {
			out = append(out, v.user(v.account))
		}
		for _, p := range named(s.Principal) {
			if who := v.somebody(p); strings.HasPrefix(who, "arn:") {
				out = append(out, who)
			}
		}
	}
	return out
}

// lockedOut finds keys whose policy nobody whom it names may change.
func lockedOut(v *view, report reporter) {
	v.keys(func(h *holder, d *document) {
		if d.part {
			return
		}
		who := v.managers(d)
		for _, p := range who {
			_, account, _ := strings.Cut(p, "::")
			account, _, _ = strings.Cut(account, ":")
			if v.placed && !d.loose && account != v.account {
				continue // another account cannot change the policy (AWS KMS Developer Guide, key-policy-modifying)
			}
			arn := strings.Replace(h.arns[0], ":"+v.account+":", ":"+account+":", 1)
			set := h.policies()
			set.Identity = []policy.Document{policy.Everything()}
			if !keepsAccount(d, account) {
				set.Identity = append(set.Identity, policy.Everything())
			}
			for _, context := range v.managing() {
				r := policy.Request{Principal: p, Action: "kms:PutKeyPolicy", Resource: arn,
					Context: context}
				decision, ok := v.decide(h, r, set)
				if !ok || decision.Outcome == policy.Allowed {
					return
				}
			}
		}
		// Conditions that no plain request meets may let somebody in all the same.
		if len(v.granted(h, "", []string{"kms:PutKeyPolicy"}, []string{"*"})) > 0 {
			return
		}
		f := d.found(-1, "nobody may change the policy any more",
			"add a statement for the account: kms:* for arn:"+v.partition+":iam::"+v.account+":root")
		r := policy.Request{Principal: v.user(v.account), Action: "kms:PutKeyPolicy",
			Resource: h.arns[0], Context: v.managing()[0]}
		set := h.policies()
		set.Identity = []policy.Document{policy.Everything()}
		if decision, ok := v.decide(h, r, set); ok {
			f.show = &policy.Case{Request: r, Policies: set, Expect: decision.Outcome}
			report(f)
		}
	})
}

// managing are the contexts in which people manage keys: over TLS, with and without a second
// factor.
func (v *view) managing() []map[string][]string {
	return []map[string][]string{{"aws:SecureTransport": {"true"}},
		{"aws:SecureTransport": {"true"}, "aws:MultiFactorAuthPresent": {"true"}}}
}

// keepsAccount reports whether a key policy has a statement for an account as a whole.
func keepsAccount(d *document, account string) bool {
	return slices.ContainsFunc(d.filled.Statements, func(s policy.Statement) bool {
		return s.Effect == policy.Allow && slices.ContainsFunc(named(s.Principal),
			func(p string) bool {
				a, ok := policy.ParseARN(p)
				return p == account || ok && a.Account == account && a.Resource == "root"
			})
	})
}

func closedKey(v *view, report reporter) {
	v.keys(func(h *holder, d *document) {
		open := slices.ContainsFunc(d.filled.Statements, func(s policy.Statement) bool {
			return s.Effect == policy.Allow && (everybody(s.Principal) || s.NotPrincipal != nil ||
				slices.ContainsFunc(named(s.Principal), func(p string) bool {
					a, ok := policy.ParseARN(p)
					return isAccount(p) || ok && a.Resource == "root"
				}))
		})
		lockable := len(v.granted(h, "", []string{"kms:PutKeyPolicy"}, []string{"*"})) > 0
		if !open && !d.part && lockable {
			report(d.found(-1,
				"no account is named as a whole, so that policies of identities do not count for the key",
				"add kms:* for arn:"+v.partition+":iam::"+v.account+":root, or say in the policy all who use it"))
		}
	})
}

func grantsOn(v *view, report reporter) {
	v.keys(func(h *holder, d *document) {
		for i, s := range d.filled.Statements {
			listed := slices.ContainsFunc(s.Action.Values,
				func(t policy.Text) bool { return strings.EqualFold(t.IAM(), "kms:CreateGrant") })
			if s.Effect != policy.Allow || !listed || v.ofPersonalize(s) || manages(s) ||
				slices.ContainsFunc(s.Condition, aboutGrants) {
				continue
			}
			for _, p := range named(s.Principal) {
				for _, c := range v.granted(h, v.somebody(p), []string{"kms:CreateGrant"},
					[]string{"*"},
					condition("BoolIfExists", "kms:GrantIsForAWSResource", "false")) {
					f := v.about(h, c, "may hand the use of the key on by grants",
						"add a condition: Bool kms:GrantIsForAWSResource true")
					if f.doc == d && f.statement == i {
						report(f)
						break
					}
				}
			}
		}
	})
}

// somebody returns who makes requests for a principal that a policy names.
func (v *view) somebody(p string) string {
	if a, ok := policy.ParseARN(p); ok && a.Resource == "root" {
		return v.user(a.Account)
	}
	if isAccount(p) {
		return v.user(p)
	}
	return p
}

// user is some user of an account.
func (v *view) user(account string) string {
	return "arn:" + v.partition + ":iam::" + account + ":user/Somebody"
}

// ofPersonalize reports whether a statement is the one that Personalize needs: for the service,
// or for a role that it assumes, or with all that the guide lists.
func (v *view) ofPersonalize(s policy.Statement) bool {
	if hasFold(services(s.Principal), personalize) ||
		s.CoversAction("kms:GenerateDataKey") && s.CoversAction("kms:ListGrants") {
		return true
	}
	return slices.ContainsFunc(v.holders, func(h *holder) bool {
		return h.service && hasFold(named(s.Principal), h.principal)
	})
}

// manages reports whether a statement is one for administrators of the key.
func manages(s policy.Statement) bool { return s.CoversAction("kms:PutKeyPolicy") }

func aboutGrants(c policy.Condition) bool {
	return hasFold([]string{"kms:GrantIsForAWSResource", "kms:GranteePrincipal",
		"kms:GrantOperations", "kms:ViaService"}, c.Key)
}

func serviceAdministers(v *view, report reporter) {
	v.keys(func(h *holder, d *document) {
		asked := map[string]bool{}
		for _, s := range d.filled.Statements {
			for _, name := range services(s.Principal) {
				if s.Effect != policy.Allow || asked[name] ||
					!s.CoversAction("kms:ScheduleKeyDeletion") {
					continue
				}
				asked[name] = true
				for _, c := range v.granted(h, name, []string{"kms:ScheduleKeyDeletion"},
					[]string{"*"}) {
					report(v.about(h, c, name+" may delete the key",
						"list the actions that the service needs"))
					break
				}
			}
		}
	})
}

func notRotated(v *view, report reporter) {
	for _, h := range v.holders {
		if h.key == nil || !h.key.Created || h.key.Rotation.V || !symmetric(h.key.Spec) ||
			v.unread(h, "customer_master_key_spec", "key_usage", "Origin") {
			continue
		}
		report(found{statement: -1, on: h.on, names: h.names, at: h.at,
			message: "the key is not rotated",
			hint:    "set EnableKeyRotation, enable_key_rotation in Terraform"})
	}
}

// symmetric reports whether a key is one to encrypt with, which can be rotated: the kind that is
// made where nothing is said.
func symmetric(spec deployed.Text) bool {
	s := spec.V.String()
	return s == "" || s == "SYMMETRIC_DEFAULT"
}
