package policy

import (
	"errors"
	"fmt"
)

// Case is one request to decide against policies.
type Case struct {
	Name     string
	Request  Request
	Policies Policies
	Expect   string // the outcome that is expected; "" for none
	Pos      Pos    // where it was read
	// Err is what is wrong with the case, each fault with its place. A case that has it cannot be
	// decided.
	Err error
}

// Result is a case decided.
type Result struct {
	Name     string
	Decision Decision
	Expect   string
	Err      error // the case or one of its policies is malformed; then there is no decision
}

// Decide decides the case.
func (c Case) Decide() Result {
	r := Result{Name: c.Name, Expect: c.Expect, Err: c.Err}
	if r.Err != nil {
		return r
	}
	r.Decision, r.Err = Evaluate(c.Request, c.Policies)
	var placed *DocumentError
	if r.Err != nil && (!errors.As(r.Err, &placed) || placed.Problem.Pos == Pos{}) && c.Pos != (Pos{}) {
		r.Err = c.Pos.errorf("%v", r.Err)
	}
	return r
}

// OK reports whether the case was decided, and as expected where something is expected.
func (r Result) OK() bool {
	return r.Err == nil && (r.Expect == "" || r.Expect == r.Decision.Outcome)
}

// JSON returns the decision as one JSON object on one line: name, decision, and because, whose
// members have policy, sid, statement and effect.
func (r Result) JSON() []byte {
	b := AppendJSONString([]byte(`{"name":`), r.Name)
	b = AppendJSONString(append(b, `,"decision":`...), r.Decision.Outcome)
	b = append(b, `,"because":[`...)
	for i, c := range r.Decision.Because {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendJSONString(append(b, `{"policy":`...), c.Policy)
		b = AppendJSONString(append(b, `,"sid":`...), c.Sid)
		b = fmt.Appendf(b, `,"statement":%d,"effect":`, c.Statement)
		b = append(AppendJSONString(b, c.Effect), '}')
	}
	return append(b, "]}\n"...)
}

// ReadCases reads a JSON array of cases, or cases one after the other, as on lines of their own. An
// error means that data is not JSON. A case that is malformed itself is returned with its Err, so
// that one case does not hide the others.
func ReadCases(data []byte) ([]Case, error) {
	nodes, err := parseJSONs(data)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 1 && nodes[0].kind == kindArray {
		nodes = nodes[0].elems
	}
	cases := make([]Case, len(nodes))
	for i, n := range nodes {
		cases[i] = readCase(n)
	}
	return cases, nil
}

func readCase(n node) Case {
	c := Case{Pos: n.pos}
	var hasRequest bool
	c.Err = n.each("a case", func(m member) error {
		switch m.name {
		case "name":
			return m.into(&c.Name)
		case "request":
			hasRequest = true
			return c.Request.read(m.value)
		case "policies":
			return c.Policies.read(m.value)
		case "expect":
			if err := m.into(&c.Expect); err != nil {
				return err
			}
			switch c.Expect {
			case Allowed, ImplicitlyDenied, ExplicitlyDenied:
				return nil
			}
			return m.value.errorf("expect is %q; it is %q, %q or %q", c.Expect, Allowed, ImplicitlyDenied, ExplicitlyDenied)
		}
		return m.unknown("a case", "name", "request", "policies", "expect")
	})
	if c.Err == nil && !hasRequest {
		c.Err = n.errorf("case has no request")
	}
	return c
}

// each returns the members of an object to f, and joins its errors.
func (n node) each(what string, f func(member) error) error {
	if n.kind != kindObject {
		return n.errorf("%s is an object, not %s", what, n.kind)
	}
	var errs []error
	for _, m := range n.members {
		errs = append(errs, f(m))
	}
	return errors.Join(errs...)
}

func (m member) into(s *string) error {
	var err error
	*s, err = m.str()
	return err
}

func (r *Request) read(n node) error {
	err := n.each("request", func(m member) error {
		switch m.name {
		case "principal":
			return m.into(&r.Principal)
		case "action":
			return m.into(&r.Action)
		case "resource":
			return m.into(&r.Resource)
		case "resourceAccount":
			return m.into(&r.ResourceAccount)
		case "context":
			return r.readContext(m.value)
		}
		return m.unknown("request", "principal", "action", "resource", "resourceAccount", "context")
	})
	if err != nil {
		return err
	}
	for _, f := range []struct{ name, value string }{{"principal", r.Principal}, {"action", r.Action}, {"resource", r.Resource}} {
		if f.value == "" {
			return n.errorf("request has no %s", f.name)
		}
	}
	return nil
}

func (r *Request) readContext(n node) error {
	r.Context = map[string][]string{}
	return n.each("context", func(m member) error {
		elems := []node{m.value}
		if m.value.kind == kindArray {
			elems = m.value.elems
		}
		values := []string{}
		for _, e := range elems {
			switch e.kind {
			case kindString, kindNumber, kindBool:
				values = append(values, e.text)
			default:
				return e.errorf("a value of context key %s is a string, a number or a Boolean, not %s", m.name, e.kind)
			}
		}
		r.Context[m.name] = values
		return nil
	})
}

func (p *Policies) read(n node) error {
	return n.each("policies", func(m member) error {
		if m.value.kind == kindNull {
			return nil // as good as absent
		}
		var err error
		switch m.name {
		case "identity":
			p.Identity, err = documents(m)
		case "resource":
			var d Document
			if d, err = document(m.value); err == nil {
				p.Resource = &d
			}
		case "permissionsBoundaries":
			p.PermissionsBoundaries, err = documents(m)
		case "session":
			if m.value.kind == kindObject {
				m.value = node{kind: kindArray, elems: []node{m.value}, pos: m.value.pos}
			}
			p.Session, err = documents(m)
		case "serviceControl":
			p.ServiceControl, err = levels(m)
		case "resourceControl":
			p.ResourceControl, err = levels(m)
		default:
			err = m.unknown("policies", "identity", "resource", "permissionsBoundaries", "session", "serviceControl", "resourceControl")
		}
		return err
	})
}

// documents reads a list of documents; an empty list is not nil.
func documents(m member) ([]Document, error) {
	if m.value.kind != kindArray {
		return nil, m.value.errorf("%s is a list of policy documents, not %s", m.name, m.value.kind)
	}
	docs := []Document{}
	var errs []error
	for _, e := range m.value.elems {
		d, err := document(e)
		docs, errs = append(docs, d), append(errs, err)
	}
	return docs, errors.Join(errs...)
}

// levels reads a list of lists of documents.
func levels(m member) ([][]Document, error) {
	if m.value.kind != kindArray {
		return nil, m.value.errorf("%s is a list of levels, each a list of policy documents, not %s", m.name, m.value.kind)
	}
	all := [][]Document{}
	var errs []error
	for _, e := range m.value.elems {
		docs, err := documents(member{name: "a level of " + m.name, value: e})
		all, errs = append(all, docs), append(errs, err)
	}
	return all, errors.Join(errs...)
}
