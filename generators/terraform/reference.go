package terraform

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Types of the provider's data sources and resources.
const (
	dataPartition = "aws_partition"
	dataIdentity  = "aws_caller_identity"
	dataRegion    = "aws_region"
	dataPolicy    = "aws_iam_policy_document"

	tfRole       = "aws_iam_role"
	tfRolePolicy = "aws_iam_role_policy"
	tfPolicy     = "aws_iam_policy"
	tfRoleAttach = "aws_iam_role_policy_attachment"
	tfUserAttach = "aws_iam_user_policy_attachment"
	tfGroupAtt   = "aws_iam_group_policy_attachment"

	tfBucket       = "aws_s3_bucket"
	tfBucketPublic = "aws_s3_bucket_public_access_block"
	tfBucketOwner  = "aws_s3_bucket_ownership_controls"
	tfBucketVers   = "aws_s3_bucket_versioning"
	tfBucketSSE    = "aws_s3_bucket_server_side_encryption_configuration"
	tfBucketLife   = "aws_s3_bucket_lifecycle_configuration"
	tfBucketLogs   = "aws_s3_bucket_logging"
	tfBucketPolicy = "aws_s3_bucket_policy"

	tfCloud = "aws_cloudcontrolapi_resource"

	tfKey       = "aws_kms_key"
	tfKeyAlias  = "aws_kms_alias"
	tfKeyPolicy = "aws_kms_key_policy"
)

// reference returns a reference in Terraform's own terms.
func (p *printer) reference(r policy.Ref) []segment {
	one := func(path ...string) []segment { return []segment{{expr: ref(path...).first}} }
	switch r {
	case model.RefPartition:
		return one("data", dataPartition, dataCurrent, "partition")
	case model.RefAccount:
		return one("data", dataIdentity, dataCurrent, "account_id")
	case model.RefRegion:
		return one("data", dataRegion, dataCurrent, "id")
	case model.RefRoleName:
		if p.byARN || p.setup.Role.Existing {
			return one("var", varRoleName)
		}
		return one(tfRole, roleLabel, "name")
	case model.RefRoleARN:
		switch {
		case p.setup.Role.Existing:
			return one("local", localRoleARN)
		case p.byARN:
			return p.roleARN()
		}
		return one(tfRole, roleLabel, "arn")
	}
	if r == model.RefGroupName && p.setup.DatasetGroup != nil {
		return one("var", varGroup)
	}
	kind, id, _ := strings.Cut(r.ID, ".")
	if kind == "bucket" {
		for _, b := range p.setup.Buckets {
			switch {
			case b.ID != id:
			case r.Attr == "name" && b.Existing:
				return one("var", p.names.bucketVar(id))
			case r.Attr == "name":
				return one(tfBucket, p.names.buckets[id], "bucket")
			case r.Attr == "arn" && b.Existing:
				return one("local", p.names.bucketARN(id))
			case r.Attr == "arn":
				return one(tfBucket, p.names.buckets[id], "arn")
			}
		}
	}
	if kind == "key" && r.Attr == "arn" {
		for _, k := range p.setup.Keys {
			switch {
			case k.ID != id:
			case k.Found:
				return one("data", tfKeyAlias, p.names.keys[id], "target_key_arn")
			case k.Existing():
				return one("var", p.names.keyARN(id))
			default:
				return one(tfKey, p.names.keys[id], "arn")
			}
		}
	}
	p.fail(fmt.Errorf("reference %s is not declared", r))
	return nil
}

// roleARN spells the role's ARN out: the role's own trust policy cannot refer to the role, and an existing role is no resource.
func (p *printer) roleARN() []segment {
	segs := p.arn("iam", p.reference(model.RefAccount)...)
	return append(segs, segment{lit: ":role" + p.setup.Role.Path}, segment{expr: ref("var", varRoleName).first})
}

// arn begins an ARN of a service whose ARNs have no region.
func (p *printer) arn(service string, account ...segment) []segment {
	segs := append([]segment{{lit: "arn:"}}, p.reference(model.RefPartition)...)
	return append(append(segs, segment{lit: ":" + service + "::"}), account...)
}

// refersTo reports whether d refers to r.
func refersTo(d policy.Document, r policy.Ref) bool {
	for _, q := range d.Refs() {
		if q == r {
			return true
		}
	}
	return false
}
