//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// people decides, by the policies that are in the account, what the operators of the example
// "pipeline" can do and what they cannot.
func people(t *testing.T, w *world) {
	m, s := w.setup, w.state()
	env := s.references(m)
	read := func(name string) policy.Document {
		d, err := policy.DecodeJSON(s.document(m, name, env))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return d
	}
	iam, pz := "arn:aws:iam::111122223333:", "arn:aws:personalize:eu-central-1:111122223333:"
	in, out := "arn:aws:s3:::acme-pipeline-input", "arn:aws:s3:::acme-pipeline-output"
	key, other := env[model.RefKeyARN("input")], env[model.RefKeyARN("output")]
	pass := map[string][]string{"iam:PassedToService": {"personalize.amazonaws.com"}}
	list := func(prefix string) map[string][]string { return map[string][]string{"s3:prefix": {prefix}} }
	ours := map[string][]string{"aws:SourceAccount": {"111122223333"}}
	theirs := map[string][]string{"aws:SourceAccount": {"444455556666"}}
	glue, appflow := "arn:aws:iam::444455556666:role/etl/GlueWriter", "appflow.amazonaws.com"
	tried := map[bool]int{}
	for _, c := range []struct {
		operator, who, action, on string
		context                   map[string][]string
		passes                    bool
	}{
		// A pipeline that trains.
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:CreateSchema", pz + "schema/x", nil, true},
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:CreateDataset", pz + "dataset/pipeline/ITEMS", nil, true},
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:CreateDatasetImportJob", pz + "dataset-import-job/x", nil, true},
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:CreateSolution", "arn:aws:personalize:::recipe/aws-user-personalization", nil, true},
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:CreateSolutionVersion", pz + "solution/x", nil, true},
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:CreateRecommender", "arn:aws:personalize:::recipe/aws-ecomm-recommended-for-you", nil, true},
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:UpdateCampaign", pz + "campaign/x", nil, true},
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:CreateFilter", pz + "filter/x", nil, true},
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:CreateEventTracker", pz + "event-tracker/x", nil, true},
		{"retraining", iam + "role/RetrainingStateMachine", "iam:PassRole", iam + "role/PersonalizePipeline", pass, true},
		{"retraining", iam + "role/RetrainingStateMachine", "kms:Decrypt", key, nil, true},
		{"retraining", iam + "role/RetrainingStateMachine", "iam:PassRole", iam + "role/PersonalizePipeline",
			map[string][]string{"iam:PassedToService": {"lambda.amazonaws.com"}}, false},
		{"retraining", iam + "role/RetrainingStateMachine", "iam:PassRole", iam + "role/Admin", pass, false},
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:DeleteDatasetGroup", pz + "dataset-group/other", nil, false},
		{"retraining", iam + "role/RetrainingStateMachine", "personalize:CreateDataset", pz + "dataset/other/ITEMS", nil, false},
		{"retraining", iam + "role/RetrainingStateMachine", "s3:DeleteBucket", in, nil, false},
		{"retraining", iam + "role/RetrainingStateMachine", "s3:GetObject", in + "/interactions/x.csv", nil, false},
		{"retraining", iam + "role/RetrainingStateMachine", "kms:Decrypt", other, nil, false},
		// Who writes the data.
		{"events", iam + "role/GlueEvents", "s3:PutObject", in + "/interactions/2026/x.csv", nil, true},
		{"events", iam + "role/GlueEvents", "s3:AbortMultipartUpload", in + "/items/items.csv", nil, true},
		{"events", iam + "role/GlueEvents", "s3:ListBucket", in, list("interactions/"), true},
		{"events", iam + "role/GlueEvents", "kms:GenerateDataKey", key, nil, true},
		{"events", iam + "role/GlueEvents", "kms:Decrypt", key, nil, true},
		{"events", iam + "role/GlueEvents", "s3:GetObject", in + "/interactions/2026/x.csv", nil, false},
		{"events", iam + "role/GlueEvents", "s3:PutObject", in + "/batch/x.json", nil, false},
		{"events", iam + "role/GlueEvents", "s3:PutObject", in + "/items/items.csv.bak", nil, false},
		{"events", iam + "role/GlueEvents", "s3:ListBucket", in, list(""), false},
		{"events", iam + "role/GlueEvents", "kms:DescribeKey", key, nil, false},
		{"events", iam + "role/GlueEvents", "kms:Decrypt", other, nil, false},
		// And who reads the results.
		{"reports", iam + "user/reports-ci", "s3:GetObject", out + "/export/x.csv", nil, true},
		{"reports", iam + "user/reports-ci", "kms:Decrypt", other, nil, true},
		{"reports", iam + "user/reports-ci", "kms:GenerateDataKey", other, nil, false},
		{"reports", iam + "user/reports-ci", "s3:PutObject", out + "/export/x.csv", nil, false},
		// Whom policies of resources let in.
		{"", glue, "s3:PutObject", in + "/interactions/x.csv", nil, true},
		{"", glue, "kms:GenerateDataKey", key, nil, true},
		{"", glue, "s3:GetObject", in + "/interactions/x.csv", nil, false},
		{"", glue, "s3:PutObject", in + "/batch/x.json", nil, false},
		{"", "arn:aws:iam::444455556666:role/Other", "s3:PutObject", in + "/interactions/x.csv", nil, false},
		{"", appflow, "s3:PutObject", in + "/items/items.csv", ours, true},
		{"", appflow, "kms:GenerateDataKey", key, ours, true},
		{"", appflow, "s3:PutObject", in + "/items/items.csv", theirs, false},
		{"", appflow, "s3:PutObject", in + "/items/items.csv", nil, false},
		{"", appflow, "kms:Decrypt", key, theirs, false},
	} {
		var ps policy.Policies
		for _, d := range m.Docs() {
			rest, ok := strings.CutPrefix(d.Name, "operator-"+c.operator)
			if c.operator != "" && ok && strings.Trim(rest, "-0123456789") == "" {
				ps.Identity = append(ps.Identity, read(d.Name))
			}
		}
		if c.operator == "" && strings.HasPrefix(c.who, "arn:") { // their own account has its say there
			d, err := policy.DecodeJSON([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`))
			if err != nil {
				t.Fatal(err)
			}
			ps.Identity = append(ps.Identity, d)
		}
		for arn, name := range map[string]string{key: "key-input", other: "key-output"} {
			if c.on == arn {
				d := read(name)
				ps.Resource = &d
			}
		}
		for arn, name := range map[string]string{in: "bucket-input", out: "bucket-output"} {
			if c.on == arn || strings.HasPrefix(c.on, arn+"/") {
				d := read(name)
				ps.Resource = &d
			}
		}
		got, err := policy.Evaluate(policy.Request{Principal: c.who, Action: c.action, Resource: c.on,
			ResourceAccount: m.Account, Context: c.context}, ps)
		if err != nil || (got.Outcome == policy.Allowed) != c.passes {
			t.Errorf("%s, %s %s on %s %v: %v, %v", c.operator, c.who, c.action, c.on, c.context, got, err)
		}
		tried[c.passes]++
	}
	t.Logf("%d calls pass and %d do not", tried[true], tried[false])
}
