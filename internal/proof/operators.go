package proof

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

const (
	pageOperator = "set-up-required-permissions#grant-user-permissions"
	pageActions  = "service-authorization:list_amazonpersonalize"
)

// operators makes the calls of people and programs. Who they are is not decided here: their documents alone are asked, as some user of the account.
func (s *scenario) operators() {
	for _, o := range s.m.Operators {
		c := operatorCalls{scenario: s, o: o}
		for _, d := range o.Policies {
			c.docs = append(c.docs, d.Name)
		}
		c.all()
	}
}

type operatorCalls struct {
	*scenario
	o    model.Operator
	docs []string
}

func (c operatorCalls) call(action, resource string, context map[string][]string) Call {
	return Call{Workflow: "operator " + c.o.ID, Who: "operator", Action: action, On: resource, Source: pageActions, Place: "operators." + c.o.ID,
		Identity: c.docs, request: policy.Request{Principal: "arn:" + c.partition() + ":iam::" + c.account() + ":user/operator", Resource: resource, Context: context}}
}

// all makes the calls of the operator's level of access, and those that it must not have.
func (c operatorCalls) all() {
	passes := false
	switch c.o.Access {
	case spec.Full:
		passes = true
		for _, action := range []string{"personalize:AnyAction", "personalize:CreateDatasetGroup", "personalize:DeleteDatasetGroup"} {
			c.require(c.call(action, c.personalize("dataset-group", "any"), nil))
		}
	case spec.Operate:
		passes = c.operate()
	case spec.Read:
		c.rows(readRows())
	case spec.Runtime:
		c.rows(runtimeRows)
	}
	if passes {
		ok := c.call("iam:PassRole", c.roleARN(), map[string][]string{"iam:PassedToService": {service}})
		ok.Source = pageOperator
		c.require(ok)
	}
	if c.o.Access == spec.Full || c.o.Access == spec.Operate {
		c.useKey()
	}
	c.mustNot(passes)
}

func (c operatorCalls) operate() (passes bool) {
	seen := map[string]bool{}
	for _, w := range c.m.Workflows {
		passes = true
		if seen[w.Type] {
			continue
		}
		seen[w.Type] = true
		c.rows(jobRows[w.Type])
		if kind, ok := jobTags[w.Type]; ok && len(c.m.Tags) > 0 {
			c.rows([]operatorRow{{"TagResource", []string{kind}}})
		}
	}
	if g := c.m.DatasetGroup; g != nil {
		c.rows(groupOperatorRows)
		if len(c.m.Tags) > 0 {
			c.rows([]operatorRow{{"TagResource", []string{"dataset-group"}}})
		}
		if g.Key != "" {
			passes = true
		}
	}
	return passes
}

// useKey: "the user who creates resources needs permission to use the key too", where the dataset group is encrypted.
func (c operatorCalls) useKey() {
	g := c.m.DatasetGroup
	if g == nil || g.Key == "" || c.o.Access == spec.Full && c.m.Profile == spec.Documented {
		return
	}
	for _, action := range []string{"kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey"} {
		call := c.call(action, c.env[model.RefKeyARN(g.Key)], nil)
		call.Source, call.resource = pageGroup, c.openKey()
		c.require(call)
	}
}

// name gives a resource of a type as this setup has it: inside its dataset group, where the name tells.
func (c operatorCalls) name(kind string) string {
	group := "any-group"
	if c.m.DatasetGroup != nil {
		group = c.m.DatasetGroup.Name
	}
	switch kind {
	case "dataset-group":
		return group
	case "dataset":
		return group + "/INTERACTIONS"
	}
	return "some"
}

func (c operatorCalls) rows(rows []operatorRow) {
	for _, r := range rows {
		if len(r.types) == 0 {
			c.require(c.call("personalize:"+r.action, "*", nil))
		}
		for _, kind := range r.types {
			c.require(c.call("personalize:"+r.action, c.personalize(kind, c.name(kind)), nil))
		}
	}
}

