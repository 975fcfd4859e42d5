package policy

import (
	"strings"
)

// maxSize is far above every limit of AWS: the largest policy that it takes, a key policy, has 32
// kB.
const maxSize = 1 << 20

// DecodeJSON reads a policy document as it is in JSON. Every error is an [*Error] and tells the
// place.
//
// It follows the grammar of the IAM User Guide (reference_policies_grammar) to the letter: an
// element that the grammar does not have, a name that repeats, a value of another type, an Effect,
// Version or condition operator that does not exist, and a missing element are errors. Element
// names and operators are case-sensitive. A statement may lack Resource, as trust policies do. It
// does not check what depends on where the document is attached, nor whether actions, keys and ARNs
// exist: see [Document.Check].
func DecodeJSON(data []byte) (Document, error) {
	if len(data) > maxSize {
		return Document{}, Pos{1, 1}.errorf("document of %d bytes is larger than any policy that AWS takes", len(data))
	}
	n, err := parseJSON(data)
	if err != nil {
		return Document{}, err
	}
	return document(n)
}

func document(n node) (Document, error) {
	if n.kind != kindObject {
		return Document{}, n.errorf("a policy document is an object, not %s", n.kind)
	}
	var d Document
	var stmts *node
	for _, m := range n.members {
		var err error
		switch m.name {
		case "Version":
			d.Version, err = m.str()
			if err == nil && d.Version != Version2012 && d.Version != Version2008 {
				err = m.value.errorf("Version is %q; AWS knows %q and %q", d.Version, Version2012, Version2008)
			}
		case "Id":
			d.ID, err = m.str()
		case "Statement":
			stmts = &m.value
		default:
			err = m.unknown("a policy document", "Version", "Id", "Statement")
		}
		if err != nil {
			return Document{}, err
		}
	}
	if stmts == nil {
		return Document{}, n.errorf("policy document has no Statement")
	}
	var list []node
	switch stmts.kind {
	case kindObject:
		d.Single = true
		list = []node{*stmts}
	case kindArray:
		list = stmts.elems
	default:
		return Document{}, stmts.errorf("Statement is an object or an array of objects, not %s", stmts.kind)
	}
	if len(list) == 0 {
		return Document{}, stmts.errorf("Statement is empty; a policy has at least one statement")
	}
	r := reader{version: d.Version}
	for _, s := range list {
		st, err := r.statement(s)
		if err != nil {
			return Document{}, err
		}
		d.Statements = append(d.Statements, st)
	}
	return d, nil
}

func (m member) str() (string, error) {
	if m.value.kind != kindString {
		return "", m.value.errorf("%s is a string, not %s", m.name, m.value.kind)
	}
	return m.value.text, nil
}

func (m member) unknown(where string, known ...string) error {
	for _, k := range known {
		if strings.EqualFold(k, m.name) {
			return m.pos.errorf("%s has no element %q; element names are case-sensitive, write %q", where, m.name, k)
		}
	}
	return m.pos.errorf("%s has no element %q; its elements are %s", where, m.name, strings.Join(known, ", "))
}

// reader turns nodes into statements of a document of the given version.
type reader struct{ version string }

func (r reader) statement(n node) (Statement, error) {
	if n.kind != kindObject {
		return Statement{}, n.errorf("a statement is an object, not %s", n.kind)
	}
	s := Statement{Pos: n.pos}
	for _, m := range n.members {
		var err error
		switch m.name {
		case "Sid":
			s.Sid, err = m.str()
			s.EmptySid = s.Sid == ""
		case "Effect":
			s.Effect, err = m.str()
			if err == nil && s.Effect != Allow && s.Effect != Deny {
				err = m.value.errorf("Effect is %q; it is %q or %q, and case-sensitive", s.Effect, Allow, Deny)
			}
		case "Principal":
			s.Principal, err = r.principal(m)
		case "NotPrincipal":
			s.NotPrincipal, err = r.principal(m)
		case "Action":
			s.Action, err = r.texts(m)
		case "NotAction":
			s.NotAction, err = r.texts(m)
		case "Resource":
			s.Resource, err = r.texts(m)
		case "NotResource":
			s.NotResource, err = r.texts(m)
		case "Condition":
			s.Condition, err = r.condition(m)
		default:
			err = m.unknown("a statement", "Sid", "Effect", "Principal", "NotPrincipal",
				"Action", "NotAction", "Resource", "NotResource", "Condition")
		}
		if err != nil {
			return Statement{}, err
		}
	}
	switch {
	case s.Effect == "":
		return Statement{}, n.errorf("statement has no Effect")
	case s.Action.Values == nil && s.NotAction.Values == nil:
		return Statement{}, n.errorf("statement has neither Action nor NotAction")
	case s.Action.Values != nil && s.NotAction.Values != nil:
		return Statement{}, n.errorf("statement has both Action and NotAction")
	case s.Resource.Values != nil && s.NotResource.Values != nil:
		return Statement{}, n.errorf("statement has both Resource and NotResource")
	case s.Principal != nil && s.NotPrincipal != nil:
		return Statement{}, n.errorf("statement has both Principal and NotPrincipal")
	}
	return s, nil
}

