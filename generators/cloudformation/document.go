package cloudformation

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/policy"
)

// document prints a policy document, its elements in the order of the IAM User Guide, strings as
// strings and lists as lists.
func (p *printer) document(d policy.Document) *yaml.Node {
	o := newObject()
	if d.Version != "" {
		o.put("Version", str(d.Version))
	}
	if d.ID != "" {
		o.put("Id", p.str(d.ID))
	}
	vars := d.Version == policy.Version2012
	if d.Single && len(d.Statements) == 1 {
		return o.put("Statement", p.statement(d.Statements[0], vars)).node
	}
	statements := list()
	for _, s := range d.Statements {
		statements.Style = 0
		statements.Content = append(statements.Content, p.statement(s, vars))
	}
	return o.put("Statement", statements).node
}

func (p *printer) statement(s policy.Statement, vars bool) *yaml.Node {
	o := newObject()
	if s.Sid != "" {
		o.put("Sid", p.str(s.Sid))
	}
	o.put("Effect", words(p.str(s.Effect)))
	o.put("Principal", p.principal(s.Principal, vars))
	o.put("NotPrincipal", p.principal(s.NotPrincipal, vars))
	o.put("Action", words(p.texts(s.Action, vars)))
	o.put("NotAction", words(p.texts(s.NotAction, vars)))
	o.put("Resource", p.texts(s.Resource, vars))
	o.put("NotResource", p.texts(s.NotResource, vars))
	o.put("Condition", p.conditions(s, vars))
	return o.node
}

func (p *printer) principal(q *policy.Principal, vars bool) *yaml.Node {
	if q == nil {
		return nil
	}
	if q.Any {
		return str("*")
	}
	o := newObject()
	for _, t := range q.Types {
		values := p.texts(t.Values, vars)
		if t.Type == "Service" {
			words(values)
		}
		o.put(t.Type, values)
	}
	return o.node
}

func (p *printer) texts(t policy.Texts, vars bool) *yaml.Node {
	if t.Values == nil {
		return nil
	}
	if t.Scalar && len(t.Values) == 1 {
		return p.text(t.Values[0], vars)
	}
	items := make([]*yaml.Node, len(t.Values))
	for i, v := range t.Values {
		items[i] = p.text(v, vars)
	}
	return list(items...)
}

// conditions groups conditions by operator, as documents have them, in the order in which
// operators first stand.
func (p *printer) conditions(s policy.Statement, vars bool) *yaml.Node {
	if len(s.Condition) == 0 {
		return nil
	}
	all := newObject()
	of := map[string]object{}
	seen := map[[2]string]bool{}
	for _, c := range s.Condition {
		o, ok := of[c.Operator]
		if !ok {
			o = newObject()
			of[c.Operator] = o
			p.str(c.Operator)
			all.put(c.Operator, o.node)
		}
		if seen[[2]string{c.Operator, c.Key}] {
			p.fail(fmt.Errorf("statement %q has condition key %q twice under %q: "+
				"write its values as one list", s.Sid, c.Key, c.Operator))
		}
		seen[[2]string{c.Operator, c.Key}] = true
		p.str(c.Key)
		o.put(c.Key, p.texts(c.Values, vars))
	}
	return all.node
}
