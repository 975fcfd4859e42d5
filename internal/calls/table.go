package calls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Table is the calls of one setup under one environment.
type Table struct {
	Required []Call // that must pass
	Refused  []Call // that must not

	m   *model.Setup
	env policy.Env
}

// New returns every call that the setup needs, and calls of every kind that it must not let pass,
// with the names that env gives. It looks at the setup's spec, never at its documents.
func New(m *model.Setup, env policy.Env) *Table {
	t := &Table{m: m, env: env}
	t.trust()
	t.workflows()
	t.administration()
	t.operators()
	t.refuseRole()
	t.refuseOnBuckets()
	t.refuseOnKeys()
	t.refuseTrust()
	return t
}

func (t *Table) account() string   { return t.env[model.RefAccount] }
func (t *Table) region() string    { return t.env[model.RefRegion] }
func (t *Table) partition() string { return t.env[model.RefPartition] }
func (t *Table) roleARN() string   { return t.env[model.RefRoleARN] }

// iam returns the ARN of a user or a role of the setup's account.
func (t *Table) iam(resource string) string {
	return "arn:" + t.partition() + ":iam::" + t.account() + ":" + resource
}

// Who calls, and who must not.
const (
	service      = "personalize.amazonaws.com"
	otherService = "lambda.amazonaws.com"
	otherAccount = "999900001111"
)

// personalize returns the ARN of a Personalize resource; those of AWS carry no region and no
// account (Service Authorization Reference, "Resource types defined by Amazon Personalize").
func (t *Table) personalize(kind, name string) string {
	switch kind {
	case "algorithm", "feature-transformation", "recipe":
		return "arn:" + t.partition() + ":personalize:::" + kind + "/" + name
	}
	return "arn:" + t.partition() + ":personalize:" + t.region() + ":" + t.account() + ":" + kind + "/" + name
}

// sourced returns the context of a request that Personalize makes for a resource of an account
// (IAM User Guide, "The confused deputy problem").
func (t *Table) sourced(account string) map[string][]string {
	job := "arn:" + t.partition() + ":personalize:" + t.region() + ":" + account + ":dataset-import-job/job"
	return map[string][]string{
		"aws:SourceAccount":   {account},
		"aws:SourceArn":       {job},
		"aws:SecureTransport": {"true"},
	}
}

func secure() map[string][]string { return map[string][]string{"aws:SecureTransport": {"true"}} }

// rolePolicies names the documents of the service role.
func (t *Table) rolePolicies() []Document { return names(RolePolicy, t.m.Role.Policies) }

func names(kind Kind, docs []model.Doc) []Document {
	var out []Document
	for _, d := range docs {
		out = append(out, Document{kind, d.Name})
	}
	return out
}

// openKey is the key policy under which the caller's own policies alone decide.
func (t *Table) openKey() *policy.Document {
	d := delegating(t.partition(), t.account())
	return &d
}

func (t *Table) require(c Call) { t.Required = append(t.Required, t.finish(c)) }
func (t *Table) refuse(c Call)  { t.Refused = append(t.Refused, t.finish(c)) }

func (t *Table) finish(c Call) Call {
	c.request.Action = c.Action
	if c.request.ResourceAccount == "" {
		c.request.ResourceAccount = t.account()
	}
	// A stranger's own policies let him do everything, so that the resource's policy alone is left
	// to refuse him. (Within the account this would pass for a bucket or a key, by design: there
	// whoever writes the policies of users decides.)
	inIAM := strings.HasPrefix(c.request.Principal, "arn:")
	if c.Caller == Stranger && (strings.Contains(c.request.Principal, otherAccount) ||
		c.Action == "sts:AssumeRole" && inIAM) {
		c.theirs = []policy.Document{everything()}
	}
	if c.request.Context == nil {
		c.request.Context = secure()
	}
	return c
}

func (t *Table) trust() {
	t.require(Call{Workflow: "every workflow", Caller: Service, Side: Resource, Action: "sts:AssumeRole",
		On: Target{Kind: TheRole}, Source: pageTrust, Place: "role", Resource: t.trustPolicy(),
		request: policy.Request{Principal: service, Resource: t.roleARN(), Context: t.sourced(t.account())}})
}

