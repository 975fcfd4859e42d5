package terraform

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
)

// generation is what the things of a setup were called at a time, by what they are called now.
type generation struct{ buckets, keys, operators map[string]string }

// now is the present generation.
func now(s *model.Setup) generation { return generationAt(s, 0) }

// generationAt is the one that many renamings ago.
func generationAt(s *model.Setup, ago int) generation {
	g := generation{map[string]string{}, map[string]string{}, map[string]string{}}
	put := func(to map[string]string, id string, was []string) {
		to[id] = id
		if ago > 0 && len(was) > 0 {
			to[id] = was[max(0, len(was)-ago)]
		}
	}
	for _, b := range s.Buckets {
		put(g.buckets, b.ID, b.Was)
	}
	for _, k := range s.Keys {
		put(g.keys, k.ID, k.Was)
	}
	for _, o := range s.Operators {
		put(g.operators, o.ID, o.Was)
	}
	return g
}

func (g generation) bucket(id string) string   { return g.buckets[id] }
func (g generation) key(id string) string      { return g.keys[id] }
func (g generation) operator(id string) string { return g.operators[id] }

// doc returns what a document was called: only those of operators are in the addresses of resources
// that outlive another name.
func (g generation) doc(name string) string {
	rest, ok := strings.CutPrefix(name, "operator-")
	if !ok {
		return name
	}
	if was, ok := g.operators[rest]; ok {
		return "operator-" + was
	}
	if cut := strings.LastIndexByte(rest, '-'); cut > 0 { // one of several documents
		if was, ok := g.operators[rest[:cut]]; ok {
			return "operator-" + was + rest[cut:]
		}
	}
	return name
}

// moves are the former addresses of resources, each with the next one that it had. Terraform follows
// them one after the other, and takes one move to each address alone. A setup that shares its module,
// or that says it does not share one any more, has been the other way under each of its names.
func moves(s *model.Setup) []deployed.Move {
	ago := 0
	for _, b := range s.Buckets {
		ago = max(ago, len(b.Was))
	}
	for _, k := range s.Keys {
		ago = max(ago, len(k.Was))
	}
	for _, o := range s.Operators {
		ago = max(ago, len(o.Was))
	}
	if ago == 0 && !s.SharedModule && !s.OwnModule {
		return nil
	}
	present := wantResources(s, namesOf(s))
	taken := map[string]bool{}
	for _, r := range present {
		taken[r.Address] = true
	}
	former := make([][]string, len(present)) // of each resource, the oldest first
	for ; ago > 0; ago-- {
		for i, r := range wantResources(s, namesAt(s, generationAt(s, ago))) {
			if !taken[r.Address] && !slices.Contains(former[i], r.Address) {
				former[i] = append(former[i], r.Address)
			}
		}
	}
	var out []deployed.Move
	for i, r := range present {
		own := append(former[i], r.Address)
		called := make([]string, len(own))
		for j, a := range own {
			called[j] = inCall(a)
		}
		way, last := own, len(own)-1
		switch {
		case s.SharedModule:
			way = slices.Concat(called[:last], own, called[last:])
		case s.OwnModule:
			way = slices.Concat(called, own)
		}
		for j := range way[1:] {
			out = append(out, deployed.Move{From: way[j], To: way[j+1]})
		}
	}
	return out
}

// moved prints them, so that nothing is made anew because its name in the spec is another one.
func (p *printer) moved(b *lines) {
	for _, m := range moves(p.setup) {
		body := b.block("moved")
		body.set("from", ref(m.From))
		body.set("to", ref(m.To))
	}
}

// moved reads a moved block: two addresses of resources.
func (b *body) moved() (deployed.Move, bool) {
	out := deployed.Move{At: place(b.at)}
	for _, end := range []struct {
		name string
		to   *string
	}{{"from", &out.From}, {"to", &out.To}} {
		a, ok := b.take(end.name, required)
		if !ok {
			return out, false
		}
		addr, ok := nameOf(a.Expr)
		if _, is := a.Expr.(*hclsyntax.ScopeTraversalExpr); !is || !ok || !isAddress(addr) {
			b.bad(a, "a moved block names resources of this module, or of the one that it calls")
			return out, false
		}
		*end.to = addr
	}
	return out, true
}

// isAddress reports whether a name can be the address of a resource of a module, or of the one that
// it calls.
func isAddress(name string) bool {
	name = strings.TrimPrefix(name, inCall(""))
	return strings.Count(name, ".") == 1 && !strings.HasPrefix(name, "module.")
}
