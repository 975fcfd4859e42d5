package adopt

import (
	"cmp"
	"slices"

	"github.com/pzgen/pzgen/internal/deployed"
)

// Join returns what two inputs say of one account. A role, bucket or key that both have is that of the
// first, with what the second has in addition.
func Join(a, b deployed.State) deployed.State {
	if a.Scope.Account.V.String() == "" {
		a.Scope = b.Scope
	}
	if a.Where.Account.V.String() == "" {
		a.Where = b.Where
	}
	for _, r := range b.Roles {
		i := slices.IndexFunc(a.Roles, func(o deployed.Role) bool {
			return o.Name.V.String() == r.Name.V.String()
		})
		if i < 0 {
			a.Roles = append(a.Roles, r)
			continue
		}
		one := &a.Roles[i]
		one.Trust = cmp.Or(one.Trust, r.Trust)
		one.Inline = append(one.Inline, r.Inline...)
	}
	for _, k := range b.Buckets {
		i := slices.IndexFunc(a.Buckets, func(o deployed.Bucket) bool {
			return o.Name.V.String() == k.Name.V.String()
		})
		if i < 0 {
			a.Buckets = append(a.Buckets, k)
			continue
		}
		one := &a.Buckets[i]
		one.Policy = cmp.Or(one.Policy, k.Policy)
		if one.Key.V.String() == "" {
			one.Key = k.Key
		}
	}
	for _, k := range b.Keys {
		i := slices.IndexFunc(a.Keys, func(o deployed.Key) bool {
			return o.ARN.V.String() == k.ARN.V.String()
		})
		if i < 0 {
			a.Keys = append(a.Keys, k)
			continue
		}
		one := &a.Keys[i]
		one.Policy = cmp.Or(one.Policy, k.Policy)
		one.Aliases = append(one.Aliases, k.Aliases...)
	}
	a.Policies, a.Attachments = append(a.Policies, b.Policies...), append(a.Attachments, b.Attachments...)
	a.Inline, a.DatasetGroups = append(a.Inline, b.Inline...), append(a.DatasetGroups, b.DatasetGroups...)
	a.Documents, a.Unknown = append(a.Documents, b.Documents...), append(a.Unknown, b.Unknown...)
	return a
}
