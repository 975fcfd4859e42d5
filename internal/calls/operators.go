package calls

import (
	"fmt"
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

// operators makes the calls of people and programs.
func (t *Table) operators() {
	for _, o := range t.m.Operators {
		for i, who := range t.principals(o) {
			c := operatorCalls{Table: t, o: o, who: who, docs: names(OperatorPolicy, o.Policies)}
			c.workflow = "operator " + o.ID
			if t.deployed {
				c.workflow += ", " + t.principalName(who)
			}
			first := len(t.Required)
			c.passes = c.all()
			c.own = t.Required[first:]
			c.again = i > 0
			t.byOperators = append(t.byOperators, c)
		}
	}
}

// operatorCalls makes the calls of one operator, as one of those who have its policies.
type operatorCalls struct {
	*Table
	o        model.Operator
	who      string
	workflow string
	docs     []Document
	passes   bool   // the operator hands the service role to Personalize
	own      []Call // the calls that it makes
	again    bool   // there is another one with the same policies before
}

func (c *operatorCalls) call(action, resource string, in *context) Call {
	return Call{Workflow: c.workflow, Caller: Operator, Side: Identity, Action: action,
		On: Target{Named, resource}, Source: pageActions, Place: "operators." + c.o.ID,
		Identity: c.docs, context: in, request: policy.Request{Principal: c.who, Resource: resource}}
}

// pass returns the call to hand a role to a service.
func (c *operatorCalls) pass(role, service string) Call {
	return c.call("iam:PassRole", role, c.with(c.plain, "iam:PassedToService", service))
}

// all makes the calls of the operator's level of access. It returns whether it hands the service
// role to Personalize.
func (c *operatorCalls) all() (passes bool) {
	switch c.o.Access {
	case spec.Full:
		passes = true
		for _, action := range []string{"personalize:AnyAction", "personalize:CreateDatasetGroup",
			"personalize:DeleteDatasetGroup"} {
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
		ok := c.pass(c.roleARN(), service)
		ok.Source = pageOperator
		c.require(ok)
	}
	if c.o.Access == spec.Full || c.o.Access == spec.Operate {
		c.useKey()
	}
	return passes
}

func (c *operatorCalls) operate() (passes bool) {
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

// useKey: "the user who creates resources needs permission to use the key too", where the dataset
// group is encrypted. AWS KMS asks the key's policy first: one that does not leave the key to the
// account's IAM policies makes the operator's own policy void, unless it names him (AWS KMS
// Developer Guide, "Key policies in AWS KMS"). Under made-up names that policy cannot be asked,
// as it may be one of others; there the operator's half is asked alone.
func (c *operatorCalls) useKey() {
	g := c.m.DatasetGroup
	if g == nil || g.Key == "" || c.o.Access == spec.Full && c.m.Profile == spec.Documented {
		return
	}
	k := c.m.Keys[slices.IndexFunc(c.m.Keys, func(k model.Key) bool { return k.ID == g.Key })]
	if c.deployed && !c.knows(k) {
		u := Unproved{Place: "operators." + c.o.ID,
			Message: fmt.Sprintf("whether operator %q can use key %q is not proved: the key's policy is "+
				"not known", c.o.ID, k.ID),
			Hint: "save it with `aws kms get-key-policy --policy-name default --query Policy --output " +
				"text` and give the file as policy"}
		if !slices.Contains(c.Unproved, u) {
			c.Unproved = append(c.Unproved, u)
		}
	}
	for _, action := range []string{"kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey"} {
		call := c.call(action, c.env[model.RefKeyARN(g.Key)], nil)
		call.Source, call.key = pageGroup, g.Key
		if c.deployed && c.knows(k) {
			call.On, call.Resource = Target{Kind: GroupKey}, OfKey(k.ID)
		} else {
			call.instead = c.openKey
		}
		c.require(call)
	}
}

// name returns a resource of a type as this setup has it: inside its dataset group, where the name
// tells.
func (c *operatorCalls) name(kind string) string {
	group := "any-group"
	if c.m.DatasetGroup != nil {
		group = c.env[model.RefGroupName]
	}
	switch kind {
	case "dataset-group":
		return group
	case "dataset":
		return group + "/INTERACTIONS"
	}
	return "some"
}

func (c *operatorCalls) rows(rows []operatorRow) {
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
func (c *operatorCalls) mustNot() {
	no := func(action, resource string, in *context) {
		c.refuse(c.call(action, resource, in))
	}
	c.refuse(c.pass(c.roleARN(), otherService))
	no("iam:PassRole", c.roleARN(), nil)
	if !c.passes {
		c.refuse(c.pass(c.roleARN(), service))
	}
	for _, a := range []string{"iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy",
		"iam:PassRoleToo", "sts:AssumeRole"} {
		no(a, c.roleARN(), c.with(c.plain, "iam:PassedToService", service))
	}
	for _, b := range c.m.Buckets {
		arn := c.env[model.RefBucketARN(b.ID)]
		for _, a := range []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} {
			no(a, arn+"/any", nil)
		}
		no("s3:PutBucketPolicy", arn, nil)
	}
	onKey := func(action, arn string) {
		call := c.call(action, arn, nil)
		call.instead = c.openKey
		c.refuse(call)
	}
	for _, k := range c.m.Keys {
		for _, a := range []string{"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CreateGrant",
			"kms:Encrypt", "kms:DescribeKeyToo", "kms:DecryptToo", "kms:GenerateDataKeyToo"} {
			onKey(a, c.env[model.RefKeyARN(k.ID)])
		}
	}
	onKey("kms:Decrypt", "arn:"+c.partition()+":kms:"+c.region()+":"+c.account()+":key/other")
	if c.o.Access != spec.Full || c.m.Profile != spec.Documented {
		c.refuse(c.pass(c.iam("role/Other"), service))
	}
	if c.o.Access != spec.Full {
		c.besideOwn()
	}
}

// besideOwn tries every call that the operator makes beside its own resource and under a longer
// name, and what he does not call at all.
func (c *operatorCalls) besideOwn() {
	no := func(action, resource string) { c.refuse(c.call(action, resource, nil)) }
	allowed, onAny := map[string]bool{}, map[string]bool{}
	var own []Call
	for _, r := range c.own {
		if strings.HasPrefix(r.Action, "personalize:") {
			own = append(own, r)
			allowed[r.Action] = true
			onAny[r.Action] = onAny[r.Action] || r.request.Resource == "*"
		}
	}
	for _, r := range own {
		no(r.Action+"Too", r.request.Resource)
		for _, resource := range c.beside(r.request.Resource) {
			no(r.Action, resource)
		}
		if !onAny[r.Action] {
			no(r.Action, "*")
		}
	}
	for _, a := range everyAction() {
		if !allowed[a] {
			no(a, c.personalize("dataset-group", c.name("dataset-group")))
			no(a, c.personalize("dataset", c.name("dataset")))
			no(a, "*")
		}
	}
}

// beside returns the like of a Personalize resource in another account, in another region, and in
// another dataset group where the name tells.
func (c *operatorCalls) beside(resource string) []string {
	kind, name, ok := strings.Cut(resource[strings.LastIndexByte(resource, ':')+1:], "/")
	if !ok || c.personalize(kind, name) != resource || !strings.Contains(resource, c.account()) {
		return nil
	}
	out := []string{strings.Replace(resource, c.account(), c.otherAccount(), 1),
		strings.Replace(resource, c.region(), "xx-elsewhere-1", 1)}
	if g := c.m.DatasetGroup; g != nil && c.o.Access != spec.Read &&
		slices.Contains([]string{"dataset", "dataset-group"}, kind) {
		out = append(out, c.personalize(kind, "not-"+name))
	}
	return out
}
