package model

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

const corpKey = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"

// rich is a setup of profile least-privilege with every kind of workflow, encrypted and plain, created and existing.
func rich(name string) *spec.Setup {
	return &spec.Setup{
		Name: name, Account: "111122223333", Region: "eu-west-1", Partition: "aws",
		Profile: spec.LeastPrivilege, ConfusedDeputy: spec.DeputyTrust,
		Role: spec.Role{Name: "PersonalizeRetail", Path: "/personalize/"},
		Keys: []spec.Key{{Name: "corp", ARN: corpKey}, {Name: "shop", Alias: "alias/shop", Rotation: true}},
		Buckets: []spec.Bucket{
			{Name: "data", BucketName: "acme-data", Key: "shop", SecureTransport: true},
			{Name: "plain", BucketName: "acme-plain", SecureTransport: true},
			{Name: "results", BucketName: "acme-results", Existing: true},
		},
		Workflows: []spec.Workflow{
			{Type: spec.Import, From: at("data", "datasets/")},
			{Type: spec.BatchInference, From: at("data", "batch/in/"), To: at("results", "batch/out/")},
			{Type: spec.BatchSegment, From: at("data", "segment/in/"), To: at("results", "segment/out/")},
			{Type: spec.Export, To: at("results", "export/")},
			{Type: spec.MetricAttribution, To: at("results", "metrics/")},
			{Type: spec.DataDeletion, From: at("plain", "deletions/")},
		},
		DatasetGroup: &spec.DatasetGroup{Name: "retail", Key: "corp"},
		Operators: []spec.Operator{
			{Name: "admins", Access: []string{spec.Full}, Groups: []string{"Admins"}},
			{Name: "analysts", Access: []string{spec.Operate}, Roles: []string{"Analyst"}},
			{Name: "auditors", Access: []string{spec.Read}, Users: []string{"Audrey"}},
			{Name: "web", Access: []string{spec.Runtime}, Roles: []string{"Web"}},
		},
		Tags: []spec.Tag{{Key: "team", Value: "p13n"}},
	}
}

// problems builds a setup that must be refused.
func problems(t *testing.T, s *spec.Setup) Problems {
	t.Helper()
	m, err := Build("pzgen.yaml", s, library(t))
	ps, ok := err.(Problems)
	if !ok || len(ps) == 0 || m != nil {
		t.Fatalf("built: %v, error %v", m != nil, err)
	}
	return ps
}

// grants returns "document: action resource" for each allowed action on each resource, with known
// references filled in.
func grants(m *Setup) []string {
	var out []string
	for _, d := range m.Docs() {
		for _, st := range d.Document.Fill(m.DeployedEnv()).Statements {
			resources := st.Resource.Values
			if resources == nil {
				resources = []policy.Text{{}}
			}
			for _, a := range st.Action.Values {
				for _, r := range resources {
					out = append(out, st.Effect+" "+d.Name+": "+a.IAM()+" "+r.IAM())
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

func granted(m *Setup, words ...string) []string {
	var out []string
	for _, g := range grants(m) {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(g, w) }) {
			out = append(out, g)
		}
	}
	return out
}

func statementOf(t *testing.T, d policy.Document, sid string) policy.Statement {
	t.Helper()
	for _, s := range d.Statements {
		if s.Sid == sid {
			return s
		}
	}
	t.Fatalf("no statement %q in %s", sid, d.JSON())
	return policy.Statement{}
}

// condition returns the values of a condition key in a statement; nil when it has none.
func condition(s policy.Statement, operator, key string) []string {
	var out []string
	for _, c := range s.Condition {
		if c.Operator == operator && c.Key == key {
			for _, v := range c.Values.Values {
				out = append(out, v.IAM())
			}
		}
	}
	return out
}

func factsOf(scope string) []string { return templates.Facts(scope) }
