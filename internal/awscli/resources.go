package awscli

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// resourcePolicy reads what get-bucket-policy and get-key-policy print. The policy of a key is told by
// PolicyName, or by its actions.
func (r *reader) resourcePolicy(a answer) error {
	d, err := a.document("Policy")
	if err != nil {
		return err
	}
	if _, named := a.body["PolicyName"]; named || strings.Contains(a.path, "key-policy") ||
		deployed.LooksLike("", d.Document) == policy.KeyPolicy {
		key, err := r.keyOf(a)
		if err != nil {
			return err
		}
		if !r.again(a, "key", key, "policy", d.Document.Normal()) {
			r.key(key, a.at()).Policy = d
		}
		r.saw("key", key, "policy")
		return nil
	}
	bucket, is := given(a.path)
	if !is {
		bucket = inPath(a.path, r.known.Buckets)
	}
	if bucket == "" {
		if about := bucketsOf(d.Document); len(about) == 1 {
			bucket = about[0]
		} else if bucket, err = r.bucketOf(a); err != nil {
			return err
		}
	}
	if !r.again(a, "bucket", bucket, "policy", d.Document.Normal()) {
		r.bucket(bucket, a.at()).Policy = d
	}
	r.saw("bucket", bucket, "policy")
	return nil
}

// loose reads a policy document by itself. The name of its file says what it is attached to.
func (r *reader) loose(a answer) error {
	d, err := a.document()
	if err != nil {
		return err
	}
	base, kind := strings.ToLower(path.Base(a.path)), deployed.LooksLike("", d.Document)
	switch {
	case strings.Contains(base, "trust") || strings.Contains(base, "assume"):
		kind = policy.Trust
	case strings.Contains(base, "bucket-policy"):
		kind = policy.Resource
	case strings.Contains(base, "key-policy"):
		kind = policy.KeyPolicy
	case kind == policy.Resource:
		return &unclearError{"bucket, key or role", "give its file a name with bucket-policy, key-policy or trust in it"}
	}
	switch kind {
	case policy.Trust:
		role, err := r.roleOf(a)
		if err != nil {
			return err
		}
		if !r.again(a, "role", role, "trust policy", d.Document.Normal()) {
			r.role(role, a.at()).Trust = d
		}
		r.saw("role", role, "trust policy")
	case policy.Resource:
		bucket, err := r.bucketOf(a)
		if err != nil {
			return err
		}
		if !r.again(a, "bucket", bucket, "policy", d.Document.Normal()) {
			r.bucket(bucket, a.at()).Policy = d
		}
		r.saw("bucket", bucket, "policy")
	case policy.KeyPolicy:
		key, err := r.keyOf(a)
		if err != nil {
			return err
		}
		if !r.again(a, "key", key, "policy", d.Document.Normal()) {
			r.key(key, a.at()).Policy = d
		}
		r.saw("key", key, "policy")
	default:
		role, err := r.roleOf(a)
		if err != nil {
			return err
		}
		to := r.role(role, a.at())
		if r.again(a, "role", role, fmt.Sprintf("policy %q", subjectOf(a.path)), d.Document.Normal()) {
			return nil
		}
		to.Inline = append(to.Inline, deployed.Inline{Name: deployed.Lit(subjectOf(a.path)), Policy: d, At: a.at()})
	}
	return nil
}

func (r *reader) describeKey(a answer) error {
	var out struct {
		KeyMetadata struct{ KeyId, Arn, KeyState, KeySpec, CustomerMasterKeySpec, KeyManager, Description string }
	}
	if err := a.decode(&out); err != nil {
		return err
	}
	m := out.KeyMetadata
	if m.Arn == "" {
		return deployed.Errorf(a.at(), "KeyMetadata has no Arn")
	}
	r.keyIDs[m.KeyId] = m.Arn
	if r.again(a, "key", m.Arn, "state", m.KeyState+" "+cmp.Or(m.KeySpec, m.CustomerMasterKeySpec)+" "+m.KeyManager) {
		return nil
	}
	k := r.key(m.Arn, a.at())
	k.Description, k.Status, k.Manager = deployed.Lit(m.Description), deployed.Lit(m.KeyState), deployed.Lit(m.KeyManager)
	k.Spec = deployed.Lit(cmp.Or(m.KeySpec, m.CustomerMasterKeySpec))
	r.saw("key", m.Arn, "state")
	if name := subjectOf(a.path); strings.HasPrefix(name, "alias%2F") { // it was asked for by an alias
		r.alias("alias/"+strings.TrimPrefix(name, "alias%2F"), m.Arn)
	}
	return nil
}

// alias notes an alias of a key.
func (r *reader) alias(name, arn string) {
	r.keyIDs[name] = arn
	k := r.key(arn, deployed.Place{})
	if !slices.ContainsFunc(k.Aliases, func(t deployed.Text) bool { return t.V.String() == name }) {
		k.Aliases = append(k.Aliases, deployed.Lit(name))
	}
}

