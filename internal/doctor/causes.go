package doctor

import (
	"cmp"
	"slices"
)

// Cause is one reason for which calls fail, as explain and docs/causes.md show it.
type Cause struct {
	ID     string // PZ2nn
	Title  string
	Why    string
	Source string // of what AWS documents of it; "" for an inference
}

// The causes, by what they are.
const (
	noBucketPolicy = "PZ201"
	pasted         = "PZ202"
	wrongPrincipal = "PZ203"
	gonePrincipal  = "PZ204"
	otherBucket    = "PZ205"
	otherPrefix    = "PZ206"
	wrongLevel     = "PZ207"
	lacksAction    = "PZ208"
	bucketLacks    = "PZ209"
	roleLacksS3    = "PZ210"
	keyLacksUs     = "PZ211"
	keyLacksRole   = "PZ212"
	lacksGrant     = "PZ213"
	roleLacksKey   = "PZ214"
	aliasKey       = "PZ215"
	keyDisabled    = "PZ216"
	keyDeleted     = "PZ217"
	keyRegion      = "PZ218"
	keySpec        = "PZ219"
	managedKey     = "PZ220"
	deletionKey    = "PZ221"
	vpcOnly        = "PZ222"
	addresses      = "PZ223"
	tlsOnly        = "PZ224"
	header         = "PZ225"
	organization   = "PZ226"
	principals     = "PZ227"
	denies         = "PZ228"
	otherAccount   = "PZ229"
	otherSource    = "PZ230"
	notMet         = "PZ231"
	bounded        = "PZ232"
	controlled     = "PZ233"
	controlledUs   = "PZ234"
	noPass         = "PZ235"
	passOther      = "PZ236"
	passService    = "PZ237"
	noTrust        = "PZ238"
	trustSource    = "PZ239"
	otherRegion    = "PZ240"
	foreignBucket  = "PZ241"
	ownership      = "PZ242"
	publicPolicy   = "PZ243"
	noRole         = "PZ244"
	noBucket       = "PZ245"
	noKey          = "PZ246"
	keyState       = "PZ247"
	badPolicy      = "PZ248"
	lacksOther     = "PZ249"
)

const (
	pageS3     = "Amazon Personalize Developer Guide, granting-personalize-s3-access, 2026-07"
	pageKeys   = "Amazon Personalize Developer Guide, granting-personalize-key-access, 2026-07"
	pageTrust  = "Amazon Personalize Developer Guide, cross-service-confused-deputy-prevention, 2025-11"
	pageDelete = "Amazon Personalize Developer Guide, delete-records, 2026-07"
	pageLogic  = "IAM User Guide, reference_policies_evaluation-logic, 2026-07"
	pageStates = "AWS KMS Developer Guide, key-state, read 2026-11-27"
)

