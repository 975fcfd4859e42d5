package policy

import (
	"slices"
	"strings"
)

// mode is a set of actions and resources with which the policies are combined in one way.
type mode struct {
	action, resource limits
	combined
}

// combined is how the policies are combined.
type combined struct {
	access  access
	guarded bool
	kms     bool // kms:CallerAccount is known
	token   bool // called with a token, so that no policy of an identity counts
}

// special are the actions that some rule of services.go names, before those that stand for the rest
// of their service.
var special = []string{
	"sts:getcalleridentity", "sts:getsessiontoken", "sts:assumerole", "sts:assumerolewithsaml",
	"sts:assumerolewithwebidentity", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext",
	"sts:assumerole*", "sts:*",
	"kms:createkey", "kms:generaterandom", "kms:listaliases", "kms:listkeys",
	"kms:listretirablegrants", "kms:createcustomkeystore", "kms:connectcustomkeystore",
	"kms:deletecustomkeystore", "kms:describecustomkeystores", "kms:disconnectcustomkeystore",
	"kms:updatecustomkeystore",
	"kms:createalias", "kms:updatealias", "kms:deletealias", "kms:retiregrant", "kms:*",
}

// modes returns the ways in which requests of a subject are decided that some policy is about.
func (c *comparer) modes(s subject) []mode {
	kind := s.kind
	if s.isServiceLinked() {
		kind = -kind - 1
	}
	if _, ok := c.byKind[kind]; !ok {
		c.byKind[kind] = c.allModes(s)
	}
	return c.byKind[kind]
}

func (c *comparer) allModes(s subject) []mode {
	names := special
	if c.guarded {
		for _, service := range controlledServices() {
			if service != "sts" && service != "kms" {
				names = append(names[:len(names):len(names)], service+":*")
			}
		}
	}
	names = append(names[:len(names):len(names)], "*")
	var langs []*language
	for _, name := range names {
		// What no policy is about can be taken for anything.
		if l := c.languages.of(glob(name)); c.about == nil || c.meet(l, c.about) {
			langs = append(langs, l)
		}
	}
	type sort struct {
		combined
		resource string
	}
	var out []mode
	groups := map[sort][]int{}
	resources := map[sort]limits{}
	var order []sort
	for i := range langs {
		action := c.rest(langs, []int{i})
		// One for all: those that no policy is about may be decided in another way.
		one := action
		if c.about != nil {
			one = action.and(limits{in: []*language{c.about}})
		}
		w, ok := c.languages.word(c.actionSpace, one.in, one.out)
		if !ok {
			continue
		}
		for _, o := range c.resourceModes(string(w), s) {
			k := sort{o.combined, o.resource.key()}
			if c.crosses(langs, append(slices.Clone(groups[k]), i)) {
				o.action = action
				out = append(out, o)
				continue
			}
			if groups[k] == nil {
				order = append(order, k)
				resources[k] = o.resource
			}
			groups[k] = append(groups[k], i)
		}
	}
	for _, k := range order {
		out = append(out, mode{c.rest(langs, groups[k]), resources[k], k.combined})
	}
	slices.Reverse(out) // what is not special first
	return out
}

// rest returns the actions of some names, without those of names before them.
func (c *comparer) rest(langs []*language, group []int) limits {
	own := make([]*language, len(group))
	for n, i := range group {
		own[n] = langs[i]
	}
	return limits{[]*language{c.languages.union(own)}, c.leftOut(langs, group)}
}

// leftOut returns the names before those of a group that meet them and are not in it.
func (c *comparer) leftOut(langs []*language, group []int) []*language {
	var out []*language
	for _, i := range group {
		for j := range i {
			if !slices.Contains(group, j) && !slices.Contains(out, langs[j]) &&
				c.meet(langs[i], langs[j]) {
				out = append(out, langs[j])
			}
		}
	}
	return out
}

// crosses reports whether rest would leave out too much.
func (c *comparer) crosses(langs []*language, group []int) bool {
	out := c.leftOut(langs, group)
	for j, l := range langs {
		for _, i := range group {
			if i < j && slices.Contains(out, l) && c.meet(langs[i], l) {
				return true
			}
		}
	}
	return false
}

// meet reports whether two languages have an action in common.
func (c *comparer) meet(a, b *language) bool {
	pair := [2]int{min(a.id, b.id), max(a.id, b.id)}
	ok, known := c.pairs[pair]
	if !known {
		_, ok = c.languages.word(c.actionSpace, []*language{a, b}, nil)
		c.pairs[pair] = ok
	}
	return ok
}

// resourceModes returns how requests for an action are decided, by their resource. A request that
// names an alias of a key is left out: it is decided as one for the key is.
func (c *comparer) resourceModes(action string, s subject) []mode {
	service, _ := serviceOf(action)
	var patterns []*language
	add := func(p ...[]token) { patterns = append(patterns, c.languages.of(p...)) }
	switch {
	case service == "sts":
		// See ARN.isRole.
		p := glob("arn:*:iam:*:*:role/*")
		for i := range p {
			p[i].noColon = p[i].wild != 0 && i < len(p)-1
		}
		add(p)
	case service == "kms":
		add(glob("*:alias/*"))
		if c.guarded {
			add(glob("*:alias/aws/*"))
		}
	}
	if c.guarded {
		add(glob("*:role/aws-service-role/*"))
	}
	var all []mode
	differ, dropped := false, false
	for bits := range 1 << len(patterns) {
		var part limits
		for i, p := range patterns {
			if bits>>i&1 == 1 {
				part.in = append(part.in, p)
			} else {
				part.out = append(part.out, p)
			}
		}
		w, ok := c.languages.word(c.resourceSpace, part.in, part.out)
		if !ok {
			continue
		}
		o, ok := c.modeOf(action, string(w), s)
		o.resource = part
		if !ok {
			dropped = true
			continue
		}
		differ = differ || len(all) > 0 && o.combined != all[0].combined
		all = append(all, o)
	}
	if !differ && !dropped && len(all) > 0 {
		return []mode{{combined: all[0].combined}}
	}
	return all
}

// modeOf returns how a request is decided. It answers false where no policy decides, or none that
// is compared.
func (c *comparer) modeOf(action, resource string, s subject) (mode, bool) {
	service, _ := serviceOf(action)
	kms, trust := service == "kms", isTrust(action, resource)
	var o mode
	o.access = accessOf(action, resource, s)
	o.kms = kms && c.keys["kms:calleraccount"] != nil
	o.guarded = c.guarded && underResourceControl(action, resource) && !s.isServiceLinked() &&
		!strings.Contains(resource, ":role/aws-service-role/")
	o.token = usesToken(action) && s.kind != byToken && s.kind != byNobody
	_, _, alias := keyOfAlias(action, resource)
	switch {
	case o.access == unconditional, o.access == never, alias:
		return o, false
	case o.token && (c.everybody || c.delegated):
		return o, false // as for anonymous callers, and without them not at all
	case c.kind == Trust && !trust, c.kind == KeyPolicy && !kms, c.kind == Resource && trust:
		return o, false // the policy cannot be that of the resource
	}
	if c.delegated {
		o.access = either // the resource's policy lets the account decide, whatever is asked
	}
	return o, true
}
