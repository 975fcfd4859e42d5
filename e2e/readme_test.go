//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/spec"
)

// readme writes everything that the setup has with a target, its README too, and returns the
// setup's folder and the commands under a heading of the README.
func (w *world) readme(t *testing.T, target, title string) (dir string, commands []string) {
	t.Helper()
	dir = w.put(w.setup, target)
	m := *w.setup
	m.Targets = []string{target}
	files, err := generators.For(m.Targets)[0].Print(&m)
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	w.write("out/"+files[0].Path, files[0].Data)
	for _, s := range sections(t, string(files[0].Data)) {
		if s.title == title {
			return dir, s.commands
		}
	}
	t.Fatalf("the README has no section %q", title)
	return "", nil
}

// bash runs commands in a folder, with AWS at the server behind the proxy.
func (w *world) bash(t *testing.T, dir, commands string, env ...string) string {
	t.Helper()
	cmd := testtool.Command(t, "bash", "-c", "set -euo pipefail\n"+commands)
	cmd.Dir, cmd.Env = dir, append(w.env(w.front), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, commands, out)
	}
	return string(out)
}

// TestRealReadmeStack deploys a stack by the README's command, changes names in the spec and
// deploys again: without the file of values, a stack keeps those that it has.
func TestRealReadmeStack(t *testing.T) {
	testtool.Need(t, "bash")
	w := newWorld(t, startAWS(t), "minimal.yaml", "minimal", nil)
	deploy := func(edit func(string) string) map[string]string {
		dir, commands := w.readme(t, "cloudformation", "CloudFormation")
		forMoto(t, filepath.Join(dir, "cloudformation", "template.yaml"))
		w.bash(t, dir, edit(commands[0]))
		var answer struct {
			Stacks []struct {
				Parameters []struct{ ParameterKey, ParameterValue string }
			}
		}
		w.json(&answer, "cloudformation", "describe-stacks", "--stack-name", "personalize-minimal")
		values := map[string]string{}
		for _, p := range answer.Stacks[0].Parameters {
			values[p.ParameterKey] = p.ParameterValue
		}
		return values
	}
	asPrinted := func(s string) string { return s }
	const name, other = "acme-minimal-personalize-data", "acme-minimal-other-data"
	if got := deploy(asPrinted)["DataBucketName"]; got != name {
		t.Fatalf("the stack has the bucket %q", got)
	}
	w.edit(name, other)
	without := deploy(func(s string) string {
		before, after, ok := strings.Cut(s, "--parameter-overrides")
		if !ok {
			t.Fatalf("the command hands over no values: %s", s)
		}
		_, after, _ = strings.Cut(after, "\n")
		return before + after
	})
	if got := without["DataBucketName"]; got != name {
		t.Errorf("without values the stack does not keep its own: %q", got)
	}
	if got := deploy(asPrinted)["DataBucketName"]; got != other {
		t.Errorf("a changed name does not arrive: the stack has %q", got)
	}
	if w.state().Buckets[other] == nil {
		t.Errorf("there is no bucket %s", other)
	}
}