// causes are all of them.
var causes = []Cause{
	{noBucketPolicy, "the bucket has no policy",
		"Personalize reads and writes as itself too, and as itself it has no policies of its own: the " +
			"bucket's policy has to let it in.", pageS3},
	{pasted, "the policy of a role is on a bucket or key, or the reverse",
		"A policy of a bucket, key or trust names whom it lets in; one of a role does not.",
		"IAM User Guide, reference_policies_elements_principal"},
	{wrongPrincipal, "a statement lets in somebody else",
		"Everything else of the statement fits, but its Principal is not the caller. The service is " +
			"personalize.amazonaws.com; naming the role does not let in the service.", pageS3},
	{gonePrincipal, "a statement lets in a principal that was deleted",
		"AWS shows the unique ID of a user or role that a policy named and that is gone. A new one " +
			"of the same name is another principal.", "IAM User Guide, reference_policies_elements_principal"},
	{otherBucket, "a statement is about another bucket or key",
		"Everything else of the statement fits, but its Resource is another one.", ""},
	{otherPrefix, "a statement is about another place in the bucket",
		"Everything else of the statement fits, but the objects are under another prefix. Prefixes " +
			"are compared with regard to case.", ""},
	{wrongLevel, "a bucket's action is on objects, or an object's on the bucket",
		"s3:ListBucket is on the ARN of the bucket; s3:GetObject and s3:PutObject are on that of " +
			"objects, which goes on with a slash.",
		"Service Authorization Reference, list_amazons3, 2026-08"},
	{lacksAction, "a statement lacks the action",
		"Everything else of the statement fits. Batch workflows and exports write, so that they need " +
			"s3:PutObject beside what an import needs.", pageS3},
	{bucketLacks, "the bucket's policy does not let Personalize in",
		"No statement comes near to allowing the call.", pageS3},
	{roleLacksS3, "the service role's policies do not reach the bucket",
		"Personalize assumes the role to get at data; what the bucket's policy lets the service do " +
			"does not let the role.", pageS3},
	{keyLacksUs, "the key's policy does not let Personalize in",
		"The service uses the key as itself too; the key's policy alone can let it.", pageKeys},
	{keyLacksRole, "neither the key's policy nor the role's lets the role use the key",
		"The guide has the key's policy name the role. A key whose policy leaves nothing to policies " +
			"of IAM can be opened there alone.", pageKeys},
	{lacksGrant, "a statement on the key lacks an action",
		"Since 2023 the guide asks for kms:CreateGrant beside Decrypt, GenerateDataKey, DescribeKey " +
			"and ListGrants.", pageKeys},
	{roleLacksKey, "the service role's policies do not allow the key",
		"Batch workflows, exports, metric attributions and encrypted dataset groups use the key as " +
			"the role.", pageKeys},
	{aliasKey, "an alias is given in place of the key",
		"Personalize takes the ARN of a key alone, and a policy of IAM reaches a key by its ARN, not by its alias.",
		"Amazon Personalize API Reference, S3DataConfig; AWS KMS Developer Guide, alias-authorization"},
	{keyDisabled, "the key is disabled", "Nothing is encrypted or decrypted with it until it is enabled.", pageStates},
	{keyDeleted, "the key is to be deleted", "It cannot be used, and after the waiting period everything " +
		"that it encrypted is lost.", pageStates},
	{keyRegion, "the key is in another region", "Keys are used in their region alone.", pageStates},
	{keySpec, "the key is not symmetric", "S3 encrypts objects with symmetric keys alone.",
		"Amazon S3 User Guide, UsingKMSEncryption, 2026-07"},
	{managedKey, "the key is aws/s3 or another of AWS", "Its policy lets in the account's principals that " +
		"come through S3, and cannot be changed to let in Personalize.",
		"AWS KMS Developer Guide, concepts, \"AWS managed keys\""},
	{deletionKey, "the list of a data deletion job is encrypted with a key",
		"\"You can't use your own AWS KMS key on the Amazon S3 bucket that stores your list of userIds\".", pageDelete},
	{vpcOnly, "a statement lets in requests from a VPC alone",
		"Personalize calls from no VPC of yours: it \"can't interact with Amazon S3 buckets that allow only " +
			"VPC access\".", pageS3},
	{addresses, "a statement lets in requests from addresses alone",
		"The addresses from which Personalize calls are not yours.", pageS3},
	{tlsOnly, "a statement asks for a version of TLS that the call does not have, or for none",
		"Personalize calls over TLS; no page says of it that it is newer than 1.2.", ""},
	{header, "a statement asks for a header of encryption",
		"A job sends the header alone when it is given a key; without it S3 encrypts as the bucket says.",
		"Amazon Personalize API Reference, S3DataConfig"},
	{organization, "a statement lets in an organization alone",
		"A service that calls as itself belongs to no organization.",
		"IAM User Guide, reference_policies_condition-keys, aws:PrincipalOrgID"},
	{principals, "a statement lets in listed principals alone",
		"The service, or its role, is not in the list.", pageLogic},
	{denies, "a statement denies the call", "A Deny wins over every Allow.", pageLogic},
	{otherAccount, "a condition names another account",
		"The service calls for the account whose job it is (aws:SourceAccount).", pageTrust},
	{otherSource, "a condition names another region or resource",
		"The service calls for a resource of Personalize in the region where the job is (aws:SourceArn).", pageTrust},
	{notMet, "a condition does not hold", "Everything else of the statement fits.", ""},
	{bounded, "the permissions boundary does not allow the call",
		"What the boundary does not allow, no policy of the role can.",
		"IAM User Guide, access_policies_boundaries"},
	{controlled, "a service control policy does not allow the call",
		"Every level of the organization has to allow what principals of the account do.",
		"Organizations User Guide, orgs_manage_policies_scps"},
	{controlledUs, "a resource control policy does not allow the call",
		"Every level of the organization has to allow what is done with resources of the account, by services too.",
		"Organizations User Guide, orgs_manage_policies_rcps"},
	{noPass, "whoever begins the workflow may not, or may not pass the role",
		"Who creates the job hands over the service role, which is iam:PassRole on it.",
		"Amazon Personalize Developer Guide, security_iam_troubleshoot, 2023-02"},
	{passOther, "another role may be passed than the one that is",
		"The Resource of the statement is another role.", "IAM User Guide, id_roles_use_passrole"},
	{passService, "the role may be passed to another service",
		"The condition on iam:PassedToService is not personalize.amazonaws.com.",
		"IAM User Guide, reference_policies_condition-keys, iam:PassedToService"},
	{noTrust, "the trust policy does not let Personalize assume the role",
		"The role is for personalize.amazonaws.com to assume.", pageTrust},
	{trustSource, "the trust policy asks for another account, region or resource",
		"aws:SourceAccount is the account, and aws:SourceArn that of a resource of Personalize in its region.", pageTrust},
	{otherRegion, "the bucket is in another region",
		"\"The Amazon S3 bucket must be in the same region as the API endpoint you are calling\".",
		"Amazon Personalize API Reference, BatchInferenceJobInput"},
	{foreignBucket, "the bucket belongs to another account",
		"Both accounts have to allow, and AWS documents no guarantee that Personalize works so.",
		"Amazon S3 API Reference, GetBucketPolicy"},
	{ownership, "objects may belong to another account than the bucket",
		"Without Object Ownership \"bucket owner enforced\" an object belongs to whoever wrote it, and the " +
			"bucket's policy does not reach those of others.", "Amazon S3 User Guide, about-object-ownership, 2026-07"},
	{publicPolicy, "Block Public Access refuses the bucket's policy",
		"A policy that lets in everybody is refused while BlockPublicPolicy is on. One that names the service is not public.",
		"Amazon S3 User Guide, access-control-block-public-access, 2026-07"},
	{noRole, "the role does not exist", "It was deleted, or has another name.", ""},
	{noBucket, "the bucket does not exist", "It was deleted, or has another name.", ""},
	{noKey, "the key does not exist", "It is not in this account and region.", pageStates},
	{keyState, "the key is in a state in which it cannot be used", "Its material is not there, for example.", pageStates},
	{badPolicy, "a policy is not valid", "AWS would not take it, so that it is not what is in force.",
		"IAM User Guide, reference_policies_grammar"},
	{lacksOther, "no policy allows the call", "What no policy allows is denied.", pageLogic},
}

// Causes returns all causes, by ID.
func Causes() []Cause {
	out := slices.Clone(causes)
	slices.SortFunc(out, func(a, b Cause) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func causeOf(id string) Cause {
	for _, c := range causes {
		if c.ID == id {
			return c
		}
	}
	panic("doctor: no cause " + id)
}
