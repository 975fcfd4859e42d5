package calls

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

const (
	pageOperator = "grant-user-permissions"
	pageSetUp    = "aws-personalize-set-up-permissions#set-up-required-permissions" // of 2022
	pageActions  = "service-authorization:list_personalize"
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
		t.admit(o)
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
	deploys  []deployCall
	again    bool // there is another one with the same policies before
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

// all makes the calls of the operator's levels of access. It returns whether it hands the service
// role to Personalize.
func (c *operatorCalls) all() (passes bool) {
	for _, level := range c.o.Access {
		switch level {
		case spec.Full:
			passes = true
			for _, action := range []string{"personalize:AnyAction", "personalize:CreateDatasetGroup",
				"personalize:DeleteDatasetGroup"} {
				c.require(c.call(action, c.personalize("dataset-group", "any"), nil))
			}
		case spec.Operate:
			passes = c.operate() || passes
		case spec.Build:
			passes = true
			c.rows(buildRows)
		case spec.Read:
			c.rows(readRows())
		case spec.Runtime:
			c.rows(runtimeRows)
		case spec.Deploy:
			passes = c.deploy() || passes
		}
	}
	if passes {
		ok := c.pass(c.roleARN(), service)
		ok.Source = pageOperator
		c.require(ok)
	}
	c.data()
	c.useKeys()
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
		c.rows(findRows[w.Type])
		if kind, ok := jobTags[w.Type]; ok && len(c.m.Tags) > 0 {
			c.rows([]operatorRow{{"TagResource", []string{kind}}})
		}
	}
	c.rows(findGroupRows)
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
		if !c.mayDeploy(a, c.roleARN()) {
			no(a, c.roleARN(), c.with(c.plain, "iam:PassedToService", service))
		}
	}
	c.mustNotInBuckets(no)
	c.mustNotWithKeys()
	if !c.o.Has(spec.Full) || c.m.Profile != spec.Documented {
		c.refuse(c.pass(c.iam("role/Other"), service))
	}
	if !c.o.Has(spec.Full) {
		c.besideOwn()
	}
	if c.o.Has(spec.Deploy) {
		c.mustNotDeploy()
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
	if g := c.m.DatasetGroup; g != nil && !c.o.Has(spec.Read) &&
		slices.Contains([]string{"dataset", "dataset-group"}, kind) {
		out = append(out, c.personalize(kind, "not-"+name))
	}
	return out
}
