package denial

import (
	"reflect"
	"strings"
	"testing"
)

const (
	roleARN1   = "arn:aws:iam::123456789012:role/PersonalizeRole"
	session    = "arn:aws:sts::123456789012:assumed-role/PersonalizeRole/Personalize"
	byRole     = `"userIdentity": {"type": "AssumedRole", "principalId": "AROAX:Personalize", "arn": "` + session + `", "accountId": "123456789012", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "` + roleARN1 + `"}, "attributes": {"mfaAuthenticated": "false"}}, "invokedBy": "personalize.amazonaws.com"}`
	byService  = `"userIdentity": {"type": "AWSService", "invokedBy": "personalize.amazonaws.com"}`
	byUser     = `"userIdentity": {"type": "IAMUser", "principalId": "AIDAX", "arn": "` + john + `", "accountId": "123456789012", "userName": "John"}`
	readObject = `"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "awsRegion": "eu-west-1", "requestParameters": {"bucketName": "acme-data", "key": "in/a b.csv"}, "errorCode": "AccessDenied"`
)

func TestEvent(t *testing.T) {
	base := map[string][]string{"aws:RequestedRegion": {"eu-west-1"}}
	with := func(more ...string) map[string][]string {
		out := map[string][]string{}
		for k, v := range base {
			out[k] = v
		}
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = []string{more[i+1]}
		}
		return out
	}
	for name, c := range map[string]struct {
		event string
		want  Denial
	}{
		"the role reads an object": {`{` + byRole + `,` + readObject + `, "errorMessage": "Access Denied", "sourceIPAddress": "personalize.amazonaws.com", "eventTime": "2026-11-20T10:00:00Z"}`,
			Denial{Principal: roleARN1, Caller: session, Account: "123456789012", InvokedBy: personalize, Action: "s3:GetObject",
				Resource: "arn:aws:s3:::acme-data/in/a b.csv", Code: "AccessDenied", Operation: "GetObject",
				Context: with("aws:MultiFactorAuthPresent", "false", "aws:CurrentTime", "2026-11-20T10:00:00Z")}},
		"the service lists a bucket": {`{"Records": [{"eventSource": "s3.amazonaws.com", "eventName": "GetBucketAcl"}, {` + byService + `, "eventSource": "s3.amazonaws.com", "eventName": "ListObjects",
			"awsRegion": "eu-west-1", "requestParameters": {"bucketName": "acme-data", "prefix": "in/", "Host": "x"}, "errorCode": "AccessDenied",
			"resources": [{"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::acme-data/"}, {"accountId": "1", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::acme-data"}], "tlsDetails": {"tlsVersion": "TLSv1.3"}}]}`,
			Denial{Principal: personalize, InvokedBy: personalize, Action: "s3:ListBucket", Resource: "arn:aws:s3:::acme-data", Code: "AccessDenied", Operation: "ListObjects",
				Context: with("aws:PrincipalIsAWSService", "true", "aws:PrincipalServiceName", personalize, "s3:prefix", "in/", "aws:SecureTransport", "true")}},
		"a user starts a job without iam:PassRole": {`{"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": {` + byUser + `, "eventSource": "personalize.amazonaws.com", "eventName": "CreateDatasetImportJob",
			"awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.1", "userAgent": "aws-cli", "errorCode": "AccessDeniedException", "requestParameters": {"jobName": "j", "roleArn": "` + roleARN1 + `"},
			"errorMessage": "User: ` + john + ` is not authorized to perform: iam:PassRole on resource: ` + roleARN1 + ` because no identity-based policy allows the iam:PassRole action"}}`,
			Denial{Principal: john, Caller: john, Account: "123456789012", Action: "iam:PassRole", Resource: roleARN1, By: Identity, Code: "AccessDeniedException", Operation: "CreateDatasetImportJob",
				Context: with("aws:SourceIp", "192.0.2.1", "aws:UserAgent", "aws-cli", "iam:PassedToService", personalize)}},
		"a user may not start a job": {`[{` + byUser + `, "eventSource": "personalize.amazonaws.com", "eventName": "CreateDatasetImportJob", "awsRegion": "eu-west-1", "errorCode": "AccessDenied", "requestParameters": {"jobName": "j"}}]`,
			Denial{Principal: john, Caller: john, Account: "123456789012", Action: "personalize:CreateDatasetImportJob",
				Resource: "arn:aws:personalize:eu-west-1:123456789012:dataset-import-job/j", Code: "AccessDenied", Operation: "CreateDatasetImportJob", Context: base}},
		"a user looks at a job": {`{` + byUser + `, "eventSource": "personalize.amazonaws.com", "eventName": "DescribeDatasetImportJob", "awsRegion": "cn-north-1", "errorCode": "AccessDenied", "requestParameters": {"datasetImportJobArn": "arn:j"}}`,
			Denial{Principal: john, Caller: john, Account: "123456789012", Action: "personalize:DescribeDatasetImportJob", Resource: "arn:j", Code: "AccessDenied", Operation: "DescribeDatasetImportJob",
				Context: map[string][]string{"aws:RequestedRegion": {"cn-north-1"}}}},
		"the role decrypts": {`{` + byRole + `, "eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "awsRegion": "eu-west-1", "vpcEndpointId": "vpce-1", "sourceIPAddress": "10.0.0.1", "errorCode": "AccessDenied",
			"errorMessage": "User: ` + session + ` is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:123456789012:key/k because no resource-based policy allows the kms:Decrypt action",
			"requestParameters": {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::acme-data"}, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}, "resources": [{"ARN": "arn:aws:kms:eu-west-1:123456789012:key/k"}]}`,
			Denial{Principal: roleARN1, Caller: session, Account: "123456789012", InvokedBy: personalize, Action: "kms:Decrypt", Resource: "arn:aws:kms:eu-west-1:123456789012:key/k", By: Resource,
				Code: "AccessDenied", Operation: "Decrypt", Context: with("aws:MultiFactorAuthPresent", "false", "aws:SourceVpce", "vpce-1", "aws:VpcSourceIp", "10.0.0.1",
					"kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::acme-data")}},
		"the service assumes the role": {`{` + byService + `, "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "awsRegion": "eu-west-1", "requestParameters": {"roleArn": "` + roleARN1 + `"}, "errorCode": "AccessDenied"}`,
			Denial{Principal: personalize, InvokedBy: personalize, Action: "sts:AssumeRole", Resource: roleARN1, Code: "AccessDenied", Operation: "AssumeRole",
				Context: with("aws:PrincipalIsAWSService", "true", "aws:PrincipalServiceName", personalize)}},
		"a caller of another account": {`{"userIdentity": {"type": "AWSAccount", "principalId": "AROAY:s", "accountId": "999999999999"},` + readObject + `}`,
			Denial{Caller: "AROAY:s", Account: "999999999999", Action: "s3:GetObject", Resource: "arn:aws:s3:::acme-data/in/a b.csv", Code: "AccessDenied", Operation: "GetObject", Context: base}},
		"nobody": {`{"userIdentity": {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"},` + readObject + `}`,
			Denial{Principal: "*", Account: "ANONYMOUS_PRINCIPAL", Action: "s3:GetObject", Resource: "arn:aws:s3:::acme-data/in/a b.csv", Code: "AccessDenied", Operation: "GetObject", Context: base}},
		"a version": {`{` + byUser + `, "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "awsRegion": "eu-west-1", "requestParameters": {"bucketName": "b", "key": "k", "versionId": "v"}, "errorCode": "AccessDenied"}`,
			Denial{Principal: john, Caller: john, Account: "123456789012", Action: "s3:GetObjectVersion", Resource: "arn:aws:s3:::b/k", Code: "AccessDenied", Operation: "GetObject", Context: base}},
		"an error in the response": {`{"Events": [{"CloudTrailEvent": ` + quote(`{`+byUser+`, "eventSource": "s3.amazonaws.com", "eventName": "PutObject", "awsRegion": "eu-west-1", "requestParameters": {"bucketName": "b", "key": "k", "x-amz-server-side-encryption": "aws:kms"}, "responseElements": {"errorCode": "AccessDenied"}}`) + `}]}`,
			Denial{Principal: john, Caller: john, Account: "123456789012", Action: "s3:PutObject", Resource: "arn:aws:s3:::b/k", Code: "AccessDenied", Operation: "PutObject",
				Context: with("s3:x-amz-server-side-encryption", "aws:kms")}},
		"by an endpoint's policy": {`{` + byUser + `, "eventSource": "s3.amazonaws.com", "eventName": "PutObject", "awsRegion": "eu-west-1", "requestParameters": {"bucketName": "b", "key": "k"}, "errorCode": "VpceAccessDenied", "errorMessage": "The request was denied due to a VPC endpoint policy"}`,
			Denial{Principal: john, Caller: john, Account: "123456789012", Action: "s3:PutObject", Resource: "arn:aws:s3:::b/k", By: Endpoint, Code: "VpceAccessDenied", Operation: "PutObject", Context: base}},
	} {
		got, err := Event([]byte(c.event))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Meaning == "" || got.Source == "" {
			t.Errorf("%s: %+v", name, got)
		}
		got.Meaning, got.Source, got.Region = "", "", ""
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n%+v\nnot\n%+v", name, got, c.want)
		}
	}
}

