package shell

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/policy"
)

func TestSecondRunChangesNothing(t *testing.T) {
	for name, s := range setups() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, s)
			w.must(w.apply())
			if len(w.m.Account.Changes) == 0 {
				t.Fatal("the first run changed nothing")
			}
			state := w.state()
			w.must(w.apply())
			if n := w.m.Account.Changes; len(n) > 0 {
				t.Errorf("the second run made changing calls: %v", n)
			}
			if w.state() != state {
				t.Error("the second run changed the account")
			}
			if !strings.Contains(w.m.Out.String(), "nothing to change") {
				t.Errorf("the second run said %q", w.m.Out.String())
			}
		})
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	for name, s := range setups() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, s)
			state := w.state()
			w.must(w.run(applyPath(s), "--dry-run"))
			if len(w.m.Account.Changes) > 0 || w.state() != state || len(w.backups()) > 0 {
				t.Errorf("a dry run made changing calls: %v", w.m.Account.Changes)
			}
			if !strings.Contains(w.m.Out.String(), "role "+s.Role.Name) {
				t.Errorf("a dry run does not tell what it would do: %s", w.m.Out.String())
			}
			w.must(w.apply())
			w.m.Account.Datasets = map[string]*account.DatasetGroup{}
			state = w.state()
			w.must(w.run(destroyPath(s), "--dry-run"))
			if len(w.m.Account.Changes) > 0 || w.state() != state {
				t.Errorf("a dry run of destroy.sh made changing calls: %v", w.m.Account.Changes)
			}
		})
	}
}

// TestInterrupted kills apply.sh after its n-th call of aws, for every n, both when the call was
// answered and the answer was lost, and runs it again.
func TestInterrupted(t *testing.T) {
	killed := errors.New("killed")
	s := setup()
	whole := newWorld(t, s)
	whole.must(whole.apply())
	want, calls := whole.state(), len(whole.m.Account.Calls)
	for n := 1; n <= calls; n++ {
		w := newWorld(t, s)
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
		last := w.m.Account.Calls[len(w.m.Account.Calls)-1]
		w.m.Stop = nil
		if err := w.apply(); err != nil {
			t.Errorf("killed after call %d, %s, the second run fails: %v", n, last, err)
		} else if got := w.state(); got != want {
			t.Errorf("killed after call %d, %s, the second run ends in another state:\n%s", n,
				last, got)
		}
	}
	t.Logf("%d places", calls)
}

// TestConcurrentChange changes the policy of a bucket while apply.sh works on it: before the
// write, and right after it.
func TestConcurrentChange(t *testing.T) {
	theirs := string(document(foreign(), policy.Statement{Sid: "New", Effect: policy.Deny,
		Principal: &policy.Principal{Any: true}, Action: texts("s3:*"), Resource: texts("*")}).JSON())
	for _, c := range []struct {
		name, why string
		at        func(calls []string) bool
	}{
		{"before the write", "a moment ago", func(calls []string) bool {
			return count(calls,
				"s3api get-bucket-policy") == reads(t)
		}},
		{"after the write", "at the same time", func(calls []string) bool {
			return count(calls, "s3api put-bucket-policy") == 2 &&
				calls[len(calls)-1] == "s3api get-bucket-policy"
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, setup())
			done := false
			w.m.Account.Before = func(service, operation string) *account.Error {
				if !done && c.at(w.m.Account.Calls) {
					done = true
					w.m.Account.Buckets["acme-results"].Policy = theirs
				}
				return nil
			}
			err := w.apply()
			if err == nil || !strings.Contains(err.Error(), c.why) {
				t.Fatalf("got %v", err)
			}
			if w.m.Account.Buckets["acme-results"].Policy != theirs {
				t.Error("their policy is lost")
			}
			names := w.backups()
			if !slices.ContainsFunc(names, func(n string) bool {
				return strings.Contains(n,
					"bucket-acme-results")
			}) {
				t.Errorf("backups: %v", names)
			}
			if c.name == "after the write" && !strings.Contains(err.Error(),
				"backup-bucket-acme-results") {
				t.Errorf("the error does not name the backup: %v", err)
			}
		})
	}
}

func count(calls []string, name string) int {
	n := 0
	for _, c := range calls {
		if c == name {
			n++
		}
	}
	return n
}

// reads is the number of the reading call that comes right before the policy of the existing
// bucket is written.
func reads(t *testing.T) int {
	w := newWorld(t, setup())
	w.must(w.apply())
	calls := w.m.Account.Calls
	for i := len(calls) - 1; i >= 0; i-- {
		if calls[i] == "s3api put-bucket-policy" {
			return count(calls[:i], "s3api get-bucket-policy")
		}
	}
	return -1
}

// TestNotYetVisible: AWS needs a while until a new role can be named in a policy.
func TestNotYetVisible(t *testing.T) {
	w := newWorld(t, setup())
	fails := map[string]int{"create-key": 3, "put-bucket-policy": 2, "put-role-policy": 2,
		"create-dataset-group": 1}
	w.m.Account.Before = func(_, operation string) *account.Error {
		if fails[operation] == 0 {
			return nil
		}
		fails[operation]--
		switch operation {
		case "create-key":
			return &account.Error{Code: "MalformedPolicyDocumentException",
				Message: "Policy contains a statement with one or more invalid principals."}
		case "put-bucket-policy":
			return &account.Error{Code: "MalformedPolicy", Message: "Invalid principal in policy"}
		case "put-role-policy":
			return &account.Error{Code: "NoSuchEntity", Message: "The role cannot be found."}
		}
		return &account.Error{Code: "InvalidInputException", Message: "The role cannot be assumed"}
	}
	w.must(w.apply())
	for operation, n := range fails {
		if n != 0 {
			t.Errorf("%s was not tried again", operation)
		}
	}
	w.m.Account.Before = func(_, operation string) *account.Error {
		if operation == "get-role" {
			return &account.Error{Code: "AccessDenied", Message: "not authorized"}
		}
		return nil
	}
	w.refuses(w.apply(), "(AccessDenied)")
}

// TestVersionsOfManagedPolicies: AWS keeps five, so the oldest goes.
func TestVersionsOfManagedPolicies(t *testing.T) {
	s := setup()
	var kept *account.Account
	for i := range 8 {
		s.Operators[1].Policies[0].Document.Statements[0].Action = texts(fmt.Sprintf("iam:PassRole%d", i))
		w := newWorld(t, s)
		if i > 0 {
			w.m.Account = kept
			w.m.Account.Before = nil
		}
		w.must(w.apply())
		kept = w.m.Account
		p := kept.Policies["arn:aws:iam::111122223333:policy/Personalize-retail-web"]
		if len(p.Versions) != min(i+1, 5) || p.Default != fmt.Sprintf("v%d", i+1) {
			t.Errorf("after %d changes the policy is %+v", i, p)
		}
	}
}
