package terraform

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

const planDocument = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject",` +
	`"Resource":"arn:aws:s3:::acme-data/*"}]}`

// inPlan writes a resource of a plan; its values are JSON. In a module its type follows the address, behind a bar.
func inPlan(address, values string) string {
	address, typ, ok := strings.Cut(address, "|")
	if !ok {
		typ, _, _ = strings.Cut(address, ".")
	}
	return fmt.Sprintf(`{"address":%q,"mode":"managed","type":%q,"values":%s}`, address, typ, values)
}

func stateOf(resources ...string) string {
	return `{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{"resources":[` +
		strings.Join(resources, ",") + `]}}}`
}

func readPlan(t *testing.T, text string) deployed.State {
	t.Helper()
	s, err := ParsePlan("plan.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantUnknown(t *testing.T, s deployed.State, want ...string) {
	t.Helper()
	var got []string
	for _, u := range s.Unknown {
		got = append(got, u.String())
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("Unknown is\n%s\nwant\n%s", g, w)
	}
}

func quotedDocument(s string) string { return policy.JSONString(s) }

// A state with every type that is read: nothing is Unknown, and each setting is where it belongs.
func TestPlanState(t *testing.T) {
	doc := quotedDocument(planDocument)
	s := readPlan(t, stateOf(
		inPlan("aws_iam_role.r", `{"name":"Shop","arn":"arn:aws:iam::111122223333:role/x/Shop","path":"/x/","max_session_duration":3600,`+
			`"description":"d","permissions_boundary":"arn:aws:iam::111122223333:policy/B","assume_role_policy":`+doc+
			`,"inline_policy":[{"name":"own","policy":`+doc+`},{"name":"two","policy":`+doc+`}],`+
			`"managed_policy_arns":["arn:aws:iam::aws:policy/A"],"tags":{"a":"b"},"tags_all":{"a":"b","c":"d"},"create_date":"x"}`),
		inPlan("aws_iam_role_policy.p", `{"name":"two","role":"Shop","policy":`+doc+`,"id":"Shop:two"}`),
		inPlan("aws_iam_policy.m", `{"name":"M","path":"/","arn":"arn:aws:iam::111122223333:policy/M","policy":`+doc+`}`),
		inPlan("aws_iam_role_policy_attachment.a", `{"role":"Shop","policy_arn":"arn:aws:iam::aws:policy/A"}`),
		inPlan("aws_iam_user_policy_attachment.a", `{"user":"u","policy_arn":"arn:aws:iam::111122223333:policy/M"}`),
		inPlan("aws_iam_group_policy_attachment.a", `{"group":"g","policy_arn":"arn:aws:iam::111122223333:policy/M"}`),
		inPlan("aws_iam_policy_attachment.a", `{"name":"x","roles":["R"],"users":[],"groups":["h"],"policy_arn":"arn:aws:iam::111122223333:policy/M"}`),
		inPlan("aws_iam_user_policy.p", `{"name":"up","user":"u","policy":`+doc+`}`),
		inPlan("aws_iam_group_policy.p", `{"name":"gp","group":"g","policy":`+doc+`}`),
		inPlan("aws_iam_user.u", `{"name":"u","path":"/"}`),
		inPlan("aws_s3_bucket.b", `{"bucket":"acme-data","force_destroy":true,"region":"eu-west-1","policy":`+doc+
			`,"versioning":[{"enabled":false,"mfa_delete":false}],"grant":[{"id":"o","type":"CanonicalUser","permissions":["FULL_CONTROL"],"uri":""}]}`),
		inPlan("aws_s3_bucket_public_access_block.b", `{"bucket":"acme-data","block_public_acls":true,"block_public_policy":true,"ignore_public_acls":true,"restrict_public_buckets":false}`),
		inPlan("aws_s3_bucket_ownership_controls.b", `{"bucket":"acme-data","rule":[{"object_ownership":"BucketOwnerEnforced"}]}`),
		inPlan("aws_s3_bucket_versioning.b", `{"bucket":"acme-data","versioning_configuration":[{"status":"Enabled","mfa_delete":""}]}`),
		inPlan("aws_s3_bucket_server_side_encryption_configuration.b", `{"bucket":"acme-data","rule":[{"bucket_key_enabled":true,`+
			`"apply_server_side_encryption_by_default":[{"sse_algorithm":"aws:kms","kms_master_key_id":"arn:aws:kms:eu-west-1:111122223333:key/1"}]}]}`),
		inPlan("aws_s3_bucket_lifecycle_configuration.b", `{"bucket":"acme-data","rule":[{"id":"e","status":"Enabled","prefix":"",`+
			`"filter":[{"prefix":"p/","and":[],"tag":[]}],"expiration":[{"days":3,"date":null,"expired_object_delete_marker":false}],"transition":[]}]}`),
		inPlan("aws_kms_key.k", `{"arn":"arn:aws:kms:eu-west-1:111122223333:key/1","key_id":"1","is_enabled":true,"enable_key_rotation":true,"deletion_window_in_days":7,"policy":`+doc+`}`),
		inPlan("aws_kms_alias.k", `{"name":"alias/shop","target_key_id":"1"}`),
		inPlan("aws_kms_key_policy.other", `{"key_id":"arn:aws:kms:eu-west-1:111122223333:key/2","policy":`+doc+`}`),
		inPlan("aws_cloudcontrolapi_resource.g", `{"type_name":"AWS::Personalize::DatasetGroup","desired_state":"{\"Name\":\"g\",\"Domain\":\"ECOMMERCE\"}"}`),
	))
	wantUnknown(t, s)
	if len(s.Roles) != 1 || len(s.Roles[0].Inline) != 2 || len(s.Roles[0].Tags) != 2 || s.Roles[0].MaxSession.V != 3600 ||
		s.Roles[0].Boundary.V.String() != "arn:aws:iam::111122223333:policy/B" || s.Roles[0].Trust == nil {
		t.Errorf("role: %+v", s.Roles)
	}
	if len(s.Attachments) != 5 || len(s.Inline) != 2 || len(s.Policies) != 1 || len(s.DatasetGroups) != 1 {
		t.Errorf("%d attachments, %d inline policies: %+v", len(s.Attachments), len(s.Inline), s)
	}
	b := s.Buckets[0]
	if len(s.Buckets) != 1 || !b.Versioning.V || b.Ownership.V.String() != "BucketOwnerEnforced" || b.Policy == nil ||
		!b.BlockPublicAcls.V || b.RestrictPublicBuckets.V || b.Algorithm.V.String() != "aws:kms" || !b.BucketKey.V ||
		b.Key.V.String() != "<aws_kms_key.k.arn>" || len(b.Lifecycle) != 1 || b.Lifecycle[0].ExpireDays.V != 3 ||
		b.Lifecycle[0].Prefix.V.String() != "p/" || !b.ForceDestroy.V {
		t.Errorf("bucket: %+v", b)
	}
	if len(s.Keys) != 2 || len(s.Keys[0].Aliases) != 1 || !s.Keys[0].Rotation.V || s.Keys[0].Window.V != 7 ||
		s.Keys[0].Policy == nil || s.Keys[1].Created || s.Keys[1].Policy == nil {
		t.Errorf("keys: %+v", s.Keys)
	}
	if s.Scope.Account.V.String() != "111122223333" || s.Scope.Region.V.String() != "eu-west-1" {
		t.Errorf("scope: %+v", s.Scope)
	}
}

// What is known after apply alone is found by reference in the configuration where it can be nothing else, in a module
// too, and is Unknown otherwise.
func TestPlanReferences(t *testing.T) {
	change := func(address, unknown string) string {
		return fmt.Sprintf(`{"address":%q,"mode":"managed","change":{"actions":["create"],"before":null,"after_unknown":%s}}`, address, unknown)
	}
	refs := func(arg string, list ...string) string {
		data, _ := json.Marshal(list)
		return fmt.Sprintf(`%q:{"references":%s}`, arg, data)
	}
	conf := func(address string, expressions ...string) string {
		return fmt.Sprintf(`{"address":%q,"expressions":{%s}}`, address, strings.Join(expressions, ","))
	}
	text := `{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"resources":[` +
		strings.Join([]string{
			inPlan("aws_iam_role.r", `{"path":"/","assume_role_policy":`+quotedDocument(planDocument)+`}`),
			inPlan("aws_iam_policy.m", `{"name":"M","path":"/"}`),
			inPlan("aws_iam_role_policy_attachment.a", `{}`),
			inPlan("aws_iam_role_policy_attachment.b", `{"role":"R"}`),
			inPlan("aws_s3_bucket.b", `{"bucket":"acme-data"}`),
			inPlan("aws_s3_bucket_versioning.b", `{"versioning_configuration":[{"status":"Enabled"}]}`),
			inPlan("aws_s3_bucket_policy.b", `{"bucket":"acme-data"}`),
		}, ",") + `],"child_modules":[{"address":"module.k[\"a.b\"]","resources":[` +
		strings.Join([]string{
			inPlan(`module.k["a.b"].aws_kms_key.k|aws_kms_key`, `{"policy":`+quotedDocument(planDocument)+`}`),
			inPlan(`module.k["a.b"].aws_kms_alias.k|aws_kms_alias`, `{"name":"alias/shop"}`),
		}, ",") + `]}]}},"resource_changes":[` +
		strings.Join([]string{
			change("aws_iam_role.r", `{"name":true,"arn":true,"inline_policy":true,"managed_policy_arns":true}`),
			change("aws_iam_policy.m", `{"arn":true,"policy":true}`),
			change("aws_iam_role_policy_attachment.a", `{"role":true,"policy_arn":true}`),
			change("aws_iam_role_policy_attachment.b", `{"policy_arn":true}`),
			change("aws_s3_bucket.b", `{"arn":true,"id":true,"policy":true,"versioning":true}`),
			change("aws_s3_bucket_versioning.b", `{"bucket":true,"versioning_configuration":[{"mfa_delete":false}]}`),
			change("aws_s3_bucket_policy.b", `{"policy":true}`),
			change(`module.k["a.b"].aws_kms_key.k`, `{"arn":true,"key_id":true}`),
			change(`module.k["a.b"].aws_kms_alias.k`, `{"target_key_id":true}`),
		}, ",") + `],"configuration":{"root_module":{"resources":[` +
		strings.Join([]string{
			conf("aws_iam_policy.m", refs("policy", "aws_s3_bucket.b.arn", "aws_s3_bucket.b")),
			conf("aws_iam_role_policy_attachment.a", refs("role", "aws_iam_role.r.name", "aws_iam_role.r"),
				refs("policy_arn", "aws_iam_policy.m.arn", "aws_iam_policy.m")),
			conf("aws_iam_role_policy_attachment.b", refs("policy_arn", "aws_iam_policy.m.arn", "aws_iam_policy.m", "var.x")),
			conf("aws_s3_bucket_versioning.b", refs("bucket", "aws_s3_bucket.b.id", "aws_s3_bucket.b")),
			conf("aws_s3_bucket_policy.b", refs("policy", "aws_s3_bucket.b.arn", "aws_s3_bucket.b")),
		}, ",") + `],"module_calls":{"k":{"module":{"resources":[` +
		conf("aws_kms_alias.k", refs("target_key_id", "aws_kms_key.k.key_id", "aws_kms_key.k")) + `]}}}}}}`
	s := readPlan(t, text)
	wantUnknown(t, s,
		`value "aws_iam_policy.m.policy": known after apply`,
		`value "aws_iam_role_policy_attachment.b.policy_arn": known after apply`,
		`value "aws_s3_bucket_policy.b.policy": known after apply`)
	if len(s.Attachments) != 1 || s.Attachments[0].To.V.String() != "<aws_iam_role.r.name>" ||
		s.Attachments[0].Policy.V.String() != "arn:aws:iam::<aws.account>:policy/M" {
		t.Errorf("attachments: %+v", s.Attachments)
	}
	if len(s.Keys) != 1 || len(s.Keys[0].Aliases) != 1 || s.Keys[0].Policy == nil {
		t.Errorf("keys: %+v", s.Keys)
	}
	if len(s.Buckets) != 1 || !s.Buckets[0].Versioning.V || !s.Buckets[0].Policy.Unread || !s.Policies[0].Policy.Unread {
		t.Errorf("buckets: %+v", s.Buckets)
	}
	for _, u := range s.Unknown {
		if !u.Open {
			t.Errorf("%v is taken for the same on another side", u)
		}
	}
}

// What the provider found on a role when it last looked is not there any more once the plan takes it away.
func TestPlanTakesAway(t *testing.T) {
	role := inPlan("aws_iam_role.r", `{"name":"R","assume_role_policy":`+quotedDocument(planDocument)+
		`,"inline_policy":[{"name":"old","policy":`+quotedDocument(planDocument)+`}],"managed_policy_arns":["arn:aws:iam::aws:policy/A"]}`)
	text := func(configured string) string {
		return `{"format_version":"1.2","planned_values":{"root_module":{"resources":[` + role + `]}},"resource_changes":[
		{"address":"aws_iam_role_policy.old","mode":"managed","type":"aws_iam_role_policy","change":{"actions":["delete"],"before":{"role":"R","name":"old"}}},
		{"address":"aws_iam_role_policy_attachment.a","mode":"managed","type":"aws_iam_role_policy_attachment","change":{"actions":["delete"],
		"before":{"role":"R","policy_arn":"arn:aws:iam::aws:policy/A"}}}],
		"configuration":{"root_module":{"resources":[{"address":"aws_iam_role.r","expressions":{` + configured + `}}]}}}`
	}
	if s := readPlan(t, text("")); len(s.Roles[0].Inline)+len(s.Attachments) != 0 {
		t.Errorf("still there: %+v %+v", s.Roles[0].Inline, s.Attachments)
	}
	s := readPlan(t, text(`"managed_policy_arns":{},"inline_policy":[{}]`))
	if len(s.Roles[0].Inline) != 1 || len(s.Attachments) != 1 {
		t.Errorf("what the role itself sets is gone: %+v %+v", s.Roles[0].Inline, s.Attachments)
	}
}

// Nothing is passed over.
func TestPlanUnknown(t *testing.T) {
	for name, c := range map[string]struct{ resource, want string }{
		"type":         {inPlan("aws_sqs_queue_policy.q", `{}`), `resource "aws_sqs_queue_policy.q": resource type aws_sqs_queue_policy is not read`},
		"type of IAM":  {inPlan("aws_iam_user_group_membership.q", `{}`), `resource "aws_iam_user_group_membership.q": resource type aws_iam_user_group_membership is not read, and decides who may do what`},
		"argument":     {inPlan("aws_iam_user.u", `{"name":"u","permissions_boundary":"x"}`), `argument "aws_iam_user.u.permissions_boundary": it is not read`},
		"ACL":          {inPlan("aws_s3_bucket.b", `{"bucket":"b","acl":"public-read"}`), `argument "aws_s3_bucket.b.acl": access control lists are not read`},
		"grant":        {inPlan("aws_s3_bucket.b", `{"bucket":"b","grant":[{"type":"Group","permissions":["READ"]}]}`), `argument "aws_s3_bucket.b.grant[0]": access control lists are not read`},
		"replication":  {inPlan("aws_s3_bucket.b", `{"bucket":"b","replication_configuration":[{}]}`), `argument "aws_s3_bucket.b.replication_configuration": it is not read`},
		"lifecycle":    {inPlan("aws_s3_bucket.b", `{"bucket":"b","lifecycle_rule":[{}]}`), `argument "aws_s3_bucket.b.lifecycle_rule": it is read from aws_s3_bucket_lifecycle_configuration alone`},
		"document":     {inPlan("aws_iam_policy.p", `{"name":"p","policy":"{}"}`), `document "aws_iam_policy.p.policy": policy document has no Statement at 1:1 of the document`},
		"wrong kind":   {inPlan("aws_iam_policy.p", `{"name":["p"]}`), `value "aws_iam_policy.p.name": it is []interface {}, not a string`},
		"disabled key": {inPlan("aws_kms_key.k", `{"is_enabled":false}`), `argument "aws_kms_key.k.is_enabled": it is disabled, which is not read`},
		"Cloud Control": {inPlan("aws_cloudcontrolapi_resource.c", `{"type_name":"AWS::S3::AccessPoint"}`),
			`resource type "AWS::S3::AccessPoint": it is not read: aws_cloudcontrolapi_resource.c`},
		"filter": {inPlan("aws_s3_bucket_lifecycle_configuration.b", `{"bucket":"b","rule":[{"id":"e","status":"Enabled","filter":[{"tag":[{"key":"a"}]}]}]}`),
			`argument "aws_s3_bucket_lifecycle_configuration.b.rule[0].filter[0].tag": it is not read`},
		"mode": {`{"address":"x.y","mode":"new","type":"x"}`, `resource "x.y": its mode is new, or it has no address or type`},
	} {
		t.Run(name, func(t *testing.T) { wantUnknown(t, readPlan(t, stateOf(c.resource)), c.want) })
	}
	wantUnknown(t, readPlan(t, `{"format_version":"1.2","planned_values":{},"errored":true,"complete":false}`),
		`plan "errored": planning ended with an error, so that it is not whole`,
		`plan "complete": it is for some of the resources alone: plan without -target, and apply what it waits for`)
	wantUnknown(t, readPlan(t, `{"format_version":"2.0","values":{}}`), `format version "2.0": the versions that are understood are 0 and 1`)
}

// What is not such JSON is an error with its place.
func TestPlanErrors(t *testing.T) {
	for text, want := range map[string]string{
		"{\n  \"values\": }":        "p.json:2:13: ",
		"{\n \"values\": {":         "p.json:2:13: the file ends within JSON",
		"[]":                        "p.json:1:1: it is not an object of JSON",
		"null":                      "p.json:1:1: it is not an object of JSON",
		"{}":                        "p.json:1:1: there is neither planned_values nor values in it",
		"{\"values\": {}}\n x":      "p.json:2:2: \"x\" is behind the end of the object",
		"{\"ä\": 1,\n\"a\": \"\xff": "p.json:2:7: it is not UTF-8",
	} {
		_, err := ParsePlan("p.json", []byte(text))
		var at *policy.Error
		if !errors.As(err, &at) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// No input ends the program.
func FuzzParsePlan(f *testing.F) {
	f.Add(stateOf(inPlan("aws_iam_role.r", `{"name":"R","inline_policy":[{"name":"a","policy":"{}"}],"tags":[1]}`)))
	f.Add(stateOf(inPlan("aws_s3_bucket.b", `{"bucket":null,"versioning":[{}],"grant":[1]}`), inPlan("aws_kms_alias.a", `{"target_key_id":3}`)))
	f.Add(`{"planned_values":{"root_module":{"child_modules":[{"address":"module.a[\"","resources":[]}]}},"resource_changes":[1,{}],` +
		`"configuration":{"root_module":{"module_calls":{"a":1},"resources":[{"address":"a","expressions":[]}]}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = ParsePlan("p.json", []byte(text))
	})
}
