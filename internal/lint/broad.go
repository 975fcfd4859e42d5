package lint

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

const pageLeast = "IAM User Guide, best-practices, \"Apply least-privilege permissions\""

// broadChecks are about policies of identities that allow more than anybody meant.
func broadChecks() []Check {
	return []Check{
		{ID: "PZ150", Title: "everything is allowed",
			Level: findings.Warning, Source: pageLeast, Date: looked,
			Why: "Action \"*\" on Resource \"*\" is an administrator: whoever has the policy " +
				"can give himself and everybody else all there is.",
			Before: identity("", `{"Effect": "Allow", "Action": "*", "Resource": "*"}`),
			After:  identity("", `{"Effect": "Allow", "Action": "personalize:*", "Resource": "*"}`),
			find: wildcards(func(action string) bool { return action == "*" },
				[]string{"iam:CreatePolicyVersion"}, "allows every action on everything")},
		{ID: "PZ151", Title: "every action of a service that guards others",
			Level: findings.Warning, Source: pageLeast, Date: looked,
			Why: "s3:*, kms:*, iam:* and sts:* on Resource \"*\" reach all buckets, keys and " +
				"roles of the account: to delete them, to change who may use them, to " +
				"become them. Jobs of Personalize need three actions of S3 on one bucket.",
			Before: identity("", `{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}`),
			After:  identity("", `{"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"]}`),
			find: wildcards(func(action string) bool {
				return hasFold([]string{"s3:*", "kms:*", "iam:*", "sts:*"}, action)
			}, []string{"s3:DeleteBucket", "kms:PutKeyPolicy", "iam:CreatePolicyVersion",
				"sts:AssumeRole"}, "allows every action of a service on everything")},
		{ID: "PZ152", Title: "an Allow with NotAction",
			Level: findings.Warning, Date: looked,
			Source: "IAM User Guide, reference_policies_elements_notaction",
			Why: "It allows all actions but those that are listed, of all services, and of " +
				"those that AWS adds next week. AWS recommends it in a Deny.",
			Before: identity("", `{"Effect": "Allow", "NotAction": ["iam:*", "kms:*", "s3:*", "sts:*"], "Resource": "*"}`),
			After:  identity("", `{"Effect": "Allow", "Action": "personalize:*", "Resource": "*"}`),
			find: exceptions(func(s policy.Statement) bool { return s.NotAction.Values != nil },
				func(s policy.Statement) string {
					return "allows all actions but " + joined(s.NotAction)
				}, "list the actions that are meant")},
		{ID: "PZ153", Title: "an Allow with NotResource",
			Level: findings.Warning, Date: looked,
			Source: "IAM User Guide, reference_policies_elements_notresource",
			Why: "It allows the actions on all resources but those that are listed: those of " +
				"other teams, and those that do not exist yet.",
			Before: identity("", `{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::acme-secrets/*"}`),
			After:  identity("", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}`),
			find: exceptions(func(s policy.Statement) bool { return s.NotResource.Values != nil },
				func(s policy.Statement) string {
					return "allows on all resources but " + joined(s.NotResource)
				}, "list the resources that are meant")},
	}
}

// wildcards returns the check that finds statements of identities with such actions on "*", as
// far as one of the calls passes by them with all that the identity has.
func wildcards(broad func(action string) bool, calls []string, message string) func(*view,
	reporter) {
	return func(v *view, report reporter) {
		for _, h := range v.holders {
			if h.kind != policy.Identity ||
				!h.statement(func(s policy.Statement) bool { return isBroad(s, broad) }) {
				continue
			}
			for _, call := range calls {
				service, _, _ := strings.Cut(call, ":")
				if v.anywhere(h, call, service, message,
					func(s policy.Statement) bool { return isBroad(s, broad) }, report) {
					break
				}
			}
		}
	}
}

// anywhere reports a statement of the holder that allows a call on a resource that nobody names.
func (v *view) anywhere(h *holder, call, service, message string, is func(policy.Statement) bool,
	report reporter) bool {
	resource := map[string]string{"s3": "arn:" + v.partition + ":s3:::any-bucket",
		"kms": "arn:" + v.partition + ":kms:" + v.region + ":" + v.account + ":key/any",
		"iam": "arn:" + v.partition + ":iam::" + v.account + ":policy/any",
		"sts": "arn:" + v.partition + ":iam::" + v.account + ":role/any"}[service]
	for _, c := range v.granted(h, "", []string{call}, []string{resource}) {
		f := v.about(h, c, message, "name the actions and the resources that are needed")
		if f.doc != nil && is(f.doc.filled.Statements[f.statement]) {
			report(f)
			return true
		}
	}
	return false
}

func isBroad(s policy.Statement, broad func(string) bool) bool {
	has := func(t policy.Texts, ok func(string) bool) bool {
		return slices.ContainsFunc(t.Values, func(x policy.Text) bool { return ok(x.IAM()) })
	}
	return s.Effect == policy.Allow && has(s.Action, broad) && has(s.Resource,
		func(r string) bool { return r == "*" })
}

// statement reports whether a statement of the holder is such.
func (h *holder) statement(is func(policy.Statement) bool) bool {
	return slices.ContainsFunc(h.docs,
		func(d *document) bool { return slices.ContainsFunc(d.filled.Statements, is) })
}

// exceptions returns the check that finds statements that allow all but something, as far as they
// allow anything that nothing else of the policies does.
func exceptions(is func(policy.Statement) bool, message func(policy.Statement) string,
	hint string) func(*view, reporter) {
	return func(v *view, report reporter) {
		allows := func(s policy.Statement) bool { return s.Effect == policy.Allow && is(s) }
		for _, h := range v.holders {
			if !h.statement(allows) {
				continue
			}
			for _, d := range h.docs {
				for i, s := range d.filled.Statements {
					if allows(s) {
						v.exception(h, d, i, message(d.as.Statements[i]), hint, report)
					}
				}
			}
		}
	}
}

// exception reports a statement with a request that it allows.
func (v *view) exception(h *holder, d *document, i int, message, hint string, report reporter) {
	own := h.policies()
	without, in := own, v.setting(h)
	cut := policy.Document{Version: d.filled.Version,
		Statements: slices.Delete(slices.Clone(d.filled.Statements), i, i+1)}
	if h.kind == policy.Identity {
		without.Identity = slices.Clone(own.Identity)
		without.Identity[slices.Index(h.docs, d)] = cut
	} else {
		without.Resource = &cut
	}
	c, err := policy.Compare(without, own, in)
	if err != nil {
		v.open(h, err.Error())
		return
	}
	for _, change := range c.Changes {
		if change.Kind == policy.Broader {
			f := v.about(h, change, message, hint)
			f.doc, f.statement = d, i
			report(f)
			return
		}
	}
	for _, why := range c.Undecided {
		v.open(h, why)
	}
}
