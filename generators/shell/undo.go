package shell

import (
	"slices"
	"strconv"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// made is what apply.sh makes, and how far destroy.sh has got with it: what was removed, and what
// the script tells that it leaves. Both are by kind and name, as the functions below give them.
type made struct {
	state         deployed.State
	removed, told map[string]bool
	looked        bool // the script has looked whose the role is
}

func undoSteps() map[string]step {
	return map[string]step{
		"undo_dataset_group": {[]kind{argLiteral, argLiteral}, (*run).undoDatasetGroup},
		"undo_managed":       {[]kind{argLiteral}, (*run).undoManaged},
		"attached_before":    {[]kind{argPrincipal, argText, argText}, (*run).attachedBefore},
		"undo_bucket":        {[]kind{argText, argPolicy, argLiteral}, (*run).undoBucket},
		"undo_key":           {[]kind{argText, argPolicy, argLiteral}, (*run).undoKey},
		"look_at_role":       {nil, (*run).lookAtRole},
		"undo_inline":        {[]kind{argLiteral, argPolicy}, (*run).undoInline},
		"undo_role":          {[]kind{argList}, (*run).undoRole},
	}
}

func groupID(g deployed.DatasetGroup) string { return "dataset group " + g.Name.V.String() }
func policyID(p deployed.Policy) string      { return "policy " + p.Name.V.String() }
func inlineID(p deployed.Inline) string      { return "inline policy " + p.Name.V.String() }
func bucketID(b deployed.Bucket) string      { return "bucket " + b.Name.V.String() }
func keyID(k deployed.Key) string            { return "key " + k.ARN.V.String() }
func policyOf(id string) string              { return "policy of " + id }

func attachmentID(a deployed.Attachment) string {
	return a.Policy.V.String() + " on the " + string(a.Kind) + " " + a.To.V.String()
}

// strange refuses a step about something that apply.sh does not make.
func (r *run) strange(c call, what string) {
	r.refuse(c.at, "removal", c.name, "apply.sh makes no such "+what)
}

// once notes what is removed or told, and refuses it the second time.
func (r *run) once(notes map[string]bool, c call, id string) {
	if notes[id] {
		r.refuse(c.at, "removal", c.name, "the same is in the script twice")
	}
	notes[id] = true
}

// says requires an argument to have the value that follows from apply.sh.
func (r *run) says(w word, want, what string) {
	if w.value != want {
		r.refuse(w.at, "argument", w.raw, what+": "+single(want))
	}
}

func (r *run) undoDatasetGroup(c call) {
	for _, g := range r.made.state.DatasetGroups {
		if same(g.Name.V, c.args[0].text) {
			want := ""
			if len(g.Key.V.Parts()) > 0 {
				want = encryptedGroup
			}
			r.says(c.args[1], want, "whether apply.sh encrypts the dataset group")
			r.once(r.made.told, c, groupID(g))
			return
		}
	}
	r.strange(c, "dataset group")
}

func (r *run) undoManaged(c call) {
	for _, p := range r.made.state.Policies {
		if same(p.Name.V, c.args[0].text) {
			r.once(r.made.removed, c, policyID(p))
			return
		}
	}
	r.strange(c, "policy")
}

func (r *run) attachedBefore(c call) {
	a := r.attachment(c)
	there := func(b deployed.Attachment) bool { return attachmentID(a) == attachmentID(b) }
	if !slices.ContainsFunc(r.made.state.Attachments, there) || r.ownPolicy(a.Policy.V) != nil {
		r.strange(c, "attachment")
		return
	}
	r.made.told[attachmentID(a)] = true // two operators may say the same
}

// agrees requires a document of destroy.sh to be that of apply.sh, by which the library tells this
// setup's statements.
func (r *run) agrees(w word, have, made *deployed.Document) {
	if made == nil && have == nil ||
		made != nil && have != nil && deployed.SameDocument(made.Document, have.Document) {
		return
	}
	at := r.place(w.at)
	if have != nil {
		at = have.At
	}
	r.refuseAt(at, "policy", w.raw, "it is not the one in apply.sh")
}

func (r *run) undoBucket(c call) {
	for _, b := range r.made.state.Buckets {
		if !same(b.Name.V, c.args[0].text) || len(b.Lender.V.Parts()) > 0 {
			continue
		}
		want := ""
		if b.Created {
			want = createdBucket
		}
		r.says(c.args[2], want, "whether apply.sh creates the bucket")
		r.agrees(c.args[1], r.merged(&c.args[1]), b.Policy)
		r.once(r.made.told, c, bucketID(b))
		r.made.removed[policyOf(bucketID(b))] = true
		return
	}
	r.strange(c, "bucket")
}

// isKey reports whether a text is what a key is called in destroy.sh.
func isKey(k deployed.Key, t policy.Text) bool {
	if len(k.Aliases) == 0 {
		return same(k.ARN.V, t)
	}
	return slices.ContainsFunc(k.Aliases, func(a deployed.Text) bool { return same(a.V, t) })
}

func (r *run) undoKey(c call) {
	for i := range r.made.state.Keys {
		k := &r.made.state.Keys[i]
		if !isKey(*k, c.args[0].text) || len(k.Lender.V.Parts()) > 0 {
			continue
		}
		window := c.args[2]
		days, err := strconv.Atoi(window.value)
		switch {
		case !k.Created:
			r.says(window, "", "of a key that exists already")
		case err != nil, days <= 0, strconv.Itoa(days) != window.value:
			r.refuse(window.at, "argument", window.raw, "it is a number of days")
		}
		k.Window = deployed.Int{V: days, At: r.place(window.at)}
		r.agrees(c.args[1], r.merged(&c.args[1]), k.Policy)
		r.once(r.made.told, c, keyID(*k))
		r.made.removed[policyOf(keyID(*k))] = true
		return
	}
	r.strange(c, "key")
}

// role returns the role that apply.sh sets up.
func (r *run) role() *deployed.Role {
	if len(r.made.state.Roles) != 1 {
		return nil
	}
	return &r.made.state.Roles[0]
}

func (r *run) lookAtRole(c call) {
	if role := r.role(); role == nil || !role.Created {
		r.strange(c, "role")
	}
	r.made.looked = true
}

func (r *run) undoInline(c call) {
	role := r.role()
	if role == nil {
		r.strange(c, "role")
		return
	}
	for _, p := range role.Inline {
		if same(p.Name.V, c.args[0].text) {
			if role.Created && !r.made.looked {
				r.refuse(c.at, "order", c.name, "look_at_role comes before it")
			}
			var have *deployed.Document
			if c.args[1].function != "" {
				have = r.document(&c.args[1])
			}
			r.agrees(c.args[1], have, p.Policy)
			r.once(r.made.removed, c, inlineID(p))
			return
		}
	}
	r.strange(c, "inline policy")
}

func (r *run) undoRole(c call) {
	role := r.role()
	if role == nil || !role.Created {
		r.strange(c, "role")
		return
	}
	var others []policy.Text
	first := func(id string) {
		if !r.made.removed[id] {
			r.refuse(c.at, "order", c.name,
				"the "+id+" goes before it: a role that has it cannot be deleted")
		}
	}
	for _, p := range role.Inline {
		first(inlineID(p))
	}
	for _, a := range r.made.state.Attachments {
		if a.Kind != deployed.RoleP || !same(a.To.V, role.Name.V) {
			continue
		}
		if p := r.ownPolicy(a.Policy.V); p != nil {
			first(policyID(*p))
		} else {
			others = append(others, a.Policy.V)
			r.made.removed[attachmentID(a)] = true
		}
	}
	if have, ok := r.texts(c.args[0]); ok && !slices.Equal(spell(have), spell(others)) {
		r.refuse(c.args[0].at, "argument", excerpt(c.args[0].raw),
			"it does not name the policies of others that apply.sh attaches to the role")
	}
	r.namesRole(c)
	r.once(r.made.removed, c, "role")
}

// namesRole requires the policies that name the role to be undone before the role is: AWS puts
// a meaningless id in the place of a role that is gone (IAM User Guide, "Principal", section "IAM
// role principals").
func (r *run) namesRole(c call) {
	check := func(id string, d *deployed.Document) {
		if d == nil || r.made.removed[policyOf(id)] {
			return
		}
		if slices.Contains(d.Document.Refs(), nameRef("ROLE_NAME")) {
			r.refuse(c.at, "order", c.name,
				"the policy of the "+id+" names the role, and is undone before it")
		}
	}
	for _, b := range r.made.state.Buckets {
		check(bucketID(b), b.Policy)
	}
	for _, k := range r.made.state.Keys {
		check(keyID(k), k.Policy)
	}
}

func spell(texts []policy.Text) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = t.String()
	}
	slices.Sort(out)
	return out
}

