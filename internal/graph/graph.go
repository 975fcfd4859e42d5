// Package graph draws who reaches what through which workflow: operators, service roles,
// workflows, the places in buckets, dataset groups and keys, as Mermaid, DOT and SVG.
//
// What a graph shows is what the documents of a setup grant: who may pass a role or start a
// workflow, and which places are read and written, is read from their policies and those of
// buckets: what is allowed, whatever is denied beside and under which conditions. Names are data:
// each format escapes them.
//
// Reading order: graph.go, reach.go, principals.go, mermaid.go, dot.go, layout.go, svg.go.
package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Kind is what a node stands for. Kinds are in the order of the columns that they are drawn in.
type Kind int

// The kinds of nodes.
const (
	Operator Kind = iota
	Role
	Workflow
	Location
	Group
	Key
	Principal // whom policies of buckets name, and no operator is
)

// columns are where kinds are drawn, from the left.
var columns = [...]int{Operator: 0, Role: 1, Workflow: 2, Location: 3, Group: 3, Key: 4, Principal: 0}

var kindNames = [...]string{Operator: "operator", Role: "service role", Workflow: "workflow",
	Location: "objects", Group: "dataset group", Key: "key", Principal: "principal"}

// String returns the kind in words.
func (k Kind) String() string { return kindNames[k] }

// Node is somebody or something.
type Node struct {
	Kind  Kind
	Name  string // what it is called
	Setup string // whose it is
	More  string // who an operator is, or ""
}

// Label returns the node in words, on one line.
func (n Node) Label() string {
	label := n.Kind.String() + " " + n.Name
	if n.More != "" {
		label += " (" + n.More + ")"
	}
	return label
}

// Edge leads from a node to what it reaches. From and To are indexes of nodes.
type Edge struct {
	From, To int
	Does     string // reads, writes; "" where the two kinds say it
}

// Graph is nodes, those of a setup together in the order of their kinds, and edges.
type Graph struct {
	Setups []string
	Nodes  []Node
	Edges  []Edge
}

// New returns the graph of setups. What several of them have in common is there once, with the
// setup that has it, or where that is not among them with the first that uses it.
func New(setups []*model.Setup) *Graph {
	b := builder{at: map[string]int{}, roles: map[string]int{}}
	for _, m := range setups {
		b.graph.Setups = append(b.graph.Setups, m.Name)
	}
	for _, m := range setups {
		b.add(m)
	}
	for _, m := range setups {
		b.principals(m)
	}
	return b.sorted()
}

type builder struct {
	graph Graph
	at    map[string]int // index of a node by what it is
	does  map[[2]int]int // index of an edge
	roles map[string]int // index of a service role by its ARN
}

// node returns the index of a node. id tells it from all others; owner is the setup that has it.
func (b *builder) node(n Node, id, owner string) int {
	id = n.Kind.String() + "\x00" + id
	if i, ok := b.at[id]; ok {
		return i
	}
	if owner != "" && slices.Contains(b.graph.Setups, owner) {
		n.Setup = owner
	}
	b.at[id] = len(b.graph.Nodes)
	b.graph.Nodes = append(b.graph.Nodes, n)
	return b.at[id]
}

// edge adds what one does with the other. Several things are one edge.
func (b *builder) edge(from, to int, does string) {
	if b.does == nil {
		b.does = map[[2]int]int{}
	}
	i, ok := b.does[[2]int{from, to}]
	if !ok {
		b.does[[2]int{from, to}] = len(b.graph.Edges)
		b.graph.Edges = append(b.graph.Edges, Edge{from, to, does})
		return
	}
	e := &b.graph.Edges[i]
	if !slices.Contains(strings.Split(e.Does, ", "), does) {
		e.Does += ", " + does
	}
}

