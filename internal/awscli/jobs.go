package awscli

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

type location struct{ Path, DataLocation, KmsKeyArn string }

// jobKinds are the jobs of Amazon Personalize by the member that holds one (API Reference), and what
// the spec calls them.
var jobKinds = map[string]string{
	"datasetImportJob":  "import",
	"datasetExportJob":  "export",
	"batchInferenceJob": "batch-inference",
	"batchSegmentJob":   "batch-segment",
	"dataDeletionJob":   "data-deletion",
	"metricAttribution": "metric-attribution",
	"datasetGroup":      "datasetGroup",
}

// jobAnswer is one of them.
type jobAnswer struct {
	DatasetImportJobArn, DatasetExportJobArn, BatchInferenceJobArn, BatchSegmentJobArn string
	DataDeletionJobArn, MetricAttributionArn, DatasetGroupArn                          string
	RoleArn, Status, FailureReason, KmsKeyArn                                          string
	DataSource                                                                         location
	JobInput                                                                           struct{ S3DataSource location }
	JobOutput                                                                          struct{ S3DataDestination location }
	MetricsOutputConfig                                                                struct {
		RoleArn           string
		S3DataDestination location
	}
}

// learnJob collects the names of the bucket and the role of a job.
func (r *reader) learnJob(a answer) {
	for member := range jobKinds {
		var out jobAnswer
		if raw, ok := a.body[member]; !ok || json.Unmarshal(raw, &out) != nil {
			continue
		}
		for _, at := range []location{out.DataSource, out.JobInput.S3DataSource, out.JobOutput.S3DataDestination,
			out.MetricsOutputConfig.S3DataDestination} {
			name, _, _ := strings.Cut(strings.TrimPrefix(cmp.Or(at.DataLocation, at.Path), "s3://"), "/")
			r.addBucket(name)
		}
		r.addRole(nameOf(cmp.Or(out.RoleArn, out.MetricsOutputConfig.RoleArn)))
	}
}

func (r *reader) job(a answer) error {
	for member, kind := range jobKinds {
		raw, ok := a.body[member]
		if !ok {
			continue
		}
		var out jobAnswer
		if err := json.Unmarshal(raw, &out); err != nil {
			return deployed.Errorf(a.at(), "it is not what the AWS CLI prints: %v", err)
		}
		text := func(s ...string) deployed.Text { return deployed.Text{V: policy.Literal(cmp.Or(s...)), At: a.at()} }
		arn := cmp.Or(out.DatasetImportJobArn, out.DatasetExportJobArn, out.BatchInferenceJobArn,
			out.BatchSegmentJobArn, out.DataDeletionJobArn, out.MetricAttributionArn)
		j := deployed.Job{ARN: text(arn, out.DatasetGroupArn), Kind: kind,
			Role:   text(out.RoleArn, out.MetricsOutputConfig.RoleArn),
			From:   text(out.DataSource.DataLocation, out.JobInput.S3DataSource.Path),
			To:     text(out.JobOutput.S3DataDestination.Path, out.MetricsOutputConfig.S3DataDestination.Path),
			Status: text(out.Status), Failure: text(out.FailureReason), At: a.at()}
		j.FromKey = text(out.JobInput.S3DataSource.KmsKeyArn)
		j.ToKey = text(out.JobOutput.S3DataDestination.KmsKeyArn, out.MetricsOutputConfig.S3DataDestination.KmsKeyArn, out.KmsKeyArn)
		if parts, ok := policy.ParseARN(j.ARN.V.String()); ok {
			r.state.Where = deployed.Scope{Account: text(parts.Account), Region: text(parts.Region)}
		}
		r.state.Jobs = append(r.state.Jobs, j)
	}
	return nil
}
