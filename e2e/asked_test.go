//go:build unix

package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// asked is what AWS asks a policy when a call is made: the Service Authorization Reference has the
// action of each operation, and what it works on.
type asked struct {
	action, resource string
	context          map[string][]string
}

// listener turns the calls that the proxy sees into what policies are asked.
type listener struct {
	t               testing.TB
	account, region string
	all             []asked
	aliases         map[string]string // IDs of keys, by alias
	tags            map[string]map[string]string
}

func newListener(t testing.TB, account, region string) *listener {
	return &listener{t: t, account: account, region: region, aliases: map[string]string{},
		tags: map[string]map[string]string{}}
}

// hear takes a request and its answer.
func (l *listener) hear(r *http.Request, call string, body, answer []byte) {
	service, operation, _ := strings.Cut(call, " ")
	switch service {
	case "iam":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			l.t.Errorf("%s: %v", call, err)
			return
		}
		if operation == "GetUser" && form.Get("UserName") == "" {
			return // the provider looks for its account so as the test lets it not ask STS
		}
		l.iam(operation, form)
	case "sts":
		if operation != "GetCallerIdentity" { // no permission is needed for it (AWS STS API Reference)
			l.t.Errorf("%s is called, and it is not known what that asks", call)
		}
	case "s3":
		l.s3(r, body)
	case "kms", "personalize", "tagging", "cloudcontrolapi":
		var in map[string]any
		if err := json.Unmarshal(body, &in); err != nil {
			l.t.Errorf("%s: %v", call, err)
			return
		}
		l.json(service, operation, in, answer)
	case "cloudformation":
		resource := "*" // DescribeType and GetTemplateSummary name no stack
		if form, err := url.ParseQuery(string(body)); err == nil && form.Get("StackName") != "" {
			resource = "arn:aws:cloudformation:" + l.region + ":" + l.account + ":stack/" + form.Get("StackName") + "/0"
			if strings.HasPrefix(form.Get("StackName"), "arn:") {
				resource = form.Get("StackName")
			}
		}
		l.ask("cloudformation:"+operation, resource, nil)
	default:
		l.t.Errorf("%s is called, and it is not known what that asks", call)
	}
}

