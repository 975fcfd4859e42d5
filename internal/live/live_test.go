package live

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// gather returns what is read, by its name.
func gather(t *testing.T, c *Client, ask Ask) (map[string]string, Gathered) {
	t.Helper()
	g, err := c.Gather(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range g.Files {
		if _, ok := files[f.Name]; ok {
			t.Errorf("two files are called %s", f.Name)
		}
		files[f.Name] = string(f.Data)
	}
	return files, g
}

// same compares JSON.
func same(t *testing.T, name, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Errorf("%s: %v\n%s", name, err, got)
		return
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("%s is\n%s\nnot\n%s", name, got, want)
	}
}

// The files have the form that the AWS CLI prints.
func TestGather(t *testing.T) {
	_, c := newEndpoint(t)
	files, g := gather(t, c, asks["everything"])
	attached := `{"AttachedPolicies": [{"PolicyName": "Data", "PolicyArn": "arn:aws:iam::123456789012:policy/Data"}, {"PolicyName": "Data", "PolicyArn": "arn:aws:iam::aws:policy/Data"}]}`
	boundary := `{"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/b/Limit"}`
	version := `{"PolicyVersion": {"Document": ` + granted + `, "VersionId": "v2", "IsDefaultVersion": true}}`
	text, err := json.Marshal(granted)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"sts/get-caller-identity/123456789012.json": `{"UserId": "AIDA", "Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/reader"}`,
		"iam/get-role/PersonalizeRole.json": `{"Role": {"Path": "/service/", "RoleName": "PersonalizeRole", "Arn": "` + roleARN + `", "CreateDate": "2026-11-01T10:00:00+00:00",
			"MaxSessionDuration": 3600, "AssumeRolePolicyDocument": ` + granted + `, "PermissionsBoundary": ` + boundary + `}}`,
		"iam/list-role-policies/PersonalizeRole.json":                `{"PolicyNames": ["In line"]}`,
		"iam/get-role-policy/PersonalizeRole/In%20line.json":         `{"RoleName": "PersonalizeRole", "PolicyName": "In line", "PolicyDocument": ` + granted + `}`,
		"iam/list-attached-role-policies/PersonalizeRole.json":       attached,
		"iam/get-policy/Data.json":                                   `{"Policy": {"PolicyName": "Data", "Arn": "arn:aws:iam::123456789012:policy/Data", "DefaultVersionId": "v2", "IsAttachable": false}}`,
		"iam/get-policy-version/Data.json":                           version,
		"iam/get-policy-version/arn:aws:iam::aws:policy%2FData.json": version,
		"iam/get-policy-version/Limit.json":                          version,
		"iam/get-user/ann.json":                                      `{"User": {"UserName": "ann", "Arn": "arn:aws:iam::123456789012:user/ann", "PermissionsBoundary": ` + boundary + `}}`,
		"iam/list-user-policies/ann.json":                            `{"PolicyNames": ["In line"]}`,
		"iam/get-user-policy/ann/In%20line.json":                     `{"UserName": "ann", "PolicyName": "In line", "PolicyDocument": ` + granted + `}`,
		"iam/list-attached-user-policies/ann.json":                   attached,
		"iam/list-groups-for-user/ann.json":                          `{"Groups": [{"GroupName": "team", "Arn": "arn:aws:iam::123456789012:group/team"}]}`,
		"iam/list-group-policies/team.json":                          `{"PolicyNames": ["In line"]}`,
		"iam/get-group-policy/team/In%20line.json":                   `{"GroupName": "team", "PolicyName": "In line", "PolicyDocument": ` + granted + `}`,
		"iam/list-attached-group-policies/team.json":                 attached,
		"s3api/get-bucket-policy/acme-data.json":                     `{"Policy": ` + string(text) + `}`,
		"s3api/get-bucket-location/acme-data.json":                   `{"LocationConstraint": "eu-west-1"}`,
		"s3api/get-bucket-encryption/acme-data.json": `{"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault":
			{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "` + keyARN + `"}, "BucketKeyEnabled": false}]}}`,
		"s3api/get-bucket-ownership-controls/acme-data.json": `{"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}`,
		"s3api/get-public-access-block/acme-data.json": `{"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true,
			"BlockPublicPolicy": true, "RestrictPublicBuckets": false}}`,
		"kms/describe-key/11111111-1111-1111-1111-111111111111.json": `{"KeyMetadata": {"AWSAccountId": "123456789012", "KeyId": "11111111-1111-1111-1111-111111111111", "Arn": "` + keyARN + `",
			"CreationDate": "2023-11-14T22:13:20.5+00:00", "Enabled": false, "KeyState": "Disabled"}}`,
		"kms/get-key-policy/11111111-1111-1111-1111-111111111111.json": `{"Policy": ` + string(text) + `, "PolicyName": "default"}`,
		"kms/list-aliases/11111111-1111-1111-1111-111111111111.json":   `{"Aliases": [{"AliasName": "alias/data", "TargetKeyId": "11111111-1111-1111-1111-111111111111"}]}`,
		"personalize/describe-dataset-import-job/j.json": `{"datasetImportJob": {"datasetArn": "` + jobARN("dataset/shop/INTERACTIONS") + `", "roleArn": "` + roleARN + `",
			"dataSource": {"dataLocation": "s3://acme-data/in/"}, "status": "CREATE FAILED", "failureReason": "x", "creationDateTime": "2023-11-14T22:13:20.25+00:00"}}`,
		"personalize/describe-dataset/shop%2FINTERACTIONS.json":                               `{"dataset": {"datasetGroupArn": "` + jobARN("dataset-group/shop") + `"}}`,
		"personalize/describe-dataset-group/shop.json":                                        `{"datasetGroup": {"datasetGroupArn": "` + jobARN("dataset-group/shop") + `", "kmsKeyArn": "` + groupKey + `", "roleArn": "` + roleARN + `"}}`,
		"personalize/describe-solution-version/s%2F1a2b.json":                                 `{"solutionVersion": {"datasetGroupArn": "` + jobARN("dataset-group/shop") + `"}}`,
		"organizations/list-parents/123456789012.json":                                        `{"Parents": [{"Id": "ou-ab12-11111111", "Type": "ORGANIZATIONAL_UNIT"}]}`,
		"organizations/list-policies-for-target/r-ab12/RESOURCE_CONTROL_POLICY.json":          `{"Policies": [{"Id": "p-own11111", "Type": "RESOURCE_CONTROL_POLICY", "AwsManaged": false}]}`,
		"organizations/list-policies-for-target/123456789012/SERVICE_CONTROL_POLICY.json":     `{"Policies": [{"Id": "p-FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false}]}`,
		"organizations/list-policies-for-target/ou-ab12-11111111/SERVICE_CONTROL_POLICY.json": `{"Policies": [{"Id": "p-FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false}]}`,
		"organizations/describe-policy/p-own11111.json":                                       `{"Policy": {"PolicySummary": {"Id": "p-own11111", "AwsManaged": false}, "Content": ` + string(text) + `}}`,
		"s3control/get-public-access-block/123456789012.json": `{"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true,
			"BlockPublicPolicy": true, "RestrictPublicBuckets": false}}`,
	} {
		if _, ok := files[name]; !ok {
			t.Errorf("%s is missing", name)
			continue
		}
		same(t, name, files[name], want)
	}
	for _, name := range []string{"kms/describe-key/alias%2Fdata.json", "kms/describe-key/alias%2Faws%2Fs3.json", "kms/describe-key/22222222-2222-2222-2222-222222222222.json",
		"s3api/get-bucket-policy/acme-out.json", "organizations/describe-policy/p-FullAWSAccess.json", "personalize/describe-batch-inference-job/j.json"} {
		if files[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
	if len(g.Unseen) != 0 {
		t.Errorf("%+v", g.Unseen)
	}
}

// An answer that is an error is a file, as the AWS CLI prints it, and the rest is read all the same.
func TestGatherErrors(t *testing.T) {
	e, c := newEndpoint(t)
	e.fail = func(c call) (int, string, string) {
		switch c.operation {
		case "GetBucketPolicy":
			return 404, "NoSuchBucketPolicy", "The bucket policy does not exist"
		case "GetRolePolicy":
			return 403, "AccessDenied", "no identity-based policy allows it"
		case "GetKeyPolicy":
			return 400, "AccessDeniedException", "not in this account"
		case "DescribeDataset":
			return 500, "InternalServiceException", "try again"
		case "ListParents":
			return 400, "AccessDeniedException", "You don't have permissions to access this resource."
		case "GetUser":
			return 404, "NoSuchEntity", "The user with name ann cannot be found."
		}
		return 0, "", ""
	}
	files, _ := gather(t, c, asks["everything"])
	for name, want := range map[string]string{
		"s3api/get-bucket-policy/acme-data.json":                       "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: The bucket policy does not exist\n",
		"iam/get-role-policy/PersonalizeRole/In%20line.json":           "An error occurred (AccessDenied) when calling the GetRolePolicy operation: no identity-based policy allows it\n",
		"kms/get-key-policy/11111111-1111-1111-1111-111111111111.json": "An error occurred (AccessDeniedException) when calling the GetKeyPolicy operation: not in this account\n",
		"personalize/describe-dataset/shop%2FINTERACTIONS.json":        "An error occurred (InternalServiceException) when calling the DescribeDataset operation: try again\n",
		"organizations/list-parents/123456789012.json":                 "An error occurred (AccessDeniedException) when calling the ListParents operation: You don't have permissions to access this resource.\n",
		"iam/get-user/ann.json":                                        "An error occurred (NoSuchEntity) when calling the GetUser operation: The user with name ann cannot be found.\n",
	} {
		if files[name] != want {
			t.Errorf("%s: %q", name, files[name])
		}
	}
	if files["iam/list-attached-role-policies/PersonalizeRole.json"] == "" || files["iam/list-user-policies/ann.json"] != "" {
		t.Error("the rest is not read, or what cannot be is")
	}
}

// Credentials that AWS does not take, and a network that does not answer, are no files.
func TestGatherFails(t *testing.T) {
	for name, at := range map[string]struct{ operation, code string }{
		"the first call":       {"GetCallerIdentity", "AccessDenied"},
		"expired at IAM":       {"GetRole", "ExpiredToken"},
		"expired at KMS":       {"DescribeKey", "ExpiredTokenException"},
		"no key for S3":        {"GetBucketLocation", "InvalidAccessKeyId"},
		"expired at the job's": {"DescribeDatasetImportJob", "UnrecognizedClientException"},
	} {
		e, c := newEndpoint(t)
		e.fail = func(c call) (int, string, string) {
			if c.operation == at.operation {
				return 403, at.code, "no"
			}
			return 0, "", ""
		}
		g, err := c.Gather(t.Context(), asks["everything"])
		if err == nil || !strings.Contains(err.Error(), at.code) {
			t.Errorf("%s: %v", name, err)
		}
		for _, f := range g.Files {
			if strings.Contains(string(f.Data), "An error") {
				t.Errorf("%s: %s", name, f.Data)
			}
		}
	}
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, _ = newEndpoint(t)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	c, err := Open(t.Context(), Options{Region: region})
	if err != nil {
		t.Fatal(err)
	}
	var first *CredentialsError
	if _, err := c.Gather(t.Context(), Ask{}); !errors.As(err, &first) {
		t.Errorf("no network: %v", err)
	}
}

// What stops a call of Personalize, the one whose client is not of the SDK, stops Gather too.
func TestGatherEnds(t *testing.T) {
	e, c := newEndpoint(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	e.fail = func(c call) (int, string, string) {
		if c.operation == "DescribeDatasetImportJob" {
			cancel(why)
			time.Sleep(time.Millisecond)
		}
		return 0, "", ""
	}
	if _, err := c.Gather(ctx, asks["an import"]); !errors.Is(err, why) {
		t.Errorf("%v", err)
	}
	if calls := e.asked(); len(calls) != 2 {
		t.Errorf("%d calls", len(calls))
	}
}

// Personalize is asked again as often as the SDK does it.
func TestGatherAgain(t *testing.T) {
	e, _ := newEndpoint(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "3")
	c, err := Open(t.Context(), Options{Region: region})
	if err != nil {
		t.Fatal(err)
	}
	failures := map[string]int{"DescribeDatasetImportJob": 2, "DescribeDataset": 0, "DescribeDatasetGroup": 9}
	e.fail = func(c call) (int, string, string) {
		if failures[c.operation]--; failures[c.operation] >= 0 {
			return 400, "ThrottlingException", "Rate exceeded"
		}
		return 0, "", ""
	}
	files, _ := gather(t, c, asks["an import"])
	n := map[string]int{}
	for _, call := range e.asked() {
		n[call.operation]++
	}
	if n["DescribeDatasetImportJob"] != 3 || n["DescribeDataset"] != 1 || n["DescribeDatasetGroup"] != 3 {
		t.Errorf("%v", n)
	}
	if !strings.Contains(files["personalize/describe-dataset-group/shop.json"], "(ThrottlingException)") {
		t.Errorf("%q", files)
	}
}

// A bucket of another region is read there.
func TestGatherElsewhere(t *testing.T) {
	e, c := newEndpoint(t)
	e.fail = func(c call) (int, string, string) {
		if c.service == "s3" && c.region != "us-west-2" {
			return 301, "PermanentRedirect", "elsewhere"
		}
		return 0, "", ""
	}
	files, _ := gather(t, c, asks["a bucket"])
	if strings.Contains(files["s3api/get-bucket-location/acme-data.json"], "error") {
		t.Errorf("%q", files)
	}
	if i := slices.IndexFunc(e.asked(), func(c call) bool { return c.service == "s3" && c.region == "us-west-2" }); i < 0 {
		t.Error("the region is not asked")
	}
}

// What cannot be asked for is said: a role of another account would be taken for one of this.
func TestGatherUnseen(t *testing.T) {
	_, c := newEndpoint(t)
	files, g := gather(t, c, Ask{Roles: []string{"arn:aws:iam::999999999999:role/" + roleName}, Operators: []string{"arn:aws:iam::999999999999:user/x"},
		Jobs: []string{jobARN("batch-segment-job/j")}})
	var what []string
	for _, u := range g.Unseen {
		what = append(what, u.What)
	}
	if want := []string{"not S3", "arn:aws:iam::999999999999:role/" + roleName, "arn:aws:iam::999999999999:user/x"}; !slices.Equal(what, want) {
		t.Errorf("%q", g.Unseen)
	}
	if files["iam/get-user/x.json"] != "" {
		t.Error("a user of another account is read")
	}
}

func TestAskIsChecked(t *testing.T) {
	e, c := newEndpoint(t)
	for name, ask := range map[string]Ask{
		"a/b":                         {Buckets: []string{"a/b"}},
		"../x":                        {Buckets: []string{"../x"}},
		"":                            {Roles: []string{""}},
		"a b":                         {Roles: []string{"a b"}},
		"arn:aws:iam::1:role/x":       {Roles: []string{"arn:aws:iam::1:role/x"}},
		"arn:aws:iam::*:role/x":       {Operators: []string{"arn:aws:iam::*:role/x"}},
		"alias/":                      {Keys: []string{"alias/"}},
		"arn:aws:kms:x:y:key/1":       {Keys: []string{"arn:aws:kms:x:y:key/1"}},
		jobARN("campaign/c"):          {Jobs: []string{jobARN("campaign/c")}},
		jobARN("dataset-import-job"):  {Jobs: []string{jobARN("dataset-import-job")}},
		"j":                           {Jobs: []string{"j"}},
		"arn:aws:s3:eu-west-1:1:ap/x": {Buckets: []string{"arn:aws:s3:eu-west-1:1:ap/x"}},
	} {
		var wrong *AskError
		if _, err := c.Gather(t.Context(), ask); !errors.As(err, &wrong) || wrong.Name != name || !strings.Contains(err.Error(), `"`+name+`"`) {
			t.Errorf("%q: %v", name, err)
		}
		if n := len(Permissions(ask).Statements); n != 0 {
			t.Errorf("%q: %d statements", name, n)
		}
	}
	if calls := e.asked(); len(calls) != 0 {
		t.Errorf("%d calls", len(calls))
	}
}

func TestOpen(t *testing.T) {
	newEndpoint(t)
	if _, err := Open(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), "region") {
		t.Errorf("%v", err)
	}
	if _, err := Open(t.Context(), Options{Region: region, Profile: "none"}); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("%v", err)
	}
}
