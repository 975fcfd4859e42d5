package spec

import "gopkg.in/yaml.v3"

// checkSize refuses what is nested too deeply, aliases that contain themselves, and aliases that multiply (a "YAML bomb"). It looks at
// each value once: what an anchor holds is counted where the anchor stands and added where an alias stands.
func (r *reader) checkSize(root *yaml.Node) bool {
	c := sizer{reader: r, anchors: map[*yaml.Node]int{}}
	expanded := c.size(root, 0)
	if !c.failed && expanded > max(maxExpanded, maxGrowth*c.nodes) {
		r.err(codeTooLarge, root, "write out what is repeated, or use defaults", "aliases make this file %d values large; the limit is %d",
			expanded, max(maxExpanded, maxGrowth*c.nodes))
		return false
	}
	return !c.failed
}

type sizer struct {
	*reader
	nodes   int
	anchors map[*yaml.Node]int // sizes of what has an anchor; open while it is still being measured
	failed  bool
}

const (
	open     = -1
	enormous = 1 << 40
)

func (c *sizer) size(n *yaml.Node, depth int) int {
	c.nodes++
	if c.failed {
		return 0
	}
	if depth > maxDepth {
		c.err(codeTooLarge, n, "", "values are nested more than %d deep", maxDepth)
		c.failed = true
		return 0
	}
	if n.Kind == yaml.AliasNode {
		size, ok := c.anchors[n.Alias]
		if ok && size == open {
			c.err(codeTooLarge, n, "", "alias %q stands inside what it names", "*"+n.Value)
			c.failed = true
		}
		return size
	}
	if n.Anchor != "" {
		c.anchors[n] = open
	}
	size := 1
	for _, m := range n.Content {
		size = min(size+c.size(m, depth+1), enormous)
	}
	if n.Anchor != "" {
		c.anchors[n] = size
	}
	return size
}

// deref returns what an alias names, and any other node itself.
func deref(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// isMerge reports whether a key is the merge key of YAML 1.1.
func isMerge(k *yaml.Node) bool { return k.Kind == yaml.ScalarNode && k.Tag == "!!merge" }

// entries returns the keys and values of a mapping in turn, with what its merge keys bring in
// behind its own. A key of the mapping itself wins over a merged one, and of several merged
// mappings the first wins (YAML language-independent type repository, "merge").
func (r *reader) entries(m *yaml.Node) []*yaml.Node {
	merges := false
	for i := 0; i < len(m.Content) && !merges; i += 2 {
		merges = isMerge(m.Content[i])
	}
	if !merges {
		return m.Content
	}
	var own []*yaml.Node
	have := map[string]bool{}
	for i := 0; i < len(m.Content); i += 2 {
		if k := m.Content[i]; !isMerge(k) {
			own = append(own, k, m.Content[i+1])
			have[deref(k).Value] = true
		}
	}
	take := func(n *yaml.Node) {
		source := deref(n)
		if source.Kind != yaml.MappingNode {
			r.err(codeMerge, n, "write `<<: *anchor`", "<< merges a mapping, not %s", kindOf(source))
			return
		}
		from := r.entries(source)
		for i := 0; i < len(from); i += 2 {
			if k := deref(from[i]).Value; !have[k] {
				have[k] = true
				own = append(own, from[i], from[i+1])
			}
		}
	}
	for i := 0; i < len(m.Content); i += 2 {
		if !isMerge(m.Content[i]) {
			continue
		}
		v := m.Content[i+1]
		if list := deref(v); list.Kind == yaml.SequenceNode {
			for _, n := range list.Content {
				take(n)
			}
			continue
		}
		take(v)
	}
	return own
}
