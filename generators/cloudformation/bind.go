package cloudformation

import (
	"sort"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
)

// bind ties each resource to what it is in the setup.
func (t *template) bind() error {
	for _, r := range t.order {
		if !r.active {
			continue
		}
		v, err := t.value(r.properties)
		if err != nil {
			return err
		}
		v.node = r.node
		f := t.fields("resource "+r.id, v)
		switch r.kind {
		case "AWS::IAM::Role":
			t.readRole(f)
		case "AWS::IAM::RolePolicy":
			t.readRolePolicy(f)
		case "AWS::IAM::ManagedPolicy":
			t.readManagedPolicy(f)
		case "AWS::S3::Bucket":
			t.retained(r, f)
			t.readBucket(f)
		case "AWS::S3::BucketPolicy":
			t.readBucketPolicy(r, f)
		case "AWS::KMS::Key":
			t.retained(r, f)
			t.readKey(r, f)
		case "AWS::KMS::Alias":
			f.str("AliasName") // which key it makes, and of which name, is in bindKeys
			f.str("TargetKeyId")
		case "AWS::Personalize::DatasetGroup":
			t.retained(r, f)
			t.readDatasetGroup(f)
		default:
			return t.errorf(r.node, "resource %s is of type %q, which no setup has", r.id, r.kind)
		}
		if err := f.done(); err != nil {
			return err
		}
	}
	return nil
}

// retained demands that a resource stays when the stack goes: data, and statements of others, would go with it.
func (t *template) retained(r *templateResource, f *fields) {
	for _, name := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
		if n := member(r.node, name); n == nil || n.Value != "Retain" || short(n) != "" {
			f.fail(f.v, "resource %s has no %s of Retain: what it holds would be lost with the stack", r.id, name)
		}
	}
}

// document enters a policy document.
func (t *template) document(f *fields, property, name string) {
	v := f.get(property)
	if v.kind == kindNothing {
		f.fail(v, "%s has no %s", f.what, property)
		return
	}
	if _, ok := t.reading.Documents[name]; ok {
		f.fail(v, "policy %q stands in the template twice", name)
		return
	}
	d, err := t.source.document(v)
	if err != nil {
		if f.err == nil {
			f.err = err
		}
		return
	}
	t.reading.Documents[name] = d
	t.reading.Places[name] = model.FilePlace{Path: t.path, Line: v.node.Line}
	for _, s := range d.Statements {
		if s.Sid != "" {
			t.reading.Places[name+"/"+s.Sid] = model.FilePlace{Path: t.path, Line: s.Pos.Line}
		}
	}
}

// set enters a setting. One that stands already, because a policy of the same operator said so, has to be the same.
func (t *template) set(f *fields, name, value string) {
	if old, ok := t.reading.Settings[name]; ok && old != value {
		f.fail(f.v, "%s differs between resources: %q and %q", name, old, value)
	}
	t.reading.Settings[name] = value
}

// tags gives tags in the form of [model.Setup.Settings].
func (t *template) tags(f *fields) string {
	var lines []string
	for _, item := range f.list("Tags") {
		tag := t.fields("tag of "+f.what, item)
		lines = append(lines, tag.str("Key")+"="+tag.str("Value"))
		f.take(tag)
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func words(list []string) string {
	out := append([]string(nil), list...)
	sort.Strings(out)
	return strings.Join(out, " ")
}

func (t *template) readRole(f *fields) {
	role := t.setup.Role
	if name := f.str("RoleName"); name != t.env[model.RefRoleName] || role.Existing {
		f.fail(f.get("RoleName"), "role %q is not one that setup %q makes", name, t.setup.Name)
		return
	}
	t.document(f, "AssumeRolePolicyDocument", role.Trust.Name)
	path := f.optional("Path")
	if path == "" {
		path = "/"
	}
	t.set(f, "role.path", path)
	t.set(f, "role.description", f.optional("Description"))
	t.set(f, "role.boundary", f.optional("PermissionsBoundary"))
	t.set(f, "role.managedPolicies", words(f.strings("ManagedPolicyArns")))
	t.set(f, "role.tags", t.tags(f))
}

func (t *template) readRolePolicy(f *fields) {
	role, name := f.str("RoleName"), f.str("PolicyName")
	for _, d := range t.setup.Role.Policies {
		if t.setup.Role.Inline && role == t.env[model.RefRoleName] && name == d.PolicyName {
			t.document(f, "PolicyDocument", d.Name)
			return
		}
	}
	f.fail(f.v, "%s gives role %q the inline policy %q, which setup %q does not have", f.what, role, name, t.setup.Name)
}

func (t *template) readManagedPolicy(f *fields) {
	name := f.str("ManagedPolicyName")
	users, groups, roles := f.strings("Users"), f.strings("Groups"), f.strings("Roles")
	for _, d := range t.setup.Role.Policies {
		if t.setup.Role.Inline || name != d.PolicyName {
			continue
		}
		if len(users) > 0 || len(groups) > 0 || len(roles) != 1 || roles[0] != t.env[model.RefRoleName] {
			f.fail(f.v, "%s is policy %q of the service role and is not attached to it alone", f.what, name)
		}
		t.document(f, "PolicyDocument", d.Name)
		return
	}
	for _, o := range t.setup.Operators {
		for _, d := range o.Policies {
			if name != d.PolicyName {
				continue
			}
			t.document(f, "PolicyDocument", d.Name)
			p := "operator." + o.ID + "."
			t.set(f, p+"users", words(users))
			t.set(f, p+"groups", words(groups))
			t.set(f, p+"roles", words(roles))
			return
		}
	}
	f.fail(f.v, "%s makes the managed policy %q, which setup %q does not have", f.what, name, t.setup.Name)
}

func (t *template) readKey(r *templateResource, f *fields) {
	for _, k := range t.setup.Keys {
		if k.ID != t.keys[r.id] || k.Existing() {
			continue
		}
		f.optional("Description")
		t.document(f, "KeyPolicy", k.Policy.Name)
		if n := f.number("PendingWindowInDays"); n != k.Window {
			f.fail(f.get("PendingWindowInDays"), "key %q is deleted after %d days and not after %d", k.ID, n, k.Window)
		}
		p := "key." + k.ID + "."
		t.set(f, p+"alias", k.Alias)
		t.set(f, p+"rotation", boolText(f.flag("EnableKeyRotation", false)))
		t.set(f, p+"tags", t.tags(f))
		return
	}
	f.fail(f.v, "%s is a key without the alias of a key that setup %q makes", f.what, t.setup.Name)
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// readDatasetGroup demands that the group is the setup's: it is no setting, and its role and key decide who reads the data.
func (t *template) readDatasetGroup(f *fields) {
	g := t.setup.DatasetGroup
	name := f.str("Name")
	if g == nil || name != g.Name || t.group {
		f.fail(f.v, "%s is dataset group %q, which setup %q does not have, or not twice", f.what, name, t.setup.Name)
		return
	}
	t.group = true
	role, key := "", ""
	if g.Key != "" {
		role, key = t.env[model.RefRoleARN], t.env[model.RefKeyARN(g.Key)]
	}
	for _, p := range []struct{ name, want string }{{"Domain", g.Domain}, {"KmsKeyArn", key}, {"RoleArn", role}} {
		if v := f.optional(p.name); v != p.want {
			f.fail(f.get(p.name), "%s of dataset group %q is %q and not %q", p.name, name, v, p.want)
		}
	}
}
