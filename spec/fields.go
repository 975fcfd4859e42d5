package spec

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// This file declares the format: which fields there are, what each takes and what it means. The loader and the JSON Schema are both made from it.

var (
	profiles     = []string{LeastPrivilege, Documented}
	deputies     = []string{DeputyTrust, DeputyEverywhere, DeputyAccount, DeputyNone}
	partitions   = []string{"aws", "aws-cn"}
	targets      = []string{"json", "cloudformation", "terraform", "shell"}
	accessLevels = []string{Full, Operate, Build, Read, Runtime, Uploader, Downloader,
		Deploy}
	domains  = []string{"ECOMMERCE", "VIDEO_ON_DEMAND"}
	reserved = []string{"aws", "role"} // <role.arn> is the service role's, whatever buckets and keys are called
)

var setupObject = &object[setupDraft]{
	doc: "One Amazon Personalize setup: a service role, what it reaches, and who may use it.",
	fields: []field[setupDraft]{
		stringField("description", func(d *setupDraft) *text { return &d.description }, freeText,
			"What this setup is for. It is in the generated README and templates.", example("Product recommendations of the web shop")),
		stringsField("was", func(d *setupDraft) *[]text { return &d.was }, "name", setupName, nil, 1,
			"Names that this setup had before. What carries them in the account is the setup's own: scripts give it the present name, or remove it.",
			own, example([]string{"shop"})),
		stringField("account", func(d *setupDraft) *text { return &d.account }, accountForm,
			"The AWS account that owns everything in the setup: 12 digits in quotes. Required here or in defaults.", example("111122223333")),
		stringField("region", func(d *setupDraft) *text { return &d.region }, regionForm,
			"Where Personalize runs; buckets and keys must be there too. Required here or in defaults.", example("eu-west-1")),
		boolField("allowUnknownRegion", func(d *setupDraft) *toggle { return &d.allowUnknownRegion },
			"Take a region in which this version does not know Amazon Personalize to be offered, with a warning.", byDefault(false)),
		enumField("partition", func(d *setupDraft) *text { return &d.partition }, partitions,
			"The partition of AWS. It follows from the region; written out, it must agree."),
		enumField("profile", func(d *setupDraft) *text { return &d.profile }, profiles,
			"least-privilege grants each action only where a workflow needs it; documented is, word for word, what the Amazon Personalize Developer Guide prints.",
			byDefault(LeastPrivilege)),
		enumField("confusedDeputy", func(d *setupDraft) *text { return &d.deputy }, deputies,
			"Where conditions on aws:SourceAccount and aws:SourceArn stand: in the trust policy, as AWS documents it, or in the statements for the service in bucket and key policies as well; account leaves aws:SourceArn out, and none both. Profile documented has none.",
			byDefault(DeputyTrust)),
		boolField("listByPrefix", func(d *setupDraft) *toggle { return &d.listByPrefix },
			"Put s3:prefix conditions on s3:ListBucket. AWS does not document by which prefix Personalize lists.", byDefault(false)),
		boolField("stackSet", func(d *setupDraft) *toggle { return &d.stackSet },
			"Leave the rule on account and region out of the CloudFormation template, so that a stack set can take it to others. Names come from its parameters.",
			byDefault(false)),
		boolField("protect", func(d *setupDraft) *toggle { return &d.protect },
			"Keep created buckets, keys and the dataset group from being deleted: prevent_destroy in Terraform, Retain in CloudFormation. "+
				"false lets these two delete them with the rest, for tests; scripts never do.", byDefault(true)),
		objectField("role", func(d *setupDraft) *item[roleDraft] { return &d.role }, roleObject, ""),
		namedField("keys", func(d *setupDraft) *[]named[keyDraft] { return &d.keys }, thingName, reserved, keyObject.shape(""), keyObject.read,
			"KMS keys by a name of your choice: to be created (alias) or existing (arn).",
			example(map[string]any{"shop": map[string]any{"alias": "alias/shop-personalize"}})),
		namedField("buckets", func(d *setupDraft) *[]named[bucketDraft] { return &d.buckets }, thingName, reserved, bucketObject.shape(""), readBucket,
			"S3 buckets by a name of your choice: to be created, or existing.",
			example(map[string]any{"data": map[string]any{"name": "acme-personalize-data", "key": "shop"}})),
		listField("workflows", func(d *setupDraft) *[]item[workflowDraft] { return &d.workflows }, "workflow", workflowObject,
			"What Personalize is to do.", example([]any{map[string]any{"type": "import", "from": "data/datasets/"}})),
		objectField("datasetGroup", func(d *setupDraft) *item[groupDraft] { return &d.group }, groupObject, "", replaces),
		namedField("operators", func(d *setupDraft) *[]named[operatorDraft] { return &d.operators }, thingName, nil, operatorObject.shape(""), operatorObject.read,
			"People and programs that call Personalize, by a name of your choice.",
			example(map[string]any{"analysts": map[string]any{"access": Operate, "roles": []string{"PersonalizeAnalyst"}}})),
		listField("uploads", func(d *setupDraft) *[]item[uploadDraft] { return &d.uploads }, "upload", uploadObject,
			"Local files that the shell target puts into a bucket.",
			example([]any{map[string]any{"file": "data/interactions.csv", "to": "data/datasets/interactions.csv"}})),
		objectField("statements", func(d *setupDraft) *item[statementsDraft] { return &d.statements }, statementsObject, ""),
		stringsField("targets", func(d *setupDraft) *[]text { return &d.targets }, "target", nil, targets, 1,
			"Which outputs this setup wants.", byDefault(targets)),
		stringsField("ownFiles", func(d *setupDraft) *[]text { return &d.ownFiles }, "pattern", ownForm, nil, 0,
			"Files that you keep in the setup's folder beside those that pzgen writes, by patterns relative to that folder: *, ? and [] stand for parts of one name. "+
				"A folder that matches is yours with all that is in it. Every other file there is an error of check and verify.",
			example([]string{"terraform/backend.tf", "terraform/providers.tf"})),
		namedField("tags", func(d *setupDraft) *[]named[text] { return &d.tags }, tagKey, nil, &shape{kind: "string", form: tagValue}, readTag,
			"Tags on everything that can carry them; merged with those of defaults.", example(map[string]any{"team": "personalization"})),
		listField("accept", func(d *setupDraft) *[]item[approvalDraft] { return &d.accept }, "approval", approvalObject,
			"Changes that pzgen diff shows and that are wanted.",
			example([]any{map[string]any{"change": "0a1b2c3d4e5f", "reason": "the new shop reads last year's orders, PLAT-1234", "until": "2027-01-31"}})),
		listField("ignore", func(d *setupDraft) *[]item[ignoredDraft] { return &d.ignore }, "entry of ignore", ignoredObject,
			"What pzgen lint finds and is known.",
			example([]any{map[string]any{"check": "PZ171", "about": "acme-shop-data", "reason": "CloudTrail records data events of it, PLAT-1234"}})),
		boundaryField(func(d *setupDraft) *boundaryDraft { return &d.boundary },
			"The permissions boundary of every role that is created: its ARN, or with policy the file that holds it, so that it takes part in what is decided.",
			example("arn:aws:iam::111122223333:policy/boundaries/Personalize")),
	},
}

