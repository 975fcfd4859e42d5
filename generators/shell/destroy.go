package shell

import (
	"strconv"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// What the steps of destroy.sh are told of a dataset group that has a key, and of a bucket that
// apply.sh creates.
const (
	encryptedGroup = "encrypted"
	createdBucket  = "created"
)

func (w *script) destroy() {
	s := w.setup
	for _, d := range s.Docs() {
		if w.needed(d) {
			w.docs = append(w.docs, d)
		}
	}
	w.header("destroy.sh",
		"Removes what apply.sh made for the Amazon Personalize setup "+s.Name+"; --help tells how.")
	w.function("check_setup", w.checkValues)
	w.documents()
	w.function("steps", w.destroySteps)
	w.end()
}

// needed reports whether destroy.sh compares a document with what is there: those of buckets and
// keys, and inline policies.
func (w *script) needed(d model.Doc) bool {
	for _, p := range w.setup.Role.Policies {
		if p.Name == d.Name {
			return w.setup.Role.Inline
		}
	}
	for _, b := range w.setup.Buckets {
		if b.Policy.Name == d.Name {
			return true
		}
	}
	for _, k := range w.setup.Keys {
		if k.Policy.Name == d.Name {
			return true
		}
	}
	return false
}

// destroySteps undoes in the other order. Policies that name the role go before it does: AWS puts
// a meaningless id in the place of a role that is gone.
func (w *script) destroySteps() {
	s := w.setup
	if g := s.DatasetGroup; g != nil {
		key := "''"
		if g.Key != "" {
			key = "'" + encryptedGroup + "'"
		}
		w.step("undo_dataset_group", w.word(g.Name), key)
	}
	for _, o := range s.Operators {
		for _, d := range o.Policies {
			w.step("undo_managed", w.word(d.PolicyName))
		}
		for _, to := range attachments(o) {
			for _, arn := range o.ManagedPolicies {
				w.step("attached_before", to.kind, w.word(to.name), w.text(arn))
			}
		}
	}
	for _, b := range s.Buckets {
		if b.Owner != nil {
			continue // its policy is another setup's
		}
		created := "'" + createdBucket + "'"
		if b.Existing {
			created = "''"
		}
		w.step("undo_bucket", w.ref(model.RefBucketName(b.ID)), w.policy(b.Policy), created)
	}
	// The key policies name keys by what apply.sh knew; a created key is found by its alias, and
	// its statements need no ARN of its own.
	for _, k := range s.Keys {
		if k.Owner != nil {
			continue
		}
		name, window := `"$`+w.names.aliases[k.ID]+`"`, "''"
		if k.ARN != "" {
			name = w.ref(model.RefKeyARN(k.ID))
		}
		if !k.Existing() {
			window = w.word(strconv.Itoa(k.Window))
		}
		w.step("undo_key", name, w.policy(k.Policy), window)
	}
	if !s.Role.Existing {
		w.step("look_at_role")
	}
	for _, d := range s.Role.Policies {
		if s.Role.Inline {
			w.step("undo_inline", w.word(d.PolicyName), w.policy(d))
		} else {
			w.step("undo_managed", w.word(d.PolicyName))
		}
	}
	if s.Role.Existing {
		for _, arn := range s.Role.ManagedPolicies {
			w.step("attached_before", "role", `"$ROLE_NAME"`, w.text(arn))
		}
		return
	}
	w.step("undo_role", w.list(s.Role.ManagedPolicies))
}

// list returns Texts as one word, a JSON list.
func (w *script) list(texts []policy.Text) string {
	parts := []policy.Part{policy.Lit("[")}
	for i, t := range texts {
		if i > 0 {
			parts = append(parts, policy.Lit(","))
		}
		parts = append(parts, policy.Lit(`"`))
		parts = append(parts, t.Parts()...)
		parts = append(parts, policy.Lit(`"`))
	}
	return w.text(policy.NewText(append(parts, policy.Lit("]"))...))
}
