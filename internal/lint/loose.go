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
