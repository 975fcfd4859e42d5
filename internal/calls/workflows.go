package calls

import "github.com/pzgen/pzgen/spec"

// A row is one call that a workflow makes, as AWS documents it. This table is written from the
// guide, not from templates/, so that a template which lost a permission, or gained one, disagrees
// with it.
//
// The guide asks for a grant on both sides: the service role's own policy and the policy of the
// bucket or key. AWS itself would let a same-account call pass with one of them, so each row says
// whose policy has to allow the call by itself.
type row struct {
	caller Caller // Service or Role
	side   Side
	action string
	on     TargetKind
	source string // page#section of the Amazon Personalize Developer Guide
}

const (
	pageS3      = "granting-personalize-s3-access#attach-bucket-policy"
	pageBatch   = "granting-personalize-s3-access#bucket-policy-for-batch-workflows"
	pageExport  = "granting-personalize-s3-access#bucket-policy-for-export"
	pageKey     = "granting-personalize-key-access#export-job-key-policy"
	pageRoleKey = "granting-personalize-key-access#export-job-iam-policy"
	pageGroup   = "granting-personalize-key-access#encrypted-dsg-policy" // of January 2023
	pageMetrics = "metric-attribution-requirements#metric-attribution-s3-permissions"
	pageCW      = "metric-attribution-requirements#metric-attribution-cw-permissions"
	pageDelete  = "delete-records"
	pageTrust   = "cross-service-confused-deputy-prevention"

	pageDefaultKey = "kms:key-policy-default"
)

// both returns the rows of a call that the service and the role each make in S3: the role by its
// own policy, the service by the bucket's.
func both(action string, on TargetKind, source string) []row {
	return []row{{Role, Identity, action, on, source}, {Service, Resource, action, on, source}}
}

// keyActions are what the guide asks for in a key policy, and in the role's own policy
// (CreateGrant in the key policy alone).
var (
	keyActions = []string{"kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:ListGrants",
		"kms:CreateGrant"}
	roleKeyActions = keyActions[:4]
)

// inKeyPolicy returns the rows for actions that a key's policy has to allow to the role and to the
// service.
func inKeyPolicy(on TargetKind, source string, actions ...string) []row {
	var out []row
	for _, a := range actions {
		out = append(out, row{Role, Resource, a, on, source}, row{Service, Resource, a, on, source})
	}
	return out
}

// inRolePolicy returns the rows for actions on a key that the role's own policy has to allow.
func inRolePolicy(on TargetKind, source string, actions ...string) []row {
	var out []row
	for _, a := range actions {
		out = append(out, row{Role, Identity, a, on, source})
	}
	return out
}

func rows(lists ...[]row) []row {
	var out []row
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// workflowRows are the calls of each type of workflow, in the newest edition of the guide. Rows
// on a key count only when there is one.
var workflowRows = map[string][]row{
	spec.Import: rows(
		both("s3:ListBucket", FromBucket, pageS3),
		both("s3:GetObject", FromObject, pageS3),
		// "Dataset import job (only AWS KMS key policy must grant permissions)"
		inKeyPolicy(FromKey, pageKey, keyActions...),
	),
	spec.DataDeletion: rows( // the same as importing; the bucket has no customer key
		both("s3:ListBucket", FromBucket, pageDelete),
		both("s3:GetObject", FromObject, pageDelete),
	),
	spec.BatchInference: batchRows,
	spec.BatchSegment:   batchRows,
	spec.Export: rows(
		both("s3:ListBucket", ToBucket, pageExport),
		both("s3:PutObject", ToObject, pageExport),
		inKeyPolicy(ToKey, pageKey, keyActions...),
		inRolePolicy(ToKey, pageRoleKey, roleKeyActions...),
		// "If you specify a key when you create a dataset group and want to export data from a
		// dataset, your key policy must include [it]"
		inKeyPolicy(GroupKey, pageKey, "kms:GenerateDataKeyWithoutPlaintext"),
	),
	spec.MetricAttribution: rows(
		[]row{{Role, Identity, "cloudwatch:PutMetricData", CloudWatch, pageCW}},
		both("s3:PutObject", ToObject, pageMetrics),
		inKeyPolicy(ToKey, pageKey, keyActions...),
		inRolePolicy(ToKey, pageRoleKey, roleKeyActions...),
	),
}

var batchRows = rows(
	both("s3:ListBucket", FromBucket, pageBatch),
	both("s3:GetObject", FromObject, pageBatch),
	both("s3:ListBucket", ToBucket, pageBatch),
	both("s3:PutObject", ToObject, pageBatch),
	both("s3:GetObject", ToObject, pageBatch),
	inKeyPolicy(FromKey, pageKey, keyActions...),
	inRolePolicy(FromKey, pageRoleKey, roleKeyActions...),
	inKeyPolicy(ToKey, pageKey, keyActions...),
	inRolePolicy(ToKey, pageRoleKey, roleKeyActions...),
)

// groupRows are the calls on an encrypted dataset group.
var groupRows = rows(
	inKeyPolicy(GroupKey, pageKey, keyActions...),
	inRolePolicy(GroupKey, pageRoleKey, roleKeyActions...),
)

// documentedRow reports whether the editions of 2020 to January 2023, which profile documented
// follows, ask for a row too: they know no CreateGrant, and for a dataset group's key only
// Decrypt, in the key policy alone (pageGroup, from November 2022 on: the edition of February 2023
// wants of it what it wants of other keys).
func documentedRow(r row) bool {
	if r.on == GroupKey {
		return r.side == Resource &&
			(r.action == "kms:Decrypt" || r.action == "kms:GenerateDataKeyWithoutPlaintext")
	}
	return r.action != "kms:CreateGrant"
}
