package proof

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// mostGrants is how many grants are told of one difference.
const mostGrants = 20000

// maxSentences is how many sentences a finding has.
const maxSentences = 12

// inWords tells in sentences what got grants more and less than wanted, by [policy.Compare]: who may
// do what on what, when. holder is who has a document that names no principal. Both documents are
// resolved under env, whose values are written as the names they stand for, unless known has them.
func inWords(subject, holder string, got, want policy.Document, env, known policy.Env, fixed bool) []string {
	c, err := compare(want, got)
	if err != nil {
		return []string{fmt.Sprintf("%s has a document that cannot be compared: %v", subject, err)}
	}
	show := namesFor(known, fixed, env)
	write := func(t policy.Text) string { return show.Replace(t.IAM()) }
	more, less := grants(c, policy.Broader, got, want, write), grants(c, policy.Narrower, got, want, write)
	var lines []string
	if !fixed {
		lines = heldFixed(subject, more, less, known)
	}
	for _, part := range []struct {
		grants      map[grant]bool
		allow, deny string
	}{{more, "also allows", "does not deny"}, {less, "does not allow", "also denies"}} {
		for _, g := range folded(part.grants) {
			verb := part.allow
			if g.effect == policy.Deny {
				verb = part.deny
			}
			lines = append(lines, subject+" "+verb+" "+g.sentence(holder))
		}
	}
	for _, why := range c.Undecided {
		lines = append(lines, fmt.Sprintf("%s may differ: %s is not decided", subject, why))
	}
	if len(c.Changes)+len(c.Undecided) == 0 && !deployed.SameDocument(got, want) {
		return []string{subject + " says the same in other words"}
	}
	if n := len(lines) - maxSentences; n > 0 {
		lines = append(lines[:maxSentences], fmt.Sprintf("and %d more", n))
	}
	return lines
}

// compare compares two documents. What the policy of a principal denies counts although nothing else in it allows it:
// others may.
func compare(want, got policy.Document) (policy.Comparison, error) {
	for _, s := range append(slices.Clone(want.Statements), got.Statements...) {
		if s.Principal != nil || s.NotPrincipal != nil {
			return policy.Compare(policy.Policies{Resource: &want}, policy.Policies{Resource: &got}, policy.Setting{})
		}
	}
	c, err := policy.Compare(identity(want), identity(got), policy.Setting{})
	if err != nil {
		return c, err
	}
	denied, err := policy.Compare(identity(want, policy.Everything()), identity(got, policy.Everything()), policy.Setting{})
	for _, d := range denied.Changes {
		if s, effect := origin(d, got, want); s != nil && effect == policy.Deny {
			c.Changes = append(c.Changes, d)
		}
	}
	return c, err
}

func identity(docs ...policy.Document) policy.Policies { return policy.Policies{Identity: docs} }

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
