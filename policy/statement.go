package policy

// statement tells whether and how a statement applies to the request: all of its elements must
// (reference_policies_elements, and the page of each element).
func (e evaluation) statement(kind Kind, version string, s Statement) strength {
	reach := direct
	switch {
	case s.Principal != nil:
		reach = s.Principal.reach(e.subject, e.context)
	case s.NotPrincipal != nil && s.Effect == Allow:
		if !e.exceptions || s.NotPrincipal.reach(e.subject, e.context) > viaAccount {
			return none
		}
	case s.NotPrincipal != nil:
		// Such a Deny strikes every principal that has a permissions boundary
		// (reference_policies_elements_notprincipal).
		if !e.bounded && s.NotPrincipal.excepts(e.subject, e.context) {
			return none
		}
	}
	if reach == none || !e.matchesAction(s) {
		return none
	}
	w := words{version: version, context: e.context}
	if !e.matchesResource(s, w, kind.completesARNs()) {
		return none
	}
	for _, c := range s.Condition {
		if !c.holds(w) {
			return none
		}
	}
	return reach
}

func (e evaluation) matchesAction(s Statement) bool {
	list, not := s.Action, false
	if list.Values == nil {
		list, not = s.NotAction, true
	}
	return anyText(list, func(t Text) bool { return foldMatch(t.plain(), e.action) }) != not
}

// matchesResource compares resources with regard to case. A variable without a value makes its
// pattern match nothing (reference_policies_variables, "Policy variables with no value"). Whether a
// NotResource of which nothing is left then means every resource or none, the page does not say; it
// is read so that less is allowed: an Allow does not apply, and a Deny does. A trust policy has no
// Resource: it is about its role.
func (e evaluation) matchesResource(s Statement, w words, complete bool) bool {
	list, not := s.Resource, false
	if list.Values == nil {
		if s.NotResource.Values == nil {
			return true
		}
		list, not = s.NotResource, true
	}
	unset := false
	matched := anyText(list, func(t Text) bool {
		p, ok := w.pattern(t)
		if !ok {
			unset = true
			return false
		}
		if complete {
			p = completeARN(p)
		}
		return match(arnPattern(p), e.resource)
	})
	if not && unset && s.Effect == Allow {
		return false
	}
	return matched != not
}

// completesARNs reports whether the policies of the kind are those of identities, in which AWS
// completes ARNs (reference-arns, "Incomplete ARNs").
func (k Kind) completesARNs() bool {
	e := k.Elements()
	return e.Principal == Never && !e.WholeARNs
}

// completeARN adds "*" for each part that an ARN lacks, as AWS does in identity-based policies:
// arn:aws:sqs is arn:aws:sqs:*:*:* (reference-arns, "Using wildcards in paths").
func completeARN(p []token) []token {
	if len(p) < 3 || !match(p[:3], "arn") || len(p) > 3 && p[3].char != ':' {
		return p
	}
	parts := 1
	for _, t := range p {
		if t.char == ':' && parts < 6 {
			parts++
		}
	}
	for range 6 - parts {
		p = append(p, token{char: ':'}, token{wild: '*'})
	}
	return p
}
