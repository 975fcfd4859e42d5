//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// dayTwo is a setup from which something leaves: an operator, a place of another one, a bucket, the
// name of a bucket.
const dayTwo = `version: 1
defaults: {account: "111122223333", region: eu-west-1}
setups:
  reco:
    buckets:
      data: {name: acme-reco-data}
      more: {name: acme-reco-more}
      lake: {name: acme-reco-lake, existing: true}
    workflows:
      - {type: import, from: data/in/}
      - {type: import, from: more/in/}
      - {type: import, from: lake/in/}
    operators:
      ci: {access: operate, roles: [CI], managedPolicies: [AmazonPersonalizeFullAccess]}
      boss: {access: full, roles: [Boss]}
`

// TestRealRevoke: what leaves the spec leaves the account, under bash with the AWS CLI; a second
// run changes nothing, and destroy.sh of the new spec leaves no grant of the old one.
func TestRealRevoke(t *testing.T) {
	needShell(t)
	w := &world{t: t, cloud: newCloud(t, startAWS(t), "111122223333", "eu-west-1")}
	apply := func(text string) {
		t.Helper()
		w.spec = w.write("spec/pzgen.yaml", []byte(text))
		w.setup = build(t, w.spec)[0]
		if err := os.RemoveAll(filepath.Join(w.dir, "out")); err != nil {
			t.Fatal(err)
		}
		w.put(w.setup, "shell")
	}
	apply(dayTwo)
	w.prepare()
	w.aws("iam", "create-role", "--role-name=CI2", "--assume-role-policy-document", nobody)
	w.must(t, "apply.sh", "--yes")
	if first := w.state(); len(first.Roles["Boss"].Attached) != 1 || len(first.Roles["CI"].Attached) != 2 {
		t.Fatalf("the first run attaches %v and %v", first.Roles["Boss"].Attached, first.Roles["CI"].Attached)
	}
	changed := strings.NewReplacer(
		"      boss: {access: full, roles: [Boss]}\n", "",
		"roles: [CI]", "roles: [CI2]",
		"acme-reco-data", "acme-reco-date",
		"      more: {name: acme-reco-more}\n", "", "      - {type: import, from: more/in/}\n", "",
		"      lake: {name: acme-reco-lake, existing: true}\n", "", "      - {type: import, from: lake/in/}\n", "",
	).Replace(dayTwo)
	apply(changed)
	out, changes := w.must(t, "apply.sh", "--dry-run")
	if len(changes) > 0 || !strings.Contains(out, "No longer in the spec:") {
		t.Errorf("a dry run makes the calls %q, and says\n%s", changes, out)
	}
	kept, _ := w.must(t, "apply.sh", "--yes", "--keep")
	if !strings.Contains(kept, "(--keep):") || strings.Contains(kept, "up to date") ||
		len(w.state().Roles["Boss"].Attached) != 1 {
		t.Errorf("with --keep it says\n%s", kept)
	}
	out, _ = w.must(t, "apply.sh", "--yes")
	now := w.state()
	for _, role := range []string{"Boss", "CI"} {
		if len(now.Roles[role].Attached) > 0 {
			t.Errorf("%s keeps %v", role, now.Roles[role].Attached)
		}
	}
	if len(now.Roles["CI2"].Attached) != 2 || now.Policies["Personalize-reco-boss"] != nil {
		t.Errorf("CI2 has %v; policies are %v", now.Roles["CI2"].Attached, now.Policies)
	}
	for _, name := range []string{"acme-reco-data", "acme-reco-more", "acme-reco-lake"} {
		if b := now.Buckets[name]; b == nil || strings.Contains(b.Policy, "Personalize") {
			t.Errorf("the bucket %s is %+v", name, b)
		}
		if told := strings.Contains(out, "aws s3api delete-bucket --bucket "+name); told != (name != "acme-reco-lake") {
			t.Errorf("that it tells of %s is %v:\n%s", name, told, out)
		}
	}
	if !strings.Contains(now.Buckets["acme-reco-lake"].Policy, "HomeFolders") {
		t.Error("the policy of the existing bucket lost what is of others")
	}
	if _, changes := w.must(t, "apply.sh", "--yes"); len(changes) > 0 {
		t.Errorf("the second run makes changing calls: %q", changes)
	}
	// The name of the setup changes too, and its former one is in the spec.
	apply(strings.Replace(changed, "  reco:\n", "  shop:\n    was: [reco]\n", 1))
	w.must(t, "apply.sh", "--yes")
	now = w.state()
	for name := range now.Policies {
		if strings.HasPrefix(name, "Personalize-reco") {
			t.Errorf("the policy %s of the former name is left", name)
		}
	}
	if now.Roles["Personalize-reco"] != nil || now.Roles["Personalize-shop"] == nil ||
		now.Buckets["acme-reco-date"].Tags["pzgen:setup"] != "shop" || strings.Contains(now.Buckets["acme-reco-date"].Policy, "Reco") {
		t.Errorf("after the renaming there is %+v", now.Buckets["acme-reco-date"])
	}
	if _, changes := w.must(t, "apply.sh", "--yes"); len(changes) > 0 {
		t.Errorf("after the renaming a second run makes changing calls: %q", changes)
	}
	w.must(t, "destroy.sh", "--yes")
	now = w.state()
	if now.Roles["Personalize-shop"] != nil || len(now.Roles["CI2"].Attached) > 0 {
		t.Errorf("destroy.sh leaves %v and %v", now.Roles["Personalize-shop"], now.Roles["CI2"].Attached)
	}
	names := []string{}
	for name, b := range now.Buckets {
		if strings.Contains(b.Policy, "Personalize") {
			names = append(names, name)
		}
	}
	if slices.Sort(names); len(names) > 0 {
		t.Errorf("destroy.sh leaves statements in the policies of %q", names)
	}
}
