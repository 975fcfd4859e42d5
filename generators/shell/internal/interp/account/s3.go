package account

import (
	"strings"
)

func (a *Account) bucket(in *input) (*Bucket, error) {
	name := in.str("bucket")
	if owner := in.str("expected-bucket-owner"); owner != "" && owner != a.ID || a.Foreign[name] {
		return nil, refuse("AccessDenied", "Access Denied")
	}
	if b, ok := a.Buckets[name]; ok {
		return b, nil
	}
	return nil, refuse("NoSuchBucket", "The specified bucket does not exist")
}

// head answers with bare status codes, as the AWS CLI shows them for calls that have no body.
func headBucket(a *Account, in *input) (any, error) {
	b, err := a.bucket(in)
	if e, ok := err.(*Error); ok && e.Code == "AccessDenied" {
		return nil, refuse("403", "Forbidden")
	}
	if err != nil {
		return nil, refuse("404", "Not Found")
	}
	return object{"BucketRegion": b.Region}, nil
}

func headObject(a *Account, in *input) (any, error) {
	b, err := a.bucket(in)
	if err != nil {
		return nil, refuse("404", "Not Found")
	}
	meta, ok := b.Objects[in.str("key")]
	if !ok {
		return nil, refuse("404", "Not Found")
	}
	return object{"Metadata": meta}, nil
}

// copyUp is `aws s3 cp FILE s3://BUCKET/KEY`.
func copyUp(a *Account, in *input) (any, error) {
	name, key, _ := strings.Cut(strings.TrimPrefix(in.str("1"), "s3://"), "/")
	b, ok := a.Buckets[name]
	if !ok {
		return nil, refuse("NoSuchBucket", "The specified bucket does not exist")
	}
	var meta map[string]string
	in.into("metadata", &meta)
	if b.Objects == nil {
		b.Objects = map[string]map[string]string{}
	}
	b.Objects[key] = meta
	return nil, nil
}

func createBucket(a *Account, in *input) (any, error) {
	name := in.str("bucket")
	if a.Foreign[name] {
		return nil, refuse("BucketAlreadyExists", "The requested bucket name is not available.")
	}
	if a.Buckets[name] != nil {
		return nil, refuse("BucketAlreadyOwnedByYou",
			"Your previous request to create the named bucket succeeded.")
	}
	place := struct{ LocationConstraint string }{}
	if in.values["create-bucket-configuration"] != nil {
		in.into("create-bucket-configuration", &place)
	}
	want := a.Region
	if want == "us-east-1" {
		want = ""
	}
	if place.LocationConstraint != want {
		return nil, refuse("InvalidLocationConstraint",
			"The specified location-constraint is not valid")
	}
	// What S3 gives every new bucket since April 2023.
	a.Buckets[name] = &Bucket{Region: a.Region, Block: all(true),
		Ownership: "BucketOwnerEnforced", Algorithm: "AES256"}
	return object{"Location": "/" + name}, nil
}

func all(on bool) map[string]bool {
	return map[string]bool{"BlockPublicAcls": on, "IgnorePublicAcls": on, "BlockPublicPolicy": on,
		"RestrictPublicBuckets": on}
}

// ofBucket is an operation that reads or changes a bucket.
func ofBucket(f func(*Account, *Bucket, *input) (any, error)) func(*Account, *input) (any, error) {
	return func(a *Account, in *input) (any, error) {
		b, err := a.bucket(in)
		if err != nil {
			return nil, err
		}
		return f(a, b, in)
	}
}

func getLocation(_ *Account, b *Bucket, _ *input) (any, error) {
	if b.Region == "us-east-1" {
		return object{"LocationConstraint": nil}, nil
	}
	return object{"LocationConstraint": b.Region}, nil
}

func getBucketPolicy(_ *Account, b *Bucket, _ *input) (any, error) {
	if b.Policy == "" {
		return nil, refuse("NoSuchBucketPolicy", "The bucket policy does not exist")
	}
	return object{"Policy": b.Policy}, nil
}

func putBucketPolicy(a *Account, b *Bucket, in *input) (any, error) {
	if err := a.document(in.str("policy"), "MalformedPolicy"); err != nil {
		return nil, err
	}
	b.Policy = in.str("policy")
	return nil, nil
}

func deleteBucketPolicy(_ *Account, b *Bucket, _ *input) (any, error) {
	b.Policy = ""
	return nil, nil
}

func getBucketTags(_ *Account, b *Bucket, _ *input) (any, error) {
	if len(b.Tags) == 0 {
		return nil, refuse("NoSuchTagSet", "The TagSet does not exist")
	}
	return object{"TagSet": tagList(b.Tags, "Key", "Value")}, nil
}

func putBucketTags(_ *Account, b *Bucket, in *input) (any, error) {
	var set struct{ TagSet []any }
	in.into("tagging", &set)
	list := &input{values: map[string]any{"tags": any(set.TagSet)}}
	b.Tags = list.tags("tags")
	in.err = list.err
	return nil, nil
}

