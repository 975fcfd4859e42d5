package shell

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/modeltest"
)

const elsewhereSpec = `version: 1
setups:
  shop:
    account: "111122223333"
    region: eu-west-1
    keys: {lake: {arn: "arn:aws:kms:eu-west-1:222233334444:key/0a1b2c3d-0000-4000-8000-000000000000", account: "222233334444"}}
    buckets: {data: {name: acme-lake, account: "222233334444", key: lake}, own: {name: acme-own}}
    workflows: [{type: import, from: data/items/}, {type: export, to: own/out/}]
`

func elsewhereSetup(t testing.TB) *model.Setup { return modeltest.Load(t, write(t, elsewhereSpec))[0] }

// Nothing in another account is looked at, so that it need not be there, and it is said who has to do
// what there.
func TestElsewhere(t *testing.T) {
	s := elsewhereSetup(t)
	w := newWorld(t, s)
	delete(w.m.Account.Buckets, "acme-lake")
	w.m.Account.Keys = nil
	matches(t, s, input(s, t))
	w.must(w.apply("--dry-run"))
	for _, want := range []string{
		"leave the bucket acme-lake of account 222233334444: its owner applies what is in owner-222233334444",
		"leave the key arn:aws:kms:eu-west-1:222233334444:key/0a1b2c3d-0000-4000-8000-000000000000 of account 222233334444",
	} {
		if strings.Count(w.m.Out.String(), want) != 1 {
			t.Errorf("it is not said once: %s\n%s", want, w.m.Out.String())
		}
	}
	w.must(w.apply())
	w.must(w.apply())
	if n := len(w.m.Account.Changes); n > 0 {
		t.Errorf("the second run makes %d changing calls", n)
	}
	w.must(w.run(destroyPath(s), "--yes"))
	if len(w.m.Account.Keys) > 0 || w.m.Account.Buckets["acme-lake"] != nil {
		t.Error("something of another account is made")
	}
}

// That a reader passes one of the steps over shows in what it reads.
func TestElsewhereIsRead(t *testing.T) {
	s := elsewhereSetup(t)
	for _, name := range []string{"bucket_elsewhere", "key_elsewhere"} {
		table := func(e, fn string) map[string]step {
			all := stepTable(e, fn)
			if st, ok := all[name]; ok {
				all[name] = step{st.args, func(*run, call) {}}
			}
			return all
		}
		for _, broken := range []bool{false, true} {
			use := stepTable
			if broken {
				use = table
			}
			state, err := parse(input(s, t), use).under(deployed.Values{})
			if err != nil {
				t.Fatal(err)
			}
			different := slices.ContainsFunc(deployed.Match(Want(s).Fill(known(s, s.DeployedEnv())), state), func(d deployed.Difference) bool {
				return d.Kind == deployed.Missing
			})
			if different != broken {
				t.Errorf("%s passed over: %v, a difference: %v", name, broken, different)
			}
		}
	}
}
