package shell

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"github.com/pzgen/pzgen/generators/shell/account"
	"github.com/pzgen/pzgen/model"
	"github.com/pzgen/pzgen/policy"
)

// world is a made-up account with the scripts of a setup to run in it.
type world struct {
	t     testing.TB
	setup *model.Setup
	env   policy.Env
	texts map[string][]byte
	m     *machine
}

func newWorld(t testing.TB, s *model.Setup) *world {
	t.Helper()
	w := &world{t: t, setup: s, env: s.Known(), texts: map[string][]byte{}}
	for _, k := range s.Keys {
		if !k.Existing() {
			w.env[model.RefKeyARN(k.ID)] = "arn:aws:kms:eu-west-1:111122223333:key/" + k.ID
		}
	}
	for _, f := range printed(t, s) {
		w.texts[f.Path] = f.Data
	}
	w.m = newMachine(before(s, w.env))
	for _, u := range s.Uploads {
		w.m.files[local(u.File)] = []byte("a file")
	}
	return w
}

func (w *world) run(path string, args ...string) error {
	w.t.Helper()
	script, err := syntax.NewParser().Parse(bytes.NewReader(w.texts[path]), scriptPath+"apply.sh")
	if err != nil {
		w.t.Fatal(err)
	}
	w.m.account.Calls, w.m.account.Changes = nil, nil
	return w.m.run(script, args...)
}

func (w *world) apply(args ...string) error {
	w.t.Helper()
	return w.run(applyPath(w.setup), append([]string{"--yes"}, args...)...)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) state() string {
	b, err := json.MarshalIndent(w.m.account, "", " ")
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

func (w *world) backups() []string {
	var names []string
	for name := range w.m.files {
		if strings.HasPrefix(name, scriptPath+"backup-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (w *world) refuses(err error, why string) {
	w.t.Helper()
	if err == nil || !strings.Contains(err.Error(), why) {
		w.t.Errorf("got %v, want an error with %q", err, why)
	}
	if n := len(w.m.account.Changes); n > 0 {
		w.t.Errorf("it made %d changing calls before it refused: %v", n, w.m.account.Changes)
	}
}

func TestSecondRunChangesNothing(t *testing.T) {
	for name, s := range setups() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, s)
			w.must(w.apply())
			if len(w.m.account.Changes) == 0 {
				t.Fatal("the first run changed nothing")
			}
			state := w.state()
			w.must(w.apply())
			if n := w.m.account.Changes; len(n) > 0 {
				t.Errorf("the second run made changing calls: %v", n)
			}
			if w.state() != state {
				t.Error("the second run changed the account")
			}
			if !strings.Contains(w.m.out.String(), "nothing to change") {
				t.Errorf("the second run said %q", w.m.out.String())
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
			if len(w.m.account.Changes) > 0 || w.state() != state || len(w.backups()) > 0 {
				t.Errorf("a dry run made changing calls: %v", w.m.account.Changes)
			}
			if !strings.Contains(w.m.out.String(), "role "+s.Role.Name) {
				t.Errorf("a dry run does not tell what it would do: %s", w.m.out.String())
			}
			w.must(w.apply())
			state = w.state()
			w.m.account.Datasets = map[string]*account.DatasetGroup{}
			w.must(w.run(destroyPath(s), "--dry-run"))
			if len(w.m.account.Changes) > 0 {
				t.Errorf("a dry run of destroy.sh made changing calls: %v", w.m.account.Changes)
			}
		})
	}
}

// TestInterrupted kills apply.sh after its n-th call of aws, for every n, both when the call was answered and the answer was lost, and runs it again.
func TestInterrupted(t *testing.T) {
	killed := errors.New("killed")
	s := setup()
	whole := newWorld(t, s)
	whole.must(whole.apply())
	want, calls := whole.state(), len(whole.m.account.Calls)
	for n := 1; n <= calls; n++ {
		w := newWorld(t, s)
		left := n
		w.m.stop = func() error {
			if left--; left == 0 {
				return killed
			}
			return nil
		}
		if err := w.apply(); !errors.Is(err, killed) {
			t.Fatalf("after %d calls: %v", n, err)
		}
		last := w.m.account.Calls[len(w.m.account.Calls)-1]
		w.m.stop = nil
		if err := w.apply(); err != nil {
			t.Errorf("killed after call %d, %s, the second run fails: %v", n, last, err)
		} else if got := w.state(); got != want {
			t.Errorf("killed after call %d, %s, the second run ends in another state:\n%s", n, last, got)
		}
	}
	t.Logf("%d places", calls)
}

