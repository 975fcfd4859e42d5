package policy

// Fit says which elements of a statement hold for a request. The statement applies when all do. It
// tells how near a statement comes to applying, which a decision does not.
type Fit struct {
	Principal  bool // true for a statement of a kind that has none
	Action     bool
	Resource   bool
	Conditions []bool // of each condition, in the order of the statement
}

// All reports whether the statement applies.
func (f Fit) All() bool {
	for _, held := range f.Conditions {
		if !held {
			return false
		}
	}
	return f.Principal && f.Action && f.Resource
}

// Fit holds each element of a statement against the request by itself. version is that of the
// statement's document, and kind is what it is attached as; it must be one in which
// [Document.Check] found nothing fatal. What a permissions boundary does to a NotPrincipal is left
// out, since the policies of the principal are not known here.
func (q Prepared) Fit(kind Kind, version string, s Statement) Fit {
	e, w := q.e, words{version: version, context: q.e.context}
	f := Fit{Principal: true, Action: e.matchesAction(s),
		Resource: e.matchesResource(s, w, kind.completesARNs())}
	switch {
	case s.Principal != nil:
		f.Principal = s.Principal.reach(e.subject, e.context) != none
	case s.NotPrincipal != nil && s.Effect == Allow:
		f.Principal = false // see Evaluate
	case s.NotPrincipal != nil:
		f.Principal = !s.NotPrincipal.excepts(e.subject, e.context)
	}
	for _, c := range s.Condition {
		f.Conditions = append(f.Conditions, c.holds(w))
	}
	return f
}
