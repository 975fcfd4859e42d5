//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// refusals are what must not be touched: another account, another region, what somebody else made.
func refusals(t *testing.T, socket string, ran *ran) {
	w := newWorld(t, socket, "minimal.yaml", "minimal", nil)
	defer ran.add(t, w)
	m := w.setup
	w.put(m, "shell")
	w.proxy.reset()
	w.proxy.identity = "999999999999"
	for _, script := range []string{"apply.sh", "destroy.sh"} {
		w.refused(t, "the credentials are for account 999999999999", script, "--yes")
		w.refused(t, "this script is for eu-west-1", script, "--yes", "--region", "us-east-1")
	}
	w.proxy.reset()
	w.refused(t, "there is no terminal", "apply.sh")
	w.aws("iam", "create-role", "--role-name", m.Role.Name, "--assume-role-policy-document", nobody)
	w.aws("iam", "put-role-policy", "--role-name", m.Role.Name, "--policy-name", "Theirs", "--policy-document", theirs)
	w.before = w.state()
	w.refused(t, "somebody else made it", "apply.sh", "--yes")
	if now := w.state(); now.text(t) != w.before.text(t) {
		t.Errorf("a role that somebody else made is changed: %s", now.text(t))
	}
	bucket := m.Buckets[0].Name
	w.aws("s3api", "create-bucket", "--bucket", bucket, "--create-bucket-configuration", "LocationConstraint="+m.Region)
	w.aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", foreignBucketPolicy(m, bucket))
	w.aws("s3api", "put-bucket-tagging", "--bucket", bucket, "--tagging", "TagSet=[{Key=theirs,Value=1}]")
	w.before = w.state()
	w.refused(t, "somebody else made it", "apply.sh", "--yes")

	w.must(t, "apply.sh", "--yes", "--adopt")
	now := w.state()
	if r := now.Roles[m.Role.Name]; !same(t, r.Inline["Theirs"], []byte(theirs)) || r.Tags["pzgen:setup"] != m.Name {
		t.Errorf("the adopted role is %+v", r)
	}
	if b := now.Buckets[bucket]; b.Tags["theirs"] != "1" || !strings.Contains(b.Policy, "HomeFolders") {
		t.Errorf("the adopted bucket is %+v", b)
	}
	// A bucket that is adopted keeps the statements of others, so its policy is the merged one.
	whole := m.Buckets[0].Policy
	m.Buckets[0].Policy.Partial, m.Buckets[0].Policy.Document = true, m.Buckets[0].Own
	w.agrees(t, m, now)
	m.Buckets[0].Policy = whole
	if backups, _ := filepath.Glob(filepath.Join(w.dir, ".local", "state", "pzgen", m.Account, m.Region, m.Name, "backup-*")); len(backups) != 2 {
		t.Errorf("the backups are %q", backups)
	}
	if _, changes := w.must(t, "apply.sh", "--yes"); len(changes) > 0 {
		t.Errorf("after --adopt a second run makes changing calls: %q", changes)
	}
	out, _ := w.must(t, "destroy.sh", "--yes")
	if now := w.state(); !strings.Contains(out, "somebody gave it policies") || now.Roles[m.Role.Name] == nil ||
		!same(t, []byte(now.Buckets[bucket].Policy), []byte(w.before.Buckets[bucket].Policy)) {
		t.Errorf("after destroy.sh the adopted things are %s", now.text(t))
	}
}

// concurrent has somebody else change a policy while apply.sh runs: after it was read, and after it was written.
func concurrent(t *testing.T, socket string, ran *ran) {
	w := newWorld(t, socket, "existing.yaml", "existing-unknown", nil)
	defer ran.add(t, w)
	m := w.setup
	w.put(m, "shell")
	bucket, key := m.Buckets[0].Name, m.Keys[0].ARN
	another := strings.ReplaceAll(foreignBucketPolicy(m, bucket), "HomeFolders", "Another")
	anotherKey := strings.ReplaceAll(foreignKeyPolicy(m), "Allow attachment", "Another")
	change := map[string]func(text string){
		"bucket": func(text string) { w.aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", text) },
		"key": func(text string) {
			w.aws("kms", "put-key-policy", "--key-id", key, "--policy-name", "default", "--policy", text)
		},
	}
	for _, c := range []struct {
		kind, call, text, why string
		n                     int // which of the calls it is that the change comes after
	}{
		// The plan reads the policy of a key once, that of a bucket twice (what it denies, what is
		// merged), and the work reads each twice before it writes.
		{"bucket", "s3 GET bucket?policy", another, "was changed by somebody else a moment ago", 3},
		{"key", "kms GetKeyPolicy", anotherKey, "was changed by somebody else a moment ago", 2},
		{"bucket", "s3 PUT bucket?policy", another, "somebody else changed it at the same time", 1},
		{"key", "kms PutKeyPolicy", anotherKey, "somebody else changed it at the same time", 1},
	} {
		change["bucket"](foreignBucketPolicy(m, bucket))
		change["key"](foreignKeyPolicy(m))
		w.proxy.reset()
		seen := 0
		w.proxy.after = func(_ int, call string) {
			if call == c.call {
				if seen++; seen == c.n {
					change[c.kind](c.text)
				}
			}
		}
		out, err := w.run("apply.sh", "--yes")
		if err == nil || !strings.Contains(out, c.why) {
			t.Errorf("a change after call %d of %q: %v, want %q:\n%s", c.n, c.call, err, c.why, out)
		}
		now := w.state()
		text, first := now.Buckets[bucket].Policy, foreignBucketPolicy(m, bucket)
		if c.kind == "key" {
			text, first = now.Keys[key].Policy, foreignKeyPolicy(m)
		}
		if !same(t, []byte(text), []byte(c.text)) {
			t.Errorf("after %q what somebody else wrote is lost: %s", c.call, text)
		}
		backups, _ := filepath.Glob(filepath.Join(w.dir, ".local", "state", "pzgen", m.Account, m.Region, m.Name, "backup-"+c.kind+"-*.json"))
		kept := false
		for _, b := range backups {
			data, err := os.ReadFile(b)
			kept = kept || err == nil && same(t, data, []byte(first))
		}
		if !kept {
			t.Errorf("%s: no backup holds the policy as it was: %q", c.call, backups)
		}
	}
}
