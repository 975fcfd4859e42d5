package terraform

import (
	"fmt"

	"github.com/pzgen/pzgen/policy"
)

// encoded returns a document as the object that jsonencode is to turn into JSON.
func (p *printer) encoded(d policy.Document) expr {
	n := dollar
	if d.Version != policy.Version2012 {
		n = plain
	}
	var members lines
	add := func(name code, value expr) { members = append(members, line{name, value}) }
	if d.Version != "" {
		add("Version", p.str(d.Version))
	}
	if d.ID != "" {
		add("Id", p.str(d.ID))
	}
	statements := make([]expr, len(d.Statements))
	for i, s := range d.Statements {
		statements[i] = p.encodedStatement(s, n)
	}
	if d.Single && len(statements) == 1 {
		add("Statement", statements[0])
	} else {
		add("Statement", rows(statements))
	}
	return object(members)
}

// encodedTexts keeps the shape: a scalar stays one.
func (p *printer) encodedTexts(t policy.Texts, n notation) expr {
	if t.Scalar && len(t.Values) == 1 {
		return p.text(t.Values[0], n)
	}
	return p.texts(t, n)
}

func (p *printer) encodedStatement(s policy.Statement, n notation) expr {
	var members lines
	add := func(name code, value expr) { members = append(members, line{name, value}) }
	texts := func(name code, t policy.Texts) {
		if t.Values != nil {
			add(name, p.encodedTexts(t, n))
		}
	}
	principal := func(name code, pr *policy.Principal) {
		switch {
		case pr == nil:
		case pr.Any:
			add(name, p.str("*"))
		default:
			types := make(lines, len(pr.Types))
			for i, t := range pr.Types {
				types[i] = line{p.str(t.Type).first, p.encodedTexts(t.Values, n)}
			}
			add(name, object(types))
		}
	}
	if s.Sid != "" {
		add("Sid", p.template(p.sidSegments(s.Sid)...))
	}
	add("Effect", p.str(s.Effect))
	principal("Principal", s.Principal)
	principal("NotPrincipal", s.NotPrincipal)
	texts("Action", s.Action)
	texts("NotAction", s.NotAction)
	texts("Resource", s.Resource)
	texts("NotResource", s.NotResource)
	if len(s.Condition) > 0 {
		add("Condition", p.encodedConditions(s.Condition, n))
	}
	return object(members)
}

// encodedConditions groups conditions by operator, as JSON has them. An object of Terraform keeps the last of two members of one name and says
// nothing, so a key that stands twice is refused here.
func (p *printer) encodedConditions(conds []policy.Condition, n notation) expr {
	var operators []string
	keys := map[string]lines{}
	for _, c := range conds {
		if keys[c.Operator] == nil {
			operators = append(operators, c.Operator)
		}
		name := p.str(c.Key).first
		for _, m := range keys[c.Operator] {
			if m.name == name {
				p.fail(fmt.Errorf("condition key %q stands twice under %q: write one key with both values", c.Key, c.Operator))
			}
		}
		keys[c.Operator] = append(keys[c.Operator], line{name, p.encodedTexts(c.Values, n)})
	}
	members := make(lines, len(operators))
	for i, o := range operators {
		members[i] = line{p.str(o).first, object(keys[o])}
	}
	return object(members)
}
