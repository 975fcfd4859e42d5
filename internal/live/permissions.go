package live

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// Permissions returns the policy that Gather needs for ask, for the user or role whose credentials
// it gets: it allows to get, list and describe, each action on as few resources as are known before
// anything was read (Service Authorization Reference). What a job or bucket names is known
// afterwards alone, so that its roles, buckets and keys are allowed by pattern. Where ask has a
// name and no ARN, Ask.Partition, Account and Region narrow it.
//
// Keys need what their policies say besides: those of another account, or without the account's
// statement, do not look at this policy. Names in ask that cannot be are left out.
func Permissions(ask Ask) policy.Document {
	w := needs{partition: cmp.Or(ask.Partition, "aws"), account: cmp.Or(ask.Account, "*"),
		region: cmp.Or(ask.Region, "*")}
	w.jobs(ask.Jobs)
	w.roles(ask)
	w.users(ask.Operators)
	w.buckets(ask)
	w.keys(ask)
	if ask.Control {
		w.control()
	}
	return policy.Document{Version: policy.Version2012, Statements: w.statements}
}

// needs collects statements.
type needs struct {
	statements                 []policy.Statement
	partition, account, region string // for names without an ARN
}

func (w *needs) allow(sid string, actions, resources []string, conditions ...policy.Condition) {
	slices.Sort(resources)
	w.statements = append(w.statements, policy.Statement{Sid: sid, Effect: policy.Allow,
		Action:   texts(actions),
		Resource: texts(slices.Compact(resources)), Condition: conditions})
}

func texts(list []string) policy.Texts {
	var out policy.Texts
	for _, s := range list {
		out.Values = append(out.Values, policy.Literal(s))
	}
	return out
}

// arn returns an ARN of this partition.
func (w *needs) arn(service, region, account, resource string) string {
	return policy.ARN{Partition: w.partition, Service: service, Region: region, Account: account,
		Resource: resource}.String()
}

// describing are the actions for what Describe is called for, by the kind of the ARN.
var describing = map[string]string{
	"dataset-import-job":  "personalize:DescribeDatasetImportJob",
	"dataset-export-job":  "personalize:DescribeDatasetExportJob",
	"batch-inference-job": "personalize:DescribeBatchInferenceJob",
	"batch-segment-job":   "personalize:DescribeBatchSegmentJob",
	"data-deletion-job":   "personalize:DescribeDataDeletionJob",
	"metric-attribution":  "personalize:DescribeMetricAttribution",
	"dataset-group":       "personalize:DescribeDatasetGroup",
	"dataset":             "personalize:DescribeDataset",
	"solution":            "personalize:DescribeSolutionVersion",
}

func (w *needs) jobs(arns []string) {
	var actions, resources []string
	for _, s := range arns {
		j, ok := parseJob(s)
		if !ok {
			continue
		}
		actions, resources = append(actions, describing[j.kind]), append(resources, s)
		for _, kind := range j.follow {
			arn := j.arn
			arn.Resource = kind + "/*"
			actions, resources = append(actions, describing[kind]), append(resources, arn.String())
		}
	}
	if len(actions) > 0 {
		slices.Sort(actions)
		w.allow("DescribeJobs", slices.Compact(actions), resources)
	}
}

// owners returns the partitions and accounts of the jobs.
func owners(jobs []string) []policy.ARN {
	var list []policy.ARN
	for _, s := range jobs {
		if j, ok := parseJob(s); ok {
			list = append(list, policy.ARN{Partition: j.arn.Partition, Account: j.arn.Account})
		}
	}
	return list
}

func (w *needs) roles(ask Ask) {
	var resources, policies []string
	add := func(e entity) {
		partition, account := cmp.Or(e.partition, w.partition), cmp.Or(e.account, w.account)
		role := policy.ARN{Partition: partition, Service: "iam", Account: account}
		managed := role
		managed.Resource = "policy/*"
		policies = append(policies, managed.String())
		managed.Account = "aws"
		policies = append(policies, managed.String())
		switch {
		case e.user:
		case e.full != "":
			resources = append(resources, e.full)
		default: // the path of a role is not in its name
			for _, r := range []string{"role/" + e.name, "role/*/" + e.name} {
				role.Resource = r
				resources = append(resources, role.String())
			}
		}
	}
	for _, s := range ask.Roles {
		if e, ok := parseRole(s); ok {
			add(e)
		}
	}
	for _, s := range ask.Operators {
		if e, ok := parseOperator(s); ok {
			add(e)
		}
	}
	for _, o := range owners(ask.Jobs) { // a job's role is one of its account
		add(entity{user: true, partition: o.Partition, account: o.Account})
		o.Service, o.Resource = "iam", "role/*"
		resources = append(resources, o.String())
	}
	if len(resources) > 0 {
		w.allow("ReadRoles", []string{"iam:GetRole", "iam:GetRolePolicy",
			"iam:ListAttachedRolePolicies", "iam:ListRolePolicies"}, resources)
	}
	if len(policies) > 0 {
		w.allow("ReadManagedPolicies", []string{"iam:GetPolicy", "iam:GetPolicyVersion"}, policies)
	}
}

