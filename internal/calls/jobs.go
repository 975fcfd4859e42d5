package calls

import (
	"slices"

	"github.com/pzgen/pzgen/spec"
)

// An operatorRow is one call of an operator. Actions and the resources they work on: Service
// Authorization Reference, "Actions, resources, and condition keys for Amazon Personalize"; the
// types are those of its ARNs.
type operatorRow struct {
	action string
	types  []string // resource types, each needed by itself; none: the call takes no resource
}

// jobRows are the calls of an operator who runs the workflows. Beside what the reference lists:
// batch jobs name a filter, and batch segment jobs a solution, in their requests; that permission
// is asked for on them is an inference.
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

// jobTags are the resource types that take tags when a job of the workflow is created; a metric
// attribution takes none.
var jobTags = map[string]string{
	spec.Import:         "dataset-import-job",
	spec.Export:         "dataset-export-job",
	spec.BatchInference: "batch-inference-job",
	spec.BatchSegment:   "batch-segment-job",
	spec.DataDeletion:   "data-deletion-job",
}

// groupOperatorRows are the calls of an operator who makes the dataset group.
var groupOperatorRows = []operatorRow{
	{"CreateDatasetGroup", []string{"dataset-group"}},
}

// findRows are the calls by which an operator who runs the workflows finds what a job of the type
// works on.
var findRows = map[string][]operatorRow{
	spec.Import:         datasetRows,
	spec.Export:         datasetRows,
	spec.BatchInference: solutionRows,
	spec.BatchSegment:   solutionRows,
}

var (
	datasetRows  = []operatorRow{{"DescribeDataset", []string{"dataset"}}, {"ListDatasets", nil}}
	solutionRows = []operatorRow{
		{"DescribeSolution", []string{"solution"}},
		{"DescribeSolutionVersion", []string{"solution"}},
		{"ListSolutions", nil},
		{"ListSolutionVersions", nil},
		{"DescribeFilter", []string{"filter"}},
		{"ListFilters", nil},
	}
	findGroupRows = []operatorRow{{"DescribeDatasetGroup", []string{"dataset-group"}},
		{"ListDatasetGroups", nil}}
)

// buildRows are the calls of a pipeline that trains: it makes, changes, follows, finds and removes
// everything from schemas to campaigns, recommenders, filters and event trackers. Beside what the
// reference lists: solutions and recommenders are refused without the recipe, which belongs to AWS
// (aws-samples/retail-demo-store, pull request 627 of 2024-08-30), and the policies of AWS's own
// solution name the schema of a dataset (aws-solutions/maintaining-personalized-experiences-with-
// machine-learning, source/infrastructure/personalize/aws_lambda/functions/create_dataset.py, read
// on 2026-11-27).
var buildRows = []operatorRow{
	{"CreateSchema", []string{"schema"}},
	{"DescribeSchema", []string{"schema"}},
	{"DeleteSchema", []string{"schema"}},
	{"ListSchemas", nil},
	{"CreateDatasetGroup", []string{"dataset-group"}},
	{"DescribeDatasetGroup", []string{"dataset-group"}},
	{"DeleteDatasetGroup", []string{"dataset-group"}},
	{"ListDatasetGroups", nil},
	{"CreateDataset", []string{"dataset", "dataset-group", "schema"}},
	{"UpdateDataset", []string{"dataset", "schema"}},
	{"DescribeDataset", []string{"dataset"}},
	{"DeleteDataset", []string{"dataset"}},
	{"ListDatasets", nil},
	{"CreateSolution", []string{"solution", "dataset-group", "recipe"}},
	{"UpdateSolution", []string{"solution"}},
	{"DescribeSolution", []string{"solution"}},
	{"DeleteSolution", []string{"solution"}},
	{"ListSolutions", nil},
	{"CreateSolutionVersion", []string{"solution"}},
	{"StopSolutionVersionCreation", []string{"solution"}},
	{"DescribeSolutionVersion", []string{"solution"}},
	{"GetSolutionMetrics", []string{"solution"}},
	{"ListSolutionVersions", nil},
	{"CreateCampaign", []string{"campaign", "solution"}},
	{"UpdateCampaign", []string{"campaign"}},
	{"DescribeCampaign", []string{"campaign"}},
	{"DeleteCampaign", []string{"campaign"}},
	{"ListCampaigns", nil},
	{"CreateRecommender", []string{"recommender", "dataset-group", "recipe"}},
	{"UpdateRecommender", []string{"recommender"}},
	{"StartRecommender", []string{"recommender"}},
	{"StopRecommender", []string{"recommender"}},
	{"DescribeRecommender", []string{"recommender"}},
	{"DeleteRecommender", []string{"recommender"}},
	{"ListRecommenders", nil},
	{"CreateFilter", []string{"filter", "dataset-group"}},
	{"DescribeFilter", []string{"filter"}},
	{"DeleteFilter", []string{"filter"}},
	{"ListFilters", nil},
	{"CreateEventTracker", []string{"event-tracker", "dataset-group"}},
	{"DescribeEventTracker", []string{"event-tracker"}},
	{"DeleteEventTracker", []string{"event-tracker"}},
	{"ListEventTrackers", nil},
	{"DescribeRecipe", []string{"recipe"}},
	{"ListRecipes", nil},
	{"TagResource", builtTypes},
	{"UntagResource", builtTypes},
	{"ListTagsForResource", builtTypes},
}

