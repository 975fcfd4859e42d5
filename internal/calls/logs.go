package calls

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

const (
	// logger is Amazon S3 as it delivers access logs.
	logger   = "logging.s3.amazonaws.com"
	pageLogs = "s3:enable-server-access-logging#grant-log-delivery-permissions-bucket-policy"
)

// logKey is how the name of a log goes on after its prefix (Amazon S3 User Guide, "Logging requests
// with server access logging").
const logKey = "2026-11-27-00-00-00-E568B2907131C0C0"

// logsOf returns the context of a request by which S3 delivers access logs: for a bucket of an
// account.
func (t *Table) logsOf(bucketARN, account string) *context {
	return t.with(t.with(t.plain, "aws:SourceArn", bucketARN), "aws:SourceAccount", account)
}

// logs makes the calls by which S3 delivers access logs to buckets of the setup. Whether it may
// deliver to another bucket is not for the setup to decide.
func (t *Table) logs() {
	for _, b := range t.m.Buckets {
		if b.Logs == nil || b.Logs.Bucket == "" {
			continue
		}
		on := t.logPrefix(b) + logKey
		t.require(Call{Workflow: "access logs of bucket " + b.ID, Caller: Admitted, Side: Resource,
			Action: "s3:PutObject", On: Target{Named, on}, Source: pageLogs,
			Place: "buckets." + b.ID + ".accessLogs", Resource: OfBucket(b.Logs.Bucket),
			context: t.logsOf(t.env[model.RefBucketARN(b.ID)], t.account()),
			request: policy.Request{Principal: logger, Resource: on}})
	}
}

// logPrefix returns what the ARNs of a bucket's access logs begin with.
func (t *Table) logPrefix(b model.Bucket) string {
	return t.env[model.RefBucketARN(b.Logs.Bucket)] + "/" + b.Logs.Prefix.Fill(t.env).IAM()
}

// refuseLogs tries to deliver logs to a bucket: of buckets that have none there, to other places than
// theirs, for other accounts, and to do more than that.
func (t *Table) refuseLogs(to model.Bucket, no refusal) {
	if slices.ContainsFunc(t.admitted, func(a admitted) bool { return a.who == logger }) {
		return // an operator is let in by that name, and may do more
	}
	arn, stranger := t.env[model.RefBucketARN(to.ID)], "arn:"+t.partition()+":s3:::"+made
	places := []string{arn + "/" + made + "/" + logKey}
	for _, b := range t.m.Buckets {
		if b.Logs != nil && b.Logs.Bucket == to.ID {
			places = append(places, t.logPrefix(b)+logKey, arn+"/"+made+t.logPrefix(b)[len(arn)+1:]+logKey)
		}
	}
	if len(places) == 1 { // no logs of the setup go there
		no(Admitted, logger, "s3:PutObject", places[0], t.logsOf(arn, t.account()))
		return
	}
	for _, place := range places {
		put := func(in *context) { no(Admitted, logger, "s3:PutObject", place, in) }
		put(t.plain)
		put(t.with(t.plain, "aws:SourceAccount", t.account()))
		put(t.logsOf(stranger, t.account()))
		put(t.logsOf(stranger, t.otherAccount()))
		for _, b := range t.m.Buckets {
			source := t.env[model.RefBucketARN(b.ID)]
			own := t.logsOf(source, t.account())
			put(t.logsOf(source, t.otherAccount()))
			put(t.logsOf(source+"-"+made, t.account()))
			put(t.with(t.plain, "aws:SourceArn", source))
			for _, action := range objectActions {
				if action != "s3:PutObject" {
					no(Admitted, logger, action, place, own)
				}
			}
			theirs := b.Logs != nil && b.Logs.Bucket == to.ID &&
				strings.HasPrefix(place, t.logPrefix(b))
			if !theirs {
				put(own)
			}
			no(Stranger, made+".amazonaws.com", "s3:PutObject", place, own) // another service that says so
			for _, action := range bucketActions {
				no(Admitted, logger, action, arn, own)
			}
		}
	}
}
