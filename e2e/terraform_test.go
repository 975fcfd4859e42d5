//go:build unix

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/pzgen/pzgen/internal/diff"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
)

// provider is what a user's root module configures; the credentials and the endpoint come from the environment.
const provider = `provider "aws" {
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}
`

// TestRealTerraform applies the module as a root module and from within another, with import blocks for the policies that exist.
func TestRealTerraform(t *testing.T) {
	tf := testtool.NeedTerraform(t)
	socket := startAWS(t)
	t.Run("modules", func(t *testing.T) {
		t.Run("root", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, socket, "full.yaml", "retail", nil)
			dir := filepath.Join(w.put(w.setup, "terraform"), "terraform")
			w.adopt(t, dir, filepath.Join(dir, "adopt.tf"), "", "aws_s3_bucket_policy.results")
			w.terraform(t, tf, dir)
		})
		t.Run("pipeline", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, socket, "pipeline.yaml", "pipeline", nil)
			dir := filepath.Join(w.put(w.setup, "terraform"), "terraform")
			w.terraform(t, tf, dir)
			w.compared(t, tf, dir)
			people(t, w)
		})
		t.Run("disposable", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, socket, "stages.yaml", "web-dev", nil)
			w.goes(t, tf, filepath.Join(w.put(w.setup, "terraform"), "terraform"))
		})
		t.Run("module", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, socket, "existing.yaml", "existing-known", nil)
			dir := filepath.Dir(w.put(w.setup, "terraform"))
			w.write("out/main.tf", []byte("module \"personalize\" {\n  source = \"./existing-known/terraform\"\n}\n"))
			w.adopt(t, filepath.Join(dir, "existing-known", "terraform"), filepath.Join(dir, "adopt.tf"), "module.personalize.",
				"aws_s3_bucket_policy.lake", "aws_kms_key_policy.corp")
			w.terraform(t, tf, dir)
		})
	})
}

// adopt does what adopt.tf.example says: it copies the file, keeps the blocks of what exists, and puts the module's name before the addresses.
func (w *world) adopt(t *testing.T, module, to, prefix string, keep ...string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(module, "adopt.tf.example"))
	if err != nil {
		t.Fatal(err)
	}
	file, diags := hclwrite.ParseConfig(text, "adopt.tf.example", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	kept := ""
	for _, b := range file.Body().Blocks() {
		address := strings.TrimSpace(string(b.Body().GetAttribute("to").Expr().BuildTokens(nil).Bytes()))
		for _, k := range keep {
			if address == k {
				kept += strings.Replace(string(b.BuildTokens(nil).Bytes()), address, prefix+address, 1) + "\n"
			}
		}
	}
	if n := strings.Count(kept, "import {"); n != len(keep) {
		t.Fatalf("%d of %d blocks stand in adopt.tf.example:\n%s", n, len(keep), text)
	}
	if err := os.WriteFile(to, []byte(kept), 0o644); err != nil {
		t.Fatal(err)
	}
}

// terraform applies the root module in dir, plans again, and tries to destroy.
func (w *world) terraform(t *testing.T, tf testtool.Terraform, dir string) {
	t.Helper()
	m := w.setup
	if err := os.WriteFile(filepath.Join(dir, "provider.tf"), []byte(provider), 0o644); err != nil {
		t.Fatal(err)
	}
	env := append(w.env(w.front), "AWS_REGION="+w.region)
	tf.Init(t, dir)
	if _, err := os.Stat(filepath.Join(dir, "variables.tf")); err == nil {
		w.elsewhere(t, tf, dir, env)
	}
	out := tf.Run(t, dir, env, "apply", "-auto-approve", "-input=false", "-no-color")
	applied := w.state()
	w.madeLast(t, w.proxy.all())
	w.handsOff = true
	w.agrees(t, m, applied)
	w.logs(t, applied)
	w.outputs(t, tf.Run(t, dir, env, "output", "-json"), applied)
	if len(w.before.Buckets)+len(w.before.Keys) > 0 {
		w.foreignPolicies(t, applied)
	}

	out2, errs, err := tf.Try(t, dir, env, "plan", "-detailed-exitcode", "-input=false", "-no-color")
	if err != nil {
		t.Errorf("the second plan is not empty: %v\n%s%s", err, out2, errs)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, l := range lines {
		if strings.HasPrefix(l, "Apply complete!") {
			t.Log(l, "The second plan is empty.")
		}
	}

	out, errs, err = tf.Try(t, dir, env, "destroy", "-auto-approve", "-input=false", "-no-color")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(string(errs), "prevent_destroy") {
		t.Errorf("destroy is not stopped by prevent_destroy: %v\n%s%s", err, out, errs)
	}
	if now := w.state(); now.text(t) != applied.text(t) {
		t.Errorf("destroy was stopped, and the account is changed:\n%s", difference(applied.text(t), now.text(t)))
	}
}

// compared reads what terraform shows of the state and of a plan, and finds no difference from the template.
func (w *world) compared(t *testing.T, tf testtool.Terraform, dir string) {
	t.Helper()
	env := append(w.env(w.front), "AWS_REGION="+w.region)
	tf.Run(t, dir, env, "plan", "-out=again.plan", "-input=false", "-no-color")
	template := filepath.Join(w.put(w.setup, "cloudformation"), "cloudformation", "template.yaml")
	for name, args := range map[string][]string{
		"state.json": {"show", "-json"}, "plan.json": {"show", "-json", "again.plan"}} {
		shown := w.write(name, tf.Run(t, dir, env, args...))
		var sides [2]*snapshot.Input
		for i, arg := range []string{template, shown} {
			in, err := snapshot.Open(t.Context(), arg, snapshot.Options{})
			if err != nil {
				t.Fatal(err)
			}
			sides[i] = in
		}
		changes, err := diff.Inputs(t.Context(), sides[0], sides[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			t.Errorf("%s: %s %s", name, c.Kind, c.Message)
		}
	}
}

// goes applies a module whose spec protects nothing, plans again, and destroys all of it.
func (w *world) goes(t *testing.T, tf testtool.Terraform, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "provider.tf"), []byte(provider), 0o644); err != nil {
		t.Fatal(err)
	}
	env := append(w.env(w.front), "AWS_REGION="+w.region)
	tf.Init(t, dir)
	tf.Run(t, dir, env, "apply", "-auto-approve", "-input=false", "-no-color")
	w.madeLast(t, w.proxy.all())
	out, errs, err := tf.Try(t, dir, env, "plan", "-detailed-exitcode", "-input=false", "-no-color")
	if err != nil {
		t.Errorf("the second plan is not empty: %v\n%s%s", err, out, errs)
	}
	tf.Run(t, dir, env, "destroy", "-auto-approve", "-input=false", "-no-color")
	left := w.state()
	if len(left.Buckets) > 0 || len(left.Roles) > len(w.before.Roles) || len(w.proxy.groups) > 0 {
		t.Errorf("destroy leaves %v, %v and dataset groups %v", left.Buckets, left.Roles, w.proxy.groups)
	}
}