func TestRefused(t *testing.T) {
	foreignRole := &account.Role{Path: "/personalize/", Trust: nobody, Inline: map[string]string{}}
	other := document(policy.Statement{Sid: "PersonalizeReadInputRetail", Effect: policy.Deny, Principal: &policy.Principal{Any: true},
		Action: texts("s3:*"), Resource: texts("*")})
	for _, c := range []struct {
		name, why string
		change    func(*account.Account)
		args      []string
	}{
		{"wrong account", "account 999999999999", func(a *account.Account) { a.ID = "999999999999" }, nil},
		{"wrong partition", "partition", func(a *account.Account) { a.Partition = "aws-cn" }, nil},
		{"wrong region", "this script is for eu-west-1", nil, []string{"--region", "us-east-1"}},
		{"unknown option", "there is no option --force", nil, []string{"--force"}},
		{"somebody else's role", "somebody else made it", func(a *account.Account) { a.Roles["PersonalizeRetail"] = foreignRole }, nil},
		{"role in another path", "path cannot be changed", func(a *account.Account) {
			a.Roles["PersonalizeRetail"] = &account.Role{Path: "/", Trust: nobody, Tags: map[string]string{ownerTag: "retail"}}
		}, nil},
		{"somebody else's bucket in the account", "somebody else made it", func(a *account.Account) {
			a.Buckets["acme-data"] = &account.Bucket{Region: "eu-west-1", Tags: map[string]string{"team": "x"}}
		}, nil},
		{"untagged bucket with objects", "somebody else made it", func(a *account.Account) {
			a.Buckets["acme-data"] = &account.Bucket{Region: "eu-west-1", Objects: map[string]map[string]string{"x": nil}}
		}, nil},
		{"bucket of another account", "another account", func(a *account.Account) { a.Foreign["acme-data"] = true }, []string{"--adopt"}},
		{"existing bucket in another region", "Personalize needs it in eu-west-1", func(a *account.Account) { a.Buckets["acme-results"].Region = "us-east-1" }, nil},
		{"existing bucket is missing", "says that it exists", func(a *account.Account) { delete(a.Buckets, "acme-results") }, nil},
		{"existing key is missing", "says that it exists", func(a *account.Account) { a.Keys = nil }, nil},
		{"existing key is to be deleted", "PendingDeletion", func(a *account.Account) { a.Keys[0].State = "PendingDeletion" }, nil},
		{"somebody else's key under the alias", "somebody else made it", func(a *account.Account) {
			a.Keys = append(a.Keys, &account.Key{ARN: "arn:aws:kms:eu-west-1:111122223333:key/x", State: "Enabled", Policy: string(present(nil).JSON())})
			a.Aliases["alias/retail"] = "arn:aws:kms:eu-west-1:111122223333:key/x"
		}, nil},
		{"foreign statement under an owned Sid", "rename one of them", func(a *account.Account) { a.Buckets["acme-results"].Policy = string(other.JSON()) }, []string{"--adopt"}},
		{"foreign policy in an old version of the language", "change its Version first", func(a *account.Account) {
			a.Buckets["acme-results"].Policy = `{"Version":"2008-10-17","Statement":[]}`
		}, nil},
		{"number that jq cannot keep", "write it as a string", func(a *account.Account) {
			a.Buckets["acme-results"].Policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"NumericEquals":{"a":12345678901234567890}}}]}`
		}, nil},
		{"policy that gets too large", "AWS allows 20480", func(a *account.Account) {
			s := foreign()
			s.Resource = policy.One(policy.Literal(strings.Repeat("x", 20300)))
			a.Buckets["acme-results"].Policy = string(document(s).JSON())
		}, nil},
		{"missing group", "there is no group PersonalizeAdmins", func(a *account.Account) { delete(a.Groups, "PersonalizeAdmins") }, nil},
		{"dataset group with another key", "AWS cannot change them", func(a *account.Account) {
			a.Datasets["retail"] = &account.DatasetGroup{Name: "retail", Status: "ACTIVE"}
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := setup()
			s.Buckets[2].Own.Statements[0].Resource = texts("<bucket.results.arn>/${aws:username}/*")
			w := newWorld(t, s)
			if c.change != nil {
				c.change(w.m.account)
			}
			state := w.state()
			w.refuses(w.apply(c.args...), c.why)
			if w.state() != state {
				t.Error("the account has changed")
			}
		})
	}
	t.Run("missing upload", func(t *testing.T) {
		w := newWorld(t, setup())
		delete(w.m.files, "/data/interactions.csv")
		w.refuses(w.apply(), "no readable file")
		if len(w.m.account.Calls) > 0 {
			t.Errorf("it called AWS first: %v", w.m.account.Calls)
		}
	})
	t.Run("no terminal", func(t *testing.T) {
		w := newWorld(t, setup())
		w.refuses(w.run(applyPath(w.setup)), "no terminal")
	})
}

func TestAdopt(t *testing.T) {
	w := newWorld(t, setup())
	a := w.m.account
	a.Roles["PersonalizeRetail"] = &account.Role{Path: "/personalize/", Trust: nobody, Inline: map[string]string{"Theirs": nobody}, Tags: map[string]string{"theirs": "1"}}
	a.Buckets["acme-data"] = &account.Bucket{Region: "eu-west-1", Tags: map[string]string{"theirs": "1"}, Policy: string(document(foreign()).JSON()),
		Lifecycle: []any{map[string]any{"ID": "theirs", "Status": "Enabled"}}}
	w.must(w.apply("--adopt"))
	r := a.Roles["PersonalizeRetail"]
	if r.Tags[ownerTag] != "retail" || r.Tags["theirs"] != "1" || r.Inline["Theirs"] != nobody || r.Trust == nobody {
		t.Errorf("the role is %+v", r)
	}
	b := a.Buckets["acme-data"]
	d, err := policy.DecodeJSON([]byte(b.Policy))
	if err != nil || len(d.Statements) != 3 || d.Statements[0].Normal() != foreign().Normal() || b.Tags["theirs"] != "1" || len(b.Lifecycle) != 2 {
		t.Errorf("the bucket is %+v", b)
	}
	if len(w.backups()) < 2 || !slices.ContainsFunc(w.backups(), func(n string) bool { return strings.TrimSpace(string(w.m.files[n])) == compacted(nobody) }) {
		t.Errorf("the backups are %v", w.backups())
	}
	w.must(w.apply())
	if len(a.Changes) > 0 {
		t.Errorf("the second run changes %v", a.Changes)
	}
}

func compacted(doc string) string {
	var v any
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		panic(err)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// TestMergeAgrees holds the merge in jq against the one in Go.
func TestMergeAgrees(t *testing.T) {
	s := setup()
	own := s.Buckets[2].Own
	mine := own.Statements[0]
	old := mine
	old.Sid = "PersonalizeOldRetail"
	changed := mine
	changed.Action = texts("s3:GetObject", "s3:PutObject")
	clash := mine
	clash.Principal = aws("210987654321")
	everybody := mine
	everybody.Principal = &policy.Principal{Any: true}
	unnamed := foreign()
	unnamed.Sid = ""
	stranger := policy.Statement{Sid: "PersonalizeOldRetail", Effect: policy.Allow, Principal: &policy.Principal{Any: true}, Action: texts("s3:*"), Resource: texts("*")}
	not := policy.Statement{Sid: "Not", Effect: policy.Deny, NotPrincipal: aws("210987654321"), NotAction: texts("s3:GetObject"), NotResource: texts("arn:aws:s3:::x")}
	for i, base := range []policy.Document{
		{}, document(), document(foreign()), document(mine), document(foreign(), changed, unnamed), document(old, foreign()), document(foreign(), old, not, mine),
		document(clash), document(everybody), document(stranger), document(changed, foreign(), changed), document(not, unnamed),
		{Version: policy.Version2008, ID: "theirs", Statements: []policy.Statement{foreign()}},
		{Statements: []policy.Statement{foreign()}},
		{Version: policy.Version2012, Single: true, Statements: []policy.Statement{unnamed}},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			w := newWorld(t, s)
			base, err := base.Resolve(w.env)
			w.must(err)
			own, err := own.Resolve(w.env)
			w.must(err)
			b := w.m.account.Buckets["acme-results"]
			b.Policy = ""
			if len(base.Statements) > 0 || base.Version != "" {
				b.Policy = string(base.JSON())
			}
			before := b.Policy
			want, conflicts, err := policy.Merge(base, s.Owner(own))
			w.must(err)
			err = w.apply()
			if len(conflicts) > 0 {
				w.refuses(err, "rename one of them")
				return
			}
			w.must(err)
			got, err := policy.DecodeJSON([]byte(b.Policy))
			w.must(err)
			order := func(d policy.Document) (sids []string) {
				for _, s := range d.Statements {
					sids = append(sids, s.Normal())
				}
				return sids
			}
			if !got.Equal(want) || got.ID != want.ID || !slices.Equal(order(got), order(want)) {
				t.Errorf("merged is\n%s\nwant\n%s", got.JSON(), want.JSON())
			}
			saved := slices.ContainsFunc(w.backups(), func(n string) bool { return strings.Contains(n, "bucket-acme-results") })
			if saved != (before != "" && before != b.Policy) {
				t.Errorf("backups: %v", w.backups())
			}
			w.m.account.Datasets = map[string]*account.DatasetGroup{}
			w.must(w.run(destroyPath(s), "--yes"))
			left, clashes := policy.Unmerge(want, s.Owner(own))
			if len(clashes) > 0 {
				t.Fatal(clashes)
			}
			got = policy.Document{Version: left.Version}
			if b.Policy != "" {
				got, err = policy.DecodeJSON([]byte(b.Policy))
				w.must(err)
			}
			if !got.Equal(left) || got.ID != left.ID {
				t.Errorf("after destroy.sh it is\n%s\nwant\n%s", got.JSON(), left.JSON())
			}
		})
	}
}

func TestDestroy(t *testing.T) {
	for name, s := range setups() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, s)
			bucketBefore := map[string]string{}
			for n, b := range w.m.account.Buckets {
				bucketBefore[n] = b.Policy
			}
			keyBefore := map[string]string{}
			for _, k := range w.m.account.Keys {
				keyBefore[k.ARN] = k.Policy
			}
			w.must(w.apply())
			if g := s.DatasetGroup; g != nil && g.Key != "" {
				w.refuses(w.run(destroyPath(s), "--yes"), "delete it first")
			}
			w.m.account.Datasets = map[string]*account.DatasetGroup{}
			w.must(w.run(destroyPath(s), "--yes"))
			for _, b := range s.Buckets {
				made, ok := w.m.account.Buckets[b.Name]
				if !ok {
					t.Errorf("the bucket %s is gone", b.Name)
				} else if !b.Existing && made.Policy != "" {
					t.Errorf("the bucket %s still has the policy %s", b.Name, made.Policy)
				} else if b.Existing {
					samePolicy(t, w, b.Name, made.Policy, bucketBefore[b.Name], b.Own)
				}
				if !b.Existing && !strings.Contains(w.m.out.String(), "delete-bucket --bucket "+b.Name) {
					t.Errorf("it does not say that it left %s", b.Name)
				}
			}
			for _, k := range w.m.account.Keys {
				if was, ok := keyBefore[k.ARN]; ok {
					samePolicy(t, w, k.ARN, k.Policy, was, policy.Document{})
				} else if !strings.Contains(k.Policy, ":root") || strings.Contains(k.Policy, s.Role.Name) {
					t.Errorf("the policy of the created key is %s", k.Policy)
				}
			}
			if len(w.m.account.Policies) > 0 {
				t.Errorf("policies are left: %v", w.m.account.Policies)
			}
			r, ok := w.m.account.Roles[s.Role.Name]
			if ok != s.Role.Existing || ok && len(r.Inline) > 0 {
				t.Errorf("the role is %v", r)
			}
			w.must(w.run(destroyPath(s), "--yes"))
			if len(w.m.account.Changes) > 0 {
				t.Errorf("the second run changes %v", w.m.account.Changes)
			}
		})
	}
}

// samePolicy checks that a policy is what it was, but for statements that an earlier run had left in it.
func samePolicy(t *testing.T, w *world, what, got, was string, own policy.Document) {
	t.Helper()
	before, err := policy.DecodeJSON([]byte(was))
	w.must(err)
	want, conflicts := policy.Unmerge(before, w.setup.Owner(own))
	if len(conflicts) > 0 {
		t.Fatal(conflicts)
	}
	if got == "" || compacted(got) != compacted(string(want.JSON())) {
		t.Errorf("the policy of %s is\n%s\nwant\n%s", what, got, want.JSON())
	}
}

// TestDestroyLeavesOthers: somebody gave the role a policy, and made a policy of a name that pzgen uses.
func TestDestroyLeavesOthers(t *testing.T) {
	w := newWorld(t, setup())
	w.must(w.apply())
	a := w.m.account
	a.Datasets = map[string]*account.DatasetGroup{}
	a.Roles["PersonalizeRetail"].Inline["Theirs"] = nobody
	a.Policies["arn:aws:iam::111122223333:policy/Personalize-retail-web"].Tags = nil
	w.must(w.run(destroyPath(w.setup), "--yes"))
	if a.Roles["PersonalizeRetail"] == nil || a.Policies["arn:aws:iam::111122223333:policy/Personalize-retail-web"] == nil {
		t.Error("something of somebody else's is gone")
	}
	for _, said := range []string{"gave it policies of their own: Theirs", "the policy Personalize-retail-web, which has no tag"} {
		if !strings.Contains(w.m.out.String(), said) {
			t.Errorf("it does not say %q:\n%s", said, w.m.out.String())
		}
	}
}

// TestConcurrentChange changes the policy of a bucket while apply.sh works on it: before the write, and right after it.
func TestConcurrentChange(t *testing.T) {
	theirs := string(document(foreign(), policy.Statement{Sid: "New", Effect: policy.Deny, Principal: &policy.Principal{Any: true}, Action: texts("s3:*"), Resource: texts("*")}).JSON())
	for _, c := range []struct {
		name, why string
		at        func(calls []string) bool
	}{
		{"before the write", "a moment ago", func(calls []string) bool { return count(calls, "s3api get-bucket-policy") == reads(t) }},
		{"after the write", "at the same time", func(calls []string) bool {
			return count(calls, "s3api put-bucket-policy") == 2 && calls[len(calls)-1] == "s3api get-bucket-policy"
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, setup())
			done := false
			w.m.account.Before = func(service, operation string) *account.Error {
				if !done && c.at(w.m.account.Calls) {
					done = true
					w.m.account.Buckets["acme-results"].Policy = theirs
				}
				return nil
			}
			err := w.apply()
			if err == nil || !strings.Contains(err.Error(), c.why) {
				t.Fatalf("got %v", err)
			}
			if w.m.account.Buckets["acme-results"].Policy != theirs {
				t.Error("their policy is lost")
			}
			names := w.backups()
			if !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "bucket-acme-results") }) {
				t.Errorf("backups: %v", names)
			}
			if c.name == "after the write" && !strings.Contains(err.Error(), "backup-bucket-acme-results") {
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

// reads is the number of the reading call that comes right before the policy of the existing bucket is written.
func reads(t *testing.T) int {
	w := newWorld(t, setup())
	w.must(w.apply())
	calls := w.m.account.Calls
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
	fails := map[string]int{"create-key": 3, "put-bucket-policy": 2, "put-role-policy": 2, "create-dataset-group": 1}
	w.m.account.Before = func(_, operation string) *account.Error {
		if fails[operation] == 0 {
			return nil
		}
		fails[operation]--
		switch operation {
		case "create-key":
			return &account.Error{Code: "MalformedPolicyDocumentException", Message: "Policy contains a statement with one or more invalid principals."}
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
	w.m.account.Before = func(_, operation string) *account.Error {
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
			w.m.account = kept
			w.m.account.Before = nil
		}
		w.must(w.apply())
		kept = w.m.account
		p := kept.Policies["arn:aws:iam::111122223333:policy/Personalize-retail-web"]
		if len(p.Versions) != min(i+1, 5) || p.Default != fmt.Sprintf("v%d", i+1) {
			t.Errorf("after %d changes the policy is %+v", i, p)
		}
	}
}
