package calls

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/spec"
)

// Tool is what applies a setup.
type Tool string

// The tools, by the names of their targets.
const (
	Scripts        Tool = "shell"
	Terraform      Tool = "terraform"
	CloudFormation Tool = "cloudformation"
)

// DeployActions returns the actions that a tool is said to need, for whatever setup, sorted.
// Beside them are those on a dataset group's key, and iam:PassRole.
func DeployActions(tool Tool) []string {
	var out []string
	for _, r := range deployRows {
		if r.tool == tool {
			out = append(out, strings.Fields(r.actions)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var deploySources = map[Tool]string{Scripts: "scripts:recorded", Terraform: "terraform:recorded",
	CloudFormation: "cloudformation-registry:handlers"}

// deployOn is something that a call works on, with the condition key that tells of it.
type deployOn struct {
	resource, key, value string
	wide                 string // how the ARNs of what may be in its place begin; "" for this alone
}

// deploy makes the calls of whoever applies the setup. It returns whether they hand the service
// role to Personalize.
func (c *operatorCalls) deploy() (passes bool) {
	for _, r := range deployRows {
		if !slices.Contains(c.m.Targets, string(r.tool)) {
			continue
		}
		for _, on := range c.worksOn(r) {
			for _, action := range strings.Fields(r.actions) {
				in := c.plain
				if on.key != "" {
					in = c.with(in, on.key, on.value)
				}
				call := c.call(action, on.resource, in)
				call.Source = deploySources[r.tool]
				if strings.HasPrefix(action, "kms:") {
					call.instead = c.openKey
				}
				c.require(call)
				c.deploys = append(c.deploys, deployCall{action, on})
			}
		}
	}
	c.administers()
	g := c.m.DatasetGroup
	return g != nil && g.Key != "" && c.makesGroup()
}

// deployCall is what a tool calls.
type deployCall struct {
	action string
	on     deployOn
}

// makesGroup reports whether some tool makes the dataset group: one that is there already, scripts
// alone look after.
func (t *Table) makesGroup() bool {
	has := func(tool Tool) bool { return slices.Contains(t.m.Targets, string(tool)) }
	return t.m.DatasetGroup != nil &&
		(has(Scripts) || !t.m.DatasetGroup.Existing && (has(Terraform) || has(CloudFormation)))
}

// uploaded returns the objects that the scripts upload to a bucket.
func (t *Table) uploaded(bucket string) []string {
	var out []string
	for _, u := range t.m.Uploads {
		if u.To.Bucket == bucket && slices.Contains(t.m.Targets, string(Scripts)) {
			out = append(out, u.To.Prefix)
		}
	}
	return out
}

// keyChanges are what whoever deploys does with a key, and what its policy has to leave to him.
var keyChanges = []string{"kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"}

// administers notes the keys whose policies leave nothing to who deploys: his own policies do not
// count there.
func (c *operatorCalls) administers() {
	if !c.Table.deployed {
		return
	}
	scripts, terraform := slices.Contains(c.m.Targets, string(Scripts)), slices.Contains(c.m.Targets, string(Terraform))
	for _, k := range c.m.Keys {
		if k.Existing() && !scripts && !(terraform && whole(k.Policy)) {
			continue
		}
		switch {
		case !c.knows(k):
			c.unproved(k, "the key's policy is not known", presentPolicy(k))
		case !c.letsIn(c.besideOperators(k), k, c.who, keyChanges):
			c.unproved(k, "the key's policy leaves its administration to others, and who deploys changes it",
				"name who deploys in it (under admins, where the setup makes the key), or let the account "+
					"decide: "+c.iam("root")+" may do kms:*")
		}
	}
}

// mayDeploy reports whether an operator who deploys makes a call like this one, with or without the
// condition key that tells of it.
func (c *operatorCalls) mayDeploy(action, resource string) bool {
	return c.o.Has(spec.Deploy) && slices.ContainsFunc(c.deploys, func(d deployCall) bool {
		return d.action == action && d.on.key == "" &&
			(d.on.resource == resource || d.on.wide != "" && strings.HasPrefix(resource, d.on.wide))
	})
}

// beyond are actions that nobody needs who deploys.
var beyond = []string{"iam:CreateUser", "iam:CreateAccessKey", "iam:UpdateUser", "iam:PutUserPolicy",
	"iam:AddUserToGroup", "iam:CreateServiceLinkedRole", "sts:AssumeRole", "s3:DeleteObject", "s3:GetObject",
	"s3:PutBucketAcl", "s3:PutReplicationConfiguration", "s3:DeleteBucket", "kms:ScheduleKeyDeletion", "kms:DisableKey",
	"kms:CreateGrant", "kms:Decrypt", "personalize:DeleteDatasetGroup", "cloudformation:UpdateStack",
	"cloudformation:CreateStack", "cloudformation:DeleteChangeSet", "any:Action"}

// mustNotDeploy tries what is beside each call of who deploys: another action, another name,
// account and region, and without what tells of it.
func (c *operatorCalls) mustNotDeploy() {
	no := func(action, resource string, in *context) {
		call := c.call(action, resource, in)
		if strings.HasPrefix(action, "kms:") {
			call.instead = c.openKey
		}
		c.refuse(call)
	}
	tried := map[string]bool{}
	for _, d := range c.deploys {
		in := c.plain
		if d.on.key != "" {
			in = c.with(in, d.on.key, d.on.value)
			if d.on.key == keyAliases && c.makes(d.on.value) { // beside an alias of somebody else's
				no(d.action, d.on.resource, c.with(c.plain, keyAliases, "alias/"+made))
			}
			if !c.mayDeploy(d.action, d.on.resource) {
				no(d.action, d.on.resource, nil)
				no(d.action, d.on.resource, c.with(c.plain, d.on.key, made))
				if other := c.elsewhere(d.on.resource); other != "" && !c.mayDeploy(d.action, other) {
					no(d.action, other, in)
				}
				if d.on.key == "iam:PolicyARN" {
					for _, p := range []string{"iam::aws:policy/" + made, "iam::" + c.account() + ":policy/" + made} {
						no(d.action, d.on.resource, c.with(c.plain, d.on.key, "arn:"+c.partition()+":"+p))
					}
				}
			}
		}
		no(d.action+"Too", d.on.resource, in)
		if d.on.resource == "*" {
			continue
		}
		for _, other := range c.besideDeployed(d.on.resource) {
			if !c.mayDeploy(d.action, other) && !c.needs(d.action, other) {
				no(d.action, other, nil)
				if strings.HasPrefix(d.action, "iam:Attach") {
					no(d.action, other, in)
				}
			}
		}
		if tried[d.on.resource] {
			continue
		}
		tried[d.on.resource] = true
		for _, a := range beyond {
			onAlias := strings.HasPrefix(a, "kms:") && strings.Contains(d.on.resource, ":alias/") // works on keys
			if !onAlias && !c.mayDeploy(a, d.on.resource) && !c.needs(a, d.on.resource) {
				no(a, d.on.resource, in)
			}
		}
	}
}

// elsewhere returns what no grant on a role, user, group or policy is about, whatever its tags are: a policy whose
// name begins otherwise, or a thing of another type; "" for what is none of IAM.
func (c *operatorCalls) elsewhere(resource string) string {
	rest, ok := strings.CutPrefix(resource, c.iam(""))
	switch {
	case !ok:
		return ""
	case strings.HasPrefix(rest, "policy/"):
		return c.iam("policy/" + made)
	}
	return c.iam("server-certificate/" + made)
}

// needs reports whether the operator makes this call.
func (c *operatorCalls) needs(action, resource string) bool {
	return slices.ContainsFunc(c.own, func(r Call) bool {
		return r.Action == action && r.request.Resource == resource
	})
}

// besideDeployed returns resources like another one: with another name, in another account and
// region.
func (c *operatorCalls) besideDeployed(resource string) []string {
	out := []string{resource + "-" + made}
	if strings.HasPrefix(resource, "arn:"+c.partition()+":cloudformation:") { // a name, and an ID behind it
		name, id, _ := strings.Cut(strings.TrimPrefix(resource[strings.LastIndexByte(resource, ':')+1:], "stack/"), "/")
		out = []string{strings.Replace(resource, name+"/"+id, name+"-"+made+"/"+id, 1)}
	}
	if strings.Contains(resource, ":"+c.account()+":") {
		out = append(out, strings.Replace(resource, ":"+c.account()+":", ":"+c.otherAccount()+":", 1))
	}
	if strings.Contains(resource, ":"+c.region()+":") {
		out = append(out, strings.Replace(resource, ":"+c.region()+":", ":xx-elsewhere-1:", 1))
	}
	return out
}
