package policy

import (
	"slices"
	"strconv"
)

// permit is a list of groups of lines. A request is allowed by it when each group has a line that
// concerns it.
type permit []group

type group []*line

// side is what one set of policies decides on the requests of one frame: what a grant allows and
// no line denies.
type side struct {
	denies group
	grants []permit
}

// side takes the policies for the requests of a frame, as [evaluation.decide] combines them.
func (c *comparer) side(f frame, p Policies) side {
	var s side
	f.e.bounded = len(p.PermissionsBoundaries) > 0 && f.e.subject.hasIdentity() &&
		f.e.subject.kind != byRoot
	one := func(kind Kind, name string, d Document) group {
		var allows group
		for _, l := range c.lines(f, kind, name, d) {
			if l.from.statement.Effect == Deny {
				s.denies = append(s.denies, l)
			} else {
				allows = append(allows, l)
			}
		}
		return allows
	}
	some := func(kind Kind, name string, docs []Document) group {
		var all group
		for i, d := range docs {
			all = append(all, one(kind, name+"["+strconv.Itoa(i)+"]", d)...)
		}
		return all
	}
	levels := func(kind Kind, name string, docs [][]Document) permit {
		var all permit
		for i, level := range docs {
			all = append(all, some(kind, name+"["+strconv.Itoa(i)+"]", level))
		}
		return all
	}
	var identity, resource group
	var limits, session, controls permit
	if f.e.subject.hasIdentity() {
		identity = some(Identity, "identity", p.Identity)
		if f.e.subject.kind == byRoot {
			identity = append(identity, one(Identity, assumed, c.all)...)
		}
		for _, d := range f.beside.Identity {
			identity = append(identity, one(Identity, assumed, d)...)
		}
		for i, d := range p.PermissionsBoundaries {
			limits = append(limits, one(Boundary, "permissionsBoundaries["+strconv.Itoa(i)+"]", d))
		}
		if p.Session != nil {
			session = permit{some(Session, "session", p.Session)}
		} else if f.e.subject.kind == byFederatedUser {
			session = permit{nil}
		}
		if !f.e.subject.isServiceLinked() {
			controls = levels(ServiceControl, "serviceControl", p.ServiceControl)
		}
	}
	if f.beside.Resource != nil {
		resource = one(f.e.resourceKind(), assumed, *f.beside.Resource)
	}
	if p.Resource != nil {
		resource = one(f.e.resourceKind(), "resource", *p.Resource)
	}
	if f.e.guarded {
		guard := levels(ResourceControl, "resourceControl", p.ResourceControl)
		controls = append(controls, guard...)
	}
	limits = append(limits, session...)
	for _, g := range f.grants(identity, resource, limits) {
		s.grants = append(s.grants, append(g, controls...))
	}
	s.grants = slices.DeleteFunc(s.grants, func(g permit) bool {
		return slices.ContainsFunc(g, func(list group) bool { return len(list) == 0 })
	})
	return s
}

// grants returns the ways in which a request can be allowed, control policies aside: what
// [evaluation.missing] wants.
func (f frame) grants(identity, resource group, limits permit) []permit {
	reaching := func(s strength) group {
		var out group
		for _, l := range resource {
			if l.reach == s {
				out = append(out, l)
			}
		}
		return out
	}
	with := func(g permit, more permit) permit { return append(slices.Clone(g), more...) }
	switch {
	case !f.e.subject.hasIdentity():
		return []permit{{resource}}
	case f.e.subject.account != f.e.account:
		return []permit{with(permit{identity, resource}, limits)}
	}
	own := with(permit{identity}, limits)
	switch f.e.access {
	case identityOnly:
		return []permit{own}
	case resourceDecides:
		own = with(permit{identity, resource}, limits)
	}
	return []permit{{reaching(direct)}, with(permit{reaching(viaRole)}, limits), own}
}
