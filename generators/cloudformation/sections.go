package cloudformation

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/policy"
)

// parameter is a value that a stack may have another of.
type parameter struct {
	id, label, group string
	description      string
	value            string
	pattern, rule    string // what the value has to look like, and that in words
}

func (q parameter) node() *yaml.Node {
	return newObject().
		put("Type", word(typeString)).
		put("Description", str(q.description)).
		put("Default", str(q.value)).
		put(allowedPattern, str(q.pattern)).
		put("ConstraintDescription", str(q.rule)).node
}

// What AWS accepts as names: IAM, S3, KMS and Personalize API references, CreateRole,
// CreateBucket, CreateAlias, CreateDatasetGroup.
const (
	roleNamePattern   = `^[\w+=,.@-]{1,64}$`
	bucketNamePattern = `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`
	aliasPattern      = `^alias/[a-zA-Z0-9/_-]{1,250}$`
	keyPattern        = `^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$`
	groupNamePattern  = `^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$`
)

const bucketNameRule = "3 to 63 lower-case letters, digits, dots and hyphens, " +
	"with a letter or digit at both ends"

// parameters returns the parameters that something refers to, in their order.
func (p *printer) parameters() []parameter {
	s, n := p.setup, p.names
	whether := func(existing bool) string {
		if existing {
			return ", which exists"
		}
		return ""
	}
	all := []parameter{{n.roleName, "Role name", "Service role",
		"Name of the role that Amazon Personalize assumes" + whether(s.Role.Existing), s.Role.Name,
		roleNamePattern, "1 to 64 letters, digits and _+=,.@-"}}
	for i, b := range s.Buckets {
		all = append(all, parameter{n.buckets[i].name, "Bucket " + b.ID, "Buckets",
			"Name of the bucket " + b.ID + whether(b.Existing), b.Name, bucketNamePattern, bucketNameRule})
	}
	for i, k := range s.Keys {
		if isImported(k) {
			continue
		}
		if k.Existing() {
			all = append(all, parameter{n.keys[i].arn, "Key " + k.ID, "Keys",
				"ARN of the key " + k.ID + ", which exists", k.ARN, keyPattern,
				"the ARN of a KMS key, not of an alias"})
		} else {
			all = append(all, parameter{n.keys[i].aliasName, "Alias of key " + k.ID, "Keys",
				"Alias of the key " + k.ID, k.Alias, aliasPattern,
				"alias/ and letters, digits, slashes, hyphens and underscores"})
		}
	}
	if s.DatasetGroup != nil {
		all = append(all, parameter{n.groupName, "Dataset group name", "Amazon Personalize",
			"Name of the dataset group", s.DatasetGroup.Name, groupNamePattern,
			"1 to 63 letters, digits, hyphens and underscores, with a letter or digit first"})
	}
	used := all[:0]
	for _, q := range all {
		if p.used[q.id] {
			p.str(q.value)
			used = append(used, q)
		}
	}
	return used
}

// interfaceOf groups parameters for the console.
func interfaceOf(parameters []parameter) *yaml.Node {
	groups, labels := list(), newObject()
	groups.Style = 0
	label := func(s string) *yaml.Node { return newObject().put("default", str(s)).node }
	var of *yaml.Node // the parameters of the group at hand
	for i, q := range parameters {
		if i == 0 || q.group != parameters[i-1].group {
			of = list()
			of.Style = 0
			group := newObject().put("Label", label(q.group)).put("Parameters", of)
			groups.Content = append(groups.Content, group.node)
		}
		of.Content = append(of.Content, word(q.id))
		labels.put(q.id, label(q.label))
	}
	return newObject().put("ParameterGroups", groups).put("ParameterLabels", labels.node).node
}

