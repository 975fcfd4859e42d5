package shell

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/modeltest"
)

// renamedSpec is modeltest.FirstSpec for a setup of another name, with names of its own for what it
// creates. What exists is shared.
func renamedSpec(name string) string {
	return strings.NewReplacer("  reco:\n", "  "+name+":\n", "name: Service", "name: Service-"+name,
		"alias/reco-own", "alias/"+name+"-own", "acme-data", "acme-data-"+name,
		"acme-more", "acme-more-"+name, "acme-results", "acme-results-"+name,
		"      own: {", "      own-"+name+": {", "key: own}", "key: own-"+name+"}", "{name: reco}", "{name: "+name+"}").Replace(modeltest.FirstSpec)
}

// TestOtherSetupsStay: setups whose names begin or end alike, in one account, with policies on the
// same roles, users, buckets and keys: what leaves one takes nothing from the others.
func TestOtherSetupsStay(t *testing.T) {
	names := []string{"reco-eu", "reco-kms", "reco-s3-data", "eco", "reco2", "x-pzgen-reco"}
	first := specified(t, modeltest.FirstSpec)
	w := newWorld(t, first)
	for _, name := range names {
		n := w.moved(specified(t, renamedSpec(name)))
		n.must(n.apply())
	}
	// What has a tag of nearly the same, or the right one on something that is not a setup's.
	a := w.m.Account
	a.Roles["Personalize-reco"] = &account.Role{Path: "/", Trust: nobody, Inline: map[string]string{},
		Tags: map[string]string{ownerTag: "reco"}} // Personalize cannot assume it
	a.Roles["Near"] = &account.Role{Path: "/",
		Trust:  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
		Inline: map[string]string{"Personalize-reco-notes": nobody}, Tags: map[string]string{ownerTag: "Reco", "Pzgen:setup": "reco"}}
	a.Policies["arn:aws:iam::111122223333:policy/Personalize-reco-theirs"] = &account.Policy{
		Name: "Personalize-reco-theirs", Default: "v1", Next: 2, Tags: map[string]string{ownerTag: "recO"},
		Versions: []account.Version{{ID: "v1", Document: nobody}}}
	others := normal(t, a)
	for _, c := range some(modeltest.Changes()) {
		if slices.ContainsFunc(c.Edits, func(e string) bool { return strings.Contains(e, "was:") }) {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			w := newWorld(t, first)
			w.join(copied(t, a))
			w.must(w.apply())
			n := w.moved(specified(t, c.Apply(t, modeltest.FirstSpec)))
			n.must(n.apply())
			n.must(n.run(destroyPath(n.setup), "--yes"))
			have := copied(t, n.m.Account)
			delete(have.Datasets, "reco")
			for name, b := range have.Buckets {
				if b.Tags[ownerTag] == "reco" || a.Buckets[name] == nil {
					delete(have.Buckets, name)
				}
			}
			for alias := range have.Aliases {
				if a.Aliases[alias] == "" {
					delete(have.Aliases, alias)
				}
			}
			have.Keys = slices.DeleteFunc(have.Keys, func(k *account.Key) bool {
				return k.Tags[ownerTag] == "reco"
			})
			for name := range have.Roles {
				if a.Roles[name] == nil && (have.Roles[name].Trust == nobody || name == n.setup.Role.Name && n.setup.Role.Existing) {
					delete(have.Roles, name)
				}
			}
			have.Elsewhere, have.MustExist = a.Elsewhere, a.MustExist
			if b := normal(t, have); b != others {
				t.Errorf("something of others is gone:\n%s", unified(others, b))
			}
		})
	}
}

