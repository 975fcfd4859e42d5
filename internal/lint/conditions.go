package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

const (
	pageSets      = "IAM User Guide, reference_policies_condition-single-vs-multi-valued-context-keys"
	pageOperators = "IAM User Guide, reference_policies_elements_condition_operators"
	pageDeputy    = "IAM User Guide, confused-deputy"
)

// conditionChecks are about conditions that do not do what they seem to.
func conditionChecks() []Check {
	return []Check{
		{ID: "PZ130", Title: "a set operator on a key that has one value",
			Level: findings.Warning, Source: pageSets, Date: looked,
			Why: "ForAllValues is true where the key is absent: in an Allow, a request " +
				"without the key passes. On a key with one value the operator has no other " +
				"effect.",
			Before: bucket(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/App"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*",
  "Condition": {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}`),
			After: bucket(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/App"},
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*",
  "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}`),
			find: eachCondition(func(s policy.Statement, c policy.Condition) (string, string) {
				if !strings.HasPrefix(c.Operator, "ForAllValues:") || !oneValue(c.Key) {
					return "", ""
				}
				return fmt.Sprintf("asks by %s for %s, which has one value at most", c.Operator,
						c.Key),
					"write " + strings.TrimPrefix(c.Operator, "ForAllValues:")
			})},
		{ID: "PZ131", Title: "ForAllValues in an Allow, without Null",
			Level: findings.Warning, Source: pageSets, Date: looked,
			Why: "ForAllValues is true where the key is absent, so that a request without " +
				"tags passes a condition on its tags. AWS recommends a Null condition " +
				"beside it.",
			Before: identity("", `{"Effect": "Allow", "Action": "personalize:TagResource", "Resource": "*",
  "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]}}}`),
			After: identity("", `{"Effect": "Allow", "Action": "personalize:TagResource", "Resource": "*",
  "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]}, "Null": {"aws:TagKeys": "false"}}}`),
			find: eachCondition(func(s policy.Statement, c policy.Condition) (string, string) {
				if s.Effect != policy.Allow || !strings.HasPrefix(c.Operator, "ForAllValues:") ||
					oneValue(c.Key) ||
					hasNull(s, c.Key) {
					return "", ""
				}
				return fmt.Sprintf("asks by %s for %s, which is true of a request without it",
						c.Operator, c.Key),
					fmt.Sprintf("add \"Null\": {%q: \"false\"}", c.Key)
			})},
		{ID: "PZ132", Title: "IfExists on a key that Null says is absent",
			Level: findings.Warning, Source: pageOperators, Date: looked,
			Why: "\"Null\": {key: \"true\"} is about requests without the key, and an " +
				"IfExists condition on the same key is true of all of those: it does " +
				"nothing. Most often Null was to be \"false\".",
			Before: identity("", `{"Effect": "Allow", "Action": "personalize:CreateSolution", "Resource": "*",
  "Condition": {"StringEqualsIfExists": {"aws:RequestTag/team": "shop"}, "Null": {"aws:RequestTag/team": "true"}}}`),
			After: identity("", `{"Effect": "Allow", "Action": "personalize:CreateSolution", "Resource": "*",
  "Condition": {"StringEquals": {"aws:RequestTag/team": "shop"}}}`),
			find: eachCondition(func(s policy.Statement, c policy.Condition) (string, string) {
				if !strings.HasSuffix(c.Operator, "IfExists") || !slices.ContainsFunc(s.Condition,
					func(o policy.Condition) bool {
						return isNullCondition(o, c.Key) && len(o.Values.Values) == 1 &&
							o.Values.Values[0].IAM() == "true"
					}) {
					return "", ""
				}
				return fmt.Sprintf("asks by %s for %s, which Null says is absent", c.Operator,
					c.Key), "leave one of them out"
			})},
		{ID: "PZ133", Title: "a wildcard under an operator that does not know it",
			Level: findings.Warning, Source: pageOperators, Date: looked,
			Why: "StringEquals compares the asterisk itself. aws:SourceArn with " +
				"arn:aws:personalize:*, and every other pattern, needs StringLike or " +
				"ArnLike; else the condition is never true, and its negation always.",
			Before: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333", "aws:SourceArn": "arn:aws:personalize:us-east-1:111122223333:*"}}}`),
			After: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  ` + sourced + `}`),
			find: eachCondition(func(s policy.Statement, c policy.Condition) (string, string) {
				op := base(c.Operator)
				if op != "StringEquals" && op != "StringNotEquals" && !strings.HasSuffix(op,
					"IgnoreCase") {
					return "", ""
				}
				for _, t := range c.Values.Values {
					if text := t.IAM(); hasStar(t) {
						return fmt.Sprintf("compares %s with %q by %s, which takes the asterisk for itself", c.Key, text, c.Operator),
							"write " + strings.Replace(strings.Replace(c.Operator,
								"EqualsIgnoreCase", "Like", 1), "Equals", "Like", 1)
					}
				}
				return "", ""
			})},
		{ID: "PZ134", Title: "an account that is none",
			Level: findings.Warning, Date: noted,
			Source: "IAM User Guide, reference_policies_condition-keys",
			Why: "aws:SourceAccount, aws:PrincipalAccount and aws:ResourceAccount have 12 " +
				"digits. An ARN, a name, or an account that lost its leading zero is never " +
				"equal to one.",
			Before: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  "Condition": {"StringEquals": {"aws:SourceAccount": "arn:aws:iam::111122223333:root"}}}`),
			After: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}`),
			find: eachCondition(func(_ policy.Statement, c policy.Condition) (string, string) {
				if !hasFold([]string{"aws:SourceAccount", "aws:PrincipalAccount",
					"aws:ResourceAccount", "kms:CallerAccount"}, c.Key) ||
					!strings.HasPrefix(base(c.Operator), "String") {
					return "", ""
				}
				for _, t := range c.Values.Values {
					if s, ok := t.OnlyLit(); ok && !isAccount(s) && !strings.ContainsAny(s, "*?") {
						return fmt.Sprintf("compares %s with %q", c.Key, s),
							"write the 12 digits of an account, in quotes"
					}
				}
				return "", ""
			})},
		{ID: "PZ135", Title: "source account and source ARN of different accounts",
			Level: findings.Warning, Source: pageDeputy, Date: noted,
			Why: "Both conditions have to be true of one request, whose resource is in one " +
				"account. The example of the guide of Personalize has two accounts: who " +
				"copies it and fills in one of them has a role that Personalize cannot " +
				"assume.",
			Before: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"},
   "ArnLike": {"aws:SourceArn": "arn:aws:personalize:us-east-1:444455556666:*"}}}`),
			After: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  ` + sourced + `}`),
			find: sourcesDiffer},
	}
}

// eachCondition returns the check that asks of each condition what is wrong with it, and what to
// write.
func eachCondition(wrong func(policy.Statement, policy.Condition) (message,
	hint string)) func(*view, reporter) {
	return func(v *view, report reporter) {
		for _, d := range v.docs {
			for i, s := range d.as.Statements {
				for _, c := range s.Condition {
					if message, hint := wrong(s, c); message != "" {
						report(d.found(i, message, hint))
					}
				}
			}
		}
	}
}

// base returns an operator without what can be before and behind it.
func base(operator string) string {
	for _, prefix := range []string{"ForAllValues:", "ForAnyValue:"} {
		operator = strings.TrimPrefix(operator, prefix)
	}
	return strings.TrimSuffix(operator, "IfExists")
}

// hasStar reports whether a text has an asterisk that is not escaped.
func hasStar(t policy.Text) bool {
	return slices.ContainsFunc(t.Parts(), func(p policy.Part) bool {
		l, ok := p.(policy.Lit)
		return ok && strings.Contains(string(l), "*")
	})
}

func isNullCondition(c policy.Condition, key string) bool {
	return base(c.Operator) == "Null" && strings.EqualFold(c.Key, key)
}

func hasNull(s policy.Statement, key string) bool {
	return slices.ContainsFunc(s.Condition, func(o policy.Condition) bool {
		return isNullCondition(o, key) && len(o.Values.Values) == 1 &&
			o.Values.Values[0].IAM() == "false"
	})
}

// oneValue reports whether AWS gives a condition key one value at most. It knows the keys that
// pages say so of, and reports false for others: global keys but for those that the page lists as
// having several, and those of IAM, S3 and KMS that policies around Personalize have.
func oneValue(key string) bool {
	key = strings.ToLower(key)
	if slices.Contains([]string{"aws:calledvia", "aws:tagkeys", "aws:principalorgpaths",
		"aws:resourceorgpaths",
		"aws:sourceorgpaths", "aws:principalservicenameslist", "aws:vpceorgpaths"}, key) {
		return false
	}
	return strings.HasPrefix(key, "aws:") || slices.Contains([]string{"iam:passedtoservice",
		"iam:associatedresourcearn",
		"s3:prefix", "s3:x-amz-server-side-encryption",
		"s3:x-amz-server-side-encryption-aws-kms-key-id",
		"s3:resourceaccount", "s3:signatureversion", "s3:tlsversion", "kms:viaservice",
		"kms:calleraccount",
		"kms:grantisforawsresource", "sts:externalid"}, key)
}

// sourcesDiffer finds statements whose conditions are of two accounts.
func sourcesDiffer(v *view, report reporter) {
	for _, d := range v.docs {
		for i, s := range d.as.Statements {
			accounts := conditionValues(s, "aws:SourceAccount")
			of := conditionValues(s, "aws:SourceArn")
			if len(accounts) == 0 || len(of) == 0 {
				continue
			}
			fits := func(t policy.Text) bool {
				a, ok := policy.ParseARN(t.IAM())
				return !ok || a.Account == "" || strings.ContainsAny(a.Account, "*?$<") ||
					slices.ContainsFunc(accounts,
						func(o policy.Text) bool {
							return o.IAM() == a.Account ||
								strings.ContainsAny(o.IAM(), "*?$<")
						})
			}
			if !slices.ContainsFunc(of, fits) {
				report(d.found(i,
					fmt.Sprintf("asks for aws:SourceAccount %q and for aws:SourceArn %q, of another account",
						accounts[0].IAM(), of[0].IAM()),
					"write one account in both: that of the resources of Personalize"))
			}
		}
	}
}

// conditionValues returns the values that a statement asks a key to be equal to, or like.
func conditionValues(s policy.Statement, key string) []policy.Text {
	var out []policy.Text
	for _, c := range s.Condition {
		if op := base(c.Operator); strings.EqualFold(c.Key, key) && !strings.Contains(op, "Not") &&
			op != "Null" {
			out = append(out, c.Values.Values...)
		}
	}
	return out
}
