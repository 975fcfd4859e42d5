package model

import (
	"slices"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// What whoever applies a setup works on, for the templates of access deploy.

// applies reports whether a tool applies the setup.
func (b *builder) applies(tool string) bool { return slices.Contains(b.spec.Targets, tool) }

// deploysGroup reports whether some tool makes the dataset group: of one that is there already the
// scripts alone make sure.
func (b *builder) deploysGroup() bool {
	g := b.spec.DatasetGroup
	return g != nil && (b.applies("shell") ||
		!g.Existing && (b.applies("terraform") || b.applies("cloudformation")))
}

// uploads returns the files that the scripts upload.
func (b *builder) uploads() []spec.Upload {
	if !b.applies("shell") {
		return nil
	}
	return b.spec.Uploads
}

// keyName returns the name of the key of a bucket.
func (b *builder) keyName(bucket string) string {
	for _, k := range b.spec.Buckets {
		if k.Name == bucket {
			return k.Key
		}
	}
	return ""
}

// deployers makes the operators who deploy. Their policies name the policies of all, their own too,
// which are several where one has no room; so they are made again until they name those that there
// are.
func (b *builder) deployers(list []spec.Operator) {
	if len(list) == 0 {
		return
	}
	var names []string
	for _, o := range list {
		names = append(names, policyNameOf(b.spec, o))
	}
	before, reasons, problems := len(b.out.Operators), len(b.out.Reasons), len(b.problems)
	for range parts {
		b.out.Operators, b.out.Reasons = b.out.Operators[:before], b.out.Reasons[:reasons]
		b.problems = b.problems[:problems]
		for _, o := range list {
			b.operator(o, names)
		}
		var have []string
		for _, o := range b.out.Operators[before:] {
			for _, d := range o.Policies {
				have = append(have, d.PolicyName)
			}
		}
		if slices.Equal(have, names) || len(b.problems) > problems {
			return
		}
		names = have
	}
	b.problem("operators."+list[0].Name, "use fewer buckets, keys and operators, or several setups",
		"the policies of who deploys name their own parts, and with those they never have the same number")
}

// deployFacts decides what is there to deploy, and by which tools.
func (b *builder) deployFacts(f map[string]bool) {
	s, role := b.spec, b.out.Role
	shell, terraform, stack := b.applies("shell"), b.applies("terraform"), b.applies("cloudformation")
	f["by-shell"], f["by-terraform"], f["by-cloudformation"] = shell, terraform, stack
	for _, fact := range []string{"attaches-users", "attaches-groups", "lists-roles", "expires-buckets", "logs-buckets",
		"removes-buckets", "makes-keys", "removes-keys", "lists-aliases", "key-policies", "describes-group-key"} {
		f[fact] = false
	}
	f["makes-role"] = !s.Role.Existing
	f["bounds-role"] = !s.Role.Existing && s.Role.PermissionsBoundary != ""
	f["inline-role"] = role.Inline && len(role.Policies) > 0
	f["attaches-roles"] = b.attachesToRole()
	for _, o := range b.attached() {
		f["attaches-users"] = f["attaches-users"] || len(o.Users) > 0
		f["attaches-groups"] = f["attaches-groups"] || len(o.Groups) > 0
		f["attaches-roles"] = f["attaches-roles"] || len(o.Roles) > 0
		f["lists-roles"] = f["lists-roles"] || len(o.Roles) > 0
	}
	for _, k := range s.Buckets {
		f["logs-buckets"] = f["logs-buckets"] || k.Logs != nil
		f["expires-buckets"] = f["expires-buckets"] || !k.Existing && k.ExpireAfterDays+k.ExpireOldVersionsAfterDays > 0
		f["removes-buckets"] = f["removes-buckets"] || !k.Existing && k.Disposable
	}
	for i, k := range s.Keys {
		if k.Existing() {
			f["lists-aliases"] = f["lists-aliases"] || k.Found
			f["key-policies"] = f["key-policies"] || whole(b.out.Keys[i].Policy)
			continue
		}
		f["makes-keys"], f["lists-aliases"] = true, true
		f["removes-keys"] = f["removes-keys"] || k.Disposable
	}
	if g := s.DatasetGroup; g != nil {
		for i, k := range b.out.Keys {
			f["describes-group-key"] = f["describes-group-key"] || k.ID == g.Key &&
				(!k.Existing() || shell || terraform && (s.Keys[i].Found || whole(k.Policy)))
		}
	}
	f["makes-group"] = s.DatasetGroup != nil && !s.DatasetGroup.Existing
}

// attachesToRole reports whether managed policies are attached to the service role.
func (b *builder) attachesToRole() bool {
	r := b.out.Role
	return len(r.ManagedPolicies) > 0 || !r.Inline && len(r.Policies) > 0
}

// attached returns the operators who have policies of the account.
func (b *builder) attached() []spec.Operator {
	return slices.DeleteFunc(slices.Clone(b.spec.Operators), func(o spec.Operator) bool {
		return foreign(o) && len(o.ManagedPolicies) == 0
	})
}

// deployHoles puts in what is there to deploy. own are the names of the policies of who deploys.
func (b *builder) deployHoles(h holes, own []string) {
	s := b.spec
	setups := b.out.Names()
	var begun, policies []string
	for _, n := range setups {
		begun = append(begun, "Personalize-"+n, "Personalize-"+n+"-*")
	}
	if !b.out.Role.Inline {
		for _, d := range b.out.Role.Policies {
			policies = append(policies, d.PolicyName)
		}
	}
	for _, o := range b.out.Operators {
		for _, d := range o.Policies {
			if !slices.Contains(own, d.PolicyName) {
				policies = append(policies, d.PolicyName)
			}
		}
	}
	policies = append(policies, own...)
	slices.Sort(policies)
	policies = slices.Compact(policies)
	findable := slices.Clone(begun)
	for _, p := range policies {
		if !slices.ContainsFunc(begun, func(q string) bool { return covers(q, p) }) {
			findable = append(findable, p)
		}
	}
	h["deploy.setups"], h["deploy.begun"] = literals(setups), literals(begun)
	h["deploy.policies"], h["deploy.findable"] = literals(policies), literals(findable)
	h["deploy.stacks"] = literals([]string{"personalize-" + s.Name})
	if b.groupApart() {
		h["deploy.stacks"] = append(h["deploy.stacks"], policy.Literal("personalize-"+s.Name+"-dataset-group"))
	}
	b.peopleHoles(h, policies, findable)
	b.thingHoles(h)
}

// groupApart reports whether CloudFormation makes the dataset group in a stack of its own: its key
// exists, and the role does not.
func (b *builder) groupApart() bool {
	g := b.spec.DatasetGroup
	return g != nil && !g.Existing && !b.spec.Role.Existing &&
		slices.ContainsFunc(b.spec.Keys, func(k spec.Key) bool { return k.Name == g.Key && k.Existing() })
}

// peopleHoles puts in whom policies are attached to, and which.
func (b *builder) peopleHoles(h holes, policies, findable []string) {
	var members, kinds []string
	see := func(list []string, kind string, arns []string) {
		if len(list) > 0 && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
		for _, a := range arns {
			if !slices.Contains(members, a) {
				members = append(members, a)
			}
		}
	}
	managed := slices.Clone(b.out.Role.ManagedPolicies)
	for _, o := range b.attached() {
		see(o.Users, "user", b.members(spec.Operator{Users: o.Users}))
		var groups []string
		for _, g := range o.Groups {
			groups = append(groups, b.iam("group/"+g))
		}
		see(o.Groups, "group", groups)
		see(o.Roles, "role", b.members(spec.Operator{Roles: o.Roles}))
		managed = append(managed, b.arns(o.ManagedPolicies)...)
	}
	listed := b.arns(members)
	h["deploy.listed"], h["deploy.members"] = listed, listed
	if b.attachesToRole() {
		h["deploy.members"] = append([]policy.Text{policy.NewText(RefRoleARN)}, listed...)
		if !slices.Contains(kinds, "role") {
			kinds = append(kinds, "role")
		}
	}
	if b.applies("shell") || b.applies("cloudformation") {
		kinds = []string{"user", "group", "role"}
	}
	h["deploy.kinds"] = literals(kinds)
	managed = distinct(managed)
	h["deploy.attachable"] = distinct(append(b.policyARNs(policies), managed...))
	if b.applies("shell") {
		policies = findable
	}
	h["deploy.detachable"] = distinct(append(b.policyARNs(policies), managed...))
}

// policyARNs returns the ARNs of policies of the account.
func (b *builder) policyARNs(names []string) []policy.Text {
	var out []policy.Text
	for _, n := range names {
		out = append(out, b.arn(b.iam("policy/"+n)))
	}
	return out
}

func distinct(list []policy.Text) []policy.Text {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(t policy.Text) bool {
		again := seen[t.String()]
		seen[t.String()] = true
		return again
	})
}

