package graph

import (
	_ "embed"
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
)

//go:embed graph.css
var style string

// SVG returns the graph as a picture, in light and dark. Its description says every edge in a
// sentence, and each box has its whole name as a title, for those who do not see it.
func (g *Graph) SVG() string {
	d := g.layout()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" `+
		`width="%d" height="%d" viewBox="0 0 %d %d">`+"\n", d.width, d.height, d.width, d.height)
	fmt.Fprintf(&b, "<title id=\"title\">Who reaches what through which workflow: %s</title>\n",
		xmlText(strings.Join(g.Setups, ", ")))
	fmt.Fprintf(&b, "<desc id=\"desc\">%s</desc>\n", xmlText(strings.Join(g.Sentences(), "\n")))
	b.WriteString("<style>\n" + style + "</style>\n")
	b.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" ` +
		`markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>` + "\n")
	fmt.Fprintf(&b, `<rect class="paper" width="%d" height="%d"/>`+"\n", d.width, d.height)
	for i, setup := range g.Setups {
		fmt.Fprintf(&b, `<rect class="band" x="%d" y="%d" width="%d" height="%d" rx="8"/>`+"\n",
			margin, d.bands[i].y, d.width-2*margin, d.bands[i].height)
		fmt.Fprintf(&b, `<text class="head" x="%d" y="%d">%s</text>`+"\n", margin+bandPad,
			d.bands[i].y+23, xmlText("setup "+setup))
	}
	type word struct {
		x, y int
		text string
	}
	var words []word
	out, in := g.ports(d)
	for i, e := range g.Edges {
		x1, x2 := d.boxes[e.From].x+boxWidth, d.boxes[e.To].x
		bend := max(40, (x2-x1)/2)
		fmt.Fprintf(&b, `<path class="edge" d="M%d %dC%d %d %d %d %d %d" `+
			`marker-end="url(#tip)"/>`+"\n",
			x1, out[i], x1+bend, out[i], x2-bend, in[i], x2, in[i])
		words = append(words, word{x2 - 8, in[i] - 4, e.Does})
	}
	for i, n := range g.Nodes {
		x := d.boxes[i]
		fmt.Fprintf(&b, `<g class="k%d"><title>%s</title>`+
			`<rect class="box" x="%d" y="%d" width="%d" height="%d" rx="5"/>`,
			n.Kind, xmlText(n.Label()), x.x, x.y, boxWidth, x.height)
		fmt.Fprintf(&b, `<text class="kind" x="%d" y="%d">%s</text>`, x.x+boxPad, x.y+boxPad+11, n.Kind)
		for k, line := range x.lines {
			fmt.Fprintf(&b, `<text class="name" x="%d" y="%d">%s</text>`, x.x+boxPad,
				x.y+boxPad+11+(k+1)*lineHeight, xmlText(line))
		}
		b.WriteString("</g>\n")
	}
	for _, w := range words { // on top, so that no edge strikes them out
		fmt.Fprintf(&b, `<text class="word" x="%d" y="%d">%s</text>`+"\n", w.x, w.y, xmlText(w.text))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// ports returns at which height each edge leaves its box, and at which it arrives: spread over
// the side of the box, in the order of where they lead to or come from.
func (g *Graph) ports(d drawing) (out, in []int) {
	out, in = make([]int, len(g.Edges)), make([]int, len(g.Edges))
	spread := func(side []int, at, other func(Edge) int) {
		by := map[int][]int{}
		for i, e := range g.Edges {
			by[at(e)] = append(by[at(e)], i)
		}
		for n, list := range by {
			sortBy(list, func(i int) int { return d.boxes[other(g.Edges[i])].y })
			for k, i := range list {
				side[i] = d.boxes[n].y + (k+1)*d.boxes[n].height/(len(list)+1)
			}
		}
	}
	from, to := func(e Edge) int { return e.From }, func(e Edge) int { return e.To }
	spread(out, from, to)
	spread(in, to, from)
	return out, in
}

// xmlText returns a text as XML has it. Characters that XML cannot have, that are not to be seen
// or that turn text around are replaced.
func xmlText(s string) string {
	s = strings.Map(func(r rune) rune {
		if findings.Hidden(r) && r != '\n' {
			return '\uFFFD'
		}
		return r
	}, s)
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err) // a string can always be written
	}
	return strings.ReplaceAll(b.String(), "&#xA;", "\n")
}
