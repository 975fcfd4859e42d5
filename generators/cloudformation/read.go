package cloudformation

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// Read deploys the template among files, in thought, with env's values for its parameters and pseudo parameters, and tells what comes of it. Files
// outside of <setup>/cloudformation are not looked at.
//
// It fails for a template that CloudFormation would refuse, and for one that holds anything that it cannot account for: resources, properties,
// intrinsic functions and sections beyond those that a setup needs may grant access, so they are never passed over. It does not check
// values against the types' schemas (cfn-lint does), and it takes no dynamic references and no transforms.
//
// A resource is what its properties say it is: a bucket by its name, a policy by what it is attached to, a key by its alias.
func Read(s *model.Setup, files []output.File, env policy.Env) (*model.Reading, error) {
	folder := s.Name + "/cloudformation/"
	found := map[string]*output.File{}
	for i, f := range files {
		name, ok := strings.CutPrefix(f.Path, folder)
		switch {
		case !ok:
		case found[name] != nil:
			return nil, fmt.Errorf("%s: file is given twice", f.Path)
		case name == "template.yaml" || name == "import.yaml" || name == "resources-to-import.json":
			found[name] = &files[i]
		default:
			return nil, fmt.Errorf("%s: file is not one of this target's: remove it, or move it elsewhere", f.Path)
		}
	}
	if found["template.yaml"] == nil {
		return nil, fmt.Errorf("%stemplate.yaml: file is missing", folder)
	}
	t, err := newTemplate(s, *found["template.yaml"], env)
	if err != nil {
		return nil, err
	}
	if err := t.bind(); err != nil {
		return nil, err
	}
	if err := t.outputs(); err != nil {
		return nil, err
	}
	if err := t.complete(); err != nil {
		return nil, err
	}
	if err := readImport(s, found, env, t.reading.Defaults); err != nil {
		return nil, err
	}
	return t.reading, nil
}

// template is a template that is being read.
type template struct {
	*evaluator
	setup   *model.Setup
	names   names
	root    *yaml.Node
	order   []*templateResource
	reading *model.Reading
	group   bool // a dataset group was seen
}

// newTemplate reads all sections but resources' properties and outputs.
func newTemplate(s *model.Setup, f output.File, env policy.Env) (*template, error) {
	src := source{f.Path}
	root, err := src.parse(f.Data)
	if err != nil {
		return nil, err
	}
	t := &template{
		evaluator: &evaluator{
			source:     src,
			env:        env,
			parameters: map[string]string{},
			conditions: member(root, "Conditions"),
			resources:  map[string]*templateResource{},
			keys:       map[string]string{},
			visiting:   map[string]bool{},
			memo:       map[string]value{},
		},
		setup: s,
		names: newNames(s),
		root:  root,
		reading: &model.Reading{
			Documents: map[string]policy.Document{},
			Defaults:  policy.Env{},
			Settings:  map[string]string{},
			Places:    map[string]model.FilePlace{},
		},
	}
	for i := 0; i < len(root.Content); i += 2 {
		switch k := root.Content[i]; k.Value {
		case "AWSTemplateFormatVersion":
			if v := root.Content[i+1].Value; v != "2010-09-09" {
				return nil, src.errorf(k, "AWSTemplateFormatVersion is %q; CloudFormation knows \"2010-09-09\"", v)
			}
		case "Description", "Metadata", "Parameters", "Rules", "Conditions", "Resources", "Outputs":
		default:
			return nil, src.errorf(k, "section %q is not understood, and may change what the template means", k.Value)
		}
	}
	for _, read := range []func() error{t.readParameters, t.readRules, t.readConditions, t.readResources, t.circles} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return t, t.bindKeys(s, t.order)
}

