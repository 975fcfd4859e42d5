package spec

import (
	"slices"

	"gopkg.in/yaml.v3"
)

var statementsObject = &object[statementsDraft]{
	doc: "Policy statements of your own, by the document that they are added to. References are <role.arn>, <data.arn> with the name of a bucket or key, <aws.account>; <bucket.data.arn> and <key.data.arn> where both have the name.",
	fields: []field[statementsDraft]{
		listField("role", func(d *statementsDraft) *[]item[statementDraft] { return &d.role }, "statement", statementObject, "What the service role may do.", statements),
		listField("trust", func(d *statementsDraft) *[]item[statementDraft] { return &d.trust }, "statement", statementObject, "Who may assume the service role.", statements),
		statementsOf("buckets", func(d *statementsDraft) *[]named[[]item[statementDraft]] { return &d.buckets }, "Policies of buckets, by name."),
		statementsOf("keys", func(d *statementsDraft) *[]named[[]item[statementDraft]] { return &d.keys }, "Policies of keys, by name."),
		statementsOf("operators", func(d *statementsDraft) *[]named[[]item[statementDraft]] { return &d.operators }, "Policies of operators, by name."),
	},
}

func statements(s *shape) { s.of = "statement" }

func statementsOf(name string, at func(*statementsDraft) *[]named[[]item[statementDraft]], doc string) field[statementsDraft] {
	list := &shape{kind: "array", items: statementObject.shape(""), of: "statement"}
	return namedField(name, at, thingName, nil, list, func(r *reader, n *yaml.Node, what string, into *[]item[statementDraft]) {
		*into = readList(r, n, what, "statement", statementObject)
	}, doc)
}

var statementObject = &object[statementDraft]{
	doc: "One statement, as the IAM User Guide describes them.",
	rules: []rule{
		{oneOf: []string{"action", "notAction"}},
	},
	fields: []field[statementDraft]{
		stringField("sid", func(d *statementDraft) *text { return &d.sid }, sidForm,
			"Its Sid: letters and digits, once in each document. Those that begin with Personalize are pzgen's own.", required, example("AllowAuditors")),
		enumField("effect", func(d *statementDraft) *text { return &d.effect }, []string{"Allow", "Deny"}, "Allow or Deny.", required),
		principalField(),
		textsField("action", func(d *statementDraft) *textsDraft { return &d.action }, "Actions, such as s3:GetObject.", example("s3:GetObject")),
		textsField("notAction", func(d *statementDraft) *textsDraft { return &d.notAction }, "All actions but these."),
		textsField("resource", func(d *statementDraft) *textsDraft { return &d.resource }, "Resources; a trust policy has none.",
			example("<data.arn>/reports/*")),
		textsField("notResource", func(d *statementDraft) *textsDraft { return &d.notResource }, "All resources but these."),
		conditionField(),
		stringField("accepted", func(d *statementDraft) *text { return &d.accepted }, reasonText,
			"Why this is granted although no workflow needs it.", example("auditors read the reports")),
	},
}

func textsShape(doc string, options []option) *shape {
	s := newShape("", doc, options)
	one := &shape{kind: "string", form: policyText}
	s.anyOf = []*shape{one, {kind: "array", items: one, least: 1}}
	return s
}

func textsField(name string, at func(*statementDraft) *textsDraft, doc string, options ...option) field[statementDraft] {
	return field[statementDraft]{name, textsShape(doc, options), func(r *reader, n *yaml.Node, into *statementDraft) {
		*at(into) = r.texts(n, name)
	}}
}

// texts reads one string or a list of them.
func (r *reader) texts(n *yaml.Node, what string) textsDraft {
	v := deref(n)
	d := textsDraft{n: v}
	if v.Kind != yaml.SequenceNode {
		d.values, d.scalar = []text{r.text(v, what, policyText)}, true
		return d
	}
	list, ok := r.list(v, what, 1)
	if !ok {
		return d
	}
	for _, m := range list.Content {
		d.values = append(d.values, r.text(m, what, policyText))
	}
	return d
}

// principalTypes: IAM User Guide, "AWS JSON policy elements: Principal".
var principalTypes = []string{"AWS", "Service", "Federated", "CanonicalUser"}

func principalField() field[statementDraft] {
	s := newShape("", "Whom it concerns, in policies of buckets, keys and the trust policy: \"*\", or principals by type.", []option{
		example(map[string]any{"AWS": "<role.arn>"}),
	})
	types := &shape{kind: "object", least: 1}
	for _, t := range principalTypes {
		types.members = append(types.members, member{t, textsShape("", nil)})
	}
	s.anyOf = []*shape{{kind: "string", enum: []string{"*"}}, types}
	return field[statementDraft]{"principal", s, func(r *reader, n *yaml.Node, into *statementDraft) {
		v := deref(n)
		d := principalDraft{n: v}
		defer func() { into.principal = d }()
		if v.Kind == yaml.ScalarNode {
			t := r.text(v, "principal", nil)
			if t.ok && t.v != "*" {
				r.err(codeStatement, v, "write {AWS: …} or {Service: …}", "principal is \"*\" or a mapping of types, not %q", clip(t.v))
			}
			d.any = t.v == "*"
			return
		}
		if m, ok := r.mapping(v, "principal"); ok && len(m.Content) == 0 {
			r.err(codeStatement, v, "name a principal, or leave it out", "principal is empty")
			return
		}
		entries := r.known(v, "principal", principalTypes)
		for _, e := range entries {
			d.types = append(d.types, named[textsDraft]{name: e.name, n: e.n, v: r.texts(e.v, e.name)})
		}
	}}
}

// known reads a mapping whose keys are among those given, or any text where none are given, once each.
func (r *reader) known(n *yaml.Node, what string, names []string) []named[*yaml.Node] {
	m, ok := r.mapping(n, what)
	if !ok {
		return nil
	}
	var out []named[*yaml.Node]
	entries := r.entries(m)
	seen := make(map[string]bool, len(entries)/2)
	for i := 0; i < len(entries); i += 2 {
		k := entries[i]
		name, ok := r.key(k)
		switch {
		case !ok:
		case names != nil && !slices.Contains(names, name):
			r.unknown(k, name, what, names)
		case names == nil && !policyText.ok(name):
			r.err(codeForm, k, "", "%s key %q is not valid: it has to be %s", what, clip(name), policyText.says)
		case seen[name]:
			r.err(codeTwice, k, "keep one of them", "%s is given twice", clip(name))
		default:
			seen[name] = true
			out = append(out, named[*yaml.Node]{name: name, n: k, v: entries[i+1]})
		}
	}
	return out
}

func conditionField() field[statementDraft] {
	s := newShape("object", "Conditions: operator, then condition key, then one value or a list of values, all in quotes.", []option{
		example(map[string]any{"StringEquals": map[string]any{"aws:PrincipalOrgID": "o-exampleorgid"}}),
	})
	s.values = &shape{kind: "object", values: textsShape("", nil), names: policyText}
	s.names = policyText
	return field[statementDraft]{"condition", s, func(r *reader, n *yaml.Node, into *statementDraft) {
		for _, op := range r.known(n, "condition", nil) {
			for _, key := range r.known(op.v, op.name, nil) {
				into.condition = append(into.condition, conditionDraft{op.name, key.name, key.n, r.texts(key.v, key.name)})
			}
		}
	}}
}
