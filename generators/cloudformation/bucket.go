package cloudformation

import (
	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// abortUploadsAfter is when the parts of an upload that never ended are deleted, in days, in
// buckets whose objects expire.
const abortUploadsAfter = 7

// expireRule is the ID of the rule by which objects expire.
const expireRule = "expire"

// blockPublicAccess are the four switches of the public access block.
var blockPublicAccess = [...]string{
	"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}

// bucket says everything out loud that S3 has defaults for, so that a stack shows what it relies
// on.
func (p *printer) bucket(all object, b model.Bucket, n bucketNames) {
	o := newObject()
	o.put("BucketName", p.parameter(n.name))

	byDefault := newObject()
	rule := newObject().put("ServerSideEncryptionByDefault", byDefault.node)
	if b.Key == "" {
		byDefault.put("SSEAlgorithm", word("AES256"))
	} else {
		byDefault.put("SSEAlgorithm", word("aws:kms"))
		byDefault.put("KMSMasterKeyID", p.reference(model.RefKeyARN(b.Key)))
		rule.put("BucketKeyEnabled", boolean(true))
	}
	rules := list(rule.node)
	o.put("BucketEncryption", newObject().put("ServerSideEncryptionConfiguration", rules).node)

	block := newObject()
	for _, name := range blockPublicAccess {
		block.put(name, boolean(b.BlockPublic))
	}
	o.put("PublicAccessBlockConfiguration", block.node)

	ownership := "BucketOwnerEnforced"
	if !b.OwnerOnly {
		ownership = "BucketOwnerPreferred"
	}
	owner := newObject().put("ObjectOwnership", word(ownership))
	o.put("OwnershipControls", newObject().put("Rules", list(owner.node)).node)
	if b.Versioning {
		o.put("VersioningConfiguration", newObject().put("Status", word("Enabled")).node)
	}
	if b.ExpireDays > 0 || b.OldDays > 0 {
		o.put("LifecycleConfiguration", newObject().put("Rules", list(expire(b))).node)
	}
	var after []string
	if b.Logs != nil {
		logs := newObject().put("DestinationBucketName", p.text(b.Logs.To(), false))
		p.within = withinLogs
		logs.put("LogFilePrefix", p.text(b.Logs.Prefix, false))
		p.within = ""
		o.put("LoggingConfiguration", logs.node)
		after = logsAfter(p.setup, p.names, b)
	}
	o.put("Tags", p.tags())
	all.put(n.bucket, resourceBody(typeBucket, kept(b.Disposable), after, o))
}

// logsAfter returns the policy that a bucket with access logs waits for: without it, S3 refuses to
// deliver them.
func logsAfter(s *model.Setup, n names, b model.Bucket) []string {
	for i, to := range s.Buckets {
		if b.Logs != nil && to.ID == b.Logs.Bucket && hasPolicy(to) {
			return []string{n.buckets[i].policy}
		}
	}
	return nil
}

// expire deletes objects for good: where versions are kept, what expires becomes a noncurrent
// version, which expires in its turn.
func expire(b model.Bucket) *yaml.Node {
	o := newObject().put("Id", word(expireRule)).put("Status", word("Enabled"))
	if b.ExpireDays > 0 {
		o.put("ExpirationInDays", integer(b.ExpireDays))
	}
	if b.OldDays > 0 {
		old := newObject().put("NoncurrentDays", integer(b.OldDays))
		o.put("NoncurrentVersionExpiration", old.node)
	}
	abort := newObject().put("DaysAfterInitiation", integer(abortUploadsAfter))
	return o.put("AbortIncompleteMultipartUpload", abort.node).node
}

// bucketPolicy is the policy of a bucket with the given document. The policy of a bucket that
// exists holds statements of others, which have to outlive the stack.
func (p *printer) bucketPolicy(b model.Bucket, d policy.Document, names bucketNames) *yaml.Node {
	o := newObject()
	keep := goes
	if b.Existing {
		keep = staysFor
		o.put("Bucket", p.parameter(names.name))
	} else {
		o.put("Bucket", ref(names.bucket))
	}
	if p.setup.Logged(b.ID) {
		p.within = withinLogs
	}
	o.put("PolicyDocument", p.document(d))
	p.within = ""
	n := resourceBody(typeBucketPolicy, keep, nil, o)
	if d.Version != policy.Version2012 {
		// The version is whoever wrote the policy's to choose: raising it would make variables of
		// what is text now.
		ignore := newObject().put("ignore_checks", list(word(oldVersionCheck)))
		config := newObject().put("config", ignore.node)
		object{n}.put("Metadata", newObject().put("cfn-lint", config.node).node)
	}
	return n
}
