package spec

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// What people write most often in place of a mapping, a list or text: the hints say what to write,
// with what they wrote.

// shortest are the fields that a value by itself is most often meant for, in objects that have one.
var shortest = [...]string{"name", "type", "bucket", "file", "sid"}

// meant returns a value as the object of a shape that it is probably meant to be, or "".
func meant(s *shape, v *yaml.Node) string {
	if v.Kind != yaml.ScalarNode || v.Value == "" || s.kind != "object" {
		return ""
	}
	isARN := strings.HasPrefix(v.Value, "arn:")
	switch {
	case isARN && s.hasText("arn"):
		return "{arn: " + flowText(v) + "}"
	case s.hasText("alias") && strings.HasPrefix(v.Value, "alias/"):
		return "{alias: " + flowText(v) + "}"
	case isARN: // the names of none of these is one
		return ""
	case s.hasText("alias") && aliasForm.ok("alias/"+v.Value):
		return "{alias: " + flowText(&yaml.Node{Tag: "!!str", Value: "alias/" + v.Value}) + "}"
	}
	for _, name := range shortest {
		if s.hasText(name) {
			return "{" + name + ": " + flowText(v) + "}"
		}
	}
	return ""
}

// shortestObject returns an object of a shape with the fields that it cannot do without.
func (s *shape) shortestObject() string {
	var fields []string
	for _, m := range s.members {
		if m.required {
			fields = append(fields, m.name+": …")
		}
	}
	for _, r := range s.rules {
		if r.field == "" && len(r.oneOf) > 0 {
			fields = append(fields, r.oneOf[0]+": …")
		}
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// hasText reports whether an object has a field that is text.
func (s *shape) hasText(name string) bool {
	for _, m := range s.members {
		if m.name == name {
			return m.shape.kind == "string"
		}
	}
	return false
}

// flowText writes a value as it may be written within brackets, in quotes where it needs them.
func flowText(v *yaml.Node) string {
	text := clip(v.Value)
	if v.Tag != "!!str" || ambiguous(v) || strings.ContainsAny(text, "{}[],#&*!|>'\"%@`:? \t\n") {
		return strconv.Quote(text)
	}
	return text
}

// instead says what to write where an object is expected.
func (s *shape) instead(v *yaml.Node) string {
	if v.Kind == yaml.SequenceNode && len(v.Content) == 1 {
		one := deref(v.Content[0])
		if one.Kind == yaml.MappingNode {
			return "take the brackets or the hyphen away: it is one mapping, not a list of them"
		}
		v = one
	}
	if m := meant(s, v); m != "" {
		return "write " + m
	}
	return ""
}

// insteadNamed says what to write where names of the user's with such values are expected.
func insteadNamed(names *form, values *shape, v *yaml.Node) string {
	if v.Kind != yaml.ScalarNode || v.Value == "" {
		return "write {NAME: …}: each has a name of its own, without hyphens or brackets"
	}
	name := "NAME"
	if names == nil || names.ok(v.Value) {
		name = v.Value
	}
	switch m := meant(values, v); {
	case m != "":
		return "write {" + name + ": " + m + "}"
	case values.kind == "string":
		return "write {NAME: " + flowText(v) + "}"
	}
	return "write {" + name + ": {…}}, with the fields of " + name
}

// insteadList says what to write where a list of such objects is expected.
func insteadList(item *shape, v *yaml.Node) string {
	if v.Kind == yaml.MappingNode {
		return "begin it with a hyphen, or put it in brackets: it is a list"
	}
	if m := meant(item, v); m != "" {
		return "write [" + m + "]"
	}
	return ""
}

// insteadText says what to write where text is expected.
func insteadText(v *yaml.Node) string {
	if v.Kind != yaml.SequenceNode || len(v.Content) == 0 {
		return ""
	}
	one := deref(v.Content[0])
	switch {
	case one.Kind != yaml.ScalarNode:
		return ""
	case len(v.Content) == 1:
		return "write " + flowText(one) + ", without brackets or a hyphen"
	}
	return "write one of them, without brackets or a hyphen: " + flowText(one)
}
