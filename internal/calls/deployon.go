package calls

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
)

// worksOn returns what the calls of a row work on in this setup.
func (c *operatorCalls) worksOn(r deployRow) []deployOn {
	m := c.m
	makesKeys := slices.ContainsFunc(m.Keys, func(k model.Key) bool { return !k.Existing() })
	only := func(yes bool, resource string) []deployOn {
		if yes {
			return []deployOn{{resource: resource}}
		}
		return nil
	}
	switch r.on {
	case unnamed:
		return only(true, "*")
	case unnamedForKeys:
		return only(makesKeys, "*")
	case unnamedForAlias:
		return only(makesKeys || slices.ContainsFunc(m.Keys, func(k model.Key) bool { return k.Found }), "*")
	case unnamedForGroup:
		return only(m.MadeGroup() != nil, "*")
	case datasetGroup:
		return only(m.MadeGroup() != nil || m.DatasetGroup != nil && r.tool == Scripts,
			c.personalize("dataset-group", c.env[model.RefGroupName]))
	case stack:
		return c.stacks()
	case madeRole, boundRole, serviceRole, inlineRole:
		made := !m.Role.Existing
		is := r.on == serviceRole || r.on == madeRole && made ||
			r.on == boundRole && made && m.Role.Bounded ||
			r.on == inlineRole && m.Role.Inline && len(m.Role.Policies) > 0
		return only(is, c.roleARN())
	case anyRole, oldRole, ownPolicy, begunPolicy, oldPolicy:
		return c.rolesAndPolicies(r.on)
	case user, group, role, anyUser, anyGroup, anyRoleOfPolicy, listedUser, listedGroup, listedRole,
		listedAnyUser, listedAnyGroup, listedAnyRole:
		return c.people(r)
	}
	return append(c.bucketsOf(r), c.keysOf(r)...)
}

// stacks are those of the README's commands: two where the dataset group waits for the policy of a
// key that exists.
func (c *operatorCalls) stacks() []deployOn {
	at := "arn:" + c.partition() + ":cloudformation:" + c.region() + ":" + c.account() + ":stack/personalize-" + c.m.Name
	out := []deployOn{{resource: at + "/0"}}
	g := c.m.MadeGroup()
	if g == nil || c.m.Role.Existing {
		return out
	}
	for _, k := range c.m.Keys {
		if k.ID == g.Key && k.Existing() {
			out = append(out, deployOn{resource: at + "-dataset-group/0"})
		}
	}
	return out
}

const setupTag = "aws:ResourceTag/pzgen:setup"

// rolesAndPolicies are those of the setup, and those that it may have made before.
func (c *operatorCalls) rolesAndPolicies(kind deployKind) (out []deployOn) {
	own := c.ownPolicies()
	for _, n := range c.m.Names() {
		begun := []string{"policy/Personalize-" + n, "policy/Personalize-" + n + "-" + made}
		switch kind {
		case oldRole:
			out = append(out, deployOn{resource: c.iam("role/" + made), key: setupTag, value: n})
		case begunPolicy, oldPolicy:
			for _, b := range begun {
				on := deployOn{resource: c.iam(b), wide: c.iam("policy/Personalize-" + n + "-")}
				if kind == oldPolicy {
					on.key, on.value = setupTag, n
				}
				out = append(out, on)
			}
		}
	}
	switch kind {
	case anyRole:
		return []deployOn{{resource: c.iam("role/" + made), wide: c.iam("role/")}}
	case ownPolicy, begunPolicy:
		for _, arn := range own {
			out = append(out, deployOn{resource: arn})
		}
	}
	return out
}

// ownPolicies returns the ARNs of the managed policies of the setup.
func (t *Table) ownPolicies() []string {
	var out []string
	add := func(docs []model.Doc) {
		for _, d := range docs {
			out = append(out, t.iam("policy/"+d.PolicyName))
		}
	}
	if !t.m.Role.Inline {
		add(t.m.Role.Policies)
	}
	for _, o := range t.m.Operators {
		add(o.Policies)
	}
	return out
}

