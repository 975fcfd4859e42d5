//go:build unix

package e2e

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
)

// dayTwo is a setup that has one of each thing which can leave a spec.
const dayTwo = `version: 1
defaults: {account: "111122223333", region: eu-west-1}
setups:
  reco:
    role: {name: RecoRole, managedPolicies: [AmazonPersonalizeFullAccess, CloudWatchFullAccessV2], permissionsBoundary: "arn:aws:iam::111122223333:policy/Boundary"}
    keys:
      main: {alias: alias/reco/main}
      corp: {arn: "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"}
    buckets:
      data: {name: acme-reco-data, key: main}
      more: {name: acme-reco-more, key: corp}
      results: {name: acme-reco-results}
      lake: {name: acme-lake, existing: true}
    workflows:
      - {type: import, from: data/in/}
      - {type: import, from: more/in/}
      - {type: import, from: lake/in/}
      - {type: batch-inference, from: data/batch/, to: results/out/}
      - {type: export, to: results/export/}
    datasetGroup: {name: reco}
    operators:
      ci: {access: operate, roles: [CI]}
      boss: {access: full, roles: [Boss], managedPolicies: [CloudWatchFullAccess]}
      eyes: {access: read, users: [ann, bob], groups: [analysts]}
    statements:
      role:
        - {sid: Audit, effect: Allow, action: ["s3:GetBucketLocation"], resource: ["<data.arn>"], accepted: the auditors want it}
      buckets:
        data:
          - {sid: LetAuditorsRead, effect: Allow, principal: {AWS: ["arn:aws:iam::111122223333:role/CI"]}, action: ["s3:GetObjectTagging"], resource: ["<data.arn>/*"], accepted: the auditors want it}
        lake:
          - {sid: LetAuditorsList, effect: Allow, principal: {AWS: ["arn:aws:iam::111122223333:role/CI"]}, action: ["s3:ListBucketVersions"], resource: ["<lake.arn>"], accepted: the auditors want it}
      keys:
        corp:
          - {sid: LetAuditorsLook, effect: Allow, principal: {AWS: ["arn:aws:iam::111122223333:role/CI"]}, action: ["kms:GetKeyRotationStatus"], resource: ["*"], accepted: the auditors want it}
`

// dayTwoKey is written in dayTwo for the key that exists.
const dayTwoKey = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"

// newDayTwo starts an account in which everything stands that a change of the spec needs.
func newDayTwo(t testing.TB, socket string) *world {
	t.Helper()
	w := worldOf(t, socket, "daytwo.yaml", "reco", dayTwo)
	for _, k := range w.setup.Keys {
		if k.Existing() {
			w.corp = k.ARN
		}
	}
	w.aws("s3api", "create-bucket", "--bucket", "acme-other-lake", "--create-bucket-configuration", "LocationConstraint="+w.region)
	w.aws("s3api", "put-bucket-policy", "--bucket", "acme-other-lake", "--policy", foreignBucketPolicy(w.setup, "acme-other-lake"))
	for _, name := range []string{"CI2", "Theirs"} {
		w.aws("iam", "create-role", "--role-name="+name, "--assume-role-policy-document", nobody)
		w.aws("iam", "put-role-policy", "--role-name="+name, "--policy-name", "Theirs", "--policy-document", theirs)
	}
	w.before = w.state()
	return w
}

// A specChange is what somebody does to the spec: each of the first strings of a pair becomes the second.
type specChange struct {
	name  string
	pairs []string
}

