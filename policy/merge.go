package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Owner tells which statements of a shared policy are one party's own: a program or a team that
// puts its statements into policies of others.
type Owner struct {
	// Name is what messages call the owner.
	Name string

	// Own holds the statements that are to be in the policy. Each has a Sid of its own.
	Own Document

	// Sids are all Sids that the owner has ever given to statements of such a policy and that
	// nobody else gives. A statement of the present policy that has one of them and is not in Own
	// any more is an old one, and goes. A statement under a Sid of Own that is not among them (one
	// that AWS's documentation prints, so that others use it too) is replaced only by one that
	// names all that it names.
	Sids []string

	// Marker and Marks say of further Sids that the owner gives them and nobody else does: those
	// in which one of Marks follows the first Marker, to the end. They are known also when the
	// owner does not remember what it put before the marker. An empty Marker says it of none.
	//
	// A statement of Own that is marked replaces the one that was there before its Sid was marked:
	// under what is before the marker, or that and the mark. Such a Sid may be anybody's, so it is
	// replaced only where nothing is lost, as above.
	Marker string
	Marks  []string

	// Service is the service principal that the owner lets in; with it an old statement is told
	// from a foreign one that has its Sid.
	Service string
}

// Conflict is a foreign statement under a Sid that the owner uses.
type Conflict struct {
	Owner   string // its name
	Foreign Statement
	Own     Statement // the zero Statement when the owner has no statement of this Sid any more
}

// Error returns both statements and whose they are.
func (c Conflict) Error() string {
	s := fmt.Sprintf("statement %q has a sid of %s's, but is not one that %s wrote:\n%s",
		c.Foreign.Sid, c.Owner, c.Owner, c.Foreign.JSON())
	if c.Own.Sid != "" {
		s += fmt.Sprintf("\n%s's own is:\n%s", c.Owner, c.Own.JSON())
	}
	return s
}

// Merge puts the owner's statements into base. A foreign statement keeps its place, its Sid and its
// meaning; an owned one is replaced where it stands, or removed when it is no longer wanted; new
// ones follow at the end. Base keeps its version and its Id, and takes the owner's Id when it has
// none. Merging twice is merging once.
//
// The conflicts are statements of base that have an owned Sid but another effect or another kind of
// principal than the owner's, or more in them under a Sid that others use too: they are, or may be,
// somebody else's, and with any of them there is no merged document. Statements without a Sid are
// never the owner's.
//
// An error says why the owner's statements cannot are in base at all.
func Merge(base Document, o Owner) (Document, []Conflict, error) {
	out := base
	out.Single = false
	out.Statements = nil
	var conflicts []Conflict
	placed := map[string]bool{}
	if err := o.check(); err != nil {
		return Document{}, nil, err
	}
	for _, s := range base.Statements {
		own, state := o.find(s)
		switch state {
		case foreign:
			out.Statements = append(out.Statements, s)
		case clash:
			conflicts = append(conflicts, Conflict{Owner: o.name(), Foreign: s, Own: own})
		case current:
			if !placed[s.Sid] {
				out.Statements = append(out.Statements, own)
			}
			placed[s.Sid] = true
		}
	}
	if len(conflicts) > 0 {
		return Document{}, conflicts, nil
	}
	for _, s := range o.Own.Statements {
		if !placed[s.Sid] {
			out.Statements = append(out.Statements, s)
		}
	}
	if out.ID == "" {
		out.ID = o.Own.ID
	}
	if len(base.Statements) == 0 && base.Version == "" && len(o.Own.Statements) > 0 {
		out.Version = o.Own.Version
	}
	if out.Version != Version2012 && hasVars(o.Own) {
		return Document{}, nil, fmt.Errorf("policy is of version %q, which has no policy variables, and %s's statements use them: change its Version to %q first",
			out.Version, o.name(), Version2012)
	}
	return out, nil, nil
}

// Unmerge takes the owner's statements out of base again. What is left may be a document without
// statements, which AWS does not store: the policy is then to be deleted.
func Unmerge(base Document, o Owner) (Document, []Conflict) {
	out := base
	out.Single = false
	out.Statements = nil
	var conflicts []Conflict
	for _, s := range base.Statements {
		own, state := o.find(s)
		switch state {
		case foreign:
			out.Statements = append(out.Statements, s)
		case clash:
			conflicts = append(conflicts, Conflict{Owner: o.name(), Foreign: s, Own: own})
		}
	}
	if len(conflicts) > 0 {
		return Document{}, conflicts
	}
	if out.ID != "" && out.ID == o.Own.ID {
		out.ID = ""
	}
	return out, nil
}

// name is what messages call the owner.
func (o Owner) name() string { return cmp.Or(o.Name, "the owner") }

// whose tells whose a statement is.
type whose byte

const (
	foreign whose = iota // somebody else's
	current              // the owner's, and still wanted
	old                  // the owner's, and not wanted any more
	clash                // somebody else's under the owner's Sid
)

// check refuses statements that could not be told apart from others later.
func (o Owner) check() error {
	seen := map[string]bool{}
	for i, s := range o.Own.Statements {
		if s.Sid == "" {
			return fmt.Errorf("statement %d of %s's has no sid, so it could not be told from others in a shared policy: give it one", i, o.name())
		}
		if seen[s.Sid] {
			return fmt.Errorf("two statements of %s's have the sid %q: give one another", o.name(), s.Sid)
		}
		seen[s.Sid] = true
	}
	return nil
}

