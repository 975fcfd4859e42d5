package calls

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
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

// deployKind is what a call of a tool works on.
type deployKind int

const (
	unnamed          deployKind = iota + 1 // no resource
	unnamedForKeys                         // the same, where keys are made
	unnamedForAlias                        // where keys are made, or looked up by their alias
	unnamedForGroup                        // where the dataset group is made
	stack                                  // of the setup
	madeRole                               // the service role that is made
	boundRole                              // the same, with a permissions boundary
	serviceRole                            // the service role, whoever made it
	inlineRole                             // the service role, with inline policies of the setup
	anyRole                                // of the account
	oldRole                                // one with the tag of the setup
	ownPolicy                              // a managed policy of the setup
	begunPolicy                            // one whose name begins as the setup's do, or its own
	oldPolicy                              // one with the tag of the setup too
	user                                   // to whom policies are attached, with one of those
	group                                  //
	role                                   //
	anyUser                                // the same, whoever has one of those
	anyGroup                               //
	anyRoleOfPolicy                        //
	listedUser                             // without a policy
	listedGroup                            //
	listedRole                             //
	listedAnyUser                          //
	listedAnyGroup                         //
	listedAnyRole                          //
	madeBucket                             //
	expiringBucket                         // that is made
	disposableBucket                       // that is made
	existingBucket                         //
	bucketPolicy                           // a bucket whose policy the tool writes
	upload                                 // an object
	madeKey                                // that is made
	disposableKey                          // the same, where nothing protects it
	alias                                  //
	existingKey                            // whose policy the tool writes
	lookedUpKey                            // that is looked up by its alias
	datasetGroup                           // that the tool makes
)

// A deployRow is the calls of a tool on a kind of thing.
//
// Those of scripts and of Terraform are as recorded of them (e2e, TestRealDeploy: the scripts of
// this program on AWS CLI 1.45, hashicorp/aws 6 of Terraform, 2026-11). Those of CloudFormation are
// what the handlers of its types say that they call (CloudFormation registry, the types' schemas,
// handlers.*.permissions, read in 2026-11), without those for properties that no template has; and
// what the AWS CLI calls for the commands of the README. sts:GetCallerIdentity needs no permission
// (AWS STS API Reference).
type deployRow struct {
	tool    Tool
	on      deployKind
	actions string
}

const (
	bucketReads = "s3:ListBucket s3:GetBucketTagging s3:GetBucketPublicAccessBlock " +
		"s3:GetBucketOwnershipControls s3:GetBucketVersioning s3:GetEncryptionConfiguration " +
		"s3:GetLifecycleConfiguration "
	bucketWrites = "s3:CreateBucket s3:PutBucketTagging s3:PutBucketPublicAccessBlock " +
		"s3:PutBucketOwnershipControls s3:PutBucketVersioning s3:PutEncryptionConfiguration "
	// What no template of pzgen's says anything of, and Terraform and CloudFormation read all the same.
	bucketAspects = "s3:GetBucketAcl s3:GetBucketCORS s3:GetBucketWebsite s3:GetAccelerateConfiguration " +
		"s3:GetBucketLogging s3:GetReplicationConfiguration s3:GetBucketObjectLockConfiguration "
	policyActions = "s3:GetBucketPolicy s3:PutBucketPolicy s3:DeleteBucketPolicy"
	keyReads      = "kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags "
	keyWrites     = "kms:TagResource kms:EnableKeyRotation kms:DisableKeyRotation kms:PutKeyPolicy "
	roleReads     = "iam:GetRole iam:ListRolePolicies "
	cloudControl  = "cloudformation:DescribeType cloudformation:CreateResource cloudformation:GetResource " +
		"cloudformation:DeleteResource cloudformation:GetResourceRequestStatus"
	groupHandlers = "personalize:CreateDatasetGroup personalize:DescribeDatasetGroup " +
		"personalize:ListTagsForResource personalize:DeleteDatasetGroup"
)

