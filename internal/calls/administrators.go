package calls

import (
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// Administrators returns who could still change a key's policy, kms:PutKeyPolicy, if it were d:
// of the account that the ARN of the key names, its root user, and every user and role that a
// statement of d names as principal or in a condition. Principals of other accounts cannot,
// whatever d says (AWS KMS API Reference, PutKeyPolicy, "Cross-account use: No"), nor can whoever
// was deleted, whose unique id is in the policy. It returns nobody for a key that is not an ARN.
//
// Each is taken to be allowed everything by his own policies, and to be able to meet conditions on
// the request that ask for given values: to come by the right address, with a device for
// multi-factor authentication, over TLS. It does not know who of them exists.
func Administrators(d policy.Document, key string) []string {
	parts := strings.SplitN(key, ":", 6)
	if len(parts) < 6 {
		return nil
	}
	iam := "arn:" + parts[1] + ":iam::" + parts[4] + ":"
	candidates := []string{iam + "root"}
	add := func(t policy.Text) {
		arn, ok := t.OnlyLit()
		if ok && strings.HasPrefix(arn, iam) && !strings.ContainsAny(arn, "*?") &&
			!slices.Contains(candidates, arn) {
			candidates = append(candidates, arn)
		}
	}
	contexts := []map[string][]string{secure()}
	for _, s := range d.Statements {
		if s.Principal != nil {
			for _, t := range s.Principal.Types {
				for _, v := range t.Values.Values {
					add(v)
				}
			}
		}
		for _, c := range s.Condition {
			if strings.EqualFold(c.Key, "aws:PrincipalArn") {
				for _, v := range c.Values.Values {
					add(v)
				}
			}
		}
		if s.Effect == policy.Allow && len(s.Condition) > 0 {
			contexts = append(contexts, meeting(s))
		}
	}
	everybody := iam + "user/anybody" // whom "*" lets in, when nobody is named
	ps := policy.Policies{Identity: []policy.Document{everything()}, Resource: &d}
	var out []string
	for _, who := range append(candidates, everybody) {
		for _, ctx := range contexts {
			got, err := policy.Evaluate(policy.Request{Principal: who, Action: "kms:PutKeyPolicy",
				Resource: key, Context: ctx}, ps)
			if err == nil && got.Outcome == policy.Allowed {
				out = append(out, who)
				break
			}
		}
	}
	if len(out) > 1 { // whoever the account's root stands for need not be told again
		out = slices.DeleteFunc(out, func(who string) bool { return who == everybody })
	}
	return out
}

// askable are the operators whose conditions ask for values that a request can be given.
var askable = []string{"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals",
	"ArnLike", "Bool", "IpAddress", "NumericEquals", "NumericLessThanEquals",
	"NumericGreaterThanEquals"}

// meeting returns a context that meets the conditions of a statement, as far as they ask for
// values that whoever calls can bring about.
func meeting(s policy.Statement) map[string][]string {
	ctx := maps.Clone(secure())
	for _, c := range s.Condition {
		key := strings.ToLower(c.Key)
		op := strings.TrimPrefix(strings.TrimPrefix(c.Operator, "ForAnyValue:"), "ForAllValues:")
		op = strings.TrimSuffix(op, "IfExists")
		if !slices.Contains(askable, op) || fixed(key) || len(c.Values.Values) == 0 {
			continue
		}
		v, ok := c.Values.Values[0].OnlyLit()
		if !ok {
			continue
		}
		if key == "aws:securetransport" {
			key = "aws:SecureTransport"
		}
		if op == "IpAddress" {
			v, _, _ = strings.Cut(v, "/")
		}
		ctx[key] = []string{strings.NewReplacer("*", "x", "?", "x").Replace(v)}
	}
	return ctx
}

// fixed reports whether a condition key, in lower case, is nothing that a caller chooses: who
// calls, and through which service; PutKeyPolicy comes through none.
func fixed(key string) bool {
	if rest, ok := strings.CutPrefix(key, "aws:principal"); ok {
		return !strings.HasPrefix(rest, "org") && !strings.HasPrefix(rest, "tag")
	}
	switch key {
	case "kms:calleraccount", "kms:viaservice", "aws:viaawsservice", "aws:userid":
		return true
	}
	return strings.HasPrefix(key, "aws:calledvia")
}
