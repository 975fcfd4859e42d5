package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// shown adds a document that nothing attaches.
func (v *view) shown(s deployed.Shown, kind Kind) {
	if s.Policy == nil {
		return
	}
	grammar, said := kind.grammar()
	if !said {
		grammar = looksLike(s.Name, s.Policy.Document)
	}
	on := fmt.Sprintf("document %q", s.Name)
	var h *holder
	switch grammar {
	case policy.Identity:
		h = &holder{on: on, kind: grammar, principal: v.example()}
	case policy.Resource, policy.KeyPolicy, policy.Trust:
		h = &holder{on: on, kind: grammar}
	}
	d := v.document(grammar, on, []string{s.Name}, s.Policy, h)
	if d == nil {
		return
	}
	d.loose = true
	d.part = d.part || strings.HasSuffix(strings.TrimSuffix(s.Name, ".json"),
		"statements") // as pzgen names them
	if h != nil {
		h.names, h.at = d.names, d.at
		h.arns = v.arnsOf(grammar, d)
		v.holders = append(v.holders, h)
	}
}

// looksLike returns what a document that nothing says of is attached to: the name of its file
// says it, as pzgen names them, or else its principals and actions do.
func looksLike(name string, d policy.Document) policy.Kind {
	if name == "role-trust.json" {
		return policy.Trust
	}
	kms, sts, s3, principals := true, true, false, false
	for _, s := range d.Statements {
		principals = principals || s.Principal != nil || s.NotPrincipal != nil
		for _, a := range slices.Concat(s.Action.Values, s.NotAction.Values) {
			service, _, _ := strings.Cut(strings.ToLower(a.String()), ":")
			kms, sts, s3 = kms && service == "kms", sts && service == "sts", s3 || service == "s3"
		}
	}
	whole := slices.ContainsFunc(d.Statements, func(s policy.Statement) bool {
		return s.Resource.Values != nil || s.NotResource.Values != nil
	})
	switch {
	case !principals:
		return policy.Identity
	case sts && !whole:
		return policy.Trust
	case kms && strings.HasPrefix(name, "bucket-"):
		return policy.Resource
	case kms:
		return policy.KeyPolicy
	case !s3 && passesRoles(d):
		return policy.Identity // somebody pasted a Principal into the policy of an identity
	}
	return policy.Resource
}

// passesRoles reports whether a document has actions that only policies of identities can grant.
func passesRoles(d policy.Document) bool {
	return slices.ContainsFunc(d.Statements, func(s policy.Statement) bool {
		return slices.ContainsFunc(s.Action.Values, func(t policy.Text) bool {
			service, _, _ := strings.Cut(strings.ToLower(t.String()), ":")
			return service == "iam" || service == "personalize"
		})
	})
}

// arnsOf returns the ARNs of the resource whose policy a loose document is.
func (v *view) arnsOf(kind policy.Kind, d *document) []string {
	switch kind {
	case policy.Trust:
		return []string{v.example()}
	case policy.KeyPolicy:
		return []string{"arn:" + v.partition + ":kms:" + v.region + ":" + v.account +
			":key/example"}
	case policy.Resource:
		for _, s := range d.filled.Statements {
			for _, r := range s.Resource.Values {
				if name := bucketOf(r.IAM()); name != "" && !strings.ContainsAny(name, "*?$") {
					arn := "arn:" + v.partition + ":s3:::" + name
					return []string{arn, arn + "/*"}
				}
			}
		}
	}
	return nil
}

// onlyAccount returns the account that the documents which nothing attaches are about: the only one
// whose roles, keys and the like they name as resources, or whom they name as a whole, or for whose
// resources a service acts. It returns other where there is none, or there are several.
func onlyAccount(s deployed.State, other string) string {
	found := map[string]bool{}
	note := func(t policy.Text) {
		text := t.IAM()
		if a, ok := policy.ParseARN(text); ok {
			text = a.Account
		}
		if isAccount(text) {
			found[text] = true
		}
	}
	for _, d := range s.Documents {
		if d.Policy == nil {
			continue
		}
		for _, st := range d.Policy.Document.Statements {
			for _, r := range st.Resource.Values {
				note(r)
			}
			for _, p := range named(st.Principal) {
				a, ok := policy.ParseARN(p)
				if ok && a.Resource == "root" && st.CoversAction("kms:PutKeyPolicy") {
					note(policy.Literal(p))
				}
			}
			for _, key := range []string{"aws:SourceAccount", "aws:ResourceAccount"} {
				for _, value := range conditionValues(st, key) {
					note(value)
				}
			}
		}
	}
	if len(found) == 1 {
		for account := range found {
			return account
		}
	}
	return other
}

// onlyPartition returns the partition of the first ARN in such documents, or other.
func onlyPartition(s deployed.State, other string) string {
	for _, d := range s.Documents {
		if d.Policy == nil {
			continue
		}
		for _, st := range d.Policy.Document.Statements {
			list := append(named(st.Principal), conditionTexts(st, "aws:SourceArn")...)
			for _, r := range st.Resource.Values {
				list = append(list, r.IAM())
			}
			for _, text := range list {
				a, ok := policy.ParseARN(text)
				if ok && a.Partition != "" && !strings.ContainsAny(a.Partition, "*?$<") {
					return a.Partition
				}
			}
		}
	}
	return other
}

func conditionTexts(s policy.Statement, key string) []string {
	var out []string
	for _, t := range conditionValues(s, key) {
		out = append(out, t.IAM())
	}
	return out
}