func readTag(r *reader, n *yaml.Node, what string, into *text) { *into = r.text(n, what, tagValue) }

var roleObject = &object[roleDraft]{
	doc: "The service role that Personalize assumes.",
	fields: []field[roleDraft]{
		stringField("name", func(d *roleDraft) *text { return &d.name }, iamName,
			"Its name; Personalize-<setup> when left out.", example("PersonalizeRetail")),
		stringField("path", func(d *roleDraft) *text { return &d.path }, pathForm, "Its path.", byDefault("/"), example("/personalize/")),
		stringField("description", func(d *roleDraft) *text { return &d.description }, roleText, "Its description."),
		boundaryField(func(d *roleDraft) *boundaryDraft { return &d.boundary },
			"Its permissions boundary, in place of the setup's. Of a role that exists, the one that it has: arn and policy.",
			example(map[string]any{"arn": "arn:aws:iam::111122223333:policy/boundaries/Personalize", "policy": "policies/boundary.json"})),
		stringsField("managedPolicies", func(d *roleDraft) *[]text { return &d.managedPolicies }, "managed policy", managedForm, nil, 0,
			"Managed policies to attach, by name (AmazonPersonalizeFullAccess, CloudWatchFullAccess, CloudWatchFullAccessV2) or by ARN.",
			example([]string{"CloudWatchFullAccessV2"})),
		objectField("policy", func(d *roleDraft) *item[policyDraft] { return &d.policy }, policyObject,
			"What its policy is called, and whether it is a managed one.", replaces),
		boolField("existing", func(d *roleDraft) *toggle { return &d.existing },
			"The role is there already: it is never created, only handed policies.", byDefault(false)),
		stringField("of", func(d *roleDraft) *text { return &d.of }, setupName,
			"Name of another setup, whose role this one uses: that setup creates it and lets Personalize assume it for both.",
			example("retail")),
	},
}

