package cloudformation

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// attribute returns what Ref (attribute "") and Fn::GetAtt return for a resource: the section
// "Return values" of each type in the AWS CloudFormation Template Reference. What a name decides
// is made from the name that the template gives.
func (t *template) attribute(n *yaml.Node, id, attribute string) (string, bool) {
	r := t.resources[id]
	if r == nil {
		t.refuse(n, "name", id, "it is no parameter and no resource of this template")
		return "", false
	}
	if t.current != nil {
		t.current.needs = append(t.current.needs, id)
	}
	if r.busy {
		t.refuse(n, "name", id, "the name of this resource depends on itself")
		return "", false
	}
	before := t.current
	r.busy, t.current = true, r
	defer func() { r.busy, t.current = false, before }()

	const arn = "arn:"
	partition, account := t.token("AWS::Partition", attrPseudo), t.token("AWS::AccountId", attrPseudo)
	iam := func(what, name string) (string, bool) {
		path := "/"
		ok := true
		if member(r.properties, "Path") != nil {
			path, ok = t.property(r, "Path")
		}
		name, named := t.property(r, name)
		return arn + partition + ":iam::" + account + ":" + what + path + name, ok && named
	}
	prefixed := func(prefix, name string) (string, bool) {
		name, ok := t.property(r, name)
		return prefix + name, ok
	}
	switch r.kind + " " + attribute {
	case typeBucket + " ":
		return t.property(r, "BucketName")
	case typeBucket + " Arn":
		return prefixed(arn+partition+":s3:::", "BucketName")
	case typeRole + " ":
		return t.property(r, "RoleName")
	case typeRole + " Arn":
		return iam("role", "RoleName")
	case typeManagedPolicy + " ", typeManagedPolicy + " PolicyArn":
		return iam("policy", "ManagedPolicyName")
	case typeAlias + " ":
		return t.property(r, "AliasName")
	case typeKey + " ", typeKey + " KeyId":
		return t.token(id, attrID), true
	case typeKey + " Arn":
		return t.token(id, attrARN), true
	case typeGroup + " DatasetGroupArn":
		region := t.token("AWS::Region", attrPseudo)
		return prefixed(arn+partition+":personalize:"+region+":"+account+":dataset-group/", "Name")
	}
	if t.any != nil {
		switch r.kind + " " + attribute {
		case typeIAMUser + " ":
			return t.property(r, "UserName")
		case typeIAMUser + " Arn":
			return iam("user", "UserName")
		case typeIAMGroup + " ":
			return t.property(r, "GroupName")
		case typeIAMGroup + " Arn":
			return iam("group", "GroupName")
		}
		return t.anyAttribute(id, attribute), true
	}
	t.refuse(n, "attribute", strings.TrimSuffix(id+"."+attribute, "."),
		"what it is of a resource of type "+r.kind+" is not known")
	return "", false
}

// property returns the value of a property that names a resource; one without a name gets it when
// it is made.
func (t *template) property(r *resource, name string) (string, bool) {
	n := member(r.properties, name)
	if n == nil {
		return t.token(r.id, attrName), true
	}
	if t.resolve(n); n.Tag == tagNone {
		return t.token(r.id, attrName), true
	}
	return t.literal(name+" of "+r.id, n)
}
