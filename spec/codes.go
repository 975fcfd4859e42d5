package spec

// Check is one of the things that a spec is checked for.
type Check struct {
	Code  string // stable
	Title string
}

// The codes of the checks. A code is never used again for another check; PZ101 and up
// belong to the lint of documents.
const (
	codeRead         = "PZ001"
	codeEncoding     = "PZ002"
	codeSyntax       = "PZ003"
	codeDocument     = "PZ004"
	codeTooLarge     = "PZ005"
	codeTag          = "PZ006"
	codeMerge        = "PZ007"
	codeUnknownField = "PZ010"
	codeTwice        = "PZ011"
	codeType         = "PZ012"
	codeMissing      = "PZ013"
	codeValue        = "PZ014"
	codeForm         = "PZ015"
	codeDefaults     = "PZ016"
	codeVersion      = "PZ017"
	codeName         = "PZ018"
	codeAlike        = "PZ019"
	codeAccount      = "PZ020"
	codeRegion       = "PZ021"
	codePartition    = "PZ022"
	codeDeputy       = "PZ023"
	codeExisting     = "PZ024"
	codeRoleARN      = "PZ025"
	codeARN          = "PZ026"
	codeManaged      = "PZ027"
	codeTooMany      = "PZ028"
	codeKeyKind      = "PZ029"
	codeAlias        = "PZ030"
	codeKeyARN       = "PZ031"
	codeAdmin        = "PZ032"
	codePolicyFile   = "PZ033"
	codeBucketName   = "PZ035"
	codeUndeclared   = "PZ036"
	codeLocation     = "PZ037"
	codeFromTo       = "PZ038"
	codeOverlap      = "PZ039"
	codeDeletionKey  = "PZ040"
	codeUpload       = "PZ042"
	codeStatement    = "PZ043"
	codeStackSet     = "PZ095"
	codeOf           = "PZ034"
	codeSid          = "PZ044"
	codeReference    = "PZ045"
	codeTags         = "PZ046"
	codeSameName     = "PZ047"
	codeTwoMeanings  = "PZ048"
	codeOwnFiles     = "PZ049"
	codeWas          = "PZ050"
	codeFormat       = "PZ051"
	codePlaceholder  = "PZ054"
	codeDrop         = "PZ055"
	codeOtherBucket  = "PZ056"
	codeUnfit        = "PZ057"
	codeNeedsARN     = "PZ059"
	codeLogs         = "PZ094"
	codeAccess       = "PZ058"
	codeElsewhere    = "PZ041"
	codePrincipal    = "PZ053"

	warnDeputy     = "PZ098"
	warnRegion     = "PZ060"
	warnManaged    = "PZ061"
	warnUnused     = "PZ062"
	warnListPrefix = "PZ063"
	warnMetrics    = "PZ064"
	warnNoPolicy   = "PZ065"
	warnUnattached = "PZ066"
	warnFull       = "PZ067"
	warnAccount    = "PZ068"
	warnRepeated   = "PZ069"
	warnFolder     = "PZ070"
	warnNothing    = "PZ071"
	warnTarget     = "PZ072"
	warnWholeFile  = "PZ073"
	warnOtherFile  = "PZ074"
	warnOwnRole    = "PZ075"
	warnQuota      = "PZ076"
	warnNoEffect   = "PZ077"

	warnAction       = "PZ084"
	warnUnfit        = "PZ085"
	warnConditionKey = "PZ086"
	warnDeleted      = "PZ087"
	warnNotPrincipal = "PZ088"
	warnBeside       = "PZ089"
	warnNoKey        = "PZ090"
	warnClosedKey    = "PZ091"
	warnLockOut      = "PZ092"
	warnNoWorkflow   = "PZ093"
	warnPolicyName   = "PZ096"
	warnLogs         = "PZ097"
	warnElsewhere    = "PZ099"
)