var deployRows = []deployRow{
	{Scripts, unnamed, "iam:ListRoles iam:ListPolicies tag:GetResources"},
	{Scripts, unnamedForKeys, "kms:CreateKey"},
	{Scripts, madeRole, "iam:CreateRole iam:UpdateAssumeRolePolicy iam:UpdateRole iam:TagRole iam:DeleteRole"},
	{Scripts, boundRole, "iam:PutRolePermissionsBoundary"},
	{Scripts, inlineRole, "iam:PutRolePolicy"},
	{Scripts, serviceRole, "iam:DeleteRolePolicy"},
	{Scripts, anyRole, roleReads + "iam:GetRolePolicy"},
	{Scripts, oldRole, "iam:DetachRolePolicy iam:DeleteRolePolicy iam:DeleteRole"},
	{Scripts, ownPolicy, "iam:CreatePolicy iam:TagPolicy iam:GetPolicyVersion iam:ListPolicyVersions " +
		"iam:CreatePolicyVersion iam:DeletePolicyVersion iam:ListEntitiesForPolicy iam:DeletePolicy"},
	{Scripts, begunPolicy, "iam:GetPolicy"},
	{Scripts, oldPolicy, "iam:GetPolicyVersion iam:ListPolicyVersions iam:DeletePolicyVersion " +
		"iam:ListEntitiesForPolicy iam:DeletePolicy"},
	{Scripts, user, "iam:AttachUserPolicy"},
	{Scripts, group, "iam:AttachGroupPolicy"},
	{Scripts, role, "iam:AttachRolePolicy"},
	{Scripts, anyUser, "iam:DetachUserPolicy"},
	{Scripts, anyGroup, "iam:DetachGroupPolicy"},
	{Scripts, anyRoleOfPolicy, "iam:DetachRolePolicy"},
	{Scripts, listedAnyUser, "iam:ListAttachedUserPolicies"},
	{Scripts, listedAnyGroup, "iam:ListAttachedGroupPolicies"},
	{Scripts, listedAnyRole, "iam:ListAttachedRolePolicies"},
	{Scripts, madeBucket, bucketReads + bucketWrites +
		"s3:GetBucketLocation s3:ListBucketVersions s3:PutLifecycleConfiguration"},
	{Scripts, existingBucket, "s3:ListBucket s3:GetBucketLocation s3:GetEncryptionConfiguration"},
	{Scripts, bucketPolicy, policyActions},
	{Scripts, upload, "s3:GetObject s3:PutObject s3:AbortMultipartUpload"},
	{Scripts, madeKey, keyReads + keyWrites + "kms:CreateAlias"},
	{Scripts, alias, "kms:CreateAlias"},
	{Scripts, existingKey, "kms:DescribeKey kms:GetKeyPolicy kms:PutKeyPolicy"},
	{Scripts, datasetGroup, "personalize:DescribeDatasetGroup personalize:CreateDatasetGroup " +
		"personalize:TagResource"},

	{Terraform, unnamedForKeys, "kms:CreateKey"},
	{Terraform, unnamedForAlias, "kms:ListAliases"},
	{Terraform, unnamedForGroup, cloudControl},
	{Terraform, madeRole, roleReads + "iam:ListAttachedRolePolicies iam:CreateRole " +
		"iam:UpdateAssumeRolePolicy iam:UpdateRoleDescription iam:TagRole iam:UntagRole " +
		"iam:ListInstanceProfilesForRole iam:DeleteRole"},
	{Terraform, boundRole, "iam:PutRolePermissionsBoundary iam:DeleteRolePermissionsBoundary"},
	{Terraform, inlineRole, "iam:GetRolePolicy iam:PutRolePolicy iam:DeleteRolePolicy"},
	{Terraform, ownPolicy, "iam:CreatePolicy iam:GetPolicy iam:TagPolicy iam:UntagPolicy " +
		"iam:GetPolicyVersion iam:ListPolicyVersions iam:CreatePolicyVersion iam:DeletePolicyVersion " +
		"iam:DeletePolicy"},
	{Terraform, user, "iam:AttachUserPolicy iam:DetachUserPolicy"},
	{Terraform, group, "iam:AttachGroupPolicy iam:DetachGroupPolicy"},
	{Terraform, role, "iam:AttachRolePolicy iam:DetachRolePolicy"},
	{Terraform, listedUser, "iam:ListAttachedUserPolicies"},
	{Terraform, listedGroup, "iam:ListAttachedGroupPolicies"},
	{Terraform, listedRole, "iam:ListAttachedRolePolicies"},
	{Terraform, madeBucket, bucketReads + bucketWrites + bucketAspects + "s3:GetBucketRequestPayment"},
	{Terraform, expiringBucket, "s3:PutLifecycleConfiguration"},
	{Terraform, disposableBucket, "s3:DeleteBucket"},
	{Terraform, bucketPolicy, policyActions},
	{Terraform, madeKey, keyReads + keyWrites + "kms:UntagResource kms:CreateAlias kms:DeleteAlias"},
	{Terraform, disposableKey, "kms:ScheduleKeyDeletion"},
	{Terraform, alias, "kms:CreateAlias kms:DeleteAlias"},
	{Terraform, existingKey, keyReads + "kms:PutKeyPolicy"},
	{Terraform, lookedUpKey, "kms:DescribeKey"},
	{Terraform, datasetGroup, groupHandlers},

	{CloudFormation, unnamed, "cloudformation:GetTemplateSummary"},
	{CloudFormation, stack, "cloudformation:DescribeStacks cloudformation:CreateChangeSet " +
		"cloudformation:DescribeChangeSet cloudformation:ExecuteChangeSet cloudformation:DeleteStack"},
	{CloudFormation, unnamedForKeys, "kms:CreateKey kms:ListAliases"},
	{CloudFormation, madeRole, roleReads + "iam:ListAttachedRolePolicies iam:GetRolePolicy iam:CreateRole " +
		"iam:UpdateRole iam:UpdateRoleDescription iam:UpdateAssumeRolePolicy iam:TagRole iam:UntagRole " +
		"iam:DeleteRole"},
	{CloudFormation, boundRole, "iam:PutRolePermissionsBoundary iam:DeleteRolePermissionsBoundary"},
	{CloudFormation, inlineRole, "iam:GetRolePolicy iam:PutRolePolicy iam:DeleteRolePolicy"},
	{CloudFormation, ownPolicy, "iam:CreatePolicy iam:GetPolicy iam:GetPolicyVersion " +
		"iam:ListPolicyVersions iam:CreatePolicyVersion iam:DeletePolicyVersion " +
		"iam:ListEntitiesForPolicy iam:DeletePolicy"},
	{CloudFormation, user, "iam:AttachUserPolicy"},
	{CloudFormation, group, "iam:AttachGroupPolicy"},
	{CloudFormation, role, "iam:AttachRolePolicy"},
	{CloudFormation, anyUser, "iam:DetachUserPolicy"},
	{CloudFormation, anyGroup, "iam:DetachGroupPolicy"},
	{CloudFormation, anyRoleOfPolicy, "iam:DetachRolePolicy"},
	{CloudFormation, madeBucket, bucketReads + bucketWrites + bucketAspects + "s3:PutLifecycleConfiguration " +
		"s3:GetAnalyticsConfiguration s3:GetInventoryConfiguration s3:GetMetricsConfiguration " +
		"s3:GetBucketNotification s3:GetIntelligentTieringConfiguration s3:DeleteBucket"},
	{CloudFormation, bucketPolicy, policyActions},
	{CloudFormation, madeKey, keyReads + keyWrites + "kms:UntagResource kms:UpdateKeyDescription " +
		"kms:CreateAlias kms:UpdateAlias kms:DeleteAlias kms:ScheduleKeyDeletion"},
	{CloudFormation, alias, "kms:CreateAlias kms:UpdateAlias kms:DeleteAlias"},
	{CloudFormation, datasetGroup, groupHandlers + " personalize:TagResource"},
}

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
				call.Source = "deploy:" + string(r.tool)
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

