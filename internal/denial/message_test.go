package denial

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	john   = "arn:aws:iam::123456789012:user/John"
	object = "arn:aws:s3:::amzn-s3-demo-bucket1/object-name"
	scp    = "arn:aws:organizations::777788889999:policy/o-exampleorgid/service_control_policy/p-examplepolicyid123"
)

// The examples of AWS's pages, with the line breaks that they have there.
var documented = map[string]Denial{
	"User: " + john + " is not authorized to perform: codecommit:ListRepositories\nbecause no service control policy allows the codecommit:ListRespositories action": {
		Principal: john, Action: "codecommit:ListRepositories", By: ServiceControl},
	"User: " + john + " is not authorized to perform: codecommit:ListRepositories\nwith an explicit deny in a service control policy: " + scp: {
		Principal: john, Action: "codecommit:ListRepositories", By: ServiceControl, Explicit: true, Policy: scp},
	"User: " + john + " is not authorized to perform: codecommit:ListRepositories\nwith an explicit deny in a service control policy": {
		Principal: john, Action: "codecommit:ListRepositories", By: ServiceControl, Explicit: true},
	"User: " + john + " is not authorized to perform: secretsmanager:GetSecretValue\non resource: arn:aws:secretsmanager:us-east-1:123456789012:secret:*\nwith an explicit deny in a resource control policy: arn:aws:organizations::777788889999:policy/o-exampleorgid/resource_control_policy/p-examplepolicyid456": {
		Principal: john, Action: "secretsmanager:GetSecretValue", Resource: "arn:aws:secretsmanager:us-east-1:123456789012:secret:*", By: ResourceControl, Explicit: true,
		Policy: "arn:aws:organizations::777788889999:policy/o-exampleorgid/resource_control_policy/p-examplepolicyid456"},
	"User: " + john + " is not authorized to perform: codecommit:ListRepositories\nbecause no VPC endpoint policy allows the codecommit:ListRepositories action": {
		Principal: john, Action: "codecommit:ListRepositories", By: Endpoint},
	"User: " + john + " is not authorized to perform: codedeploy:ListDeployments\non resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*\nwith an explicit deny in a VPC endpoint policy": {
		Principal: john, Action: "codedeploy:ListDeployments", Resource: "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*", By: Endpoint, Explicit: true},
	"User: " + john + " is not authorized to perform: codedeploy:ListDeployments\non resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*\nbecause no permissions boundary allows the codedeploy:ListDeployments action": {
		Principal: john, Action: "codedeploy:ListDeployments", Resource: "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*", By: Boundary},
	"User: " + john + " is not authorized to perform: sagemaker:ListModels\nwith an explicit deny in a permissions boundary: arn:aws:iam::123456789012:policy/DeveloperPermissionBoundary": {
		Principal: john, Action: "sagemaker:ListModels", By: Boundary, Explicit: true, Policy: "arn:aws:iam::123456789012:policy/DeveloperPermissionBoundary"},
	"User: " + john + " is not authorized to perform: sagemaker:ListModels\nwith an explicit deny in a permissions boundary": {
		Principal: john, Action: "sagemaker:ListModels", By: Boundary, Explicit: true},
	"User: " + john + " is not authorized to perform: codecommit:ListRepositories\nbecause no session policy allows the codecommit:ListRepositories action": {
		Principal: john, Action: "codecommit:ListRepositories", By: Session},
	"User: " + john + " is not authorized to perform: codedeploy:ListDeployments\non resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*\nwith an explicit deny in a session policy: arn:aws:iam::123456789012:policy/DeveloperSessionPolicy": {
		Principal: john, Action: "codedeploy:ListDeployments", Resource: "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*", By: Session, Explicit: true,
		Policy: "arn:aws:iam::123456789012:policy/DeveloperSessionPolicy"},
	"User: " + john + " is not authorized to perform: secretsmanager:GetSecretValue\nbecause no resource-based policy allows the secretsmanager:GetSecretValue action": {
		Principal: john, Action: "secretsmanager:GetSecretValue", By: Resource},
	"User: " + john + " is not authorized to perform: secretsmanager:GetSecretValue\non resource: arn:aws:secretsmanager:us-east-1:123456789012:secret:*\nwith an explicit deny in a resource-based policy": {
		Principal: john, Action: "secretsmanager:GetSecretValue", Resource: "arn:aws:secretsmanager:us-east-1:123456789012:secret:*", By: Resource, Explicit: true},
	"User: " + john + " is not authorized to perform: sts:AssumeRole\nbecause no role trust policy allows the sts:AssumeRole action": {
		Principal: john, Action: "sts:AssumeRole", By: Trust},
	"User: " + john + " is not authorized to perform: sts:AssumeRole\nwith an explicit deny in the role trust policy": {
		Principal: john, Action: "sts:AssumeRole", By: Trust, Explicit: true},
	"User: arn:aws:iam::123456789012:role/HR is not authorized to perform: codecommit:ListRepositories\nbecause no identity-based policy allows the codecommit:ListRepositories action": {
		Principal: "arn:aws:iam::123456789012:role/HR", Action: "codecommit:ListRepositories", By: Identity},
	"User: arn:aws:iam::123456789012:role/HR is not authorized to perform: codedeploy:ListDeployments\non resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*\nwith an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/HRAccessPolicy": {
		Principal: "arn:aws:iam::123456789012:role/HR", Action: "codedeploy:ListDeployments", Resource: "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*",
		By: Identity, Explicit: true, Policy: "arn:aws:iam::123456789012:policy/HRAccessPolicy"},
	"An error occurred (AccessDenied) when calling the RestoreTableFromBackup operation: User: arn:aws:sts:012345678901:assumedRole/DatabaseDev/RestoreBackupSession is not authorized to perform: dynamodb:RestoreTableFromBackup with an explicit deny in an identity policy. Go to https://console.aws.amazon.com/iam/home#/access-troubleshooter for complete details, or call the iam:GetAuthorizationDetails API with the following authorization id: 67f1576b-af29-4c66-9b2b-10fd67516713": {
		Principal: "arn:aws:sts:012345678901:assumedRole/DatabaseDev/RestoreBackupSession", Action: "dynamodb:RestoreTableFromBackup", By: Identity, Explicit: true,
		Code: "AccessDenied", Operation: "RestoreTableFromBackup"},
	"User: arn:aws:iam::123456789012:user/mateojackson is not authorized to perform: widgets:GetWidget on resource: my-example-widget": {
		Principal: "arn:aws:iam::123456789012:user/mateojackson", Action: "widgets:GetWidget"},
	"An error occurred (AccessDenied) when calling the GetObject operation: \nUser: " + john + " is not authorized to perform: \ns3:GetObject on resource: \"" + object + "\" \nwith an explicit deny in a resource control policy": {
		Principal: john, Action: "s3:GetObject", Resource: object, By: ResourceControl, Explicit: true, Code: "AccessDenied", Operation: "GetObject"},
	"User: " + john + " is not authorized to perform: \ns3:GetObject on resource: \"" + object + "\" with \nan explicit deny in a resource-based policy": {
		Principal: john, Action: "s3:GetObject", Resource: object, By: Resource, Explicit: true},
	"User: " + john + " is not authorized to perform: \ns3:GetObject on resource: \"" + object + "\" \nbecause no permissions boundary allows the s3:GetObject action": {
		Principal: john, Action: "s3:GetObject", Resource: object, By: Boundary},
	"User " + john + " is not authorized to perform s3:GetObject on \"" + object + "\" because no identity-based policy allows the s3:GetObject action": {
		Principal: john, Action: "s3:GetObject", Resource: object, By: Identity},
	"An error occurred (AccessDenied) when calling the PutBucketPolicy operation: \nUser: " + john + " is not authorized to \nperform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::b\" \nbecause public policies are blocked by the BlockPublicPolicy block public \naccess setting.": {
		Principal: john, Action: "s3:PutBucketPolicy", Resource: "arn:aws:s3:::b", By: PublicAccess, Explicit: true, Code: "AccessDenied", Operation: "PutBucketPolicy"},
	"User: " + john + " is not authorized to perform: s3:CopyObject on resource: \"" + object + "\" because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.": {
		Principal: john, Action: "s3:CopyObject", Resource: object, By: PublicAccess, Explicit: true},
	"User xxxxxxx is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action": {
		Principal: "xxxxxxx", Action: "kms:Decrypt", By: Identity},
	"User: " + john + " is not authorized to perform: kms:CreateGrant on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access": {
		Principal: john, Action: "kms:CreateGrant", By: Resource},
	"An error occurred (AccessDeniedException) when calling the CreateDatasetImportJob operation: User: " + john + " is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/Data because no identity-based policy allows the iam:PassRole action": {
		Principal: john, Action: "iam:PassRole", Resource: "arn:aws:iam::123456789012:role/Data", By: Identity, Code: "AccessDeniedException", Operation: "CreateDatasetImportJob"},
	"operation error S3: GetObject, https response error StatusCode: 403, RequestID: X, HostID: Y, api error AccessDenied: User: " + john + " is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/a file\" because no resource-based policy allows the s3:GetObject action": {
		Principal: john, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/a file", By: Resource, Code: "AccessDenied", Operation: "GetObject"},
	`{"message": "User: ` + john + ` is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\" because no identity-based policy allows the s3:GetObject action"}`: {
		Principal: john, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", By: Identity},
	"User: anonymous is not authorized to perform: personalize:ListSchemas on resource: *": {
		Principal: "anonymous", Action: "personalize:ListSchemas", Resource: "*"},

	"Failed to create a data import job for Interactions dataset....Insufficient privileges for accessing data in Amazon S3.": {Principal: personalize},
	"Insufficient privileges for accessing data in S3. Please look at https://docs.aws.amazon.com/personalize/latest/dg/data-prep-upload-s3.html and fix bucket policy on acme.data.": {
		Principal: personalize, Resource: "arn:aws:s3:::acme.data"},
	"Invalid Data location.": {By: Location},
	"Invalid S3 input path":  {By: Location},
	"Invalid S3 output path": {By: Location},
	"An error occurred (InvalidInputException) when calling the CreateDatasetImportJob operation: Amazon Personalize cannot assume role arn:aws:iam::123456789012:role/Data.": {
		Principal: personalize, Action: "sts:AssumeRole", Resource: "arn:aws:iam::123456789012:role/Data", By: Trust, Code: "InvalidInputException", Operation: "CreateDatasetImportJob"},
	"An error occurred (AccessDenied) when calling the AssumeRole operation: Roles may not be assumed by root accounts.": {
		Action: "sts:AssumeRole", By: Trust, Code: "AccessDenied", Operation: "AssumeRole"},
	"An error occurred (AccessDeniedException) when calling the Decrypt operation: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.": {
		Action: "kms:Decrypt", By: Resource, Code: "AccessDeniedException", Operation: "Decrypt"},
	"An error occurred (KMS.DisabledException) when calling the GetObject operation: arn:aws:kms:eu-west-1:123456789012:key/1234abcd is disabled.": {
		Action: "s3:GetObject", Resource: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd", By: Key, Code: "KMS.DisabledException", Operation: "GetObject"},
	"An error occurred (KMSInvalidStateException) when calling the Encrypt operation: arn:aws:kms:eu-west-1:123456789012:key/1234abcd is pending deletion.": {
		Action: "kms:Encrypt", Resource: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd", By: Key, Code: "KMSInvalidStateException", Operation: "Encrypt"},
	"arn:aws:kms:eu-west-1:123456789012:key/1234abcd is pending deletion.": {
		Resource: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd", By: Key},
	"arn:aws:kms:eu-west-1:123456789012:key/1234abcd is pending import.": {
		Resource: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd", By: Key},
	"An error occurred (MalformedPolicy) when calling the PutBucketPolicy operation: Invalid principal in policy": {
		Action: "s3:PutBucketPolicy", By: Grammar, Code: "MalformedPolicy", Operation: "PutBucketPolicy"},
	`An error occurred (MalformedPolicyDocument) when calling the CreateRole operation: Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/gone"`: {
		Resource: "arn:aws:iam::123456789012:role/gone", By: Grammar, Code: "MalformedPolicyDocument", Operation: "CreateRole"},
	"Policy contains a statement with one or more invalid principals.":                                             {By: Grammar},
	"An error occurred (AccessDenied) when calling the HeadObject operation: Access Denied":                        {Action: "s3:GetObject", Code: "AccessDenied", Operation: "HeadObject"},
	"An error occurred (403) when calling the HeadBucket operation: Forbidden":                                     {Action: "s3:ListBucket", Code: "403", Operation: "HeadBucket"},
	`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`:                {Code: "AccessDenied"},
	"The request was denied due to a VPC endpoint policy":                                                          {By: Endpoint},
	"An error occurred (ExpiredToken) when calling the GetBucketPolicy operation: The provided token has expired.": {Action: "s3:GetBucketPolicy", By: Credentials, Code: "ExpiredToken", Operation: "GetBucketPolicy"},
	"You are not authorized to perform this operation. Encoded authorization failure message: aBc-_123":            {Encoded: "aBc-_123"},
	"User: " + john + " is not authorized to perform: ec2:X on resource: arn:aws:ec2:::x because no identity-based policy allows the ec2:X action. Encoded authorization failure message: Zz9=": {
		Principal: john, Action: "ec2:X", Resource: "arn:aws:ec2:::x", By: Identity, Encoded: "Zz9="},
}

func TestParse(t *testing.T) {
	for text, want := range documented {
		got, ok := Parse(text)
		if !ok {
			t.Errorf("%s\nis not known", text)
			continue
		}
		if got.Meaning == "" || strings.Contains(got.Meaning, "\n") || got.Source == "" {
			t.Errorf("%s\nmeans %q (%s)", text, got.Meaning, got.Source)
		}
		if got.Encoded != "" && !strings.Contains(got.Meaning, "decode-authorization-message") {
			t.Errorf("%s\nhow to decode is not in %q", text, got.Meaning)
		}
		got.Meaning, got.Source = "", ""
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nis %+v\nnot %+v", text, got, want)
		}
	}
	if n := len(documented); n < 45 {
		t.Errorf("only %d messages", n)
	}
}

// What is not a refusal is not taken for one.
func TestParseNothing(t *testing.T) {
	for _, text := range []string{"", "hello", "ACTIVE",
		"An error occurred (LimitExceededException) when calling the CreateDatasetImportJob operation: More than 5 resources with PENDING or IN_PROGRESS status.",
		"Input CSV is missing the following columns: [USER_ID].",
		"An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: The bucket policy does not exist",
		`{"allowed": true, "context": {"action": "s3:GetObject"}}`, `{"Version": "2012-10-17", "Statement": []}`} {
		if d, ok := Parse(text); ok {
			t.Errorf("%s\nis taken for %+v", text, d)
		}
	}
}

// Each form that is known by its words or its code is found by them, and by each other's no more than once.
func TestForms(t *testing.T) {
	for i, f := range forms {
		for _, code := range f.codes {
			if d, ok := other("", code, ""); !ok || d.By != f.denial.By {
				t.Errorf("form %d: code %s is %+v", i, code, d)
			}
		}
		if f.denial.Meaning == "" || f.denial.Source == "" {
			t.Errorf("form %d says nothing: %+v", i, f.denial)
		}
	}
}

func TestDecoded(t *testing.T) {
	const message = `{"allowed": false, "explicitDeny": true, "matchedStatements": {"items": []}, "context": {"principal": {"id": "AROA:s", "arn": "arn:aws:sts::1:assumed-role/r/s"},
		"action": "iam:PassRole", "resource": "arn:aws:iam::1:role/x", "conditions": {"items": [{"key": "aws:SourceIp", "values": {"items": [{"value": "192.0.2.1"}]}}]}}}`
	want := Denial{Principal: "arn:aws:sts::1:assumed-role/r/s", Caller: "AROA:s", Action: "iam:PassRole", Resource: "arn:aws:iam::1:role/x", Explicit: true,
		Context: map[string][]string{"aws:SourceIp": {"192.0.2.1"}}}
	for _, text := range []string{message, `{"DecodedMessage": ` + strings.ReplaceAll(quote(message), "\n", "") + `}`} {
		got, ok := Parse(text)
		got.Meaning, got.Source = "", ""
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%v %+v", ok, got)
		}
	}
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, "\n", `\n`, "\t", " ").Replace(s) + `"`
}

// Whatever is in a message is data: Meaning stays one line of text, and what comes from the message is
// quoted in it.
func FuzzParse(f *testing.F) {
	for text := range documented {
		f.Add(text)
	}
	f.Add("User: \x1b[31m is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/\x1b]8;;x\" with an explicit deny in a service control policy: arn:\x00")
	f.Add(`{"allowed":false,"context":{"action":"a\u001b\n"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := Parse(text)
		if !ok {
			if !reflect.DeepEqual(d, Denial{}) {
				t.Fatalf("not known, and %+v", d)
			}
			return
		}
		if d.Meaning == "" || d.Source == "" {
			t.Fatalf("%+v", d)
		}
		plain(t, d.Meaning)
	})
}

// plain fails when a text could do something to the terminal that shows it.
func plain(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("%q is not text", text)
	}
	for _, r := range text {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e {
			t.Fatalf("%q has %U", text, r)
		}
	}
}
