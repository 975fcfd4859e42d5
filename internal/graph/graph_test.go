package graph

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/model"
)

// of returns the graph of a spec.
func of(t *testing.T, file string) *Graph {
	t.Helper()
	specs, ds, err := engine.Load(engine.Source{Files: []string{file}})
	if err != nil || ds.HasErrors() {
		t.Fatal(ds, err)
	}
	run, err := specs.Select(engine.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	var setups []*model.Setup
	for i := range run.Names() {
		m, found := run.Model(i)
		if m == nil {
			t.Fatal(found)
		}
		setups = append(setups, m)
	}
	return New(setups)
}

// Who reaches what is read from the policies, also of buckets that another setup has, and of
// principals of other accounts.
func TestEdges(t *testing.T) {
	want := []string{
		"lake: operator team (role Engineer) passes service role Personalize-lake.",
		"lake: operator team (role Engineer) starts workflow import.",
		"lake: operator team (role Engineer) starts workflow import 2.",
		"lake: operator team (role Engineer) access operate dataset group lake.",
		"lake: operator viewers (user o_brien=,.@x) access read dataset group lake.",
		"lake: service role Personalize-lake runs workflow import.",
		"lake: service role Personalize-lake runs workflow import 2.",
		"lake: workflow import reads objects s3://acme-lake/items/.",
		"lake: workflow import works on dataset group lake.",
		"lake: workflow import 2 reads objects s3://acme-lake/users/.",
		"lake: workflow import 2 works on dataset group lake.",
		"lake: objects s3://acme-lake/items/ encrypted with key alias/lake.",
		"lake: objects s3://acme-lake/users/ encrypted with key alias/lake.",
		"lake: objects s3://acme-lake/batch/ encrypted with key alias/lake.",
		"lake: objects s3://acme-lake/results/ encrypted with key alias/lake.",
		"lake: objects s3://acme-lake/old/ encrypted with key alias/lake.",
		"lake: dataset group lake encrypted with key alias/lake.",
		"shop: operator partner (arn:aws:iam::444455556666:role/Partner) writes objects s3://acme-lake/batch/.",
		"shop: service role Personalize-shop reads objects s3://acme-lake/old/.",
		"shop: service role Personalize-shop runs workflow batch-inference.",
		"shop: service role Personalize-shop reads objects arn:aws:s3:::other/*.",
		"lake: service role Personalize-lake writes objects s3://acme-lake/own/.",
		"lake: principal everybody writes objects s3://acme-lake/drop/.",
		"lake: principal arn:aws:iam::444455556666:root reads objects s3://acme-lake/out/.",
		"lake: objects s3://acme-lake/own/ encrypted with key alias/lake.",
		"lake: objects s3://acme-lake/drop/ encrypted with key alias/lake.",
		"lake: objects s3://acme-lake/out/ encrypted with key alias/lake.",
		"shop: service role Personalize-shop reads objects s3://acme-lake/out/.",
		"shop: workflow batch-inference reads objects s3://acme-lake/batch/.",
		"shop: workflow batch-inference writes objects s3://acme-lake/results/.",
	}
	got := of(t, "testdata/shops.yaml").Sentences()
	for _, s := range want {
		if !slices.Contains(got, s) {
			t.Errorf("missing: %s", s)
		}
	}
	for _, s := range got {
		if !slices.Contains(want, s) {
			t.Errorf("too many: %s", s)
		}
	}
}

// turned is the node of [hostile] whose name has characters that are replaced.
const turned = 5

// hostile returns a graph with names as hostile as a spec may have them and worse.
func hostile(t *testing.T) *Graph {
	t.Helper()
	g := of(t, "../../spec/examples/hostile.yaml")
	for i, name := range []string{"<script>alert(1)</script>", "\"quoted\"] --> n1", "`x` ]] }} #quot; &amp;",
		"end\nsubgraph x", "\\N \\\" \\", "\u202e around \x1b[31m \u200b \u2028", "**bold** _x_ - 1. list", "%%{init: {}}%%"} {
		g.Nodes[i].Name, g.Nodes[i].More = name, name
	}
	return g
}

var (
	mermaidLine = regexp.MustCompile(`^(flowchart LR|  subgraph s\d+ \["[^"<>\x60*_\[\]{}|%&~\\]*"\]|  end|` +
		`    n\d+(\(\[|\[\[|\[|\[\(|\{\{)"[^"<>\x60*_\[\]{}|%&~\\]*"(\]\)|\]\]|\]|\)\]|\}\})|  n\d+ -->\|"[a-z ,]*"\| n\d+)$`)
	entity  = regexp.MustCompile(`#(\d+);`)
	dotLine = regexp.MustCompile(`^(digraph pzgen \{|  rankdir=LR;|  (node|edge) \[.*\];|  subgraph cluster_\d+ \{|    label="([^"\\]|\\["\\])*";|` +
		`    n\d+ \[shape=[a-z]+, label="([^"\\]|\\["\\])*"\];|  n\d+ -> n\d+ \[label="[a-z ,]*"\];|  \}|\})$`)
)

// No name is more than a label, in any format.
func TestHostile(t *testing.T) {
	g := hostile(t)
	text, err := g.Mermaid()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if !mermaidLine.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Errorf("Mermaid: %q", line)
		}
	}
	if !strings.Contains(text, "#60;script#62;alert#40;1#41;#60;/script#62;") {
		t.Error("a name is not there as it is")
	}
	for _, m := range entity.FindAllStringSubmatch(text, -1) {
		if len(m[1]) > 7 {
			t.Errorf("entity %s", m[0])
		}
	}
	for line := range strings.Lines(g.DOT()) {
		if !dotLine.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Errorf("DOT: %q", line)
		}
	}
	// What the lines are held against would find a name that is not escaped.
	for re, line := range map[*regexp.Regexp]string{mermaidLine: `    n1["a"] --> n2"]`, dotLine: `    n1 [shape=box, label="a"];b"];`} {
		if re.MatchString(line) {
			t.Errorf("%q passes", line)
		}
	}
}

