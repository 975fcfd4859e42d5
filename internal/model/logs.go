package model

import (
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// logsOf returns where the access logs of a bucket go.
func logsOf(k spec.Bucket) *Logs {
	if k.Logs == nil {
		return nil
	}
	prefix := policy.Literal(k.Logs.Prefix)
	if k.Logs.Prefix == "" {
		prefix = policy.NewText(RefBucketName(k.Name), policy.Lit("/"))
	}
	return &Logs{Bucket: k.Logs.Bucket, Outside: k.Logs.Outside, Prefix: prefix}
}

// deliveries adds the statements by which S3 delivers access logs to a bucket, one for each bucket
// that they are of.
func (b *builder) deliveries(d *draft, to spec.Bucket) {
	for _, k := range b.spec.Buckets {
		if k.Logs == nil || k.Logs.Bucket != to.Name {
			continue
		}
		b.add(d, "bucket", "logged-bucket", Identifier(k.Name), "buckets."+k.Name+".accessLogs", nil, holes{
			"bucket.arn":    {policy.NewText(RefBucketARN(to.Name))},
			"logged.arn":    {policy.NewText(RefBucketARN(k.Name))},
			"logged.prefix": {logsOf(k).Prefix},
		})
	}
}
