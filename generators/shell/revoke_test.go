package shell

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/modeltest"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
)

// some returns every fourth change, or all with PZGEN_ALL_CASES=1.
func some(all []modeltest.Change) []modeltest.Change {
	n := testtool.Cases((len(all)+3)/4, len(all))
	var out []modeltest.Change
	for i := range n {
		out = append(out, all[i*len(all)/n])
	}
	return out
}

// specified builds the first setup of a spec.
func specified(t testing.TB, text string) *model.Setup {
	t.Helper()
	return modeltest.Load(t, write(t, text))[0]
}

// write puts a spec into a file.
func write(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pzgen.yaml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// moved returns the world of another setup in the account of w.
func (w *world) moved(s *model.Setup) *world {
	n := newWorld(w.t, s)
	n.join(w.m.Account)
	return n
}

// join makes the account of a world another one, with all that its setup needs.
func (w *world) join(a *account.Account) {
	mine := w.m.Account
	for name, p := range mine.Users {
		if a.Users[name] == nil {
			a.Users[name] = p
		}
	}
	for name, r := range mine.Roles {
		if a.Roles[name] == nil {
			a.Roles[name] = r
		}
	}
	for name, b := range mine.Buckets {
		if a.Buckets[name] == nil {
			a.Buckets[name] = b
		}
	}
	for _, k := range mine.Keys {
		if !slices.ContainsFunc(a.Keys, func(o *account.Key) bool { return o.ARN == k.ARN }) {
			a.Keys = append(a.Keys, k)
		}
	}
	a.Elsewhere = append(a.Elsewhere, mine.Elsewhere...)
	a.MustExist, a.KeyARN = mine.MustExist, mine.KeyARN
	w.m.Account = a
}

// both returns an account in which all is that two setups need, and nothing that they make.
func both(t testing.TB, first, second *model.Setup) *world {
	w := newWorld(t, second)
	w.join(newWorld(t, first).m.Account)
	other := newWorld(t, second)
	w.m.Account.KeyARN, w.m.Account.MustExist = other.m.Account.KeyARN, other.m.Account.MustExist
	return w
}

// without takes what is left behind out of an account, and requires it to be there without a
// statement of the setup's.
func without(t testing.TB, a *account.Account, c modeltest.Change, setup *model.Setup) {
	t.Helper()
	clean := func(what, doc string) {
		if doc == "" {
			return
		}
		d, err := policy.DecodeJSON([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range d.Statements {
			if strings.HasPrefix(s.Sid, "Personalize") && !strings.HasPrefix(s.Sid, "PersonalizeKeyAdmin") ||
				strings.Contains(s.Sid, "PZgen") || s.Sid == "PersonalizeS3BucketAccessPolicy" {
				t.Errorf("the policy of %s still has %s", what, s.JSON())
			}
		}
	}
	for _, name := range c.Left {
		if b := a.Buckets[name]; b != nil {
			clean(name, b.Policy)
			if b.Tags[ownerTag] != "" {
				delete(a.Buckets, name)
			}
			continue
		}
		arn := name
		if to, ok := a.Aliases[name]; ok {
			arn = to
			delete(a.Aliases, name)
		}
		i := slices.IndexFunc(a.Keys, func(k *account.Key) bool { return k.ARN == arn })
		if i < 0 {
			t.Errorf("%s is gone", name)
			continue
		}
		clean(name, a.Keys[i].Policy)
		if a.Keys[i].Tags[ownerTag] != "" {
			a.Keys = slices.Delete(a.Keys, i, i+1)
		}
	}
}

// TestWhatLeavesTheSpec: after every change of a spec the account is as if the new spec had been
// applied alone, but for data; and a second run has nothing to change.
func TestWhatLeavesTheSpec(t *testing.T) {
	for _, c := range modeltest.Changes() {
		t.Run(c.Name, func(t *testing.T) {
			before, after := c.Specs(t)
			first, second := specified(t, before), specified(t, after)
			fresh := both(t, first, second)
			fresh.must(fresh.apply())
			w := newWorld(t, first)
			w.must(w.apply())
			n := w.moved(second)
			if err := n.apply("--dry-run"); err != nil || len(n.m.Account.Changes) > 0 {
				t.Fatalf("a dry run: %v, %v", err, n.m.Account.Changes)
			}
			n.must(n.apply())
			said := n.m.Out.String()
			for _, name := range c.Left {
				if strings.HasPrefix(name, "acme-") && name != "acme-lake" &&
					!strings.Contains(said, "aws s3api delete-bucket --bucket "+name+" ") {
					t.Errorf("it does not say that it left %s:\n%s", name, said)
				}
			}
			if !strings.Contains(said, "is up to date") {
				t.Errorf("it does not say that all is up to date:\n%s", said)
			}
			state := n.state()
			n.must(n.apply())
			if len(n.m.Account.Changes) > 0 || n.state() != state {
				t.Errorf("the second run changes %v\n%s", n.m.Account.Changes, n.m.Out.String())
			}
			asSpecified(t, c, second, fresh.m.Account, n.m.Account)
		})
	}
}

func asSpecified(t *testing.T, c modeltest.Change, s *model.Setup, want, have *account.Account) {
	t.Helper()
	have = copied(t, have)
	without(t, have, c, s)
	want.KeyARN, want.Before, want.Elsewhere, have.Elsewhere = nil, nil, nil, nil
	want.Datasets, have.Datasets = nil, nil // dataset groups are data: they stay as they were made
	if a, b := records(want), records(have); !maps.EqualFunc(a, b, slices.Equal) {
		t.Errorf("it is noted %v, want %v", b, a)
	}
	a, b := normal(t, want), normal(t, have)
	for alias, arn := range have.Aliases { // a key is the one that it was, whatever the spec calls it now
		if made := want.Aliases[alias]; made != "" {
			b = strings.ReplaceAll(b, string(arn), string(made))
		}
	}
	if a != b {
		t.Errorf("the account is not as the spec says:\n%s", unified(a, b))
	}
}

// records returns what is noted on policies and roles.
func records(a *account.Account) map[string][]string {
	out := map[string][]string{}
	for arn, p := range a.Policies {
		out[arn] = recordOf(p.Tags)
	}
	for name, r := range a.Roles {
		out[name] = recordOf(r.Tags)
	}
	return out
}

// TestDestroyTakesWhatLeftTheSpec: destroy.sh of the new spec leaves no grant of the old one
// either.
func TestDestroyTakesWhatLeftTheSpec(t *testing.T) {
	for _, c := range modeltest.Changes() {
		t.Run(c.Name, func(t *testing.T) {
			before, after := c.Specs(t)
			first, second := specified(t, before), specified(t, after)
			w := newWorld(t, first)
			w.must(w.apply())
			n := w.moved(second)
			n.must(n.run(destroyPath(second), "--yes"))
			state := n.state()
			want := both(t, first, second).m.Account
			have := copied(t, n.m.Account)
			maps.DeleteFunc(have.Buckets, func(_ string, b *account.Bucket) bool {
				return b.Tags[ownerTag] != "" && b.Policy == ""
			})
			have.Keys = slices.DeleteFunc(have.Keys, func(k *account.Key) bool {
				d, err := policy.DecodeJSON([]byte(k.Policy))
				return k.Tags[ownerTag] != "" && err == nil && len(d.Statements) == 1
			})
			clear(have.Aliases)
			want.Elsewhere, have.Elsewhere, have.Datasets = nil, nil, want.Datasets
			want.MustExist, have.MustExist = nil, nil
			if a, b := normal(t, want), normal(t, have); a != b {
				t.Errorf("something is left:\n%s", unified(a, b))
			}
			n.must(n.run(destroyPath(second), "--yes"))
			if len(n.m.Account.Changes) > 0 || n.state() != state {
				t.Errorf("the second run changes %v", n.m.Account.Changes)
			}
		})
	}
}

// TestOldDatasetGroup: a dataset group that leaves the spec stays, and is told with the command
// that deletes it.
func TestOldDatasetGroup(t *testing.T) {
	first := specified(t, modeltest.FirstSpec)
	w := newWorld(t, first)
	w.must(w.apply())
	without := strings.Replace(modeltest.FirstSpec, "    datasetGroup: {name: reco}\n", "", 1)
	n := w.moved(specified(t, without))
	n.must(n.apply())
	if out := n.m.Out.String(); n.m.Account.Datasets["reco"] == nil ||
		!strings.Contains(out, "aws personalize delete-dataset-group --dataset-group-arn arn:aws:personalize:eu-west-1:111122223333:dataset-group/reco ") {
		t.Errorf("it says\n%s", out)
	}
}

// TestBrokenRevoke breaks each part of the library that looks for what left the spec or takes it
// away, and expects the account of a change to show that.
func TestBrokenRevoke(t *testing.T) {
	all := modeltest.Changes()
	for _, b := range []struct{ body, change string }{
		{"old_roles() { :; }", "role renamed"},
		{"old_inline() { :; }", "setup renamed"},
		{"old_policies() { :; }", "operator dropped"},
		{"old_data() { :; }", "bucket dropped"},
		{"names_in() { :; }", "existing bucket dropped"},
		{"old_attached() { :; }", "operator moved"},
		{"revoke_data() { :; }", "bucket and key dropped"},
		{"revoke_bucket() { :; }", "bucket renamed"},
		{"revoke_key() { :; }", "key changed"},
		{"revoke_grants() { :; }", "operator moved"},
		{"revoke_inline() { :; }", "setup renamed"},
		{"delete_managed() { :; }", "operator renamed"},
		{"delete_role() { :; }", "role renamed"},
		{"detach() { :; }", "managed policy of an operator dropped"},
		{"recorded() { :; }", "user dropped"},
		{"GUIDE_SIDS='[]'", "profile switched back"},
	} {
		from, to := modeltest.FirstSpec, ""
		if b.change == "profile switched back" {
			from, to = all[slices.IndexFunc(all, func(c modeltest.Change) bool { return c.Name == "profile switched" })].Apply(t, modeltest.FirstSpec), modeltest.FirstSpec
		}
		var c modeltest.Change
		if to == "" {
			c = all[slices.IndexFunc(all, func(c modeltest.Change) bool { return c.Name == b.change })]
			to = c.Apply(t, modeltest.FirstSpec)
		}
		first, second := specified(t, from), specified(t, to)
		for _, broken := range []bool{false, true} {
			w := newWorld(t, first)
			w.must(w.apply())
			n := w.moved(second)
			if broken {
				file := outFolder + libraryFolder + "/apply.sh"
				n.m.Files[file] = append(slices.Clone(n.m.Files[file]), "\n"+b.body+"\n"...)
			}
			fresh := both(t, first, second)
			fresh.must(fresh.apply())
			err := n.apply()
			have := copied(t, n.m.Account)
			for _, name := range c.Left {
				if k := have.Aliases[name]; k != "" {
					have.Keys = slices.DeleteFunc(have.Keys, func(o *account.Key) bool {
						return o.ARN == k && !strings.Contains(o.Policy, "PersonalizeService")
					})
					delete(have.Aliases, name)
				}
				if have.Buckets[name] != nil && have.Buckets[name].Policy == "" {
					delete(have.Buckets, name)
				}
			}
			fresh.m.Account.Elsewhere, have.Elsewhere = nil, nil
			fresh.m.Account.MustExist, have.MustExist = nil, nil
			fresh.m.Account.Datasets, have.Datasets = nil, nil // data, which stays as it was made
			withoutIDs(t, have)
			withoutIDs(t, fresh.m.Account)
			same := err == nil && normal(t, have) == normal(t, fresh.m.Account) &&
				maps.EqualFunc(records(have), records(fresh.m.Account), slices.Equal)
			if same == broken {
				t.Errorf("with %q (%v), %s ends as it should: %v, %v", b.body, broken, b.change, same, err)
			}
		}
	}
}

// withoutIDs takes the Ids out of policies: a merge leaves the one that is there, whatever it says.
func withoutIDs(t testing.TB, a *account.Account) {
	t.Helper()
	clean := func(doc *string) {
		if *doc == "" {
			return
		}
		d, err := policy.DecodeJSON([]byte(*doc))
		if err != nil {
			t.Fatal(err)
		}
		d.ID = ""
		*doc = string(d.JSON())
	}
	for _, b := range a.Buckets {
		clean(&b.Policy)
	}
	for _, k := range a.Keys {
		clean(&k.Policy)
	}
}
