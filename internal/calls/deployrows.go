package calls

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
	loggedBucket                           // that is made, and whose access logs are delivered
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
	{Scripts, loggedBucket, "s3:GetBucketLogging s3:PutBucketLogging"},
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
	{Terraform, loggedBucket, "s3:PutBucketLogging"},
	{Terraform, disposableBucket, "s3:DeleteBucket"},
	{Terraform, bucketPolicy, policyActions},
	{Terraform, madeKey, keyReads + keyWrites + "kms:UntagResource kms:UpdateKeyDescription " +
		"kms:CreateAlias kms:DeleteAlias"},
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
	{CloudFormation, loggedBucket, "s3:PutBucketLogging"},
	{CloudFormation, bucketPolicy, policyActions},
	{CloudFormation, madeKey, keyReads + keyWrites + "kms:UntagResource kms:UpdateKeyDescription " +
		"kms:CreateAlias kms:UpdateAlias kms:DeleteAlias kms:ScheduleKeyDeletion"},
	{CloudFormation, alias, "kms:CreateAlias kms:UpdateAlias kms:DeleteAlias"},
	{CloudFormation, datasetGroup, groupHandlers + " personalize:TagResource"},
}