// worksOn returns what the calls of a row work on in this setup.
func (c *operatorCalls) worksOn(r deployRow) []deployOn {
	m := c.m
	makesKeys := slices.ContainsFunc(m.Keys, func(k model.Key) bool { return !k.Existing() })
	only := func(yes bool, resource string) []deployOn {
		if yes {
			return []deployOn{{resource: resource}}
		}
		return nil
	}
	switch r.on {
	case unnamed:
		return only(true, "*")
	case unnamedForKeys:
		return only(makesKeys, "*")
	case unnamedForAlias:
		return only(makesKeys || slices.ContainsFunc(m.Keys, func(k model.Key) bool { return k.Found }), "*")
	case unnamedForGroup:
		return only(m.MadeGroup() != nil, "*")
	case datasetGroup:
		return only(m.MadeGroup() != nil || m.DatasetGroup != nil && r.tool == Scripts,
			c.personalize("dataset-group", c.env[model.RefGroupName]))
	case stack:
		return c.stacks()
	case madeRole, boundRole, serviceRole, inlineRole:
		made := !m.Role.Existing
		is := r.on == serviceRole || r.on == madeRole && made ||
			r.on == boundRole && made && m.Role.Bounded ||
			r.on == inlineRole && m.Role.Inline && len(m.Role.Policies) > 0
		return only(is, c.roleARN())
	case anyRole, oldRole, ownPolicy, begunPolicy, oldPolicy:
		return c.rolesAndPolicies(r.on)
	case user, group, role, anyUser, anyGroup, anyRoleOfPolicy, listedUser, listedGroup, listedRole,
		listedAnyUser, listedAnyGroup, listedAnyRole:
		return c.people(r)
	}
	return append(c.bucketsOf(r), c.keysOf(r)...)
}

