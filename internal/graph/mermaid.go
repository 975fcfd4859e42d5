package graph

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/pzgen/pzgen/internal/findings"
)

// What Mermaid draws by default, which GitHub keeps to (Mermaid, "Configuration Schema",
// maxTextSize and maxEdges).
const (
	maxText  = 50_000
	maxEdges = 500
)

// SizeError says that a graph is too large for its format.
type SizeError struct{ What string }

func (e *SizeError) Error() string { return e.What }

// shapes are the brackets around the labels of nodes in Mermaid.
var shapes = [...][2]string{Operator: {"([", "])"}, Role: {"[[", "]]"}, Workflow: {"[", "]"},
	Location: {"[(", ")]"}, Group: {"[(", ")]"}, Key: {"{{", "}}"}, Principal: {"([", "])"}}

// Mermaid returns the graph as a flowchart, which GitHub draws in a code block of this language.
// It fails with a [SizeError] for one that Mermaid would refuse.
func (g *Graph) Mermaid() (string, error) {
	if n := len(g.Edges); n > maxEdges {
		return "", &SizeError{fmt.Sprintf("the graph has %d edges, and Mermaid draws %d at most",
			n, maxEdges)}
	}
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, setup := range g.Setups {
		fmt.Fprintf(&b, "  subgraph s%d [\"%s\"]\n", i, mermaidText("setup "+setup))
		for _, n := range g.of(setup) {
			shape := shapes[g.Nodes[n].Kind]
			fmt.Fprintf(&b, "    n%d%s\"%s\"%s\n", n, shape[0],
				mermaidText(g.Nodes[n].Label()), shape[1])
		}
		b.WriteString("  end\n")
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  n%d -->|\"%s\"| n%d\n", e.From, mermaidText(e.Does), e.To)
	}
	if n := len(utf16.Encode([]rune(b.String()))); n > maxText {
		return "", &SizeError{fmt.Sprintf("the graph has %d characters, and Mermaid draws %d at most",
			n, maxText)}
	}
	return b.String(), nil
}

// mermaidText returns a text inside of quotes. What is no letter, digit or harmless sign is an
// entity, which Mermaid takes for the character alone, and not for markup, Markdown or the end
// of a label (Mermaid, "Flowcharts", "Entity codes to escape characters").
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case findings.Hidden(r):
			r = unicode.ReplacementChar
			b.WriteRune(r)
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune(" .,-/:", r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
