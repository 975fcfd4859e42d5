package proof

import "github.com/pzgen/pzgen/spec"

// A row is one call that a workflow makes, as AWS documents it. This table is written from the guide, not from templates/, so that a template
// which lost a permission, or gained one, disagrees with it.
//
// The guide asks for a grant on both sides: the service role's own policy and the policy of the bucket or key. AWS itself would let a
// same-account call pass with one of them, so each row says which policy has to allow the call by itself.
type row struct {
	who    string // service: personalize.amazonaws.com itself; role: the service role
	grant  string // identity: the policies of the caller alone; resource: the policy of the bucket, key or role alone
	action string
	on     string // what it works on, see target
	source string // page#section of the Amazon Personalize Developer Guide
}

// What rows work on.
const (
	fromBucket = "the bucket that is read"
	fromObject = "an object under the location that is read"
	toBucket   = "the bucket that is written"
	toObject   = "an object under the location that is written"
	fromKey    = "the key of the bucket that is read"
	toKey      = "the key of the bucket that is written"
	groupKey   = "the key of the dataset group"
	trust      = "the service role"
	metrics    = "CloudWatch"
)

const (
	pageS3      = "granting-personalize-s3-access#attach-bucket-policy"
	pageRole    = "granting-personalize-s3-access#attaching-s3-policy-to-role"
	pageBatch   = "granting-personalize-s3-access#bucket-policy-for-batch-workflows"
	pageExport  = "granting-personalize-s3-access#bucket-policy-for-export"
	pageKey     = "granting-personalize-key-access#export-job-key-policy"
	pageRoleKey = "granting-personalize-key-access#export-job-iam-policy"
	pageGroup   = "granting-personalize-key-access#encrypted-dsg-policy"
	pageMetrics = "metric-attribution-requirements#metric-attribution-s3-permissions"
	pageCW      = "metric-attribution-requirements#metric-attribution-cw-permissions"
	pageDelete  = "delete-records"
	pageTrust   = "cross-service-confused-deputy-prevention"
)

// both gives the rows of a call that the service and the role each make, in S3: the role by its own policy, the service by the bucket's.
func both(action, on, source string) []row {
	return []row{{"role", "identity", action, on, source}, {"service", "resource", action, on, source}}
}

// keyActions are what the guide asks for in a key policy, and in the role's own policy (CreateGrant in the key policy alone).
var (
	keyActions     = []string{"kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:ListGrants", "kms:CreateGrant"}
	roleKeyActions = keyActions[:4]
)

// inKeyPolicy gives the rows for actions that a key's policy has to allow to the role and to the service.
func inKeyPolicy(on, source string, actions ...string) []row {
	var out []row
	for _, a := range actions {
		out = append(out, row{"role", "resource", a, on, source}, row{"service", "resource", a, on, source})
	}
	return out
}