func (w *needs) users(operators []string) {
	var users, groups []string
	for _, s := range operators {
		e, ok := parseOperator(s)
		if !ok || !e.user {
			continue
		}
		users = append(users, e.full)
		groups = append(groups, policy.ARN{Partition: e.partition, Service: "iam",
			Account:  e.account,
			Resource: "group/*"}.String())
	}
	if len(users) == 0 {
		return
	}
	w.allow("ReadUsers", []string{"iam:GetUser", "iam:GetUserPolicy",
		"iam:ListAttachedUserPolicies",
		"iam:ListGroupsForUser",
		"iam:ListUserPolicies"}, users)
	w.allow("ReadGroups", []string{"iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies",
		"iam:ListGroupPolicies"}, groups)
}

func (w *needs) buckets(ask Ask) {
	var resources []string
	for _, s := range ask.Buckets {
		if name, ok := parseBucket(s); ok {
			resources = append(resources, w.arn("s3", "", "", name))
		}
	}
	jobs := slices.DeleteFunc(slices.Clone(ask.Jobs), func(s string) bool { // it names none
		j, _ := parseJob(s)
		return j.kind == "dataset-group"
	})
	for _, o := range owners(jobs) {
		o.Service, o.Account, o.Resource = "s3", "", "*"
		resources = append(resources, o.String())
	}
	if len(resources) > 0 {
		w.allow("ReadBuckets", []string{"s3:GetBucketLocation", "s3:GetBucketOwnershipControls",
			"s3:GetBucketPolicy",
			"s3:GetBucketPublicAccessBlock", "s3:GetEncryptionConfiguration"}, resources)
	}
}

func (w *needs) keys(ask Ask) {
	reads := []string{"kms:DescribeKey", "kms:GetKeyPolicy"}
	var resources, aliases, under []string
	for _, s := range ask.Keys {
		k, ok := parseKey(s)
		if !ok {
			continue
		}
		arn := policy.ARN{Partition: cmp.Or(k.partition, w.partition), Service: "kms",
			Region:  cmp.Or(k.region, w.region),
			Account: cmp.Or(k.account, w.account), Resource: "key/" + k.id}
		if k.alias() {
			arn.Resource = "key/*"
			aliases, under = append(aliases, k.id), append(under, arn.String())
			continue
		}
		resources = append(resources, arn.String())
	}
	anywhere := owners(ask.Jobs) // what they and buckets name is any key, of another account too
	if slices.ContainsFunc(ask.Buckets, func(s string) bool {
		_, ok := parseBucket(s)
		return ok
	}) {
		anywhere = append(anywhere, policy.ARN{Partition: w.partition})
	}
	for _, o := range anywhere {
		o.Service, o.Region, o.Account, o.Resource = "kms", "*", "*", "key/*"
		resources = append(resources, o.String())
	}
	if len(resources) > 0 {
		w.allow("ReadKeys", reads, resources)
	}
	if len(aliases) > 0 {
		slices.Sort(aliases)
		w.allow("ReadKeysOfAliases", reads, under,
			policy.Condition{Operator: "ForAnyValue:StringEquals", Key: "kms:ResourceAliases",
				Values: texts(slices.Compact(aliases))})
	}
	if len(resources)+len(aliases) > 0 {
		w.allow("ListAliases", []string{"kms:ListAliases"}, []string{"*"})
	}
}

// control allows to read what restricts the account. The actions on accounts, units and roots are
// on those of any organization: its ID is not in Ask.
func (w *needs) control() {
	accounts := w.arn("organizations", "", "*", "account/o-*/"+w.account)
	units := w.arn("organizations", "", "*", "ou/o-*/ou-*")
	root := w.arn("organizations", "", "*", "root/o-*/r-*")
	w.allow("ReadParents", []string{"organizations:ListParents"}, []string{accounts, units})
	w.allow("ListControlPolicies", []string{"organizations:ListPoliciesForTarget"},
		[]string{accounts, units, root})
	var policies []string
	for _, kind := range []string{"service_control_policy", "resource_control_policy"} {
		policies = append(policies, w.arn("organizations", "", "*", strings.Join([]string{"policy",
			"o-*", kind, "p-*"}, "/")),
			w.arn("organizations", "", "aws", "policy/"+kind+"/p-*"))
	}
	w.allow("ReadControlPolicies", []string{"organizations:DescribePolicy"}, policies)
	w.allow("ReadAccountPublicAccessBlock", []string{"s3:GetAccountPublicAccessBlock"},
		[]string{"*"})
}
