package policy

import "fmt"

// check refuses policies whose meaning is open. The error tells the document and the statement.
func (e evaluation) check(p Policies) error {
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
		docs = append(docs, named{"resource", e.resourceKind(), *p.Resource})
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

// resourceKind returns what the policy of the resource is.
func (e evaluation) resourceKind() Kind {
	service, _ := serviceOf(e.action)
	switch {
	case e.trust:
		return Trust
	case service == "kms":
		return KeyPolicy
	}
	return Resource
}

// DocumentError is the error of [Evaluate] about a policy that has no meaning.
type DocumentError struct {
	Policy  string // as in [Cause]
	Problem Problem
}

// Error returns place, policy, statement and fault: "3:5: identity[0]: statement 1: message".
func (e *DocumentError) Error() string { return e.Unwrap().Error() }

// Unwrap returns the same as an [*Error].
func (e *DocumentError) Unwrap() error {
	return e.Problem.Pos.errorf("%s: %s", e.Policy, e.Problem)
}