// builtTypes are the types of [buildRows] that take tags.
var builtTypes = []string{"dataset-group", "dataset", "solution", "campaign", "recommender", "filter",
	"event-tracker"}

// runtimeRows are the calls of a program that shows recommendations and sends what users do. The
// reference lists campaigns alone. A request names a recommender or a filter as well
// (API_RS_GetRecommendations, July 2026), and a policy of AWS's has the filter beside the campaign
// (aws-samples/retail-demo-store, pinpoint-personalize.yaml, 2024); that permission is asked for on
// them is an inference.
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

// describable are the types with a Describe call of their own, by the name in the call. Those
// without an account belong to AWS.
var describable = []struct{ call, kind string }{
	{"BatchInferenceJob", "batch-inference-job"},
	{"BatchSegmentJob", "batch-segment-job"},
	{"Campaign", "campaign"},
	{"DataDeletionJob", "data-deletion-job"},
	{"DataInsightsJob", "data-insights-job"},
	{"Dataset", "dataset"},
	{"DatasetExportJob", "dataset-export-job"},
	{"DatasetGroup", "dataset-group"},
	{"DatasetImportJob", "dataset-import-job"},
	{"EventTracker", "event-tracker"},
	{"Filter", "filter"},
	{"MetricAttribution", "metric-attribution"},
	{"Recommender", "recommender"},
	{"Schema", "schema"},
	{"Solution", "solution"},
	{"SolutionVersion", "solution"},
	{"Algorithm", "algorithm"},
	{"FeatureTransformation", "feature-transformation"},
	{"Recipe", "recipe"},
}

var listable = []string{"BatchInferenceJobs", "BatchSegmentJobs", "Campaigns", "DataDeletionJobs",
	"DataInsightsJobs", "DatasetExportJobs", "DatasetGroups", "DatasetImportJobs", "Datasets",
	"EventTrackers", "Filters", "MetricAttributionMetrics", "MetricAttributions", "Recipes",
	"Recommenders", "Schemas", "SolutionVersions", "Solutions"}

// readRows are the calls of an operator who only looks.
func readRows() []operatorRow {
	var out []operatorRow
	for _, d := range describable {
		out = append(out, operatorRow{"Describe" + d.call, []string{d.kind}})
	}
	for _, l := range listable {
		out = append(out, operatorRow{"List" + l, nil})
	}
	return append(out, operatorRow{"GetSolutionMetrics", []string{"solution"}},
		operatorRow{"GetDataInsights", []string{"data-insights-job"}},
		operatorRow{"ListTagsForResource", []string{"dataset-group", "campaign"}})
}

// lifeCycle are actions that no operator but a full one has, beside those of the tables.
var lifeCycle = []string{"TagResource", "UntagResource", "DeleteDatasetGroup", "DeleteDataset",
	"DeleteSchema", "DeleteSolution", "DeleteCampaign", "CreateCampaign", "CreateSolution",
	"CreateDataset", "CreateSchema", "UpdateCampaign", "StopRecommender", "AnyAction"}

// everyAction returns the actions of all tables, each once.
func everyAction() []string {
	var out []string
	add := func(rows []operatorRow) {
		for _, r := range rows {
			out = append(out, "personalize:"+r.action)
		}
	}
	for _, rows := range jobRows {
		add(rows)
	}
	add(groupOperatorRows)
	add(buildRows)
	add(runtimeRows)
	add(readRows())
	for _, a := range lifeCycle {
		out = append(out, "personalize:"+a)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
