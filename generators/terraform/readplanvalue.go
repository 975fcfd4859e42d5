package terraform

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// planned is a value of a plan, with what of it is known after apply alone: true, or an object or list of its parts.
type planned struct {
	v, u any
	path string
	used map[string]bool // of an object: the members that were read
}

// member returns a member of an object.
func (n planned) member(name string) planned {
	if n.used != nil {
		n.used[name] = true
	}
	out := planned{path: n.path + "." + name, used: map[string]bool{}}
	if m, ok := n.v.(map[string]any); ok {
		out.v = m[name]
	}
	switch u := n.u.(type) {
	case bool:
		out.u = u
	case map[string]any:
		out.u = u[name]
	}
	return out
}

// elements returns the elements of a list or set.
func (n planned) elements() []planned {
	unknown, _ := n.u.([]any)
	var out []planned
	for i, v := range array(n.v) {
		e := planned{v: v, path: n.path + "[" + strconv.Itoa(i) + "]", used: map[string]bool{}}
		if i < len(unknown) {
			e.u = unknown[i]
		}
		out = append(out, e)
	}
	return out
}

// later reports whether the whole value is known after apply alone.
func (n planned) later() bool { return n.u == true }

// null reports whether there is no value.
func (n planned) null() bool { return n.v == nil && !n.later() }

// wrong takes note of a value that is not read.
func (p *plan) wrong(n planned, want string) {
	if n.later() {
		p.out.Unknown = append(p.out.Unknown, deployed.Unknown{
			Kind: "value", What: n.path, Why: "known after apply", At: p.place(), Open: true})
		return
	}
	p.addOf(n, "value", n.path, fmt.Sprintf("it is %T, not %s", n.v, want))
}

// str returns a string; "" for none.
func (p *plan) str(n planned) string {
	s, ok := n.v.(string)
	if !ok && !n.null() {
		p.wrong(n, "a string")
	}
	return s
}

func (p *plan) text(n planned) deployed.Text { return p.lit(p.str(n)) }

func (p *plan) lit(s string) deployed.Text { return deployed.Text{V: policy.Literal(s), At: p.place()} }

func (p *plan) bool(n planned) deployed.Bool {
	b, ok := n.v.(bool)
	if !ok && !n.null() {
		p.wrong(n, "true or false")
	}
	return deployed.Bool{V: b, At: p.place()}
}

func (p *plan) int(n planned) deployed.Int {
	number, ok := n.v.(json.Number)
	i, err := strconv.Atoi(string(number))
	if (!ok || err != nil) && !n.null() {
		p.wrong(n, "a whole number")
	}
	return deployed.Int{V: i, At: p.place()}
}

// block returns the one block of a type, or nil.
func (p *plan) block(n planned) *planned {
	all := n.elements()
	switch {
	case n.later() || len(all) == 0 && !n.null() && array(n.v) == nil || len(all) > 1:
		p.wrong(n, "one block")
	case len(all) == 1:
		return &all[0]
	}
	return nil
}

// document returns a policy document, which is a string of JSON; nil when there is none.
func (p *plan) document(n planned) *deployed.Document {
	s := p.str(n)
	if n.later() {
		return &deployed.Document{At: p.place(), Unread: true}
	}
	if s == "" {
		return nil
	}
	d, err := policy.DecodeJSON([]byte(s))
	if err != nil {
		why := err.Error()
		var at *policy.Error
		if errors.As(err, &at) {
			why = fmt.Sprintf("%s at %d:%d of the document", at.Message, at.Line, at.Col)
		}
		p.addOf(n, "document", n.path, why)
		return &deployed.Document{At: p.place(), Unread: true}
	}
	doc := &deployed.Document{Document: d, At: p.place()}
	for range d.Statements {
		doc.Statements = append(doc.Statements, doc.At)
	}
	return doc
}

// tags returns the tags of a resource, with those that the provider adds.
func (p *plan) tags(r *planResource) []deployed.Tag {
	of := r.member("tags_all")
	if own := r.member("tags"); of.null() || of.later() {
		of = own
	}
	if of.later() {
		p.wrong(of, "tags")
	}
	m, _ := of.v.(map[string]any)
	var out []deployed.Tag
	for key := range m {
		value := of.member(key)
		out = append(out, deployed.Tag{Key: p.lit(key), Value: p.text(value)})
	}
	slices.SortFunc(out, func(a, b deployed.Tag) int { return compareTexts(a.Key, b.Key) })
	return out
}

// rest reports members of an object that were not read and say something, but for those that bring about nothing of
// what a State holds.
func (p *plan) rest(n planned, harmless ...string) {
	m, _ := n.v.(map[string]any)
	var names []string
	for name, v := range m {
		if !n.used[name] && !emptyValue(v) && !slices.Contains(harmless, name) {
			names = append(names, name)
		}
	}
	if u, ok := n.u.(map[string]any); ok {
		for name, v := range u {
			if v == true && !n.used[name] && !slices.Contains(harmless, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		p.addOf(n.member(name), "argument", n.path+"."+name, "it is not read")
	}
}

// emptyValue reports whether a value is that of an argument which is not set.
func emptyValue(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case json.Number:
		return v == "0"
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
