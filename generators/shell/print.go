package shell

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// Print returns apply.sh and destroy.sh of a setup. It fails for values that a script cannot hold
// (NUL, bytes that are not UTF-8), for tags in pzgen's own name space, and for the policy of a
// key that refers to a key which is created later.
func Print(s *model.Setup) ([]output.File, error) {
	n := namesOf(s)
	apply := &script{setup: s, names: n, docs: append(s.Docs(), s.Borrowed()...)}
	apply.apply()
	if apply.err != nil {
		return nil, apply.err
	}
	destroy := &script{setup: s, names: n}
	destroy.destroy()
	if destroy.err != nil {
		return nil, destroy.err
	}
	return []output.File{
		{Path: applyPath(s), Data: apply.b.Bytes(), Mode: 0o755},
		{Path: destroyPath(s), Data: destroy.b.Bytes(), Mode: 0o755},
	}, nil
}

func applyPath(s *model.Setup) string   { return s.Name + "/shell/apply.sh" }
func destroyPath(s *model.Setup) string { return s.Name + "/shell/destroy.sh" }

func (w *script) apply() {
	s := w.setup
	w.header("apply.sh",
		"Creates the Amazon Personalize setup "+s.Name+", or brings it up to date; --help tells how.")
	w.function("check_setup", func() {
		w.checkValues()
		for _, u := range s.Uploads {
			w.step("need_file", w.word(u.File))
		}
	})
	w.tags()
	w.documents()
	w.function("steps", w.applySteps)
	w.function("summary", func() {
		for _, l := range summaryOf(s) {
			w.step("show", w.word(l.what), w.text(l.value))
		}
	})
	w.end()
}

// wanted returns the statements of a document that the script itself brings along: all of a
// document that is pzgen's, and only pzgen's own where the document belongs to something that
// exists.
func wanted(s *model.Setup, d model.Doc) policy.Document {
	for _, b := range s.Buckets {
		if b.Decisive().Name == d.Name && b.Existing {
			return b.Own
		}
	}
	for _, k := range s.Keys {
		if k.Decisive().Name == d.Name && k.Existing() {
			return k.Own
		}
	}
	if g := s.DatasetGroup; g != nil { // the scripts write its name out
		return d.Document.Fill(policy.Env{model.RefGroupName: g.Name})
	}
	return d.Document
}

// watched returns the calls that statements of others in the policy of something that exists are
// held against, as the library takes them: what the policy is called, and of each call the
// workflow, the caller, the action, what it works on, the object, the prefix of a listing, and how
// often it is needed.
func watched(s *model.Setup, d calls.Document) []string {
	out, times := []string{d.Name}, map[string]int{}
	for _, n := range calls.Needs(s, d) {
		one := strings.Join([]string{n.Workflow, n.Caller.String(), n.Action, n.On, n.Object, n.Prefix}, "\t")
		if times[one]++; times[one] == 1 {
			out = append(out, one)
		}
	}
	for i, one := range out[1:] {
		out[i+1] += "\t" + strconv.Itoa(times[one])
	}
	return out
}

