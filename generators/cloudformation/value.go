package cloudformation

import (
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/policy"
)

// value is what a node of a template comes to when the stack is deployed.
type value struct {
	kind    kind
	text    string // of a string or number; "true" or "false"
	items   []value
	members []valueMember
	node    *yaml.Node
}

type valueMember struct {
	key   *yaml.Node
	value value
}

// jsonLines writes values as JSON in which every value stands on the line, and where it can in the column, on which it stands in the template, so that
// the places that a JSON decoder reports are places in the template.
type jsonLines struct {
	b         []byte
	line, col int
}

func (j *jsonLines) at(n *yaml.Node) {
	for j.line < n.Line {
		j.b = append(j.b, '\n')
		j.line++
		j.col = 1
	}
	if j.line == n.Line {
		for j.col < n.Column {
			j.b = append(j.b, ' ')
			j.col++
		}
	}
}

func (j *jsonLines) put(s string) {
	j.b = append(j.b, s...)
	j.col += len(s)
}

func (j *jsonLines) value(v value) {
	j.at(v.node)
	switch v.kind {
	case kindList:
		j.put("[")
		for i, item := range v.items {
			if i > 0 {
				j.put(",")
			}
			j.value(item)
		}
		j.put("]")
	case kindMap:
		j.put("{")
		for i, m := range v.members {
			if i > 0 {
				j.put(",")
			}
			j.at(m.key)
			j.put(policy.JSONString(m.key.Value) + ":")
			j.value(m.value)
		}
		j.put("}")
	case kindString:
		j.put(policy.JSONString(v.text))
	case kindBool, kindNumber:
		j.put(v.text)
	default:
		j.put("null")
	}
}

// document reads a value as a policy document.
func (s source) document(v value) (policy.Document, error) {
	j := jsonLines{line: 1, col: 1}
	j.value(v)
	d, err := policy.DecodeJSON(j.b)
	if err != nil {
		if e, ok := err.(*policy.Error); ok {
			return d, s.errorf(&yaml.Node{Line: e.Line}, "%s", e.Message)
		}
		return d, s.errorf(v.node, "%w", err)
	}
	return d, nil
}

// fields reads the members of a mapping by name. It keeps the first error; done reports it, or a member that nothing has read: a property that
// is not understood may grant anything.
type fields struct {
	source
	what string
	v    value
	read map[string]bool
	err  error
}

func (s source) fields(what string, v value) *fields {
	f := &fields{source: s, what: what, v: v, read: map[string]bool{}}
	if v.kind != kindMap {
		f.fail(v, "%s is a mapping, not %s", what, v.kind)
	}
	return f
}

func (f *fields) fail(v value, format string, args ...any) {
	if f.err == nil {
		f.err = f.errorf(v.node, format, args...)
	}
}

// get gives a member; one that is absent has kindNothing.
func (f *fields) get(name string) value {
	f.read[name] = true
	for _, m := range f.v.members {
		if m.key.Value == name {
			return m.value
		}
	}
	return value{node: f.v.node}
}

func (f *fields) has(name string) bool { return f.get(name).kind != kindNothing }

// str gives a string that has to be there.
func (f *fields) str(name string) string {
	v := f.get(name)
	if v.kind == kindNothing {
		f.fail(v, "%s has no %s", f.what, name)
	}
	return f.optional(name)
}

// optional gives a string, or "" when it is absent.
func (f *fields) optional(name string) string {
	v := f.get(name)
	switch v.kind {
	case kindNothing, kindString:
		return v.text
	}
	f.fail(v, "%s of %s is a string, not %s", name, f.what, v.kind)
	return ""
}

func (f *fields) flag(name string, otherwise bool) bool {
	v := f.get(name)
	switch {
	case v.kind == kindNothing:
		return otherwise
	case (v.kind == kindBool || v.kind == kindString) && (v.text == "true" || v.text == "false"):
		return v.text == "true"
	}
	f.fail(v, "%s of %s is true or false, not %q", name, f.what, v.text)
	return otherwise
}

func (f *fields) number(name string) int {
	v := f.get(name)
	if n, err := strconv.Atoi(v.text); err == nil && (v.kind == kindNumber || v.kind == kindString) {
		return n
	}
	f.fail(v, "%s of %s is a number, not %q", name, f.what, v.text)
	return 0
}

// list gives a list, or nil when it is absent.
func (f *fields) list(name string) []value {
	v := f.get(name)
	if v.kind != kindNothing && v.kind != kindList {
		f.fail(v, "%s of %s is a list, not %s", name, f.what, v.kind)
	}
	return v.items
}

func (f *fields) strings(name string) []string {
	var out []string
	for _, v := range f.list(name) {
		if v.kind != kindString {
			f.fail(v, "%s of %s has %s among its strings", name, f.what, v.kind)
		}
		out = append(out, v.text)
	}
	return out
}

// only gives the fields of the one mapping in a list.
func (f *fields) only(name string) *fields {
	items := f.list(name)
	if len(items) != 1 {
		f.fail(f.get(name), "%s of %s has %d members; exactly one is understood", name, f.what, len(items))
		return &fields{source: f.source, what: name, v: value{node: f.v.node}, read: map[string]bool{}, err: f.err}
	}
	return f.source.fields(name+" of "+f.what, items[0])
}

// under gives the fields of a mapping.
func (f *fields) under(name string) *fields { return f.source.fields(name+" of "+f.what, f.get(name)) }

// take adds the errors of fields further down.
func (f *fields) take(below *fields) {
	if err := below.done(); err != nil && f.err == nil {
		f.err = err
	}
}

func (f *fields) done() error {
	if f.err != nil {
		return f.err
	}
	for _, m := range f.v.members {
		if !f.read[m.key.Value] {
			return f.errorf(m.key, "%s has %s, which is not understood and may grant access: take it out", f.what, m.key.Value)
		}
	}
	return nil
}
