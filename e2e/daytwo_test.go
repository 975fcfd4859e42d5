//go:build unix

package e2e

import (
	"encoding/json"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/modeltest"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
)

// newDayTwo starts an account in which everything stands that a change of the spec needs.
func newDayTwo(t testing.TB, socket string) *world {
	t.Helper()
	w := worldOf(t, socket, "daytwo.yaml", "reco", modeltest.FirstSpec)
	for _, k := range w.setup.Keys {
		if k.Existing() {
			w.there = k.ARN
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

// exactly requires the account to grant what the setup says and what others granted before, and
// nothing more: each document, attachment and policy of it is the setup's or was there.
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

// nothingElseLetsIn requires the policies of buckets and keys that the setup does not have to be as
// they were; a key that a setup created keeps who administers it.
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
func (w *world) rewrite(t *testing.T, first string, c modeltest.Change) *model.Setup {
	t.Helper()
	c.Edits = slices.Clone(c.Edits)
	for i, text := range c.Edits {
		c.Edits[i] = strings.ReplaceAll(text, modeltest.KeyThere, w.there)
	}
	if err := os.WriteFile(w.spec, []byte(c.Apply(t, first)), 0o644); err != nil {
		t.Fatal(err)
	}
	all := build(t, w.spec)
	if len(all) == 2 && all[1].Name == "user" { // which uses what the other one has
		all = all[:1]
	}
	if len(all) != 1 {
		t.Fatalf("%d setups", len(all))
	}
	return all[0]
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

// someChanges returns the changes that one of several groups tries: usual ones at most, or all of
// them. Those of the setup's name are not among them: a module's state and a stack go by it, and a
// script asks for the way back.
func someChanges(group, groups, usual int) []modeltest.Change {
	all := slices.DeleteFunc(modeltest.Changes(), func(c modeltest.Change) bool {
		return slices.ContainsFunc(c.Edits, func(e string) bool { return strings.Contains(e, "was:") })
	})
	count := testtool.Cases(usual, len(all))
	var some []modeltest.Change
	for i := group; i < count; i += groups {
		some = append(some, all[i*len(all)/count])
	}
	return some
}

// TestRealRevokeShell changes the spec in many ways, there and back: each time the account grants
// what the spec says then, and nothing more, and a second run changes nothing.
func TestRealRevokeShell(t *testing.T) {
	needShell(t)
	t.Parallel() // beside it there is room for another one
	socket := startAWS(t)
	groups := testtool.Cases(1, 2)
	t.Run("changes", func(t *testing.T) {
		for g := range groups {
			t.Run(string('a'+rune(g)), func(t *testing.T) {
				t.Parallel()
				w := newDayTwo(t, socket)
				first := w.firstSpec(t)
				apply := func(t *testing.T, c modeltest.Change) {
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
				apply(t, modeltest.Change{})
				for _, c := range someChanges(g, groups, 1) {
					t.Run(c.Name, func(t *testing.T) { apply(t, c) })
					t.Run(c.Name+" and back", func(t *testing.T) { apply(t, modeltest.Change{}) })
				}
			})
		}
	})
}

// TestRealRevokeTerraform does the same with the module, whose provider finds by its state what is
// to go.
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
				env := append(w.env(w.front), "AWS_REGION="+w.region)
				apply := func(t *testing.T, c modeltest.Change) {
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
				apply(t, modeltest.Change{})
				for _, c := range someChanges(g, groups, 2) {
					t.Run(c.Name, func(t *testing.T) { apply(t, c) })
				}
			})
		}
	})
}

