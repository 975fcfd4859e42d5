//go:build unix

package e2e

import (
	"encoding/json"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// target returns the documents of the JSON target, with the placeholders of created keys filled in.
func (w *world) target(m *model.Setup, env policy.Env) map[string]policy.Document {
	w.t.Helper()
	var pairs []string
	for _, k := range m.Keys {
		if ref := model.RefKeyARN(k.ID); k.ARN == "" {
			pairs = append(pairs, ref.Short(), env[ref])
		}
	}
	fill := strings.NewReplacer(pairs...)
	docs := map[string]policy.Document{}
	for _, f := range printed(w.t, m, "json") {
		d, err := policy.DecodeJSON([]byte(fill.Replace(string(f.Data))))
		if err != nil {
			w.t.Fatalf("%s: %v", f.Path, err)
		}
		name, _, _ := strings.Cut(path.Base(f.Path), ".")
		docs[name] = d
	}
	return docs
}

// wanted returns what is in the account once the setup is applied: the documents of the JSON
// target, merged where they are statements to merge.
func (w *world) wanted(m *model.Setup, env policy.Env) map[string]policy.Document {
	w.t.Helper()
	docs := w.target(m, env)
	for _, d := range m.Docs() {
		if !d.Partial || d.Name == m.Role.Trust.Name {
			continue
		}
		base, err := policy.DecodeJSON(w.before.document(m, d.Name, env))
		if err != nil {
			w.t.Fatalf("%s: %v", d.Name, err)
		}
		merged, conflicts, err := policy.Merge(base, m.Owner(docs[d.Name], false))
		if err != nil || len(conflicts) > 0 {
			w.t.Fatalf("%s: %v %v", d.Name, conflicts, err)
		}
		if w.handsOff {
			merged = base
		}
		docs[d.Name] = merged
	}
	return docs
}

// agrees requires the account to hold every document of the setup.
func (w *world) agrees(t testing.TB, m *model.Setup, s *state) {
	t.Helper()
	env := s.references(m)
	want := w.wanted(m, env)
	for _, d := range m.Docs() {
		text := s.document(m, d.Name, env)
		if d.Partial && d.Name == m.Role.Trust.Name {
			if old := w.before.document(m, d.Name, env); !same(t, old, text) {
				t.Errorf("%s: the trust policy of a role that exists is changed to %s", m.Name, text)
			}
			continue
		}
		if len(text) == 0 {
			t.Errorf("%s: there is no %s in the account", m.Name, d.Name)
			continue
		}
		got, err := policy.DecodeJSON(text)
		if err != nil {
			t.Errorf("%s: %s: %v", m.Name, d.Name, err)
			continue
		}
		if doc := want[d.Name]; !got.Equal(doc) {
			t.Errorf("%s: %s in the account is\n%s\nand the JSON target has\n%s", m.Name, d.Name, got.JSON(), doc.JSON())
		}
	}
}

// difference returns what has changed between two texts.
func difference(before, after string) string {
	text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: difflib.SplitLines(before), B: difflib.SplitLines(after), FromFile: "want", ToFile: "got", Context: 4})
	if err != nil {
		return err.Error()
	}
	return text
}

// same reports whether two JSON texts have one value.
func same(t testing.TB, a, b []byte) bool {
	t.Helper()
	var x, y any
	for text, v := range map[string]*any{string(a): &x, string(b): &y} {
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), v); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	if string(a) == string(b) {
		return true
	}
	return reflect.DeepEqual(x, y)
}

// foreignStays requires what others had in the account to be as it was, but for managed policies of AWS's, which stay attached.
func (w *world) foreignStays(t testing.TB, m *model.Setup, s *state) {
	t.Helper()
	attached := map[string]bool{}
	for _, o := range m.Operators {
		for _, p := range o.ManagedPolicies {
			attached[p.Fill(m.DeployedEnv()).IAM()] = true
		}
	}
	for _, p := range m.Role.ManagedPolicies {
		attached[p.Fill(m.DeployedEnv()).IAM()] = true
	}
	identities := func(kind string, before, after map[string]*identity) {
		for name, was := range before {
			is := after[name]
			if is == nil {
				t.Errorf("%s: the %s %s is gone", m.Name, kind, name)
				continue
			}
			now := *is
			now.Attached = slices.DeleteFunc(slices.Clone(is.Attached), func(arn string) bool { return attached[arn] && !slices.Contains(was.Attached, arn) })
			a, _ := json.Marshal(was)
			b, _ := json.Marshal(now)
			if !same(t, a, b) {
				t.Errorf("%s: the %s %s was\n%s\nand is\n%s", m.Name, kind, name, a, b)
			}
		}
	}
	identities("role", w.before.Roles, s.Roles)
	identities("user", w.before.Users, s.Users)
	identities("group", w.before.Groups, s.Groups)
	identities("policy", w.before.Policies, s.Policies)
	for name, was := range w.before.Buckets {
		is := s.Buckets[name]
		if is == nil || !same(t, []byte(was.Policy), []byte(is.Policy)) {
			t.Errorf("%s: the bucket %s was\n%+v\nand is\n%+v", m.Name, name, was, is)
			continue
		}
		now := *is
		now.Policy = was.Policy
		if !reflect.DeepEqual(*was, now) {
			t.Errorf("%s: the bucket %s was\n%+v\nand is\n%+v", m.Name, name, was, is)
		}
	}
	for arn, was := range w.before.Keys {
		is := s.Keys[arn]
		if is == nil || !same(t, []byte(was.Policy), []byte(is.Policy)) {
			t.Errorf("%s: the key %s was\n%+v\nand is\n%+v", m.Name, arn, was, is)
		}
	}
}

// sids returns the Sids of a policy.
func sids(t testing.TB, text string) []string {
	t.Helper()
	d, err := policy.DecodeJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range d.Statements {
		if s.Sid != "" {
			out = append(out, s.Sid)
		}
	}
	return out
}
