//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
)

const ownersFolder = "owner-222233334444"

// ownersPolicy decodes a file of what the owner gets, or of the setup.
func ownersPolicy(t *testing.T, data []byte) policy.Document {
	t.Helper()
	d, err := policy.DecodeJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// read returns the documents of the setup with the data lake by the names of their files.
func readerFiles(t *testing.T) (*model.Setup, map[string]policy.Document) {
	t.Helper()
	m := build(t, filepath.Join(examples, "owner.yaml"))[0]
	docs := map[string]policy.Document{}
	for _, pattern := range []string{"policies/*.json", ownersFolder + "/policies/*.json"} {
		files, err := filepath.Glob(filepath.Join("../out", m.Name, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			docs[filepath.Base(f)] = ownersPolicy(t, data)
		}
	}
	return m, docs
}

// With the documents of both accounts AWS allows every call of the workflows, and without the
// owner's it denies each that is about what the owner has.
func TestOwnerSimulated(t *testing.T) {
	m, docs := readerFiles(t)
	away, here := 0, 0
	for _, c := range calls.AsMade(m, nil, "") {
		var own, theirs policy.Policies
		if c.Caller == calls.Role {
			own.Identity = []policy.Document{docs["role-policy.json"]}
		}
		theirs = own
		set := func(name string, elsewhere bool) {
			d, ok := docs[name]
			if !ok {
				t.Fatalf("there is no %s", name)
			}
			own.Resource = &d
			if !elsewhere {
				theirs.Resource = &d
			}
		}
		account := m.Account
		switch {
		case c.Action == "sts:AssumeRole":
			set("role-trust.json", false)
		case c.Bucket == "results":
			set("bucket-results.json", false)
		case strings.HasPrefix(c.Action, "kms:"):
			set("key-lake.statements.json", true)
			account = "222233334444"
		default:
			set("bucket-lake.statements.json", true)
			account = "222233334444"
		}
		if c.Request.ResourceAccount != account {
			t.Errorf("%s on %s is in account %s", c.Action, c.Request.Resource, c.Request.ResourceAccount)
		}
		if d, err := policy.Evaluate(c.Request, own); err != nil || d.Outcome != policy.Allowed {
			t.Errorf("%s: %s on %s: %v %v", c.Workflow, c.Action, c.Request.Resource, d, err)
		}
		if account == m.Account {
			here++
			continue
		}
		away++
		if d, err := policy.Evaluate(c.Request, theirs); err != nil || d.Outcome == policy.Allowed {
			t.Errorf("without the owner: %s: %s on %s: %v %v", c.Workflow, c.Action, c.Request.Resource, d, err)
		}
	}
	if away < 20 || here < 3 {
		t.Errorf("%d calls in the other account, %d in this", away, here)
	}
}

// The owner's page alone: its commands, run in the folder that is handed over, put the statements
// into the policies that are there, once, and take them out again; everything else stays.
func TestRealOwner(t *testing.T) {
	testtool.Need(t, "bash")
	testtool.Need(t, "jq")
	m, docs := readerFiles(t)
	owner := m.Handed[0]
	c := newCloud(t, startAWS(t), owner.Account, owner.Region)
	bucket := owner.Buckets[0].Name
	c.aws("s3api", "create-bucket", "--bucket", bucket, "--create-bucket-configuration", "LocationConstraint="+owner.Region)
	theirPolicy := `{"Version": "2012-10-17", "Id": "theirs", "Statement": {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::` +
		owner.Account + `:root"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::` + bucket + `/it's \"$(id)\"/*"}}`
	c.aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", theirPolicy)
	var key struct{ KeyMetadata struct{ Arn string } }
	unmarshal(t, c.aws("kms", "create-key"), &key)
	folder := filepath.Join(c.dir, "handed over")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("../out", m.Name, ownersFolder))); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(strings.ReplaceAll(string(page), owner.Keys[0].ARN, key.KeyMetadata.Arn), "```sh\n")
	if len(blocks) != 3 {
		t.Fatalf("%d blocks of commands", len(blocks)-1)
	}
	run := func(block int, answer string) string {
		commands, _, _ := strings.Cut(blocks[block], "```")
		cmd := testtool.Command(t, "bash", "-e", "-c", commands)
		cmd.Dir, cmd.Env, cmd.Stdin = folder, c.env(c.moto), strings.NewReader(answer)
		out, err := cmd.CombinedOutput()
		if (err != nil) != (answer == "n\n") {
			t.Fatalf("%q answered: %v\n%s", answer, err, out)
		}
		return string(out)
	}
	policies := func() (policy.Document, policy.Document) {
		var b, k struct{ Policy string }
		unmarshal(t, c.aws("s3api", "get-bucket-policy", "--bucket", bucket), &b)
		unmarshal(t, c.aws("kms", "get-key-policy", "--key-id", key.KeyMetadata.Arn, "--policy-name", "default"), &k)
		return ownersPolicy(t, []byte(b.Policy)), ownersPolicy(t, []byte(k.Policy))
	}
	_, keyBefore := policies()
	run(1, "n\n")
	if b, _ := policies(); len(b.Statements) != 1 {
		t.Error("something was changed though the answer was no")
	}
	run(1, "y\ny\n")
	b, k := policies()
	for name, x := range map[string]struct {
		have, before policy.Document
		own          string
	}{"bucket": {b, ownersPolicy(t, []byte(theirPolicy)), "bucket-lake.statements.json"}, "key": {k, keyBefore, "key-lake.statements.json"}} {
		want := policy.Document{Version: policy.Version2012, ID: x.before.ID,
			Statements: slices.Concat(x.before.Statements, docs[x.own].Statements)}
		if !x.have.Equal(want) {
			t.Errorf("the policy of the %s is\n%s\nnot\n%s", name, x.have.JSON(), want.JSON())
		}
	}
	if out := run(1, ""); strings.Count(out, "the policy is up to date") != 2 {
		t.Errorf("a second run says\n%s", out)
	}
	run(2, "y\ny\n")
	b, k = policies()
	if !b.Equal(ownersPolicy(t, []byte(theirPolicy))) || !k.Equal(keyBefore) {
		t.Errorf("taken out, there are\n%s\n%s", b.JSON(), k.JSON())
	}
	other := testtool.Command(t, "bash", "policies/merge.sh", "--account", m.Account, "--region", owner.Region, "--bucket", bucket, "--mark", "X",
		"--file", "policies/bucket-lake.statements.json", "--yes")
	other.Dir, other.Env = folder, c.env(c.moto)
	if out, err := other.CombinedOutput(); err == nil || !strings.Contains(string(out), "these credentials are of account") {
		t.Errorf("in another account: %v\n%s", err, out)
	}
}
