package doctor

import (
	"cmp"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/denial"
	"github.com/pzgen/pzgen/policy"
)

// ask collects the calls: those that were refused, those of whoever begins the workflows, and those
// of Personalize and the role.
func (d *diagnosis) ask() {
	q := d.q
	add := func(workflow string, m calls.Made) {
		d.asked = append(d.asked, &call{Made: m, workflow: workflow})
	}
	for _, r := range q.Refused {
		if req, ok := refused(r); ok && r.By != denial.PublicAccess {
			add("the call that was refused", calls.Made{Action: r.Action, Source: r.Source, Request: req})
		}
	}
	m := q.Setup
	if q.Caller != "" {
		role := d.world.roleARN(m.Role.Name)
		secure := map[string][]string{"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {m.Region}}
		one := func(action, resource string, context map[string][]string) {
			add("whoever begins it", calls.Made{Action: action, Source: "grant-user-permissions",
				Request: policy.Request{Principal: q.Caller, Action: action, Resource: resource,
					ResourceAccount: m.Account, Context: context}})
		}
		seen := map[string]bool{}
		for _, w := range m.Workflows {
			if action := calls.Creates(w.Type); !seen[action] {
				seen[action] = true
				kind := strings.ToLower(strings.TrimPrefix(action, "personalize:Create"))
				one(action, "arn:"+m.Partition+":personalize:"+m.Region+":"+m.Account+":"+
					cmp.Or(jobTypes[kind], kind)+"/any", secure)
			}
		}
		passed := map[string][]string{"aws:SecureTransport": {"true"}, "iam:PassedToService": {service}}
		one("iam:PassRole", role, passed)
	}
	for _, made := range calls.AsMade(m, d.world.all(), q.Job) {
		add(made.Workflow, made)
	}
}

// jobTypes are resource types of jobs by the names of the actions that create them.
var jobTypes = map[string]string{
	"datasetimportjob": "dataset-import-job", "datasetexportjob": "dataset-export-job",
	"batchinferencejob": "batch-inference-job", "batchsegmentjob": "batch-segment-job",
	"datadeletionjob": "data-deletion-job", "metricattribution": "metric-attribution",
}

const service = "personalize.amazonaws.com"

// refused returns the request of a refused call, where the text says enough of it.
func refused(r denial.Denial) (policy.Request, bool) {
	if r.Principal == "" || r.Action == "" || r.Resource == "" {
		return policy.Request{}, false
	}
	context := map[string][]string{"aws:SecureTransport": {"true"}}
	for k, v := range r.Context {
		context[k] = v
	}
	if r.Action == "iam:PassRole" && context["iam:PassedToService"] == nil {
		context["iam:PassedToService"] = []string{service}
	}
	return policy.Request{Principal: r.Principal, Action: r.Action, Resource: r.Resource,
		Context: context}, true
}