// The picture is XML of the elements that it is made of, and says everything in words as well.
func TestSVG(t *testing.T) {
	g := hostile(t)
	text := g.SVG()
	var words strings.Builder
	seen := map[string]int{}
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			seen[x.Name.Local]++
			for _, a := range x.Attr {
				if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || strings.HasSuffix(a.Name.Local, "href") {
					t.Errorf("attribute %s", a.Name.Local)
				}
			}
		case xml.CharData:
			words.Write(x)
		case xml.Comment, xml.Directive, xml.ProcInst:
			t.Errorf("%T", x)
		}
	}
	for _, name := range []string{"svg", "title", "desc", "style", "defs", "marker", "path", "rect", "text", "g"} {
		if seen[name] == 0 {
			t.Errorf("there is no %s", name)
		}
		delete(seen, name)
	}
	if len(seen) > 0 {
		t.Errorf("other elements: %v", seen)
	}
	for i, n := range g.Nodes {
		if i != turned && !strings.Contains(words.String(), n.Label()) {
			t.Errorf("%q is not said", n.Label())
		}
	}
	if strings.ContainsAny(text, "\u202e\x1b\u200b\u2028") {
		t.Error("a character that turns text around is there")
	}
	if text != g.SVG() {
		t.Error("a second picture differs")
	}
}

// No box covers another or leaves the picture, and every edge leads to the right.
func TestLayout(t *testing.T) {
	files, err := os.ReadDir("../../spec/examples")
	if err != nil {
		t.Fatal(err)
	}
	boxes := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".yaml") {
			continue
		}
		_, ds, err := engine.Load(engine.Source{Files: []string{"../../spec/examples/" + f.Name()}})
		if err != nil || ds.HasErrors() {
			continue // one that needs another file
		}
		g := of(t, "../../spec/examples/"+f.Name())
		d := g.layout()
		boxes += len(d.boxes)
		for _, problem := range overlaps(d) {
			t.Errorf("%s: %s", f.Name(), problem)
		}
		for _, e := range g.Edges {
			if d.boxes[e.From].x+boxWidth >= d.boxes[e.To].x {
				t.Errorf("%s: %s does not lead to the right", f.Name(), e.Does)
			}
		}
	}
	if boxes < 150 {
		t.Errorf("%d boxes", boxes)
	}
	d := of(t, "testdata/shops.yaml").layout()
	d.boxes[1].x, d.boxes[1].y = d.boxes[0].x, d.boxes[0].y+5
	if overlaps(d) == nil {
		t.Error("a box on another one is not found")
	}
}

func overlaps(d drawing) (problems []string) {
	for i, a := range d.boxes {
		if a.x < 0 || a.y < 0 || a.x+boxWidth > d.width || a.y+a.height > d.height {
			problems = append(problems, fmt.Sprintf("box %d leaves the picture", i))
		}
		for j, b := range d.boxes[:i] {
			if a.x == b.x && a.y < b.y+b.height && b.y < a.y+a.height {
				problems = append(problems, fmt.Sprintf("box %d is on box %d", i, j))
			}
		}
	}
	return problems
}

// Ten setups are drawn by Mermaid as it is by default, and what it would refuse is refused.
func TestMermaidLimits(t *testing.T) {
	g := of(t, "../../spec/examples/ten-setups.yaml")
	if text, err := g.Mermaid(); err != nil || len(text) > maxText/5 || len(g.Setups) != 10 {
		t.Errorf("%d characters, %v", len(text), err)
	}
	var size *SizeError
	many := *g
	for len(many.Edges) <= maxEdges {
		many.Edges = append(many.Edges, g.Edges[0])
	}
	if _, err := many.Mermaid(); !errors.As(err, &size) || !strings.Contains(size.What, "501 edges") {
		t.Error(err)
	}
	many.Edges = many.Edges[:maxEdges]
	if _, err := many.Mermaid(); err != nil {
		t.Error(err)
	}
	long := *g
	long.Nodes = slices.Clone(g.Nodes)
	long.Nodes[0].Name = strings.Repeat("a", maxText)
	if _, err := long.Mermaid(); !errors.As(err, &size) || !strings.Contains(size.What, "characters") {
		t.Error(err)
	}
}

// Lines of a box keep all of a name, or end in a sign that something is left out.
func TestCut(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                     {""},
		"short":                                {"short"},
		"s3://acme-shop-data/datasets/items/x": {"s3://acme-shop-data/", "datasets/items/x"},
		strings.Repeat("é", 30):                {strings.Repeat("é", perLine), strings.Repeat("é", 30-perLine)},
	} {
		if got := cut(text, maxLines); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
	got := cut(strings.Repeat("x", 500), 2)
	if len(got) != 2 || !strings.HasSuffix(got[1], "…") {
		t.Errorf("%q", got)
	}
}
