package spec

import (
	"bytes"
	"encoding/json"
)

// Schema returns the JSON Schema (draft 2020-12) of pzgen.yaml, for editors and other tools. It is
// made from the declaration that [Load] reads by: what it refuses, Load refuses. It does not know
// what depends on several values, such as whether a bucket that a workflow names is declared.
func Schema() []byte {
	setup := setupObject.shape("")
	var inherited ordered
	for _, m := range setup.members {
		if !m.own {
			inherited = append(inherited, pair{m.name, ordered{
				{"$ref", "#/properties/setups/additionalProperties/properties/" + m.name},
			}})
		}
	}
	requires := func(field string) any {
		return ordered{{"anyOf", []any{
			ordered{
				{"required", []string{"defaults"}},
				{"properties", ordered{{"defaults", ordered{{"required", []string{field}}}}}},
			},
			ordered{{"properties", ordered{{"setups", ordered{{"additionalProperties", ordered{{"required", []string{field}}}}}}}}},
		}}}
	}
	root := ordered{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "pzgen.yaml"},
		{"description", "Amazon Personalize setups: what they read and write, with which keys, and who may use them."},
		{"type", "object"},
		{"required", []string{"version", "setups"}},
		{"additionalProperties", false},
		{"properties", ordered{
			{"version", ordered{{"description", "Version of this format."}, {"type", "integer"}, {"const", Version}}},
			{"root", ordered{
				{"description", "Generates the folder _root for all setups of the file: a Makefile that applies them in the order in which they need each other, and a root module of Terraform with one state, or one with a state for each setup."},
				{"enum", RootModes()},
			}},
			{"terraform", ordered{
				{"description", "How Terraform is generated: a module for each setup when it is left out; with shared-modules the setups that differ in names and values alone share a module, and each is a call of it; with own-modules each has its own, and what a state has of a shared one is moved back."},
				{"enum", TerraformModes()},
			}},
			{"defaults", ordered{
				{"description", "Fields that every setup inherits when it does not set them. Entries of mappings such as buckets and tags, and the fields of role, are added to or replaced by name; all else is replaced. With null a setup drops a field or an entry. Names may hold <setup>, <account> and <region>."},
				{"type", "object"},
				{"additionalProperties", false},
				{"properties", inherited},
			}},
			{"setups", ordered{
				{"description", "Setups by name; the name is the setup's folder in the output: " + setupName.says + "."},
				{"type", "object"},
				{"minProperties", 1},
				{"propertyNames", ordered{{"pattern", setupName.pattern}, {"not", ordered{{"enum", devices()}}}}},
				{"additionalProperties", setup.within(false, true)},
			}},
		}},
		{"allOf", []any{requires("account"), requires("region")}},
		{"$defs", ordered{{"statement", statementObject.shape("").schema()}}},
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		panic(err) // it holds strings, numbers and truth values alone
	}
	return b.Bytes()
}

// ordered is a JSON object whose members keep their order.
type ordered []pair

type pair struct {
	name  string
	value any
}

// MarshalJSON returns the object.
func (o ordered) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		for j, part := range []any{m.name, m.value} {
			var text bytes.Buffer
			e := json.NewEncoder(&text)
			e.SetEscapeHTML(false)
			if err := e.Encode(part); err != nil {
				return nil, err
			}
			if j == 1 {
				b = append(b, ':')
			}
			b = append(b, bytes.TrimSpace(text.Bytes())...)
		}
	}
	return append(b, '}'), nil
}

func (s *shape) schema() ordered { return s.within(false, false) }

// within returns the schema of a value. With null it may be null, which drops what defaults has;
// with merged, so may its fields or entries.
func (s *shape) within(null, merged bool) ordered {
	var o ordered
	put := func(name string, v any) { o = append(o, pair{name, v}) }
	if s.doc != "" {
		put("description", s.doc)
	}
	switch {
	case s.kind != "" && null:
		put("type", []string{s.kind, "null"})
	case s.kind != "":
		put("type", s.kind)
	}
	switch {
	case s.enum != nil && null:
		words := make([]any, len(s.enum), len(s.enum)+1)
		for i, w := range s.enum {
			words[i] = w
		}
		put("enum", append(words, nil))
	case s.enum != nil:
		put("enum", s.enum)
	}
	if s.form != nil {
		written := ordered{{"pattern", s.form.pattern}}
		if s.form.max > 0 {
			written = append(written, pair{"maxLength", s.form.max})
		}
		if s.form.fills {
			put("anyOf", []any{written, ordered{{"pattern", placeholderPattern}}})
		} else {
			o = append(o, written...)
		}
	}
	switch s.kind {
	case "integer":
		put("minimum", s.min)
		put("maximum", s.max)
	case "array":
		if s.of != "" {
			put("items", ordered{{"$ref", "#/$defs/" + s.of}})
		} else {
			put("items", s.items.schema())
		}
		if s.least > 0 {
			put("minItems", s.least)
		}
		if s.items.kind == "string" && s.items.form != policyText {
			put("uniqueItems", true)
		}
	case "object":
		o = append(o, s.object(merged)...)
	}
	if s.anyOf != nil {
		var list []any
		for _, a := range s.anyOf {
			list = append(list, a.schema())
		}
		if null {
			list = append(list, ordered{{"type", "null"}})
		}
		put("anyOf", list)
	}
	if s.def != nil {
		put("default", s.def)
	}
	if s.examples != nil {
		put("examples", s.examples)
	}
	return o
}

func (s *shape) object(merged bool) ordered {
	var o ordered
	put := func(name string, v any) { o = append(o, pair{name, v}) }
	if s.values != nil {
		names := ordered{{"pattern", s.names.pattern}}
		if s.names.max > 0 {
			names = append(names, pair{"maxLength", s.names.max})
		}
		if s.notNames != nil {
			names = append(names, pair{"not", ordered{{"enum", s.notNames}}})
		}
		put("propertyNames", names)
		put("additionalProperties", s.values.within(merged, false))
		return o
	}
	var required []string
	var properties ordered
	for _, m := range s.members {
		properties = append(properties, pair{m.name, m.within(merged && !m.own, merged && m.merges())})
		if m.required {
			required = append(required, m.name)
		}
	}
	if required != nil {
		put("required", required)
	}
	if s.least > 0 {
		put("minProperties", s.least)
	}
	put("additionalProperties", false)
	put("properties", properties)
	if all := conditions(s.rules); all != nil {
		put("allOf", all)
	}
	return o
}

func conditions(rules []rule) []any {
	var all []any
	for _, r := range rules {
		var then ordered
		if r.required != nil {
			then = append(then, pair{"required", r.required})
		}
		if r.refused != nil {
			var props ordered
			for _, f := range r.refused {
				props = append(props, pair{f, false})
			}
			then = append(then, pair{"properties", props})
		}
		if r.oneOf != nil {
			var list []any
			for _, f := range r.oneOf {
				list = append(list, ordered{{"required", []string{f}}})
			}
			then = append(then, pair{"oneOf", list})
		}
		if r.field == "" { // null, by which a setup drops an entry of defaults, has no fields
			all = append(all, ordered{{"if", ordered{{"type", "object"}}}, {"then", then}})
			continue
		}
		all = append(all, ordered{
			{"if", ordered{
				{"required", []string{r.field}},
				{"properties", ordered{{r.field, ordered{{"const", r.is}}}}},
			}},
			{"then", then},
		})
	}
	return all
}