// readBucket reads a bucket, which has a name unless another setup has it.
func readBucket(r *reader, n *yaml.Node, what string, into *bucketDraft) {
	bucketObject.read(r, n, what, into)
	if v := deref(n); v.Kind == yaml.MappingNode && !into.name.given() && !into.of.given() {
		r.err(codeMissing, v, "write `name:`, or `of: <setup>/<bucket>` for a bucket of another setup", "%s has no name", what)
	}
}

var logsObject = &object[logsDraft]{
	doc: "Where S3 delivers the server access logs of a created bucket.",
	fields: []field[logsDraft]{
		stringField("bucket", func(d *logsDraft) *text { return &d.bucket }, logsBucket,
			"Name, under buckets, of another bucket without key, which gets a statement that lets S3 deliver; or the name in S3 of one that exists, in the same account and region, whose policy is left to you.",
			required, example("logs", "acme-access-logs")),
		stringField("prefix", func(d *logsDraft) *text { return &d.prefix }, logsPrefix,
			"What the names of logs begin with; the bucket's name in S3 and a slash when left out.", example("personalize/")),
	},
}

// wasField is the field for the names that an entry of the spec had before.
func wasField[D any](what string, at func(*D) *[]text) field[D] {
	return stringsField("was", at, "name", thingName, nil, 1,
		"Names that this "+what+" had here before, the oldest first: Terraform and CloudFormation keep what they made under them.")
}

// ofField is the field that says whose a bucket or key is.
func ofField[T any](kind string, at func(*T) *text, options ...option) field[T] {
	return stringField("of", at, ofForm, "<setup>/<name> of a "+kind+" that another setup of the same run has. Its policy, "+
		"which that setup writes, holds the statements of both.", options...)
}

func ownerField[T any](kind string, at func(*T) *text) field[T] {
	return stringField("account", at, accountForm, "Another account that owns the "+kind+", which exists there: "+
		"what its owner has to apply is in a folder of its own, owner-<account>.", example("222233334444"))
}

// A need says whether a type of workflow has a location.
type need byte

const (
	never need = iota
	may
	must
)

// workflowTypes: Amazon Personalize Developer Guide, "Giving Amazon Personalize access to Amazon S3 resources"; for metric attribution
// "Permissions for publishing metrics to Amazon S3"; for data deletion "Deleting users and their data".
var workflowTypes = []struct {
	name     string
	from, to need
}{
	{Import, must, never},
	{BatchInference, must, must},
	{BatchSegment, must, must},
	{Export, never, must},
	{MetricAttribution, never, may},
	{DataDeletion, must, never},
}

// WorkflowTypes returns the types of workflow that a spec may have.
func WorkflowTypes() []string {
	names := make([]string, len(workflowTypes))
	for i, t := range workflowTypes {
		names[i] = t.name
	}
	return names
}

// TargetNames returns the names of targets that a spec may ask for.
func TargetNames() []string { return slices.Clone(targets) }

