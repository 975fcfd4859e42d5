package terraform

import (
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
// them one after the other.
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
	if ago == 0 {
		return nil
	}
	present := map[string]bool{}
	for _, r := range wantResources(s, namesOf(s)) {
		present[r.Address] = true
	}
	var out []deployed.Move
	for ; ago > 0; ago-- {
		from := wantResources(s, namesAt(s, generationAt(s, ago)))
		to := wantResources(s, namesAt(s, generationAt(s, ago-1)))
		for i := range from {
			if from[i].Address != to[i].Address && !present[from[i].Address] {
				out = append(out, deployed.Move{From: from[i].Address, To: to[i].Address})
			}
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
		if _, is := a.Expr.(*hclsyntax.ScopeTraversalExpr); !is || !ok || strings.Count(addr, ".") != 1 {
			b.bad(a, "a moved block names resources of this module")
			return out, false
		}
		*end.to = addr
	}
	return out, true
}