func (b *builder) add(m *model.Setup) {
	role := b.node(Node{Kind: Role, Name: m.Role.Name, Setup: m.Name},
		m.Account+"/"+m.Role.Name, m.Role.Of)
	b.roles[m.DeployedEnv()[model.RefRoleARN]] = role
	group := -1
	if g := m.DatasetGroup; g != nil {
		group = b.node(Node{Kind: Group, Name: g.Name, Setup: m.Name},
			m.Account+m.Region+g.Name, "")
		if g.Key != "" {
			b.edge(group, b.key(m, g.Key), "encrypted with")
		}
	}
	workflows := make([]int, len(m.Workflows)) // their nodes
	seen := map[string]int{}                   // how many there are of a type
	for i, w := range m.Workflows {
		name := w.Type
		if seen[w.Type]++; seen[w.Type] > 1 {
			name = fmt.Sprintf("%s %d", w.Type, seen[w.Type])
		}
		n := b.node(Node{Kind: Workflow, Name: name, Setup: m.Name}, m.Name+"/"+name, "")
		workflows[i] = n
		b.edge(role, n, "runs")
		if group >= 0 {
			b.edge(n, group, "works on")
		}
		if w.From != nil {
			b.edge(n, b.location(m, *w.From), "reads")
		}
		if w.To != nil {
			b.edge(n, b.location(m, *w.To), "writes")
		}
	}
	// What the role may do besides its workflows, by statements of the spec for example.
	var policies []policy.Statement
	for _, d := range m.Role.Policies {
		policies = append(policies, d.Document.Statements...)
	}
	b.objects(m, role, policies, m.DeployedEnv(), worked(m))
	for _, o := range m.Operators {
		b.operator(m, o, role, group, workflows)
	}
}

// worked returns the places that the workflows of a setup read and write.
func worked(m *model.Setup) (list []spec.Location) {
	for _, w := range m.Workflows {
		for _, l := range []*spec.Location{w.From, w.To} {
			if l != nil {
				list = append(list, *l)
			}
		}
	}
	return list
}

// location returns the node of a place in a bucket, and connects it with the key of the bucket.
func (b *builder) location(m *model.Setup, l spec.Location) int {
	i := slices.IndexFunc(m.Buckets, func(k model.Bucket) bool { return k.ID == l.Bucket })
	k := m.Buckets[i]
	owner := ""
	if k.Owner != nil {
		owner = k.Owner.Setup
	}
	name := "s3://" + k.Name + "/" + l.Prefix
	n := b.node(Node{Kind: Location, Name: name, Setup: m.Name}, name, owner)
	if k.Key != "" {
		b.edge(n, b.key(m, k.Key), "encrypted with")
	}
	return n
}

// key returns the node of a key of a setup. A key that another setup has is that one's.
func (b *builder) key(m *model.Setup, id string) int {
	i := slices.IndexFunc(m.Keys, func(k model.Key) bool { return k.ID == id })
	k := m.Keys[i]
	owner, name := "", cmp.Or(k.Alias, k.ARN)
	at := m.Name + "/" + id
	if k.Owner != nil {
		owner, at = k.Owner.Setup, k.Owner.Setup+"/"+k.Owner.ID
		name = cmp.Or(name, k.Owner.ID+" of setup "+owner)
	}
	if k.ARN != "" {
		at = k.ARN
	}
	return b.node(Node{Kind: Key, Name: cmp.Or(name, id), Setup: m.Name}, at, owner)
}

// sorted returns the graph with the nodes of each setup together, by their kinds.
func (b *builder) sorted() *Graph {
	g := &b.graph
	order := make([]int, len(g.Nodes))
	for i := range order {
		order[i] = i
	}
	setup := func(i int) int { return slices.Index(g.Setups, g.Nodes[i].Setup) }
	slices.SortStableFunc(order, func(x, y int) int {
		return cmp.Or(setup(x)-setup(y), int(g.Nodes[x].Kind-g.Nodes[y].Kind))
	})
	to := make([]int, len(order))
	nodes := make([]Node, len(order))
	for now, was := range order {
		to[was], nodes[now] = now, g.Nodes[was]
	}
	g.Nodes = nodes
	for i, e := range g.Edges {
		g.Edges[i] = Edge{to[e.From], to[e.To], e.Does}
	}
	slices.SortFunc(g.Edges, func(x, y Edge) int { return cmp.Or(x.From-y.From, x.To-y.To) })
	return g
}

// of returns the indexes of the nodes of a setup.
func (g *Graph) of(setup string) (list []int) {
	for i, n := range g.Nodes {
		if n.Setup == setup {
			list = append(list, i)
		}
	}
	return list
}

// Sentences returns what each edge says, a sentence each: the graph without a picture.
func (g *Graph) Sentences() []string {
	out := make([]string, len(g.Edges))
	for i, e := range g.Edges {
		out[i] = fmt.Sprintf("%s: %s %s %s.", g.Nodes[e.From].Setup, g.Nodes[e.From].Label(), e.Does,
			g.Nodes[e.To].Label())
	}
	return out
}
