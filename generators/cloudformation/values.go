package cloudformation

import (
	"encoding/json"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// values returns parameters.json: the value of every parameter of the template, as
// `aws cloudformation deploy --parameter-overrides file://` takes it in version 1 and in version 2
// of the AWS CLI, a list of Name=value (AWS CLI Command Reference, "cloudformation deploy"). A
// parameter that is not handed over keeps the value that the stack has, whatever default a new
// template has for it. So the file lists all of them, or a change of the spec would not arrive. It
// serves the template of the dataset group too, with more, its parameters: the command passes over
// those that a template does not have.
func (p *printer) values(more []parameter) output.File {
	all := p.parameters()
	for _, q := range more {
		if !p.used[q.id] {
			all = append(all, q)
		}
	}
	var b strings.Builder
	b.WriteString("[")
	for i, q := range all {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  " + policy.JSONString(q.id+"="+q.value))
	}
	b.WriteString("\n]\n")
	return output.File{Path: p.setup.Name + "/cloudformation/" + valuesFile,
		Data: []byte(b.String()), Mode: 0o644}
}

// values reads parameters.json. A parameter that it does not list keeps its old value, so that one
// without is a difference; one that the template does not have may be meant for another one.
func (r *reader) values(path string, data []byte) error {
	if !json.Valid(data) {
		return deployed.Errorf(deployed.Place{Path: path}, "not JSON: pzgen generate writes it again")
	}
	s := &source{path: path}
	root, err := s.parse(data)
	if err != nil {
		return err
	}
	t := &template{source: s, reader: r}
	list := &fields{t: t, what: valuesFile}
	if list.is(root, kindList, valuesFile) {
		for _, n := range root.Content {
			if list.is(n, kindString, "an element of "+valuesFile) {
				t.value(n)
			}
		}
	}
	r.state.Unknown = append(r.state.Unknown, s.unknown...)
	return nil
}

// value hands a value over to the parameters of its name.
func (t *template) value(n *yaml.Node) {
	name, value, ok := strings.Cut(n.Value, "=")
	if !ok {
		t.refuse(n, "value", n.Value, "it is not of the form Name=value")
		return
	}
	known := false
	for i := range t.state.Parameters {
		p := &t.state.Parameters[i]
		if p.Name != name && p.Name != groupFile+" "+name {
			continue
		}
		if known = true; p.Given.At.Line > 0 {
			t.refuse(n, "parameter", name, "it is given a value twice")
			return
		}
		p.Given = t.text(n, value)
	}
	if !known {
		t.refuse(n, "parameter", name, templateFile+" has none of this name")
	}
}
