package cloudformation

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Bounds on evaluation, so that a template whose names refer to each other cannot grow without end.
const (
	maxString = 1 << 16
	maxSteps  = 1 << 20
)

// evaluator gives nodes of a template their values, as CloudFormation does when a stack is deployed.
type evaluator struct {
	source
	env        policy.Env
	parameters map[string]string
	conditions *yaml.Node
	resources  map[string]*templateResource
	keys       map[string]string // keys by logical id, as references: what their aliases say they are
	visiting   map[string]bool   // conditions and names that are being evaluated
	memo       map[string]value  // attributes of resources
	steps      int
}

// templateResource is a resource as it stands in a template.
type templateResource struct {
	id         string
	kind       string
	node       *yaml.Node
	properties *yaml.Node
	active     bool // its condition holds
}

func (e *evaluator) value(n *yaml.Node) (value, error) {
	if e.steps++; e.steps > maxSteps {
		return value{}, e.errorf(n, "template takes too long to evaluate")
	}
	name, arg, err := e.call(n)
	if err != nil {
		return value{}, err
	}
	if name != "" {
		v, err := e.apply(name, arg)
		v.node = n
		if len(v.text) > maxString {
			return value{}, e.errorf(n, "value has more than %d bytes", maxString)
		}
		return v, err
	}
	v := value{node: n}
	switch n.Kind {
	case yaml.ScalarNode:
		v.kind, v.text = kindString, n.Value
		if n.Style == 0 {
			if v.kind = plainScalar(n.Value); v.kind == kindBool {
				v.text = map[bool]string{true: "true", false: "false"}[truth(n.Value)]
			}
		}
	case yaml.SequenceNode:
		v.kind = kindList
		for _, c := range n.Content {
			item, err := e.value(c)
			if err != nil {
				return value{}, err
			}
			if item.kind != kindNothing {
				v.items = append(v.items, item)
			}
		}
	case yaml.MappingNode:
		v.kind = kindMap
		for i := 0; i < len(n.Content); i += 2 {
			m, err := e.value(n.Content[i+1])
			if err != nil {
				return value{}, err
			}
			if m.kind != kindNothing {
				v.members = append(v.members, valueMember{n.Content[i], m})
			}
		}
	}
	if v.kind == kindString && strings.Contains(v.text, dynamicReference) {
		return value{}, e.errorf(n, "%q is a dynamic reference: nobody can tell here what it stands for", v.text)
	}
	return v, nil
}

// call takes an intrinsic function apart, in its short form (!Sub) or its long one (Fn::Sub); name is "" for what is none.
func (e *evaluator) call(n *yaml.Node) (name string, arg *yaml.Node, err error) {
	if s := short(n); s != "" {
		a := *n
		a.Tag, a.Style = "", a.Style&^yaml.TaggedStyle
		switch n.Kind {
		case yaml.ScalarNode:
			a.Tag, a.Style = "!!str", yaml.DoubleQuotedStyle
		case yaml.SequenceNode:
			a.Tag = "!!seq"
		case yaml.MappingNode:
			a.Tag = "!!map"
		}
		return s, &a, nil
	}
	if n.Kind != yaml.MappingNode {
		return "", nil, nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i].Value
		if k != "Ref" && !strings.HasPrefix(k, "Fn::") {
			continue
		}
		if len(n.Content) != 2 {
			return "", nil, e.errorf(n.Content[i], "%s stands beside other keys: an intrinsic function stands alone", k)
		}
		return strings.TrimPrefix(k, "Fn::"), n.Content[i+1], nil
	}
	return "", nil, nil
}

func (e *evaluator) apply(name string, arg *yaml.Node) (value, error) {
	switch name {
	case "Ref":
		id, err := e.literal(name, arg)
		if err != nil {
			return value{}, err
		}
		return e.ref(arg, id)
	case "GetAtt":
		id, attribute, err := e.getAtt(arg)
		if err != nil {
			return value{}, err
		}
		return e.attribute(arg, id, attribute)
	case "Sub":
		return e.sub(arg)
	case "Join":
		return e.join(arg)
	case "Split":
		return e.split(arg)
	case "Select":
		return e.selectItem(arg)
	case "If":
		return e.either(arg)
	}
	return value{}, e.errorf(arg, "intrinsic function %q is not understood", name)
}

// literal is an argument that has to be written out.
func (e *evaluator) literal(function string, n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode || short(n) != "" {
		return "", e.errorf(n, "%s takes a name that is written out", function)
	}
	return n.Value, nil
}

func (e *evaluator) getAtt(n *yaml.Node) (id, attribute string, err error) {
	if n.Kind == yaml.SequenceNode && len(n.Content) == 2 {
		if id, err = e.literal("GetAtt", n.Content[0]); err == nil {
			attribute, err = e.literal("GetAtt", n.Content[1])
		}
		return id, attribute, err
	}
	s, err := e.literal("GetAtt", n)
	if err != nil {
		return "", "", err
	}
	id, attribute, ok := strings.Cut(s, ".")
	if !ok {
		return "", "", e.errorf(n, "GetAtt of %q names no attribute", s)
	}
	return id, attribute, nil
}

func text(s string) value { return value{kind: kindString, text: s} }

func (e *evaluator) ref(n *yaml.Node, id string) (value, error) {
	pseudo := func(r policy.Ref) (value, error) {
		s, ok := e.env[r]
		if !ok {
			return value{}, e.errorf(n, "%s has no value here", id)
		}
		return text(s), nil
	}
	switch id {
	case "AWS::Partition":
		return pseudo(model.RefPartition)
	case "AWS::AccountId":
		return pseudo(model.RefAccount)
	case "AWS::Region":
		return pseudo(model.RefRegion)
	case "AWS::NoValue":
		return value{}, nil
	}
	if strings.HasPrefix(id, "AWS::") {
		return value{}, e.errorf(n, "pseudo parameter %q has no value that is known here", id)
	}
	if s, ok := e.parameters[id]; ok {
		return text(s), nil
	}
	return e.attribute(n, id, "")
}
