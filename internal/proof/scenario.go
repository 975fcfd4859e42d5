package proof

import (
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Call is one request, with the policies that decide it.
type Call struct {
	Workflow string // "import data/datasets/", "operator admins", "administration of key shop"
	Who      string // service, role, operator, administrator, or who must not pass
	Action   string
	On       string // what it works on, for people
	Source   string
	Place    string // path of the spec's part that it comes from, a key of spec.Places

	Identity []string // documents of the caller, by name
	Resource string   // document of what is worked on, by name; "" for none

	over string // document of what is worked on, by name, also where Identity alone has to allow the call
	key  string // ID of the key that is used, or that what is written is encrypted with

	request  policy.Request
	identity []policy.Document // in place of Identity: documents that no setup owns
	resource *policy.Document  // in place of Resource

	prepared *policy.Prepared // made when it is first decided
}

// scenario makes requests for one setup under one environment.
type scenario struct {
	m        *model.Setup
	env      policy.Env
	required []Call
	refused  []Call
}

func (s *scenario) account() string   { return s.env[model.RefAccount] }
func (s *scenario) region() string    { return s.env[model.RefRegion] }
func (s *scenario) partition() string { return s.env[model.RefPartition] }
func (s *scenario) roleARN() string   { return s.env[model.RefRoleARN] }

const (
	service      = "personalize.amazonaws.com"
	otherService = "lambda.amazonaws.com"
	otherAccount = "999900001111"
)

// personalize gives the ARN of a Personalize resource; those of AWS carry no region and no account.
func (s *scenario) personalize(kind, name string) string {
	if kind == "algorithm" || kind == "feature-transformation" || kind == "recipe" {
		return "arn:" + s.partition() + ":personalize:::" + kind + "/" + name
	}
	return "arn:" + s.partition() + ":personalize:" + s.region() + ":" + s.account() + ":" + kind + "/" + name
}

// sourced is the context of a request that Personalize makes for a resource of an account (IAM User Guide, "The confused deputy problem").
func (s *scenario) sourced(account string) map[string][]string {
	return map[string][]string{
		"aws:SourceAccount":   {account},
		"aws:SourceArn":       {"arn:" + s.partition() + ":personalize:" + s.region() + ":" + account + ":dataset-import-job/job"},
		"aws:SecureTransport": {"true"},
	}
}

func secure() map[string][]string { return map[string][]string{"aws:SecureTransport": {"true"}} }

// rolePolicies names the documents of the service role.
func (s *scenario) rolePolicies() []string {
	var names []string
	for _, d := range s.m.Role.Policies {
		names = append(names, d.Name)
	}
	return names
}

// openKey is the key policy that KMS gives a new key: the account, and with it the policies of its users and roles, may do everything
// (KMS Developer Guide, "Default key policy"). With it a request is decided by the caller's own policies.
func (s *scenario) openKey() *policy.Document {
	return &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{
		Effect:    policy.Allow,
		Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: policy.List(policy.Literal("arn:" + s.partition() + ":iam::" + s.account() + ":root"))}}},
		Action:    policy.List(policy.Literal("kms:*")),
		Resource:  policy.List(policy.Literal("*")),
	}}}
}

// everything is an identity policy that allows all.
var everything = policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{
	Effect: policy.Allow, Action: policy.List(policy.Literal("*")), Resource: policy.List(policy.Literal("*")),
}}}

func (s *scenario) require(c Call) { s.required = append(s.required, s.finish(c)) }
func (s *scenario) refuse(c Call)  { s.refused = append(s.refused, s.finish(c)) }

func (s *scenario) finish(c Call) Call {
	c.request.Action = c.Action
	if c.request.ResourceAccount == "" {
		c.request.ResourceAccount = s.account()
	}
	// A stranger's own policies let him do everything, so that the resource's policy alone is left to refuse him. (Within the account this would
	// pass for a bucket or a key, by design: there whoever writes the policies of users decides.)
	if c.Who == "stranger" && (strings.Contains(c.request.Principal, otherAccount) || c.Action == "sts:AssumeRole" && strings.HasPrefix(c.request.Principal, "arn:")) {
		c.identity = []policy.Document{everything}
	}
	if c.request.Context == nil {
		c.request.Context = secure()
	}
	return c
}

// newScenario makes every call that the setup needs, and every call that it must not let pass.
func newScenario(m *model.Setup, env policy.Env) *scenario {
	s := &scenario{m: m, env: env}
	s.trustCalls()
	s.workflows()
	s.administration()
	s.operators()
	s.refuseRole()
	s.refuseOnBuckets()
	s.refuseOnKeys()
	s.refuseTrust()
	return s
}

