package proof

import (
	"bytes"
	"slices"
	"testing"

	"github.com/pzgen/pzgen/generators"
)

// Every target is found out that sends access logs elsewhere, or lets S3 deliver more of them.
func TestLogsDamaged(t *testing.T) {
	m := buildAll(t, exampleSetups(t, "pipeline.yaml"))[0]
	printed := printAll(t, m)
	if r := Prove(m, generators.For(m.Targets), only(printed)); !r.OK() {
		t.Fatalf("it is not proved before: %+v", r.Findings)
	}
	for _, c := range []struct{ file, old, new string }{
		{"cloudformation/template.yaml", "LogFilePrefix: \"results/\"", "LogFilePrefix: \"other/\""},
		{"cloudformation/template.yaml", "DestinationBucketName: !Ref LogsBucket", "DestinationBucketName: !Ref InputBucket"},
		{"cloudformation/template.yaml", "    DependsOn:\n      - \"LogsBucketPolicy\"\n", ""},
		{"cloudformation/template.yaml", "LogFilePrefix: \"results/\"", "LogFilePrefix: \"results/\"\n        TargetObjectKeyFormat: {SimplePrefix: {}}"},
		{"cloudformation/template.yaml", "aws:SourceArn: !Sub \"arn:${AWS::Partition}:s3:::${InputBucketName}\"", "aws:SourceArn: \"*\""},
		{"terraform/s3.tf", "target_prefix = \"results/\"", "target_prefix = \"other/\""},
		{"terraform/s3.tf", "target_bucket = aws_s3_bucket.logs.bucket", "target_bucket = aws_s3_bucket.output.bucket"},
		{"terraform/s3.tf", "  depends_on = [aws_s3_bucket_policy.logs]\n", ""},
		{"terraform/s3.tf", "target_prefix = \"results/\"", "target_prefix = \"results/\"\n  expected_bucket_owner = \"444455556666\""},
		{"shell/apply.sh", "ensure_logs \"$OUTPUT_BUCKET\" \"${LOGS_BUCKET}\" 'results/'", "ensure_logs \"$OUTPUT_BUCKET\" \"${LOGS_BUCKET}\" 'other/'"},
		{"shell/apply.sh", "  ensure_logs \"$OUTPUT_BUCKET\" \"${LOGS_BUCKET}\" 'results/'\n", ""},
		{"shell/apply.sh", "ensure_logs \"$OUTPUT_BUCKET\"", "ensure_logs \"$LOGS_BUCKET\""},
		{"policies/bucket-logs.json", "acme-pipeline-logs/results/*", "acme-pipeline-logs/*"},
	} {
		files, done := slices.Clone(printed), false
		var g *generators.Generator
		for i, f := range files {
			if f.Path == m.Name+"/"+c.file && bytes.Contains(f.Data, []byte(c.old)) {
				files[i].Data, done = bytes.Replace(f.Data, []byte(c.old), []byte(c.new), 1), true
				g = targetOf(m, f)
			}
		}
		if !done {
			t.Errorf("%s: there is no %q", c.file, c.old)
			continue
		}
		if r := Prove(m, []generators.Generator{*g}, only(files)); r.OK() {
			t.Errorf("%s: %q for %q is not found", c.file, c.new, c.old)
		}
	}
}
