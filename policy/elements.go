package policy

import (
	"fmt"
	"slices"
)

// Use says whether an element can be in a statement.
type Use byte

// The uses of an element.
const (
	Never Use = iota // AWS refuses it
	May              // it can be there
	Must             // each statement has it
)

// Elements is the grammar of one kind of policy, where it differs from kind to kind. What all kinds
// have in common is not in it: Version is 2012-10-17 or 2008-10-17, a statement has an Effect, one
// of Action and NotAction, at most one of Resource and NotResource and of Principal and
// NotPrincipal, and may have a Sid and a Condition (IAM User Guide, reference_policies_grammar).
type Elements struct {
	Version      string   // the only Version that such a policy can have; "": either, or none
	ID           bool     // the policy may have an Id
	Principal    Use      // of Principal and NotPrincipal together
	NotPrincipal bool     // a Deny may have NotPrincipal; an Allow in policies that AWS took earlier
	Everybody    bool     // Principal can be "*" alone
	Types        []string // of principals
	NotAction    bool     // a statement may have NotAction
	AnyAction    bool     // Action may be "*"
	Services     []string // whose actions can be named; nil: those of every service
	Resource     Use      // of Resource and NotResource together
	WholeARNs    bool     // a Resource has all six parts of an ARN
	OnlyDeny     bool     // an Allow is the policy RCPFullAWSAccess, whole, and nothing else
	PlainSids    bool     // a Sid consists of ASCII letters and digits
	Latin1       bool     // all characters are tab, line feed, carriage return or U+0020 to U+00FF
	Size         Size
	Source       string // the pages that say so
}

// Size is how large AWS lets a policy be.
type Size struct {
	Max   int
	Bytes bool // Max counts bytes of UTF-8, not characters
	Space bool // white space inside of strings counts; that between elements never needs to be there
}

// Elements returns the grammar of the kind. It is the only place that knows it.
func (k Kind) Elements() Elements {
	iam := Elements{NotAction: true, AnyAction: true, Resource: Must, PlainSids: true, Latin1: true}
	everyType := []string{"AWS", "Service", "Federated", "CanonicalUser"}
	switch e := iam; k {
	case Identity:
		// Inline policies of a role have the most room; a managed policy has 6,144, inline policies
		// of a group 5,120, those of a user 2,048 (reference_iam-quotas, "IAM character limits").
		e.Size = Size{Max: 10240}
		e.Source = "reference_policies_grammar, reference_policies_elements_id, reference_iam-quotas"
		return e
	case Boundary:
		e.Size = Size{Max: 6144} // a managed policy
		e.Source = "access_policies_boundaries, reference_iam-quotas"
		return e
	case Session:
		e.WholeARNs = true // reference-arns, "Incomplete ARNs"
		e.Size = Size{Max: 2048, Space: true}
		e.Source = "AWS STS API Reference, AssumeRole, Policy"
		return e
	case Trust:
		// access-analyzer-reference-policy-checks, "Missing resource": all but trust policies have
		// a Resource; a trust policy is about its role. Default quota; it can be raised to 4,096.
		e.ID, e.Principal, e.Types = true, Must, everyType[:3]
		e.Services, e.Resource = []string{"sts"}, Never
		e.Size = Size{Max: 2048}
		e.Source = "reference_policies_grammar, reference_iam-quotas"
		return e
	case Resource:
		// The size is that of a bucket policy (Amazon S3 User Guide, add-bucket-policy).
		return Elements{ID: true, Principal: Must, NotPrincipal: true, Types: everyType,
			NotAction: true, AnyAction: true, Resource: Must,
			Size:   Size{Max: 20 << 10, Bytes: true, Space: true},
			Source: "reference_policies_grammar, Amazon S3 User Guide, add-bucket-policy"}
	case KeyPolicy:
		return Elements{ID: true, Principal: Must, NotPrincipal: true, Types: everyType[:3],
			NotAction: true, AnyAction: true, Resource: Must, Latin1: true,
			Size:   Size{Max: 32 << 10, Bytes: true, Space: true},
			Source: "AWS KMS API Reference, PutKeyPolicy"}
	case ServiceControl:
		// Since September 2025 an Allow can have what a Deny can: Condition, ARNs, NotAction,
		// NotResource.
		return Elements{Version: Version2012, NotAction: true, AnyAction: true, Resource: Must, PlainSids: true,
			Size:   Size{Max: 10240, Space: true},
			Source: "Organizations User Guide, orgs_manage_policies_scps_syntax, orgs_reference_limits"}
	case ResourceControl:
		return Elements{Version: Version2012, Principal: Must, Everybody: true, Types: everyType[:1],
			Services: controlledServices(), Resource: Must, OnlyDeny: true, PlainSids: true,
			Size:   Size{Max: 5120, Space: true},
			Source: "Organizations User Guide, orgs_manage_policies_rcps_syntax, orgs_reference_limits"}
	}
	panic(fmt.Sprintf("%s has no grammar", k))
}

// controlledServices are the services whose actions resource control policies apply to, by the
// prefix of their actions (Organizations User Guide, orgs_manage_policies_rcps, "List of AWS
// services that support RCPs"; cognito-sync is in earlier editions alone).
func controlledServices() []string {
	return []string{"aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets",
		"clouddirectory", "cloudfront", "cloudsearch", "cloudtrail-data", "codeartifact", "codebuild",
		"codecommit", "codepipeline", "cognito-identity", "cognito-idp", "cognito-sync", "comprehend",
		"comprehendmedical", "compute-optimizer", "cost-optimization-hub", "dax", "dsql", "dynamodb",
		"ecr", "ecr-public", "events", "firehose", "fis", "fms", "gamelift", "health", "inspector-scan",
		"kendra", "kinesisvideo", "kms", "logs", "memorydb", "networkmonitor", "notifications",
		"opensearch", "pca-connector-ad", "personalize", "polly", "pricing", "resource-groups",
		"rolesanywhere", "s3", "secretsmanager", "servicediscovery", "signin", "sqs", "sts", "support",
		"swf", "textract", "timestream-influxdb", "transcribe", "transfer", "translate", "wafv2",
		"workspaces", "xray"}
}

// hasService reports whether a policy can name actions of the service, whose name is in lower case.
func (e Elements) hasService(service string) bool {
	return e.Services == nil || slices.Contains(e.Services, service)
}