func (t *Table) trustPolicy() Document { return Document{Trust, t.m.Role.Trust.Name} }

// workflows makes the calls of all workflows, and those on an encrypted dataset group.
func (t *Table) workflows() {
	for i, w := range t.m.Workflows {
		name := w.Type
		for _, l := range []*spec.Location{w.From, w.To} {
			if l != nil {
				name += " " + l.Bucket + "/" + l.Prefix
			}
		}
		t.rows(workflowRows[w.Type], name, fmt.Sprintf("workflows[%d]", i), w.From, w.To)
	}
	if g := t.m.DatasetGroup; g != nil && g.Key != "" {
		t.rows(groupRows, "encrypted dataset group "+g.Name, "datasetGroup", nil, nil)
	}
}

func (t *Table) rows(rows []row, workflow, place string, from, to *spec.Location) {
	for _, r := range rows {
		if t.m.Profile != spec.Documented || documentedRow(r) {
			t.row(r, workflow, place, from, to)
		}
	}
}

// row turns a row of the table into a call, unless it concerns a key or a bucket that the workflow
// does not have.
func (t *Table) row(r row, workflow, place string, from, to *spec.Location) {
	c := Call{Workflow: workflow, Caller: r.caller, Side: r.side, Action: r.action,
		On: Target{Kind: r.on}, Source: r.source, Place: place}
	loc := from
	if r.on.isWritten() {
		loc = to
	}
	switch {
	case r.on == CloudWatch:
		c.request.Resource = "*"
	case r.on == GroupKey:
		if t.m.DatasetGroup != nil {
			c.key = t.m.DatasetGroup.Key
		}
	case loc == nil:
		return
	default:
		c.key = t.bucket(loc.Bucket).Key
	}
	if r.caller == Service {
		c.request.Principal, c.request.Context = service, t.sourced(t.account())
	} else {
		c.request.Principal, c.request.Context = t.roleARN(), secure()
	}
	switch {
	case r.on.isKey():
		if c.key == "" {
			return
		}
		c.Resource = OfKey(c.key)
		c.request.Resource = t.env[model.RefKeyARN(c.key)]
	case r.on.isBucket():
		c.Resource = OfBucket(loc.Bucket)
		c.request.Resource = t.env[model.RefBucketARN(loc.Bucket)]
		c.request.Context["s3:prefix"] = []string{loc.Prefix}
	case r.on.isObject():
		c.Resource = OfBucket(loc.Bucket)
		c.request.Resource = t.env[model.RefBucketARN(loc.Bucket)] + "/" + object(loc.Prefix)
	}
	if r.side == Identity {
		c.Identity = t.rolePolicies()
		if r.on.isKey() {
			c.instead = t.openKey()
		}
	}
	t.require(c)
}

// object returns the key of an object that a job reads or writes under a prefix; a prefix that
// does not end in a slash may be the file itself.
func object(prefix string) string {
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		return prefix + "part-0.csv"
	}
	return prefix
}

func (t *Table) bucket(id string) model.Bucket {
	i := slices.IndexFunc(t.m.Buckets, func(b model.Bucket) bool { return b.ID == id })
	if i < 0 {
		return model.Bucket{}
	}
	return t.m.Buckets[i]
}

// administration makes the calls that whoever administers a created key must be able to make, or
// the key is lost (AWS KMS Developer Guide, "Default key policy"). The key policy has to allow
// them by itself: what the administrators' own policies allow is not known here.
func (t *Table) administration() {
	for _, k := range t.m.Keys {
		if k.Existing() {
			continue
		}
		for _, admin := range k.Admins {
			who := admin.Fill(t.env).IAM()
			for _, action := range []string{"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion",
				"kms:DescribeKey", "kms:AnyAdministration"} {
				t.require(Call{Workflow: "administration of key " + k.ID, Caller: Administrator,
					Side: Resource, Action: action, On: Target{Kind: TheKey},
					Source: "kms:key-policy-default", Place: "keys." + k.ID, Resource: OfKey(k.ID),
					request: policy.Request{Principal: who, Resource: t.env[model.RefKeyARN(k.ID)]}})
			}
		}
	}
}
