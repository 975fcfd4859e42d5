package shell

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/modeltest"
)

const documentedRole = "    profile: documented\n    role: "

// stays applies mine in an account in which theirs was applied, destroys it again, and requires
// that nothing which theirs made is another after either.
func stays(t *testing.T, a *account.Account, theirs, mine string) {
	t.Helper()
	untouched := func(after string, now *account.Account) {
		t.Helper()
		have := copied(t, now)
		maps.DeleteFunc(have.Roles, func(n string, _ *account.Role) bool { return a.Roles[n] == nil })
		maps.DeleteFunc(have.Policies, func(n string, _ *account.Policy) bool { return a.Policies[n] == nil })
		maps.DeleteFunc(have.Buckets, func(n string, _ *account.Bucket) bool { return a.Buckets[n] == nil })
		for name, r := range a.Roles {
			if b := have.Roles[name]; b == nil || !maps.Equal(r.Inline, b.Inline) ||
				len(r.Attached) > len(b.Attached) {
				t.Errorf("%s, role %s: %+v, want %+v", after, name, b, r)
			}
		}
		if len(have.Policies) != len(a.Policies) {
			t.Errorf("%s, %d policies are left of %d", after, len(have.Policies), len(a.Policies))
		}
		for name, b := range a.Buckets {
			if have.Buckets[name].Policy != b.Policy && b.Region != now.Region {
				t.Errorf("%s, bucket %s: %s", after, name, have.Buckets[name].Policy)
			}
		}
	}
	w := newWorld(t, specified(t, theirs))
	w.join(copied(t, a))
	n := w.moved(specified(t, mine))
	n.m.Account.Region = n.setup.Region
	n.must(n.apply())
	untouched("applied", n.m.Account)
	n.must(n.run(destroyPath(n.setup), "--yes"))
	untouched("destroyed", n.m.Account)
}

// TestSameNameInAnotherRegion: two setups of one name, each in a region of its own, leave each
// other alone. Which is which is noted on roles and policies; where nothing is noted, because
// Terraform or CloudFormation made them, their documents tell.
func TestSameNameInAnotherRegion(t *testing.T) {
	us := strings.NewReplacer("eu-west-1", "us-east-1", "name: Service", "name: ServiceUS",
		"acme-", "acme-us-", "alias/reco-own", "alias/us", "ci:", "ci-us:", "boss:", "boss-us:",
		"eyes:", "eyes-us:", "0a1b2c3d", "0a1b2c3e").Replace(modeltest.FirstSpec)
	full := "      boss-us: {access: full, roles: [Boss], users: [\"ann,=1\"]}\n"
	for name, c := range map[string]struct {
		theirs string
		noted  bool
	}{
		"noted":                     {us, true},
		"noted, documented":         {strings.Replace(us, "    role: ", documentedRole, 1), true},
		"not noted":                 {strings.Replace(us, full, "", 1), false},
		"an existing role":          {strings.Replace(us, "name: ServiceUS,", "name: Theirs, existing: true,", 1), true},
		"an existing role, no keys": {noKeys(us), true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, specified(t, c.theirs))
			if r := w.m.Account.Roles["Theirs"]; r != nil {
				r.Trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":` +
					`["ec2.amazonaws.com","personalize.amazonaws.com"]},"Action":"sts:AssumeRole"}}`
			}
			w.must(w.apply())
			if !c.noted {
				unnoted(w.m.Account)
			}
			stays(t, w.m.Account, c.theirs, modeltest.FirstSpec)
		})
	}
}

// noKeys is a spec without keys, of an existing role.
func noKeys(spec string) string {
	before, after, _ := strings.Cut(spec, "    keys:\n")
	_, after, _ = strings.Cut(after, "    buckets:\n")
	after, _, _ = strings.Cut(after, "      keys:\n")
	return strings.NewReplacer("name: ServiceUS,", "name: Theirs, existing: true,", ", key: own", "",
		", key: corp", "").Replace(before + "    buckets:\n" + after)
}

