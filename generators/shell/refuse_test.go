package shell

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/policy"
)

func TestRefused(t *testing.T) {
	foreignRole := &account.Role{Path: "/personalize/", Trust: nobody, Inline: map[string]string{}}
	other := document(policy.Statement{Sid: "PersonalizeReadInputRetail", Effect: policy.Deny,
		Principal: &policy.Principal{Any: true},
		Action:    texts("s3:*"), Resource: texts("*")})
	for _, c := range []struct {
		name, why string
		change    func(*account.Account)
		args      []string
	}{
		{"wrong account", "account 999999999999",
			func(a *account.Account) { a.ID = "999999999999" }, nil},
		{"wrong partition", "partition", func(a *account.Account) { a.Partition = "aws-cn" }, nil},
		{"wrong region", "this script is for eu-west-1", nil, []string{"--region", "us-east-1"}},
		{"unknown option", "there is no option --force", nil, []string{"--force"}},
		{"somebody else's role", "somebody else made it",
			func(a *account.Account) { a.Roles["PersonalizeRetail"] = foreignRole }, nil},
		{"role in another path", "path cannot be changed", func(a *account.Account) {
			a.Roles["PersonalizeRetail"] = &account.Role{Path: "/", Trust: nobody,
				Tags: map[string]string{ownerTag: "retail"}}
		}, nil},
		{"somebody else's bucket in the account", "somebody else made it",
			func(a *account.Account) {
				a.Buckets["acme-data"] = &account.Bucket{Region: "eu-west-1",
					Tags: map[string]string{"team": "x"}}
			}, nil},
		{"untagged bucket with objects", "somebody else made it", func(a *account.Account) {
			a.Buckets["acme-data"] = &account.Bucket{Region: "eu-west-1",
				Objects: map[string]map[string]string{"x": nil}}
		}, nil},
		{"bucket of another account", "another account",
			func(a *account.Account) { a.Foreign["acme-data"] = true }, []string{"--adopt"}},
		{"existing bucket in another region", "Personalize needs it in eu-west-1",
			func(a *account.Account) { a.Buckets["acme-results"].Region = "us-east-1" }, nil},
		{"existing bucket is missing", "says that it exists",
			func(a *account.Account) { delete(a.Buckets, "acme-results") }, nil},
		{"existing key is missing", "says that it exists",
			func(a *account.Account) { a.Keys = nil }, nil},
		{"existing key is to be deleted", "PendingDeletion",
			func(a *account.Account) { a.Keys[0].State = "PendingDeletion" }, nil},
		{"somebody else's key under the alias", "somebody else made it", func(a *account.Account) {
			a.Keys = append(a.Keys, &account.Key{ARN: "arn:aws:kms:eu-west-1:111122223333:key/x",
				State: "Enabled", Policy: string(present(nil).JSON())})
			a.Aliases["alias/retail"] = "arn:aws:kms:eu-west-1:111122223333:key/x"
		}, nil},
		{"foreign statement under an owned Sid", "rename one of them",
			func(a *account.Account) { a.Buckets["acme-results"].Policy = string(other.JSON()) }, []string{"--adopt"}},
		{"foreign policy in an old version of the language", "change its Version first",
			func(a *account.Account) {
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
		{"missing group", "there is no group PersonalizeAdmins",
			func(a *account.Account) { delete(a.Groups, "PersonalizeAdmins") }, nil},
		{"dataset group with another key", "AWS cannot change them", func(a *account.Account) {
			a.Datasets["retail"] = &account.DatasetGroup{Name: "retail", Status: "ACTIVE"}
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := setup()
			s.Buckets[2].Own.Statements[0].Resource = texts("<bucket.results.arn>/${aws:username}/*")
			w := newWorld(t, s)
			if c.change != nil {
				c.change(w.m.Account)
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
		delete(w.m.Files, "/data/interactions.csv")
		w.refuses(w.apply(), "no readable file")
		if len(w.m.Account.Calls) > 0 {
			t.Errorf("it called AWS first: %v", w.m.Account.Calls)
		}
	})
	t.Run("no terminal", func(t *testing.T) {
		w := newWorld(t, setup())
		w.refuses(w.run(applyPath(w.setup)), "no terminal")
	})
}

func TestAdopt(t *testing.T) {
	w := newWorld(t, setup())
	a := w.m.Account
	a.Roles["PersonalizeRetail"] = &account.Role{Path: "/personalize/", Trust: nobody,
		Inline: map[string]string{"Theirs": nobody}, Tags: map[string]string{"theirs": "1"}}
	a.Buckets["acme-data"] = &account.Bucket{Region: "eu-west-1",
		Tags: map[string]string{"theirs": "1"}, Policy: string(document(foreign()).JSON()),
		Lifecycle: []any{map[string]any{"ID": "theirs", "Status": "Enabled"}}}
	w.must(w.apply("--adopt"))
	r := a.Roles["PersonalizeRetail"]
	if r.Tags[ownerTag] != "retail" || r.Tags["theirs"] != "1" || r.Inline["Theirs"] != nobody ||
		r.Trust == nobody {
		t.Errorf("the role is %+v", r)
	}
	b := a.Buckets["acme-data"]
	d, err := policy.DecodeJSON([]byte(b.Policy))
	if err != nil || len(d.Statements) != 3 || d.Statements[0].Normal() != foreign().Normal() ||
		b.Tags["theirs"] != "1" || len(b.Lifecycle) != 2 {
		t.Errorf("the bucket is %+v", b)
	}
	if len(w.backups()) < 2 || !slices.ContainsFunc(w.backups(),
		func(n string) bool { return strings.TrimSpace(string(w.m.Files[n])) == compacted(nobody) }) {
		t.Errorf("the backups are %v", w.backups())
	}
	w.must(w.apply())
	if len(a.Changes) > 0 {
		t.Errorf("the second run changes %v", a.Changes)
	}
}

// Policies as they were are kept outside of what is generated, in a folder that is made before
// anything is changed.
func TestBackupFolder(t *testing.T) {
	s := setups()["existing"]
	for _, script := range []string{applyPath(s), destroyPath(s)} {
		w := newWorld(t, s)
		if script == destroyPath(s) {
			w.must(w.apply())
		}
		w.m.Unwritable = true
		w.refuses(w.run(script, "--yes"), "so nothing was changed: name another folder with --backups")
		w.must(w.run(script, "--dry-run")) // which needs no folder
		w.m.Unwritable = false
		before := w.backups()
		w.must(w.run(script, "--yes", "--backups", "kept here"))
		found := false
		for name := range w.m.Files {
			found = found || strings.HasPrefix(name, "kept here/backup-bucket-")
			if strings.HasPrefix(name, outFolder) && strings.Contains(name, "backup-") {
				t.Errorf("%s is in the output folder", name)
			}
		}
		if !found || len(w.backups()) != len(before) {
			t.Errorf("%s: nothing is kept in the folder that was named", script)
		}
		w.refuses(w.run(script, "--yes", "--backups"), "--backups needs a value")
	}
}
