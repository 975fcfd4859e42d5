package graph

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/pzgen/pzgen/internal/findings"
)

var dotShapes = [...]string{Operator: "oval", Role: "component", Workflow: "box",
	Location: "cylinder", Group: "cylinder", Key: "hexagon", Principal: "oval"}

// DOT returns the graph in the language of Graphviz.
func (g *Graph) DOT() string {
	var b strings.Builder
	b.WriteString("digraph pzgen {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=11];\n" +
		"  edge [fontname=\"sans-serif\", fontsize=9];\n")
	for i, setup := range g.Setups {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=\"%s\";\n", i, dotText("setup "+setup))
		for _, n := range g.of(setup) {
			fmt.Fprintf(&b, "    n%d [shape=%s, label=\"%s\"];\n", n, dotShapes[g.Nodes[n].Kind],
				dotText(g.Nodes[n].Label()))
		}
		b.WriteString("  }\n")
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  n%d -> n%d [label=\"%s\"];\n", e.From, e.To, dotText(e.Does))
	}
	b.WriteString("}\n")
	return b.String()
}

// dotText returns a text inside of quotes. Backslashes begin escapes of labels, and ampersands
// entities (Graphviz, "escString", and "DOT Language", "Character encodings").
func dotText(s string) string {
	s = strings.Map(func(r rune) rune {
		if findings.Hidden(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;").Replace(s)
}
