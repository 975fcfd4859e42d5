package live

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	account  = "123456789012"
	region   = "eu-west-1"
	roleName = "PersonalizeRole"
	roleARN  = "arn:aws:iam::" + account + ":role/service/" + roleName
	keyARN   = "arn:aws:kms:" + region + ":" + account + ":key/11111111-1111-1111-1111-111111111111"
	groupKey = "arn:aws:kms:" + region + ":" + account + ":key/22222222-2222-2222-2222-222222222222"
	granted  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme data+/*"}]}`
)

// call is one that the endpoint was asked for.
type call struct {
	service, operation, region string
	action, resource           string // as IAM names them
	context                    map[string][]string
}

// endpoint answers as AWS does for one account, and records what it is asked.
type endpoint struct {
	t     *testing.T
	mu    sync.Mutex
	calls []call
	// fail returns the error for an operation: status, code and message; 0 for none.
	fail func(c call) (int, string, string)
}

// newEndpoint starts an endpoint and opens a client that talks to it alone.
func newEndpoint(t *testing.T) (*endpoint, *Client) {
	t.Helper()
	e := &endpoint{t: t, fail: func(call) (int, string, string) { return 0, "", "" }}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_MAX_ATTEMPTS": "1",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_CA_BUNDLE": "", "AWS_ENDPOINT_URL_S3": "", "AWS_ENDPOINT_URL_PERSONALIZE": ""} {
		t.Setenv(name, value)
	}
	c, err := Open(t.Context(), Options{Region: region})
	if err != nil {
		t.Fatal(err)
	}
	return e, c
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		e.t.Error(err)
	}
	form, _ := url.ParseQuery(string(body))
	target := r.Header.Get("X-Amz-Target")
	var c call
	var out string
	switch {
	case target != "":
		c, out = e.json(target, body)
	case form.Get("Action") != "":
		c, out = e.query(form)
	default:
		c, out = e.s3(r)
	}
	// Credential=KEY/DATE/REGION/SERVICE/aws4_request
	if scope := strings.Split(r.Header.Get("Authorization"), "/"); len(scope) > 3 {
		c.region = scope[2]
	}
	e.calls = append(e.calls, c)
	status, code, message := e.fail(c)
	switch {
	case status != 0 && target != "":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"__type": %q, "message": %q}`, "com.amazonaws#"+code, message)
	case status != 0 && c.service == "s3":
		w.Header().Set("X-Amz-Bucket-Region", "us-west-2")
		w.WriteHeader(status)
		fmt.Fprintf(w, `<Error><Code>%s</Code><Message>%s</Message></Error>`, code, message)
	case status != 0:
		w.WriteHeader(status)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, message)
	default:
		io.WriteString(w, out)
	}
}

// json answers KMS, Organizations and Personalize.
func (e *endpoint) json(target string, body []byte) (call, string) {
	var in map[string]any
	if err := json.Unmarshal(body, &in); err != nil {
		e.t.Error(err)
	}
	str := func(name string) string { s, _ := in[name].(string); return s }
	prefix, operation, _ := strings.Cut(target, ".")
	switch prefix {
	case "TrentService":
		c := call{service: "kms", operation: operation, action: "kms:" + operation, resource: keyARN, context: map[string][]string{"kms:ResourceAliases": {"alias/data"}}}
		id := str("KeyId")
		switch {
		case strings.Contains(id, "alias/"):
			id = id[strings.Index(id, "alias/"):]
			c.context = map[string][]string{"kms:RequestAlias": {id}, "kms:ResourceAliases": {id}}
		case strings.HasPrefix(id, "arn:") && id != keyARN:
			c.resource, c.context = id, nil
		}
		switch operation {
		case "DescribeKey":
			return c, fmt.Sprintf(`{"KeyMetadata": {"AWSAccountId": %q, "Arn": %q, "KeyId": %q, "Enabled": false, "KeyState": "Disabled", "CreationDate": 1700000000.5}}`,
				account, c.resource, lastPart(c.resource))
		case "GetKeyPolicy":
			return c, fmt.Sprintf(`{"Policy": %q, "PolicyName": "default"}`, granted)
		}
		c.resource = "*"
		return c, fmt.Sprintf(`{"Aliases": [{"AliasName": "alias/data", "TargetKeyId": %q}], "Truncated": false}`, lastPart(keyARN))
	case "AWSOrganizationsV20161128":
		return e.organizations(operation, str)
	}
	kind := strings.TrimPrefix(operation, "Describe")
	member := strings.ToLower(kind[:1]) + kind[1:]
	c := call{service: "personalize", operation: operation, action: "personalize:" + operation, resource: str(member + "Arn")}
	arn := func(rest string) string { return "arn:aws:personalize:" + region + ":" + account + ":" + rest }
	group := fmt.Sprintf(`"datasetGroupArn": %q`, arn("dataset-group/shop"))
	answer := map[string]string{
		"DatasetImportJob":  fmt.Sprintf(`"datasetArn": %q, "roleArn": %q, "dataSource": {"dataLocation": "s3://acme-data/in/"}, "status": "CREATE FAILED", "failureReason": "x", "creationDateTime": 1700000000.25`, arn("dataset/shop/INTERACTIONS"), roleARN),
		"DatasetExportJob":  fmt.Sprintf(`"datasetArn": %q, "roleArn": %q, "jobOutput": {"s3DataDestination": {"path": "s3://acme-out/", "kmsKeyArn": %q}}`, arn("dataset/shop/INTERACTIONS"), roleARN, keyARN),
		"BatchInferenceJob": fmt.Sprintf(`"solutionVersionArn": %q, "roleArn": %q, "jobInput": {"s3DataSource": {"path": "s3://acme-data/in.json"}}`, arn("solution/s/1a2b"), roleARN),
		"BatchSegmentJob":   fmt.Sprintf(`"solutionVersionArn": %q, "roleArn": %q, "jobInput": {"s3DataSource": {"path": "not S3"}}, "jobOutput": {"s3DataDestination": {"path": "s3://acme-out/"}}`, arn("solution/s/1a2b"), roleARN),
		"DataDeletionJob":   group + `, "dataSource": {"dataLocation": "s3://acme-data/del.csv"}`,
		"MetricAttribution": group + `, "metricsOutputConfig": {"s3DataDestination": {"path": "s3://acme-out/m/"}}`,
		"DatasetGroup":      group + fmt.Sprintf(`, "kmsKeyArn": %q, "roleArn": %q`, groupKey, roleARN),
		"Dataset":           group,
		"SolutionVersion":   group,
	}[kind]
	if answer == "" {
		e.t.Errorf("Personalize has no operation %q", operation)
	}
	return c, fmt.Sprintf(`{%q: {%s}}`, member, answer)
}

func (e *endpoint) organizations(operation string, str func(string) string) (call, string) {
	c := call{service: "organizations", operation: operation, action: "organizations:" + operation}
	of := func(id string) string {
		switch {
		case strings.HasPrefix(id, "ou-"):
			return "arn:aws:organizations::999999999999:ou/o-example/" + id
		case strings.HasPrefix(id, "r-"):
			return "arn:aws:organizations::999999999999:root/o-example/" + id
		}
		return "arn:aws:organizations::999999999999:account/o-example/" + id
	}
	switch operation {
	case "ListParents":
		c.resource = of(str("ChildId"))
		if str("ChildId") == account {
			return c, `{"Parents": [{"Id": "ou-ab12-11111111", "Type": "ORGANIZATIONAL_UNIT"}]}`
		}
		return c, `{"Parents": [{"Id": "r-ab12", "Type": "ROOT"}]}`
	case "ListPoliciesForTarget":
		c.resource = of(str("TargetId"))
		id := "p-FullAWSAccess"
		if str("Filter") == "RESOURCE_CONTROL_POLICY" {
			id = "p-own11111"
		}
		return c, fmt.Sprintf(`{"Policies": [{"Id": %q, "Type": %q}]}`, id, str("Filter"))
	}
	c.resource = "arn:aws:organizations::aws:policy/service_control_policy/" + str("PolicyId")
	if str("PolicyId") == "p-own11111" {
		c.resource = "arn:aws:organizations::999999999999:policy/o-example/resource_control_policy/p-own11111"
	}
	return c, fmt.Sprintf(`{"Policy": {"PolicySummary": {"Id": %q}, "Content": %q}}`, str("PolicyId"), granted)
}

// query answers IAM and STS.
func (e *endpoint) query(form url.Values) (call, string) {
	operation := form.Get("Action")
	c := call{service: "iam", operation: operation, action: "iam:" + operation}
	iam := "arn:aws:iam::" + account + ":"
	switch {
	case operation == "GetCallerIdentity":
		c = call{service: "sts", operation: operation}
		return c, xml(operation, "<Arn>"+iam+"user/reader</Arn><UserId>AIDA</UserId><Account>"+account+"</Account>")
	case form.Get("RoleName") != "":
		c.resource = iam + "role/service/" + form.Get("RoleName")
	case form.Get("GroupName") != "":
		c.resource = iam + "group/" + form.Get("GroupName")
	case form.Get("UserName") != "":
		c.resource = iam + "user/" + form.Get("UserName")
	default:
		c.resource = form.Get("PolicyArn")
	}
	escaped := url.PathEscape(granted)
	attached := "<AttachedPolicies><member><PolicyName>Data</PolicyName><PolicyArn>" + iam + "policy/Data</PolicyArn></member>" +
		"<member><PolicyName>Data</PolicyName><PolicyArn>arn:aws:iam::aws:policy/Data</PolicyArn></member></AttachedPolicies><IsTruncated>false</IsTruncated>"
	boundary := "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>" + iam + "policy/b/Limit</PermissionsBoundaryArn></PermissionsBoundary>"
	named := "<PolicyName>In line</PolicyName><PolicyDocument>" + escaped + "</PolicyDocument>"
	names := "<PolicyNames/><IsTruncated>true</IsTruncated><Marker>next</Marker>"
	if form.Get("Marker") != "" {
		names = "<PolicyNames><member>In line</member></PolicyNames><IsTruncated>false</IsTruncated>"
	}
	out, ok := map[string]string{
		"GetRole": "<Role><Path>/service/</Path><RoleName>" + form.Get("RoleName") + "</RoleName><Arn>" + c.resource + "</Arn><CreateDate>2026-11-01T10:00:00Z</CreateDate>" +
			"<MaxSessionDuration>3600</MaxSessionDuration><AssumeRolePolicyDocument>" + escaped + "</AssumeRolePolicyDocument>" + boundary + "</Role>",
		"GetUser":                   "<User><UserName>" + form.Get("UserName") + "</UserName><Arn>" + c.resource + "</Arn>" + boundary + "</User>",
		"ListRolePolicies":          names,
		"ListUserPolicies":          names,
		"ListGroupPolicies":         names,
		"GetRolePolicy":             "<RoleName>" + form.Get("RoleName") + "</RoleName>" + named,
		"GetUserPolicy":             "<UserName>" + form.Get("UserName") + "</UserName>" + named,
		"GetGroupPolicy":            "<GroupName>" + form.Get("GroupName") + "</GroupName>" + named,
		"ListAttachedRolePolicies":  attached,
		"ListAttachedUserPolicies":  attached,
		"ListAttachedGroupPolicies": attached,
		"ListGroupsForUser":         "<Groups><member><GroupName>team</GroupName><Arn>" + iam + "group/team</Arn></member></Groups><IsTruncated>false</IsTruncated>",
		"GetPolicy":                 "<Policy><PolicyName>" + lastPart(c.resource) + "</PolicyName><Arn>" + c.resource + "</Arn><DefaultVersionId>v2</DefaultVersionId></Policy>",
		"GetPolicyVersion":          "<PolicyVersion><Document>" + escaped + "</Document><VersionId>" + form.Get("VersionId") + "</VersionId><IsDefaultVersion>true</IsDefaultVersion></PolicyVersion>",
	}[operation]
	if !ok {
		e.t.Errorf("IAM was asked for %s", operation)
	}
	return c, xml(operation, out)
}

func xml(operation, result string) string {
	return "<" + operation + "Response><" + operation + "Result>" + result + "</" + operation + "Result></" + operation + "Response>"
}

// s3 answers S3 and S3 Control.
func (e *endpoint) s3(r *http.Request) (call, string) {
	block := "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>" +
		"<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>"
	if r.URL.Path == "/v20180820/configuration/publicAccessBlock" {
		if r.Method != http.MethodGet || r.Header.Get("X-Amz-Account-Id") != account {
			e.t.Errorf("S3 Control was asked for %s by %s", r.Method, r.Header.Get("X-Amz-Account-Id"))
		}
		return call{service: "s3", operation: "GetPublicAccessBlock", action: "s3:GetAccountPublicAccessBlock", resource: "*"}, block
	}
	bucket := strings.Trim(r.URL.Path, "/")
	for query, a := range map[string]struct{ operation, action, out string }{
		"location": {"GetBucketLocation", "s3:GetBucketLocation", `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` + region + `</LocationConstraint>`},
		"policy":   {"GetBucketPolicy", "s3:GetBucketPolicy", granted},
		"encryption": {"GetBucketEncryption", "s3:GetEncryptionConfiguration", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>" +
			map[bool]string{true: keyARN}[bucket == "acme-data"] + "</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"},
		"ownershipControls": {"GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>"},
		"publicAccessBlock": {"GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", block},
	} {
		if r.URL.Query().Has(query) && r.Method == http.MethodGet {
			return call{service: "s3", operation: a.operation, action: a.action, resource: "arn:aws:s3:::" + bucket}, a.out
		}
	}
	e.t.Errorf("S3 was asked for %s %s", r.Method, r.URL)
	return call{service: "s3", operation: r.Method + " " + r.URL.String()}, ""
}

// asked returns the calls, and forgets them.
func (e *endpoint) asked() []call {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := slices.Clone(e.calls)
	e.calls = nil
	return out
}
