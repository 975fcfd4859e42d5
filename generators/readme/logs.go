package readme

import "github.com/pzgen/pzgen/internal/model"

// logsAt returns where the access logs of a bucket go, as S3 tools write it.
func logsAt(s *model.Setup, b model.Bucket) string {
	env := s.DeployedEnv()
	return "s3://" + b.Logs.To().Fill(env).IAM() + "/" + b.Logs.Prefix.Fill(env).IAM()
}

// buckets sets up buckets, and then the access logs that some of them send to others.
func (h *hand) buckets(list []model.Bucket) {
	for _, b := range list {
		h.bucket(b)
	}
	for _, b := range list {
		h.logs(b)
	}
}

// logs sends the access logs of a bucket to another one, whose policy comes first.
func (h *hand) logs(b model.Bucket) {
	if b.Logs == nil {
		return
	}
	status := map[string]any{"LoggingEnabled": map[string]any{
		"TargetBucket": b.Logs.To().Fill(h.known).IAM(), "TargetPrefix": b.Logs.Prefix.Fill(h.known).IAM()}}
	h.add("aws", "s3api", "put-bucket-logging", h.region(), flag{"bucket", b.Name},
		flag{"bucket-logging-status", jsonText(status)})
}
