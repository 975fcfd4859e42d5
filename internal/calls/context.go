package calls

import (
	"maps"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
)

// context is the condition keys of requests. It is never changed, and equal ones are one, so that
// calls which ask the same can be told by it.
type context struct{ keys map[string][]string }

// contexts are those that calls are made from.
type contexts struct {
	plain  *context // a request of anybody, over TLS
	ours   *context // one of the service, for a resource of the setup's account
	others *context // for one of another account
	// Two that say half the truth: the account is the setup's and the resource another account's, and
	// the other way round.
	ourAccount, ourResource *context

	derived map[derivation]*context
}

// derivation is a context with one more key.
type derivation struct {
	from       *context
	key, value string
}

// sourced returns the context of a request that Personalize makes for a resource of an account
// (IAM User Guide, "The confused deputy problem").
func (t *Table) sourced(account, owner string) *context {
	return &context{map[string][]string{
		"aws:SourceAccount":   {account},
		"aws:SourceArn":       {t.job(t.region(), owner)},
		"aws:SecureTransport": {"true"},
	}}
}

// job returns the ARN of a job of Personalize.
func (t *Table) job(region, account string) string {
	return "arn:" + t.partition() + ":personalize:" + region + ":" + account + ":dataset-import-job/job"
}

func secure() map[string][]string { return map[string][]string{"aws:SecureTransport": {"true"}} }

func (t *Table) makeContexts() {
	t.contexts = contexts{
		plain:       &context{secure()},
		ours:        t.sourced(t.account(), t.account()),
		others:      t.sourced(t.otherAccount(), t.otherAccount()),
		ourAccount:  t.sourced(t.account(), t.otherAccount()),
		ourResource: t.sourced(t.otherAccount(), t.account()),
		derived:     map[derivation]*context{},
	}
}

// with returns a context with one more key.
func (t *Table) with(from *context, key, value string) *context {
	d := derivation{from, key, value}
	out := t.derived[d]
	if out == nil {
		out = &context{maps.Clone(from.keys)}
		out.keys[key] = []string{value}
		t.derived[d] = out
	}
	return out
}

// completed returns the context of a call with the condition keys that AWS gives every such
// request, which statements of others ask about and pzgen's own do not (IAM User Guide, "AWS
// global condition context keys", the section "Availability" of each; Amazon S3, "Bucket policy
// examples using condition keys").
//
// Left out, as nothing documents them: addresses and VPCs, which requests of Personalize do not
// have, and what KMS says of a call that comes through S3. Left out too is what only an operator or
// an administrator knows of himself: his address, his device, his tags.
func (t *Table) completed(c *Call) map[string][]string {
	ctx := maps.Clone(c.context.keys)
	ctx["aws:RequestedRegion"] = []string{t.region()}
	// "Returns false if the service uses a service role or service-linked role to make a call"; a
	// call by the service itself is none on behalf of a principal either.
	ctx["aws:ViaAWSService"] = []string{"false"}
	if c.Caller == Role {
		// It is there for temporary credentials, and no device was asked when a service assumed the
		// role.
		ctx["aws:MultiFactorAuthPresent"] = []string{"false"}
	}
	for key, value := range t.organization {
		if strings.HasPrefix(key, "aws:resource") ||
			strings.HasPrefix(key, "aws:principal") && c.Caller.ofAccount() ||
			strings.HasPrefix(key, "aws:source") && c.Caller == Service {
			ctx[key] = []string{value}
		}
	}
	if strings.HasPrefix(c.Action, "s3:") {
		ctx["s3:ResourceAccount"] = []string{c.request.ResourceAccount}
		// AWS services, SDKs and the CLI sign with Signature Version 4, in a header, and AWS
		// endpoints take TLS 1.2 or newer (IAM User Guide, "AWS Signature Version 4 for API
		// requests"; AWS Security Blog, 2022-06-28, "TLS 1.2 to become the minimum"). No page says
		// of Personalize that it uses a newer one than that.
		ctx["s3:signatureversion"] = []string{"AWS4-HMAC-SHA256"}
		ctx["s3:authType"] = []string{"REST-HEADER"}
		ctx["s3:TlsVersion"] = []string{"1.2"}
	}
	if (c.On.Kind == ToObject || c.Caller == Operator) && c.Action == "s3:PutObject" && c.key != "" {
		// The key is handed to the job as kmsKeyArn, with which it encrypts what it writes
		// (Personalize API Reference, S3DataConfig). Without one there is no header, and S3 encrypts
		// as the bucket says.
		ctx["s3:x-amz-server-side-encryption"] = []string{"aws:kms"}
		ctx["s3:x-amz-server-side-encryption-aws-kms-key-id"] = []string{t.env[model.RefKeyARN(c.key)]}
	}
	if c.anonymous {
		maps.DeleteFunc(ctx, func(key string, _ []string) bool {
			return strings.HasPrefix(strings.ToLower(key), "aws:source")
		})
	}
	return ctx
}
