package model

import (
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// OpenToOthers reports whether pzgen's statements in the policy of a bucket or key let Amazon
// Personalize in without a condition on the account that it works for: then also on behalf of
// another account (IAM User Guide, "The confused deputy problem"). The guide of Amazon Personalize
// has such conditions in the role's trust policy alone ("Cross-service confused deputy prevention",
// read on 2026-11-22); whether its requests to S3 and KMS carry aws:SourceAccount and aws:SourceArn
// is documented nowhere, so they are left out unless confusedDeputy asks for them. Statements of
// others, which may deny it, are not looked at.
func (s *Setup) OpenToOthers() bool {
	for _, b := range s.Buckets {
		if open(b.Own) {
			return true
		}
	}
	for _, k := range s.Keys {
		if open(k.Own) {
			return true
		}
	}
	return false
}

func open(d policy.Document) bool {
	for _, st := range d.Statements {
		if st.Effect == policy.Allow && forService(st) && !guarded(st) {
			return true
		}
	}
	return false
}

func forService(st policy.Statement) bool {
	if st.Principal == nil {
		return false
	}
	for _, t := range st.Principal.Types {
		for _, v := range t.Values.Values {
			if t.Type == "Service" && v.IAM() == service {
				return true
			}
		}
	}
	return false
}

func guarded(st policy.Statement) bool {
	for _, c := range st.Condition {
		if strings.EqualFold(c.Key, "aws:SourceAccount") {
			return true
		}
	}
	return false
}
