package deployed

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// LooksLike returns what a document that nothing says of is attached to: the name of its file
// says it, as pzgen names them, or else its principals and actions do. name may be "".
func LooksLike(name string, d policy.Document) policy.Kind {
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