// texts reads an element of one or more strings, none of them empty.
func (r reader) texts(m member) (Texts, error) {
	if m.value.kind == kindArray && len(m.value.elems) == 0 {
		return Texts{}, m.value.errorf("%s is empty; it has at least one value", m.name)
	}
	return r.list(m, func(n node) (Text, error) {
		if n.kind != kindString {
			return Text{}, n.errorf("a value of %s is a string, not %s", m.name, n.kind)
		}
		if n.text == "" {
			return Text{}, n.errorf("a value of %s is an empty string", m.name)
		}
		return r.text(n)
	})
}

func (r reader) list(m member, value func(node) (Text, error)) (Texts, error) {
	elems := []node{m.value}
	if m.value.kind == kindArray {
		elems = m.value.elems
	}
	t := Texts{Values: make([]Text, len(elems)), Scalar: m.value.kind != kindArray}
	for i, n := range elems {
		v, err := value(n)
		if err != nil {
			return Texts{}, err
		}
		t.Values[i] = v
	}
	return t, nil
}

func (r reader) text(n node) (Text, error) {
	t, err := ParseIAM(n.text, r.version)
	if err != nil {
		return Text{}, n.errorf("%v", err)
	}
	return t, nil
}

func (r reader) principal(m member) (*Principal, error) {
	switch m.value.kind {
	case kindString:
		if m.value.text != "*" {
			return nil, m.value.errorf("%s is %q; a string alone can only be \"*\", others are written {\"AWS\": ...}", m.name, m.value.text)
		}
		return &Principal{Any: true}, nil
	case kindObject:
	default:
		return nil, m.value.errorf("%s is \"*\" or an object, not %s", m.name, m.value.kind)
	}
	if len(m.value.members) == 0 {
		return nil, m.value.errorf("%s is empty; it names at least one principal", m.name)
	}
	p := &Principal{}
	for _, t := range m.value.members {
		switch t.name {
		case "AWS", "Service", "Federated", "CanonicalUser":
		default:
			return nil, t.unknown(m.name, "AWS", "Service", "Federated", "CanonicalUser")
		}
		v, err := r.texts(t)
		if err != nil {
			return nil, err
		}
		p.Types = append(p.Types, PrincipalType{Type: t.name, Values: v})
	}
	return p, nil
}

// condition reads {operator: {key: values}}. An empty object at either height states no condition.
// Values may be strings, numbers and Booleans, which are the same as their letters in quotes
// (reference_policies_grammar, "The policy language and JSON"); an empty list of values is one that
// nothing equals.
func (r reader) condition(m member) ([]Condition, error) {
	if m.value.kind != kindObject {
		return nil, m.value.errorf("Condition is an object, not %s", m.value.kind)
	}
	var conds []Condition
	for _, op := range m.value.members {
		if _, err := parseOperator(op.name); err != nil {
			return nil, op.pos.errorf("%v", err)
		}
		if op.value.kind != kindObject {
			return nil, op.value.errorf("condition operator %s has an object of keys, not %s", op.name, op.value.kind)
		}
		for _, k := range op.value.members {
			if k.name == "" {
				return nil, k.pos.errorf("condition key is an empty string")
			}
			v, err := r.list(k, func(n node) (Text, error) {
				switch n.kind {
				case kindNumber, kindBool:
					return Literal(n.text), nil
				case kindString:
					return r.text(n)
				}
				return Text{}, n.errorf("a value of condition key %s is a string, a number or a Boolean, not %s", k.name, n.kind)
			})
			if err != nil {
				return nil, err
			}
			conds = append(conds, Condition{Operator: op.name, Key: k.name, Values: v})
		}
	}
	return conds, nil
}
