package lint

import (
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

const pagePassRole = "IAM User Guide, id_roles_use_passrole"

// roleChecks are about handing roles to services.
func roleChecks() []Check {
	return []Check{
		{ID: "PZ154", Title: "a role can be passed to any service",
			Level: findings.Warning, Source: pagePassRole, Date: looked,
			Why: "Without a condition on iam:PassedToService the role can be given to " +
				"whatever runs code, a function or an instance, if it lets that service in; " +
				"it then acts with what the role may do.",
			Before: identity("", `{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/PersonalizeShop"}`),
			After: identity("", `{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/PersonalizeShop",
  "Condition": {"StringEquals": {"iam:PassedToService": "personalize.amazonaws.com"}}}`),
			find: passesAnywhere},
		{ID: "PZ155", Title: "every role can be passed",
			Level: findings.Warning, Source: pagePassRole, Date: looked,
			Why: "iam:PassRole on \"*\" hands out all roles of the account, those of " +
				"administrators too. The guide of Personalize printed it until 2023, and " +
				"names the service role since.",
			Before: identity("", `{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
  "Condition": {"StringEquals": {"iam:PassedToService": "personalize.amazonaws.com"}}}`),
			After: identity("", `{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/PersonalizeShop",
  "Condition": {"StringEquals": {"iam:PassedToService": "personalize.amazonaws.com"}}}`),
			find: passesAll},
	}
}

// full reports whether a statement allows everything, which has a check of its own.
func full(s policy.Statement) bool {
	return isBroad(s, func(a string) bool { return a == "*" || strings.EqualFold(a, "iam:*") })
}

func passesAnywhere(v *view, report reporter) {
	for _, h := range v.holders {
		if h.kind != policy.Identity || !h.allows("iam:PassRole") {
			continue
		}
		for _, c := range v.granted(h, "", []string{"iam:PassRole"}, []string{"arn:" + v.partition + ":iam::*:role/*"},
			condition("StringEquals", "iam:PassedToService", "any-service.amazonaws.com")) {
			f := v.about(h, c, "can pass a role to any service",
				"add a condition: StringEquals iam:PassedToService personalize.amazonaws.com")
			if f.doc != nil && !full(f.doc.filled.Statements[f.statement]) &&
				f.doc.filled.Statements[f.statement].NotAction.Values == nil {
				report(f)
			}
		}
	}
}

func passesAll(v *view, report reporter) {
	for _, h := range v.holders {
		if h.kind != policy.Identity || !h.allows("iam:PassRole") {
			continue
		}
		for _, c := range v.granted(h, "", []string{"iam:PassRole"},
			[]string{"arn:" + v.partition + ":iam::" + v.account + ":role/any-path/any-role"}) {
			f := v.about(h, c, "can pass every role",
				"name the service role of Personalize as the resource")
			if f.doc != nil && !full(f.doc.filled.Statements[f.statement]) &&
				f.doc.filled.Statements[f.statement].NotAction.Values == nil {
				report(f)
			}
		}
	}
}
