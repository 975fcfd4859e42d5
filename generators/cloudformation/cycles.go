package cloudformation

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// circles refuses resources that wait for each other: CloudFormation takes no template with a circle of Ref, GetAtt, Sub and DependsOn. A key whose
// policy names the role and a role whose inline policy names the key are the usual one.
func (t *template) circles() error {
	const (
		open = 1
		done = 2
	)
	state := map[string]int{}
	var visit func(r *templateResource, path []string) error
	visit = func(r *templateResource, path []string) error {
		path = append(path, r.id)
		switch state[r.id] {
		case done:
			return nil
		case open:
			return t.errorf(r.node, "resources wait for each other in a circle: %s", strings.Join(path, ", "))
		}
		state[r.id] = open
		for _, id := range t.waitsFor(r) {
			if err := visit(t.resources[id], path); err != nil {
				return err
			}
		}
		state[r.id] = done
		return nil
	}
	for _, r := range t.order {
		if err := visit(r, nil); err != nil {
			return err
		}
	}
	return nil
}

// waitsFor lists the resources that have to be there before r.
func (t *template) waitsFor(r *templateResource) []string {
	var ids []string
	add := func(id string) {
		if t.resources[id] != nil {
			ids = append(ids, id)
		}
	}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		name, arg, err := t.call(n)
		if err != nil {
			return // evaluation reports it
		}
		switch name {
		case "Ref":
			add(arg.Value)
		case "GetAtt":
			if id, _, err := t.getAtt(arg); err == nil {
				add(id)
			}
		case "Sub":
			s := arg.Value
			if arg.Kind == yaml.SequenceNode && len(arg.Content) > 0 {
				s = arg.Content[0].Value
			}
			for _, part := range strings.Split(s, "${")[1:] {
				name, _, _ := strings.Cut(part, "}")
				id, _, _ := strings.Cut(name, ".")
				add(id)
			}
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(r.properties)
	if d := member(r.node, "DependsOn"); d != nil {
		add(d.Value)
		for _, c := range d.Content {
			add(c.Value)
		}
	}
	return ids
}