// unnoted takes away what apply.sh notes.
func unnoted(a *account.Account) {
	drop := func(k, _ string) bool { return strings.HasPrefix(k, recordTag) }
	for _, r := range a.Roles {
		maps.DeleteFunc(r.Tags, drop)
	}
	for _, p := range a.Policies {
		maps.DeleteFunc(p.Tags, drop)
	}
}

// TestNamesWithinNames: Personalize-reco-s3-data-s3-x is for a bucket of reco, or for one of a
// setup reco-s3-data, and stays on what the other made.
func TestNamesWithinNames(t *testing.T) {
	for _, name := range []string{"reco-s3-data", "reco-s3", "reco-kms"} {
		theirs := strings.Replace(renamedSpec(name), "    role: ", documentedRole, 1)
		existing := strings.Replace(theirs, "name: Service-"+name+",", "name: Theirs, existing: true,", 1)
		for _, theirs := range []string{theirs, existing} {
			w := newWorld(t, specified(t, theirs))
			if r := w.m.Account.Roles["Theirs"]; r != nil {
				r.Trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` +
					`{"Service":"personalize.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
			}
			w.must(w.apply())
			stays(t, w.m.Account, theirs, modeltest.FirstSpec)
			stays(t, w.m.Account, theirs, strings.Replace(modeltest.FirstSpec, "    role: ", documentedRole, 1))
		}
	}
}

// TestManagedPolicyNamedLikeOurs: a policy of somebody's that has a name as this setup's have is
// detached like any other when it leaves the spec.
func TestManagedPolicyNamedLikeOurs(t *testing.T) {
	const extra = "arn:aws:iam::111122223333:policy/Personalize-reco-extra"
	for _, was := range []string{"CloudWatchFullAccessV2", "AmazonPersonalizeFullAccess"} {
		first := strings.Replace(modeltest.FirstSpec, was, `"`+extra+`"`, 1)
		second := strings.Replace(modeltest.FirstSpec, ", managedPolicies: ["+was+"]", "", 1)
		w := newWorld(t, specified(t, first))
		w.must(w.apply())
		n := w.moved(specified(t, second))
		n.must(n.apply())
		for name, r := range n.m.Account.Roles {
			for _, arn := range r.Attached {
				if arn == extra {
					t.Errorf("the role %s still has it", name)
				}
			}
		}
	}
}

// TestOldBucketNotSeen: where the policy of a bucket or key that left the spec cannot be looked at,
// its statements may be there still, so nothing is said to be up to date.
func TestOldBucketNotSeen(t *testing.T) {
	all := modeltest.Changes()
	for name, code := range map[string]string{"existing bucket dropped": "403",
		"existing key dropped": "AccessDeniedException"} {
		c := all[slices.IndexFunc(all, func(c modeltest.Change) bool { return c.Name == name })]
		w := newWorld(t, specified(t, modeltest.FirstSpec))
		w.must(w.apply())
		n := w.moved(specified(t, c.Apply(t, modeltest.FirstSpec)))
		a := n.m.Account
		if code == "403" {
			a.Foreign[c.Left[0]] = true
			delete(a.Buckets, c.Left[0])
		}
		denied := false // the old key is the first that is described after looking
		a.Before = func(service, operation string) *account.Error {
			if code != "403" && operation == "describe-key" && !denied &&
				count(a.Calls, "resourcegroupstaggingapi get-resources") > 0 {
				denied = true
				return &account.Error{Code: code, Message: "not allowed"}
			}
			return nil
		}
		n.must(n.apply())
		out := n.m.Out.String()
		if strings.Contains(out, "up to date") || !strings.Contains(out, "Could not look") || !strings.Contains(out, c.Left[0]) {
			t.Errorf("%s: it says\n%s", name, out)
		}
	}
}

// TestTooLongToNote: a tag holds 256 characters, so a longer ARN is refused before anything is
// changed.
func TestTooLongToNote(t *testing.T) {
	long := `"arn:aws:iam::111122223333:policy/` + strings.Repeat("team/", 50) + `extra"`
	for _, was := range []string{"CloudWatchFullAccessV2", "AmazonPersonalizeFullAccess"} {
		w := newWorld(t, specified(t, strings.Replace(modeltest.FirstSpec, was, long, 1)))
		w.refuses(w.apply(), "longer than a tag can hold")
	}
}
