package policy

import "fmt"

// check refuses policies whose meaning is open. The error tells the document and the statement.
func (e evaluation) check(p Policies) error {
	kind := Resource
	switch service, _ := serviceOf(e.action); {
	case e.trust:
		kind = Trust
	case service == "kms":
		kind = KeyPolicy
	}
	type named struct {
		name string
		kind Kind
		doc  Document
	}
	var docs []named
	list := func(name string, kind Kind, all []Document) {
		for i, d := range all {
			docs = append(docs, named{fmt.Sprintf("%s[%d]", name, i), kind, d})
		}
	}
	list("identity", Identity, p.Identity)
	if p.Resource != nil {
		docs = append(docs, named{"resource", kind, *p.Resource})
	}
	list("permissionsBoundaries", Boundary, p.PermissionsBoundaries)
	list("session", Session, p.Session)
	for i, level := range p.ServiceControl {
		list(fmt.Sprintf("serviceControl[%d]", i), ServiceControl, level)
	}
	for i, level := range p.ResourceControl {
		list(fmt.Sprintf("resourceControl[%d]", i), ResourceControl, level)
	}
	for _, n := range docs {
		for _, problem := range n.doc.Check(n.kind) {
			if problem.Fatal {
				return &DocumentError{Policy: n.name, Problem: problem}
			}
		}
	}
	return nil
}

// DocumentError is the error of [Evaluate] about a policy that has no meaning.
type DocumentError struct {
	Policy  string // as in [Cause]
	Problem Problem
}

// Error gives place, policy, statement and fault: "3:5: identity[0]: statement 1: message".
func (e *DocumentError) Error() string {
	s := e.Policy + ": " + e.Problem.String()
	if e.Problem.Pos != (Pos{}) {
		s = fmt.Sprintf("%d:%d: %s", e.Problem.Pos.Line, e.Problem.Pos.Col, s)
	}
	return s
}
