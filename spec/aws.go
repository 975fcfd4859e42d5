package spec

import "strings"

// regions are where Amazon Personalize is offered, with their partitions (AWS General Reference, "Amazon Personalize endpoints and quotas").
var regions = []struct{ name, partition string }{
	{"ap-northeast-1", "aws"},
	{"ap-northeast-2", "aws"},
	{"ap-south-1", "aws"},
	{"ap-southeast-1", "aws"},
	{"ap-southeast-2", "aws"},
	{"ca-central-1", "aws"},
	{"cn-north-1", "aws-cn"},
	{"eu-central-1", "aws"},
	{"eu-west-1", "aws"},
	{"us-east-1", "aws"},
	{"us-east-2", "aws"},
	{"us-west-2", "aws"},
}

// Regions returns the regions where Amazon Personalize is offered, sorted.
func Regions() []string {
	names := make([]string, len(regions))
	for i, r := range regions {
		names[i] = r.name
	}
	return names
}

func offered(region string) bool {
	for i := range regions {
		if regions[i].name == region {
			return true
		}
	}
	return false
}

// PartitionOf returns the partition of a region by how it begins, "aws" for one that is not known (IAM User Guide,
// "Amazon Resource Names": partitions; each partition keeps a prefix of its own).
func PartitionOf(region string) string {
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-isob-", "aws-iso-b"}, {"us-isof-", "aws-iso-f"}, {"us-iso-", "aws-iso"},
		{"eu-isoe-", "aws-iso-e"}, {"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

// managedPolicy is a policy of AWS that pzgen knows by name.
type managedPolicy struct {
	name, path string
	opens      string // what it gives beyond what Personalize needs
}

// managedPolicies: AWS Managed Policy Reference, the pages of these names; AmazonPersonalizeFullAccess stands under service-role/.
var managedPolicies = []managedPolicy{
	{"AmazonPersonalizeFullAccess", "service-role/",
		"all of Amazon Personalize, passing any role to it, and reading, writing and deleting objects, but only in buckets with \"personalize\" in their name"},
	{"CloudWatchFullAccess", "",
		"all of CloudWatch, CloudWatch Logs and SNS in the account; AWS maintains CloudWatchFullAccessV2 in its place"},
	{"CloudWatchFullAccessV2", "",
		"all of CloudWatch, CloudWatch Logs and SNS in the account"},
}

// arn is an ARN taken apart (IAM User Guide, "Amazon Resource Names").
type arn struct{ partition, service, region, account, resource string }

func parseARN(s string) (arn, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return arn{}, false
	}
	return arn{p[1], p[2], p[3], p[4], p[5]}, true
}

// Limits of AWS.
const (
	maxRoleARN       = 256  // Personalize API reference, roleArn
	maxS3URI         = 256  // Personalize API reference, S3DataConfig: path
	maxObjectKey     = 1024 // Amazon S3 User Guide, "Naming Amazon S3 objects": bytes
	maxTags          = 50   // IAM, S3 and KMS
	attachedPolicies = 10   // IAM User Guide, "IAM and AWS STS quotas": managed policies attached to a role, user or group, by default
	attachedMost     = 20   // the same page: what the quota can be raised to
)

// Names that S3 keeps for itself (Amazon S3 User Guide, "General purpose bucket naming rules").
var (
	bucketPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	bucketSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

// isIP reports whether s has the form of an IPv4 address.
func isIP(s string) bool {
	parts := strings.Split(s, ".")
	if len(parts) != 4 {
		return false
	}
	for _, p := range parts {
		if p == "" || len(p) > 3 || !only(p, classDigits) {
			return false
		}
	}
	return true
}
