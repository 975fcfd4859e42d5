package account

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

func tagList(tags map[string]string, key, value string) []any {
	names := make([]string, 0, len(tags))
	for k := range tags {
		names = append(names, k)
	}
	sort.Strings(names)
	list := []any{}
	for _, k := range names {
		list = append(list, object{key: k, value: tags[k]})
	}
	return list
}

func sortedKeys[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}

func merge(into *map[string]string, tags map[string]string) {
	if *into == nil {
		*into = map[string]string{}
	}
	for k, v := range tags {
		(*into)[k] = v
	}
}

func (a *Account) role(in *input) (*Role, error) {
	name := in.str("role-name")
	if r, ok := a.Roles[name]; ok {
		return r, nil
	}
	return nil, refuse("NoSuchEntity", "The role with name %s cannot be found.", name)
}

func (a *Account) policy(in *input) (*Policy, error) {
	arn := in.str("policy-arn")
	if p, ok := a.Policies[arn]; ok {
		return p, nil
	}
	return nil, refuse("NoSuchEntity", "Policy %s was not found.", arn)
}

// principal finds a user, group or role by the option that names it.
func (a *Account) principal(in *input, kind string) (*Principal, error) {
	name := in.str(kind + "-name")
	switch kind {
	case "user":
		if p, ok := a.Users[name]; ok {
			return p, nil
		}
	case "group":
		if p, ok := a.Groups[name]; ok {
			return p, nil
		}
	case "role":
		if r, ok := a.Roles[name]; ok {
			return &r.Principal, nil
		}
	}
	return nil, refuse("NoSuchEntity", "The %s with name %s cannot be found.", kind, name)
}

func getRole(a *Account, in *input) (any, error) {
	r, err := a.role(in)
	if err != nil {
		return nil, err
	}
	name := in.str("role-name")
	out := object{"RoleName": name, "Path": r.Path, "Arn": a.roleARN(name, r),
		"AssumeRolePolicyDocument": raw(r.Trust), "MaxSessionDuration": 3600}
	if r.Description != "" {
		out["Description"] = r.Description
	}
	if r.Boundary != "" {
		out["PermissionsBoundary"] = object{"PermissionsBoundaryType": "Policy",
			"PermissionsBoundaryArn": r.Boundary}
	}
	if len(r.Tags) > 0 {
		out["Tags"] = tagList(r.Tags, "Key", "Value")
	}
	return object{"Role": out}, nil
}

func createRole(a *Account, in *input) (any, error) {
	name := in.str("role-name")
	for n := range a.Roles {
		if strings.EqualFold(n, name) {
			return nil, refuse("EntityAlreadyExists", "Role with name %s already exists.", name)
		}
	}
	r := &Role{Path: in.str("path"), Description: in.str("description"),
		Trust:    in.str("assume-role-policy-document"),
		Boundary: in.str("permissions-boundary"), Inline: map[string]string{}, Tags: in.tags("tags")}
	if r.Path == "" {
		r.Path = "/"
	}
	if err := a.document(r.Trust, "MalformedPolicyDocument"); err != nil {
		return nil, err
	}
	a.Roles[name] = r
	return getRole(a, in)
}

func updateTrust(a *Account, in *input) (any, error) {
	r, err := a.role(in)
	if err != nil {
		return nil, err
	}
	if err := a.document(in.str("policy-document"), "MalformedPolicyDocument"); err != nil {
		return nil, err
	}
	r.Trust = in.str("policy-document")
	return nil, nil
}

// onRole is an operation that only changes fields of a role.
func onRole(change func(*Role, *input)) func(*Account, *input) (any, error) {
	return func(a *Account, in *input) (any, error) {
		r, err := a.role(in)
		if err == nil {
			change(r, in)
		}
		return nil, err
	}
}

func deleteRole(a *Account, in *input) (any, error) {
	r, err := a.role(in)
	if err != nil {
		return nil, err
	}
	if len(r.Attached)+len(r.Inline) > 0 {
		return nil, refuse("DeleteConflict",
			"Cannot delete entity, must remove all policies first.")
	}
	delete(a.Roles, in.str("role-name"))
	return nil, nil
}

func getRolePolicy(a *Account, in *input) (any, error) {
	r, err := a.role(in)
	if err != nil {
		return nil, err
	}
	doc, ok := r.Inline[in.str("policy-name")]
	if !ok {
		return nil, refuse("NoSuchEntity", "The role policy with name %s cannot be found.",
			in.str("policy-name"))
	}
	return object{"RoleName": in.str("role-name"), "PolicyName": in.str("policy-name"),
		"PolicyDocument": raw(doc)}, nil
}

func putRolePolicy(a *Account, in *input) (any, error) {
	r, err := a.role(in)
	if err != nil {
		return nil, err
	}
	if err := a.document(in.str("policy-document"), "MalformedPolicyDocument"); err != nil {
		return nil, err
	}
	r.Inline[in.str("policy-name")] = in.str("policy-document")
	return nil, nil
}

func deleteRolePolicy(a *Account, in *input) (any, error) {
	if _, err := getRolePolicy(a, in); err != nil {
		return nil, err
	}
	delete(a.Roles[in.str("role-name")].Inline, in.str("policy-name"))
	return nil, nil
}

func listRolePolicies(a *Account, in *input) (any, error) {
	r, err := a.role(in)
	if err != nil {
		return nil, err
	}
	return object{"PolicyNames": sortedKeys(r.Inline)}, nil
}

