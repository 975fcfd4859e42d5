package shell

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/generators/shell/account"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// observer looks at an account and says what it sees in the terms of a setup.
type observer struct {
	setup    *model.Setup
	env      policy.Env
	account  *account.Account
	docs     map[string]policy.Document
	settings map[string]string
	err      error
}

// look gives what apply.sh made of the account. What the setup does not know gets a name that no document of the setup has, so that it is found to be
// too much.
func look(s *model.Setup, env policy.Env, m *machine) (*model.Reading, error) {
	o := &observer{setup: s, env: env, account: m.account, docs: map[string]policy.Document{}, settings: map[string]string{}}
	o.role(m.err.String())
	o.policies()
	o.buckets()
	o.keys()
	o.operators()
	return &model.Reading{Documents: o.docs, Settings: o.settings}, o.err
}

func (o *observer) fail(format string, args ...any) {
	if o.err == nil {
		o.err = fmt.Errorf(format, args...)
	}
}

func (o *observer) put(name, doc string) {
	d, err := policy.DecodeJSON([]byte(doc))
	if err != nil {
		o.fail("%s is not a policy document: %w", name, err)
		return
	}
	if _, twice := o.docs[name]; twice {
		o.fail("%s is there twice", name)
	}
	o.docs[name] = d
}

func (o *observer) role(said string) {
	s := o.setup
	name := o.env[model.RefRoleName]
	r, ok := o.account.Roles[name]
	if !ok {
		o.fail("there is no role %s", name)
		return
	}
	for n, other := range o.account.Roles {
		if other.Tags[ownerTag] != "" && n != name {
			o.put("trust of role "+n, other.Trust)
		}
	}
	switch {
	case !s.Role.Existing:
		o.put("role-trust", r.Trust)
	case r.Trust != nobody:
		o.fail("the trust policy of the existing role was changed")
	case s.Role.Trust.Name != "":
		// The script shows the trust policy that an existing role needs.
		_, doc, _ := strings.Cut(said, "\n")
		if end := strings.Index(doc, "\n}\n"); end >= 0 {
			o.put("role-trust", doc[:end+2])
		}
	}
	for n, doc := range r.Inline {
		o.put(docName(s.Role.Policies, n, "inline policy "), doc)
	}
	var managed []string
	for _, arn := range r.Attached {
		if !slices.Contains(o.own(s.Role.Policies), arn) {
			managed = append(managed, arn)
		}
	}
	if s.Role.Inline == (len(r.Inline) == 0 && len(s.Role.Policies) > 0) {
		o.fail("the policies of the role are not attached as they should be")
	}
	for _, arn := range o.own(s.Role.Policies) {
		if !s.Role.Inline && !slices.Contains(r.Attached, arn) {
			o.fail("the policy %s is not attached to the role", arn)
		}
	}
	o.settings["role.managedPolicies"] = words(managed)
	if !s.Role.Existing {
		o.settings["role.path"] = r.Path
		o.settings["role.description"] = r.Description
		o.settings["role.boundary"] = r.Boundary
		o.settings["role.tags"] = o.tags("role", r.Tags)
	}
}

func docName(docs []model.Doc, policyName, otherwise string) string {
	for _, d := range docs {
		if d.PolicyName == policyName {
			return d.Name
		}
	}
	return otherwise + policyName
}

// own gives the ARNs of customer managed policies.
func (o *observer) own(docs []model.Doc) []string {
	arns := make([]string, len(docs))
	for i, d := range docs {
		arns[i] = managedARN(d.PolicyName).Fill(o.env).IAM()
	}
	return arns
}

func (o *observer) policies() {
	var docs []model.Doc
	if !o.setup.Role.Inline {
		docs = append(docs, o.setup.Role.Policies...)
	}
	for _, op := range o.setup.Operators {
		docs = append(docs, op.Policies...)
	}
	for _, p := range o.account.Policies {
		i := slices.IndexFunc(p.Versions, func(v account.Version) bool { return v.ID == p.Default })
		o.put(docName(docs, p.Name, "managed policy "), p.Versions[i].Document)
		o.tags("policy "+p.Name, p.Tags)
	}
}

func (o *observer) buckets() {
	known := map[string]model.Bucket{}
	for _, b := range o.setup.Buckets {
		known[o.env[model.RefBucketName(b.ID)]] = b
	}
	for name, made := range o.account.Buckets {
		b, ok := known[name]
		switch {
		case !ok:
			o.fail("the script creates a bucket %s that the setup does not have", name)
			continue
		case made.Policy != "":
			o.shared("bucket-"+b.ID, made.Policy, b.Existing, b.Policy.Name != "", b.Base)
		}
		if b.Existing {
			continue
		}
		p := "bucket." + b.ID + "."
		blocked := len(made.Block) == 4
		for _, on := range made.Block {
			blocked = blocked && on
		}
		o.settings[p+"name"] = name
		o.settings[p+"key"] = made.Key
		o.settings[p+"versioning"] = strconv.FormatBool(made.Versioning == "Enabled")
		o.settings[p+"blockPublic"] = strconv.FormatBool(blocked)
		o.settings[p+"ownerOnly"] = strconv.FormatBool(made.Ownership == "BucketOwnerEnforced")
		o.settings[p+"expireDays"] = o.expiry(made)
		o.settings[p+"tags"] = o.tags("bucket "+b.ID, made.Tags)
	}
}

