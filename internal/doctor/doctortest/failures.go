package doctortest

import "strings"

// Failure is one reason why calls fail: what is changed in an account where all works.
type Failure struct {
	Cause    string
	Name     string
	Workflow Workflow
	Break    func(*Account)
	Says     string // in the first line
	Fix      string // in the second
	Review   bool   // it touches what is somebody else's, or no command does it

	Then []string // causes that show behind it
	Moto string   // why moto cannot have it; "" when it can
}

// Workflow is what has to work.
type Workflow struct{ Type, From, To string }

// The workflows.
var (
	Importing = Workflow{Type: "import", From: "s3://acme-data/data/"}
	Batch     = Workflow{Type: "batch-inference", From: "s3://acme-data/data/in/", To: "s3://acme-data/results/"}
	Exporting = Workflow{Type: "export", To: "s3://acme-data/results/"}
	Deleting  = Workflow{Type: "data-deletion", From: "s3://acme-data/data/"}
)

// sub replaces in a text, which must have it.
func sub(s *string, old, new string) {
	if !strings.Contains(*s, old) {
		panic("nothing to replace: " + old)
	}
	*s = strings.ReplaceAll(*s, old, new)
}

// deny adds a Deny of everything to the bucket's policy under a condition.
func deny(a *Account, condition string) {
	sub(&a.Bucket, `{"Version": "2012-10-17", "Statement": [`, `{"Version": "2012-10-17", "Statement": [
 {"Sid": "Guard", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"],
  "Condition": `+condition+`},`)
}

