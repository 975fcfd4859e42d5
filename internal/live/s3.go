package live

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// bucket reads the policy and the settings of a bucket, and the key of its encryption.
func (g *gatherer) bucket(ctx context.Context, bucket string) error {
	name, ok := parseBucket(bucket)
	if !ok {
		g.unseen(bucket, "it is no name or ARN of a bucket")
		return nil
	}
	if !g.once("bucket", name) {
		return nil
	}
	subject := []string{name}
	where, err := inRegion(ctx, g, name, func(c *s3.Client) (*s3.GetBucketLocationOutput, error) {
		return c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: &name})
	})
	r, err := g.note(ctx, "s3api/get-bucket-location", subject, location(where), err)
	if err != nil || r == "error NoSuchBucket" {
		return err
	}
	if r.ok() {
		g.regions[name] = regionOf(where.LocationConstraint)
	}
	text, err := inRegion(ctx, g, name, func(c *s3.Client) (*s3.GetBucketPolicyOutput, error) {
		return c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &name})
	})
	if _, err := g.note(ctx, "s3api/get-bucket-policy", subject, text, err); err != nil {
		return err
	}
	owner, err := inRegion(ctx, g, name, func(c *s3.Client) (*s3.GetBucketOwnershipControlsOutput,
		error) {
		return c.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: &name})
	})
	if _, err := g.note(ctx, "s3api/get-bucket-ownership-controls", subject, owner,
		err); err != nil {
		return err
	}
	block, err := inRegion(ctx, g, name, func(c *s3.Client) (*s3.GetPublicAccessBlockOutput,
		error) {
		return c.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &name})
	})
	if _, err := g.note(ctx, "s3api/get-public-access-block", subject, block, err); err != nil {
		return err
	}
	encryption, err := inRegion(ctx, g, name, func(c *s3.Client) (*s3.GetBucketEncryptionOutput,
		error) {
		return c.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &name})
	})
	r, err = g.note(ctx, "s3api/get-bucket-encryption", subject, encryption, err)
	if err != nil || !r.ok() {
		return err
	}
	return g.bucketKeys(ctx, name, encryption.ServerSideEncryptionConfiguration)
}

// bucketKeys reads the keys of a bucket's encryption: without a name it is aws/s3.
func (g *gatherer) bucketKeys(ctx context.Context, bucket string,
	c *types.ServerSideEncryptionConfiguration) error {
	if c == nil {
		return nil
	}
	for _, rule := range c.Rules {
		d := rule.ApplyServerSideEncryptionByDefault
		if d == nil || !strings.HasPrefix(string(d.SSEAlgorithm), "aws:kms") {
			continue
		}
		key := text(d.KMSMasterKeyID)
		if key == "" {
			key = "alias/aws/s3"
		}
		if err := g.key(ctx, key, g.region(bucket)); err != nil {
			return err
		}
	}
	return nil
}

// location is GetBucketLocation as the AWS CLI prints it: null for us-east-1.
func location(out *s3.GetBucketLocationOutput) any {
	if out == nil || out.LocationConstraint == "" {
		return map[string]any{"LocationConstraint": nil}
	}
	return out
}

// regionOf returns the region for a location (Amazon S3 API Reference, GetBucketLocation).
func regionOf(l types.BucketLocationConstraint) string {
	switch l {
	case "":
		return "us-east-1"
	case types.BucketLocationConstraintEu:
		return "eu-west-1"
	}
	return string(l)
}

// region returns where a bucket is, as far as that is known.
func (g *gatherer) region(bucket string) string {
	if r := g.regions[bucket]; r != "" {
		return r
	}
	return g.client.cfg.Region
}

// s3 returns a client for a region. Behind an endpoint of one's own, names of buckets are in the
// path, as the AWS CLI has it.
func (g *gatherer) s3(region string) *s3.Client {
	return s3.NewFromConfig(g.client.cfg, func(o *s3.Options) {
		o.Region = region
		o.UsePathStyle = o.BaseEndpoint != nil || g.client.cfg.BaseEndpoint != nil ||
			os.Getenv("AWS_ENDPOINT_URL_S3") != ""
	})
}

// inRegion calls S3 where a bucket is: S3 says so when it is elsewhere.
func inRegion[T any](ctx context.Context, g *gatherer, bucket string, call func(*s3.Client) (T,
	error)) (T, error) {
	at := g.region(bucket)
	out, err := call(g.s3(at))
	if there := elsewhere(err); there != "" && there != at && ctx.Err() == nil {
		g.regions[bucket] = there
		return call(g.s3(there))
	}
	return out, err
}

// elsewhere returns the region of the bucket that an answer names because it is another (Amazon S3
// User Guide, Redirects).
func elsewhere(err error) string {
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) || answer.Response == nil {
		return ""
	}
	switch answer.HTTPStatusCode() {
	case 301, 307, 400:
		return answer.Response.Header.Get("X-Amz-Bucket-Region")
	}
	return ""
}
