package terraform

import (
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
)

// state reads all resources.
func (p *plan) state() deployed.State {
	for _, r := range p.resources {
		p.separate(r)
	}
	for _, r := range p.resources {
		p.read(r)
	}
	p.out.Roles, p.out.Buckets, p.out.Keys = p.roles.values(), p.buckets.values(), p.keys.values()
	return p.spelled(p.out)
}

// separate takes note of what a resource of its own sets, so that what another says of it, too, does not count.
func (p *plan) separate(r *planResource) {
	quiet := &plan{file: p.file, byAddress: p.byAddress, config: p.config} // what is Unknown is told once
	switch r.typ {
	case tfRolePolicy:
		p.has[r.typ+" "+quiet.target(r, "role", tfRole, "name").V.String()+" "+quiet.name(r, "name").V.String()] = true
	case tfBucketPolicy, tfBucketVers, tfBucketSSE, tfBucketLife, tfBucketLogs:
		p.has[r.typ+" "+quiet.target(r, "bucket", tfBucket, "bucket").V.String()] = true
	case tfKeyPolicy:
		quiet.resources = p.resources
		p.has[r.typ+" "+quiet.keyOf(r, "key_id").ARN.V.String()] = true
	}
}

// read reads a resource. A type that is not here is Unknown, whatever it is for.
func (p *plan) read(r *planResource) {
	switch r.typ {
	case tfRole:
		p.role(r)
	case tfRolePolicy:
		p.rolePolicy(r)
	case tfUserPolicy:
		p.principalPolicy(r, deployed.User, tfUser)
	case tfGroupPolicy:
		p.principalPolicy(r, deployed.Group, tfGroup)
	case tfUser, tfGroup:
		p.principal(r)
	case tfPolicy:
		p.managedPolicy(r)
	case tfRoleAttach:
		p.attachment(r, deployed.RoleP, tfRole)
	case tfUserAttach:
		p.attachment(r, deployed.User, tfUser)
	case tfGroupAtt:
		p.attachment(r, deployed.Group, tfGroup)
	case tfAttachAll:
		p.attachments(r)
	case tfBucket:
		p.bucket(r)
	case tfBucketPublic:
		p.publicAccess(r)
	case tfBucketOwner:
		p.ownership(r)
	case tfBucketVers:
		p.versioning(r)
	case tfBucketSSE:
		p.encryption(r)
	case tfBucketLife:
		p.lifecycle(r)
	case tfBucketLogs:
		p.logging(r)
	case tfBucketPolicy:
		p.bucketPolicy(r)
	case tfKey:
		p.key(r)
	case tfKeyAlias:
		p.keyAlias(r)
	case tfKeyPolicy:
		p.keyPolicy(r)
	case tfCloud:
		p.group(r)
	default:
		p.unread(r)
	}
}

// unread takes note of a resource of a type that is not read. One of another service may grant as well, as a policy of
// a queue does.
func (p *plan) unread(r *planResource) {
	for _, prefix := range []string{"aws_iam_", "aws_s3_", "aws_kms_", "aws_organizations_", "aws_personalize"} {
		if strings.HasPrefix(r.typ, prefix) {
			p.addOf(r.planned, "resource", r.address, "resource type "+r.typ+" is not read, and decides who may do what")
			return
		}
	}
	p.addOf(r.planned, "resource", r.address, "resource type "+r.typ+" is not read")
}
