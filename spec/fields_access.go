package spec

import "gopkg.in/yaml.v3"

const accessDoc = "What they may do, one level or a list. full: all of Personalize, as AWS documents " +
	"it; operate: what this setup's workflows need, passing only its role; build: what a pipeline that " +
	"trains needs, from schemas to campaigns, recommenders, filters and event trackers, passing only " +
	"its role; read: look at everything; runtime: recommendations and events; upload: put files where " +
	"workflows read, and read none; download: read what workflows write; deploy, in an operator of its " +
	"own: apply, change and remove this setup by its targets."

// accessField is one level of access or a list of them.
func accessField() field[operatorDraft] {
	s := newShape("", accessDoc, []option{required, example("operate", []string{"build", "operate"})})
	one := &shape{kind: "string", enum: accessLevels}
	s.anyOf = []*shape{one, {kind: "array", items: one, least: 1}}
	return field[operatorDraft]{"access", s, func(r *reader, n *yaml.Node, into *operatorDraft) {
		v := deref(n)
		into.accessAt, into.access = v, nil
		if v.Kind != yaml.SequenceNode {
			into.access = []text{r.enum(v, "access", accessLevels)}
			return
		}
		list, ok := r.list(v, "access", 1)
		if !ok {
			return
		}
		have := map[string]bool{}
		for _, m := range list.Content {
			t := r.enum(m, "access", accessLevels)
			if t.ok && have[t.v] {
				r.err(codeTwice, m, "keep one of them", "access lists %q twice", t.v)
				continue
			}
			have[t.v] = true
			into.access = append(into.access, t)
		}
	}}
}

var policyObject = &object[policyDraft]{
	doc: "What a policy is called in IAM.",
	fields: []field[policyDraft]{
		stringField("name", func(d *policyDraft) *text { return &d.name }, policyName,
			"Its name; where a policy has to be split, its parts are numbered.", example("PersonalizeAccess")),
		boolField("managed", func(d *policyDraft) *toggle { return &d.managed },
			"A managed policy that is attached, as the console makes it, in place of an inline one. "+
				"Operators have no other."),
		stringField("description", func(d *policyDraft) *text { return &d.description }, policyAbout,
			"Its description; IAM keeps the one that a managed policy is created with."),
	},
}
