package spec

import "gopkg.in/yaml.v3"

// shape says what a value must look like. The loader reads values by it and the JSON Schema is printed from it, so that the two cannot differ.
type shape struct {
	kind     string // string, boolean, integer, array, object, or "" for one of several
	doc      string
	def      any // what holds when the field is left out
	examples []any
	form     *form    // of a string
	enum     []string // the values of a string; nil: any
	min, max int      // of an integer
	items    *shape   // of an array
	of       string   // the name of items among the $defs of the JSON Schema, where it has one
	members  []member // of an object with fields
	names    *form    // of an object with names of the user's
	notNames []string // names that it does not take
	values   *shape   // and what stands behind each name
	anyOf    []*shape
	least    int  // fewest items of an array, fewest names of an object
	required bool // as a field
	own      bool // as a field of a setup: cannot be inherited from defaults
	replaces bool // as an object of a setup: replaces that of defaults as a whole
	rules    []rule
}

// member is a field of an object.
type member struct {
	name string
	*shape
}

// rule is a condition between fields of one object, as the JSON Schema says it; the checks say it in Go.
type rule struct {
	field, is string   // holds where this field has this value; "" for always
	required  []string // must be given
	refused   []string // must not be given
	oneOf     []string // exactly one of them must be given
}

// field is a field of an object with its place in a draft.
type field[T any] struct {
	name string
	*shape
	read func(r *reader, n *yaml.Node, into *T)
}

// object is a mapping with fixed fields: the declaration that loader and schema share.
type object[T any] struct {
	doc    string
	fields []field[T]
	rules  []rule
}

func (o *object[T]) shape(doc string) *shape {
	s := &shape{kind: "object", doc: doc, rules: o.rules}
	if doc == "" {
		s.doc = o.doc
	}
	for _, f := range o.fields {
		s.members = append(s.members, member{f.name, f.shape})
	}
	return s
}

// read reads a mapping into a draft; fields that are not given stay as they are.
func (o *object[T]) read(r *reader, n *yaml.Node, what string, into *T) {
	m := deref(n)
	if !isMapping(m) {
		s := o.shape("")
		r.wrong(m, what, "a mapping", s.shortestObject(), s.instead(m))
		return
	}
	var seen uint64 // an object has fewer than 64 fields
	entries := r.entries(m)
	for i := 0; i < len(entries); i += 2 {
		k, v := entries[i], entries[i+1]
		name, ok := r.key(k)
		if !ok {
			continue
		}
		at := -1
		for j := range o.fields {
			if o.fields[j].name == name {
				at = j
				break
			}
		}
		switch {
		case at < 0:
			r.unknown(k, name, what, o.names())
		case seen&(1<<at) != 0:
			r.err(codeTwice, k, "keep one of them", "%s is given twice", name)
		case r.inDefaults && o.fields[at].own:
			r.err(codeDefaults, k, "write it in each setup", "%s cannot be in defaults", name)
		default:
			seen |= 1 << at
			o.fields[at].read(r, v, into)
		}
	}
	for j := range o.fields {
		if f := &o.fields[j]; f.required && seen&(1<<j) == 0 {
			r.err(codeMissing, m, "", "%s has no %s", what, f.name)
		}
	}
}

func (o *object[T]) names() []string {
	names := make([]string, len(o.fields))
	for i := range o.fields {
		names[i] = o.fields[i].name
	}
	return names
}

func (r *reader) unknown(k *yaml.Node, name, what string, known []string) {
	r.err(codeUnknownField, k, "", "%s has no field %q", what, clip(name)).search = func() string {
		return suggestOr(name, "fields are", known)
	}
}

// The options of fields.

type option func(*shape)

func required(s *shape) { s.required = true }

func own(s *shape) { s.own = true }

func replaces(s *shape) { s.replaces = true }

func byDefault(v any) option { return func(s *shape) { s.def = v } }

func example(v ...any) option { return func(s *shape) { s.examples = v } }

func newShape(kind, doc string, options []option) *shape {
	s := &shape{kind: kind, doc: doc}
	for _, o := range options {
		o(s)
	}
	return s
}
