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
	"github.com/pzgen/pzgen/policy"
)

// firstSpec is a setup with one of everything that can leave a spec.
const firstSpec = `version: 1
defaults: {account: "111122223333", region: eu-west-1}
setups:
  reco:
    role: {name: Service, managedPolicies: [CloudWatchFullAccessV2]}
    keys:
      corp: {arn: "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"}
      own: {alias: alias/reco-own}
    buckets:
      data: {name: acme-data}
      more: {name: acme-more, key: own}
      lake: {name: acme-lake, existing: true}
      results: {name: acme-results, key: corp}
    workflows:
      - {type: import, from: data/in/}
      - {type: import, from: more/in/}
      - {type: import, from: lake/in/}
      - {type: export, to: results/out/}
    operators:
      ci: {access: operate, roles: [CI], managedPolicies: [AmazonPersonalizeFullAccess]}
      boss: {access: full, roles: [Boss], users: ["ann,=1"]}
    statements:
      buckets:
        lake:
          - {sid: AuditLake, effect: Allow, principal: {AWS: "arn:aws:iam::111122223333:role/Audit"}, action: "s3:GetObject", resource: "<lake.arn>/*"}
`

// change edits a spec.
type change struct {
	name  string
	edits []string // pairs: what is replaced by what

	left []string // buckets and keys by alias or ARN that stay without a statement of the setup's
}

func changes() []change {
	const boss = "      boss: {access: full, roles: [Boss], users: [\"ann,=1\"]}\n"
	const lake = "      lake: {name: acme-lake, existing: true}\n"
	const lakeUse = "      - {type: import, from: lake/in/}\n"
	const more = "      more: {name: acme-more, key: own}\n"
	const moreUse = "      - {type: import, from: more/in/}\n"
	const own = "      own: {alias: alias/reco-own}\n"
	const corp = "      corp: {arn: \"arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000\"}\n"
	statements := firstSpec[strings.Index(firstSpec, "    statements:"):]
	return []change{
		{name: "operator dropped", edits: []string{boss, ""}},
		{name: "operator moved", edits: []string{"roles: [CI]", "roles: [CI2]"}},
		{name: "operator moved to nobody", edits: []string{"roles: [CI], ", ""}},
		{name: "operator lowered", edits: []string{"access: full", "access: read"}},
		{name: "operator renamed", edits: []string{"      boss:", "      chief:"}},
		{name: "user dropped", edits: []string{", users: [\"ann,=1\"]", ""}},
		{name: "managed policy of an operator dropped",
			edits: []string{", managedPolicies: [AmazonPersonalizeFullAccess]", ""}},
		{name: "operator with a managed policy dropped",
			edits: []string{"      ci: {access: operate, roles: [CI], managedPolicies: [AmazonPersonalizeFullAccess]}\n", ""}},
		{name: "managed policy of the role dropped",
			edits: []string{", managedPolicies: [CloudWatchFullAccessV2]", ""}},
		{name: "managed policy of the role exchanged",
			edits: []string{"CloudWatchFullAccessV2", "CloudWatchFullAccess"}},
		{name: "workflow dropped", edits: []string{"      - {type: export, to: results/out/}\n", ""}},
		{name: "bucket dropped", edits: []string{more, "", moreUse, ""}, left: []string{"acme-more"}},
		{name: "bucket and key dropped", edits: []string{more, "", moreUse, "", own, ""},
			left: []string{"acme-more", "alias/reco-own"}},
		{name: "bucket renamed", edits: []string{"acme-more", "acme-most"}, left: []string{"acme-more"}},
		{name: "existing bucket dropped", edits: []string{lake, "", lakeUse, "", statements, ""},
			left: []string{"acme-lake"}},
		{name: "existing bucket not used", edits: []string{lakeUse, "", statements, ""}},
		{name: "key changed", edits: []string{"acme-more, key: own", "acme-more, key: corp", own, ""},
			left: []string{"alias/reco-own"}},
		{name: "existing key dropped", edits: []string{corp, "", ", key: corp", ""},
			left: []string{"arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"}},
		{name: "role renamed", edits: []string{"name: Service", "name: Service2"}},
		{name: "role exchanged for an existing one",
			edits: []string{"name: Service,", "name: Theirs, existing: true,"}},
		{name: "statement dropped", edits: []string{statements, ""}},
		{name: "statement renamed", edits: []string{"AuditLake", "AuditWater"}},
		{name: "profile switched", edits: []string{"  reco:\n", "  reco:\n    profile: documented\n"}},
		{name: "everything at once", edits: []string{boss, "", "roles: [CI]", "roles: [CI2]", more, "",
			moreUse, "", own, "", statements, "", "name: Service", "name: Service2", "acme-data", "acme-date"},
			left: []string{"acme-more", "alias/reco-own", "acme-data"}},
		{name: "setup renamed", edits: []string{"  reco:\n", "  shop:\n    was: [reco]\n"}},
		{name: "setup and role renamed", edits: []string{"  reco:\n", "  shop:\n    was: [reco]\n",
			"name: Service", "name: Service2"}},
		{name: "setup renamed and bucket dropped", edits: []string{"  reco:\n", "  shop:\n    was: [reco]\n",
			lake, "", lakeUse, "", statements, ""}, left: []string{"acme-lake"}},
	}
}

// specified builds the only setup of a spec.
func specified(t testing.TB, text string) *model.Setup {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pzgen.yaml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return modeltest.Load(t, file)[0]
}

func (c change) apply(t testing.TB, text string) string {
	t.Helper()
	for i := 0; i < len(c.edits); i += 2 {
		if !strings.Contains(text, c.edits[i]) {
			t.Fatalf("the spec has no %q", c.edits[i])
		}
		text = strings.Replace(text, c.edits[i], c.edits[i+1], 1)
	}
	return text
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
func without(t testing.TB, a *account.Account, c change, setup *model.Setup) {
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
	for _, name := range c.left {
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
	for _, c := range changes() {
		t.Run(c.name, func(t *testing.T) {
			first := specified(t, firstSpec)
			second := specified(t, c.apply(t, firstSpec))
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
			for _, name := range c.left {
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

func asSpecified(t *testing.T, c change, s *model.Setup, want, have *account.Account) {
	t.Helper()
	have = copied(t, have)
	without(t, have, c, s)
	want.KeyARN, want.Before, want.Elsewhere, have.Elsewhere = nil, nil, nil, nil
	if a, b := records(want), records(have); !maps.EqualFunc(a, b, slices.Equal) {
		t.Errorf("it is noted %v, want %v", b, a)
	}
	if a, b := normal(t, want), normal(t, have); a != b {
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

// TestDestroyTakesWhatLeftTheSpec: destroy.sh of the new spec leaves no grant of the old one either.
func TestDestroyTakesWhatLeftTheSpec(t *testing.T) {
	for _, c := range changes() {
		t.Run(c.name, func(t *testing.T) {
			first := specified(t, firstSpec)
			second := specified(t, c.apply(t, firstSpec))
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
			want.Elsewhere, have.Elsewhere = nil, nil
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
