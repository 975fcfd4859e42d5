package policy

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/testtool"
)

// mutant is a policy with one narrow change.
type mutant struct {
	name string
	doc  Document
}

// mutants returns the changes of each statement: something less, something more, or the opposite.
func mutants(d Document) []mutant {
	var out []mutant
	add := func(name string, i int, f func(*Statement)) {
		e := d.MapTexts(func(t Text) Text { return t })
		f(&e.Statements[i])
		out = append(out, mutant{name, e})
	}
	without := func(t Texts, i int) Texts {
		return List(slices.Delete(slices.Clone(t.Values), i, i+1)...)
	}
	for i, s := range d.Statements {
		e := d
		e.Statements = slices.Delete(slices.Clone(d.Statements), i, i+1)
		if len(e.Statements) > 0 {
			out = append(out, mutant{"statement dropped", e})
		}
		add("effect flipped", i, func(s *Statement) { s.Effect = map[string]string{Allow: Deny, Deny: Allow}[s.Effect] })
		for j := range s.Action.Values {
			if len(s.Action.Values) > 1 {
				add("action dropped", i, func(s *Statement) { s.Action = without(s.Action, j) })
			}
			add("action widened", i, func(s *Statement) {
				service, _, _ := strings.Cut(s.Action.Values[j].plain(), ":")
				s.Action.Values[j] = Literal(service + ":*")
			})
			add("action narrowed", i, func(s *Statement) {
				s.Action.Values[j] = Literal(strings.TrimSuffix(s.Action.Values[j].plain(), "*") + "X")
			})
		}
		for j := range s.Resource.Values {
			if len(s.Resource.Values) > 1 {
				add("resource dropped", i, func(s *Statement) { s.Resource = without(s.Resource, j) })
			}
			add("resource widened", i, func(s *Statement) { s.Resource.Values[j] = Literal("*") })
			if text := s.Resource.Values[j].IAM(); text != "*" {
				add("resource longer", i, func(s *Statement) { s.Resource.Values[j] = must(ParseIAM(text+"?", Version2012)) })
			}
		}
		for j, c := range s.Condition {
			add("condition dropped", i, func(s *Statement) { s.Condition = slices.Delete(s.Condition, j, j+1) })
			add("value changed", i, func(s *Statement) {
				v := s.Condition[j].Values.Values
				switch text := v[0].IAM(); text {
				case "true", "false":
					v[0] = Literal(map[string]string{"true": "false", "false": "true"}[text])
				default:
					v[0] = must(ParseIAM(text+"x", Version2012))
				}
			})
			if len(c.Values.Values) > 1 {
				add("value dropped", i, func(s *Statement) { s.Condition[j].Values = without(s.Condition[j].Values, 0) })
			}
			if !strings.HasSuffix(c.Operator, "IfExists") && c.Operator != "Null" {
				add("if exists", i, func(s *Statement) { s.Condition[j].Operator += "IfExists" })
			}
		}
		if s.Principal == nil {
			continue
		}
		if !s.Principal.Any {
			add("everybody", i, func(s *Statement) { s.Principal = &Principal{Any: true} })
		}
		add("somebody else", i, func(s *Statement) {
			s.Principal = &Principal{Types: []PrincipalType{{"AWS", List(Literal("arn:aws:iam::444455556666:role/Other"))}}}
		})
		for j, typ := range s.Principal.Types {
			for k := range typ.Values.Values {
				if len(typ.Values.Values) > 1 {
					add("principal dropped", i, func(s *Statement) { s.Principal.Types[j].Values = without(typ.Values, k) })
				}
			}
		}
	}
	return out
}

// Whatever is changed in a policy is seen, unless exhaustively many requests show that it makes no
// difference.
func TestCompareMutants(t *testing.T) {
	docs := examples(t)
	all, same := 0, map[string]int{}
	every := max(1, 6000/testtool.Cases(600, 6000))
	seen := map[string]int{}
	for n, name := range slices.Sorted(maps.Keys(docs)) {
		for i, m := range mutants(docs[name]) {
			if (i+n)%every != 0 {
				continue
			}
			a, b := alone(docs[name]), alone(m.doc)
			got, err := Compare(a, b, Setting{})
			if err != nil {
				t.Errorf("%s, %s: %v", name, m.name, err)
				continue
			}
			all++
			seen[m.name]++
			for _, c := range got.Changes {
				checkWitness(t, c, a, b)
			}
			if got.Undecided != nil {
				t.Errorf("%s, %s: undecided: %q", name, m.name, got.Undecided)
			}
			if got.Relation == Same {
				same[m.name]++
				if r, ok := exhaust(docs[name], m.doc); !ok {
					t.Errorf("%s, %s: same, but %+v is not", name, m.name, r)
				}
			}
		}
	}
	t.Logf("%d mutants of %v, %v are the same", all, seen, same)
	if all < 100 {
		t.Errorf("%d mutants", all)
	}
	for how, n := range same {
		// What a Deny adds to a policy of an identity that does not allow it, and what a statement
		// repeats.
		if n > seen[how]/2 {
			t.Errorf("%d of %d mutants with %s make no difference", n, seen[how], how)
		}
	}
}

// exhaust decides requests made of all that the two policies name; it returns one that they decide
// differently, and false.
func exhaust(a, b Document) (Request, bool) {
	fill := func(s string) []string {
		return []string{strings.NewReplacer("*", "", "?", "z").Replace(s), strings.NewReplacer("*", "zz", "?", "z").Replace(s)}
	}
	var actions, resources []string
	people := []string{"arn:aws:iam::111122223333:user/Somebody", "arn:aws:iam::999988887777:user/Somebody", "*"}
	values := map[string][]string{}
	for _, d := range []Document{a, b} {
		for _, s := range d.Statements {
			for _, v := range s.Action.Values {
				actions = append(actions, fill(v.plain())...)
			}
			for _, v := range s.Resource.Values {
				resources = append(resources, fill(v.IAM())...)
			}
			for _, c := range s.Condition {
				for _, v := range c.Values.Values {
					values[c.Key] = append(values[c.Key], append(fill(v.IAM()), "other")...)
				}
			}
			if s.Principal != nil {
				for _, typ := range s.Principal.Types {
					for _, v := range typ.Values.Values {
						people = append(people, v.IAM())
					}
				}
			}
		}
	}
	contexts := []map[string][]string{{}}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		for _, c := range slices.Clone(contexts) {
			for _, v := range unique(values[key]) {
				with := maps.Clone(c)
				with[key] = []string{v}
				if len(contexts) < 300 {
					contexts = append(contexts, with)
				}
			}
		}
	}
	resources = append(resources, "*", "arn:aws:s3:::zz/zz", "arn:aws:iam::111122223333:role/Z")
	for _, action := range unique(actions) {
		for _, resource := range unique(resources) {
			for _, who := range unique(people) {
				for _, context := range contexts {
					r := Request{Principal: who, Action: action, Resource: resource, ResourceAccount: "111122223333", Context: context}
					q, err := Prepare(r)
					if err != nil {
						continue
					}
					x, y := alone(a), alone(b)
					if x.Resource == nil {
						x.Resource = delegation(q.e.subject.account, isTrust(action, resource))
						y.Resource = x.Resource
					}
					if (q.Decide(x).Outcome == Allowed) != (q.Decide(y).Outcome == Allowed) {
						return r, false
					}
				}
			}
		}
	}
	return Request{}, true
}