// people are those whom policies are attached to, each with each policy that the setup has or
// names.
func (c *operatorCalls) people(r deployRow) (out []deployOn) {
	kind := "role"
	switch r.on {
	case user, anyUser, listedUser, listedAnyUser:
		kind = "user"
	case group, anyGroup, listedGroup, listedAnyGroup:
		kind = "group"
	}
	anybody := c.iam(kind + "/" + made)
	wide := c.iam(kind + "/")
	switch r.on {
	case listedAnyUser, listedAnyGroup, listedAnyRole:
		return []deployOn{{resource: anybody, wide: wide}}
	}
	var who []string
	policies := c.ownPolicies()
	for _, m := range c.m.Role.ManagedPolicies {
		policies = append(policies, m.Fill(c.env).IAM())
	}
	toRole := len(c.m.Role.ManagedPolicies) > 0 || !c.m.Role.Inline && len(c.m.Role.Policies) > 0
	if toRole && kind == "role" && r.on == role {
		who = append(who, c.roleARN())
	}
	for _, o := range c.m.Operators {
		if len(o.Policies)+len(o.ManagedPolicies) == 0 {
			continue
		}
		for _, m := range o.ManagedPolicies {
			policies = append(policies, m.Fill(c.env).IAM())
		}
		for _, a := range o.Audiences() {
			if string(a.Kind) == kind {
				who = append(who, c.memberARNs(kind, a.Names)...)
			}
		}
	}
	switch r.on {
	case listedUser, listedGroup, listedRole:
		for _, w := range who {
			out = append(out, deployOn{resource: w})
		}
		return out
	case anyUser, anyGroup, anyRoleOfPolicy:
		who = []string{anybody}
		if r.tool == Scripts {
			for _, n := range c.m.Names() {
				policies = append(policies, c.iam("policy/Personalize-"+n), c.iam("policy/Personalize-"+n+"-"+made))
			}
		}
	}
	for _, w := range who {
		for _, p := range policies {
			out = append(out, deployOn{resource: w, key: "iam:PolicyARN", value: p})
		}
	}
	return out
}

// memberARNs returns the ARNs of users, groups or roles of the account, with the paths that the
// documents of the setup know.
func (c *operatorCalls) memberARNs(kind string, names []string) []string {
	var out []string
	for _, n := range names {
		arn := c.iam(kind + "/" + n)
		if kind != "group" {
			if known := c.real().arns(kind, []string{n}); len(known) == 1 {
				arn = c.iam(strings.TrimPrefix(known[0], c.real().iam("")))
			}
		}
		out = append(out, arn)
	}
	return out
}

func whole(d model.Doc) bool { return d.Name != "" && !d.Partial }

// bucketsOf are the buckets that the calls of a row work on.
func (c *operatorCalls) bucketsOf(r deployRow) (out []deployOn) {
	for _, b := range c.m.Buckets {
		arn := c.env[model.RefBucketARN(b.ID)]
		is := false
		switch r.on {
		case madeBucket:
			is = !b.Existing
		case expiringBucket:
			is = !b.Existing && b.ExpireDays+b.OldDays > 0
		case loggedBucket:
			is = b.Logs != nil
		case disposableBucket:
			is = !b.Existing && b.Disposable
		case existingBucket:
			is = b.Existing
		case bucketPolicy:
			is = !b.Existing || r.tool == Scripts || whole(b.Policy)
		case upload:
			for _, key := range c.uploaded(b.ID) {
				out = append(out, deployOn{resource: arn + "/" + key})
			}
		}
		if is {
			out = append(out, deployOn{resource: arn})
		}
	}
	return out
}

// keysOf are the keys and aliases that the calls of a row work on. A key that is yet to be made has
// no name that a policy could have. Its alias comes after it and may go before it, so that each call
// is made with the alias and without.
func (c *operatorCalls) keysOf(r deployRow) (out []deployOn) {
	at := "arn:" + c.partition() + ":kms:" + c.region() + ":" + c.account() + ":"
	for _, k := range c.m.Keys {
		arn := c.env[model.RefKeyARN(k.ID)]
		switch {
		case k.Existing():
			if r.on == existingKey && (r.tool == Scripts || whole(k.Policy)) ||
				r.on == lookedUpKey && k.Found {
				out = append(out, deployOn{resource: arn},
					deployOn{resource: arn, key: keyAliases, value: aliasOf(k)})
			}
		case r.on == madeKey, r.on == disposableKey && k.Disposable:
			out = append(out, deployOn{resource: arn, wide: at + "key/"},
				deployOn{resource: arn, key: keyAliases, value: k.Alias})
		case r.on == alias:
			out = append(out, deployOn{resource: at + k.Alias})
		}
	}
	return out
}

// aliasOf returns an alias that a key has which exists: the one that it is found by, or one of
// somebody else's, since nobody knows which it has.
func aliasOf(k model.Key) string {
	if k.Found {
		return k.Alias
	}
	return "alias/" + made
}

// makes reports whether the setup makes the key with an alias.
func (t *Table) makes(alias string) bool {
	return slices.ContainsFunc(t.m.Keys, func(k model.Key) bool { return !k.Existing() && k.Alias == alias })
}

const keyAliases = "kms:ResourceAliases"