func (o *observer) expiry(b *account.Bucket) string {
	if len(b.Lifecycle) == 0 {
		return "0"
	}
	if len(b.Lifecycle) == 1 {
		rule, _ := b.Lifecycle[0].(map[string]any)
		filter, _ := rule["Filter"].(map[string]any)
		end, _ := rule["Expiration"].(map[string]any)
		if days, ok := end["Days"].(float64); ok && rule["Status"] == "Enabled" && len(filter) == 1 && filter["Prefix"] == "" {
			return strconv.Itoa(int(days))
		}
	}
	return fmt.Sprint(b.Lifecycle)
}

// shared puts the policy of a bucket or key. That of an existing one has kept the foreign statement; where the policy is known, it is
// given whole.
func (o *observer) shared(name, doc string, existing, wanted bool, base *policy.Document) {
	if !existing || base != nil {
		if existing && !wanted {
			return // only looked at
		}
		o.put(name, doc)
		return
	}
	d, err := policy.DecodeJSON([]byte(doc))
	if err != nil {
		o.fail("%s is not a policy document: %w", name, err)
		return
	}
	f := foreign()
	if len(d.Statements) == 0 || d.Statements[0].Sid != f.Sid || d.Statements[0].Normal() != f.Normal() {
		o.fail("%s has lost a statement that was there before", name)
		return
	}
	d.Statements = d.Statements[1:]
	if len(d.Statements) > 0 || wanted {
		o.docs[name] = d
	}
}

func (o *observer) keys() {
	known := map[string]model.Key{}
	for _, k := range o.setup.Keys {
		known[o.env[model.RefKeyARN(k.ID)]] = k
	}
	for _, made := range o.account.Keys {
		k, ok := known[made.ARN]
		if !ok {
			o.fail("the script creates a key %s that the setup does not have", made.ARN)
			continue
		}
		o.shared("key-"+k.ID, made.Policy, k.Existing(), k.Policy.Name != "", k.Base)
		if k.Existing() {
			continue
		}
		p := "key." + k.ID + "."
		var aliases []string
		for alias, arn := range o.account.Aliases {
			if arn == made.ARN {
				aliases = append(aliases, alias)
			}
		}
		o.settings[p+"alias"] = words(aliases)
		o.settings[p+"rotation"] = strconv.FormatBool(made.Rotation)
		o.settings[p+"tags"] = o.tags("key "+k.ID, made.Tags)
	}
}

// operators finds whom an operator's policies are attached to. A policy of AWS's is an operator's when all of its principals have it; one that is
// attached to somebody without being of any operator's is too much.
func (o *observer) operators() {
	attached := map[attachment][]string{}
	for n, u := range o.account.Users {
		attached[attachment{"user", n}] = u.Attached
	}
	for n, g := range o.account.Groups {
		attached[attachment{"group", n}] = g.Attached
	}
	for n, r := range o.account.Roles {
		if n != o.env[model.RefRoleName] {
			attached[attachment{"role", n}] = r.Attached
		}
	}
	explained := map[attachment][]string{}
	for _, op := range o.setup.Operators {
		own := o.own(op.Policies)
		var managed []string
		for _, t := range op.ManagedPolicies {
			managed = append(managed, t.Fill(o.env).IAM())
		}
		names := map[string][]string{}
		whom := map[string][]string{"user": op.Users, "group": op.Groups, "role": op.Roles}
		for to, arns := range attached {
			mine := own
			if len(own) == 0 {
				// Other operators may have the same managed policies, so those count whom the setup names; the rest stays unexplained.
				if mine = managed; !slices.Contains(whom[to.kind], to.name) {
					continue
				}
			}
			n := 0
			for _, arn := range mine {
				if slices.Contains(arns, arn) {
					n++
				}
			}
			if n == 0 {
				continue
			}
			name := to.name
			if n < len(mine) {
				name += " (only a part)"
			}
			names[to.kind] = append(names[to.kind], name)
			explained[to] = append(append(explained[to], own...), managed...)
			managed = slices.DeleteFunc(managed, func(arn string) bool { return !slices.Contains(arns, arn) })
		}
		p := "operator." + op.ID + "."
		o.settings[p+"users"], o.settings[p+"groups"], o.settings[p+"roles"] = words(names["user"]), words(names["group"]), words(names["role"])
		o.settings[p+"managedPolicies"] = words(managed)
	}
	for to, arns := range attached {
		for _, arn := range arns {
			if !slices.Contains(explained[to], arn) {
				o.fail("the script attaches %s to the %s %s, which the setup does not", arn, to.kind, to.name)
			}
		}
	}
}

// tags gives tags as [model.Setup.Settings] does, without those by which the scripts know what they made; those have to be there.
func (o *observer) tags(what string, tags map[string]string) string {
	if tags[ownerTag] != o.setup.Name {
		o.fail("the %s has no tag %s=%s", what, ownerTag, o.setup.Name)
	}
	var lines []string
	for k, v := range tags {
		if k != ownerTag && k != keyTag {
			lines = append(lines, k+"="+v)
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func words(list []string) string {
	sort.Strings(list)
	return strings.Join(list, " ")
}
