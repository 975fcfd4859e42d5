package graph

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The sizes of a drawing, in pixels.
const (
	boxWidth   = 216
	lineHeight = 16
	boxPad     = 9
	rowGap     = 16
	columnGap  = 104
	bandPad    = 18
	bandHead   = 34
	bandGap    = 22
	margin     = 16
	perLine    = 27 // characters of a line in a box
	portGap    = 13 // between the edges that arrive at a box
	maxLines   = 4  // of a name; all of it is in the title of the box
)

// box is where a node is drawn.
type box struct {
	x, y, height int
	lines        []string // of its name
}

// band is where a setup is drawn.
type band struct{ y, height int }

// drawing is a graph with its places. Setups are bands, one below the other, and kinds are
// columns, so that every edge leads to the right.
type drawing struct {
	width, height int
	boxes         []box
	bands         []band
}

// layout places the nodes. In each column those come first whose neighbours on the left do, which
// keeps edges from crossing where that is possible.
func (g *Graph) layout() drawing {
	columnsUsed := slices.Max(columns[:]) + 1
	d := drawing{boxes: make([]box, len(g.Nodes)),
		width: 2*margin + 2*bandPad + columnsUsed*boxWidth + (columnsUsed-1)*columnGap}
	y := margin
	for _, setup := range g.Setups {
		lists := make([][]int, columnsUsed)
		for _, n := range g.of(setup) {
			c := columns[g.Nodes[n].Kind]
			lists[c] = append(lists[c], n)
		}
		rank := map[int]int{}
		tallest := 0
		heights := make([]int, columnsUsed)
		for c, list := range lists {
			slices.SortStableFunc(list, func(a, b int) int { return g.pull(a, rank) - g.pull(b, rank) })
			for i, n := range list {
				rank[n] = i
				d.boxes[n].lines = wrap(g.Nodes[n].Name, g.Nodes[n].More)
				d.boxes[n].height = max(2*boxPad+lineHeight*(1+len(d.boxes[n].lines)),
					portGap*(g.arriving(n)+1))
				heights[c] += d.boxes[n].height + rowGap
			}
			tallest = max(tallest, heights[c]-rowGap)
		}
		for c, list := range lists {
			at := y + bandHead + (tallest-heights[c]+rowGap)/2
			for _, n := range list {
				d.boxes[n].x = margin + bandPad + c*(boxWidth+columnGap)
				d.boxes[n].y = at
				at += d.boxes[n].height + rowGap
			}
		}
		height := bandHead + max(tallest, 0) + bandPad
		d.bands = append(d.bands, band{y, height})
		y += height + bandGap
	}
	d.height = y - bandGap + margin
	return d
}

// arriving returns how many edges lead to a node.
func (g *Graph) arriving(n int) int {
	count := 0
	for _, e := range g.Edges {
		if e.To == n {
			count++
		}
	}
	return count
}

// pull returns where the neighbours of a node on its left are, on the average.
func (g *Graph) pull(n int, rank map[int]int) int {
	sum, count := 0, 0
	for _, e := range g.Edges {
		if r, ok := rank[e.From]; ok && e.To == n {
			sum, count = sum+r, count+1
		}
	}
	if count == 0 {
		return 0
	}
	return 100 * sum / count
}

// wrap returns a name in lines that fit into a box, and what else is known of it in two more.
func wrap(name, more string) []string {
	lines := cut(name, maxLines)
	if more != "" {
		lines = append(lines, cut(more, 2)...)
	}
	return lines
}

// cut divides a text into lines, at most so many: after a slash, a comma or a space where there
// is one late in the line.
func cut(text string, most int) []string {
	var lines []string
	for utf8.RuneCountInString(text) > perLine {
		runes := []rune(text)
		at := perLine
		if i := strings.LastIndexAny(string(runes[:perLine]), "/, -"); i > 0 {
			if n := utf8.RuneCountInString(string(runes[:perLine])[:i+1]); n > perLine/2 {
				at = n
			}
		}
		if len(lines) == most-1 {
			return append(lines, string(runes[:perLine-1])+"…")
		}
		lines, text = append(lines, string(runes[:at])), string(runes[at:])
	}
	return append(lines, text)
}

// sortBy sorts numbers by what key returns for them; those that are alike keep their order.
func sortBy(list []int, key func(int) int) {
	slices.SortStableFunc(list, func(a, b int) int { return key(a) - key(b) })
}