// A bucket, a key and an operator get another name in the spec, and those that hold data keep what
// they are: Terraform moves them, makes none anew, and plans nothing afterwards.
func TestRealRenamedTerraform(t *testing.T) {
	tf := testtool.NeedTerraform(t)
	t.Parallel() // it waits for most of its time
	w := newDayTwo(t, startAWS(t))
	w.handsOff = true
	first := w.firstSpec(t)
	env := append(w.env(w.front), "AWS_REGION="+w.region)
	dir := ""
	write := func(c modeltest.Change) {
		w.setup = w.rewrite(t, first, c)
		dir = filepath.Join(w.put(w.setup, "terraform"), "terraform")
		if err := os.WriteFile(filepath.Join(dir, "provider.tf"), []byte(provider), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(modeltest.Change{})
	tf.Init(t, dir)
	tf.Run(t, dir, env, "apply", "-auto-approve", "-input=false", "-no-color")
	before := w.state()
	for _, c := range modeltest.Renamings() {
		write(c)
		tf.Run(t, dir, env, "plan", "-out=renamed.plan", "-input=false", "-no-color")
		var plan struct {
			Changes []struct {
				Address, Type string
				Previous      string `json:"previous_address"`
				Change        struct{ Actions []string }
			} `json:"resource_changes"`
		}
		if err := json.Unmarshal(tf.Run(t, dir, env, "show", "-json", "renamed.plan"), &plan); err != nil {
			t.Fatal(err)
		}
		moved := 0
		for _, r := range plan.Changes {
			if r.Previous != "" {
				moved++
			}
			data := strings.HasPrefix(r.Type, "aws_s3_") || strings.HasPrefix(r.Type, "aws_kms_") || strings.HasPrefix(r.Type, "aws_cloudcontrol")
			if data && (slices.Contains(r.Change.Actions, "delete") || slices.Contains(r.Change.Actions, "create")) {
				t.Errorf("%s: the plan has %v for %s", c.Name, r.Change.Actions, r.Address)
			}
		}
		if moved < 8 {
			t.Errorf("%s: the plan moves %d resources", c.Name, moved)
		}
		tf.Run(t, dir, env, "apply", "-input=false", "-no-color", "renamed.plan")
		if out, errs, err := tf.Try(t, dir, env, "plan", "-detailed-exitcode", "-input=false", "-no-color"); err != nil {
			t.Errorf("%s: the next plan is not empty: %v\n%s%s", c.Name, err, out, errs)
		}
	}
	after := w.state()
	if !slices.Equal(slices.Sorted(maps.Keys(before.Buckets)), slices.Sorted(maps.Keys(after.Buckets))) ||
		!slices.Equal(slices.Sorted(maps.Keys(before.Keys)), slices.Sorted(maps.Keys(after.Keys))) {
		t.Errorf("the account had %v and %v, and has %v and %v", before.Buckets, before.Keys, after.Buckets, after.Keys)
	}
}

// forget takes buckets that get another name out of the state of Terraform, and takes in those that
// have the name, as docs/day-two.md says: it would have to delete them, and their module says that
// it must not.
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

// A stack has what its template has: CloudFormation deletes what leaves it, but for what is
// retained. That holds data, and grants nothing by itself but the policy of a key: see
// docs/day-two.md. (An update in moto deletes nothing.)
func TestStacksRevoke(t *testing.T) {
	w := &world{t: t, spec: filepath.Join(t.TempDir(), "daytwo.yaml"), there: modeltest.KeyThere}
	resources := func(c modeltest.Change) map[string]*yaml.Node {
		var file yaml.Node
		for _, f := range printed(t, w.rewrite(t, modeltest.FirstSpec, c), "cloudformation") {
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
	first, left := resources(modeltest.Change{}), 0
	for _, c := range modeltest.Renamings() {
		if a, b := slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(resources(c))); !slices.Equal(a, b) {
			t.Errorf("%s: the template had %v, and has %v", c.Name, a, b)
		}
	}
	for _, c := range someChanges(0, 1, len(modeltest.Changes())) {
		now := resources(c)
		for _, pair := range [][2]map[string]*yaml.Node{{first, now}, {now, first}} {
			for id, r := range pair[0] {
				kind := child(r, "Type").Value
				if pair[1][id] != nil {
					continue
				}
				left++
				data := kind == "AWS::S3::Bucket" || kind == "AWS::KMS::Key" || kind == "AWS::Personalize::DatasetGroup"
				if kept := child(r, "DeletionPolicy").Value == "RetainExceptOnCreate"; kept != data {
					t.Errorf("%s: the %s %s leaves the template; retained: %v", c.Name, kind, id, kept)
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
	w := &world{t: t, spec: filepath.Join(dir, "daytwo.yaml"), there: modeltest.KeyThere}
	var shared []output.File
	for _, g := range generators.Targets() {
		if g.Shared != nil {
			shared = append(shared, g.Shared()...)
		}
	}
	for _, c := range append([]modeltest.Change{{Name: "first"}}, modeltest.Changes()...) {
		m := w.rewrite(t, modeltest.FirstSpec, c)
		var files []output.File
		for _, g := range generators.Targets() {
			more, err := g.Print(m)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, more...)
		}
		if r := proof.Prove(m, generators.Targets(), proof.Input{Files: files, Shared: shared, Printed: files}); !r.OK() {
			t.Errorf("%s: %+v", c.Name, r.Findings)
		}
	}
}