// TestAttachedByOthersStays: what a person attached by hand stays where apply.sh noted its own, and
// is told; what an earlier version attached, which noted nothing, goes where the spec says whom a
// policy is attached to.
func TestAttachedByOthersStays(t *testing.T) {
	boss := "arn:aws:iam::111122223333:policy/Personalize-reco-boss"
	c := modeltest.Change{Edits: []string{"users: [\"ann,=1\"]", "users: [cid]"}}
	for how, noted := range map[string]bool{"noted": true, "not noted": false} {
		t.Run(how, func(t *testing.T) {
			w := newWorld(t, specified(t, modeltest.FirstSpec))
			w.must(w.apply())
			a := w.m.Account
			a.Users["hand"] = &account.Principal{Attached: []string{boss}}
			if !noted {
				for _, p := range a.Policies {
					delete(p.Tags, recordTag+"1")
				}
			}
			n := w.moved(specified(t, c.Apply(t, modeltest.FirstSpec)))
			n.must(n.apply())
			if got := len(a.Users["hand"].Attached) == 1; got != noted {
				t.Errorf("that it is attached still is %v", got)
			}
			if len(a.Users["ann,=1"].Attached) != 0 || !slices.Contains(a.Users["cid"].Attached, boss) {
				t.Errorf("users are %v", a.Users)
			}
			if said := "the policy Personalize-reco-boss on the user hand, which somebody else attached"; noted != strings.Contains(n.m.Out.String(), said) {
				t.Errorf("it says\n%s", n.m.Out.String())
			}
			n.must(n.apply())
			if len(n.m.Account.Changes) > 0 {
				t.Errorf("the second run changes %v", n.m.Account.Changes)
			}
		})
	}
	// What operators had before of others is not taken away when it leaves the spec.
	s := specified(t, modeltest.FirstSpec)
	w := newWorld(t, s)
	full := "arn:aws:iam::aws:policy/AmazonPersonalizeFullAccess"
	w.m.Account.Roles["CI"].Attached = []string{full}
	w.must(w.apply())
	n := w.moved(specified(t, modeltest.Change{Edits: []string{", managedPolicies: [AmazonPersonalizeFullAccess]", ""}}.Apply(t, modeltest.FirstSpec)))
	n.must(n.apply())
	if !slices.Contains(n.m.Account.Roles["CI"].Attached, full) {
		t.Error("it lost what it had before")
	}
}

// TestManyAttachments: whom a policy is attached to takes several tags, and what they say is read
// back whole.
func TestManyAttachments(t *testing.T) {
	var users []string
	for i := range 60 {
		users = append(users, fmt.Sprintf("person,%d=%s", i, strings.Repeat("x", 20)))
	}
	list := func(users []string) string { return "[\"" + strings.Join(users, "\", \"") + "\"]" }
	spec := modeltest.Change{Edits: []string{"[\"ann,=1\"]", list(users)}}.Apply(t, modeltest.FirstSpec)
	w := newWorld(t, specified(t, spec))
	w.must(w.apply())
	n := w.moved(specified(t, strings.Replace(spec, list(users), list(users[:1]), 1)))
	n.must(n.apply())
	for i, u := range users {
		if got := len(n.m.Account.Users[u].Attached); got != 0 != (i == 0) {
			t.Errorf("%s has %d policies", u, got)
		}
	}
	for _, p := range n.m.Account.Policies {
		for k, v := range p.Tags {
			if len(v) > 256 {
				t.Errorf("tag %s has %d characters", k, len(v))
			}
		}
	}
	n.must(n.apply())
	if len(n.m.Account.Changes) > 0 {
		t.Errorf("the second run changes %v", n.m.Account.Changes)
	}
}

// TestKeep: --keep leaves all of it, says so on every run, and a later run without it finds all.
func TestKeep(t *testing.T) {
	for _, c := range some(modeltest.Changes()) {
		t.Run(c.Name, func(t *testing.T) {
			first, second := specified(t, modeltest.FirstSpec), specified(t, c.Apply(t, modeltest.FirstSpec))
			direct := newWorld(t, first)
			direct.must(direct.apply())
			direct = direct.moved(second)
			direct.must(direct.apply())
			want := normal(t, direct.m.Account)

			w := newWorld(t, first)
			w.must(w.apply())
			n := w.moved(second)
			n.must(n.apply("--keep"))
			for _, call := range n.m.Account.Changes {
				for _, verb := range []string{"detach", "delete-role", "delete-policy", "delete-bucket-policy"} {
					if strings.Contains(call, " "+verb) && !strings.HasSuffix(call, "-version") {
						t.Errorf("--keep makes the call %s", call)
					}
				}
			}
			said := n.m.Out.String()
			state := n.state()
			n.must(n.apply("--keep"))
			if len(n.m.Account.Changes) > 0 || n.state() != state {
				t.Errorf("the second run with --keep changes %v\n%s", n.m.Account.Changes, n.m.Out.String())
			}
			for _, out := range []string{said, n.m.Out.String()} {
				if kept := strings.Contains(out, "(--keep):"); kept == strings.Contains(out, "up to date") {
					t.Errorf("it says\n%s", out)
				}
			}
			n.must(n.apply())
			if have := normal(t, n.m.Account); have != want {
				t.Errorf("a run without --keep ends elsewhere:\n%s", unified(want, have))
			}
		})
	}
}