// rules refuse a deployment into another account or region than the spec's before anything is
// made: policies that are right there would be wrong here. A template for a stack set has none;
// its policies are made from the account and region that it is deployed to.
func (p *printer) rules() *yaml.Node {
	if p.setup.StackSet {
		return nil
	}
	assert := func(pseudo, value, what string) *yaml.Node {
		return newObject().
			put("Assert", call("Equals", list(ref(pseudo), str(value)))).
			put("AssertDescription", str(fmt.Sprintf("This template is for %s %s.", what, value))).node
	}
	return newObject().put("RightPlace", newObject().put("Assertions", list(
		assert("AWS::AccountId", p.setup.Account, "account"),
		assert("AWS::Region", p.setup.Region, "region"),
	)).node).node
}

// outputs returns the ARNs of what the stack makes, and what is left to be attached by hand.
func (p *printer) outputs() object {
	all := newObject()
	put := func(id, description string, value *yaml.Node) {
		all.put(id, newObject().put("Description", str(description)).put("Value", value).node)
	}
	const byHandTo = "Managed policies that are to be attached by hand to "
	n, s := p.names, p.setup
	if !s.Role.Existing {
		put(n.role+"Arn", "ARN of the role that Amazon Personalize assumes", getAtt(n.role, "Arn"))
		if !s.Role.Inline {
			for i, d := range s.Role.Policies {
				put(n.rolePolicies[i]+"Arn", "ARN of the policy "+d.PolicyName, ref(n.rolePolicies[i]))
			}
		}
	} else if len(s.Role.ManagedPolicies) > 0 {
		put(n.roleByHand, byHandTo+"the role "+s.Role.Name, p.joinTexts(s.Role.ManagedPolicies))
	}
	for i, b := range s.Buckets {
		if !b.Existing {
			put(n.buckets[i].bucket+"Arn", "ARN of the bucket "+b.ID, getAtt(n.buckets[i].bucket, "Arn"))
		}
	}
	for i, k := range s.Keys {
		if !k.Existing() {
			o := newObject().put("Description", str("ARN of the key "+k.ID)).put("Value", getAtt(n.keys[i].key, "Arn"))
			if len(k.Lent.Statements) > 0 {
				o.put("Export", newObject().put("Name", str(exportOf(s.Name, k.ID))).node)
			}
			all.put(n.keys[i].key+"Arn", o.node)
		}
	}
	for i, o := range s.Operators {
		for j := range o.Policies {
			id := n.operators[i].policies[j]
			put(id+"Arn", "ARN of a policy of operator "+o.ID, ref(id))
		}
		if len(o.ManagedPolicies) > 0 {
			put(n.operators[i].byHand, byHandTo+whom(o.Users, o.Groups, o.Roles),
				p.joinTexts(o.ManagedPolicies))
		}
	}
	if s.MadeGroup() != nil && !groupApart(s) {
		p.groupOutput(all)
	}
	return all
}

func (p *printer) groupOutput(all object) {
	o := newObject().put("Description", str("ARN of the dataset group"))
	all.put(p.names.group+"Arn", o.put("Value", getAtt(p.names.group, "DatasetGroupArn")).node)
}

// joinTexts writes ARNs as one string, a space between each.
func (p *printer) joinTexts(ts []policy.Text) *yaml.Node {
	var parts []policy.Part
	for i, t := range ts {
		if i > 0 {
			parts = append(parts, policy.Lit(" "))
		}
		parts = append(parts, t.Parts()...)
	}
	return p.text(policy.NewText(parts...), false)
}

// whom names principals within the 1,024 bytes of a description.
func whom(users, groups, roles []string) string {
	var all []string
	for _, k := range []struct {
		kind string
		list []string
	}{{"users", users}, {"groups", groups}, {"roles", roles}} {
		if len(k.list) > 0 {
			all = append(all, k.kind+" "+strings.Join(k.list, ", "))
		}
	}
	const limit = 800
	if text := strings.Join(all, "; "); len(text) <= limit {
		return text
	}
	return fmt.Sprintf("the %d users, %d groups and %d roles of the policies of this operator",
		len(users), len(groups), len(roles))
}