// ownPolicy returns the policy of apply.sh's own that has an ARN.
func (r *run) ownPolicy(arn policy.Text) *deployed.Policy {
	for i, p := range r.made.state.Policies {
		if same(arn, managedARN(p.Name.V)) {
			return &r.made.state.Policies[i]
		}
	}
	return nil
}

// undone returns what apply.sh makes, with what destroy.sh leaves of it as protected. What it
// neither removes nor tells of is refused.
func (r *run) undone() deployed.State {
	s, m := r.made.state, r.made
	is := func(v bool) deployed.Bool { return deployed.Bool{V: v, At: r.place(r.after)} }
	gone := func(notes map[string]bool, id string, at deployed.Place) {
		if !notes[id] {
			r.refuse(len(r.text)-1, "removal", id,
				"apply.sh makes it ("+at.String()+"), and destroy.sh does not remove it or tell of it")
		}
	}
	for i := range s.Roles {
		role := &s.Roles[i]
		role.Protected = is(role.Created && !m.removed["role"])
		for _, p := range role.Inline {
			gone(m.removed, inlineID(p), p.At)
		}
	}
	for _, p := range s.Policies {
		gone(m.removed, policyID(p), p.At)
	}
	for _, a := range s.Attachments {
		if id := attachmentID(a); r.ownPolicy(a.Policy.V) == nil && !m.removed[id] {
			gone(m.told, id, a.At)
		}
	}
	for i := range s.Buckets {
		b := &s.Buckets[i]
		if len(b.Lender.V.Parts()) > 0 {
			continue // nothing of it is this setup's
		}
		gone(m.told, bucketID(*b), b.At)
		b.Protected = is(b.Created)
		b.PolicyProtected = is(b.Policy != nil && !m.removed[policyOf(bucketID(*b))])
	}
	for i := range s.Keys {
		k := &s.Keys[i]
		if len(k.Lender.V.Parts()) > 0 {
			continue
		}
		gone(m.told, keyID(*k), k.At)
		k.Protected = is(k.Created)
		k.PolicyProtected = is(k.Policy != nil && !m.removed[policyOf(keyID(*k))])
	}
	for i := range s.DatasetGroups {
		g := &s.DatasetGroups[i]
		gone(m.told, groupID(*g), g.At)
		g.Protected = is(true)
	}
	return s
}