// TestRevokeInterrupted kills apply.sh after its n-th call, for every n, while things leave the
// spec, and runs it again.
func TestRevokeInterrupted(t *testing.T) {
	killed := errors.New("killed")
	all := modeltest.Changes()
	c := all[slices.IndexFunc(all, func(c modeltest.Change) bool { return c.Name == "everything at once" })]
	c.Edits = append(slices.Clone(c.Edits), "  reco:\n", "  shop:\n    was: [reco]\n",
		"      lake: {name: acme-lake, existing: true}\n", "", "      - {type: import, from: lake/in/}\n", "")
	first, second := specified(t, modeltest.FirstSpec), specified(t, c.Apply(t, modeltest.FirstSpec))
	start := newWorld(t, first)
	start.must(start.apply())
	prepared := func() *world {
		n := newWorld(t, second)
		n.join(copied(t, start.m.Account))
		return n
	}
	whole := prepared()
	whole.must(whole.apply())
	want, calls := normal(t, whole.m.Account), len(whole.m.Account.Calls)
	places := 0
	for n := 1; n <= calls; n++ {
		w := prepared()
		left := n
		w.m.Stop = func() error {
			if left--; left == 0 {
				return killed
			}
			return nil
		}
		if err := w.apply(); !errors.Is(err, killed) {
			t.Fatalf("after %d calls: %v", n, err)
		}
		if len(w.m.Account.Changes) == 0 || w.m.Account.Changes[len(w.m.Account.Changes)-1] != w.m.Account.Calls[len(w.m.Account.Calls)-1] {
			continue // nothing changed since the place before
		}
		places++
		last := w.m.Account.Calls[len(w.m.Account.Calls)-1]
		w.m.Stop = nil
		if err := w.apply(); err != nil {
			t.Errorf("killed after call %d, %s, the second run fails: %v", n, last, err)
		} else if got := normal(t, w.m.Account); got != want {
			t.Errorf("killed after call %d, %s, the second run ends in another state:\n%s", n, last, unified(want, got))
		}
	}
	if places < 15 {
		t.Errorf("only %d places", places)
	}
}

// TestNotAllowedToLook: who may not list roles, policies or tags applies all the same, and is told
// what was not looked for; nothing is said to be up to date.
func TestNotAllowedToLook(t *testing.T) {
	for _, call := range []string{"iam list-roles", "iam list-policies", "resourcegroupstaggingapi get-resources"} {
		w := newWorld(t, specified(t, modeltest.FirstSpec))
		w.must(w.apply())
		w.m.Account.Before = func(service, operation string) *account.Error {
			if service+" "+operation == call {
				return &account.Error{Code: "AccessDeniedException", Message: "not allowed"}
			}
			return nil
		}
		w.must(w.apply())
		if out := w.m.Out.String(); strings.Contains(out, "up to date") || !strings.Contains(out, "aws "+call+": ") {
			t.Errorf("%s: it says\n%s", call, out)
		}
		w.m.Account.Before = func(service, operation string) *account.Error {
			if service+" "+operation == call {
				return &account.Error{Code: "Throttling", Message: "slow down"}
			}
			return nil
		}
		w.refuses(w.apply(), "could not read what is there: aws "+call)
	}
}

// TestCallsInALargeAccount: what an account has beside a setup costs a call for each thousand roles
// and policies, and none for keys and objects.
func TestCallsInALargeAccount(t *testing.T) {
	s := specified(t, modeltest.FirstSpec)
	w := newWorld(t, s)
	w.must(w.apply())
	w.must(w.apply())
	alone := len(w.m.Account.Calls)
	large := newWorld(t, s)
	a := large.m.Account
	const many = 10_000
	for i := range many {
		a.Keys = append(a.Keys, &account.Key{ARN: fmt.Sprintf("arn:aws:kms:eu-west-1:111122223333:key/other-%d", i), State: "Enabled"})
		a.Roles[fmt.Sprintf("Other-%d", i)] = &account.Role{Path: "/", Trust: nobody, Inline: map[string]string{}}
		arn := fmt.Sprintf("arn:aws:iam::111122223333:policy/Other-%d", i)
		a.Policies[arn] = &account.Policy{Name: fmt.Sprintf("Other-%d", i), Default: "v1"}
	}
	large.must(large.apply())
	objects := map[string]map[string]string{}
	for i := range 1_000_000 {
		objects[fmt.Sprint(i)] = nil
	}
	a.Buckets["acme-data"].Objects = objects
	large.must(large.apply())
	if got, want := len(a.Calls), alone+2*(many/1000); got != want && got != want+2 {
		t.Errorf("a run makes %d calls, and %d where nothing else is", got, alone)
	}
	// A bucket without tags is asked for one object.
	a.Buckets["acme-data"].Tags, a.Buckets["acme-data"].Policy = nil, ""
	large.refuses(large.apply(), "somebody else made it")
	if n := count(a.Calls, "s3api list-object-versions"); n != 1 {
		t.Errorf("whether a bucket is empty takes %d calls", n)
	}
	t.Logf("%d calls, %d of them where nothing else is", alone+2*(many/1000), alone)
}
