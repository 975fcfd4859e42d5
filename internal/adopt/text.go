package adopt

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/start"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// document is the spec that is being made.
type document struct {
	head, templates string
	drafts          []*draft

	b      strings.Builder
	number int    // lines so far
	lines  []line // that are elements
}

// line is the line of an element that can be left out.
type line struct {
	number  int
	element *element
}

func (d *document) elementAt(number int) *element {
	i, ok := slices.BinarySearchFunc(d.lines, number, func(l line, n int) int { return l.number - n })
	if !ok {
		return nil
	}
	return d.lines[i].element
}

func (d *document) put(depth int, format string, args ...any) {
	d.b.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&d.b, format, args...)
	d.b.WriteByte('\n')
	d.number++
}

func (d *document) element(e *element, depth int, format string, args ...any) {
	d.put(depth, format, args...)
	d.lines = append(d.lines, line{d.number, e})
}

// part writes an element on a line, or where it is left out a comment that says so.
func (d *document) part(e *element, depth int, format string, args ...any) {
	if e.out {
		d.comment(depth, "left out: %s: %s", fmt.Sprintf(format, args...), e.reason)
		return
	}
	d.element(e, depth, format, args...)
}

// comment writes a text as one line of comment: whatever is in it stays in it.
func (d *document) comment(depth int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	d.put(depth, "# %s", start.OneLine(text))
}

// text returns the spec as it is now.
func (d *document) text() []byte {
	d.b.Reset()
	d.lines = nil
	d.b.WriteString(d.head)
	d.number = strings.Count(d.head, "\n")
	d.put(0, "version: %d", spec.Version)
	d.put(0, "setups:")
	for _, one := range d.drafts {
		d.setup(one)
	}
	return []byte(d.b.String())
}

func (d *document) setup(one *draft) {
	d.put(1, "%s:", start.Quoted(one.name))
	d.put(2, "account: %s", start.Always(one.account))
	d.put(2, "region: %s", start.Quoted(one.region))
	if one.hasRole {
		role := "name: " + start.Quoted(one.role.Name.V.String())
		if p := one.role.Path.V.String(); p != "" && p != "/" {
			role += ", path: " + start.Quoted(p)
		}
		d.part(&one.called, 2, "role: {%s}", role)
		if b := one.role.Boundary.V.String(); b != "" {
			d.part(&one.bounded, 2, "permissionsBoundary: %s", start.Quoted(b))
		}
	}
	if slices.ContainsFunc(one.keys, func(k *key) bool { return !k.out }) {
		d.put(2, "keys:")
	}
	for _, k := range one.keys {
		field, value := "alias", k.alias
		if k.arn != "" {
			field, value = "arn", k.arn
		}
		d.part(&k.element, 3, "%s: {%s: %s}", start.Quoted(k.id), field, start.Quoted(value))
	}
	d.put(2, "buckets:")
	for _, b := range one.buckets {
		more := ""
		if !b.created {
			more += ", existing: true"
		}
		if b.key != "" && !one.leftOut("keys."+b.key) {
			more += ", key: " + start.Quoted(b.key)
		}
		d.part(&b.element, 3, "%s: {name: %s%s}", start.Quoted(b.id), start.Quoted(b.name), more)
	}
	d.put(2, "workflows: # by what may be read and written; say which of them are batch jobs or metrics")
	for _, e := range one.flows {
		text := "type: " + e.flow.Type
		if e.flow.From != "" {
			text += ", from: " + start.Quoted(e.flow.From)
		}
		if e.flow.To != "" {
			text += ", to: " + start.Quoted(e.flow.To)
		}
		d.part(e, 3, "- {%s}", text)
	}
	if g := &one.group; g.name != "" {
		text := "name: " + start.Quoted(g.name)
		if g.domain != "" {
			text += ", domain: " + start.Quoted(g.domain)
		}
		if g.key != "" && !one.leftOut("keys."+g.key) {
			text += ", key: " + start.Quoted(g.key)
		}
		d.part(&g.element, 2, "datasetGroup: {%s}", text)
	}
	d.statements(one)
	for _, n := range one.notes {
		d.comment(2, "%s", n)
	}
}

// statements writes what is kept, by owner.
func (d *document) statements(one *draft) {
	var owners []string
	by := map[string][]*element{}
	for _, e := range one.kept {
		if e.out {
			one.lost(e.given.at, "left out: "+e.reason, e.given.statement)
			continue
		}
		if by[e.given.owner] == nil {
			owners = append(owners, e.given.owner)
		}
		by[e.given.owner] = append(by[e.given.owner], e)
	}
	if owners == nil {
		return
	}
	d.put(2, "statements: # what was granted besides; take out what is not needed")
	last := ""
	for _, owner := range inOrder(owners) {
		kind, id, named := strings.Cut(owner, ".")
		depth := 3
		if kind != last {
			d.put(3, "%s:", kind)
		}
		last = kind
		if named {
			d.put(4, "%s:", start.Quoted(id))
			depth = 4
		}
		for _, e := range by[owner] {
			d.element(e, depth+1, "- {%s}", e.notation())
		}
	}
}

// inOrder returns owners with those of one kind beside each other.
func inOrder(owners []string) []string {
	var out []string
	for _, kind := range []string{"role", "trust", "buckets", "keys"} {
		for _, o := range owners {
			if k, _, _ := strings.Cut(o, "."); k == kind {
				out = append(out, o)
			}
		}
	}
	return out
}

// notation returns a statement as the spec has it. Variables are those of the policy language; what
// looks like one in a document that has none keeps its dollar sign.
func (e *element) notation() string {
	s := e.given.statement
	var parts []string
	put := func(name, value string) { parts = append(parts, name+": "+value) }
	put("sid", e.sid)
	put("effect", s.Effect)
	if s.Principal != nil {
		put("principal", principal(s.Principal, e.given.vars))
	}
	if s.NotPrincipal != nil {
		put("notPrincipal", principal(s.NotPrincipal, e.given.vars)) // the spec has none: it is left out again
	}
	for _, t := range []struct {
		name string
		list policy.Texts
	}{{"action", s.Action}, {"notAction", s.NotAction}, {"resource", s.Resource}, {"notResource", s.NotResource}} {
		if t.list.Values != nil {
			put(t.name, texts(t.list, e.given.vars))
		}
	}
	if len(s.Condition) > 0 {
		put("condition", conditions(s, e.given.vars))
	}
	put("accepted", start.Always("was there: "+e.given.at.String()))
	return strings.Join(parts, ", ")
}

func principal(p *policy.Principal, vars bool) string {
	if p.Any {
		return `"*"`
	}
	var parts []string
	for _, t := range p.Types {
		parts = append(parts, t.Type+": "+texts(t.Values, vars))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func texts(t policy.Texts, vars bool) string {
	list := make([]string, len(t.Values))
	for i, v := range t.Values {
		list[i] = start.Quoted(v.String())
		if s, ok := v.OnlyLit(); ok && !vars {
			list[i] = start.Quoted(policy.Literal(s).String())
		}
	}
	if t.Scalar && len(list) == 1 {
		return list[0]
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func conditions(s policy.Statement, vars bool) string {
	var operators []string
	by := map[string][]string{}
	for _, c := range s.Condition {
		if by[c.Operator] == nil {
			operators = append(operators, c.Operator)
		}
		by[c.Operator] = append(by[c.Operator], start.Quoted(c.Key)+": "+texts(c.Values, vars))
	}
	for i, o := range operators {
		operators[i] = start.Quoted(o) + ": {" + strings.Join(by[o], ", ") + "}"
	}
	return "{" + strings.Join(operators, ", ") + "}"
}