// Failures returns all reasons, in the order of their codes.
func Failures() []Failure {
	doc := func(statements string) string { return `{"Version": "2012-10-17", "Statement": [` + statements + `]}` }
	return []Failure{
		{Cause: "PZ201", Name: "no bucket policy", Workflow: Importing, Break: func(a *Account) { a.Bucket = "" },
			Says: `the policy of bucket "acme-data": there is none; Personalize (personalize.amazonaws.com) cannot s3:ListBucket`,
			Fix:  `"Principal":{"Service":"personalize.amazonaws.com"}`},
		{Cause: "PZ202", Name: "role policy pasted into the bucket's", Workflow: Importing,
			Break: func(a *Account) { a.Bucket = goodRole },
			Says:  "no statement has a Principal", Fix: "attach it to the role", Review: true, Then: []string{"PZ201"}},
		{Cause: "PZ202", Name: "bucket policy pasted into the role's", Workflow: Importing,
			Break: func(a *Account) { a.Role = goodBucket },
			Says:  "it has a Principal", Fix: "attach it to the bucket or key", Review: true, Then: []string{"PZ210"}},
		{Cause: "PZ203", Name: "wrong principal", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Bucket, `{"Service": "personalize.amazonaws.com"}, "Action": "s3:ListBucket"`, `{"AWS": "`+RoleARN+`"}, "Action": "s3:ListBucket"`)
		}, Says: `statement 1 ("List") of the policy of bucket "acme-data": it lets in "` + RoleARN, Fix: "s3:ListBucket"},
		{Cause: "PZ204", Name: "deleted principal", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Key, `"AWS": "`+RoleARN+`"`, `"AWS": "AROAEXAMPLEEXAMPLE000"`)
			sub(&a.Key, `"kms:*"`, `"kms:Put*"`)
		}, Says: `"AROAEXAMPLEEXAMPLE000", which was deleted`, Fix: RoleARN, Moto: "it takes the ID for an ARN"},
		{Cause: "PZ205", Name: "other bucket", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Role, `"arn:aws:s3:::acme-data"`, `"arn:aws:s3:::acme-date"`)
		}, Says: `statement 1 ("List") of the policy "Data" of role "Shop": Resource is "arn:aws:s3:::acme-date"`, Fix: `"s3:ListBucket"`},
		{Cause: "PZ206", Name: "other prefix", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Bucket, "acme-data/data/*", "acme-data/Data/*")
		}, Says: `Resource is "arn:aws:s3:::acme-data/Data/*"`, Fix: `"arn:aws:s3:::acme-data/data/*"`},
		{Cause: "PZ207", Name: "ListBucket on objects", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Bucket, `"s3:ListBucket", "Resource": "arn:aws:s3:::acme-data"`, `"s3:ListBucket", "Resource": "arn:aws:s3:::acme-data/*"`)
		}, Says: `Resource is "arn:aws:s3:::acme-data/*"`, Fix: `"Resource":"arn:aws:s3:::acme-data"`},
		{Cause: "PZ207", Name: "GetObject on the bucket", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Role, `["arn:aws:s3:::acme-data/data/*", "arn:aws:s3:::acme-data/results/*"]`, `"arn:aws:s3:::acme-data"`)
		}, Says: `Resource is "arn:aws:s3:::acme-data"`, Fix: `"Resource":"arn:aws:s3:::acme-data/data/*"`},
		{Cause: "PZ208", Name: "PutObject for batch", Workflow: Batch, Break: func(a *Account) {
			sub(&a.Role, `"s3:PutObject"`, `"s3:GetObject"`)
		}, Says: "Action lacks s3:PutObject", Fix: `"s3:PutObject"`},
		{Cause: "PZ208", Name: "PutObject for export", Workflow: Exporting, Break: func(a *Account) {
			sub(&a.Bucket, `"s3:PutObject"`, `"s3:PutObjectAcl"`)
		}, Says: "Action lacks s3:PutObject", Fix: `"arn:aws:s3:::acme-data/results/*"`},
		{Cause: "PZ209", Name: "bucket policy of somebody else", Workflow: Importing, Break: func(a *Account) {
			a.Bucket = doc(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "s3:GetBucketLocation", "Resource": "arn:aws:s3:::acme-data"}`)
		}, Says: "no statement allows it", Fix: "personalize.amazonaws.com"},
		{Cause: "PZ210", Name: "role without S3", Workflow: Importing, Break: func(a *Account) {
			a.Role = doc(`{"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}`)
		}, Says: `role "Shop" cannot s3:ListBucket`, Fix: `policy "PersonalizeAccess" of role "Shop"`},
		{Cause: "PZ211", Name: "key policy lacks the service", Workflow: Importing, Break: func(a *Account) {
			a.Key = doc(`{"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}`)
		}, Says: "no statement lets in personalize.amazonaws.com", Fix: `"Service":"personalize.amazonaws.com"`},
		{Cause: "PZ212", Name: "key policy lacks the role", Workflow: Importing, Break: func(a *Account) {
			a.Key = doc(`{"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:PutKeyPolicy", "Resource": "*"},
 {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:ListGrants", "kms:CreateGrant"], "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"aws:SourceAccount": "*"}}}`)
		}, Says: "no statement lets in the role", Fix: `"AWS":"` + RoleARN},
		{Cause: "PZ213", Name: "CreateGrant", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Key, `, "kms:CreateGrant"`, "")
		}, Says: "Action lacks kms:CreateGrant", Fix: `"Action":"kms:CreateGrant"`},
		{Cause: "PZ214", Name: "role lacks KMS", Workflow: Batch, Break: func(a *Account) {
			sub(&a.Role, `"Action": ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:ListGrants", "kms:CreateGrant"], "Resource": "`+KeyARN+`"`,
				`"Action": "sqs:ListQueues", "Resource": "*"`)
			sub(&a.Key, `, "AWS": "`+RoleARN+`"`, "")
		}, Says: `role "Shop" cannot kms:Decrypt`, Fix: `"Resource":"` + KeyARN, Then: []string{"PZ212"}},
		{Cause: "PZ215", Name: "alias for the key", Workflow: Batch, Break: func(a *Account) {
			sub(&a.Role, KeyARN, "arn:aws:kms:eu-west-1:111122223333:alias/shop")
			sub(&a.Key, `, "AWS": "`+RoleARN+`"`, "")
		}, Says: "alias/shop\", an alias", Fix: `"Resource":"` + KeyARN, Then: []string{"PZ212"}},
		{Cause: "PZ216", Name: "key disabled", Workflow: Importing, Break: func(a *Account) { a.Status = "Disabled" },
			Says: "is disabled", Fix: "aws kms enable-key --key-id", Review: true},
		{Cause: "PZ217", Name: "key pending deletion", Workflow: Importing, Break: func(a *Account) { a.Status = "PendingDeletion" },
			Says: "is to be deleted", Fix: "aws kms cancel-key-deletion", Review: true},
		{Cause: "PZ247", Name: "key pending import", Workflow: Importing, Break: func(a *Account) { a.Status = "PendingImport" },
			Says: "its state is PendingImport", Review: true, Moto: "it has no such state"},
		{Cause: "PZ218", Name: "key in another region", Workflow: Importing, Break: func(a *Account) {
			a.Encryption = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-4000-8000-00000000000b"
		}, Says: "is in us-east-1, and Personalize is called in eu-west-1", Fix: "a key in eu-west-1", Review: true},
		{Cause: "PZ219", Name: "key asymmetric", Workflow: Importing, Break: func(a *Account) { a.Spec = "RSA_2048" },
			Says: "is RSA_2048", Fix: "SYMMETRIC_DEFAULT", Review: true},
		{Cause: "PZ220", Name: "aws/s3", Workflow: Importing, Break: func(a *Account) {
			a.Encryption = "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3"
		}, Says: "is a key of AWS", Fix: "AES256", Review: true},
		{Cause: "PZ221", Name: "deletion list with a customer key", Workflow: Deleting, Break: func(*Account) {},
			Says: "has a list of a data deletion job", Fix: "AES256", Review: true},
		{Cause: "PZ222", Name: "VPC only", Workflow: Importing, Break: func(a *Account) {
			deny(a, `{"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}`)
		}, Says: `statement 1 ("Guard") of the policy of bucket "acme-data" denies it (StringNotEquals of aws:SourceVpce is "vpce-0a1b2c3d")`,
			Fix: `"ArnNotEquals": {"aws:PrincipalArn": "` + RoleARN + `"}, "Bool": {"aws:PrincipalIsAWSService": "false"}`, Review: true},
		{Cause: "PZ223", Name: "addresses", Workflow: Importing, Break: func(a *Account) {
			deny(a, `{"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}`)
		}, Says: "192.0.2.0/24", Fix: "add to its Condition", Review: true},
		{Cause: "PZ224", Name: "TLS 1.3", Workflow: Importing, Break: func(a *Account) {
			deny(a, `{"NumericLessThan": {"s3:TlsVersion": "1.3"}}`)
		}, Says: "s3:TlsVersion", Fix: "add to its Condition", Review: true},
		{Cause: "PZ225", Name: "encryption header", Workflow: Exporting, Break: func(a *Account) {
			a.Encryption = ""
			sub(&a.Bucket, `{"Version": "2012-10-17", "Statement": [`, `{"Version": "2012-10-17", "Statement": [
 {"Sid": "Guard", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-data/*",
  "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}},`)
		}, Says: "s3:x-amz-server-side-encryption", Fix: "kmsKeyArn", Review: true},
		{Cause: "PZ226", Name: "organization", Workflow: Importing, Break: func(a *Account) {
			deny(a, `{"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}`)
		}, Says: "o-exampleorgid", Fix: `"Bool": {"aws:PrincipalIsAWSService": "false"}`, Review: true},
		{Cause: "PZ227", Name: "principal list", Workflow: Importing, Break: func(a *Account) {
			deny(a, `{"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/Admin"}}`)
		}, Says: "role/Admin", Fix: "add to its Condition", Review: true},
		{Cause: "PZ227", Name: "NotPrincipal", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Bucket, `{"Version": "2012-10-17", "Statement": [`, `{"Version": "2012-10-17", "Statement": [
 {"Sid": "Guard", "Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "s3:*", "Resource": "arn:aws:s3:::acme-data/*"},`)
		}, Says: "to all but those it names", Fix: "add to its Condition", Review: true},
		{Cause: "PZ228", Name: "a denial for all", Workflow: Importing, Break: func(a *Account) {
			deny(a, `{"StringLike": {"s3:prefix": "data*"}}`)
		}, Says: `s3:prefix is "data*"`, Fix: "add to its Condition", Review: true},
		{Cause: "PZ228", Name: "a denial in the role's own policy", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Role, `{"Version": "2012-10-17", "Statement": [`, `{"Version": "2012-10-17", "Statement": [
 {"Sid": "No", "Effect": "Deny", "Action": "s3:ListBucket", "Resource": "*"},`)
		}, Says: `statement 1 ("No") of the policy "Data" of role "Shop" denies it`, Fix: "ArnNotEquals", Review: true},
		{Cause: "PZ229", Name: "source of another account", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Bucket, `"Resource": "arn:aws:s3:::acme-data"}`, `"Resource": "arn:aws:s3:::acme-data", "Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}}`)
		}, Says: `aws:SourceAccount is "444455556666", and the call has "111122223333"`, Fix: "s3:ListBucket"},
		{Cause: "PZ230", Name: "source of another region", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Bucket, `"Resource": "arn:aws:s3:::acme-data"}`, `"Resource": "arn:aws:s3:::acme-data", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:personalize:us-east-1:111122223333:*"}}}`)
		}, Says: "us-east-1", Fix: "s3:ListBucket"},
		{Cause: "PZ231", Name: "another condition", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Role, `"Resource": "arn:aws:s3:::acme-data"}`, `"Resource": "arn:aws:s3:::acme-data", "Condition": {"StringLike": {"s3:prefix": "other/*"}}}`)
		}, Says: `s3:prefix is "other/*", and the call has "data/"`, Fix: "s3:ListBucket"},
		{Cause: "PZ232", Name: "boundary", Workflow: Importing, Break: func(a *Account) {
			a.Boundary = doc(`{"Effect": "Allow", "Action": ["s3:ListBucket", "kms:*"], "Resource": "*"}`)
		}, Says: `permissions boundary "Edge" of role "Shop"`, Fix: "s3:GetObject", Review: true},
		{Cause: "PZ233", Name: "SCP", Workflow: Importing, Break: func(a *Account) {
			a.SCP = doc(`{"Sid": "NoKeys", "Effect": "Deny", "Action": "kms:*", "Resource": "*"}`)
		}, Says: `service control policy "Guard"`, Fix: "ArnNotEquals", Review: true},
		{Cause: "PZ234", Name: "RCP", Workflow: Importing, Break: func(a *Account) {
			a.RCP = doc(`{"Sid": "Mine", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringNotLike": {"s3:prefix": "x"}}}`)
		}, Says: `resource control policy "Guard"`, Fix: "PrincipalIsAWSService", Review: true, Moto: "it has no resource control policies"},
		{Cause: "PZ235", Name: "PassRole missing", Workflow: Importing, Break: func(a *Account) {
			a.User = doc(`{"Effect": "Allow", "Action": "personalize:*", "Resource": "*"}`)
		}, Says: `user "Ann" cannot iam:PassRole on ` + RoleARN, Fix: `"iam:PassedToService":"personalize.amazonaws.com"`},
		{Cause: "PZ236", Name: "PassRole on another role", Workflow: Importing, Break: func(a *Account) {
			sub(&a.User, RoleARN, RoleARN+"s")
		}, Says: "role/Shops", Fix: `"Resource":"` + RoleARN + `"`},
		{Cause: "PZ237", Name: "PassRole to another service", Workflow: Importing, Break: func(a *Account) {
			sub(&a.User, "personalize.amazonaws.com", "sagemaker.amazonaws.com")
		}, Says: "sagemaker.amazonaws.com", Fix: "personalize.amazonaws.com"},
		{Cause: "PZ238", Name: "trust without Personalize", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Trust, "personalize.amazonaws.com", "sagemaker.amazonaws.com")
		}, Says: `it lets in "sagemaker.amazonaws.com"`, Fix: `"Service":"personalize.amazonaws.com"`},
		{Cause: "PZ239", Name: "trust with a wrong source", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Trust, "arn:aws:personalize:eu-west-1:", "arn:aws:personalize:us-east-1:")
		}, Says: "arn:aws:personalize:us-east-1:111122223333:*", Fix: "arn:aws:personalize:eu-west-1:111122223333:*"},
		{Cause: "PZ240", Name: "bucket in another region", Workflow: Importing, Break: func(a *Account) { a.Region = "us-west-2" },
			Says: `bucket "acme-data" is in us-west-2`, Fix: "eu-west-1", Review: true},
		{Cause: "PZ241", Name: "bucket of another account", Workflow: Importing, Break: func(a *Account) {
			a.More["bucket-policy.json"] = "An error occurred (MethodNotAllowed) when calling the GetBucketPolicy operation: " +
				"The specified method is not allowed against this resource.\n"
		}, Says: "belongs to another account", Fix: "its owner", Review: true, Moto: "it answers as for one's own"},
		{Cause: "PZ242", Name: "object ownership", Workflow: Importing, Break: func(a *Account) { a.Ownership = "ObjectWriter" },
			Says: "whose its objects are: Object Ownership is ObjectWriter"},
		{Cause: "PZ244", Name: "no role", Workflow: Importing, Break: func(a *Account) { a.NoRole = true }, Says: `role "Shop" does not exist`, Review: true},
		{Cause: "PZ245", Name: "no bucket", Workflow: Importing, Break: func(a *Account) { a.NoBucket = true }, Says: `bucket "acme-data" does not exist`, Review: true},
		{Cause: "PZ246", Name: "no key", Workflow: Importing, Break: func(a *Account) { a.NoKey = true }, Says: "does not exist", Review: true},
		{Cause: "PZ243", Name: "public policy refused", Workflow: Importing, Break: func(a *Account) {
			a.Bucket = ""
			a.More["put.txt"] = "An error occurred (AccessDenied) when calling the PutBucketPolicy operation: User: " + UserARN +
				" is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::acme-data\" because public policies " +
				"are blocked by the BlockPublicPolicy block public access setting.\n"
		}, Says: "Block Public Access refused", Fix: "personalize.amazonaws.com", Moto: "it refuses no policy"},
		{Cause: "PZ248", Name: "a policy that AWS refuses", Workflow: Importing, Break: func(a *Account) {
			sub(&a.Bucket, `"Resource": "arn:aws:s3:::acme-data"}`, `"Resource": "acme-data"}`)
		}, Says: "acme-data", Review: true, Then: []string{"PZ201"}, Moto: "it refuses it"},
	}
}
