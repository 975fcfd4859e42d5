package terraform

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/pzgen/pzgen/policy"
)

// encoded gives a document as the object that jsonencode is to turn into JSON.
func (p *printer) encoded(d policy.Document) hclwrite.Tokens {
	n := dollar
	if d.Version != policy.Version2012 {
		n = plain
	}
	var members []member
	add := func(name string, value hclwrite.Tokens) {
		members = append(members, member{name: name, bare: true, value: value})
	}
	if d.Version != "" {
		add("Version", p.str(d.Version))
	}
	if d.ID != "" {
		add("Id", p.str(d.ID))
	}
	statements := make([]hclwrite.Tokens, len(d.Statements))
	for i, s := range d.Statements {
		statements[i] = p.encodedStatement(s, n)
	}
	if d.Single && len(statements) == 1 {
		add("Statement", statements[0])
	} else {
		add("Statement", objects(statements))
	}
	return p.object(members)
}

// encodedTexts keeps the shape: a scalar stays one.
func (p *printer) encodedTexts(t policy.Texts, n notation) hclwrite.Tokens {
	if t.Scalar && len(t.Values) == 1 {
		return p.text(t.Values[0], n)
	}
	return p.texts(t, n)
}

// objects is a list whose elements begin on the line of its bracket, as people write lists of objects.
func objects(elems []hclwrite.Tokens) hclwrite.Tokens {
	toks := hclwrite.Tokens{{Type: hclsyntax.TokenOBrack, Bytes: []byte{'['}}, newline()}
	for _, e := range elems {
		toks = append(append(toks, e...), &hclwrite.Token{Type: hclsyntax.TokenComma, Bytes: []byte{','}}, newline())
	}
	return append(toks, &hclwrite.Token{Type: hclsyntax.TokenCBrack, Bytes: []byte{']'}})
}

func (p *printer) encodedStatement(s policy.Statement, n notation) hclwrite.Tokens {
	var members []member
	add := func(name string, value hclwrite.Tokens) {
		members = append(members, member{name: name, bare: true, value: value})
	}
	texts := func(name string, t policy.Texts) {
		if t.Values != nil {
			add(name, p.encodedTexts(t, n))
		}
	}
	principal := func(name string, pr *policy.Principal) {
		switch {
		case pr == nil:
		case pr.Any:
			add(name, p.str("*"))
		default:
			types := make([]member, len(pr.Types))
			for i, t := range pr.Types {
				types[i] = member{name: t.Type, value: p.encodedTexts(t.Values, n)}
			}
			add(name, p.object(types))
		}
	}
	if s.Sid != "" {
		add("Sid", p.str(s.Sid))
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
	return p.object(members)
}

// encodedConditions groups conditions by operator, as JSON has them. An object of Terraform keeps the last of two members of one name and says
// nothing, so a key that stands twice is refused here.
func (p *printer) encodedConditions(conds []policy.Condition, n notation) hclwrite.Tokens {
	var operators []string
	keys := map[string][]member{}
	for _, c := range conds {
		if keys[c.Operator] == nil {
			operators = append(operators, c.Operator)
		}
		for _, m := range keys[c.Operator] {
			if m.name == c.Key {
				p.fail(fmt.Errorf("condition key %q stands twice under %q: write one key with both values", c.Key, c.Operator))
			}
		}
		keys[c.Operator] = append(keys[c.Operator], member{name: c.Key, value: p.encodedTexts(c.Values, n)})
	}
	members := make([]member, len(operators))
	for i, o := range operators {
		members[i] = member{name: o, value: p.object(keys[o])}
	}
	return p.object(members)
}
