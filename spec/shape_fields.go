package spec

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// The kinds of fields.

func stringField[T any](name string, at func(*T) *text, f *form, doc string, options ...option) field[T] {
	s := newShape("string", doc, options)
	s.form = f
	return field[T]{name, s, func(r *reader, n *yaml.Node, into *T) { *at(into) = r.text(n, name, f) }}
}

func enumField[T any](name string, at func(*T) *text, values []string, doc string, options ...option) field[T] {
	s := newShape("string", doc, options)
	s.enum = values
	return field[T]{name, s, func(r *reader, n *yaml.Node, into *T) { *at(into) = r.enum(n, name, values) }}
}

func boolField[T any](name string, at func(*T) *toggle, doc string, options ...option) field[T] {
	return field[T]{name, newShape("boolean", doc, options), func(r *reader, n *yaml.Node, into *T) {
		v := deref(n)
		if v.Kind == yaml.ScalarNode && v.Tag == "!!bool" {
			*at(into) = toggle{strings.EqualFold(v.Value, "true"), v}
			return
		}
		r.err(codeType, v, "write true or false", "%s is true or false, not %s", name, kindOf(v))
	}}
}

func intField[T any](name string, at func(*T) *number, least, most int, doc string, options ...option) field[T] {
	s := newShape("integer", doc, options)
	s.min, s.max = least, most
	return field[T]{name, s, func(r *reader, n *yaml.Node, into *T) {
		v := deref(n)
		if v.Kind != yaml.ScalarNode || v.Tag != "!!int" {
			r.err(codeType, v, "", "%s is a whole number, not %s", name, kindOf(v))
			return
		}
		// Only plain decimal numbers: readers disagree on what 010, 0o10 and 1_000 are.
		x, err := strconv.Atoi(v.Value)
		if err != nil || strconv.Itoa(x) != v.Value || x < least || x > most {
			r.err(codeForm, v, "", "%s is %s; it is a number from %d to %d", name, clip(v.Value), least, most)
			return
		}
		*at(into) = number{x, v}
	}}
}

// stringsField is a list of strings that are all different.
func stringsField[T any](name string, at func(*T) *[]text, one string, f *form, enum []string, least int, doc string, options ...option) field[T] {
	s := newShape("array", doc, options)
	s.items, s.least = &shape{kind: "string", form: f, enum: enum}, least
	return field[T]{name, s, func(r *reader, n *yaml.Node, into *T) {
		list, ok := r.list(n, name, least)
		if !ok {
			return
		}
		out := make([]text, 0, len(list.Content))
		var have map[string]bool
		if len(list.Content) > 1 {
			have = make(map[string]bool, len(list.Content))
		}
		for _, m := range list.Content {
			var t text
			if enum != nil {
				t = r.enum(m, one, enum)
			} else {
				t = r.text(m, one, f)
			}
			if t.ok && have[t.v] {
				r.err(codeTwice, m, "keep one of them", "%s lists %q twice", name, t.v)
				continue
			}
			if have != nil {
				have[t.v] = true
			}
			out = append(out, t)
		}
		*at(into) = out
	}}
}

// objectField is a field that is itself an object.
func objectField[T, U any](name string, at func(*T) *item[U], o *object[U], doc string, options ...option) field[T] {
	s := o.shape(doc)
	for _, opt := range options {
		opt(s)
	}
	return field[T]{name, s, func(r *reader, n *yaml.Node, into *T) {
		to := at(into)
		to.n = deref(n)
		if s.replaces {
			to.v = *new(U)
		}
		o.read(r, n, name, &to.v)
	}}
}

// listField is a list of objects.
func listField[T, U any](name string, at func(*T) *[]item[U], one string, o *object[U], doc string, options ...option) field[T] {
	s := newShape("array", doc, options)
	s.items = o.shape("")
	return field[T]{name, s, func(r *reader, n *yaml.Node, into *T) { *at(into) = readList(r, n, name, one, o) }}
}

func readList[U any](r *reader, n *yaml.Node, name, one string, o *object[U]) []item[U] {
	list := deref(n)
	if !isList(list) {
		r.wrong(list, name, "a list", "[]", insteadList(o.shape(""), list))
		return nil
	}
	out := make([]item[U], len(list.Content))
	for i, m := range list.Content {
		out[i].n = deref(m)
		o.read(r, m, one, &out[i].v)
	}
	return out
}

// namedField is a mapping from names of the user's to something. A name that the draft has already, from defaults, is replaced.
func namedField[T, U any](name string, at func(*T) *[]named[U], names *form, notNames []string, values *shape,
	read func(r *reader, n *yaml.Node, what string, into *U), doc string, options ...option,
) field[T] {
	s := newShape("object", doc, options)
	s.names, s.notNames, s.values = names, notNames, values
	return field[T]{name, s, func(r *reader, n *yaml.Node, into *T) {
		to := at(into)
		if v := deref(n); !isMapping(v) {
			r.wrong(v, name, "a mapping", "{}", insteadNamed(names, values, v))
			return
		}
		*to = readNamed(r, n, name, *to, names, notNames, read)
	}}
}

// readNamed reads a mapping.
func readNamed[U any](r *reader, n *yaml.Node, name string, old []named[U], names *form, notNames []string,
	read func(r *reader, n *yaml.Node, what string, into *U),
) []named[U] {
	entries := r.entries(deref(n))
	out := make([]named[U], len(old), len(old)+len(entries)/2)
	copy(out, old)
	seen := make(map[string]bool, len(entries)/2)
	for i := 0; i < len(entries); i += 2 {
		k := deref(entries[i])
		key, ok := r.key(k)
		if !ok || !r.name(k, name, key, names, notNames) {
			continue
		}
		if seen[key] {
			r.err(codeTwice, k, "keep one of them", "%s.%s is given twice", name, key)
			continue
		}
		seen[key] = true
		v := named[U]{name: key, n: k, val: deref(entries[i+1])}
		read(r, v.val, name+"."+key, &v.v)
		replaced := false
		for j := range old {
			if old[j].name == key {
				out[j], replaced = v, true
			}
		}
		if !replaced {
			out = append(out, v)
		}
	}
	return out
}