// workflows makes the calls of all workflows, and those on an encrypted dataset group.
func (s *scenario) workflows() {
	for _, w := range s.m.Workflows {
		s.workflow(w)
	}
	if g := s.m.DatasetGroup; g != nil && g.Key != "" {
		for _, r := range groupRows {
			if s.m.Profile != spec.Documented || documentedRow(r) {
				s.row(r, "encrypted dataset group "+g.Name, "datasetGroup", nil, nil)
			}
		}
	}
}

func (s *scenario) trustCalls() {
	s.require(Call{Workflow: "every workflow", Who: "service", Action: "sts:AssumeRole", On: trust, Source: pageTrust, Place: "role",
		Resource: "role-trust", request: policy.Request{Principal: service, Resource: s.roleARN(), Context: s.sourced(s.account())}})
}

func (s *scenario) workflow(w spec.Workflow) {
	name := w.Type
	place := ""
	for i, v := range s.m.Workflows {
		if v == w {
			place = workflowPlace(i)
		}
	}
	for _, l := range []*spec.Location{w.From, w.To} {
		if l != nil {
			name += " " + l.Bucket + "/" + l.Prefix
		}
	}
	for _, r := range workflowRows[w.Type] {
		if s.m.Profile == spec.Documented && !documentedRow(r) {
			continue
		}
		s.row(r, name, place, w.From, w.To)
	}
}

// row turns a row of the table into a call, unless it concerns a key or a bucket that the workflow does not have.
func (s *scenario) row(r row, workflow, place string, from, to *spec.Location) {
	c := Call{Workflow: workflow, Who: r.who, Action: r.action, On: r.on, Source: r.source, Place: place}
	loc := from
	if strings.Contains(r.on, "written") {
		loc = to
	}
	var key string
	switch r.on {
	case fromBucket, toBucket, fromObject, toObject:
		if loc == nil {
			return
		}
		c.Resource = "bucket-" + loc.Bucket
		c.request.Resource = s.env[model.RefBucketARN(loc.Bucket)]
		c.request.Context = s.sourced(s.account())
		if r.on == fromBucket || r.on == toBucket {
			c.request.Context["s3:prefix"] = []string{loc.Prefix}
		} else {
			c.request.Resource += "/" + object(loc.Prefix)
		}
	case fromKey, toKey:
		if loc == nil {
			return
		}
		key = s.bucket(loc.Bucket).Key
	case groupKey:
		if s.m.DatasetGroup != nil {
			key = s.m.DatasetGroup.Key
		}
	case metrics:
		c.request.Resource = "*"
	}
	if r.on == fromKey || r.on == toKey || r.on == groupKey {
		if key == "" {
			return
		}
		c.Resource = "key-" + key
		c.request.Resource = s.env[model.RefKeyARN(key)]
		c.request.Context = s.sourced(s.account())
	}
	if r.who == "service" {
		c.request.Principal = service
	} else {
		c.request.Principal = s.roleARN()
		delete(c.request.Context, "aws:SourceAccount")
		delete(c.request.Context, "aws:SourceArn")
	}
	c.over, c.key = c.Resource, key
	if r.on == toObject {
		c.key = s.bucket(loc.Bucket).Key
	}
	if r.grant == "identity" {
		c.Identity = s.rolePolicies()
		if strings.HasPrefix(c.Resource, "key-") {
			c.resource = s.openKey()
		}
		c.Resource = ""
	}
	s.require(c)
}

// object is an object that a job reads or writes under a prefix; a prefix that does not end in a slash may be the file itself.
func object(prefix string) string {
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		return prefix + "part-0.csv"
	}
	return prefix
}

func (s *scenario) bucket(id string) model.Bucket {
	for _, b := range s.m.Buckets {
		if b.ID == id {
			return b
		}
	}
	return model.Bucket{}
}

// administration is what whoever administers a created key must be able to do, or the key is lost (KMS Developer Guide, "Default key policy"). The key
// policy has to say so by itself: what the administrators' own policies allow is not known here.
func (s *scenario) administration() {
	for _, k := range s.m.Keys {
		if k.Existing() {
			continue
		}
		for _, admin := range k.Admins {
			who := admin.Fill(s.env).IAM()
			for _, action := range []string{"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DescribeKey", "kms:AnyAdministration"} {
				s.require(Call{Workflow: "administration of key " + k.ID, Who: "administrator", Action: action, On: "the key",
					Source: "kms:key-policy-default", Place: "keys." + k.ID, Resource: k.Policy.Name,
					request: policy.Request{Principal: who, Resource: s.env[model.RefKeyARN(k.ID)]}})
			}
		}
	}
}

func workflowPlace(i int) string { return "workflows[" + strconv.Itoa(i) + "]" }
