package spec

import "gopkg.in/yaml.v3"

var boundaryObject = &object[boundaryDraft]{
	doc: "A permissions boundary whose policy is known.",
	fields: []field[boundaryDraft]{
		stringField("arn", func(d *boundaryDraft) *text { return &d.arn }, arnForm, "Its ARN.", required,
			example("arn:aws:iam::111122223333:policy/boundaries/Personalize")),
		stringField("policy", func(d *boundaryDraft) *text { return &d.policy }, fileForm,
			"File with its policy, as `aws iam get-policy-version` prints it, or the document alone.", required, example("policies/boundary.json")),
	},
}

// boundaryField is a permissions boundary: an ARN, or a mapping.
func boundaryField[T any](at func(*T) *boundaryDraft, doc string, options ...option) field[T] {
	s := newShape("", doc, options)
	s.anyOf = []*shape{{kind: "string", form: arnForm}, boundaryObject.shape("")}
	return field[T]{"permissionsBoundary", s, func(r *reader, n *yaml.Node, into *T) {
		d := boundaryDraft{n: deref(n)}
		if d.n.Kind == yaml.MappingNode {
			boundaryObject.read(r, n, "permissionsBoundary", &d)
		} else {
			d.arn = r.text(n, "permissionsBoundary", arnForm)
		}
		*at(into) = d
	}}
}
