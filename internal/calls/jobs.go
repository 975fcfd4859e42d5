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
	{"DescribeDatasetGroup", []string{"dataset-group"}},
	{"ListDatasetGroups", nil},
}

// runtimeRows are the calls of a program that shows recommendations and sends what users do.
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
	add(runtimeRows)
	add(readRows())
	for _, a := range lifeCycle {
		out = append(out, "personalize:"+a)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
