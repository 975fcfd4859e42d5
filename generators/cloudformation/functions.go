package cloudformation

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/pattern"
)

// subName matches what Fn::Sub takes between ${ and }.
var subName = pattern.Lazy(`^[A-Za-z0-9_.:]+$`)

// sub is Fn::Sub: a string, or a string and a mapping of values of its own; ${!name} stands for ${name}.
func (e *evaluator) sub(n *yaml.Node) (value, error) {
	format, own := n, map[string]*yaml.Node{}
	if n.Kind == yaml.SequenceNode {
		if len(n.Content) != 2 || n.Content[1].Kind != yaml.MappingNode {
			return value{}, e.errorf(n, "Sub takes a string, or a string and a mapping")
		}
		format = n.Content[0]
		for i := 0; i < len(n.Content[1].Content); i += 2 {
			own[n.Content[1].Content[i].Value] = n.Content[1].Content[i+1]
		}
	}
	s, err := e.literal("Sub", format)
	if err != nil {
		return value{}, err
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		j := strings.IndexByte(s[i:], '}')
		if j < 0 {
			return value{}, e.errorf(n, "Sub has ${ without } in %q", format.Value)
		}
		name := s[i+2 : i+j]
		s = s[i+j+1:]
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			b.WriteString("${" + literal + "}")
			continue
		}
		v, err := e.named(n, name, own)
		if err != nil {
			return value{}, err
		}
		b.WriteString(v)
		if b.Len() > maxString {
			return value{}, e.errorf(n, "value has more than %d bytes", maxString)
		}
	}
	b.WriteString(s)
	out := b.String()
	if strings.Contains(out, dynamicReference) {
		return value{}, e.errorf(n, "%q is a dynamic reference: nobody can tell here what it stands for", out)
	}
	return text(out), nil
}

// named gives what Sub puts in the place of a name.
func (e *evaluator) named(n *yaml.Node, name string, own map[string]*yaml.Node) (string, error) {
	if !subName().MatchString(name) {
		return "", e.errorf(n, "Sub takes no name such as %q; write ${!%s} for the text itself", name, name)
	}
	var v value
	var err error
	if o, ok := own[name]; ok {
		v, err = e.value(o)
	} else if id, attribute, ok := strings.Cut(name, "."); ok {
		v, err = e.attribute(n, id, attribute)
	} else {
		v, err = e.ref(n, name)
	}
	if err == nil && v.kind != kindString && v.kind != kindNumber {
		err = e.errorf(n, "Sub needs a string for %q, not %s", name, v.kind)
	}
	return v.text, err
}

