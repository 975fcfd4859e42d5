package shell

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/modeltest"
)

const sharedSpec = `version: 1
defaults: {account: "111122223333", region: eu-west-1}
setups:
  hub:
    keys: {main: {alias: alias/hub}, corp: {arn: "` + modeltest.KeyThere + `"}}
    buckets: {data: {name: acme-hub, key: main}, more: {name: acme-more, key: corp}}
    workflows: [{type: import, from: data/hub/}, {type: import, from: more/hub/}]
  shop:
    role: {of: hub}
    keys: {main: {of: hub/main}, corp: {of: hub/corp}}
    buckets: {data: {of: hub/data}, more: {of: hub/more}}
    workflows: [{type: import, from: data/shop/}, {type: export, to: more/shop/}]
    uploads: [{file: items.csv, to: data/shop/}]
    operators:
      loader: {access: upload, roles: [Loader]}
`

// shared returns a setup and one that uses what it has.
func shared(t testing.TB) (owner, user *model.Setup) {
	t.Helper()
	file := write(t, sharedSpec)
	all := modeltest.Load(t, file)
	return all[0], all[1]
}

// TestOwnerFirst: a setup that uses what another one has is refused until that is applied, and again
// when it needs more there than was applied; then it goes through, and leaves the policies alone.
func TestOwnerFirst(t *testing.T) {
	owner, user := shared(t)
	w := newWorld(t, owner)
	fresh := newWorld(t, user)
	for name, r := range fresh.m.Account.Roles {
		if name != user.Role.Name {
			w.m.Account.Roles[name] = r
		}
	}
	n := newWorld(t, user)
	n.m.Account = w.m.Account
	n.refuses(n.apply(), "there is no role Personalize-hub, which the setup hub makes: apply hub first")
	w.must(w.apply())
	policies := func() string {
		a := w.m.Account
		return a.Buckets["acme-hub"].Policy + a.Buckets["acme-more"].Policy + a.Keys[0].Policy + a.Keys[1].Policy
	}
	before := policies()
	for name, part := range map[string]struct {
		policy *string
		why    string
	}{
		"bucket":        {&w.m.Account.Buckets["acme-hub"].Policy, "the policy of the bucket acme-hub lacks"},
		"second bucket": {&w.m.Account.Buckets["acme-more"].Policy, "the policy of the bucket acme-more lacks"},
		"made key":      {keyPolicy(w.m.Account, "alias/hub"), "lacks what this setup needs"},
		"key there":     {keyPolicy(w.m.Account, ""), "the policy of the key " + modeltest.KeyThere + " lacks"},
	} {
		whole := *part.policy
		for _, change := range []func(string) string{
			func(s string) string { return strings.ReplaceAll(s, "ShopPZgenHub", "OtherPZgenHub") },
			func(s string) string { return strings.ReplaceAll(s, "/shop/*", "/older/*") },
			func(s string) string { return strings.ReplaceAll(s, "kms:DescribeKey", "kms:Describe") },
		} {
			if *part.policy = change(whole); *part.policy != whole {
				n.refuses(n.apply(), part.why)
				n.refuses(n.apply("--dry-run"), "apply hub first")
			}
		}
		*part.policy = whole
		if t.Failed() {
			t.Fatal(name)
		}
	}
	role := w.m.Account.Roles["Personalize-hub"]
	whole := role.Trust
	role.Trust = strings.ReplaceAll(whole, "eu-west-1", "eu-central-1")
	n.refuses(n.apply(), "the role Personalize-hub is the setup hub's: generate and apply hub first")
	role.Trust = whole

	n.must(n.apply())
	if before != policies() {
		t.Error("the policies of the bucket or the key have changed")
	}
	if role.Inline["Personalize-shop"] == "" || role.Inline["Personalize-hub"] == "" {
		t.Errorf("the role has %v", role.Inline)
	}
	state := n.state()
	n.must(n.apply())
	w.must(w.apply())
	if len(w.m.Account.Changes) > 0 || n.state() == "" || len(state) == 0 {
		t.Errorf("a second run of the owner changes %v", w.m.Account.Changes)
	}
	n.must(n.run(destroyPath(user), "--yes"))
	if before != policies() || role.Inline["Personalize-shop"] != "" || role.Inline["Personalize-hub"] == "" ||
		w.m.Account.Roles["Personalize-hub"] == nil {
		t.Errorf("destroy.sh of a setup that uses things takes more than its own: %v", role.Inline)
	}
}

// keyPolicy returns the policy of the key of an alias, or of the one without.
func keyPolicy(a *account.Account, alias string) *string {
	i := slices.IndexFunc(a.Keys, func(k *account.Key) bool {
		return (alias == "") == (k.ARN == modeltest.KeyThere)
	})
	return &a.Keys[i].Policy
}

// TestLentStepsLook: each step that looks at what another setup has, left out of the library, lets a
// script go through that has to be refused.
func TestLentStepsLook(t *testing.T) {
	owner, user := shared(t)
	for step, spoil := range map[string]func(*account.Account){
		"lent_role":     func(a *account.Account) { a.Roles["Personalize-hub"].Trust = nobody },
		"lent_bucket":   func(a *account.Account) { a.Buckets["acme-more"].Policy = string(present(nil).Compact()) },
		"lent_key":      func(a *account.Account) { *keyPolicy(a, "") = string(present(nil).Compact()) },
		"find_lent_key": func(a *account.Account) { *keyPolicy(a, "alias/hub") = string(present(nil).Compact()) },
	} {
		for _, broken := range []bool{false, true} {
			w := newWorld(t, owner)
			w.must(w.apply())
			n := newWorld(t, user)
			w.m.Account.Roles["Loader"] = n.m.Account.Roles["Loader"]
			n.m.Account = w.m.Account
			spoil(n.m.Account)
			if broken {
				file := outFolder + libraryFolder + "/apply.sh"
				body := "\n" + step + "() { KEY_ARN=arn:aws:kms:eu-west-1:111122223333:key/main; read -r \"$1\" <<<\"$KEY_ARN\"; }\n"
				if step != "find_lent_key" {
					body = "\n" + step + "() { handles bucket \"$1\"; }\n"
				}
				n.m.Files[file] = append(slices.Clone(n.m.Files[file]), body...)
			}
			if err := n.apply(); (err == nil) != broken {
				t.Errorf("%s, left out: %v: %v", step, broken, err)
			}
		}
	}
}
