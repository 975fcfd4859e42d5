package model

import "github.com/pzgen/pzgen/policy"

// within reports whether a document of identity policies is within a limit of IAM. Most documents are far below theirs, which a glance tells.
func (b *builder) within(d policy.Document, limit int) bool {
	return b.atMost(d) <= limit || b.size(d) <= limit
}

// inline reports whether documents are, together, within the limit of a role's inline policies.
func (b *builder) inline(docs []*draft) bool {
	most, exact := 0, 0
	for _, d := range docs {
		most += b.atMost(d.doc)
	}
	if most <= inlineRoleLimit {
		return true
	}
	for _, d := range docs {
		exact += b.size(d.doc)
	}
	return exact <= inlineRoleLimit
}

// What stands around the values of a document in JSON, white space too, rounded up.
const (
	aroundDocument  = 90
	aroundStatement = 150 // Sid, Effect and the names of the other elements
	aroundValue     = 24
)

// atMost gives a number that the JSON of d, its references filled in and white space counted, does not exceed. It allocates nothing.
func (b *builder) atMost(d policy.Document) int {
	n := aroundDocument + atMostJSON(d.ID)
	for i := range d.Statements {
		s := &d.Statements[i]
		n += aroundStatement + atMostJSON(s.Sid)
		n += b.atMostPrincipal(s.Principal) + b.atMostPrincipal(s.NotPrincipal)
		for _, t := range [...]*policy.Texts{&s.Action, &s.NotAction, &s.Resource, &s.NotResource} {
			n += b.atMostTexts(t)
		}
		for j := range s.Condition {
			c := &s.Condition[j]
			n += 3*aroundValue + len(c.Operator) + atMostJSON(c.Key) + b.atMostTexts(&c.Values)
		}
	}
	return n
}

func (b *builder) atMostPrincipal(p *policy.Principal) int {
	if p == nil {
		return 0
	}
	n := 2 * aroundValue
	for i := range p.Types {
		n += 2*aroundValue + len(p.Types[i].Type) + b.atMostTexts(&p.Types[i].Values)
	}
	return n
}

func (b *builder) atMostTexts(t *policy.Texts) int {
	if t.Values == nil {
		return 0
	}
	n := 2 * aroundValue
	for _, v := range t.Values {
		n += aroundValue
		for _, part := range v.Parts() {
			switch part := part.(type) {
			case policy.Lit:
				n += atMostJSON(string(part))
			case policy.Ref:
				n += atMostJSON(b.value(part))
			case policy.Var:
				n += len("${, ''}") + atMostJSON(part.Name) + atMostJSON(part.Default)
			}
		}
	}
	return n
}

// atMostJSON counts six characters for each that JSON may escape, and bytes for characters.
func atMostJSON(s string) int {
	n := len(s)
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == 0x7f {
			n += 5
		}
	}
	return n
}
