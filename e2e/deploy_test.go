//go:build unix

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// delivered is the example "deploy", of which nothing is protected, with a role that has something
// to change.
func delivered(s string) string {
	return strings.Replace(s, "    region: eu-west-1\n", "    region: eu-west-1\n    protect: false\n"+
		"    permissionsBoundary: arn:aws:iam::111122223333:policy/Boundary\n    role: {description: before}\n", 1)
}

// TestRealDeploy records what the tools call that apply a setup, change it and take it away, and
// decides each call by the policies of whoever deploys it.
func TestRealDeploy(t *testing.T) {
	socket := startAWS(t)
	t.Run("tools", func(t *testing.T) {
		t.Run("shell", func(t *testing.T) {
			needShell(t)
			t.Parallel()
			w := newWorld(t, socket, "deploy.yaml", "delivery", delivered)
			w.proxy.heard = newListener(t, w.account, w.region)
			w.put(w.setup, "shell")
			before := w.setup
			w.must(t, "apply.sh", "--yes")
			w.must(t, "apply.sh", "--yes")
			clear(w.proxy.groups)
			w.must(t, "destroy.sh", "--yes")
			w.heard(t, before)
		})
		t.Run("terraform", func(t *testing.T) {
			tf := testtool.NeedTerraform(t)
			t.Parallel()
			w := newWorld(t, socket, "deploy.yaml", "delivery", delivered)
			used := w.deployedByTerraform(t, tf)
			for _, action := range calls.DeployActions(calls.Terraform) {
				// The setup has no access logs: their call is asked of policies alone (package proof).
				if !used[action] && action != "s3:PutBucketLogging" {
					t.Errorf("Terraform does not call %s", action)
				}
			}
		})
		t.Run("cloudformation", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, socket, "deploy.yaml", "delivery", delivered)
			w.deployedAsStack(t)
		})
	})
}

// heard requires the policies of who deploys one of the setups to allow each call since the last
// time, and returns their actions. Who applies a change has the policies of before until those of
// after are written, and he may write them.
func (w *world) heard(t *testing.T, setups ...*model.Setup) map[string]bool {
	t.Helper()
	var allowed []policy.Policies
	key := "arn:aws:kms:eu-west-1:111122223333:key/none" // moto does not show what stacks make
	for _, a := range w.proxy.heard.all {
		if strings.Contains(a.resource, ":key/") {
			key = a.resource
		}
	}
	for _, m := range setups {
		env := m.DeployedEnv()
		for _, k := range m.Keys {
			env[model.RefKeyARN(k.ID)] = key
		}
		var ps policy.Policies
		for _, o := range m.Operators {
			if o.Has(spec.Deploy) {
				for _, d := range o.Policies {
					ps.Identity = append(ps.Identity, d.Document.Fill(env))
				}
			}
		}
		allowed = append(allowed, ps)
	}
	open, err := policy.DecodeJSON([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}}`))
	if err != nil {
		t.Fatal(err)
	}
	used, refused := map[string]bool{}, map[string]bool{}
	for _, a := range w.proxy.heard.all {
		used[a.action] = true
		passes := slices.ContainsFunc(allowed, func(ps policy.Policies) bool {
			if strings.Contains(a.resource, ":key/") {
				ps.Resource = &open
			}
			got, err := policy.Evaluate(policy.Request{Principal: "arn:aws:iam::111122223333:role/DeployPersonalize",
				Action: a.action, Resource: a.resource, ResourceAccount: w.account, Context: a.context}, ps)
			return err == nil && got.Outcome == policy.Allowed
		})
		if what := a.action + " on " + a.resource; !passes && !refused[what] {
			refused[what] = true
			t.Errorf("who deploys is refused %s %v", what, a.context)
		}
	}
	t.Logf("%d calls, %d actions", len(w.proxy.heard.all), len(used))
	if len(used) < 4 {
		t.Error("that is too little")
	}
	w.proxy.heard.all = nil
	return used
}

// deployedByTerraform applies the module, plans again, changes about everything, and destroys all.
func (w *world) deployedByTerraform(t *testing.T, tf testtool.Terraform) map[string]bool {
	t.Helper()
	w.proxy.heard = newListener(t, w.account, w.region)
	dir := filepath.Join(w.put(w.setup, "terraform"), "terraform")
	if err := os.WriteFile(filepath.Join(dir, "provider.tf"), []byte(provider), 0o644); err != nil {
		t.Fatal(err)
	}
	env := append(w.env(w.front), "AWS_REGION="+w.region)
	tf.Init(t, dir)
	used := map[string]bool{}
	run := func(before *model.Setup, args ...string) {
		t.Helper()
		tf.Run(t, dir, env, append(args, "-input=false", "-no-color")...)
		maps.Copy(used, w.heard(t, before, w.setup))
	}
	run(w.setup, "apply", "-auto-approve")
	run(w.setup, "plan", "-detailed-exitcode")
	w.aws("iam", "create-user", "--user-name", "bea")
	w.aws("iam", "create-group", "--group-name", "Others")
	w.aws("iam", "create-policy", "--policy-name", "Other", "--policy-document", theirs)
	before := w.setup
	w.edit("policy/Boundary", "policy/Other", "description: before", "description: after",
		"shop: {alias: alias/delivery-personalize", "store: {was: [shop], alias: alias/delivery-personalize, rotation: false",
		"from: data/datasets/", "from: data/more/", "team: personalization", "squad: personalization",
		"key: shop}\n    datasetG", "key: store, expireAfterDays: 5, bucketOwnerEnforced: false}\n    datasetG",
		"key: shop}\n    workflows", "key: store}\n    workflows",
		"users: [anna]", "users: [bea]", "groups: [Analysts]", "groups: [Others]", "[operate, read]", "read",
		"    protect: false\n", "    protect: false\n    confusedDeputy: everywhere\n")
	w.put(w.setup, "terraform")
	run(before, "apply", "-auto-approve")
	before = w.setup
	w.edit("    permissionsBoundary: arn:aws:iam::111122223333:policy/Other\n", "",
		"confusedDeputy: everywhere", "confusedDeputy: account")
	w.put(w.setup, "terraform")
	run(before, "apply", "-auto-approve")
	run(w.setup, "destroy", "-auto-approve")
	return used
}

// deployedAsStack runs the commands of the README for CloudFormation. What the stack calls, moto does
// not show.
func (w *world) deployedAsStack(t *testing.T) {
	t.Helper()
	w.proxy.heard = newListener(t, w.account, w.region)
	dir := filepath.Join(w.put(w.setup, "cloudformation"), "cloudformation")
	forMoto(t, filepath.Join(dir, "template.yaml"))
	run := func(args ...string) {
		t.Helper()
		cmd := testtool.Command(t, filepath.Join(w.bin, "aws"), append([]string{"cloudformation"},
			append(args, "--stack-name=personalize-"+w.setup.Name, "--region="+w.region)...)...)
		cmd.Env = append(w.env(w.front), callsVariable+"="+w.calls)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("aws cloudformation %q: %v\n%s", args, err, out)
		}
	}
	run("deploy", "--template-file="+filepath.Join(dir, "template.yaml"), "--capabilities=CAPABILITY_NAMED_IAM",
		"--parameter-overrides=file://"+filepath.Join(dir, "parameters.json"))
	run("describe-stacks")
	run("delete-stack")
	used := w.heard(t, w.setup)
	for _, action := range calls.DeployActions(calls.CloudFormation) {
		if strings.HasPrefix(action, "cloudformation:") && !used[action] && action != "cloudformation:GetTemplateSummary" {
			t.Errorf("no command calls %s", action)
		}
	}
}
