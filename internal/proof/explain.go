package proof

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// A grant is one action on one resource, allowed or denied to one principal under some conditions. A document is a set of them, however its
// statements are split: each applies by itself, and lists within one mean any of their values (IAM User Guide, "Policy evaluation logic").
type grant struct{ effect, who, action, on, when string }

// maxGrants is how many grants documents are taken apart into; beyond, they are compared statement by statement.
const maxGrants = 20000

// grants takes a document apart. show writes its texts. It fails when there would be too many.
func grants(d policy.Document, show func(policy.Text) string) (map[grant]bool, bool) {
	out := map[grant]bool{}
	for _, s := range d.Statements {
		who, actions, on := principals(s, show), oneOrAllBut(s.Action, s.NotAction, show), oneOrAllBut(s.Resource, s.NotResource, show)
		if len(out)+len(who)*len(actions)*len(on) > maxGrants {
			return nil, false
		}
		when := conditions(s, show)
		for _, w := range who {
			for _, a := range actions {
				for _, r := range on {
					out[grant{s.Effect, w, a, r, when}] = true
				}
			}
		}
	}
	return out, true
}

func oneOrAllBut(yes, not policy.Texts, show func(policy.Text) string) []string {
	switch {
	case yes.Values != nil:
		return shown(yes, show)
	case not.Values != nil:
		return []string{"everything but " + strings.Join(shown(not, show), " and ")}
	}
	return []string{""}
}

// shown writes the values of an element, sorted.
func shown(t policy.Texts, show func(policy.Text) string) []string {
	out := make([]string, len(t.Values))
	for i, v := range t.Values {
		out[i] = show(v)
	}
	slices.Sort(out)
	return out
}

func principals(s policy.Statement, show func(policy.Text) string) []string {
	list := func(p *policy.Principal) []string {
		if p.Any {
			return []string{"anybody"}
		}
		var out []string
		for _, t := range p.Types {
			for _, v := range shown(t.Values, show) {
				switch {
				case t.Type == "Service":
					v = "the service " + v
				case t.Type == "AWS" && v == "*":
					v = "anybody in AWS"
				case t.Type != "AWS":
					v = t.Type + " " + v
				}
				out = append(out, v)
			}
		}
		return out
	}
	switch {
	case s.Principal != nil:
		return list(s.Principal)
	case s.NotPrincipal != nil:
		return []string{"everybody but " + strings.Join(list(s.NotPrincipal), " and ")}
	}
	return []string{""}
}

// conditions writes all conditions of a statement, in an order of their own.
func conditions(s policy.Statement, show func(policy.Text) string) string {
	all := make([]string, len(s.Condition))
	for i, c := range s.Condition {
		all[i] = fmt.Sprintf("%s %s %s", c.Key, c.Operator, strings.Join(shown(c.Values, show), " or "))
	}
	slices.Sort(all)
	return strings.Join(all, " and ")
}

// maxSentences is how many sentences a finding has.
const maxSentences = 12

// inWords tells in sentences what got grants more and less than wanted: who may do what on what,
// when. holder is who has a document that names no principal. Both documents are resolved under
// env, whose values are written as the names they stand for, unless known has them.
func inWords(subject, holder string, got, want policy.Document, env, known policy.Env, fixed bool) []string {
	show := namesFor(known, fixed, env)
	write := func(t policy.Text) string { return show.Replace(t.IAM()) }
	more, ok := grants(got, write)
	less, fine := grants(want, write)
	if !ok || !fine {
		return []string{subject + " has a document that is too large to be told apart in words"}
	}
	has, wants := maps.Clone(more), maps.Clone(less)
	uncovered(more, wants)
	uncovered(less, has)
	if len(more)+len(less) == 0 && !maps.Equal(has, wants) {
		return []string{subject + " says the same in other words"}
	}
	var lines []string
	if !fixed {
		lines = heldFixed(subject, more, less, known)
	}
	for _, part := range []struct {
		grants      map[grant]bool
		allow, deny string
	}{{more, "also allows", "also denies"}, {less, "does not allow", "does not deny"}} {
		for _, g := range folded(part.grants) {
			verb := part.allow
			if g.effect == policy.Deny {
				verb = part.deny
			}
			lines = append(lines, subject+" "+verb+" "+g.sentence(holder))
		}
	}
	if n := len(lines) - maxSentences; n > 0 {
		lines = append(lines[:maxSentences], fmt.Sprintf("and %d more", n))
	}
	return lines
}

// uncovered takes out of a set what some grant of another set says too: the same one, or one that
// is wider. A document that allows s3:* on a bucket allows s3:GetObject there.
func uncovered(set, by map[grant]bool) {
	for g := range set {
		if by[g] {
			delete(set, g)
			continue
		}
		for wide := range by {
			if wide.covers(g) {
				delete(set, g)
				break
			}
		}
	}
}

