//go:build unix

package e2e

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/generators/shell"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

const examples = "../spec/examples"

// build builds the setups of a spec.
func build(t testing.TB, file string) []*model.Setup {
	t.Helper()
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	loaded, problems := spec.Load(file)
	if loaded == nil {
		t.Fatalf("%s: %v", file, problems)
	}
	var all []*model.Setup
	for _, s := range loaded.Setups {
		m, err := model.Build(filepath.Base(file), s, lib)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, m)
	}
	return all
}

// everySetup builds the setups of all examples.
func everySetup(t testing.TB) []*model.Setup {
	t.Helper()
	files, err := filepath.Glob(examples + "/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no examples: %v", err)
	}
	var all []*model.Setup
	for _, f := range files {
		all = append(all, build(t, f)...)
	}
	return all
}

// printed prints a setup in the targets of these names.
func printed(t testing.TB, m *model.Setup, targets ...string) []output.File {
	t.Helper()
	var files []output.File
	for _, g := range generators.For(targets) {
		if g.Name == "readme" {
			continue
		}
		more, err := g.Print(m)
		if err != nil {
			t.Fatalf("%s, %s: %v", m.Name, g.Name, err)
		}
		files = append(files, more...)
	}
	if len(files) == 0 {
		t.Fatalf("%s: nothing is printed for %q", m.Name, targets)
	}
	return files
}

// world is an account in which everything stands that a setup says exists, with statements of others in the policies.
type world struct {
	*cloud
	t      testing.TB
	setup  *model.Setup
	spec   string
	before *state
	there  string // the ARN of the key that exists, in a test of changes

	// handsOff: the target that is tested leaves policies alone that it does not know, and gives the statements to merge.
	handsOff bool
}

var (
	nobody = `{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	theirs = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}}`
)

// foreignBucketPolicy has what a merge could spoil: an Id, a statement without a Sid, lists and strings, the order of statements, a variable.
func foreignBucketPolicy(m *model.Setup, name string) string {
	arn := "arn:" + m.Partition + ":s3:::" + name
	return `{"Version":"2012-10-17","Id":"theirs","Statement":[
  {"Effect":"Deny","NotPrincipal":{"AWS":["arn:` + m.Partition + `:iam::` + m.Account + `:root"]},"Action":"s3:DeleteBucket","Resource":"` + arn + `"},
  {"Sid":"HomeFolders","Effect":"Allow","Principal":{"AWS":"` + m.Account + `"},"Action":["s3:GetObject"],"Resource":["` + arn + `/home/${aws:username}/*"],
   "Condition":{"StringLike":{"aws:PrincipalTag/team":["data","it's \"quoted\" $(id)"]},"NumericLessThan":{"s3:max-keys":10}}},
  {"Sid":"Above","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"` + arn + `/logs/*"}]}`
}

func foreignKeyPolicy(m *model.Setup) string {
	return `{"Version":"2012-10-17","Id":"theirs","Statement":[
  {"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:` + m.Partition + `:iam::` + m.Account + `:root"},"Action":"kms:*","Resource":"*"},
  {"Sid":"Allow attachment of persistent resources","Effect":"Allow","Principal":{"AWS":"*"},"Action":["kms:CreateGrant","kms:RevokeGrant"],"Resource":"*",
   "Condition":{"Bool":{"kms:GrantIsForAWSResource":true}}}]}`
}

// newWorld starts the account of a setup, which is in a file of the examples. edit changes the text
// of the spec.
func newWorld(t testing.TB, socket, file, name string, edit func(string) string) *world {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(examples, file))
	if err != nil {
		t.Fatal(err)
	}
	changed := string(text)
	if edit != nil {
		if changed = edit(changed); changed == string(text) {
			t.Fatalf("the spec %s is not changed", file)
		}
	}
	return worldOf(t, socket, file, name, changed)
}