// applySteps is the order of things: the role before the keys, whose policies name it; the keys
// before the policies and buckets that name them.
func (w *script) applySteps() {
	s := w.setup
	if s.Role.Of != "" {
		w.step("lent_role", w.word(s.Role.Of), w.policy(s.Role.Trust))
	} else if s.Role.Existing {
		w.step("existing_role", w.policy(s.Role.Trust))
	} else {
		w.step("ensure_role", w.word(s.Role.Description), w.text(s.Role.Boundary),
			w.policy(s.Role.Trust))
	}
	w.keySteps()
	for _, d := range s.Role.Policies {
		if s.Role.Inline {
			w.step("ensure_inline", w.word(d.PolicyName), w.policy(d))
		} else {
			own := policy.NewText(policy.Lit("role/"), model.RefRoleName)
			w.step("ensure_managed", w.word(d.PolicyName), w.policy(d), w.list([]policy.Text{own}),
				w.list(nil), w.word(d.About))
		}
	}
	w.step("role_policies", w.list(s.Role.ManagedPolicies))
	for _, b := range s.Buckets {
		name, key := w.ref(model.RefBucketName(b.ID)), "''"
		if b.Key != "" {
			key = w.ref(model.RefKeyARN(b.Key))
		}
		if account := b.Owner.Elsewhere(); account != "" {
			w.step("bucket_elsewhere", name, w.word(account), w.word(b.Owner.Setup))
			continue
		}
		if b.Owner != nil {
			w.step("lent_bucket", name, key, w.word(b.Owner.Setup), w.policy(b.Borrowed()),
				w.strings(watched(s, calls.OfBucket(b.ID))))
			continue
		}
		if b.Existing {
			w.step("existing_bucket", name, key, w.strings(watched(s, calls.OfBucket(b.ID))))
		} else {
			w.step("ensure_bucket", name, key, strconv.FormatBool(b.Versioning),
				strconv.FormatBool(b.BlockPublic),
				strconv.FormatBool(b.OwnerOnly), strconv.Itoa(b.ExpireDays),
				strconv.Itoa(b.OldDays))
		}
		w.step("merge_policy bucket", name, w.policy(b.Policy))
	}
	for _, b := range s.Buckets {
		if b.Logs != nil { // the policy of the bucket that receives them comes first
			w.step("ensure_logs", w.ref(model.RefBucketName(b.ID)), w.text(b.Logs.To()),
				w.text(b.Logs.Prefix))
		}
	}
	for _, o := range s.Operators {
		var to []policy.Text
		for _, a := range attachments(o) {
			to = append(to, policy.Literal(a.kind+"/"+a.name))
		}
		for i, d := range o.Policies {
			var others []policy.Text
			if i == 0 {
				others = o.ManagedPolicies
			}
			w.step("ensure_managed", w.word(d.PolicyName), w.policy(d), w.list(to), w.list(others),
				w.word(d.About))
		}
		if len(o.Policies) == 0 && len(o.ManagedPolicies) > 0 {
			w.step("attach_others", w.list(to), w.list(o.ManagedPolicies))
		}
	}
	for _, u := range s.Uploads {
		w.step("upload", w.word(u.File), w.ref(model.RefBucketName(u.To.Bucket)),
			w.word(u.To.Prefix))
	}
	if g := s.DatasetGroup; g != nil {
		key := "''"
		if g.Key != "" {
			key = w.ref(model.RefKeyARN(g.Key))
		}
		w.step("ensure_dataset_group", w.word(g.Name), w.word(g.Domain), key)
	}
}

func (w *script) keySteps() {
	later := map[policy.Ref]bool{}
	for _, k := range w.setup.Keys {
		later[model.RefKeyARN(k.ID)] = k.ARN == ""
	}
	for _, k := range w.setup.Keys {
		for _, r := range wanted(w.setup, k.Policy).Refs() {
			if k.Policy.Name != "" && later[r] {
				w.fail(fmt.Errorf("the policy of key %q refers to %s, a key that is not there yet when this one "+
					"is set up: name only keys that exist, or that sort before it", k.ID, r))
			}
		}
		name := w.names.vars[model.RefKeyARN(k.ID)]
		if k.Owner != nil {
			later[model.RefKeyARN(k.ID)] = false
			if account := k.Owner.Elsewhere(); account != "" {
				w.step("key_elsewhere", `"$`+name+`"`, w.word(account), w.word(k.Owner.Setup))
				continue
			}
			of := []string{w.word(k.Owner.Setup), w.policy(k.Borrowed()), w.strings(watched(w.setup, calls.OfKey(k.ID)))}
			if k.ARN != "" {
				w.step(append([]string{"lent_key", `"$` + name + `"`}, of...)...)
			} else {
				w.step(append([]string{"find_lent_key", name, `"$` + w.names.aliases[k.ID] + `"`}, of...)...)
			}
			continue
		}
		if k.ARN != "" {
			w.step("existing_key", `"$`+name+`"`, w.policy(k.Policy),
				w.strings(watched(w.setup, calls.OfKey(k.ID))))
			continue
		}
		later[model.RefKeyARN(k.ID)] = false
		if k.Found {
			w.step("found_key", name, `"$`+w.names.aliases[k.ID]+`"`, w.policy(k.Policy),
				w.strings(watched(w.setup, calls.OfKey(k.ID))))
			continue
		}
		w.step("ensure_key", name, w.word(k.ID), `"$`+w.names.aliases[k.ID]+`"`,
			strconv.FormatBool(k.Rotation), w.policy(k.Policy))
	}
}

// attachment is a user, group or role that an operator's policies are attached to.
type attachment struct{ kind, name string }

func attachments(o model.Operator) []attachment {
	var all []attachment
	for _, n := range o.Groups {
		all = append(all, attachment{"group", n})
	}
	for _, n := range o.Roles {
		all = append(all, attachment{"role", n})
	}
	for _, n := range o.Users {
		all = append(all, attachment{"user", n})
	}
	return all
}
