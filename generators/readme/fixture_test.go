package readme

import (
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

var allTargets = []string{"json", "cloudformation", "terraform", "shell"}

// full is a setup with one of everything.
func full() *spec.Setup {
	at := func(bucket, prefix string) *spec.Location { return &spec.Location{Bucket: bucket, Prefix: prefix} }
	return &spec.Setup{
		Name: "retail", Description: "Product recommendations of the web shop", Account: "111122223333", Region: "eu-west-1", Partition: "aws",
		Profile: spec.LeastPrivilege, ConfusedDeputy: spec.DeputyTrust, Targets: allTargets,
		Role: spec.Role{Name: "PersonalizeRetail", Path: "/personalize/", Description: "for Personalize",
			PermissionsBoundary: "arn:aws:iam::111122223333:policy/Boundary"},
		Keys: []spec.Key{
			{Name: "corp", ARN: "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"},
			{Name: "shop", Alias: "alias/retail-personalize", DeletionWindow: 30, Rotation: true},
		},
		Buckets: []spec.Bucket{
			{Name: "data", BucketName: "acme-retail-personalize-data", Key: "shop", Versioning: true, SecureTransport: true, ExpireAfterDays: 90,
				ExpireOldVersionsAfterDays: 90},
			{Name: "plain", BucketName: "acme-retail-deletions", SecureTransport: true},
			{Name: "results", BucketName: "acme-retail-results", Existing: true},
		},
		Workflows: []spec.Workflow{
			{Type: spec.Import, From: at("data", "datasets/")},
			{Type: spec.BatchInference, From: at("data", "batch/in/"), To: at("results", "batch/out/")},
			{Type: spec.Export, To: at("results", "export/")},
			{Type: spec.MetricAttribution, To: at("results", "metrics/")},
			{Type: spec.DataDeletion, From: at("plain", "deletions/")},
		},
		DatasetGroup: &spec.DatasetGroup{Name: "retail", Key: "corp"},
		Operators: []spec.Operator{
			{Name: "admins", Access: []string{spec.Full}, Groups: []string{"PersonalizeAdmins"}, ManagedPolicies: []string{"arn:aws:iam::aws:policy/CloudWatchFullAccessV2"}},
			{Name: "web", Access: []string{spec.Runtime}, Roles: []string{"WebShop"}},
		},
		Uploads: []spec.Upload{{File: "data/interactions.csv", To: *at("data", "datasets/interactions.csv")}},
		Tags:    []spec.Tag{{Key: "team", Value: "personalization"}},
	}
}

func present() *policy.Document {
	return &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{
		Sid: "Auditors | `everybody`\n# see", Effect: policy.Allow,
		Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: policy.One(policy.Literal("arn:aws:iam::111122223333:role/Audit"))}}},
		Action:    policy.One(policy.Literal("s3:ListBucket")), Resource: policy.One(policy.Literal("arn:aws:s3:::acme-retail-results")),
	}}}
}

func build(t testing.TB, s *spec.Setup) *model.Setup {
	t.Helper()
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Build("some/where/pzgen.yaml", s, lib)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func readme(t testing.TB, m *model.Setup) string {
	t.Helper()
	files, err := Print(m)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 || files[0].Path != m.Name+"/README.md" || files[0].Mode != 0o644 {
		t.Fatalf("files %+v", files)
	}
	return string(files[0].Data)
}
