package terraform

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/pzgen/pzgen/internal/model"
)

func (r *reader) role(i instance) error {
	s := r.setup
	name, _ := i.body.str("name")
	if s.Role.Existing || name != r.env[model.RefRoleName] {
		return at(i.line, "role %q is not one that the setup creates", name)
	}
	tags, err := i.body.tags()
	if err != nil {
		return err
	}
	if err := r.put(s.Role.Trust.Name, i.body, "assume_role_policy"); err != nil {
		return err
	}
	path, ok := i.body.str("path")
	if !ok {
		path = "/"
	}
	description, _ := i.body.str("description")
	boundary, _ := i.body.str("permissions_boundary")
	for _, p := range [...][2]string{{"path", path}, {"description", description}, {"boundary", boundary}, {"tags", tags}} {
		if err := r.set("role."+p[0], p[1], i.line); err != nil {
			return err
		}
	}
	return nil
}

// tags gives the argument tags in the form of [model.Setup.Settings].
func (c content) tags() (string, error) {
	v, ok := c.args["tags"]
	if !ok {
		return "", nil
	}
	m, err := convert.Convert(v, cty.Map(cty.String))
	if err != nil {
		return "", at(c.ranges["tags"], "tags are not a map of strings")
	}
	var lines []string
	for it := m.ElementIterator(); it.Next(); {
		k, v := it.Element()
		if v.IsNull() {
			return "", at(c.ranges["tags"], "tag %q is null", k.AsString())
		}
		lines = append(lines, k.AsString()+"="+v.AsString())
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n"), nil
}

// named finds a document of the setup by the name that its policy has in IAM.
func named(docs []model.Doc, name string) (model.Doc, bool) {
	for _, d := range docs {
		if d.PolicyName == name {
			return d, true
		}
	}
	return model.Doc{}, false
}

func (r *reader) rolePolicy(i instance) error {
	role, _ := i.body.str("role")
	name, _ := i.body.str("name")
	d, ok := named(r.setup.Role.Policies, name)
	if !ok || !r.setup.Role.Inline || role != r.env[model.RefRoleName] {
		return at(i.line, "inline policy %q of role %q is none of the setup's", name, role)
	}
	return r.put(d.Name, i.body, "policy")
}

// managed takes a customer managed policy. It grants something when it is attached; an operator's counts before, since it is there to be attached.
func (r *reader) managed(i instance) error {
	name, _ := i.body.str("name")
	arn := i.computed["arn"].AsString()
	lines := make([]string, len(r.setup.Tags))
	for n, t := range r.setup.Tags {
		lines[n] = t.Key + "=" + t.Value
	}
	sort.Strings(lines)
	want := strings.Join(lines, "\n")
	if tags, err := i.body.tags(); err != nil || tags != want {
		return at(i.line, "tags of policy %q are not the setup's", name)
	}
	if d, ok := named(r.setup.Role.Policies, name); ok && !r.setup.Role.Inline {
		r.policies[arn] = d
		return r.put(d.Name, i.body, "policy")
	}
	for _, o := range r.setup.Operators {
		if d, ok := named(o.Policies, name); ok {
			r.policies[arn] = d
			return r.put(d.Name, i.body, "policy")
		}
	}
	return at(i.line, "policy %q is none of the setup's", name)
}

func (r *reader) attach(i instance, kind string) error {
	name, _ := i.body.str(kind)
	arn, _ := i.body.str("policy_arn")
	r.attached = append(r.attached, attachment{kind, name, arn, i.line})
	return nil
}

func (r *reader) key(i instance) error {
	switch i.typ {
	case tfKeyAlias:
		name, _ := i.body.str("name")
		return r.set("key."+r.keyByAlias(name)+".alias", name, i.line)
	case tfKeyPolicy:
		id, _ := i.body.str("key_id")
		for _, k := range r.setup.Keys {
			arn := r.env[model.RefKeyARN(k.ID)]
			if arn != "" && id == tail(arn) {
				if k.Policy.Partial {
					return at(i.line, "the whole policy of key %q is not known, and would be replaced", k.ID)
				}
				if k.Existing() {
					if err := r.keeps(i); err != nil {
						return err
					}
				}
				return r.put(k.Policy.Name, i.body, "policy")
			}
		}
		return at(i.line, "key %q is none of the setup's", id)
	}
	if err := r.keeps(i); err != nil {
		return err
	}
	id := r.keys[i.label]
	rotation, ok := i.body.str("enable_key_rotation")
	if !ok {
		rotation = "false"
	}
	tags, err := i.body.tags()
	if err != nil {
		return err
	}
	if err := r.set("key."+id+".rotation", rotation, i.line); err != nil {
		return err
	}
	if err := r.set("key."+id+".tags", tags, i.line); err != nil {
		return err
	}
	for _, k := range r.setup.Keys {
		if k.ID != id {
			continue
		}
		if window, _ := i.body.str("deletion_window_in_days"); window != strconv.Itoa(k.Window) {
			return at(i.line, "key %q would be deleted %s days after it is scheduled for it, not %d", id, window, k.Window)
		}
		if _, ok := i.body.args["policy"]; ok {
			return r.put(k.Policy.Name, i.body, "policy")
		}
	}
	return nil
}

func (r *reader) keyByAlias(alias string) string {
	for _, k := range r.setup.Keys {
		if !k.Existing() && k.Alias == alias {
			return k.ID
		}
	}
	return ""
}

// attachments sorts attached policies out: the setup's own by their ARN, those of AWS and of others by whom the setup gives them to. An attachment that
// neither explains is an error.
func (r *reader) attachments() error {
	s := r.setup
	byARN := func(arn string, kind string) []string {
		var names []string
		for _, a := range r.attached {
			if a.arn == arn && a.kind == kind {
				names = append(names, a.name)
			}
		}
		sort.Strings(names)
		return names
	}
	explained := make(map[attachment]bool, len(r.attached))
	seen := map[[3]string]bool{}
	for _, a := range r.attached {
		id := [3]string{a.kind, a.name, a.arn}
		if seen[id] {
			return at(a.line, "policy %q is attached to %s %q twice", a.arn, a.kind, a.name)
		}
		seen[id] = true
	}
	explain := func(kind, name, arn string) bool {
		found := false
		for _, a := range r.attached {
			if a.kind == kind && a.name == name && a.arn == arn {
				explained[a], found = true, true
			}
		}
		return found
	}
	arnOf := func(d model.Doc) string {
		return "arn:" + r.env[model.RefPartition] + ":iam::" + r.env[model.RefAccount] + ":policy/" + d.PolicyName
	}
	if !s.Role.Inline {
		for _, d := range s.Role.Policies {
			if !explain("role", r.env[model.RefRoleName], arnOf(d)) {
				// A policy that is not attached to the role grants it nothing.
				delete(r.out.Documents, d.Name)
			}
		}
	}
	var mine []string
	for _, m := range s.Role.ManagedPolicies {
		arn := m.Fill(r.env).IAM()
		if explain("role", r.env[model.RefRoleName], arn) {
			mine = append(mine, arn)
		}
	}
	r.out.Settings["role.managedPolicies"] = words(mine)
	for _, o := range s.Operators {
		if err := r.operator(o, byARN, explain, arnOf); err != nil {
			return err
		}
	}
	for _, a := range r.attached {
		if !explained[a] {
			return at(a.line, "policy %q is attached to %s %q, which the setup does not", a.arn, a.kind, a.name)
		}
	}
	return nil
}

func (r *reader) operator(o model.Operator, byARN func(arn, kind string) []string, explain func(kind, name, arn string) bool, arnOf func(model.Doc) string) error {
	members := map[string][]string{}
	kinds := [...]string{"user", "group", "role"}
	for i, d := range o.Policies {
		for _, kind := range kinds {
			list := byARN(arnOf(d), kind)
			if i > 0 && words(list) != words(members[kind]) {
				return at(r.attached[0].line, "policies %q and %q of operator %q are not attached to the same %ss", o.Policies[0].PolicyName, d.PolicyName, o.ID, kind)
			}
			members[kind] = list
			for _, name := range list {
				explain(kind, name, arnOf(d))
			}
		}
	}
	if len(o.Policies) == 0 && len(o.ManagedPolicies) > 0 {
		// Only the managed policies tell. Other operators may have them too, so those count whom the setup names; the rest stays unexplained.
		for _, a := range audiences(o) {
			members[a.kind] = slices.DeleteFunc(slices.Clone(byARN(o.ManagedPolicies[0].Fill(r.env).IAM(), a.kind)), func(name string) bool { return !slices.Contains(a.members, name) })
		}
	}
	var managed []string
	for _, m := range o.ManagedPolicies {
		arn, all := m.Fill(r.env).IAM(), true
		for _, kind := range kinds {
			for _, name := range members[kind] {
				all = explain(kind, name, arn) && all
			}
		}
		if all {
			managed = append(managed, arn)
		}
	}
	for _, kind := range kinds {
		r.out.Settings["operator."+o.ID+"."+kind+"s"] = words(members[kind])
	}
	r.out.Settings["operator."+o.ID+".managedPolicies"] = words(managed)
	return nil
}

func words(list []string) string {
	out := append([]string(nil), list...)
	sort.Strings(out)
	return strings.Join(out, " ")
}
