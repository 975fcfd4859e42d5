package awscli

import (
	"fmt"
	"slices"
	"sort"

	"github.com/pzgen/pzgen/internal/deployed"
)

// finish returns what was read, with what nobody looked for.
func (r *reader) finish() deployed.State {
	r.attachVersions()
	without := r.withoutDocument()
	for _, a := range r.state.Attachments {
		if n := nameOf(a.Policy.V.String()); a.Kind == deployed.RoleP && slices.Contains(without, n) {
			role := r.role(a.To.V.String(), a.At)
			role.Unseen = append(role.Unseen, deployed.Unseen{What: fmt.Sprintf("policy %q", n), Action: "iam:GetPolicyVersion"})
		}
	}
	for _, name := range sortedKeys(r.roles) {
		role := r.roles[name]
		for what, action := range map[string]string{"trust policy": "iam:GetRole", "inline policies": "iam:ListRolePolicies",
			"attached policies": "iam:ListAttachedRolePolicies"} {
			if !r.hasSeen("role", name, what) {
				role.Unseen = append(role.Unseen, deployed.Unseen{What: what, Action: action})
			}
		}
		for _, p := range r.inlineOf[name] {
			if !slices.ContainsFunc(role.Inline, func(i deployed.Inline) bool { return i.Name.V.String() == p }) &&
				!r.hasSeen("role", name, "inline policy "+p) {
				role.Unseen = append(role.Unseen, deployed.Unseen{What: fmt.Sprintf("inline policy %q", p), Action: "iam:GetRolePolicy"})
			}
		}
		sortUnseen(role.Unseen)
		r.state.Roles = append(r.state.Roles, *role)
	}
	for _, name := range sortedKeys(r.buckets) {
		b := r.buckets[name]
		for what, action := range bucketParts {
			if !r.hasSeen("bucket", name, what) {
				b.Unseen = append(b.Unseen, deployed.Unseen{What: what, Action: action})
			}
		}
		sortUnseen(b.Unseen)
		r.state.Buckets = append(r.state.Buckets, *b)
	}
	for _, name := range sortedKeys(r.keys) {
		k := r.keys[name]
		for what, action := range map[string]string{"policy": "kms:GetKeyPolicy", "state": "kms:DescribeKey"} {
			if !r.hasSeen("key", name, what) {
				k.Unseen = append(k.Unseen, deployed.Unseen{What: what, Action: action})
			}
		}
		sortUnseen(k.Unseen)
		r.state.Keys = append(r.state.Keys, *k)
	}
	for _, name := range sortedKeys(r.users) {
		u := r.users[name]
		for what, action := range userParts {
			if !r.hasSeen("user", name, what) {
				u.Unseen = append(u.Unseen, deployed.Unseen{What: what, Action: action})
			}
		}
		u.Unseen = append(u.Unseen, r.unseenInline("user", name)...)
		for _, m := range r.state.Members {
			if group := m.Group.V.String(); m.User.V.String() == name {
				for what, action := range map[string]string{"inline policies": "iam:ListGroupPolicies",
					"attached policies": "iam:ListAttachedGroupPolicies"} {
					if !r.hasSeen("group", group, what) {
						u.Unseen = append(u.Unseen, deployed.Unseen{What: fmt.Sprintf("%s of group %q", what, group),
							Action: action})
					}
				}
				u.Unseen = append(u.Unseen, r.unseenInline("group", group)...)
			}
		}
		sortUnseen(u.Unseen)
		r.state.Users = append(r.state.Users, *u)
	}
	return r.state
}

// unseenInline returns the inline policies of a user or group that are listed and were not seen.
func (r *reader) unseenInline(kind, name string) []deployed.Unseen {
	var out []deployed.Unseen
	for _, p := range r.inlineOf[kind+"/"+name] {
		if !slices.ContainsFunc(r.state.Inline, func(i deployed.PrincipalInline) bool {
			return string(i.Kind) == kind && i.To.V.String() == name && i.Name.V.String() == p
		}) {
			action := map[string]string{"user": "iam:GetUserPolicy", "group": "iam:GetGroupPolicy"}[kind]
			out = append(out, deployed.Unseen{What: fmt.Sprintf("inline policy %q", p), Action: action})
		}
	}
	return out
}

// userParts is [bucketParts] for a user.
var userParts = map[string]string{
	"user": "iam:GetUser", "inline policies": "iam:ListUserPolicies",
	"attached policies": "iam:ListAttachedUserPolicies", "groups": "iam:ListGroupsForUser",
}

// bucketParts is what is looked at of a bucket, with the permission that shows it (Service
// Authorization Reference, "Actions defined by Amazon S3", 2026-08).
var bucketParts = map[string]string{
	"policy":              "s3:GetBucketPolicy",
	"encryption":          "s3:GetEncryptionConfiguration",
	"region":              "s3:GetBucketLocation",
	"ownership":           "s3:GetBucketOwnershipControls",
	"public access block": "s3:GetBucketPublicAccessBlock",
}

func sortUnseen(list []deployed.Unseen) {
	sort.Slice(list, func(i, j int) bool { return list[i].What < list[j].What })
}

func sortedKeys[V any](m map[string]V) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
