package cloudformation

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/model"
)

// attribute gives what Ref (attribute "") and Fn::GetAtt return for a resource: the section "Return values" of each type in the AWS
// CloudFormation Template Reference. What a name alone decides is computed from the name that the template gives; the ARN of a key comes from
// the environment.
func (e *evaluator) attribute(at *yaml.Node, id, attribute string) (value, error) {
	r := e.resources[id]
	if r == nil || !r.active {
		return value{}, e.errorf(at, "%q is no parameter and no resource of this template", id)
	}
	key := id + "." + attribute
	if v, ok := e.memo[key]; ok {
		return v, nil
	}
	if e.visiting[id] {
		return value{}, e.errorf(at, "name of resource %q depends on itself", id)
	}
	e.visiting[id] = true
	defer delete(e.visiting, id)
	s, err := e.attributeOf(at, r, attribute)
	if err != nil {
		return value{}, err
	}
	e.memo[key] = text(s)
	return e.memo[key], nil
}

func (e *evaluator) attributeOf(at *yaml.Node, r *templateResource, attribute string) (string, error) {
	property := func(name, otherwise string) (string, error) {
		n := member(r.properties, name)
		if n == nil && otherwise != "" {
			return otherwise, nil
		}
		if n == nil {
			return "", e.errorf(r.node, "resource %q has no %s, so its name is not known here", r.id, name)
		}
		v, err := e.value(n)
		if err == nil && v.kind != kindString {
			err = e.errorf(n, "%s of %q is a string, not %s", name, r.id, v.kind)
		}
		return v.text, err
	}
	iam := func(what, name string) (string, error) {
		path, err := property("Path", "/")
		if err != nil {
			return "", err
		}
		name, err = property(name, "")
		return "arn:" + e.env[model.RefPartition] + ":iam::" + e.env[model.RefAccount] + ":" + what + path + name, err
	}
	switch r.kind + " " + attribute {
	case "AWS::S3::Bucket ":
		return property("BucketName", "")
	case "AWS::S3::Bucket Arn":
		name, err := property("BucketName", "")
		return "arn:" + e.env[model.RefPartition] + ":s3:::" + name, err
	case "AWS::IAM::Role ":
		return property("RoleName", "")
	case "AWS::IAM::Role Arn":
		return iam("role", "RoleName")
	case "AWS::IAM::ManagedPolicy ", "AWS::IAM::ManagedPolicy PolicyArn":
		return iam("policy", "ManagedPolicyName")
	case "AWS::KMS::Alias ":
		return property("AliasName", "")
	case "AWS::KMS::Key ", "AWS::KMS::Key KeyId", "AWS::KMS::Key Arn":
		arn, err := e.keyARN(at, r.id)
		if attribute != "Arn" {
			arn = arn[strings.LastIndexByte(arn, '/')+1:]
		}
		return arn, err
	case "AWS::Personalize::DatasetGroup ":
		return property("Name", "")
	case "AWS::Personalize::DatasetGroup DatasetGroupArn":
		name, err := property("Name", "")
		return "arn:" + e.env[model.RefPartition] + ":personalize:" + e.env[model.RefRegion] + ":" + e.env[model.RefAccount] + ":dataset-group/" + name, err
	}
	if attribute == "" {
		return "", e.errorf(at, "Ref of %q, of type %q, is not understood", r.id, r.kind)
	}
	return "", e.errorf(at, "attribute %q of %q, of type %q, is not understood", attribute, r.id, r.kind)
}

func (e *evaluator) keyARN(at *yaml.Node, id string) (string, error) {
	key, ok := e.keys[id]
	if !ok {
		return "", e.errorf(at, "key %q has no alias of a key of this setup, so it is not known which it is", id)
	}
	arn, ok := e.env[model.RefKeyARN(key)]
	if !ok {
		return "", e.errorf(at, "reference %s has no value", model.RefKeyARN(key))
	}
	return arn, nil
}

// bindKeys finds out by their aliases which key of the setup each key resource is.
func (e *evaluator) bindKeys(s *model.Setup, order []*templateResource) error {
	for _, r := range order {
		if r.kind != "AWS::KMS::Alias" || !r.active {
			continue
		}
		name, target := member(r.properties, "AliasName"), member(r.properties, "TargetKeyId")
		if name == nil || target == nil {
			return e.errorf(r.node, "alias %q has no AliasName or no TargetKeyId", r.id)
		}
		alias, err := e.value(name)
		if err != nil {
			return err
		}
		id, err := e.target(target)
		if err != nil {
			return err
		}
		key := e.resources[id]
		if key == nil || key.kind != "AWS::KMS::Key" || !key.active {
			return e.errorf(target, "alias %q is of no key in this template", alias.text)
		}
		if _, ok := e.keys[id]; ok {
			return e.errorf(r.node, "key %q has a second alias %q, which nobody asked for", id, alias.text)
		}
		found := false
		for _, k := range s.Keys {
			if !k.Existing() && k.Alias == alias.text && alias.kind == kindString {
				e.keys[id], found = k.ID, true
			}
		}
		if !found {
			return e.errorf(name, "alias %q is of no key that setup %q makes", alias.text, s.Name)
		}
	}
	seen := map[string]string{}
	for _, r := range order {
		key, ok := e.keys[r.id]
		if !ok {
			continue
		}
		if other := seen[key]; other != "" {
			return e.errorf(r.node, "resources %q and %q are both key %q", other, r.id, key)
		}
		seen[key] = r.id
	}
	return nil
}

// target gives the logical id of the key that an alias is for.
func (e *evaluator) target(n *yaml.Node) (string, error) {
	name, arg, err := e.call(n)
	if err != nil {
		return "", err
	}
	switch name {
	case "Ref":
		return e.literal(name, arg)
	case "GetAtt":
		id, attribute, err := e.getAtt(arg)
		if err == nil && attribute != "KeyId" && attribute != "Arn" {
			err = e.errorf(n, "attribute %q does not name a key", attribute)
		}
		return id, err
	}
	return "", e.errorf(n, "TargetKeyId is a Ref or GetAtt of a key in this template")
}