// mustNot makes the calls that an operator must not get through by the policies of this setup.
func (c operatorCalls) mustNot(passes bool) {
	no := func(action, resource string, context map[string][]string) {
		c.refuse(c.call(action, resource, context))
	}
	no("iam:PassRole", c.roleARN(), map[string][]string{"iam:PassedToService": {otherService}})
	no("iam:PassRole", c.roleARN(), map[string][]string{})
	if !passes {
		no("iam:PassRole", c.roleARN(), map[string][]string{"iam:PassedToService": {service}})
	}
	for _, a := range []string{"iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:PassRoleToo", "sts:AssumeRole"} {
		no(a, c.roleARN(), map[string][]string{"iam:PassedToService": {service}})
	}
	for _, b := range c.m.Buckets {
		for _, a := range []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} {
			no(a, c.env[model.RefBucketARN(b.ID)]+"/any", nil)
		}
		no("s3:PutBucketPolicy", c.env[model.RefBucketARN(b.ID)], nil)
	}
	for _, k := range c.m.Keys {
		for _, a := range []string{"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CreateGrant", "kms:Encrypt", "kms:DescribeKeyToo", "kms:DecryptToo",
			"kms:GenerateDataKeyToo"} {
			call := c.call(a, c.env[model.RefKeyARN(k.ID)], nil)
			call.resource = c.openKey()
			c.refuse(call)
		}
	}
	other := c.call("kms:Decrypt", "arn:"+c.partition()+":kms:"+c.region()+":"+c.account()+":key/other", nil)
	other.resource = c.openKey()
	c.refuse(other)
	if c.o.Access == spec.Full {
		if c.m.Profile != spec.Documented {
			no("iam:PassRole", "arn:"+c.partition()+":iam::"+c.account()+":role/Other", map[string][]string{"iam:PassedToService": {service}})
		}
		return
	}
	no("iam:PassRole", "arn:"+c.partition()+":iam::"+c.account()+":role/Other", map[string][]string{"iam:PassedToService": {service}})
	// Every call that the operator makes is tried beside its own resource and under a longer name; what he does not call at all is tried too.
	var own []Call
	allowed := map[string]bool{}
	for _, r := range c.required {
		if r.Workflow == "operator "+c.o.ID && strings.HasPrefix(r.Action, "personalize:") {
			own = append(own, r)
			allowed[r.Action] = true
		}
	}
	for _, r := range own {
		no(r.Action+"Too", r.request.Resource, nil)
		for _, resource := range c.beside(r.request.Resource) {
			no(r.Action, resource, nil)
		}
		if !c.takesNoResource(r.Action) {
			no(r.Action, "*", nil)
		}
	}
	for _, a := range everyAction() {
		if !allowed[a] {
			no(a, c.personalize("dataset-group", c.name("dataset-group")), nil)
			no(a, c.personalize("dataset", c.name("dataset")), nil)
			no(a, "*", nil)
		}
	}
}

// beside gives the like of a Personalize resource in another account, in another region, and in another dataset group where the name tells.
func (c operatorCalls) beside(resource string) []string {
	kind, name, ok := strings.Cut(resource[strings.LastIndexByte(resource, ':')+1:], "/")
	if !ok || c.personalize(kind, name) != resource || !strings.Contains(resource, c.account()) {
		return nil
	}
	out := []string{strings.Replace(resource, c.account(), otherAccount, 1), strings.Replace(resource, c.region(), "xx-elsewhere-1", 1)}
	if g := c.m.DatasetGroup; g != nil && c.o.Access != spec.Read && (kind == "dataset" || kind == "dataset-group") {
		out = append(out, c.personalize(kind, "not-"+name))
	}
	return out
}

// takesNoResource reports whether an action is required on "*".
func (c operatorCalls) takesNoResource(action string) bool {
	return slices.ContainsFunc(c.required, func(r Call) bool { return r.Action == action && r.request.Resource == "*" })
}

// everyAction gives all actions of this table and some that no operator but a full one has.
func everyAction() []string {
	var out []string
	add := func(rows []operatorRow) {
		for _, r := range rows {
			out = append(out, "personalize:"+r.action)
		}
	}
	for _, kind := range workflowTypes {
		add(jobRows[kind])
	}
	add(groupOperatorRows)
	add(runtimeRows)
	add(readRows())
	for _, a := range []string{"TagResource", "UntagResource", "DeleteDatasetGroup", "DeleteDataset", "DeleteSchema", "DeleteSolution", "DeleteCampaign", "CreateCampaign",
		"CreateSolution", "CreateDataset", "CreateSchema", "UpdateCampaign", "StopRecommender", "AnyAction"} {
		out = append(out, "personalize:"+a)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var workflowTypes = []string{spec.Import, spec.BatchInference, spec.BatchSegment, spec.Export, spec.MetricAttribution, spec.DataDeletion}