// TestRealReadmeTerraform follows the README and finds nothing of Terraform's in the output folder.
func TestRealReadmeTerraform(t *testing.T) {
	tf := testtool.NeedTerraform(t)
	testtool.Need(t, "bash")
	testtool.Need(t, "git", "--version")
	w := newWorld(t, startAWS(t), "existing.yaml", "existing-known", nil)
	dir, commands := w.readme(t, "terraform", "Terraform")
	w.write("out/existing-known/terraform/provider.tf", []byte(provider))
	out := filepath.Dir(dir)
	w.bash(t, out, "git init -q && git add -A && git -c user.name=x -c user.email=x@example.com commit -qm all")
	env := append(tf.Env(), "AWS_ENDPOINT_URL="+w.front)

	// What exists comes under the module first, by a file that is put beside its copy.
	before, plan, ok := strings.Cut(commands[0], "terraform -chdir=\"$ROOT\" init")
	if !ok {
		t.Fatalf("the commands are\n%s", commands[0])
	}
	adopted := filepath.Join(w.dir, "adopt.tf")
	w.adopt(t, filepath.Join(dir, "terraform"), adopted, "", "aws_s3_bucket_policy.lake", "aws_kms_key_policy.corp")
	said := w.bash(t, dir, before+"cp "+adopted+" \"$ROOT\"\nterraform -chdir=\"$ROOT\" init"+plan, env...)
	if !strings.Contains(said, "Apply complete!") {
		t.Errorf("terraform says\n%s", said)
	}
	w.handsOff = true
	w.agrees(t, w.setup, w.state())
	if left := w.bash(t, out, "git status --porcelain --ignored"); left != "" {
		t.Errorf("in the output folder there is\n%s", left)
	}
	root := filepath.Join(w.dir, ".local", "state", "pzgen", w.account, w.region, w.setup.Name, "terraform")
	for _, name := range []string{"terraform.tfstate", ".terraform", ".terraform.lock.hcl", "setup.plan"} {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Error(err)
		}
	}
	// Once more, the same commands change nothing.
	if said = w.bash(t, dir, commands[0], env...); !strings.Contains(said, "0 added, 0 changed, 0 destroyed") {
		t.Errorf("the second time terraform says\n%s", said)
	}
	state, err := os.ReadFile(filepath.Join(root, "terraform.tfstate"))
	var v any
	if err != nil || !bytes.Contains(state, []byte("aws_s3_bucket_policy")) || json.Unmarshal(state, &v) != nil {
		t.Errorf("the state is %.200s, %v", state, err)
	}

	// So do those of a README of the setup when its module is one that setups share.
	w.asModules(t, spec.TerraformSharedModules, w.setup.Name)
	dir, commands = w.readme(t, "terraform", "Terraform")
	w.write("out/existing-known/terraform/provider.tf", []byte(provider))
	w.adopt(t, filepath.Join(dir, "terraform"), filepath.Join(root, "adopt.tf"), "",
		"module.personalize.aws_s3_bucket_policy.lake", "module.personalize.aws_kms_key_policy.corp")
	if said = w.bash(t, dir, commands[0], env...); !strings.Contains(said, "0 added, 0 changed, 0 destroyed") {
		t.Errorf("with a shared module terraform says\n%s", said)
	}
	if _, err := os.Stat(filepath.Join(root, "iam.tf")); err == nil {
		t.Error("a file of the setup's own module is left")
	}
}

// TestRealReadmeGroup deploys by the README a setup whose dataset group has a key that exists: two
// stacks with one file of values, and between them the key's policy, which names the role.
func TestRealReadmeGroup(t *testing.T) {
	testtool.Need(t, "bash")
	w := newWorld(t, startAWS(t), "minimal.yaml", "minimal", nil)
	const arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
	w.edit("    buckets:\n", "    keys: {corp: {arn: "+arn+"}}\n    datasetGroup: {name: shop, key: corp}\n    buckets:\n")
	dir, commands := w.readme(t, "cloudformation", "CloudFormation")
	_, above := w.readme(t, "cloudformation", "What exists already")
	if len(commands) != 3 || len(above) != 1 || !strings.Contains(above[0], "kms put-key-policy") {
		t.Fatalf("the commands are\n%s\nand those for what exists\n%s",
			strings.Join(commands, "\n"), strings.Join(above, "\n"))
	}
	first, last := commands[0], commands[2]
	text, err := os.ReadFile(filepath.Join(dir, "cloudformation", "template.yaml"))
	if err != nil || bytes.Contains(text, []byte("AWS::Personalize::DatasetGroup")) {
		t.Errorf("the first stack makes the dataset group: %v\n%s", err, text)
	}
	for _, name := range []string{"template.yaml", "dataset-group.yaml"} {
		forMoto(t, filepath.Join(dir, "cloudformation", name))
	}
	w.bash(t, dir, first)
	if role := w.state().Roles[w.setup.Role.Name]; role == nil {
		t.Fatal("the key's policy could not name the role: it is not there")
	}
	w.bash(t, dir, last)
	var answer struct {
		Stacks []struct {
			Parameters []struct{ ParameterKey, ParameterValue string }
		}
	}
	w.json(&answer, "cloudformation", "describe-stacks", "--stack-name", "personalize-minimal-dataset-group")
	got := map[string]string{}
	for _, p := range answer.Stacks[0].Parameters {
		got[p.ParameterKey] = p.ParameterValue
	}
	want := map[string]string{"RoleName": w.setup.Role.Name, "CorpKeyArn": arn, "DatasetGroupName": "shop"}
	if !maps.Equal(got, want) {
		t.Errorf("the dataset group's stack has %v, not %v", got, want)
	}
}