// covers reports whether a grant says all that another one says, as far as wildcards tell: one
// that covers may be taken for one that does not, never the other way around.
func (g grant) covers(o grant) bool {
	return g.effect == o.effect && (g.when == "" || g.when == o.when) &&
		(g.who == o.who || g.who == "anybody") &&
		wider(strings.ToLower(g.action), strings.ToLower(o.action)) && wider(g.on, o.on)
}

// wider reports whether what a pattern stands for includes all that another one does. A star in
// the narrow one is matched by a star alone, and what is not a plain pattern by itself alone.
func wider(wide, narrow string) bool {
	if wide == narrow {
		return true
	}
	const but = "everything but "
	if strings.HasPrefix(wide, but) || strings.HasPrefix(narrow, but) || strings.Contains(wide, "?") {
		return false
	}
	parts := strings.Split(wide, "*")
	if len(parts) == 1 || !strings.HasPrefix(narrow, parts[0]) {
		return false
	}
	rest, last := narrow[len(parts[0]):], parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		_, after, ok := strings.Cut(rest, p)
		if !ok {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, last)
}

func (g grant) sentence(holder string) string {
	s := g.action
	if g.on != "" {
		s += " on " + g.on
	}
	who := g.who
	if who == "" {
		who = holder
	}
	s += " to " + who
	if g.when != "" {
		s += ", if " + g.when
	}
	return s
}

// namesFor writes values of an environment as the references that they stand for. Values that a language without names holds by design stay.
func namesFor(known policy.Env, fixed bool, envs ...policy.Env) *strings.Replacer {
	type pair struct{ value, name string }
	var pairs []pair
	for _, env := range envs {
		for ref, v := range env {
			// A name that may be any word, such as a tag's value, is not told from other text.
			own, ok := known[ref]
			if ok && (fixed || own == v && anyWord(ref)) || v == "" {
				continue
			}
			pairs = append(pairs, pair{v, ref.String()})
		}
	}
	// The longest first: an ARN holds names.
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(len(b.value)-len(a.value), strings.Compare(a.value, b.value), strings.Compare(a.name, b.name))
	})
	var words []string
	for _, p := range pairs {
		words = append(words, p.value, p.name)
	}
	return strings.NewReplacer(words...)
}

// anyWord reports whether a reference is one whose value has no form of its own.
func anyWord(r policy.Ref) bool {
	return r == model.RefGroupName || r.ID == model.RefTagKey(0).ID || r.Attr == model.RefKeyAlias("").Attr ||
		strings.HasPrefix(r.ID, "operator.")
}

// heldFixed finds grants that are right as long as nothing gets another name: a value is written
// out where a name is expected. It takes them out of both sets.
func heldFixed(subject string, more, less map[grant]bool, known policy.Env) []string {
	var words []string
	for ref, v := range known {
		words = append(words, ref.String(), v)
	}
	fill := strings.NewReplacer(words...) // no reference is the beginning of another
	value := func(g grant) grant {
		return grant{g.effect, fill.Replace(g.who), fill.Replace(g.action), fill.Replace(g.on), fill.Replace(g.when)}
	}
	byValue := map[grant]grant{}
	for g := range less {
		byValue[value(g)] = g
	}
	said := map[string]bool{}
	for g := range more {
		wanted, ok := byValue[value(g)]
		if !ok {
			continue
		}
		delete(more, g)
		delete(less, wanted)
		for _, f := range [][2]string{{g.who, wanted.who}, {g.action, wanted.action}, {g.on, wanted.on}, {g.when, wanted.when}} {
			if f[0] != f[1] {
				said[fmt.Sprintf("%s holds %s fixed, where %s is expected: under another name, in another account or region it would be wrong", subject, f[0], f[1])] = true
			}
		}
	}
	var lines []string
	for s := range said {
		lines = append(lines, s)
	}
	slices.Sort(lines)
	return lines
}

// folded joins grants that differ in one part alone, resources first, then actions, then principals, and sorts them.
func folded(set map[grant]bool) []grant {
	list := make([]grant, 0, len(set))
	for g := range set {
		list = append(list, g)
	}
	for _, part := range []func(*grant) *string{
		func(g *grant) *string { return &g.on },
		func(g *grant) *string { return &g.action },
		func(g *grant) *string { return &g.who },
	} {
		values := map[grant][]string{}
		for _, g := range list {
			rest := g
			*part(&rest) = ""
			values[rest] = append(values[rest], *part(&g))
		}
		list = list[:0]
		for rest, v := range values {
			slices.Sort(v)
			*part(&rest) = enumerate(v)
			list = append(list, rest)
		}
	}
	slices.SortFunc(list, func(a, b grant) int {
		return cmp.Or(strings.Compare(a.effect, b.effect), strings.Compare(a.who, b.who), strings.Compare(a.action, b.action), strings.Compare(a.on, b.on), strings.Compare(a.when, b.when))
	})
	return list
}

func enumerate(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