// section calls f for each member of a section.
func (t *template) section(name string, f func(key *yaml.Node, n *yaml.Node) error) error {
	n := member(t.root, name)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.MappingNode || short(n) != "" {
		return t.errorf(n, "section %s is not a mapping", name)
	}
	for i := 0; i < len(n.Content); i += 2 {
		if err := f(n.Content[i], n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// readParameters takes defaults, and for a parameter that stands for a reference the environment's value.
func (t *template) readParameters() error {
	refs := t.names.parameters(t.setup)
	return t.section("Parameters", func(key, n *yaml.Node) error {
		v, err := t.value(n)
		if err != nil {
			return err
		}
		f := t.fields("parameter "+key.Value, v)
		if kind := f.str("Type"); kind != "String" {
			f.fail(f.get("Type"), "parameter %s is of type %q; only String is understood", key.Value, kind)
		}
		for _, name := range []string{"Description", "AllowedPattern", "ConstraintDescription"} {
			f.optional(name)
		}
		value := f.str("Default")
		if err := f.done(); err != nil {
			return err
		}
		if r, ok := refs[key.Value]; ok {
			t.reading.Defaults[r] = value
			if own, ok := t.env[r]; ok {
				value = own
			}
		}
		t.parameters[key.Value] = value
		return nil
	})
}

// readRules takes from the rules which account and region the template is for. Rules can only refuse; one that is not understood is refused here,
// because it may refuse the right place.
func (t *template) readRules() error {
	err := t.section("Rules", func(key, n *yaml.Node) error {
		assertions := member(n, "Assertions")
		if n.Kind != yaml.MappingNode || len(n.Content) != 2 || assertions == nil || assertions.Kind != yaml.SequenceNode {
			return t.errorf(n, "rule %s is more or less than a list of Assertions", key.Value)
		}
		for _, a := range assertions.Content {
			if err := t.assertion(a); err != nil {
				return err
			}
		}
		return nil
	})
	for _, r := range []policy.Ref{model.RefAccount, model.RefRegion} {
		if _, ok := t.reading.Defaults[r]; err == nil && !ok {
			err = t.errorf(t.root, "no rule asserts the %s, so that the template could be deployed into a wrong one", r.Attr)
		}
	}
	return err
}

// assertion reads an assertion that a pseudo parameter equals a value.
func (t *template) assertion(n *yaml.Node) error {
	test := member(n, "Assert")
	if test == nil {
		return t.errorf(n, "assertion has no Assert")
	}
	name, arg, err := t.call(test)
	if err != nil {
		return err
	}
	if name != "Equals" || arg.Kind != yaml.SequenceNode || len(arg.Content) != 2 {
		return t.errorf(test, "assertion is not an Equals of two values")
	}
	first, second := arg.Content[0], arg.Content[1]
	if name, _, _ := t.call(first); name == "" {
		first, second = second, first
	}
	name, what, err := t.call(first)
	if err != nil {
		return err
	}
	refs := map[string]policy.Ref{"AWS::AccountId": model.RefAccount, "AWS::Region": model.RefRegion}
	if other, _, _ := t.call(second); name != "Ref" || other != "" || second.Kind != yaml.ScalarNode {
		return t.errorf(test, "assertion does not compare a Ref with a value")
	}
	r, ok := refs[what.Value]
	if !ok {
		return t.errorf(what, "assertion about %q is not understood", what.Value)
	}
	v, err := t.value(second)
	if err != nil {
		return err
	}
	if old, ok := t.reading.Defaults[r]; ok && old != v.text {
		return t.errorf(second, "assertions want %s to be %q and %q", what.Value, old, v.text)
	}
	t.reading.Defaults[r] = v.text
	return nil
}

// readConditions evaluates every condition, so that one that nothing uses is understood as well.
func (t *template) readConditions() error {
	return t.section("Conditions", func(_, n *yaml.Node) error {
		_, err := t.holds(n)
		return err
	})
}

// readResources takes resources and their attributes apart, and evaluates their conditions, not their properties.
func (t *template) readResources() error {
	if err := t.section("Resources", t.resource); err != nil {
		return err
	}
	if len(t.order) == 0 {
		return t.errorf(t.root, "template has no resources")
	}
	for _, r := range t.order {
		depends := member(r.node, "DependsOn")
		if depends == nil {
			continue
		}
		on := []*yaml.Node{depends}
		if depends.Kind == yaml.SequenceNode {
			on = depends.Content
		}
		for _, d := range on {
			if d.Kind != yaml.ScalarNode || t.resources[d.Value] == nil {
				return t.errorf(d, "resource %q depends on %q, which is not in the template", r.id, d.Value)
			}
		}
	}
	return nil
}

func (t *template) resource(key, n *yaml.Node) error {
	if n.Kind != yaml.MappingNode || short(n) != "" {
		return t.errorf(n, "resource %q is not a mapping", key.Value)
	}
	r := &templateResource{
		id:     key.Value,
		node:   &yaml.Node{Kind: yaml.MappingNode, Content: n.Content, Line: key.Line, Column: key.Column}, // errors name the line of the key
		active: true,
	}
	for i := 0; i < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch k.Value {
		case "Type":
			if v.Kind == yaml.ScalarNode {
				r.kind = v.Value
			}
		case "Properties":
			r.properties = v
		case "Condition":
			holds, err := t.condition(v, v.Value)
			if err != nil {
				return err
			}
			r.active = holds
		case "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata":
		default:
			return t.errorf(k, "attribute %q of resource %q is not understood", k.Value, key.Value)
		}
	}
	if _, ok := t.parameters[key.Value]; ok {
		return t.errorf(key, "%q is a parameter and a resource", key.Value)
	}
	if r.properties == nil {
		r.properties = &yaml.Node{Kind: yaml.MappingNode, Line: key.Line, Column: key.Column}
	}
	t.resources[r.id] = r
	t.order = append(t.order, r)
	return nil
}
