package denial

import "strings"

// operations are operations of an API whose IAM action has another name (Amazon S3 User Guide,
// using-with-s3-policy-actions; AWS KMS Developer Guide, kms-api-permissions-reference).
var operations = map[string]string{
	"s3:HeadBucket":                         "s3:ListBucket",
	"s3:ListObjects":                        "s3:ListBucket",
	"s3:ListObjectsV2":                      "s3:ListBucket",
	"s3:ListObjectVersions":                 "s3:ListBucketVersions",
	"s3:ListBuckets":                        "s3:ListAllMyBuckets",
	"s3:HeadObject":                         "s3:GetObject",
	"s3:SelectObjectContent":                "s3:GetObject",
	"s3:CopyObject":                         "s3:PutObject",
	"s3:PostObject":                         "s3:PutObject",
	"s3:CreateMultipartUpload":              "s3:PutObject",
	"s3:UploadPart":                         "s3:PutObject",
	"s3:UploadPartCopy":                     "s3:PutObject",
	"s3:CompleteMultipartUpload":            "s3:PutObject",
	"s3:ListParts":                          "s3:ListMultipartUploadParts",
	"s3:ListMultipartUploads":               "s3:ListBucketMultipartUploads",
	"s3:DeleteObjects":                      "s3:DeleteObject",
	"s3:GetBucketEncryption":                "s3:GetEncryptionConfiguration",
	"s3:PutBucketEncryption":                "s3:PutEncryptionConfiguration",
	"s3:DeleteBucketEncryption":             "s3:PutEncryptionConfiguration",
	"s3:GetPublicAccessBlock":               "s3:GetBucketPublicAccessBlock",
	"s3:PutPublicAccessBlock":               "s3:PutBucketPublicAccessBlock",
	"s3:DeletePublicAccessBlock":            "s3:PutBucketPublicAccessBlock",
	"s3:GetBucketLifecycle":                 "s3:GetLifecycleConfiguration",
	"s3:GetBucketLifecycleConfiguration":    "s3:GetLifecycleConfiguration",
	"s3:PutBucketLifecycle":                 "s3:PutLifecycleConfiguration",
	"s3:PutBucketLifecycleConfiguration":    "s3:PutLifecycleConfiguration",
	"s3:DeleteBucketLifecycle":              "s3:PutLifecycleConfiguration",
	"s3:GetBucketReplication":               "s3:GetReplicationConfiguration",
	"s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
	"s3:DeleteBucketOwnershipControls":      "s3:PutBucketOwnershipControls",
	"s3:DeleteBucketTagging":                "s3:PutBucketTagging",
	"kms:ReEncrypt":                         "kms:ReEncryptFrom",
}

// services are the names in eventSource that are not the prefix of actions.
var services = map[string]string{
	"monitoring":          "cloudwatch",
	"personalize-events":  "personalize",
	"personalize-runtime": "personalize",
}

// actionOf returns the IAM action for an operation, "" where either is not known.
func actionOf(service, operation string) string {
	if service == "" || operation == "" {
		return ""
	}
	name := service + ":" + operation
	if action, ok := operations[name]; ok {
		return action
	}
	return name
}

// serviceOf returns the service that alone, of those that Personalize has to do with, has an
// operation.
func serviceOf(operation string) string {
	switch operation {
	case "GetObject", "PutObject":
		return "s3"
	case "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "CreateGrant",
		"ReEncrypt", "DescribeKey",
		"ListGrants", "PutKeyPolicy", "GetKeyPolicy":
		return "kms"
	case "AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML":
		return "sts"
	case "GetRecommendations", "GetPersonalizedRanking", "CreateDatasetGroup",
		"CreateMetricAttribution", "UpdateMetricAttribution":
		return "personalize"
	}
	if operations["s3:"+operation] != "" || strings.HasPrefix(operation, "GetBucket") ||
		strings.HasPrefix(operation, "PutBucket") {
		return "s3"
	}
	for _, job := range []string{"DatasetImportJob", "DatasetExportJob", "BatchInferenceJob",
		"BatchSegmentJob", "DataDeletionJob"} {
		if strings.HasSuffix(operation, job) {
			return "personalize"
		}
	}
	return ""
}
