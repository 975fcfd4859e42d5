package diff

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/snapshot"
)

// planTemplate and planState are the same role.
const (
	planTemplate = `
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: Shop
      AssumeRolePolicyDocument: {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
      Policies:
        - PolicyName: p
          PolicyDocument: {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::acme/a/*"]}]}
`
	planState = `{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{"resources":[
{"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","values":{"arn":"arn:aws:iam::111122223333:role/Shop","name":"Shop","path":"/",
 "max_session_duration":3600,"inline_policy":[{"name":"p","policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::acme/a/*\"}]}"}],
 "assume_role_policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":\"personalize.amazonaws.com\"}}]}"}}]}}}`
)

// inputs compares two files as the command does and returns what changes, a line each.
func inputs(t *testing.T, oldName, old, newName, new string) string {
	t.Helper()
	dir := t.TempDir()
	open := func(name, text string) *snapshot.Input {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		in, err := snapshot.Open(t.Context(), name, snapshot.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	changes, err := Inputs(t.Context(), open(oldName, old), open(newName, new))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range changes {
		lines = append(lines, string(c.Kind)+" "+c.Message)
	}
	return strings.Join(lines, "\n")
}

// A plan is compared with a template by what both decide, and what a plan does not know yet is neither the same nor
// gone.
func TestPlanAndTemplate(t *testing.T) {
	if got := inputs(t, "t.yaml", planTemplate, "p.json", planState); got != "" {
		t.Error(got)
	}
	if got := inputs(t, "p.json", planState, "t.yaml", planTemplate); got != "" {
		t.Error(got)
	}
	wider := strings.Replace(planState, "acme/a/*", "acme/*", 1)
	if got := inputs(t, "t.yaml", planTemplate, "p.json", wider); !strings.HasPrefix(got, "broader role \"Shop\" may s3:GetObject") {
		t.Error(got)
	}
	later := `{"format_version":"1.2","planned_values":{"root_module":{"resources":[
{"address":"aws_iam_role_policy.p","mode":"managed","type":"aws_iam_role_policy","values":{"name":"p","role":"Shop"}}]}},
"resource_changes":[{"address":"aws_iam_role_policy.p","change":{"actions":["create"],"after_unknown":{"policy":true}}}]}`
	notKnown := `undecided not understood: value "aws_iam_role_policy.p.policy": known after apply`
	if got := inputs(t, "p.json", planState, "q.json", later); !strings.Contains(got, notKnown) || strings.Contains(got, "may no longer s3:GetObject") {
		t.Error(got)
	}
	if got := inputs(t, "q.json", later, "p.json", planState); !strings.Contains(got, `undecided what the policies of role "Shop" were is not known`) {
		t.Error(got)
	}
	// Two plans that do not know it may differ in it.
	if got := inputs(t, "p.json", later, "q.json", later+"\n"); !strings.Contains(got, notKnown) {
		t.Errorf("%q", got)
	}
}

// A guard does not pass what is not understood.
func TestGuardOfPlan(t *testing.T) {
	name := filepath.Join(t.TempDir(), "p.json")
	text := `{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{"resources":[
{"address":"aws_iam_user_group_membership.m","mode":"managed","type":"aws_iam_user_group_membership","values":{}}]}}}`
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	in, err := snapshot.Open(t.Context(), name, snapshot.Options{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := Guard{Actions: []string{"s3:*"}}.Check(t.Context(), in)
	if err != nil || len(found) != 1 || found[0].Kind != Undecided {
		t.Errorf("%v, %v", found, err)
	}
}