func getPolicy(a *Account, in *input) (any, error) {
	p, err := a.policy(in)
	if err != nil {
		return nil, err
	}
	out := object{"PolicyName": p.Name, "Arn": in.str("policy-arn"),
		"DefaultVersionId": p.Default, "Tags": tagList(p.Tags, "Key", "Value")}
	if p.About != "" {
		out["Description"] = p.About
	}
	return object{"Policy": out}, nil
}

func createPolicy(a *Account, in *input) (any, error) {
	arn := a.arn("iam", "", a.ID, "policy/"+in.str("policy-name"))
	if a.Policies[arn] != nil {
		return nil, refuse("EntityAlreadyExists", "A policy called %s already exists.",
			in.str("policy-name"))
	}
	if err := a.document(in.str("policy-document"), "MalformedPolicyDocument"); err != nil {
		return nil, err
	}
	a.Policies[arn] = &Policy{Name: in.str("policy-name"), About: in.str("description"),
		Versions: []Version{{"v1",
			in.str("policy-document")}}, Default: "v1", Next: 2, Tags: in.tags("tags")}
	return object{"Policy": object{"Arn": arn}}, nil
}

func getPolicyVersion(a *Account, in *input) (any, error) {
	p, err := a.policy(in)
	if err != nil {
		return nil, err
	}
	for _, v := range p.Versions {
		if v.ID == in.str("version-id") {
			return object{"PolicyVersion": object{"Document": raw(v.Document), "VersionId": v.ID,
				"IsDefaultVersion": v.ID == p.Default}}, nil
		}
	}
	return nil, refuse("NoSuchEntity", "Policy version %s does not exist.", in.str("version-id"))
}

func listPolicyVersions(a *Account, in *input) (any, error) {
	p, err := a.policy(in)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, v := range slices.Backward(p.Versions) {
		list = append(list, object{"VersionId": v.ID, "IsDefaultVersion": v.ID == p.Default,
			"CreateDate": "2026-01-01T00:00:00+00:00"})
	}
	return object{"Versions": list}, nil
}

func createPolicyVersion(a *Account, in *input) (any, error) {
	p, err := a.policy(in)
	if err != nil {
		return nil, err
	}
	if len(p.Versions) >= 5 {
		return nil, refuse("LimitExceeded", "A managed policy can have up to 5 versions.")
	}
	if err := a.document(in.str("policy-document"), "MalformedPolicyDocument"); err != nil {
		return nil, err
	}
	v := Version{fmt.Sprintf("v%d", p.Next), in.str("policy-document")}
	p.Versions, p.Next = append(p.Versions, v), p.Next+1
	if in.str("set-as-default") != "" {
		p.Default = v.ID
	}
	return object{"PolicyVersion": object{"VersionId": v.ID}}, nil
}

func deletePolicyVersion(a *Account, in *input) (any, error) {
	p, err := a.policy(in)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.Versions, func(v Version) bool { return v.ID == in.str("version-id") })
	if i < 0 || p.Default == in.str("version-id") {
		return nil, refuse("DeleteConflict", "Cannot delete the version %s.", in.str("version-id"))
	}
	p.Versions = slices.Delete(p.Versions, i, i+1)
	return nil, nil
}

func deletePolicy(a *Account, in *input) (any, error) {
	p, err := a.policy(in)
	if err != nil {
		return nil, err
	}
	if g, u, r := a.entities(in.str("policy-arn")); len(p.Versions) > 1 ||
		len(g)+len(u)+len(r) > 0 {
		return nil, refuse("DeleteConflict",
			"Cannot delete a policy that is attached or has versions.")
	}
	delete(a.Policies, in.str("policy-arn"))
	return nil, nil
}

func (a *Account) entities(arn string) (groups, users, roles []any) {
	groups, users, roles = []any{}, []any{}, []any{}
	for _, n := range sortedKeys(a.Groups) {
		if slices.Contains(a.Groups[n].Attached, arn) {
			groups = append(groups, object{"GroupName": n})
		}
	}
	for _, n := range sortedKeys(a.Users) {
		if slices.Contains(a.Users[n].Attached, arn) {
			users = append(users, object{"UserName": n})
		}
	}
	for _, n := range sortedKeys(a.Roles) {
		if slices.Contains(a.Roles[n].Attached, arn) {
			roles = append(roles, object{"RoleName": n})
		}
	}
	return groups, users, roles
}

func listAttached(kind string) func(*Account, *input) (any, error) {
	return func(a *Account, in *input) (any, error) {
		p, err := a.principal(in, kind)
		if err != nil {
			return nil, err
		}
		list := []any{}
		for _, arn := range p.Attached {
			list = append(list, object{"PolicyName": arn[strings.LastIndexByte(arn, '/')+1:],
				"PolicyArn": arn})
		}
		return object{"AttachedPolicies": list}, nil
	}
}

func attach(kind string, on bool) func(*Account, *input) (any, error) {
	return func(a *Account, in *input) (any, error) {
		p, err := a.principal(in, kind)
		if err != nil {
			return nil, err
		}
		arn := in.str("policy-arn")
		if own := a.arn("iam", "", a.ID, "policy/"); strings.HasPrefix(arn, own) &&
			a.Policies[arn] == nil && !slices.Contains(a.Elsewhere, arn) {
			return nil, refuse("NoSuchEntity", "Policy %s does not exist or is not attachable.",
				arn)
		}
		i := slices.Index(p.Attached, arn)
		switch {
		case on && i < 0:
			p.Attached = append(p.Attached, arn)
		case !on && i < 0:
			return nil, refuse("NoSuchEntity", "Policy %s was not found.", arn)
		case !on:
			p.Attached = slices.Delete(p.Attached, i, i+1)
		}
		return nil, nil
	}
}
