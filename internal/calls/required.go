package calls

import (
	"fmt"
	"slices"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

func (t *Table) trust() {
	c := Call{Workflow: "every workflow", Caller: Service, Side: Resource,
		Action: "sts:AssumeRole", On: Target{Kind: TheRole}, Source: pageTrust, Place: "role",
		Resource: t.trustPolicy(), context: t.ours,
		request: policy.Request{Principal: service, Resource: t.roleARN()}}
	t.require(c)
	for _, region := range t.m.Role.Regions {
		c.Workflow = "every workflow of other setups in " + region
		c.context = t.with(t.ours, "aws:SourceArn", t.job(region, t.account()))
		t.require(c)
	}
}

func (t *Table) trustPolicy() Document { return Document{Trust, t.m.Role.Trust.Name} }

// fullAccess makes the calls of the service role that the guide's policy for full access is for,
// which its third step attaches to the role too. No workflow is known to make them, so a
// permissions boundary may take them away.
func (t *Table) fullAccess() {
	c := Call{Workflow: "full access of the role", Caller: Role, Side: Identity, unbounded: true,
		Action: "personalize:AnyAction", On: Target{Named, "*"}, Source: pageSetUp, Place: "role",
		Identity: t.rolePolicies(), request: policy.Request{Principal: t.roleARN(), Resource: "*"}}
	t.require(c)
	c.Action, c.On = "iam:PassRole", Target{Named, t.roleARN()}
	c.request.Resource = t.roleARN()
	c.context = t.with(t.plain, "iam:PassedToService", service)
	t.require(c)
}

// workflows makes the calls of all workflows, and those on an encrypted dataset group.
func (t *Table) workflows() {
	if t.asDocumented() {
		t.fullAccess()
	}
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
		if t.m.Profile == spec.Documented {
			if !documentedRow(r) {
				continue
			}
			if r.on == GroupKey {
				r.source = pageGroup
			}
		}
		t.row(r, workflow, place, from, to)
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
	c.request.Principal, c.context = service, t.ours
	if r.caller == Role {
		c.request.Principal, c.context = t.roleARN(), t.plain
		c.Identity = t.rolePolicies()
	}
	switch {
	case r.on.isKey():
		if c.key == "" {
			return
		}
		c.Resource = OfKey(c.key)
		c.request.Resource = t.env[model.RefKeyARN(c.key)]
		if r.caller == Role && t.keyElsewhere(c.key) {
			c.Side = Identity
		}
	case r.on.isBucket():
		c.Resource = OfBucket(loc.Bucket)
		c.request.Resource = t.env[model.RefBucketARN(loc.Bucket)]
		c.context = t.with(c.context, "s3:prefix", loc.Prefix)
	case r.on.isObject():
		c.Resource = OfBucket(loc.Bucket)
		c.request.Resource = t.env[model.RefBucketARN(loc.Bucket)] + "/" + object(loc.Prefix, r.on == FromObject && loc.IsFile())
	}
	t.require(c)
}

// object returns the key of an object that a job reads or writes at a location: the file that it
// names, or one whose name begins so.
func object(prefix string, exact bool) string {
	if exact {
		return prefix
	}
	return prefix + firstObject
}

// firstObject is the name of the object that calls are about at a location that is no file.
const firstObject = "part-0.csv"

// keyElsewhere reports whether a key is another setup's. Its policy cannot name a role that is made
// after it; it leaves the use of the key to the role's own policy (AWS KMS Developer Guide, "Default
// key policy", "Allows access to the AWS account and enables IAM policies").
func (t *Table) keyElsewhere(id string) bool {
	return slices.ContainsFunc(t.m.Keys, func(k model.Key) bool { return k.ID == id && k.Owner != nil })
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
					Side: Resource, Action: action, On: Target{Kind: TheKey}, Resource: OfKey(k.ID),
					Source: pageDefaultKey, Place: "keys." + k.ID,
					request: policy.Request{Principal: who, Resource: t.env[model.RefKeyARN(k.ID)]}})
			}
		}
	}
}