func (l *listener) ask(action, resource string, context map[string][]string) {
	c := map[string][]string{"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {l.region}}
	for k, v := range context {
		c[k] = v
	}
	for k, v := range l.tags[resource] {
		c["aws:ResourceTag/"+k] = []string{v}
	}
	if strings.Contains(resource, ":key/") {
		var names []string
		for alias, id := range l.aliases {
			if strings.HasSuffix(resource, "/"+id) {
				names = append(names, alias)
			}
		}
		slices.Sort(names)
		c["kms:ResourceAliases"] = names
		if names == nil {
			delete(c, "kms:ResourceAliases")
		}
	}
	l.all = append(l.all, asked{action, resource, c})
}

// iam is the query protocol. What the calls work on has the root path.
func (l *listener) iam(operation string, form url.Values) {
	at := "arn:aws:iam::" + l.account + ":"
	resource, context := "*", map[string][]string{}
	switch {
	case strings.HasPrefix(operation, "List") && form.Get("RoleName")+form.Get("UserName")+form.Get("GroupName")+form.Get("PolicyArn") == "":
	case form.Get("RoleName") != "":
		resource = at + "role/" + form.Get("RoleName")
	case form.Get("UserName") != "":
		resource = at + "user/" + form.Get("UserName")
	case form.Get("GroupName") != "":
		resource = at + "group/" + form.Get("GroupName")
	case form.Get("PolicyArn") != "":
		resource = form.Get("PolicyArn")
	case form.Get("PolicyName") != "":
		resource = at + "policy/" + form.Get("PolicyName")
	}
	if strings.HasPrefix(operation, "Attach") || strings.HasPrefix(operation, "Detach") {
		context["iam:PolicyARN"] = []string{form.Get("PolicyArn")}
	}
	if b := form.Get("PermissionsBoundary"); b != "" {
		context["iam:PermissionsBoundary"] = []string{b}
	}
	l.ask("iam:"+operation, resource, context)
	tags := map[string]string{}
	for k := range form {
		if n, ok := strings.CutSuffix(k, ".Key"); ok {
			tags[form.Get(k)] = form.Get(n + ".Value")
		}
	}
	switch operation {
	case "CreateRole", "CreatePolicy":
		l.tags[resource] = tags
		if len(tags) > 0 {
			l.ask("iam:Tag"+strings.TrimPrefix(operation, "Create"), resource, nil)
		}
	}
}

func (l *listener) json(service, operation string, in map[string]any, answer []byte) {
	str := func(name string) string { s, _ := in[name].(string); return s }
	switch service {
	case "tagging":
		l.ask("tag:"+operation, "*", nil)
	case "cloudcontrolapi":
		l.ask("cloudformation:"+operation, "*", nil)
		l.handlers(operation, in)
	case "personalize":
		at := "arn:aws:personalize:" + l.region + ":" + l.account + ":dataset-group/"
		arn := str("datasetGroupArn")
		if operation == "CreateDatasetGroup" {
			arn = at + str("name")
			l.encrypted(str("roleArn"), str("kmsKeyArn"))
			if tags, _ := in["tags"].([]any); len(tags) > 0 {
				l.ask("personalize:TagResource", arn, nil)
			}
		}
		l.ask("personalize:"+operation, arn, nil)
	case "kms":
		l.kms(operation, in, str, answer)
	}
}

// handlers asks what Cloud Control calls for a dataset group, by its caller's permissions
// (CloudFormation registry, AWS::Personalize::DatasetGroup, handlers).
func (l *listener) handlers(operation string, in map[string]any) {
	arn, _ := in["Identifier"].(string)
	ask := func(actions ...string) {
		for _, a := range actions {
			l.ask("personalize:"+a, arn, nil)
		}
	}
	switch operation {
	case "CreateResource":
		var g struct{ Name, KmsKeyArn, RoleArn string }
		text, _ := in["DesiredState"].(string)
		if err := json.Unmarshal([]byte(text), &g); err != nil {
			l.t.Errorf("CreateResource of %q: %v", text, err)
		}
		arn = "arn:aws:personalize:" + l.region + ":" + l.account + ":dataset-group/" + g.Name
		ask("CreateDatasetGroup", "DescribeDatasetGroup", "ListTagsForResource")
		l.encrypted(g.RoleArn, g.KmsKeyArn)
	case "GetResource":
		ask("DescribeDatasetGroup", "ListTagsForResource")
	case "DeleteResource":
		ask("DescribeDatasetGroup", "DeleteDatasetGroup")
	}
}

// encrypted asks what an encrypted dataset group needs of who creates it.
func (l *listener) encrypted(role, key string) {
	if role == "" {
		return
	}
	l.ask("iam:PassRole", role, map[string][]string{"iam:PassedToService": {"personalize.amazonaws.com"}})
	for _, a := range []string{"DescribeKey", "Decrypt", "GenerateDataKey"} {
		l.ask("kms:"+a, key, nil)
	}
}

func (l *listener) kms(operation string, in map[string]any, str func(string) string, answer []byte) {
	at := "arn:aws:kms:" + l.region + ":" + l.account + ":"
	key := func(id string) string {
		id = strings.TrimPrefix(id, at)
		if of, ok := l.aliases[id]; ok {
			id = of
		}
		if strings.HasPrefix(id, "alias/") {
			return "" // there is none, and no policy is asked about it
		}
		return at + "key/" + strings.TrimPrefix(id, "key/")
	}
	switch operation {
	case "CreateKey":
		var out struct{ KeyMetadata struct{ KeyId string } }
		if err := json.Unmarshal(answer, &out); err != nil || out.KeyMetadata.KeyId == "" {
			l.t.Errorf("CreateKey is answered %s: %v", answer, err)
		}
		l.ask("kms:CreateKey", "*", nil)
		arn := key(out.KeyMetadata.KeyId)
		if tags, _ := in["Tags"].([]any); len(tags) > 0 {
			l.ask("kms:TagResource", arn, nil)
		}
	case "CreateAlias":
		id := key(str("TargetKeyId"))
		l.ask("kms:CreateAlias", at+str("AliasName"), nil)
		l.ask("kms:CreateAlias", id, nil)
		l.aliases[str("AliasName")] = id[strings.LastIndexByte(id, '/')+1:]
	case "DeleteAlias":
		l.ask("kms:DeleteAlias", at+str("AliasName"), nil)
		if id := l.aliases[str("AliasName")]; id != "" {
			l.ask("kms:DeleteAlias", key(id), nil)
		}
		delete(l.aliases, str("AliasName"))
	case "ListAliases", "ListKeys":
		l.ask("kms:"+operation, "*", nil)
	default:
		if arn := key(str("KeyId")); arn != "" {
			l.ask("kms:"+operation, arn, nil)
		} else if operation != "DescribeKey" {
			l.t.Errorf("kms %s is called for %s, which is not known", operation, str("KeyId"))
		}
	}
}

// s3Actions are the actions of requests whose name is not that of their action (Amazon S3 User
// Guide, "Required permissions for Amazon S3 API operations"), by method and subresource.
var s3Actions = map[string]string{
	"HEAD ": "ListBucket", "GET ": "ListBucket", "PUT ": "CreateBucket", "DELETE ": "DeleteBucket",
	"GET location": "GetBucketLocation", "GET policy": "GetBucketPolicy", "PUT policy": "PutBucketPolicy",
	"DELETE policy": "DeleteBucketPolicy", "GET policyStatus": "GetBucketPolicyStatus",
	"GET tagging": "GetBucketTagging", "PUT tagging": "PutBucketTagging", "DELETE tagging": "PutBucketTagging",
	"GET publicAccessBlock": "GetBucketPublicAccessBlock", "PUT publicAccessBlock": "PutBucketPublicAccessBlock",
	"DELETE publicAccessBlock": "PutBucketPublicAccessBlock",
	"GET ownershipControls":    "GetBucketOwnershipControls", "PUT ownershipControls": "PutBucketOwnershipControls",
	"DELETE ownershipControls": "PutBucketOwnershipControls",
	"GET versioning":           "GetBucketVersioning", "PUT versioning": "PutBucketVersioning",
	"GET encryption": "GetEncryptionConfiguration", "PUT encryption": "PutEncryptionConfiguration",
	"DELETE encryption": "PutEncryptionConfiguration",
	"GET lifecycle":     "GetLifecycleConfiguration", "PUT lifecycle": "PutLifecycleConfiguration",
	"DELETE lifecycle": "PutLifecycleConfiguration",
	"GET acl":          "GetBucketAcl", "GET cors": "GetBucketCORS", "GET website": "GetBucketWebsite",
	"GET accelerate": "GetAccelerateConfiguration", "GET requestPayment": "GetBucketRequestPayment",
	"GET logging": "GetBucketLogging", "GET replication": "GetReplicationConfiguration",
	"GET object-lock": "GetBucketObjectLockConfiguration", "GET versions": "ListBucketVersions",
	"GET list-type": "ListBucket",
}

// s3 is addressed by path.
func (l *listener) s3(r *http.Request, _ []byte) {
	bucket, key, isObject := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	arn := "arn:aws:s3:::" + bucket
	if isObject && key != "" {
		action := map[string]string{"HEAD": "GetObject", "GET": "GetObject", "PUT": "PutObject"}[r.Method]
		if action == "" {
			l.t.Errorf("%s %s is called, and it is not known what that asks", r.Method, r.URL)
			return
		}
		l.ask("s3:"+action, arn+"/"+key, nil)
		return
	}
	sub := ""
	for k := range r.URL.Query() {
		if _, ok := s3Actions[r.Method+" "+k]; ok {
			sub = k
		}
	}
	action, ok := s3Actions[r.Method+" "+sub]
	if !ok || sub == "" && r.URL.RawQuery != "" {
		l.t.Errorf("%s %s is called, and it is not known what that asks", r.Method, r.URL)
		return
	}
	l.ask("s3:"+action, arn, nil)
}
