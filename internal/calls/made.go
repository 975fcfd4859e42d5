package calls

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Made is a call of Personalize or of the service role as it arrives in AWS, whichever side the
// guide wants to have allowed it.
type Made struct {
	Workflow, Action string
	Caller           Caller // Service or Role
	On               Target
	Source           string // page#section of AWS's documentation that asks for it
	Key              string // ID of the key that is used, or that encrypts what is written
	Bucket           string // ID of the bucket, or ""
	Objects          string // of a call on an object, the ARN pattern of all that the job works on
	Sides            []Side // that the guide wants to allow it by themselves
	Request          policy.Request
}

// AsMade returns the calls that Personalize and the service role make for the workflows of a setup,
// under real names and with the condition keys that such requests have: to assume the role first,
// then in the order of the workflows, each once. Of the setup it looks at names, workflows, buckets,
// keys and the dataset group, and at none of its documents: the policies that decide are the
// caller's. The account is taken to be in the organization that docs name. job is the ARN on whose
// behalf the service calls; "" for a made-up one of the setup's account and region.
func AsMade(m *model.Setup, docs []policy.Document, job string) []Made {
	t := namesOf(m, Document{}, policy.Document{})
	for _, d := range docs {
		t.learn(d)
	}
	t.makeContexts()
	if job != "" {
		t.ours = t.with(t.ours, "aws:SourceArn", job)
	}
	t.asked = map[question]int{}
	t.trust()
	t.workflows()
	var out []Made
	for i := range t.Required {
		c := &t.Required[i]
		if c.unbounded { // the guide's full access, which no workflow needs
			continue
		}
		made := Made{Workflow: c.Workflow, Action: c.Action, Caller: c.Caller, On: c.On,
			Source: c.Source, Key: c.key, Sides: []Side{c.Side}, Request: c.request}
		made.Request.Context = t.completed(c)
		for _, b := range m.Buckets {
			if c.Resource == OfBucket(b.ID) {
				made.Bucket = b.ID
			}
		}
		if c.On.Kind.isObject() {
			made.Objects = made.Request.Resource
			if all, cut := strings.CutSuffix(made.Objects, firstObject); cut {
				made.Objects = all + "*"
			}
		}
		same := slices.IndexFunc(out, func(o Made) bool {
			return o.Caller == made.Caller && o.Action == made.Action &&
				o.Request.Resource == made.Request.Resource && o.Workflow == made.Workflow &&
				o.On.Kind.isWritten() == made.On.Kind.isWritten()
		})
		if same >= 0 {
			out[same].Sides = append(out[same].Sides, c.Side)
			continue
		}
		out = append(out, made)
	}
	return out
}

// Creates returns the action by which somebody begins a workflow of a type.
func Creates(workflow string) string { return "personalize:" + jobRows[workflow][0].action }