func TestEventNot(t *testing.T) {
	for event, want := range map[string]string{
		"":                                       "a CloudTrail record is expected",
		"{":                                      "a CloudTrail record is expected",
		"[1]":                                    "a list of CloudTrail records",
		"{}":                                     "no CloudTrail record",
		`{"Records": []}`:                        "no CloudTrail record",
		`{"Records": "x"}`:                       "a CloudTrail record is expected",
		`{"eventName": 7}`:                       "a CloudTrail record is expected",
		`{"Events": [{"CloudTrailEvent": "x"}]}`: "Events[0]",
		`{"eventSource": "s3.amazonaws.com", "eventName": "GetObject"}`: "no record of 1 has an errorCode",
	} {
		if d, err := Event([]byte(event)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v, not %q", event, d, err, want)
		}
	}
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{` + byRole + `,` + readObject + `}`))
	f.Add([]byte(`{"detail": {` + byService + `,` + readObject + `}}`))
	f.Add([]byte(`[{` + byUser + `, "eventSource": "personalize", "eventName": "Describe", "errorCode": "x"}]`))
	f.Add([]byte(`{"eventSource": "kms.x", "eventName": "\u001b", "errorCode": "AccessDenied", "requestParameters": {"encryptionContext": 3}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Event(data)
		if err != nil {
			return
		}
		if d.Meaning == "" || d.Operation == "" && d.Code == "" && d.Source == "" {
			t.Fatalf("%+v", d)
		}
		plain(t, d.Meaning)
	})
}