// specChanges take something away, or put it elsewhere.
var specChanges = []specChange{
	{"operator dropped", []string{"      boss: {access: full, roles: [Boss], managedPolicies: [CloudWatchFullAccess]}\n", ""}},
	{"operator moved", []string{"roles: [CI]", "roles: [CI2]"}},
	{"operator lowered", []string{"access: full", "access: read"}},
	{"operator raised", []string{"access: read", "access: operate"}},
	{"operator renamed", []string{"boss:", "chief:"}},
	{"operator of one more", []string{"roles: [CI]", "roles: [CI, CI2]"}},
	{"user taken away", []string{"users: [ann, bob]", "users: [ann]"}},
	{"group taken away", []string{", groups: [analysts]", ""}},
	{"operator for nobody", []string{"access: operate, roles: [CI]", "access: operate"}},
	{"operator's managed policy dropped", []string{", managedPolicies: [CloudWatchFullAccess]", ""}},
	{"all operators dropped", []string{dayTwo[strings.Index(dayTwo, "    operators:"):strings.Index(dayTwo, "    statements:")], ""}},
	{"workflow dropped", []string{"      - {type: import, from: lake/in/}\n", ""}},
	{"writing workflow dropped", []string{"      - {type: export, to: results/export/}\n", ""}},
	{"prefix changed", []string{"lake/in/", "lake/elsewhere/"}},
	{"workflow in another bucket", []string{"- {type: import, from: lake/in/}", "- {type: import, from: results/in/}"}},
	{"bucket dropped", []string{"      more: {name: acme-reco-more, key: corp}\n", "", "      - {type: import, from: more/in/}\n", "",
		"        corp:\n", "        spare:\n", "      corp: {arn", "      spare: {arn"}},
	{"bucket renamed", []string{"acme-reco-results", "acme-reco-output"}},
	{"existing bucket dropped", []string{"      lake: {name: acme-lake, existing: true}\n", "", "      - {type: import, from: lake/in/}\n", "",
		lines("        lake:\n", "      keys:\n        corp:"), ""}},
	{"existing bucket exchanged", []string{"acme-lake", "acme-other-lake"}},
	{"created bucket exists now", []string{"acme-reco-results", "acme-other-lake, existing: true"}},
	{"key of a bucket dropped", []string{"acme-reco-data, key: main", "acme-reco-data", "main: {alias: alias/reco/main}", "spare: {alias: alias/reco/main}"}},
	{"key of a bucket changed", []string{"acme-reco-data, key: main", "acme-reco-data, key: corp", "      main: {alias: alias/reco/main}\n", ""}},
	{"created key renamed", []string{"alias/reco/main", "alias/reco/second"}},
	{"existing key dropped", []string{"acme-reco-more, key: corp", "acme-reco-more", lines("      corp:", "    buckets:"), "", lines("      keys:\n        corp:", ""), ""}},
	{"role renamed", []string{"name: RecoRole", "name: RecoWorker"}},
	{"role exists", []string{"name: RecoRole, managedPolicies: [AmazonPersonalizeFullAccess, CloudWatchFullAccessV2], permissionsBoundary: \"arn:aws:iam::111122223333:policy/Boundary\"",
		"name: Theirs, existing: true"}},
	{"role's managed policy dropped", []string{"AmazonPersonalizeFullAccess, ", ""}},
	{"role's own statement dropped", []string{lines("      role:", "      buckets:\n        data:"), ""}},
	{"created bucket's own statement dropped", []string{lines("        data:\n", "        lake:\n"), ""}},
	{"existing bucket's own statement dropped", []string{lines("        lake:\n", "      keys:\n        corp:"), ""}},
	{"existing bucket's own statement renamed", []string{"LetAuditorsList", "LetCIList"}},
	{"existing key's own statement dropped", []string{lines("      keys:\n        corp:", ""), ""}},
	{"profile switched", []string{"    role: {", "    profile: documented\n    role: {"}},
	{"conditions everywhere", []string{"    role: {", "    confusedDeputy: everywhere\n    role: {"}},
	{"conditions nowhere", []string{"    role: {", "    listByPrefix: true\n    role: {"}},
}

// lines returns the part of dayTwo from one word to before another, or to its end.
func lines(from, to string) string {
	start := strings.Index(dayTwo, from)
	if to == "" {
		return dayTwo[start:]
	}
	return dayTwo[start : start+strings.Index(dayTwo[start:], to)]
}