// arguments evaluates the arguments of a function that takes so many.
func (e *evaluator) arguments(function string, n *yaml.Node, count int) ([]value, error) {
	if n.Kind != yaml.SequenceNode || short(n) != "" || len(n.Content) != count {
		return nil, e.errorf(n, "%s takes a list of %d", function, count)
	}
	out := make([]value, count)
	for i, c := range n.Content {
		v, err := e.value(c)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func (e *evaluator) join(n *yaml.Node) (value, error) {
	args, err := e.arguments("Join", n, 2)
	if err != nil {
		return value{}, err
	}
	if args[0].kind != kindString || args[1].kind != kindList {
		return value{}, e.errorf(n, "Join takes a string and a list, not %s and %s", args[0].kind, args[1].kind)
	}
	size := 0
	parts := make([]string, len(args[1].items))
	for i, item := range args[1].items {
		if item.kind != kindString && item.kind != kindNumber {
			return value{}, e.errorf(n, "Join takes strings, not %s", item.kind)
		}
		parts[i] = item.text
		if size += len(item.text) + len(args[0].text); size > maxString {
			return value{}, e.errorf(n, "value has more than %d bytes", maxString)
		}
	}
	out := strings.Join(parts, args[0].text)
	if strings.Contains(out, dynamicReference) {
		return value{}, e.errorf(n, "%q is a dynamic reference: nobody can tell here what it stands for", out)
	}
	return text(out), nil
}

func (e *evaluator) split(n *yaml.Node) (value, error) {
	args, err := e.arguments("Split", n, 2)
	if err != nil {
		return value{}, err
	}
	if args[0].kind != kindString || args[0].text == "" || args[1].kind != kindString {
		return value{}, e.errorf(n, "Split takes a delimiter and a string, not %s and %s", args[0].kind, args[1].kind)
	}
	v := value{kind: kindList}
	for _, s := range strings.Split(args[1].text, args[0].text) {
		v.items = append(v.items, value{kind: kindString, text: s, node: n})
	}
	return v, nil
}

func (e *evaluator) selectItem(n *yaml.Node) (value, error) {
	args, err := e.arguments("Select", n, 2)
	if err != nil {
		return value{}, err
	}
	i, err := strconv.Atoi(args[0].text)
	if err != nil || args[1].kind != kindList || i < 0 || i >= len(args[1].items) {
		return value{}, e.errorf(n, "Select takes an index of a list and the list, not %q and %s of %d", args[0].text, args[1].kind, len(args[1].items))
	}
	return args[1].items[i], nil
}

// either is Fn::If. Only the branch that holds is evaluated.
func (e *evaluator) either(n *yaml.Node) (value, error) {
	if n.Kind != yaml.SequenceNode || len(n.Content) != 3 {
		return value{}, e.errorf(n, "If takes a condition and two values")
	}
	name, err := e.literal("If", n.Content[0])
	if err != nil {
		return value{}, err
	}
	holds, err := e.condition(n, name)
	if err != nil {
		return value{}, err
	}
	if holds {
		return e.value(n.Content[1])
	}
	return e.value(n.Content[2])
}

// condition tells whether a condition of the section Conditions holds.
func (e *evaluator) condition(at *yaml.Node, name string) (bool, error) {
	n := member(e.conditions, name)
	if n == nil {
		return false, e.errorf(at, "condition %q is not in the template", name)
	}
	key := "condition " + name
	if e.visiting[key] {
		return false, e.errorf(at, "condition %q refers to itself", name)
	}
	e.visiting[key] = true
	defer delete(e.visiting, key)
	return e.holds(n)
}

// holds evaluates And, Or, Not, Equals and Condition.
func (e *evaluator) holds(n *yaml.Node) (bool, error) {
	if e.steps++; e.steps > maxSteps {
		return false, e.errorf(n, "template takes too long to evaluate")
	}
	name, arg, err := e.call(n)
	if err != nil {
		return false, err
	}
	if c := member(n, "Condition"); name == "" && c != nil && len(n.Content) == 2 {
		name, arg = "Condition", c
	}
	switch name {
	case "Condition":
		id, err := e.literal(name, arg)
		if err != nil {
			return false, err
		}
		return e.condition(arg, id)
	case "Equals":
		args, err := e.arguments(name, arg, 2)
		if err != nil {
			return false, err
		}
		for _, a := range args {
			if a.kind == kindList || a.kind == kindMap || a.kind == kindNothing {
				return false, e.errorf(arg, "Equals compares strings, not %s", a.kind)
			}
		}
		return args[0].text == args[1].text, nil
	case "Not", "And", "Or":
		low, high := 2, 10
		if name == "Not" {
			low, high = 1, 1
		}
		if arg.Kind != yaml.SequenceNode || len(arg.Content) < low || len(arg.Content) > high {
			return false, e.errorf(arg, "%s takes a list of %d to %d conditions", name, low, high)
		}
		result := name == "And"
		for _, c := range arg.Content {
			b, err := e.holds(c)
			if err != nil {
				return false, err
			}
			switch name {
			case "And":
				result = result && b
			case "Or":
				result = result || b
			default:
				result = !b
			}
		}
		return result, nil
	}
	return false, e.errorf(n, "condition is one of Equals, And, Or, Not and Condition")
}