// Checks returns every check of a spec, by code.
func Checks() []Check {
	return []Check{
		{codeRead, "the file cannot be read"},
		{codeEncoding, "the file is not text in UTF-8"},
		{codeSyntax, "the file is not YAML"},
		{codeDocument, "the file is not one YAML document with a mapping at its root"},
		{codeTooLarge, "the file is too large, too deeply nested, or its aliases expand too far"},
		{codeTag, "a YAML tag, or a key that is not text"},
		{codeMerge, "a merge key that does not merge a mapping"},
		{codeUnknownField, "a field that does not exist"},
		{codeTwice, "something is given twice"},
		{codeType, "a value of another type"},
		{codeMissing, "a field is missing"},
		{codeValue, "a value that is not one of those allowed"},
		{codeForm, "a value of another form, or outside its limits"},
		{codeDefaults, "a field that setups cannot inherit"},
		{codeVersion, "a version of the format that this build does not read"},
		{codeName, "a name that cannot be used"},
		{codeAlike, "names that differ only in case, hyphens and underscores"},
		{codeAccount, "an account that is not 12 digits"},
		{codeRegion, "a region where Amazon Personalize is not offered"},
		{codePartition, "a partition that the region is not in, or that is not supported"},
		{codeDeputy, "conditions in a profile that has none"},
		{codeExisting, "a field that only something pzgen creates can have, or only something that exists"},
		{codeRoleARN, "a role whose ARN Amazon Personalize or IAM refuses"},
		{codeARN, "an ARN that AWS refuses here"},
		{codeManaged, "a managed policy that is not known"},
		{codeTooMany, "more than AWS takes"},
		{codeKeyKind, "a key that is neither to be created nor existing, or both"},
		{codeAlias, "an alias that AWS refuses"},
		{codeKeyARN, "the ARN of a key that cannot be used"},
		{codeAdmin, "an administrator that a key policy cannot name"},
		{codePolicyFile, "a policy file that cannot be read, or is not a policy"},
		{codeBucketName, "a bucket name that S3 refuses"},
		{codeUndeclared, "a reference to something that is not there"},
		{codeLocation, "a location that is not <bucket>/<prefix>"},
		{codeFromTo, "a workflow without a location that it needs, or with one that it has no use for"},
		{codeOverlap, "a batch job whose output would be read as its input"},
		{codeDeletionKey, "a list of users to delete in a bucket with a customer key"},
		{codeUpload, "an upload that cannot be made"},
		{codeStatement, "a statement that AWS refuses"},
		{codeSid, "a Sid that cannot be used"},
		{codeReference, "a reference in a statement that leads nowhere"},
		{codeTags, "tags that AWS refuses"},
		{codeSameName, "one name that two setups of an account would both create"},
		{codeTwoMeanings, "one resource declared with two meanings"},
		{codeOwnFiles, "a pattern that names no file, or one that pzgen writes"},
		{codeFormat, "a notation that pzgen fmt cannot lay out anew"},
		{codeWas, "a former name that is another's, or its own"},
		{codePlaceholder, "a placeholder that is not known, or not closed"},
		{codeStackSet, "a template of one account that is to be for many"},
		{codeOf, "something of another setup where that cannot work"},
		{codeDrop, "a null that drops nothing"},
		{codeOtherBucket, "a bucket's policy that names another bucket"},
		{codeUnfit, "an action in a bucket's policy that applies to none of its resources"},
		{codeNeedsARN, "a key by its alias, for a target that needs its ARN"},
		{codeAccess, "access that says nothing, or one thing twice"},
		{codePrincipal, "a principal that no policy can let in"},
		{codeElsewhere, "something of another account where that cannot work"},
		{codeLogs, "access logs that S3 does not deliver, or should not"},

		{warnDeputy, "a trust policy that lets in more than it need"},
		{warnRegion, "a region that is not known"},
		{warnManaged, "what a managed policy opens up"},
		{warnUnused, "a bucket or key that nothing uses"},
		{warnListPrefix, "a condition that AWS does not document"},
		{warnMetrics, "metrics that are reported to CloudWatch alone"},
		{warnNoPolicy, "something existing whose present policy is not known"},
		{warnUnattached, "an operator that is nobody"},
		{warnFull, "full access to Amazon Personalize"},
		{warnAccount, "something of another account"},
		{warnRepeated, "a workflow that is given twice"},
		{warnFolder, "a location that is neither a folder nor a file"},
		{warnNothing, "a setup that does nothing"},
		{warnTarget, "something that none of the wanted targets does"},
		{warnWholeFile, "one whole policy that two setups write"},
		{warnOtherFile, "a policy file that seems to belong to something else"},
		{warnOwnRole, "an operator that is the service role"},
		{warnQuota, "more than AWS takes without a raised quota"},
		{warnNoEffect, "a setting without effect"},
		{warnAction, "an action that AWS does not list"},
		{warnUnfit, "an action that does not work on what it is granted on"},
		{warnConditionKey, "a condition key that AWS does not list, or that the action does not have"},
		{warnDeleted, "a principal that was deleted"},
		{warnNotPrincipal, "a statement that allows by NotPrincipal"},
		{warnNoKey, "an existing bucket of which it is not said how it is encrypted"},
		{warnBeside, "a batch job that writes beside what it reads"},
		{warnClosedKey, "a key that leaves nothing to IAM policies"},
		{warnLockOut, "a key that not everybody can create"},
		{warnNoWorkflow, "a location that no workflow uses"},
		{warnPolicyName, "a name of a policy that does not say its setup"},
		{warnLogs, "access logs where a workflow reads"},
		{warnElsewhere, "something of another account, for which AWS documents no guarantee"},
	}
}