// worldOf starts the account of a setup, whose spec has this text and is beside the examples'
// files.
func worldOf(t testing.TB, socket, file, name, text string) *world {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(examples)); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, spec: filepath.Join(dir, file)}
	if err := os.WriteFile(w.spec, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	m := w.find(name)
	w.cloud = newCloud(t, socket, m.Account, m.Region)
	w.spec = filepath.Join(w.dir, "spec", file)
	if err := os.Rename(dir, filepath.Dir(w.spec)); err != nil {
		t.Fatal(err)
	}
	for _, k := range m.Keys { // AWS makes up the id of a key
		if k.Existing() {
			doc := foreignKeyPolicy(m)
			if k.Base != nil {
				doc = string(k.Base.JSON())
			}
			var made struct{ KeyMetadata struct{ Arn string } }
			w.json(&made, "kms", "create-key", "--policy", doc)
			if k.Found {
				w.aws("kms", "create-alias", "--alias-name", k.Alias, "--target-key-id", made.KeyMetadata.Arn)
			} else {
				text = strings.ReplaceAll(text, k.ARN, made.KeyMetadata.Arn)
			}
		}
	}
	if err := os.WriteFile(w.spec, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	w.setup = w.find(name)
	w.prepare()
	w.before = w.state()
	return w
}

// find builds the setup of this name from the spec as it is now.
func (w *world) find(name string) *model.Setup {
	w.t.Helper()
	for _, m := range build(w.t, w.spec) {
		if m.Name == name {
			return m
		}
	}
	w.t.Fatalf("%s has no setup %s", w.spec, name)
	return nil
}

func (w *world) json(v any, args ...string) {
	w.t.Helper()
	if err := json.Unmarshal(w.aws(args...), v); err != nil {
		w.t.Fatal(err)
	}
}

// prepare makes what the setup says exists, and what its operators are attached to.
func (w *world) prepare() {
	w.t.Helper()
	m := w.setup
	place := []string{}
	if m.Region != "us-east-1" {
		place = []string{"--create-bucket-configuration", "LocationConstraint=" + m.Region}
	}
	for _, b := range m.Buckets {
		if !b.Existing {
			continue
		}
		w.aws(append([]string{"s3api", "create-bucket", "--bucket", b.Name}, place...)...)
		doc := foreignBucketPolicy(m, b.Name)
		if b.Base != nil {
			doc = string(b.Base.JSON())
		}
		w.aws("s3api", "put-bucket-policy", "--bucket", b.Name, "--policy", doc)
	}
	made := map[string]bool{}
	make := func(kind, name string) {
		if made[kind+name] {
			return
		}
		made[kind+name] = true
		args := []string{"iam", "create-" + kind, "--" + kind + "-name=" + name}
		if kind == "role" {
			args = append(args, "--assume-role-policy-document", nobody)
		}
		w.aws(args...)
		w.aws("iam", "put-"+kind+"-policy", "--"+kind+"-name="+name, "--policy-name", "Theirs", "--policy-document", theirs)
	}
	if m.Role.Existing {
		make("role", m.Role.Name)
	}
	for _, o := range m.Operators {
		for _, n := range o.Users {
			make("user", n)
		}
		for _, n := range o.Groups {
			make("group", n)
		}
		for _, n := range o.Roles {
			make("role", n)
		}
	}
	var own []policy.Text
	own = append(append(own, m.Role.ManagedPolicies...), m.Role.Boundary)
	for _, o := range m.Operators {
		own = append(own, o.ManagedPolicies...)
	}
	for _, text := range own {
		arn := text.Fill(m.DeployedEnv()).IAM()
		if _, name, ok := strings.Cut(arn, ":iam::"+m.Account+":policy/"); ok && !made[arn] {
			made[arn] = true
			args := []string{"iam", "create-policy", "--policy-document", theirs, "--policy-name=" + path.Base(name)}
			if folder := path.Dir(name); folder != "." {
				args = append(args, "--path=/"+folder+"/")
			}
			w.aws(args...)
		}
	}
	for _, u := range m.Uploads {
		w.write("spec/"+u.File, []byte("USER_ID,ITEM_ID,TIMESTAMP\n"))
	}
}

// put writes the files of a setup in some targets below the folder out, and gives that.
func (w *world) put(m *model.Setup, targets ...string) string {
	w.t.Helper()
	for _, f := range append(printed(w.t, m, targets...), shell.Shared()...) {
		name := w.write("out/"+f.Path, f.Data)
		if err := os.Chmod(name, f.Mode&fs.ModePerm); err != nil {
			w.t.Fatal(err)
		}
	}
	return filepath.Join(w.dir, "out", m.Name)
}