// madeLast requires an encrypted dataset group to be there as the setup has it, and to be made after
// the policies by which its role may use the key.
func (w *world) madeLast(t *testing.T, calls []string) {
	t.Helper()
	g := w.setup.MadeGroup()
	if g == nil {
		return
	}
	made := w.proxy.groups[g.Name]
	if made == nil {
		t.Errorf("there is no dataset group %s", g.Name)
		return
	}
	at := slices.Index(calls, "cloudcontrolapi CreateResource")
	for i, call := range calls {
		switch call {
		case "iam PutRolePolicy", "iam AttachRolePolicy", "kms PutKeyPolicy", "kms CreateKey":
			if g.Key != "" && i > at {
				t.Errorf("the dataset group is made as call %d, before %s, which is call %d", at, call, i)
			}
		}
	}
	if domain, _ := made["domain"].(string); domain != g.Domain || g.Key != "" && (made["kmsKeyArn"] == nil || made["roleArn"] == nil) {
		t.Errorf("the dataset group is %v", made)
	}
}

// elsewhere requires a plan to be refused when the module is for another account, or for another region, than the provider is in.
func (w *world) elsewhere(t *testing.T, tf testtool.Terraform, dir string, env []string) {
	t.Helper()
	for _, v := range []string{"account_id=999988887777", "region=ap-south-1"} {
		out, errs, err := tf.Try(t, dir, env, "plan", "-var", v, "-input=false", "-no-color")
		if err == nil || !strings.Contains(string(errs), "This is for") {
			t.Errorf("a plan with %s is not refused: %v\n%s%s", v, err, out, errs)
		}
	}
}

// outputs requires the statements to merge to be among the outputs of a root module that does not call another.
func (w *world) outputs(t *testing.T, text []byte, s *state) {
	t.Helper()
	var outputs map[string]struct{ Value any }
	if err := json.Unmarshal(text, &outputs); err != nil {
		t.Fatal(err)
	}
	if len(outputs) == 0 {
		return
	}
	docs := w.target(w.setup, s.references(w.setup))
	for _, d := range w.setup.Docs() {
		if !d.Partial {
			continue
		}
		found := false
		for _, o := range outputs {
			text, _ := o.Value.(string)
			got, err := policy.DecodeJSON([]byte(text))
			found = found || err == nil && got.Equal(docs[d.Name])
		}
		if !found {
			t.Errorf("no output holds the statements of %s: %v", d.Name, outputs)
		}
	}
}

// foreignPolicies requires every statement of others to be in the policies of what existed.
func (w *world) foreignPolicies(t *testing.T, s *state) {
	t.Helper()
	found := 0
	check := func(what, before, after string) {
		for _, sid := range sids(t, before) {
			found++
			if !strings.Contains(after, fmt.Sprintf("%q", sid)) {
				t.Errorf("the statement %q is lost from the policy of %s: %s", sid, what, after)
			}
		}
	}
	for name, b := range w.before.Buckets {
		check(name, b.Policy, s.Buckets[name].Policy)
	}
	for arn, k := range w.before.Keys {
		check(arn, k.Policy, s.Keys[arn].Policy)
	}
	if found == 0 {
		t.Error("there were no foreign statements")
	}
}
