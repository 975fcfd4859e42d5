package cloudformation

import (
	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// What becomes of a resource when it leaves its stack, as its DeletionPolicy.
const (
	goes     = ""             // it is deleted
	goesAll  = remove         // it holds data, and is deleted with it
	stays    = retainOnceMade // it holds data
	staysFor = retain         // it holds what others wrote, and was there before the stack
)

// resourceBody is the body of a resource; only types that hold data, or policies of others, are
// retained. What a deployment makes and then fails is removed again, so that the next try does not
// find the names taken (AWS CloudFormation Template Reference, "DeletionPolicy attribute";
// UpdateReplacePolicy has no such value).
func resourceBody(kind, keep string, dependsOn []string, properties object) *yaml.Node {
	o := newObject().put("Type", word(kind))
	if keep != goes {
		replaced := retain
		if keep == goesAll {
			replaced = remove
		}
		o.put("DeletionPolicy", word(keep)).put("UpdateReplacePolicy", word(replaced))
	}
	if len(dependsOn) > 0 {
		o.put("DependsOn", strs(dependsOn))
	}
	return o.put("Properties", properties.node).node
}

// kept is what becomes of something that holds data.
func kept(disposable bool) string {
	if disposable {
		return goesAll
	}
	return stays
}

func strs(ss []string) *yaml.Node {
	items := make([]*yaml.Node, len(ss))
	for i, s := range ss {
		items[i] = str(s)
	}
	return list(items...)
}

// resources returns the section of that name: role, its policies, keys, buckets, dataset group,
// operators.
func (p *printer) resources() object {
	all := newObject()
	p.role(all)
	for i, k := range p.setup.Keys {
		if !k.Existing() {
			p.key(all, k, p.names.keys[i])
		}
	}
	for i, b := range p.setup.Buckets {
		if !b.Existing {
			p.bucket(all, b, p.names.buckets[i])
		}
		if d := b.Policy; d.Name != "" && !d.Partial {
			all.put(p.names.buckets[i].policy, p.bucketPolicy(b, d.Document, p.names.buckets[i]))
		}
	}
	if p.setup.MadeGroup() != nil && !groupApart(p.setup) {
		p.datasetGroup(all, p.names.rolePolicies)
	}
	for i, o := range p.setup.Operators {
		for j, d := range o.Policies {
			body := resourceBody(typeManagedPolicy, goes, nil, p.managedPolicy(d, o))
			all.put(p.names.operators[i].policies[j], body)
		}
	}
	return all
}

func (p *printer) role(all object) {
	r := p.setup.Role
	if !r.Existing {
		p.within = withinRole
		o := newObject()
		o.put("RoleName", p.parameter(p.names.roleName))
		o.put("Path", p.str(r.Path))
		if r.Description != "" {
			o.put("Description", p.str(r.Description))
		}
		o.put("AssumeRolePolicyDocument", p.document(r.Trust.Document))
		if len(r.ManagedPolicies) > 0 {
			o.put("ManagedPolicyArns", p.texts(policy.List(r.ManagedPolicies...), false))
		}
		if len(r.Boundary.Parts()) > 0 {
			o.put("PermissionsBoundary", p.text(r.Boundary, false))
		}
		o.put("Tags", p.tags())
		p.within = ""
		all.put(p.names.role, resourceBody(typeRole, goes, nil, o))
		all.comment("The role that Amazon Personalize assumes.")
	}
	for i, d := range r.Policies {
		o := newObject()
		if r.Inline {
			o.put("PolicyName", p.str(d.PolicyName))
			o.put("RoleName", p.roleName())
			o.put("PolicyDocument", p.document(d.Document))
			all.put(p.names.rolePolicies[i], resourceBody(typeRolePolicy, goes, nil, o))
		} else {
			o.put("ManagedPolicyName", p.str(d.PolicyName))
			p.about(o, d)
			o.put("Roles", list(p.roleName()))
			o.put("PolicyDocument", p.document(d.Document))
			all.put(p.names.rolePolicies[i], resourceBody(typeManagedPolicy, goes, nil, o))
		}
		if i == 0 {
			all.comment("A resource of its own, so that the role does not wait for keys whose policies " +
				"wait for the role.")
		}
	}
}

// roleName names the role to what is attached to it. A role that the template makes is referred
// to, so that it is there first.
func (p *printer) roleName() *yaml.Node {
	if p.setup.Role.Existing {
		return p.parameter(p.names.roleName)
	}
	return ref(p.names.role)
}

func (p *printer) parameter(id string) *yaml.Node {
	p.used[id] = true
	return ref(id)
}

func (p *printer) about(o object, d model.Doc) {
	if d.About != "" {
		o.put("Description", p.str(d.About))
	}
}

func (p *printer) managedPolicy(d model.Doc, o model.Operator) object {
	m := newObject().put("ManagedPolicyName", p.str(d.PolicyName))
	p.about(m, d)
	for _, to := range []struct {
		name string
		list []string
	}{{"Users", o.Users}, {"Groups", o.Groups}, {"Roles", o.Roles}} {
		if len(to.list) > 0 {
			for _, s := range to.list {
				p.str(s)
			}
			m.put(to.name, strs(to.list))
		}
	}
	return m.put("PolicyDocument", p.document(d.Document))
}

func (p *printer) key(all object, k model.Key, n keyNames) {
	p.within = withinKey
	o := newObject()
	o.put("Description", str("Data of Amazon Personalize setup "+p.setup.Name))
	o.put("EnableKeyRotation", boolean(k.Rotation))
	o.put("PendingWindowInDays", integer(k.Window))
	o.put("KeyPolicy", p.document(k.Policy.Document))
	o.put("Tags", p.tags())
	p.within = ""
	all.put(n.key, resourceBody(typeKey, kept(k.Disposable), nil, o))
	alias := newObject().put("AliasName", p.parameter(n.aliasName)).put("TargetKeyId", ref(n.key))
	all.put(n.alias, resourceBody(typeAlias, goes, nil, alias))
}

// datasetGroup prints no tags: the type had none when cfn-lint 1.51 took its schema. AWS's page of
// 2026 has them, and replaces the dataset group, with its data, when they change (CloudFormation
// Template Reference, aws-resource-personalize-datasetgroup, read on 2026-11-27). The service checks
// the role's access to the key at creation, so the policies, which are those of the role, come
// first.
func (p *printer) datasetGroup(all object, policies []string) {
	g := p.setup.DatasetGroup
	o := newObject().put("Name", p.parameter(p.names.groupName))
	if g.Domain != "" {
		o.put("Domain", p.str(g.Domain))
	}
	var after []string
	if g.Key != "" {
		o.put("KmsKeyArn", p.reference(model.RefKeyARN(g.Key)))
		o.put("RoleArn", p.reference(model.RefRoleARN))
		after = policies
	}
	all.put(p.names.group, resourceBody(typeGroup, kept(g.Disposable), after, o))
}

func (p *printer) reference(r policy.Ref) *yaml.Node { return p.text(policy.NewText(r), false) }

func (p *printer) tags() *yaml.Node {
	if len(p.setup.Tags) == 0 {
		return nil
	}
	var items []*yaml.Node
	for _, t := range p.setup.Tags {
		items = append(items, newObject().put("Key", p.str(t.Key)).put("Value", p.str(t.Value)).node)
	}
	return list(items...)
}
