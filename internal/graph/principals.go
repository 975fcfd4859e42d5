package graph

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// principals adds whom the policies of a setup's buckets let read and write beside its operators: the
// service roles of setups, and whoever is in none of the setups. Amazon Personalize is what runs the
// workflows; what another setup's workflows need is drawn with these.
func (b *builder) principals(m *model.Setup) {
	env := m.DeployedEnv()
	for _, k := range m.Buckets {
		for _, s := range k.Own.Statements {
			lent := func(l policy.Statement) bool { return l.Sid == s.Sid }
			if s.Effect != policy.Allow || slices.ContainsFunc(k.Lent.Statements, lent) {
				continue
			}
			for _, who := range named(s, env) {
				own := func(o model.Operator) bool { return slices.Contains(o.Principals, who) }
				if strings.HasPrefix(who, "personalize.amazonaws.com") ||
					slices.ContainsFunc(m.Operators, own) {
					continue
				}
				list := []policy.Statement{s}
				if role, ok := b.roles[who]; ok {
					b.objects(m, role, list, env, worked(m))
				} else if allows(list, getObject) || allows(list, putObject) {
					n := b.node(Node{Kind: Principal, Name: who, Setup: m.Name}, m.Name+"\x00"+who, "")
					b.objects(m, n, list, env, nil)
				}
			}
		}
	}
}

// named returns the principals of a statement as they are written in a policy, "everybody" for all.
func named(s policy.Statement, env policy.Env) []string {
	filled := func(p *policy.Principal) (list []string) {
		for _, t := range p.Types {
			for _, v := range t.Values.Values {
				list = append(list, v.Fill(env).IAM())
			}
		}
		return list
	}
	switch {
	case s.NotPrincipal != nil:
		return []string{"everybody but " + strings.Join(filled(s.NotPrincipal), ", ")}
	case s.Principal == nil:
		return nil
	case s.Principal.Any:
		return []string{"everybody"}
	}
	list := filled(s.Principal)
	for i, who := range list {
		if who == "*" {
			list[i] = "everybody"
		}
	}
	return list
}