// stacks are those of the README's commands: two where the dataset group waits for the policy of a
// key that exists.
func (c *operatorCalls) stacks() []deployOn {
	at := "arn:" + c.partition() + ":cloudformation:" + c.region() + ":" + c.account() + ":stack/personalize-" + c.m.Name
	out := []deployOn{{resource: at + "/0"}}
	g := c.m.MadeGroup()
	if g == nil || c.m.Role.Existing {
		return out
	}
	for _, k := range c.m.Keys {
		if k.ID == g.Key && k.Existing() {
			out = append(out, deployOn{resource: at + "-dataset-group/0"})
		}
	}
	return out
}

const setupTag = "aws:ResourceTag/pzgen:setup"

// rolesAndPolicies are those of the setup, and those that it may have made before.
func (c *operatorCalls) rolesAndPolicies(kind deployKind) (out []deployOn) {
	own := c.ownPolicies()
	for _, n := range c.m.Names() {
		begun := []string{"policy/Personalize-" + n, "policy/Personalize-" + n + "-" + made}
		switch kind {
		case oldRole:
			out = append(out, deployOn{resource: c.iam("role/" + made), key: setupTag, value: n})
		case begunPolicy, oldPolicy:
			for _, b := range begun {
				on := deployOn{resource: c.iam(b), wide: c.iam("policy/Personalize-" + n + "-")}
				if kind == oldPolicy {
					on.key, on.value = setupTag, n
				}
				out = append(out, on)
			}
		}
	}
	switch kind {
	case anyRole:
		return []deployOn{{resource: c.iam("role/" + made), wide: c.iam("role/")}}
	case ownPolicy, begunPolicy:
		for _, arn := range own {
			out = append(out, deployOn{resource: arn})
		}
	}
	return out
}

// ownPolicies returns the ARNs of the managed policies of the setup.
func (t *Table) ownPolicies() []string {
	var out []string
	add := func(docs []model.Doc) {
		for _, d := range docs {
			out = append(out, t.iam("policy/"+d.PolicyName))
		}
	}
	if !t.m.Role.Inline {
		add(t.m.Role.Policies)
	}
	for _, o := range t.m.Operators {
		add(o.Policies)
	}
	return out
}

// people are those whom policies are attached to, each with each policy that the setup has or
// names.
func (c *operatorCalls) people(r deployRow) (out []deployOn) {
	kind := deployed.RoleP
	switch r.on {
	case user, anyUser, listedUser, listedAnyUser:
		kind = deployed.User
	case group, anyGroup, listedGroup, listedAnyGroup:
		kind = deployed.Group
	}
	anybody := c.iam(string(kind) + "/" + made)
	wide := c.iam(string(kind) + "/")
	switch r.on {
	case listedAnyUser, listedAnyGroup, listedAnyRole:
		return []deployOn{{resource: anybody, wide: wide}}
	}
	var who []string
	policies := c.ownPolicies()
	for _, m := range c.m.Role.ManagedPolicies {
		policies = append(policies, m.Fill(c.env).IAM())
	}
	toRole := len(c.m.Role.ManagedPolicies) > 0 || !c.m.Role.Inline && len(c.m.Role.Policies) > 0
	if toRole && kind == deployed.RoleP && r.on == role {
		who = append(who, c.roleARN())
	}
	for _, o := range c.m.Operators {
		if len(o.Policies)+len(o.ManagedPolicies) == 0 {
			continue
		}
		for _, m := range o.ManagedPolicies {
			policies = append(policies, m.Fill(c.env).IAM())
		}
		for _, a := range o.Audiences() {
			if a.Kind == kind {
				who = append(who, c.memberARNs(kind, a.Names)...)
			}
		}
	}
	switch r.on {
	case listedUser, listedGroup, listedRole:
		for _, w := range who {
			out = append(out, deployOn{resource: w})
		}
		return out
	case anyUser, anyGroup, anyRoleOfPolicy:
		who = []string{anybody}
		if r.tool == Scripts {
			for _, n := range c.m.Names() {
				policies = append(policies, c.iam("policy/Personalize-"+n), c.iam("policy/Personalize-"+n+"-"+made))
			}
		}
	}
	for _, w := range who {
		for _, p := range policies {
			out = append(out, deployOn{resource: w, key: "iam:PolicyARN", value: p})
		}
	}
	return out
}

