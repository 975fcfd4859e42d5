package cloudformation

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/pattern"
	"github.com/pzgen/pzgen/policy"
)

// template is a template that is being read.
type template struct {
	*source
	*reader
	prefix     string // of its names in the State, "" for the template that is deployed
	tokens     deployed.Tokens
	parameters map[string]bool // whether something refers to it
	resources  map[string]*resource
	order      []*resource
	current    *resource // whose properties are being resolved
	size       int       // of what functions came to
	scope      deployed.Scope

	any *anything // of a template that pzgen did not write; nil: what it does not write is refused

	roles, buckets, keys map[string]int // places in the State, by name or ARN
}

// resource is a resource as it is in a template.
type resource struct {
	id, kind   string
	key        *yaml.Node
	properties *yaml.Node
	needs      []string // the resources that it refers to or depends on
	protected  bool     // it stays when the stack goes, or when another one takes its place
	onceMade   bool     // but not when the deployment fails that makes it
	busy       bool     // its name is being resolved
}

// sections reads the sections of a template (AWS CloudFormation User Guide, "CloudFormation
// template sections").
func (t *template) sections(root *yaml.Node) {
	f := t.fields("template", root)
	f.kind = "section"
	const version = "AWSTemplateFormatVersion"
	if v := f.str(version); f.has(version) && v != formatVersion {
		t.refuse(f.get(version), "template version", v, "CloudFormation knows "+formatVersion)
	}
	f.prose("Description", maxDescription)
	f.below("Metadata", t.metadata)
	f.below("Parameters", func(all *fields) { t.names(all, "parameter", maxParameters, t.parameter) })
	f.below("Rules", func(all *fields) { t.names(all, "rule", maxRules, t.rule) })
	f.below("Resources", func(all *fields) {
		t.names(all, "resource", maxResources, t.resource)
		for _, r := range t.order {
			t.dependsOn(r, member(member(all.n, r.id), "DependsOn"))
		}
	})
	t.build()
	f.below("Outputs", func(all *fields) { t.names(all, "output", maxOutputs, t.output) })
	f.done()
	if all := member(root, "Parameters"); kindOf(all) == kindMap {
		for i := 0; i < len(all.Content); i += 2 {
			if id := all.Content[i]; !t.parameters[id.Value] {
				t.refuse(id, "parameter", id.Value, "nothing that is read refers to it: remove it")
			}
		}
	}
}

// logicalID matches what CloudFormation takes as a name in a template.
var logicalID = pattern.Lazy(`^[A-Za-z0-9]{1,255}$`)

// names calls read for each member of a section whose keys are names.
func (t *template) names(all *fields, what string, limit int, read func(*yaml.Node, *fields)) {
	if kindOf(all.n) != kindMap {
		return
	}
	if n := len(all.n.Content) / 2; n > limit {
		t.refuse(all.n, "value", all.what,
			strconv.Itoa(n)+" members, and CloudFormation takes "+strconv.Itoa(limit))
	}
	for i := 0; i < len(all.n.Content); i += 2 {
		k := all.n.Content[i]
		all.read[k.Value] = true
		if !logicalID().MatchString(k.Value) {
			t.refuse(k, "name", k.Value, "CloudFormation takes 1 to 255 letters and digits")
		}
		f := t.fields(what+" "+k.Value, all.n.Content[i+1])
		read(k, f)
		f.done()
	}
}

// parameter takes a default, and a pattern as the one thing that a value can be held against.
func (t *template) parameter(name *yaml.Node, f *fields) {
	p := deployed.Parameter{Name: t.prefix + name.Value, Type: f.text("Type"),
		Default: f.text("Default"), At: t.at(name)}
	if kind := f.str("Type"); kind != typeString {
		t.refuse(name, "parameter type", kind, "its value may be in no file: write "+typeString)
	}
	if f.has(allowedPattern) {
		p.Accepts = []deployed.Text{accepts(f.str(allowedPattern))}
	}
	f.prose("Description", maxProse)
	f.prose("ConstraintDescription", maxProse)
	if value := f.str("Default"); f.has("Default") {
		if len(value) > maxValue {
			t.refuse(name, "value", value,
				"CloudFormation takes "+strconv.Itoa(maxValue)+" bytes as a value")
		}
		t.defaults[policy.Ref{ID: p.Name, Attr: attrValue}] = parameterDefault{name.Value, value}
	}
	t.parameters[name.Value] = false
	t.state.Parameters = append(t.state.Parameters, p)
}

// accepts is what a value is held against in [deployed.Parameter].
func accepts(expr string) deployed.Text { return deployed.Lit(allowedPattern + " " + expr) }

