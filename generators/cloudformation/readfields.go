package cloudformation

import (
	"errors"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// fields reads the members of a mapping by name. What nobody has asked for is refused by done: a
// property that is not understood may grant anything.
type fields struct {
	t    *template
	what string // whose they are, for people
	kind string // what a member is, for people
	n    *yaml.Node
	read map[string]bool
}

// fields returns the members of n; a node that is no mapping is refused and has none.
func (t *template) fields(what string, n *yaml.Node) *fields {
	f := &fields{t: t, what: what, kind: "property", n: n, read: map[string]bool{}}
	f.is(n, kindMap, what)
	return f
}

// is reports whether a node is of a kind, and refuses one that is not.
func (f *fields) is(n *yaml.Node, want kind, what string) bool {
	got := kindOf(n)
	if got != want && got != kindDropped {
		f.t.refuse(n, "value", what, "it is "+want.String()+", not "+got.String())
	}
	return got == want
}

// get returns a member, or nil.
func (f *fields) get(name string) *yaml.Node {
	f.read[name] = true
	return member(f.n, name)
}

func (f *fields) has(name string) bool { return f.get(name) != nil }

// str returns the string that a member is, with tokens in it.
func (f *fields) str(name string) string {
	n := f.get(name)
	if n == nil || !f.is(n, kindString, name+" of "+f.what) {
		return ""
	}
	return n.Value
}

func (f *fields) text(name string) deployed.Text { return f.t.text(f.get(name), f.str(name)) }

func (t *template) text(n *yaml.Node, s string) deployed.Text {
	if n == nil {
		return deployed.Text{}
	}
	return deployed.Text{V: t.tokens.Text(s), At: t.at(n)}
}

// prose is text for people alone, of which nothing but its length matters.
func (f *fields) prose(name string, limit int) {
	n := f.get(name)
	if n != nil && f.is(n, kindString, name+" of "+f.what) && len(n.Value) > limit {
		f.t.refuse(n, "text", n.Value, "CloudFormation takes "+strconv.Itoa(limit)+" bytes here")
	}
}

func (f *fields) flag(name string) deployed.Bool {
	n := f.get(name)
	switch k := kindOf(n); {
	case k == kindBool, k == kindString && (n.Value == "true" || n.Value == "false"):
		return deployed.Bool{V: n.Value[0] == 't' || n.Value[0] == 'T', At: f.t.at(n)}
	case k != kindDropped:
		f.is(n, kindBool, name+" of "+f.what)
	}
	return deployed.Bool{}
}

func (f *fields) number(name string) deployed.Int {
	n := f.get(name)
	k := kindOf(n)
	if k == kindString {
		k = plainScalar(n.Value)
	}
	if k == kindNumber {
		if i, err := strconv.Atoi(n.Value); err == nil {
			return deployed.Int{V: i, At: f.t.at(n)}
		}
	}
	if k != kindDropped {
		f.t.refuse(n, "value", name+" of "+f.what, "it is not a number")
	}
	return deployed.Int{}
}

func (f *fields) list(name string) []*yaml.Node {
	n := f.get(name)
	if n == nil || !f.is(n, kindList, name+" of "+f.what) {
		return nil
	}
	return n.Content
}

func (f *fields) texts(name string) []deployed.Text {
	var out []deployed.Text
	for _, n := range f.list(name) {
		if f.is(n, kindString, "member of "+name+" of "+f.what) {
			out = append(out, f.t.text(n, n.Value))
		}
	}
	return out
}

// below calls read with the members of a mapping, if it is there.
func (f *fields) below(name string, read func(*fields)) {
	if n := f.get(name); n != nil {
		below := f.t.fields(name+" of "+f.what, n)
		read(below)
		below.done()
	}
}

// each calls read with the members of each mapping in a list.
func (f *fields) each(name string, read func(*fields)) {
	for _, n := range f.list(name) {
		below := f.t.fields("member of "+name+" of "+f.what, n)
		read(below)
		below.done()
	}
}

// only calls read with the members of the one mapping in a list; a list of more is refused.
func (f *fields) only(name string, read func(*fields)) {
	if n := f.get(name); n != nil && len(f.list(name)) != 1 {
		f.t.refuse(n, "value", name+" of "+f.what, "exactly one member is understood")
		return
	}
	f.each(name, read)
}

func (f *fields) done() {
	if kindOf(f.n) != kindMap {
		return
	}
	for i := 0; i < len(f.n.Content); i += 2 {
		if k := f.n.Content[i]; !f.read[k.Value] {
			why := f.what + " has it, and what it decides is not known: remove it"
			if f.t.any != nil {
				f.t.refuseOf(f.n.Content[i+1], k, f.kind, k.Value, f.what+" has it, and it is not read")
				continue
			}
			f.t.refuse(k, f.kind, k.Value, why)
		}
	}
}

func (f *fields) tags() []deployed.Tag {
	var out []deployed.Tag
	f.each("Tags", func(tag *fields) {
		for _, name := range []string{"Key", "Value"} { // both are required, empty or not
			if !tag.has(name) {
				f.t.refuse(tag.n, "tag", name, "a tag without it is refused: write it")
			}
		}
		out = append(out, deployed.Tag{Key: tag.text("Key"), Value: tag.text("Value")})
	})
	return out
}

// document returns a policy document, or nil if there is not one that can be read.
func (f *fields) document(name string) *deployed.Document {
	n := f.get(name)
	j := jsonText{line: 1, col: 1}
	if n == nil {
		return nil
	}
	unread := func() *deployed.Document {
		if f.t.any == nil {
			return nil
		}
		return &deployed.Document{At: f.t.at(n), Unread: true}
	}
	if !j.value(n) {
		return unread()
	}
	d, err := policy.DecodeJSON(j.b)
	if err != nil {
		at, msg := *n, err.Error()
		var placed *policy.Error
		if errors.As(err, &placed) {
			at.Line, at.Column, msg = placed.Line, placed.Col, placed.Message
		}
		f.t.refuse(&at, "policy document", name+" of "+f.what, msg)
		return unread()
	}
	out := &deployed.Document{Document: f.t.tokens.Document(d), At: f.t.at(n)}
	computed := deployed.HasToken(d.ID)
	for _, s := range d.Statements {
		out.Statements = append(out.Statements,
			deployed.Place{Path: f.t.path, Line: s.Pos.Line, Col: s.Pos.Col})
		computed = computed || deployed.HasToken(s.Sid)
		for _, c := range s.Condition {
			computed = computed || deployed.HasToken(c.Key)
		}
	}
	if computed {
		f.t.refuse(n, "policy document", name+" of "+f.what,
			"an Id, Sid or condition key of it is not written out")
	}
	return out
}

// jsonText writes a node as JSON in which each value is in the line, and where it can be in the
// column, in which it is in the template, so that the places that a decoder reports are places
// there.
type jsonText struct {
	b         []byte
	line, col int
}

// maxColumn is the last column in which a value is put: a template may be one long line of
// documents.
const maxColumn = 200

func (j *jsonText) to(n *yaml.Node) {
	for j.line < n.Line {
		j.b = append(j.b, '\n')
		j.line, j.col = j.line+1, 1
	}
	for j.line == n.Line && j.col < min(n.Column, maxColumn) {
		j.put(" ")
	}
}

func (j *jsonText) put(s string) {
	j.b = append(j.b, s...)
	j.col += utf8.RuneCountInString(s)
}

// value reports whether n could be written, which it cannot where something in it was refused.
func (j *jsonText) value(n *yaml.Node) bool {
	j.to(n)
	switch kindOf(n) {
	case kindList:
		j.put("[")
		for i, c := range n.Content {
			if i > 0 {
				j.put(",")
			}
			if !j.value(c) {
				return false
			}
		}
		j.put("]")
	case kindMap:
		j.put("{")
		for i := 0; i < len(n.Content); i += 2 {
			if i > 0 {
				j.put(",")
			}
			j.to(n.Content[i])
			j.put(policy.JSONString(n.Content[i].Value) + ":")
			if !j.value(n.Content[i+1]) {
				return false
			}
		}
		j.put("}")
	case kindString:
		j.put(policy.JSONString(n.Value))
	case kindNumber:
		j.put(n.Value)
	case kindBool:
		j.put(strconv.FormatBool(n.Value[0] == 't' || n.Value[0] == 'T'))
	case kindNull:
		j.put("null")
	default:
		return false
	}
	return true
}