func workflowRules() []rule {
	var rules []rule
	for _, t := range workflowTypes {
		x := rule{field: "type", is: t.name}
		for _, loc := range []struct {
			name string
			need need
		}{{"from", t.from}, {"to", t.to}} {
			switch loc.need {
			case must:
				x.required = append(x.required, loc.name)
			case never:
				x.refused = append(x.refused, loc.name)
			}
		}
		rules = append(rules, x)
	}
	return rules
}

var workflowObject = &object[workflowDraft]{
	doc:   "One thing that Personalize is to do.",
	rules: workflowRules(),
	fields: []field[workflowDraft]{
		enumField("type", func(d *workflowDraft) *text { return &d.kind }, WorkflowTypes(),
			"import reads data files; batch-inference and batch-segment read and write; export writes datasets; metric-attribution writes reports, or without `to` reports to CloudWatch alone; data-deletion reads lists of users.", required),
		stringField("from", func(d *workflowDraft) *text { return &d.from }, locationForm,
			"Where it reads: <bucket>/<prefix>, with a name from buckets.", example("data/datasets/")),
		stringField("to", func(d *workflowDraft) *text { return &d.to }, locationForm,
			"Where it writes: <bucket>/<prefix>/, with a name from buckets.", example("results/batch/out/")),
	},
}

var groupObject = &object[groupDraft]{
	doc: "The dataset group of the setup.",
	fields: []field[groupDraft]{
		stringField("name", func(d *groupDraft) *text { return &d.name }, groupOfPz, "Its name.", required, example("retail")),
		enumField("domain", func(d *groupDraft) *text { return &d.domain }, domains, "Its domain; left out for a custom dataset group."),
		stringField("key", func(d *groupDraft) *text { return &d.key }, thingName, "Name, under keys, of the KMS key that encrypts it."),
		boolField("existing", func(d *groupDraft) *toggle { return &d.existing },
			"The dataset group is there already: CloudFormation and Terraform, which cannot take it over, leave it alone. apply.sh finds it by its name.", byDefault(false)),
	},
}

var operatorObject = &object[operatorDraft]{
	doc: "People or programs that call Personalize.",
	fields: []field[operatorDraft]{
		accessField(),
		stringsField("locations", func(d *operatorDraft) *[]text { return &d.locations }, "location",
			locationForm, nil, 1, "For upload and download: where, as <bucket>/<prefix>; all that workflows "+
				"read, or write, when left out.", example([]string{"data/datasets/"})),
		wasField("operator", func(d *operatorDraft) *[]text { return &d.was }),
		stringsField("users", func(d *operatorDraft) *[]text { return &d.users }, "user", iamName, nil, 0, "Names of IAM users to attach to."),
		stringsField("groups", func(d *operatorDraft) *[]text { return &d.groups }, "group", groupName, nil, 0, "Names of IAM groups to attach to."),
		stringsField("roles", func(d *operatorDraft) *[]text { return &d.roles }, "role", iamName, nil, 0, "Names of IAM roles to attach to."),
		stringsField("principals", func(d *operatorDraft) *[]text { return &d.principals }, "principal",
			principalForm, nil, 1, "For upload and download: roles and users by ARN, accounts and services, "+
				"which the policies of buckets and keys let in.",
			example([]string{"arn:aws:iam::444455556666:role/GlueWriter"})),
		objectField("policy", func(d *operatorDraft) *item[policyDraft] { return &d.policy }, policyObject,
			"What its managed policy is called."),
		stringsField("managedPolicies", func(d *operatorDraft) *[]text { return &d.managedPolicies }, "managed policy", managedForm, nil, 0,
			"Managed policies to attach as well, by name or ARN."),
	},
}

var uploadObject = &object[uploadDraft]{
	doc: "A local file to put into a bucket.",
	fields: []field[uploadDraft]{
		stringField("file", func(d *uploadDraft) *text { return &d.file }, uploadForm,
			"Path of the file, relative to this file and without `..`. It need not be there before apply.sh runs.", required, example("data/interactions.csv")),
		stringField("to", func(d *uploadDraft) *text { return &d.to }, locationForm,
			"<bucket>/<key of the object>; behind a / the name of the file is added.", required, example("data/datasets/interactions.csv")),
	},
}