// memberARNs returns the ARNs of users, groups or roles of the account, with the paths that the
// documents of the setup know.
func (c *operatorCalls) memberARNs(kind deployed.PrincipalKind, names []string) []string {
	var out []string
	for _, n := range names {
		arn := c.iam(string(kind) + "/" + n)
		if kind != deployed.Group {
			if known := c.real().arns(string(kind), []string{n}); len(known) == 1 {
				arn = c.iam(strings.TrimPrefix(known[0], c.real().iam("")))
			}
		}
		out = append(out, arn)
	}
	return out
}

func whole(d model.Doc) bool { return d.Name != "" && !d.Partial }

// bucketsOf are the buckets that the calls of a row work on.
func (c *operatorCalls) bucketsOf(r deployRow) (out []deployOn) {
	for _, b := range c.m.Buckets {
		arn := c.env[model.RefBucketARN(b.ID)]
		is := false
		switch r.on {
		case madeBucket:
			is = !b.Existing
		case expiringBucket:
			is = !b.Existing && b.ExpireDays > 0
		case disposableBucket:
			is = !b.Existing && b.Disposable
		case existingBucket:
			is = b.Existing
		case bucketPolicy:
			is = !b.Existing || r.tool == Scripts || whole(b.Policy)
		case upload:
			for _, key := range c.uploaded(b.ID) {
				out = append(out, deployOn{resource: arn + "/" + key})
			}
		}
		if is {
			out = append(out, deployOn{resource: arn})
		}
	}
	return out
}

// keysOf are the keys and aliases that the calls of a row work on. A key that is yet to be made has
// no name that a policy could have. Its alias comes after it and may go before it, so that each call
// is made with the alias and without.
func (c *operatorCalls) keysOf(r deployRow) (out []deployOn) {
	at := "arn:" + c.partition() + ":kms:" + c.region() + ":" + c.account() + ":"
	for _, k := range c.m.Keys {
		arn := c.env[model.RefKeyARN(k.ID)]
		switch {
		case k.Existing():
			if r.on == existingKey && (r.tool == Scripts || whole(k.Policy)) ||
				r.on == lookedUpKey && k.Found {
				named := "alias/" + made // by somebody else
				if k.Found {
					named = k.Alias
				}
				out = append(out, deployOn{resource: arn}, deployOn{resource: arn, key: keyAliases, value: named})
			}
		case r.on == madeKey, r.on == disposableKey && k.Disposable:
			out = append(out, deployOn{resource: arn, wide: at + "key/"},
				deployOn{resource: arn, key: keyAliases, value: k.Alias})
		case r.on == alias:
			out = append(out, deployOn{resource: at + k.Alias})
		}
	}
	return out
}

// makes reports whether the setup makes the key with an alias.
func (t *Table) makes(alias string) bool {
	return slices.ContainsFunc(t.m.Keys, func(k model.Key) bool { return !k.Existing() && k.Alias == alias })
}

const keyAliases = "kms:ResourceAliases"

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
			c.unproved(k, "the key's policy is not known", "save it with `aws kms get-key-policy "+
				"--policy-name default --query Policy --output text` and give the file as policy")
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
			}
		}
		if tried[d.on.resource] {
			continue
		}
		tried[d.on.resource] = true
		for _, a := range beyond {
			if !c.mayDeploy(a, d.on.resource) && !c.needs(a, d.on.resource) {
				no(a, d.on.resource, in)
			}
		}
	}
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