func getBlock(_ *Account, b *Bucket, _ *input) (any, error) {
	if b.Block == nil {
		return nil, refuse("NoSuchPublicAccessBlockConfiguration",
			"The public access block configuration was not found")
	}
	return object{"PublicAccessBlockConfiguration": b.Block}, nil
}

func putBlock(_ *Account, b *Bucket, in *input) (any, error) {
	var c struct {
		BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy,
		RestrictPublicBuckets bool
	}
	in.into("public-access-block-configuration", &c)
	b.Block = map[string]bool{"BlockPublicAcls": c.BlockPublicAcls,
		"IgnorePublicAcls":  c.IgnorePublicAcls,
		"BlockPublicPolicy": c.BlockPublicPolicy, "RestrictPublicBuckets": c.RestrictPublicBuckets}
	return nil, nil
}

func getOwnership(_ *Account, b *Bucket, _ *input) (any, error) {
	if b.Ownership == "" {
		return nil, refuse("OwnershipControlsNotFoundError",
			"The bucket ownership controls were not found")
	}
	return object{"OwnershipControls": object{"Rules": []any{object{"ObjectOwnership": b.Ownership}}}}, nil
}

func putOwnership(_ *Account, b *Bucket, in *input) (any, error) {
	var c struct {
		Rules []struct{ ObjectOwnership string }
	}
	in.into("ownership-controls", &c)
	if len(c.Rules) != 1 {
		in.fail("ownership-controls")
		return nil, nil
	}
	b.Ownership = c.Rules[0].ObjectOwnership
	return nil, nil
}

func getVersioning(_ *Account, b *Bucket, _ *input) (any, error) {
	if b.Versioning == "" {
		return nil, nil
	}
	return object{"Status": b.Versioning}, nil
}

func putVersioning(_ *Account, b *Bucket, in *input) (any, error) {
	var c struct{ Status string }
	in.into("versioning-configuration", &c)
	b.Versioning = c.Status
	return nil, nil
}

func getEncryption(_ *Account, b *Bucket, _ *input) (any, error) {
	by := object{"SSEAlgorithm": b.Algorithm}
	if b.Key != "" {
		by["KMSMasterKeyID"] = b.Key
	}
	return object{"ServerSideEncryptionConfiguration": object{"Rules": []any{object{"ApplyServerSideEncryptionByDefault": by, "BucketKeyEnabled": b.BucketKey}}}}, nil
}

func putEncryption(a *Account, b *Bucket, in *input) (any, error) {
	var c struct {
		Rules []struct {
			ApplyServerSideEncryptionByDefault struct{ SSEAlgorithm, KMSMasterKeyID string }
			BucketKeyEnabled                   bool
		}
	}
	in.into("server-side-encryption-configuration", &c)
	if len(c.Rules) != 1 {
		in.fail("server-side-encryption-configuration")
		return nil, nil
	}
	by := c.Rules[0].ApplyServerSideEncryptionByDefault
	if by.KMSMasterKeyID != "" && a.key(by.KMSMasterKeyID) == nil {
		return nil, refuse("KMS.NotFoundException", "Key %s does not exist", by.KMSMasterKeyID)
	}
	b.Algorithm, b.Key, b.BucketKey = by.SSEAlgorithm, by.KMSMasterKeyID, c.Rules[0].BucketKeyEnabled
	return nil, nil
}

func getLifecycle(_ *Account, b *Bucket, _ *input) (any, error) {
	if len(b.Lifecycle) == 0 {
		return nil, refuse("NoSuchLifecycleConfiguration",
			"The lifecycle configuration does not exist")
	}
	return object{"Rules": b.Lifecycle}, nil
}

func putLifecycle(_ *Account, b *Bucket, in *input) (any, error) {
	var c struct{ Rules []any }
	in.into("lifecycle-configuration", &c)
	b.Lifecycle = c.Rules
	return nil, nil
}

func deleteLifecycle(_ *Account, b *Bucket, _ *input) (any, error) {
	b.Lifecycle = nil
	return nil, nil
}

func getLogging(_ *Account, b *Bucket, _ *input) (any, error) {
	if b.Logging == nil {
		return nil, nil
	}
	return object{"LoggingEnabled": b.Logging}, nil
}

// putLogging refuses a bucket that is not there.
func putLogging(a *Account, b *Bucket, in *input) (any, error) {
	var c struct{ LoggingEnabled *Logging }
	in.into("bucket-logging-status", &c)
	if l := c.LoggingEnabled; l != nil {
		if a.Buckets[l.TargetBucket] == nil {
			return nil, refuse("InvalidTargetBucketForLogging", "The target bucket for logging does "+
				"not exist, is not owned by you, or does not have the appropriate grants")
		}
	}
	b.Logging = c.LoggingEnabled
	return nil, nil
}

func listVersions(a *Account, b *Bucket, in *input) (any, error) {
	keys := sortedKeys(b.Objects)
	keys = keys[:a.paged(in, len(keys))]
	list := []any{}
	for _, k := range keys {
		list = append(list, object{"Key": k})
	}
	if len(list) == 0 {
		return nil, nil
	}
	return object{"Versions": list}, nil
}
