package cloudformation

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// ParseAny reads a template that anybody wrote, in YAML or JSON, and returns what [Parse] returns. It knows more than
// pzgen writes: policies of users and groups, Conditions, Mappings, and all functions that can be computed from what is
// in the template and the defaults of its parameters. Where a value is known on deployment alone, as that of a
// parameter without a default or of Fn::ImportValue, the text has a reference for it by name. What is not understood is
// in State.Unknown as with Parse, so that a proof, which stands on Parse, is not weaker for what is read here. given has
// values of parameters, by name, in the place of their defaults.
//
// Parameters, outputs and metadata are not in the State: they grant nothing. (AWS CloudFormation Template Reference,
// "Intrinsic function reference" and "CloudFormation template sections", 2025-06.)
//
// An error is a [*policy.Error] with its place.
func ParseAny(file string, data []byte, given map[string]string) (func(deployed.Values) (deployed.State, error), error) {
	if json.Valid(data) { // no string of JSON holds a tab as it is, and YAML has none between values
		data = bytes.ReplaceAll(data, []byte("\t"), []byte(" "))
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	r := &reader{defaults: map[policy.Ref]parameterDefault{}, imported: map[string]bool{}}
	t := &template{
		source: &source{path: file, limit: maxAnyUnknown}, reader: r,
		parameters: map[string]bool{}, resources: map[string]*resource{},
		roles: map[string]int{}, buckets: map[string]int{}, keys: map[string]int{},
		any: &anything{given: given, defaults: map[string]*yaml.Node{}, decided: map[string]*verdict{}},
	}
	root, err := t.parse(data)
	var at *policy.Error
	if errors.As(err, &at) && at.Line > 0 && at.Col == 0 {
		at.Col = 1
	}
	if err != nil {
		return nil, err
	}
	t.anySections(root)
	r.state.Scope = t.scope
	r.state.Unknown = append(r.state.Unknown, t.unknown...)
	return r.under(file), nil
}

// maxAnyUnknown is how much of a template that anybody wrote is told that is not understood.
const maxAnyUnknown = 5000

// anything is what is known of a template that pzgen did not write.
type anything struct {
	given      map[string]string     // values of parameters, by name
	defaults   map[string]*yaml.Node // of parameters whose value is known
	conditions *yaml.Node
	mappings   *yaml.Node
	decided    map[string]*verdict
	salt       string            // a checksum of all parameters, conditions and mappings
	own        map[string]string // names that the Fn::Sub which is being read has values for
}

func (t *template) anySections(root *yaml.Node) {
	t.content = t.sum(root)
	f := t.fields("template", root)
	f.kind = "section"
	for _, harmless := range []string{"AWSTemplateFormatVersion", "Description", "Metadata", "Outputs", "Hooks"} {
		f.get(harmless)
	}
	if n := f.get("Transform"); n != nil {
		t.refuse(n, "section", "Transform", "a macro may make anything of the template")
	}
	f.below("Parameters", func(all *fields) { t.anyNames(all, t.anyParameter) })
	t.any.conditions, t.any.mappings = f.get("Conditions"), f.get("Mappings")
	t.any.salt = t.sum(f.get("Parameters"), t.any.conditions, t.any.mappings)
	f.below("Rules", func(all *fields) { t.names(all, "rule", maxRules, t.rule) })
	f.below("Resources", func(all *fields) { t.anyNames(all, t.anyResource) })
	t.anyBuild()
	f.done()
}

// sum returns a checksum of values, without their places.
func (t *template) sum(of ...*yaml.Node) string {
	sum := sha256.New()
	for _, n := range of {
		t.print(sum, n)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// refuseOf is refuse of a value whose meaning is in it and in what functions may refer to, and not in the rest of the
// template.
func (t *template) refuseOf(content, n *yaml.Node, kind, what, why string) {
	before := t.content
	t.content = t.sum(content) + t.any.salt
	t.refuse(n, kind, what, why)
	t.content = before
}

// anyNames calls read for each member of a section.
func (t *template) anyNames(all *fields, read func(*yaml.Node, *fields)) {
	if kindOf(all.n) != kindMap {
		return
	}
	for i := 0; i < len(all.n.Content); i += 2 {
		k := all.n.Content[i]
		all.read[k.Value] = true
		if !logicalID().MatchString(k.Value) {
			t.refuse(k, "name", k.Value, "CloudFormation takes 1 to 255 letters and digits")
			continue
		}
		read(k, t.fields(k.Value, all.n.Content[i+1]))
	}
}

// anyParameter takes a default. That of a parameter of Systems Manager is a name, and what it stands for is in no file.
func (t *template) anyParameter(name *yaml.Node, f *fields) {
	t.parameters[name.Value] = true
	kind, n := f.str("Type"), f.get("Default")
	if value, ok := t.any.given[name.Value]; ok {
		n = str(value)
	}
	if n == nil || strings.HasPrefix(kind, "AWS::SSM::Parameter::") {
		return
	}
	switch kindOf(n) {
	case kindString, kindNumber, kindBool:
	default:
		t.refuse(n, "value", "Default of "+name.Value, "it is not a text")
		return
	}
	if kind != "CommaDelimitedList" && !strings.HasPrefix(kind, "List<") {
		t.any.defaults[name.Value] = str(n.Value)
		return
	}
	var items []*yaml.Node
	for _, s := range strings.Split(n.Value, ",") {
		items = append(items, str(strings.TrimSpace(s)))
	}
	t.any.defaults[name.Value] = list(items...)
}

// anyResource takes a resource, unless its condition is not met.
func (t *template) anyResource(name *yaml.Node, f *fields) {
	r := &resource{id: name.Value, key: name, kind: f.str("Type"), properties: f.get("Properties")}
	if f.has("Condition") {
		condition := f.str("Condition")
		switch t.condition(condition) {
		case never:
			return
		case undecided:
			t.refuseOf(nil, name, "condition", condition, "whether "+r.id+" is made is known on deployment")
		}
	}
	deletion, replace := f.str("DeletionPolicy"), f.str("UpdateReplacePolicy")
	r.onceMade = deletion == retainOnceMade
	r.protected = (r.onceMade || deletion == retain) && replace == retain
	t.resources[r.id] = r
	t.order = append(t.order, r)
}

// anyBuild reads the resources, and first those that others are joined to.
func (t *template) anyBuild() {
	type types map[string]func(*resource, *fields) deployed.Text
	first := types{typeRole: t.role, typeManagedPolicy: t.managedPolicy, typeBucket: t.bucket, typeKey: t.key,
		typeGroup: t.datasetGroup, typeIAMUser: t.iamUser, typeIAMGroup: t.iamGroup}
	joined := types{typeRolePolicy: t.rolePolicy, typeBucketPolicy: t.bucketPolicy, typeAlias: t.alias,
		typeIAMPolicy: t.iamPolicy, typeUserPolicy: t.userPolicy, typeGroupPolicy: t.groupPolicy}
	for _, r := range t.order {
		t.current = r
		if first[r.kind] == nil && joined[r.kind] == nil {
			t.refuseOf(r.properties, r.key, "resource", r.id, "resource type "+r.kind+" is not read")
			continue
		}
		if r.properties == nil {
			r.properties = newObject().node
			r.properties.Line, r.properties.Column = r.key.Line, r.key.Column
		}
		t.resolve(r.properties)
	}
	t.current = nil
	for _, known := range []types{first, joined} {
		for _, r := range t.order {
			if read := known[r.kind]; read != nil {
				t.read(r, read)
			}
		}
	}
	// A policy that could not be read at all is not the same as none.
	for i := range t.state.Roles {
		r := &t.state.Roles[i]
		for j := range r.Inline {
			t.unread(&r.Inline[j].Policy, r.Inline[j].At)
		}
		if r.Created {
			t.unread(&r.Trust, r.At)
		}
	}
	for i := range t.state.Policies {
		t.unread(&t.state.Policies[i].Policy, t.state.Policies[i].At)
	}
	for i := range t.state.Inline {
		t.unread(&t.state.Inline[i].Policy, t.state.Inline[i].At)
	}
}

// unread puts a document of which nothing is known where there has to be one.
func (t *template) unread(d **deployed.Document, at deployed.Place) {
	if *d == nil {
		*d = &deployed.Document{At: at, Unread: true}
	}
}

// anyAttribute is a value of a resource that is known on deployment.
func (t *template) anyAttribute(id, attribute string) string {
	if attribute == "" {
		attribute = attrID
	}
	return t.token(id, strings.ToLower(attribute))
}

// pseudo are the pseudo parameters whose values are not among those that a template is read for.
var pseudo = []string{"AWS::StackName", "AWS::StackId", "AWS::NotificationARNs", "AWS::URLSuffix"}

// anyRef is Ref of what has a text in a template that pzgen did not write.
func (t *template) anyRef(id string) (string, bool) {
	if n := t.any.defaults[id]; kindOf(n) == kindString {
		return n.Value, true
	}
	if slices.Contains(pseudo, id) {
		return t.token(id, attrPseudo), true
	}
	return "", false
}