// find tells whose s is, and gives the owner's statement of the same Sid.
func (o Owner) find(s Statement) (Statement, whose) {
	if s.Sid == "" {
		return Statement{}, foreign
	}
	for _, own := range o.Own.Statements {
		if own.Sid == s.Sid {
			if own.like(s) && (o.Owns(s.Sid) || own.covers(s)) {
				return own, current
			}
			return own, clash
		}
	}
	if !o.Owns(s.Sid) {
		return o.unmarked(s)
	}
	if slices.ContainsFunc(o.Own.Statements, s.like) || o.writes(s) {
		return Statement{}, old
	}
	return Statement{}, clash
}

// Owns reports whether the owner gives statements of shared policies this Sid, and nobody else
// does.
func (o Owner) Owns(sid string) bool {
	if slices.Contains(o.Sids, sid) {
		return true
	}
	mark, marked := o.mark(sid)
	return marked && slices.Contains(o.Marks, mark)
}

// mark returns what follows the first marker of a Sid.
func (o Owner) mark(sid string) (string, bool) {
	if o.Marker == "" {
		return "", false
	}
	_, mark, ok := strings.Cut(sid, o.Marker)
	return mark, ok
}

// unmarked is find for a Sid that the owner may have given before it marked its own.
func (o Owner) unmarked(s Statement) (Statement, whose) {
	for _, own := range o.Own.Statements {
		mark, ok := o.mark(own.Sid)
		base := strings.TrimSuffix(own.Sid, o.Marker+mark)
		switch {
		case !ok || s.Sid != base && s.Sid != base+mark || !own.like(s):
		case own.covers(s):
			return own, old
		default:
			return own, clash
		}
	}
	return Statement{}, foreign
}

// like reports whether two statements have one effect and are for principals of one kind.
func (s Statement) like(t Statement) bool {
	return s.Effect == t.Effect && sameKind(s.Principal, t.Principal) && sameKind(s.NotPrincipal, t.NotPrincipal)
}

// covers reports whether s can be replaced by t without anybody losing anything, as far as the
// texts tell: all that s names, t names too. A Sid that is not the owner's alone does not tell
// whose statement it is, so that of somebody else must not be lost.
func (t Statement) covers(s Statement) bool {
	if t.Normal() == s.Normal() {
		return true
	}
	for _, x := range []Statement{s, t} {
		if x.Effect != Allow || x.NotAction.Values != nil || x.NotResource.Values != nil || x.NotPrincipal != nil || x.Principal == nil {
			return false
		}
	}
	if (Statement{Condition: s.Condition}).Normal() != (Statement{Condition: t.Condition}).Normal() || s.Principal.Any != t.Principal.Any {
		return false
	}
	for _, p := range s.Principal.Types {
		if !slices.ContainsFunc(t.Principal.Types, func(q PrincipalType) bool { return p.Type == q.Type && within(p.Values, q.Values) }) {
			return false
		}
	}
	return within(s.Action, t.Action) && within(s.Resource, t.Resource)
}

// within reports whether each value of a is one of b's.
func within(a, b Texts) bool {
	return !slices.ContainsFunc(a.Values, func(v Text) bool {
		return !slices.ContainsFunc(b.Values, func(w Text) bool { return v.IAM() == w.IAM() })
	})
}

// writes reports whether s is of a kind that the owner writes: for its service, for roles or
// accounts, or a denial for everybody.
func (o Owner) writes(s Statement) bool {
	if s.NotPrincipal != nil || s.Principal == nil {
		return false
	}
	if everybody(s.Principal) {
		return s.Effect == Deny
	}
	for _, t := range s.Principal.Types {
		for _, v := range t.Values.Values {
			text := v.IAM()
			if t.Type == "Service" && text != o.Service || t.Type != "Service" && t.Type != "AWS" || text == "*" {
				return false
			}
		}
	}
	return s.Effect == Allow
}

// sameKind reports whether two principals differ at most in which users, roles or accounts they
// name: a renamed role is still the owner's, a statement that has come to let in everybody is not.
func sameKind(a, b *Principal) bool {
	if a == nil || b == nil {
		return a == b
	}
	if everybody(a) || everybody(b) {
		return everybody(a) && everybody(b)
	}
	if len(a.Types) != len(b.Types) {
		return false
	}
	for _, t := range a.Types {
		i := slices.IndexFunc(b.Types, func(u PrincipalType) bool { return u.Type == t.Type })
		if i < 0 {
			return false
		}
		u := b.Types[i]
		if t.Type == "AWS" {
			if slices.ContainsFunc(t.Values.Values, wild) != slices.ContainsFunc(u.Values.Values, wild) {
				return false
			}
			continue
		}
		one := func(t PrincipalType) string {
			return Statement{Principal: &Principal{Types: []PrincipalType{t}}}.Normal()
		}
		if one(t) != one(u) {
			return false
		}
	}
	return true
}

// everybody reports whether a principal is "*" or {"AWS": "*"}, which mean the same in a policy of
// a resource (IAM User Guide, reference_policies_elements_principal, "All principals").
func everybody(p *Principal) bool {
	if p == nil {
		return false
	}
	if p.Any {
		return true
	}
	return len(p.Types) == 1 && p.Types[0].Type == "AWS" && len(p.Types[0].Values.Values) == 1 && p.Types[0].Values.Values[0].IAM() == "*"
}

func wild(t Text) bool { return strings.Contains(t.IAM(), "*") }

func hasVars(d Document) bool {
	found := false
	d.MapTexts(func(t Text) Text {
		for _, p := range t.parts {
			if v, ok := p.(Var); ok && v.Name != "$" {
				found = true
			}
		}
		return t
	})
	return found
}