func (r *reader) aliases(a answer) error {
	var out struct {
		Aliases []struct{ AliasName, AliasArn, TargetKeyId string }
	}
	if err := a.decode(&out); err != nil {
		return err
	}
	for _, n := range out.Aliases {
		// Without a target it is one of AWS that nothing uses yet; of a key that nothing else tells of
		// nothing is to be said.
		if arn := r.keyIDs[n.TargetKeyId]; arn != "" {
			r.alias(n.AliasName, arn)
		} else if parts, ok := policy.ParseARN(n.AliasArn); ok && n.TargetKeyId != "" {
			r.keyIDs[n.AliasName] = "arn:" + parts.Partition + ":kms:" + parts.Region + ":" + parts.Account + ":key/" + n.TargetKeyId
		}
	}
	return nil
}

func (r *reader) encryption(a answer) error {
	var out struct {
		ServerSideEncryptionConfiguration struct {
			Rules []struct {
				ApplyServerSideEncryptionByDefault struct{ SSEAlgorithm, KMSMasterKeyID string }
				BucketKeyEnabled                   bool
			}
		}
	}
	if err := a.decode(&out); err != nil {
		return err
	}
	name, err := r.bucketOf(a)
	if err != nil {
		return err
	}
	b := r.bucket(name, a.at())
	if r.again(a, "bucket", name, "encryption", fmt.Sprint(out)) {
		return nil
	}
	for _, rule := range out.ServerSideEncryptionConfiguration.Rules {
		by := rule.ApplyServerSideEncryptionByDefault
		b.Algorithm = deployed.Text{V: policy.Literal(by.SSEAlgorithm), At: a.at()}
		b.Key = deployed.Text{V: policy.Literal(by.KMSMasterKeyID), At: a.at()}
		b.BucketKey = deployed.Bool{V: rule.BucketKeyEnabled, At: a.at()}
	}
	r.saw("bucket", name, "encryption")
	return nil
}

func (r *reader) location(a answer) error {
	var out struct{ LocationConstraint string }
	if err := a.decode(&out); err != nil {
		return err
	}
	// "Buckets in Region us-east-1 have a LocationConstraint of null"; EU is an old name (Amazon S3
	// API Reference, GetBucketLocation).
	region := cmp.Or(out.LocationConstraint, "us-east-1")
	if region == "EU" {
		region = "eu-west-1"
	}
	return r.region(a, region)
}

func (r *reader) headBucket(a answer) error {
	var out struct{ BucketRegion string }
	if err := a.decode(&out); err != nil {
		return err
	}
	return r.region(a, out.BucketRegion)
}

func (r *reader) region(a answer, region string) error {
	name, err := r.bucketOf(a)
	if err != nil {
		return err
	}
	if r.again(a, "bucket", name, "region", region) {
		return nil
	}
	r.bucket(name, a.at()).Region = deployed.Text{V: policy.Literal(region), At: a.at()}
	r.saw("bucket", name, "region")
	return nil
}

func (r *reader) ownership(a answer) error {
	var out struct {
		OwnershipControls struct {
			Rules []struct{ ObjectOwnership string }
		}
	}
	if err := a.decode(&out); err != nil {
		return err
	}
	name, err := r.bucketOf(a)
	if err != nil {
		return err
	}
	if r.again(a, "bucket", name, "ownership", fmt.Sprint(out)) {
		return nil
	}
	for _, rule := range out.OwnershipControls.Rules {
		r.bucket(name, a.at()).Ownership = deployed.Text{V: policy.Literal(rule.ObjectOwnership), At: a.at()}
	}
	r.saw("bucket", name, "ownership")
	return nil
}

// ofAccount reports whether an answer is about the account's public access block, by its path: it looks
// like a bucket's.
func ofAccount(a answer) bool { return strings.Contains(a.path, "s3control") }

func (r *reader) publicAccess(a answer) error {
	if ofAccount(a) {
		return nil
	}
	var out struct {
		PublicAccessBlockConfiguration struct{ BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets bool }
	}
	if err := a.decode(&out); err != nil {
		return err
	}
	name, err := r.bucketOf(a)
	if err != nil {
		return err
	}
	b, c := r.bucket(name, a.at()), out.PublicAccessBlockConfiguration
	if r.again(a, "bucket", name, "public access block", fmt.Sprint(out)) {
		return nil
	}
	value := func(v bool) deployed.Bool { return deployed.Bool{V: v, At: a.at()} }
	b.PublicAccessBlock = value(true)
	b.BlockPublicAcls, b.IgnorePublicAcls = value(c.BlockPublicAcls), value(c.IgnorePublicAcls)
	b.BlockPublicPolicy, b.RestrictPublicBuckets = value(c.BlockPublicPolicy), value(c.RestrictPublicBuckets)
	r.saw("bucket", name, "public access block")
	return nil
}