// rule takes from a rule which account and region the template is for. Rules can only refuse; one
// that says more may refuse the right place, or be there to distract.
func (t *template) rule(_ *yaml.Node, f *fields) {
	f.each("Assertions", func(a *fields) {
		a.prose("AssertDescription", maxProse)
		name, arg := t.call(a.get("Assert"))
		if name != "Fn::Equals" || kindOf(arg) != kindList || len(arg.Content) != 2 {
			t.refuse(a.n, "rule", name, "it is not Fn::Equals of a pseudo parameter and a text")
			return
		}
		ref, what := t.call(arg.Content[0])
		value, ok := t.literal("Fn::Equals", arg.Content[1])
		scope := &t.scope.Account
		switch {
		case !ok:
			return
		case ref == "Ref" && what.Value == "AWS::AccountId":
		case ref == "Ref" && what.Value == "AWS::Region":
			scope = &t.scope.Region
		default:
			t.refuse(a.n, "rule", ref, "it is not about the account or the region")
			return
		}
		if scope.At.Line > 0 {
			t.refuse(a.n, "rule", value, "another one is about the same")
		}
		*scope = t.text(arg.Content[1], value)
	})
}

// metadata takes what the console shows parameters by. Any other metadata may be a program's.
func (t *template) metadata(f *fields) {
	f.kind = "metadata"
	f.below("AWS::CloudFormation::Interface", func(f *fields) {
		f.each("ParameterGroups", func(g *fields) {
			g.below("Label", func(l *fields) { l.prose("default", maxProse) })
			g.texts("Parameters")
		})
		f.below("ParameterLabels", func(all *fields) {
			t.names(all, "label of", maxParameters, func(_ *yaml.Node, l *fields) {
				l.prose("default", maxProse)
			})
		})
	})
}

// resource takes a resource and its attributes; its properties are read when all names are known.
func (t *template) resource(name *yaml.Node, f *fields) {
	f.kind = "resource attribute"
	r := &resource{id: name.Value, key: name, kind: f.str("Type"), properties: f.get("Properties")}
	f.get("DependsOn")
	if _, taken := t.parameters[r.id]; taken {
		t.refuse(name, "name", r.id, "a parameter has it too")
	}
	if f.has("DeletionPolicy") || f.has("UpdateReplacePolicy") {
		deletion, replace := f.str("DeletionPolicy"), f.str("UpdateReplacePolicy")
		r.onceMade = deletion == retainOnceMade
		r.protected = (r.onceMade || deletion == retain) && replace == retain
		if !r.protected && (deletion != remove || replace != remove) {
			t.refuse(name, "resource attribute", strings.TrimSpace(deletion+" "+replace),
				"DeletionPolicy of "+r.id+" is not "+retain+" or "+retainOnceMade+
					" with an UpdateReplacePolicy of "+retain+", and not both are "+remove)
		}
	}
	f.below("Metadata", func(m *fields) {
		m.kind = "metadata"
		m.below("cfn-lint", func(m *fields) {
			m.below("config", func(m *fields) {
				for _, check := range m.texts("ignore_checks") {
					if check.V.String() != oldVersionCheck {
						t.refuse(m.n, "metadata", check.V.String(), "it keeps a fault from being reported")
					}
				}
			})
		})
	})
	t.resources[r.id] = r
	t.order = append(t.order, r)
}

// dependsOn takes the resources that r says that it depends on.
func (t *template) dependsOn(r *resource, n *yaml.Node) {
	on := []*yaml.Node{n}
	switch kindOf(n) {
	case kindDropped:
		return
	case kindList:
		on = n.Content
	}
	for _, n := range on {
		id, ok := t.literal("DependsOn", n)
		if !ok {
			continue
		}
		if t.resources[id] == nil {
			t.refuse(n, "name", id, r.id+" depends on it, and it is no resource of this template")
		}
		r.needs = append(r.needs, id)
	}
}

func (t *template) output(name *yaml.Node, f *fields) {
	if v := member(f.n, "Value"); v != nil {
		t.resolve(v)
	}
	f.prose("Description", maxDescription)
	out := deployed.Output{Name: t.prefix + name.Value, Value: f.text("Value"), At: t.at(name)}
	f.below("Export", func(f *fields) { out.Export = f.text("Name") })
	t.state.Outputs = append(t.state.Outputs, out)
}

// cycles refuses resources that wait for each other, which CloudFormation does: a key whose
// policy names the role, and a role whose inline policy names the key, are the usual case.
func (t *template) cycles() {
	const (
		open = 1
		done = 2
	)
	state := map[string]int{}
	var visit func(r *resource, path []string) bool
	visit = func(r *resource, path []string) bool {
		if r == nil || state[r.id] == done {
			return false
		}
		path = append(path, r.id)
		if state[r.id] == open {
			t.refuse(r.key, "cycle", strings.Join(path, ", "),
				"each of these resources waits for the next one")
			return true
		}
		state[r.id] = open
		for _, id := range r.needs {
			if visit(t.resources[id], path) {
				return true
			}
		}
		state[r.id] = done
		return false
	}
	for _, r := range t.order {
		if visit(r, nil) {
			return
		}
	}
}
