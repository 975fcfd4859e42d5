package policy

import "strings"

// requestContext holds what is known of a request under the lower-case names of its keys, since
// keys are not case-sensitive (reference_policies_elements_condition, "The request context").
type requestContext map[string][]string

// get returns the values of a key; a key without values is absent.
func (c requestContext) get(key string) ([]string, bool) {
	v := c[strings.ToLower(key)]
	return v, len(v) > 0
}

// one returns the value of a key that has exactly one.
func (c requestContext) one(key string) (string, bool) {
	v, _ := c.get(key)
	if len(v) != 1 {
		return "", false
	}
	return v[0], true
}

// value returns what AWS puts in place of a variable. A key with several values cannot be a variable
// (reference_policies_variables, "Using variables in policies"); then, as for an absent key, the
// default counts ("Specifying default values").
func (c requestContext) value(v Var) (string, bool) {
	if !v.HasDefault && (v.Name == "$" || v.Name == "*" || v.Name == "?") {
		return v.Name, true
	}
	if s, ok := c.one(v.Name); ok {
		return s, true
	}
	return v.Default, v.HasDefault
}

// words are the strings of one document, with the values of its variables.
type words struct {
	version string
	context requestContext
}

// pattern returns the pattern that t writes. The text of the policy has wildcards, the value of a
// variable has none (reference_policies_variables, "Special characters"). It answers false when a
// variable has no value.
func (w words) pattern(t Text) ([]token, bool) {
	return w.build(t, glob)
}

// exact returns the text that t writes, in which "*" and "?" stand for themselves.
func (w words) exact(t Text) (string, bool) {
	p, ok := w.build(t, literal)
	var b strings.Builder
	for _, c := range p {
		b.WriteRune(c.char)
	}
	return b.String(), ok
}

func (w words) build(t Text, lit func(string) []token) ([]token, bool) {
	if w.version != Version2012 {
		// Such a document has no variables: ${aws:username} is these fifteen characters
		// (reference_policies_variables, "Using variables in policies").
		return lit(t.plain()), true
	}
	var p []token
	for _, part := range t.Parts() {
		switch part := part.(type) {
		case Lit:
			if p == nil {
				p = lit(string(part))
				continue
			}
			p = append(p, lit(string(part))...)
		case Var:
			v, ok := w.context.value(part)
			if !ok {
				return nil, false
			}
			p = append(p, literal(v)...)
		case Ref:
			return nil, false
		}
	}
	return p, true
}