// inRolePolicy gives the rows for actions on a key that the role's own policy has to allow.
func inRolePolicy(on, source string, actions ...string) []row {
	var out []row
	for _, a := range actions {
		out = append(out, row{"role", "identity", a, on, source})
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

// workflowRows are the calls of each type of workflow, in the newest edition of the guide. Rows on a key count only when there is one.
var workflowRows = map[string][]row{
	spec.Import: rows(
		both("s3:ListBucket", fromBucket, pageS3),
		both("s3:GetObject", fromObject, pageS3),
		// "Dataset import job (only AWS KMS key policy must grant permissions)"
		inKeyPolicy(fromKey, pageKey, keyActions...),
	),
	spec.DataDeletion: rows( // the same as importing; the bucket has no customer key
		both("s3:ListBucket", fromBucket, pageDelete),
		both("s3:GetObject", fromObject, pageDelete),
	),
	spec.BatchInference: batchRows,
	spec.BatchSegment:   batchRows,
	spec.Export: rows(
		both("s3:ListBucket", toBucket, pageExport),
		both("s3:PutObject", toObject, pageExport),
		inKeyPolicy(toKey, pageKey, keyActions...),
		inRolePolicy(toKey, pageRoleKey, roleKeyActions...),
		// "If you specify a key when you create a dataset group and want to export data from a dataset, your key policy must include [it]"
		inKeyPolicy(groupKey, pageKey, "kms:GenerateDataKeyWithoutPlaintext"),
	),
	spec.MetricAttribution: rows(
		[]row{{"role", "identity", "cloudwatch:PutMetricData", metrics, pageCW}},
		both("s3:PutObject", toObject, pageMetrics),
		inKeyPolicy(toKey, pageKey, keyActions...),
		inRolePolicy(toKey, pageRoleKey, roleKeyActions...),
	),
}

var batchRows = rows(
	both("s3:ListBucket", fromBucket, pageBatch),
	both("s3:GetObject", fromObject, pageBatch),
	both("s3:ListBucket", toBucket, pageBatch),
	both("s3:PutObject", toObject, pageBatch),
	both("s3:GetObject", toObject, pageBatch),
	inKeyPolicy(fromKey, pageKey, keyActions...),
	inRolePolicy(fromKey, pageRoleKey, roleKeyActions...),
	inKeyPolicy(toKey, pageKey, keyActions...),
	inRolePolicy(toKey, pageRoleKey, roleKeyActions...),
)

// groupRows are the calls on an encrypted dataset group.
var groupRows = rows(
	inKeyPolicy(groupKey, pageKey, keyActions...),
	inRolePolicy(groupKey, pageRoleKey, roleKeyActions...),
)

// documentedRow reports whether the editions of 2020 to January 2023, which profile documented follows, ask for a row too: they know no
// CreateGrant, and for a dataset group's key only Decrypt, in the key policy alone.
func documentedRow(r row) bool {
	return !(r.action == "kms:CreateGrant" || r.on == groupKey && r.action != "kms:Decrypt" && r.action != "kms:GenerateDataKeyWithoutPlaintext" ||
		r.on == groupKey && r.grant == "identity")
}

// What an operator of each level calls, beside the jobs of the workflows. Actions and the resources they work on: Service Authorization
// Reference, "Actions, resources, and condition keys for Amazon Personalize"; the types are those of its ARNs.
type operatorRow struct {
	action string
	types  []string // resource types, each needed by itself; none: the call takes no resource
}

// jobRows are the calls of an operator who runs the workflows.
var jobRows = map[string][]operatorRow{
	spec.Import: {
		{"CreateDatasetImportJob", []string{"dataset", "dataset-import-job"}},
		{"DescribeDatasetImportJob", []string{"dataset-import-job"}},
		{"ListDatasetImportJobs", nil},
	},
	spec.Export: {
		{"CreateDatasetExportJob", []string{"dataset", "dataset-export-job"}},
		{"DescribeDatasetExportJob", []string{"dataset-export-job"}},
		{"ListDatasetExportJobs", nil},
	},
	spec.BatchInference: {
		{"CreateBatchInferenceJob", []string{"batch-inference-job", "solution", "filter"}},
		{"DescribeBatchInferenceJob", []string{"batch-inference-job"}},
		{"ListBatchInferenceJobs", nil},
	},
	spec.BatchSegment: {
		{"CreateBatchSegmentJob", []string{"batch-segment-job", "solution", "filter"}},
		{"DescribeBatchSegmentJob", []string{"batch-segment-job"}},
		{"ListBatchSegmentJobs", nil},
	},
	spec.DataDeletion: {
		{"CreateDataDeletionJob", []string{"data-deletion-job", "dataset-group"}},
		{"DescribeDataDeletionJob", []string{"data-deletion-job"}},
		{"ListDataDeletionJobs", nil},
	},
	spec.MetricAttribution: {
		{"CreateMetricAttribution", []string{"metric-attribution", "dataset-group"}},
		{"UpdateMetricAttribution", []string{"metric-attribution"}},
		{"DescribeMetricAttribution", []string{"metric-attribution"}},
		{"ListMetricAttributions", nil},
		{"ListMetricAttributionMetrics", nil},
	},
}

// jobTags are the resource types that take tags when a job of the workflow is created; a metric attribution takes none.
var jobTags = map[string]string{
	spec.Import: "dataset-import-job", spec.Export: "dataset-export-job", spec.BatchInference: "batch-inference-job",
	spec.BatchSegment: "batch-segment-job", spec.DataDeletion: "data-deletion-job",
}

var groupOperatorRows = []operatorRow{
	{"CreateDatasetGroup", []string{"dataset-group"}},
	{"DescribeDatasetGroup", []string{"dataset-group"}},
	{"ListDatasetGroups", nil},
}

var runtimeRows = []operatorRow{
	{"GetRecommendations", []string{"campaign", "recommender", "filter"}},
	{"GetPersonalizedRanking", []string{"campaign", "filter"}},
	{"GetActionRecommendations", []string{"campaign", "filter"}},
	{"PutEvents", nil},
	{"PutActionInteractions", nil},
	{"PutItems", []string{"dataset"}},
	{"PutUsers", []string{"dataset"}},
	{"PutActions", []string{"dataset"}},
}

// describable are the types with a Describe call of their own, by the name in the call. Those without an account belong to AWS.
var describable = []struct{ call, kind string }{
	{"BatchInferenceJob", "batch-inference-job"}, {"BatchSegmentJob", "batch-segment-job"}, {"Campaign", "campaign"},
	{"DataDeletionJob", "data-deletion-job"}, {"DataInsightsJob", "data-insights-job"}, {"Dataset", "dataset"},
	{"DatasetExportJob", "dataset-export-job"}, {"DatasetGroup", "dataset-group"}, {"DatasetImportJob", "dataset-import-job"},
	{"EventTracker", "event-tracker"}, {"Filter", "filter"}, {"MetricAttribution", "metric-attribution"},
	{"Recommender", "recommender"}, {"Schema", "schema"}, {"Solution", "solution"}, {"SolutionVersion", "solution"},
	{"Algorithm", "algorithm"}, {"FeatureTransformation", "feature-transformation"}, {"Recipe", "recipe"},
}

var listable = []string{"BatchInferenceJobs", "BatchSegmentJobs", "Campaigns", "DataDeletionJobs", "DataInsightsJobs", "DatasetExportJobs",
	"DatasetGroups", "DatasetImportJobs", "Datasets", "EventTrackers", "Filters", "MetricAttributionMetrics", "MetricAttributions", "Recipes",
	"Recommenders", "Schemas", "SolutionVersions", "Solutions"}

func readRows() []operatorRow {
	var out []operatorRow
	for _, d := range describable {
		out = append(out, operatorRow{"Describe" + d.call, []string{d.kind}})
	}
	for _, l := range listable {
		out = append(out, operatorRow{"List" + l, nil})
	}
	return append(out, operatorRow{"GetSolutionMetrics", []string{"solution"}}, operatorRow{"GetDataInsights", []string{"data-insights-job"}},
		operatorRow{"ListTagsForResource", []string{"dataset-group", "campaign"}})
}
