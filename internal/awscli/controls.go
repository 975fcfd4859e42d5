package awscli

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
)

// control reads a service control policy or a resource control policy, as organizations
// describe-policy prints it. Until its target is known, its level is a level of its own.
func (r *reader) control(a answer) error {
	var out struct {
		Policy struct {
			PolicySummary struct{ Id, Name, Type string }
		}
	}
	if err := a.decode(&out); err != nil {
		return err
	}
	s := out.Policy.PolicySummary
	if s.Type != "SERVICE_CONTROL_POLICY" && s.Type != "RESOURCE_CONTROL_POLICY" {
		return nil
	}
	d, err := a.document("Policy", "Content")
	if err != nil {
		return err
	}
	r.state.Controls = append(r.state.Controls, deployed.Control{Name: cmp.Or(s.Name, s.Id), Level: s.Id,
		Resource: s.Type == "RESOURCE_CONTROL_POLICY", Policy: d, At: a.at()})
	return nil
}

// targets reads which control policies one target has: list-policies-for-target, whose file is called
// like the target, or for policies of one type in a folder that is. A policy may be on several levels.
func (r *reader) targets(a answer) error {
	var out struct {
		Policies []struct{ Id, Name, Type string }
	}
	if err := a.decode(&out); err != nil {
		return err
	}
	level := subjectOf(a.path)
	if strings.HasSuffix(level, "_CONTROL_POLICY") {
		level = path.Base(path.Dir(a.path))
	}
	var moved []deployed.Control
	for _, p := range out.Policies {
		for i := range r.state.Controls {
			c := &r.state.Controls[i]
			switch {
			case c.Name != p.Name && c.Name != p.Id:
			case c.Level == p.Id || c.Level == level:
				c.Level = level
			default:
				again := *c
				again.Level = level
				moved = append(moved, again)
			}
		}
	}
	r.state.Controls = append(r.state.Controls, moved...)
	return nil
}

// absent is what an error of AWS says is not there, by its code: nothing is wrong with the answer.
var absent = map[string]string{
	"NoSuchBucketPolicy":                             "policy",
	"ServerSideEncryptionConfigurationNotFoundError": "encryption",
	"NoSuchPublicAccessBlockConfiguration":           "public access block",
	"OwnershipControlsNotFoundError":                 "ownership",
}

// operations is what an operation shows: of what, which part of it, and the permission.
var operations = map[string][3]string{
	"GetBucketPolicy":            {"bucket", "policy", "s3:GetBucketPolicy"},
	"GetBucketEncryption":        {"bucket", "encryption", "s3:GetEncryptionConfiguration"},
	"GetBucketLocation":          {"bucket", "region", "s3:GetBucketLocation"},
	"HeadBucket":                 {"bucket", "region", "s3:ListBucket"},
	"GetBucketOwnershipControls": {"bucket", "ownership", "s3:GetBucketOwnershipControls"},
	"GetPublicAccessBlock":       {"bucket", "public access block", "s3:GetBucketPublicAccessBlock"},
	"GetKeyPolicy":               {"key", "policy", "kms:GetKeyPolicy"},
	"DescribeKey":                {"key", "state", "kms:DescribeKey"},
	"GetRole":                    {"role", "trust policy", "iam:GetRole"},
	"ListRolePolicies":           {"role", "inline policies", "iam:ListRolePolicies"},
	"ListAttachedRolePolicies":   {"role", "attached policies", "iam:ListAttachedRolePolicies"},
	"GetRolePolicy":              {"role", "inline policy", "iam:GetRolePolicy"},
	"GetUser":                    {"user", "user", "iam:GetUser"},
	"ListUserPolicies":           {"user", "inline policies", "iam:ListUserPolicies"},
	"ListAttachedUserPolicies":   {"user", "attached policies", "iam:ListAttachedUserPolicies"},
	"ListGroupsForUser":          {"user", "groups", "iam:ListGroupsForUser"},
	"GetUserPolicy":              {"user", "inline policy", "iam:GetUserPolicy"},
}

// organizational are the operations of AWS Organizations that show control policies, with the
// permission for each.
var organizational = map[string]string{
	"ListPoliciesForTarget": "organizations:ListPoliciesForTarget",
	"DescribePolicy":        "organizations:DescribePolicy",
	"ListParents":           "organizations:ListParents",
	"DescribeOrganization":  "organizations:DescribeOrganization",
	"ListPolicies":          "organizations:ListPolicies",
}

// failed reads an error: that something is not there, or could not be seen.
func (r *reader) failed(a answer) error {
	if ofAccount(a) {
		return nil
	}
	at, why := a.at(), a.fail.code+": "+a.fail.message
	if action := organizational[a.fail.operation]; action != "" {
		if a.fail.code == "AWSOrganizationsNotInUseException" {
			r.state.NoOrganization = true
		} else {
			r.state.ControlsUnseen = append(r.state.ControlsUnseen,
				deployed.Unseen{What: "control policies", Action: action, Why: why, At: at})
		}
		return nil
	}
	if strings.HasPrefix(a.fail.operation, "Put") || strings.HasPrefix(a.fail.operation, "Create") {
		r.state.Refusals = append(r.state.Refusals, deployed.Refusal{Operation: a.fail.operation,
			Message: string(a.data), At: at})
		return nil
	}
	op, ok := operations[a.fail.operation]
	if !ok {
		r.unknown(a, fmt.Sprintf("%s failed: %s", a.fail.operation, a.fail.message))
		return nil
	}
	var unseen *[]deployed.Unseen
	var name string
	var err error
	switch op[0] {
	case "bucket":
		if name, err = r.bucketOf(a); err == nil {
			unseen = &r.bucket(name, a.at()).Unseen
		}
	case "key":
		if name, err = r.keyOf(a); err == nil {
			unseen = &r.key(name, a.at()).Unseen
		}
	case "user":
		if name, err = member(a, "user"); err == nil {
			unseen = &r.user(named{UserName: name}, at).Unseen
		}
	default:
		if name, err = r.roleOf(a); err == nil {
			unseen = &r.role(name, a.at()).Unseen
		}
	}
	if err != nil {
		return err
	}
	r.saw(op[0], name, op[1])
	if absent[a.fail.code] == op[1] {
		r.again(a, op[0], name, op[1], "none")
		return nil
	}
	*unseen = append(*unseen, deployed.Unseen{What: op[1], Action: op[2], Why: why, At: at})
	return nil
}