// exactly requires the account to grant what the setup says and what others granted before, and nothing more: each document, attachment and policy of
// it is the setup's or was there.
func (w *world) exactly(t testing.TB, m *model.Setup, s *state) {
	t.Helper()
	w.agrees(t, m, s)
	w.identities(t, m, s)
	w.nothingElseLetsIn(t, m, s)
}

// identities requires this of roles, users, groups and managed policies.
func (w *world) identities(t testing.TB, m *model.Setup, s *state) {
	t.Helper()
	env := m.DeployedEnv()
	arns := func(docs []model.Doc, managed []policy.Text) []string {
		var all []string
		for _, d := range docs {
			all = append(all, "arn:"+m.Partition+":iam::"+m.Account+":policy/"+d.PolicyName)
		}
		for _, p := range managed {
			all = append(all, p.Fill(env).IAM())
		}
		return all
	}
	attached := map[string][]string{} // by kind and name
	policies := map[string]bool{}
	service := "role " + m.Role.Name
	inline := map[string]bool{}
	if m.Role.Inline {
		attached[service] = arns(nil, m.Role.ManagedPolicies)
		for _, d := range m.Role.Policies {
			inline[d.PolicyName] = true
		}
	} else {
		attached[service] = arns(m.Role.Policies, m.Role.ManagedPolicies)
		for _, d := range m.Role.Policies {
			policies[d.PolicyName] = true
		}
	}
	for _, o := range m.Operators {
		for kind, names := range map[string][]string{"role ": o.Roles, "user ": o.Users, "group ": o.Groups} {
			for _, n := range names {
				attached[kind+n] = append(attached[kind+n], arns(o.Policies, o.ManagedPolicies)...)
			}
		}
		for _, d := range o.Policies {
			policies[d.PolicyName] = true
		}
	}
	compare := func(kind string, before, now map[string]*identity) {
		for name, is := range now {
			id, was := kind+" "+name, before[name]
			if was == nil {
				if was = (&identity{}); id != service {
					t.Errorf("the %s is left", id)
					continue
				}
			}
			want := attached[id]
			want = append(slices.Clone(want), was.Attached...)
			if got := slices.Sorted(slices.Values(is.Attached)); !slices.Equal(got, slices.Compact(slices.Sorted(slices.Values(want)))) {
				t.Errorf("the %s has the policies %q attached, want %q", id, got, want)
			}
			for n := range is.Inline {
				if was.Inline[n] == nil && (id != service || !inline[n]) {
					t.Errorf("the %s still has the inline policy %s", id, n)
				}
			}
		}
	}
	compare("role", w.before.Roles, s.Roles)
	compare("user", w.before.Users, s.Users)
	compare("group", w.before.Groups, s.Groups)
	for name := range s.Policies {
		if w.before.Policies[name] == nil && !policies[name] {
			t.Errorf("the policy %s is left", name)
		}
	}
}

// nothingElseLetsIn requires the policies of buckets and keys that the setup does not have to be as they were; a key that a setup created keeps who
// administers it.
func (w *world) nothingElseLetsIn(t testing.TB, m *model.Setup, s *state) {
	t.Helper()
	mine := map[string]bool{}
	for _, b := range m.Buckets {
		mine[b.Name] = true
	}
	env := s.references(m)
	for _, k := range m.Keys {
		mine[env[model.RefKeyARN(k.ID)]] = true
	}
	for name, b := range s.Buckets {
		was := &bucket{}
		if before := w.before.Buckets[name]; before != nil {
			was = before
		}
		if !mine[name] && !same(t, []byte(was.Policy), []byte(b.Policy)) {
			t.Errorf("the policy of the bucket %s, which is not in the spec, is %s", name, b.Policy)
		}
	}
	for arn, k := range s.Keys {
		if mine[arn] || k.State != "Enabled" {
			continue
		}
		if was := w.before.Keys[arn]; was != nil {
			if !same(t, []byte(was.Policy), []byte(k.Policy)) {
				t.Errorf("the policy of the key %s, which is not in the spec, is %s", arn, k.Policy)
			}
			continue
		}
		d, err := policy.DecodeJSON([]byte(k.Policy))
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Statements) != 1 || len(d.Statements[0].Action.Values) != 1 || d.Statements[0].Action.Values[0].IAM() != "kms:*" {
			t.Errorf("the policy of the key %s, which is not in the spec, is %s", arn, k.Policy)
		}
	}
}

