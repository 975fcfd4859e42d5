package spec

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// How a setup inherits: what it has itself replaces what defaults has. The mappings of a setup are
// gone through, so that their entries are replaced one by one, and so are the fields of its role.
// A bucket, a key or an operator is one value, as the dataset group and every list is. With null a
// setup drops a value that defaults has.

// inherit makes the draft that a setup begins with out of the defaults, and returns what it has
// itself. Values of defaults that it replaces are not looked at: they may be wrong for this setup.
func (c *checker) inherit(body *yaml.Node) *yaml.Node {
	*c.d = c.defaults
	fills := c.fills && !c.defaultsWrong
	if !fills && !hasNull(body, 3) {
		return body
	}
	fields := &shape{kind: "object"}
	for _, f := range setupObject.fields {
		fields.members = append(fields.members, member{f.name, f.shape})
	}
	inherited, own := c.overlay(fields, "", c.inherited, body)
	if c.defaultsWrong {
		return own
	}
	*c.d = setupDraft{}
	if inherited != nil {
		c.inDefaults = true
		setupObject.read(&c.reader, inherited, "defaults", c.d)
		c.inDefaults = false
	}
	return own
}

// isNull reports whether a value is null, written out. Where nothing is written, something is
// missing.
func isNull(n *yaml.Node) bool {
	v := deref(n)
	return v.Kind == yaml.ScalarNode && v.Tag == "!!null" && v.Value != ""
}

// hasNull reports whether a value is null or has one in it, not deeper than that.
func hasNull(n *yaml.Node, depth int) bool {
	v := deref(n)
	if v.Kind != yaml.MappingNode || depth == 0 {
		return isNull(v)
	}
	for i := 1; i < len(v.Content); i += 2 {
		if hasNull(v.Content[i], depth-1) || isMerge(v.Content[i-1]) {
			return true
		}
	}
	return false
}

// overlay returns what a setup takes from a mapping of defaults, without what it replaces, and what
// it has itself, without its nulls. A null that drops nothing is reported; at is what the mapping
// is called. The mapping of defaults is nil where there is none.
func (c *checker) overlay(s *shape, at string, defaults, own *yaml.Node) (rest, mine *yaml.Node) {
	mine = deref(own)
	if mine.Kind != yaml.MappingNode || mine.Tag != "!!map" {
		return defaults, own // which is reported where it is read
	}
	var inherited []*yaml.Node
	if defaults != nil && defaults.Kind != yaml.MappingNode {
		defaults = nil // which was reported
	}
	if defaults != nil {
		inherited = c.reader.entries(defaults)
	}
	have := byName(inherited)
	entries := c.reader.entries(mine)
	names := byName(entries)
	var left, kept []*yaml.Node
	for i := 0; i < len(inherited); i += 2 {
		if _, replaced := names[deref(inherited[i]).Value]; !replaced {
			left = append(left, inherited[i], inherited[i+1])
		}
	}
	for i := 0; i < len(entries); i += 2 {
		k, v := entries[i], entries[i+1]
		name := deref(k).Value
		j, under := have[name]
		inner := s.merged(name)
		switch {
		case isNull(v) && under:
			continue
		case isNull(v) && (s.values != nil || s.has(name)):
			c.noNull(v, at, name, inherited)
			continue
		case inner != nil && i == names[name]:
			var field *yaml.Node
			if under {
				field = deref(inherited[j+1])
			}
			below, above := c.overlay(inner, at+name+".", field, v)
			if below != nil {
				left = append(left, inherited[j], below)
			}
			v = above
		}
		kept = append(kept, k, v)
	}
	if defaults != nil {
		rest = withContent(defaults, left)
	}
	return rest, withContent(mine, kept)
}

// merged returns the shape of a field that is gone through where setups inherit, or nil.
func (s *shape) merged(name string) *shape {
	for _, m := range s.members {
		if m.name == name && m.merges() {
			return m.shape
		}
	}
	return nil
}

// merges reports whether a field of a setup adds to that of defaults, name by name.
func (s *shape) merges() bool { return s.kind == "object" && !s.replaces }

func (s *shape) has(name string) bool {
	return slices.ContainsFunc(s.members, func(m member) bool { return m.name == name })
}

// byName returns where the entries of a mapping are, by their names. Of two, the first counts.
func byName(entries []*yaml.Node) map[string]int {
	at := make(map[string]int, len(entries)/2)
	for i := len(entries) - 2; i >= 0; i -= 2 {
		at[deref(entries[i]).Value] = i
	}
	return at
}

func withContent(m *yaml.Node, content []*yaml.Node) *yaml.Node {
	out := *m
	out.Content = content
	return &out
}

// noNull reports a null that drops nothing.
func (c *checker) noNull(n *yaml.Node, at, name string, inherited []*yaml.Node) {
	c.err(codeDrop, deref(n), "", "%s%s is null, which drops what defaults has, and there is none", at,
		clip(name)).search = func() string {
		var have []string
		for i := 0; i < len(inherited); i += 2 {
			have = append(have, deref(inherited[i]).Value)
		}
		if h := suggest(name, have); h != "" {
			return h
		}
		return "leave it out or give it a value"
	}
}

// maxInherited is how many values all setups of a file may inherit: a small file could have very
// many setups inherit very much.
const maxInherited = 5_000_000

// tooMuch reports whether so many setups inherit more than that.
func (l *loader) tooMuch(setups int) bool { return l.size > maxInherited/max(1, setups) }

// expanded counts the values in one, with those that aliases name. No alias is in what it names.
func expanded(n *yaml.Node, known map[*yaml.Node]int) int {
	v := deref(n)
	if size, ok := known[v]; ok {
		return size
	}
	size := 1
	for _, m := range v.Content {
		size = min(size+expanded(m, known), enormous)
	}
	known[v] = size
	return size
}
