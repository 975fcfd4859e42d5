package lint

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

// deputyChecks are about services that act for others.
func deputyChecks() []Check {
	return []Check{
		{ID: "PZ156", Title: "a role that Personalize assumes for anybody's resources",
			Level: findings.Warning, Date: noted,
			Source: "Amazon Personalize Developer Guide, " +
				"cross-service-confused-deputy-prevention",
			Why: "Whoever may pass the role, or knows its ARN where a service does not check " +
				"that, has Personalize use it. The guide asks for aws:SourceAccount and " +
				"aws:SourceArn in the trust policy.",
			Before: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}`),
			After: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  ` + sourced + `}`),
			find: onBehalf(policy.Trust)},
		{ID: "PZ157", Title: "a bucket that lets a service in for anybody's resources",
			Level: findings.Note, Source: pageDeputy, Date: noted,
			Why: "Somebody of another account can have the service read or write here. AWS " +
				"recommends aws:SourceAccount in general; whether Personalize sends it to " +
				"S3 is documented nowhere, so that this is a note: try it first.",
			Before: bucket(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "s3:GetObject",
  "Resource": "arn:aws:s3:::acme-data/in/*"}`),
			After: bucket(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "s3:GetObject",
  "Resource": "arn:aws:s3:::acme-data/in/*",
  ` + sourced + `}`),
			find: onBehalf(policy.Resource)},
		{ID: "PZ158", Title: "a key that a service may use for anybody's resources",
			Level: findings.Note, Source: pageDeputy, Date: noted,
			Why: "As PZ157, for KMS. A statement that names a role beside the service has to " +
				"be divided first: requests of the role do not have aws:SourceAccount.",
			Before: key(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*"}`),
			After: key(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*",
  ` + sourced + `}`),
			find: onBehalf(policy.KeyPolicy)},
		{ID: "PZ159", Title: "a trust policy that does not let Personalize assume the role",
			Level: findings.Error, Date: noted,
			Source: "Amazon Personalize Developer Guide, aws-personalize-set-up-permissions",
			Why: "It names Personalize and allows it something else than sts:AssumeRole, or " +
				"denies it again: every job fails.",
			Before: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:TagSession",
  ` + sourced + `}`),
			After: trust(`{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole",
  ` + sourced + `}`),
			find: notAssumed},
	}
}

// onBehalf returns the check that finds what a service may do for resources of a stranger's
// account, by the policy of one kind. Trust policies are asked about Personalize alone: other
// services do not all send the keys.
func onBehalf(kind policy.Kind) func(*view, reporter) {
	return func(v *view, report reporter) {
		for _, h := range v.holders {
			if h.kind != kind || len(h.docs) == 0 {
				continue
			}
			var asked []string
			for _, s := range h.docs[0].filled.Statements {
				for _, name := range services(s.Principal) {
					if s.Effect == policy.Allow && !slices.Contains(asked, name) &&
						(name == personalize || kind != policy.Trust) {
						asked = append(asked, name)
					}
				}
			}
			for _, name := range asked {
				v.onBehalf(h, name, report)
			}
		}
	}
}

func (v *view) onBehalf(h *holder, service string, report reporter) {
	actions := []string{"*"}
	if h.kind == policy.Trust {
		actions = []string{"sts:*"}
	}
	seen := map[int]bool{}
	for _, c := range v.granted(h, service, actions, []string{"*"},
		condition("StringEquals", "aws:SourceAccount", stranger),
		condition("StringEquals", "aws:SourceOrgID", "o-"+stranger),
		condition("ArnLike", "aws:SourceArn", "arn:*:*:*:"+stranger+":*")) {
		f := v.about(h, c, "lets "+service+" in on behalf of any account",
			"add conditions on aws:SourceAccount and aws:SourceArn")
		if f.doc == nil || seen[f.statement] ||
			slices.ContainsFunc(f.doc.filled.Statements[f.statement].Condition, tellsSource) {
			continue
		}
		seen[f.statement] = true
		report(f)
	}
}

// tellsSource reports whether a condition is about whose resource a service acts for, in a way
// that requests of a stranger do not meet: by the paths of the organization, or by what is
// encrypted.
func tellsSource(c policy.Condition) bool {
	key := strings.ToLower(c.Key)
	return key == "aws:sourceorgpaths" || key == "kms:calleraccount" || strings.HasPrefix(key,
		"kms:encryptioncontext:") ||
		strings.HasPrefix(key, "aws:sourcearn") && c.Operator == "StringEquals"
}

// notAssumed finds trust policies that name Personalize and do not let it in.
func notAssumed(v *view, report reporter) {
	for _, h := range v.holders {
		if h.kind != policy.Trust || len(h.docs) == 0 || h.faulty {
			continue
		}
		d := h.docs[0]
		at := slices.IndexFunc(d.filled.Statements, allowsPersonalize)
		if at < 0 {
			continue
		}
		none := policy.Document{Version: policy.Version2012}
		c, err := policy.Compare(policy.Policies{Resource: &none},
			policy.Policies{Resource: &d.filled},
			policy.Setting{Principal: personalize, ResourceAccount: v.account})
		if err != nil {
			v.open(h, err.Error())
			continue
		}
		if len(c.Undecided) > 0 || slices.ContainsFunc(c.Changes, func(c policy.Change) bool {
			return strings.EqualFold(c.Witness.Action, "sts:AssumeRole")
		}) {
			continue
		}
		if lets := slices.ContainsFunc(c.Changes, func(c policy.Change) bool {
			return slices.ContainsFunc(c.Actions, func(a string) bool {
				return mayBe(a, "sts:AssumeRole")
			})
		}); lets {
			continue
		}
		f := d.found(at, "names Personalize and does not allow it sts:AssumeRole",
			"write sts:AssumeRole")
		r := policy.Request{Principal: personalize, Action: "sts:AssumeRole", Resource: h.arns[0],
			Context: v.sourceContext()}
		if decision, ok := v.decide(h, r, h.policies()); ok {
			f.show = &policy.Case{Request: r, Policies: h.policies(), Expect: decision.Outcome}
		}
		report(f)
	}
}

// mayBe reports whether an action is one of those that a pattern names.
func mayBe(pattern, action string) bool {
	return policy.Statement{Action: texts(pattern)}.CoversAction(action)
}

// sourceContext is what Personalize says of itself when it calls for a resource of the account.
func (v *view) sourceContext() map[string][]string {
	return map[string][]string{"aws:SourceAccount": {v.account}, "aws:SecureTransport": {"true"},
		"aws:SourceArn": {"arn:" + v.partition + ":personalize:" + v.region + ":" + v.account +
			":dataset-import-job/job"}}
}