// whole reports whether a document is a whole policy, which Terraform and CloudFormation write.
func whole(d Doc) bool { return d.Name != "" && !d.Partial }

// someBuckets puts in a created bucket of which more is needed than of others. What another target
// needs of all buckets is not said of some again.
func (b *builder) someBuckets(k Bucket, put func(string, policy.Text)) {
	arn := policy.NewText(RefBucketARN(k.ID))
	if k.Logs != nil {
		put("deploy.logged-buckets", arn)
		if !b.applies("terraform") && !b.applies("cloudformation") {
			put("deploy.looked-at-buckets", arn)
		}
	}
	if k.ExpireDays+k.OldDays > 0 && !b.applies("shell") && !b.applies("cloudformation") {
		put("deploy.expiring-buckets", arn)
	}
	if k.Disposable && !b.applies("cloudformation") {
		put("deploy.removed-buckets", arn)
	}
}

// thingHoles puts in buckets and keys.
func (b *builder) thingHoles(h holes) {
	put := func(hole string, t policy.Text) { h[hole] = append(h[hole], t) }
	for _, hole := range []string{"deploy.buckets", "deploy.expiring-buckets", "deploy.logged-buckets",
		"deploy.looked-at-buckets", "deploy.removed-buckets",
		"deploy.existing-buckets", "deploy.bucket-policies",
		"deploy.objects", "deploy.aliases", "deploy.existing-keys", "deploy.found-keys"} {
		h[hole] = []policy.Text{}
	}
	for _, k := range b.out.Buckets {
		arn := policy.NewText(RefBucketARN(k.ID))
		switch {
		case !k.Existing:
			put("deploy.buckets", arn)
			put("deploy.bucket-policies", arn)
			b.someBuckets(k, put)
		case b.applies("shell"):
			put("deploy.existing-buckets", arn)
			put("deploy.bucket-policies", arn)
		case whole(k.Policy):
			put("deploy.bucket-policies", arn)
		}
	}
	for _, u := range b.uploads() {
		put("deploy.objects", policy.NewText(RefBucketARN(u.To.Bucket), policy.Lit("/"+u.To.Prefix)))
	}
	for _, k := range b.out.Keys {
		switch {
		case !k.Existing():
			put("deploy.aliases", policy.Literal(k.Alias))
		case b.applies("shell") || b.applies("terraform") && whole(k.Policy):
			put("deploy.existing-keys", policy.NewText(RefKeyARN(k.ID)))
		case k.Found:
			put("deploy.found-keys", policy.NewText(RefKeyARN(k.ID)))
		}
	}
}
