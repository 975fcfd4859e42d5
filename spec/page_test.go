package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// docs/fields.md is made from the schema. Accept a change with: go test ./spec -run TestFieldsPage -update
func TestFieldsPage(t *testing.T) {
	const name = "../docs/fields.md"
	want := fieldsPage(t, Schema())
	if *update {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the schema gives (%v): run the test with -update", name, err)
	}
	// Another schema gives another page.
	other := bytes.Replace(Schema(), []byte("where Personalize runs"), []byte("where it runs"), 1)
	other = bytes.Replace(other, []byte(`"Version of this format."`), []byte(`"Another text."`), 1)
	if bytes.Equal(fieldsPage(t, other), want) {
		t.Error("a change of the schema does not show")
	}
}

type schemaNode struct {
	Description          string
	Type                 any
	Const                any
	Enum                 []any
	Default              any
	Pattern              string
	Minimum, Maximum     *float64
	Properties           json.RawMessage
	AdditionalProperties json.RawMessage
	Items                *schemaNode
	AnyOf, OneOf         []*schemaNode
	Ref                  string                 `json:"$ref"`
	Defs                 map[string]*schemaNode `json:"$defs"`
	Examples             []any
}

func fieldsPage(t *testing.T, schema []byte) []byte {
	t.Helper()
	var root schemaNode
	if err := json.Unmarshal(schema, &root); err != nil {
		t.Fatal(err)
	}
	p := &page{t: t, defs: root.Defs}
	p.b.WriteString("# Every field of a spec\n\nMade from the JSON Schema, `pzgen schema`. What the fields are for is in [spec.md](spec.md).\n" +
		"`<name>` is a name of your choice; `[]` is an entry of a list. A field of a setup can be in `defaults` as well.\n\n" +
		"| field | kind | meaning |\n| --- | --- | --- |\n")
	p.fields("", &root)
	if strings.Count(p.b.String(), "\n") < 100 {
		t.Errorf("%d lines of fields", strings.Count(p.b.String(), "\n"))
	}
	return []byte(p.b.String())
}

type page struct {
	t    *testing.T
	b    strings.Builder
	defs map[string]*schemaNode
}

// fields writes the members of an object in the order of the schema.
func (p *page) fields(path string, n *schemaNode) {
	if n.Properties != nil {
		d := json.NewDecoder(bytes.NewReader(n.Properties))
		if _, err := d.Token(); err != nil {
			p.t.Fatal(err)
		}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				p.t.Fatal(err)
			}
			var one schemaNode
			if err := d.Decode(&one); err != nil {
				p.t.Fatal(err)
			}
			p.field(strings.TrimPrefix(path+"."+name.(string), "."), &one)
		}
	}
	var more schemaNode
	if n.AdditionalProperties != nil && json.Unmarshal(n.AdditionalProperties, &more) == nil {
		p.field(strings.TrimPrefix(path+".<name>", "."), &more)
	}
}

func (p *page) field(path string, n *schemaNode) {
	if path == "defaults" {
		fmt.Fprintf(&p.b, "| `defaults` | object | %s |\n", cell(n.Description))
		return
	}
	if n.Ref != "" {
		name := n.Ref[strings.LastIndexByte(n.Ref, '/')+1:]
		if p.defs[name] == nil {
			p.t.Fatalf("%s: no definition %s", path, name)
		}
		fmt.Fprintf(&p.b, "| `%s` | %s | %s |\n", path, name, cell(p.defs[name].Description))
		if strings.HasSuffix(path, "statements.role[]") { // once for all
			p.fields(path, p.defs[name])
		}
		return
	}
	fmt.Fprintf(&p.b, "| `%s` | %s | %s |\n", path, cell(kind(n)), cell(about(n)))
	p.fields(path, n)
	for _, one := range slices.Concat([]*schemaNode{n.Items}, n.AnyOf, n.OneOf) {
		if one == nil {
			continue
		}
		switch {
		case one == n.Items && (one.Properties != nil || one.Ref != ""):
			p.field(path+"[]", one)
		case one.Properties != nil:
			p.fields(path, one)
		case one.Items != nil && (one.Items.Properties != nil || one.Items.Ref != ""):
			p.field(path+"[]", one.Items)
		}
	}
}

// kind says what a value is.
func kind(n *schemaNode) string {
	var out []string
	if types, ok := n.Type.([]any); ok { // the second is null, by which a setup drops what defaults have
		one := *n
		one.Type = types[0]
		return kind(&one)
	}
	switch {
	case n.Const != nil:
		out = append(out, fmt.Sprintf("`%v`", n.Const))
	case n.Enum != nil:
		for _, v := range n.Enum {
			if v != nil {
				out = append(out, fmt.Sprintf("`%v`", v))
			}
		}
	case n.Type == "array" && n.Items != nil && n.Items.Properties == nil && n.Items.Ref == "":
		out = append(out, "list of "+kind(n.Items))
	case n.Type == "array":
		out = append(out, "list")
	case n.Type == "string":
		out = append(out, "text")
	case n.Type == "boolean":
		out = append(out, "true or false")
	case n.Type == "integer" && n.Minimum != nil && n.Maximum != nil:
		out = append(out, fmt.Sprintf("%v to %v", *n.Minimum, *n.Maximum))
	case n.Type == "integer":
		out = append(out, "number")
	case n.Type == "object" || n.Properties != nil:
		out = append(out, "object")
	}
	for _, one := range append(n.AnyOf, n.OneOf...) {
		if k := kind(one); k != "" && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return strings.Join(out, ", ")
}

func about(n *schemaNode) string {
	text := n.Description
	if n.Default != nil {
		v, _ := json.Marshal(n.Default)
		text += " Default: `" + string(v) + "`."
	}
	if len(n.Examples) > 0 {
		v, _ := json.Marshal(n.Examples[0])
		text += " For example `" + string(v) + "`."
	}
	return strings.TrimSpace(text)
}

// cell keeps a text in its cell of a table, and has no tag of HTML in it.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s)
}