// rewrite makes a spec out of the first one by a change and builds the setup.
func (w *world) rewrite(t *testing.T, first string, c specChange) *model.Setup {
	t.Helper()
	pairs := slices.Clone(c.pairs)
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = strings.ReplaceAll(pairs[i], dayTwoKey, w.corp)
		if !strings.Contains(first, pairs[i]) {
			t.Fatalf("the spec has no %q", pairs[i])
		}
	}
	if err := os.WriteFile(w.spec, []byte(strings.NewReplacer(pairs...).Replace(first)), 0o644); err != nil {
		t.Fatal(err)
	}
	return w.find("reco")
}

// firstSpec reads the spec as it is before any change.
func (w *world) firstSpec(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(w.spec)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// someChanges returns the changes that one of several groups tries: usual ones at most, or all of them.
func someChanges(group, groups, usual int) []specChange {
	all := len(specChanges)
	count := testtool.Cases(usual, all)
	var some []specChange
	for i := group; i < count; i += groups {
		some = append(some, specChanges[i*all/count])
	}
	return some
}

// TestRealRevokeShell changes the spec in many ways, there and back: each time the account grants what the spec says then, and nothing more, and a second
// run changes nothing.
func TestRealRevokeShell(t *testing.T) {
	needShell(t)
	socket := startAWS(t)
	const groups = 3
	t.Run("changes", func(t *testing.T) {
		for g := range groups {
			t.Run(string('a'+rune(g)), func(t *testing.T) {
				t.Parallel()
				w := newDayTwo(t, socket)
				first := w.firstSpec(t)
				apply := func(t *testing.T, c specChange) {
					w.setup = w.rewrite(t, first, c)
					w.put(w.setup, "shell")
					out, _ := w.must(t, "apply.sh", "--yes")
					w.exactly(t, w.setup, w.state())
					if _, again := w.must(t, "apply.sh", "--yes"); len(again) > 0 {
						t.Errorf("a second run makes changing calls: %q", again)
					}
					if t.Failed() {
						t.Log(out)
					}
				}
				apply(t, specChange{})
				for _, c := range someChanges(g, groups, len(specChanges)) {
					t.Run(c.name, func(t *testing.T) { apply(t, c) })
					t.Run(c.name+" and back", func(t *testing.T) { apply(t, specChange{}) })
				}
			})
		}
	})
}

// TestRealRevokeTerraform does the same with the module, whose provider finds by its state what is to go.
func TestRealRevokeTerraform(t *testing.T) {
	tf := testtool.NeedTerraform(t)
	socket := startAWS(t)
	const groups = 2
	t.Run("changes", func(t *testing.T) {
		for g := range groups {
			t.Run(string('a'+rune(g)), func(t *testing.T) {
				t.Parallel()
				w := newDayTwo(t, socket)
				w.handsOff = true
				first := w.firstSpec(t)
				env := append(w.env(w.moto), "AWS_REGION="+w.region)
				apply := func(t *testing.T, c specChange) {
					was := w.setup
					w.setup = w.rewrite(t, first, c)
					dir := filepath.Join(w.put(w.setup, "terraform"), "terraform")
					if err := os.WriteFile(filepath.Join(dir, "provider.tf"), []byte(provider), 0o644); err != nil {
						t.Fatal(err)
					}
					if _, err := os.Stat(filepath.Join(dir, ".terraform")); err != nil {
						tf.Init(t, dir)
						was = nil
					}
					if was != nil {
						forget(t, tf, dir, env, w.state().Buckets, was, w.setup)
					}
					tf.Run(t, dir, env, "apply", "-auto-approve", "-input=false", "-no-color")
					w.exactly(t, w.setup, w.state())
				}
				apply(t, specChange{})
				for _, c := range someChanges(g, groups, 10) {
					t.Run(c.name, func(t *testing.T) { apply(t, c) })
				}
			})
		}
	})
}

// forget takes buckets that get another name out of the state of Terraform, and takes in those that have the name, as docs/day-two.md says: it would have
// to delete them, and their module says that it must not.
func forget(t *testing.T, tf testtool.Terraform, dir string, env []string, there map[string]*bucket, before, after *model.Setup) {
	t.Helper()
	for _, b := range before.Buckets {
		for _, now := range after.Buckets {
			if b.ID == now.ID && b.Name != now.Name && !b.Existing && !now.Existing {
				tf.Run(t, dir, env, "state", "rm", "aws_s3_bucket."+b.ID)
				if there[now.Name] != nil {
					tf.Run(t, dir, env, "import", "-input=false", "aws_s3_bucket."+b.ID, now.Name)
				}
			}
		}
	}
}

// A stack has what its template has: CloudFormation deletes what leaves it, but for what is retained. That holds data, and grants nothing by itself but
// the policy of a key: see docs/day-two.md. (An update in moto deletes nothing.)
func TestStacksRevoke(t *testing.T) {
	w := &world{t: t, spec: filepath.Join(t.TempDir(), "daytwo.yaml"), corp: dayTwoKey}
	resources := func(c specChange) map[string]*yaml.Node {
		var file yaml.Node
		for _, f := range printed(t, w.rewrite(t, dayTwo, c), "cloudformation") {
			if path.Base(f.Path) == "template.yaml" {
				if err := yaml.Unmarshal(f.Data, &file); err != nil {
					t.Fatal(err)
				}
			}
		}
		all := map[string]*yaml.Node{}
		for n, i := child(file.Content[0], "Resources"), 0; i < len(n.Content); i += 2 {
			all[n.Content[i].Value] = n.Content[i+1]
		}
		return all
	}
	first, left := resources(specChange{}), 0
	for _, c := range specChanges {
		now := resources(c)
		for _, pair := range [][2]map[string]*yaml.Node{{first, now}, {now, first}} {
			for id, r := range pair[0] {
				kind := child(r, "Type").Value
				if pair[1][id] != nil {
					continue
				}
				left++
				data := kind == "AWS::S3::Bucket" || kind == "AWS::KMS::Key" || kind == "AWS::Personalize::DatasetGroup"
				if kept := child(r, "DeletionPolicy").Value == "Retain"; kept != data {
					t.Errorf("%s: the %s %s leaves the template; retained: %v", c.name, kind, id, kept)
				}
			}
		}
	}
	if left < 20 {
		t.Errorf("only %d resources leave the template", left)
	}
}

// What the changed specs print in each format is proved.
func TestChangedSpecsProve(t *testing.T) {
	dir := t.TempDir()
	w := &world{t: t, spec: filepath.Join(dir, "daytwo.yaml"), corp: dayTwoKey}
	var shared []output.File
	for _, g := range generators.Targets() {
		if g.Shared != nil {
			shared = append(shared, g.Shared()...)
		}
	}
	for _, c := range append([]specChange{{name: "first"}}, specChanges...) {
		m := w.rewrite(t, dayTwo, c)
		var files []output.File
		for _, g := range generators.Targets() {
			more, err := g.Print(m)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, more...)
		}
		if r := proof.Prove(m, generators.Targets(), proof.Input{Files: files, Shared: shared, Printed: files}); !r.OK() {
			t.Errorf("%s: %+v", c.name, r.Findings)
		}
	}
}
