package lint

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/policy"
)

// What a Deny takes away is no finding: each example of what is allowed is denied again, as a
// whole.
func TestDenied(t *testing.T) {
	tried := 0
	for _, c := range Checks() {
		kind, ok := c.Before.On.grammar()
		before := read(t, c.Before)
		if !ok || c.ID == "PZ190" || !slices.ContainsFunc(before, func(f Finding) bool {
			return f.Rule == c.ID && strings.Contains(string(f.Case), `"expect":"allowed"`)
		}) {
			continue
		}
		tried++
		doc, err := policy.DecodeJSON([]byte(c.Before.Text))
		if err != nil {
			t.Fatal(err)
		}
		deny := policy.Statement{Effect: policy.Deny, Action: texts("*"), Resource: texts("*")}
		switch kind {
		case policy.Trust:
			deny.Action, deny.Resource = texts("sts:*"), policy.Texts{}
			deny.Principal = &policy.Principal{Any: true}
		case policy.Resource:
			deny.Principal = &policy.Principal{Any: true}
		case policy.KeyPolicy: // the account keeps it manageable
			deny.Principal = &policy.Principal{Any: true}
			deny.Condition = []policy.Condition{condition("StringNotEqualsIfExists", "aws:PrincipalAccount", "111122223333")}
		}
		doc.Statements = append(doc.Statements, deny)
		for _, f := range Find(stateOf(doc), c.Before.On) {
			if f.Rule == c.ID {
				t.Errorf("%s is found though it is denied: %s", c.ID, f.Text())
			}
		}
	}
	if tried < 12 {
		t.Errorf("only %d checks of access", tried)
	}
}

// Documents that AWS prints elsewhere, and that are as they should be.
func TestGoodDocuments(t *testing.T) {
	for name, e := range map[string]Example{
		"a key as the console makes it": {OnKey, `{"Version":"2012-10-17","Id":"key-consolepolicy-3","Statement":[
 {"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"},
 {"Sid":"Allow access for Key Administrators","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/KeyAdmin"},
  "Action":["kms:Create*","kms:Describe*","kms:Enable*","kms:List*","kms:Put*","kms:Update*","kms:Revoke*","kms:Disable*","kms:Get*","kms:Delete*","kms:TagResource","kms:UntagResource","kms:ScheduleKeyDeletion","kms:CancelKeyDeletion"],"Resource":"*"},
 {"Sid":"Allow use of the key","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/App"},
  "Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:DescribeKey"],"Resource":"*"},
 {"Sid":"Allow attachment of persistent resources","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/App"},
  "Action":["kms:CreateGrant","kms:ListGrants","kms:RevokeGrant"],"Resource":"*","Condition":{"Bool":{"kms:GrantIsForAWSResource":"true"}}}]}`},
		"a key of a service": {OnKey, `{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Principal":{"AWS":"*"},"Action":["kms:Encrypt","kms:Decrypt"],"Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"111122223333","kms:ViaService":"s3.us-east-1.amazonaws.com"}}},
 {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["kms:*"],"Resource":"*"}]}`},
		"a trail's bucket": {OnBucket, `{"Version":"2012-10-17","Statement":[
 {"Sid":"AWSCloudTrailAclCheck20150319","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::acme-trail",
  "Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:trail/t"}}},
 {"Sid":"AWSCloudTrailWrite20150319","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-trail/AWSLogs/111122223333/*",
  "Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:trail/t"}}}]}`},
		"a bucket of an organization": {OnBucket, `{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::acme-data/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}}]}`},
		"a network perimeter that lets services in": {OnBucket, `{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data/*"},
 {"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-data","arn:aws:s3:::acme-data/*"],
  "Condition":{"NotIpAddressIfExists":{"aws:SourceIp":"192.0.2.0/24"},"StringNotEqualsIfExists":{"aws:SourceVpc":"vpc-0a1b2c3d"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false","aws:ViaAWSService":"false"}}}]}`},
		"a function's role":    {OnTrust, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`},
		"a role of a workflow": {OnTrust, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},"StringLike":{"token.actions.githubusercontent.com:sub":"repo:acme/shop:*"}}}]}`},
		"a role of a vendor":   {OnTrust, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"0a1b2c"}}}]}`},
		"a guard rail":         {OnSCP, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1"]}}}]}`},
		"a denial by tags":     {OnBucket, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data/*"},{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data/*","Condition":{"StringNotEquals":{"s3:ExistingObjectTag/class":"open"}}}]}`},
		"a user's own folder":  {OnIdentity, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::acme-data"],"Condition":{"StringLike":{"s3:prefix":["${aws:username}/*"]}}},{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::acme-data/${aws:username}/*"]}]}`},
	} {
		for _, f := range read(t, e) {
			if shows(t, f); f.Level != findings.Note {
				t.Errorf("%s: %s", name, f.Text())
			}
		}
	}
}

// "Resource": "*" in the policy of a key is the key.
func TestStarInKeyPolicy(t *testing.T) {
	for _, f := range read(t, Example{OnKey, statements("", root)}) {
		t.Error(f.Text())
	}
}

// A document that AWS refuses is found once, and nothing is said of what it would decide.
func TestFaulty(t *testing.T) {
	for _, kind := range []Kind{OnIdentity, OnTrust, OnBucket, OnKey, OnBoundary, OnSCP, OnRCP} {
		for _, f := range read(t, Example{kind, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"no action","Resource":"*","Principal":"*"}]}`}) {
			if !slices.Contains([]string{"PZ101", "PZ103"}, f.Rule) {
				t.Errorf("%s: %s", kind, f.Text())
			}
		}
	}
}

// The account of a document is the one that it names; every role of that account is every role.
func TestOnlyAccount(t *testing.T) {
	for resource, want := range map[string]bool{
		"*": true, "arn:aws:iam::111122223333:role/*": true, "arn:aws:iam::*:role/*": true,
		"arn:aws-cn:iam::111122223333:role/*":         true,
		"arn:aws:iam::111122223333:role/Personalize*": false, "arn:aws:iam::111122223333:role/shop/*": false,
	} {
		got := read(t, identity("", `{"Effect":"Allow","Action":"iam:PassRole","Resource":"`+resource+`",
 "Condition":{"StringEquals":{"iam:PassedToService":"personalize.amazonaws.com"}}}`))
		if found := slices.Contains(rules(got), "PZ155"); found != want {
			t.Errorf("%s: %v", resource, messages(got))
		}
	}
}

// What was read of an account is looked at as what is in that account, in China too.
func TestInChina(t *testing.T) {
	document := func(text string) *deployed.Document {
		d, err := policy.DecodeJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return &deployed.Document{Document: d}
	}
	const sourced = `"Condition":{"StringEquals":{"aws:SourceAccount":"444455556666"}}`
	state := func(bucket string) deployed.State {
		return deployed.State{
			Where: deployed.Scope{Account: deployed.Lit("444455556666"), Region: deployed.Lit("cn-north-1")},
			Roles: []deployed.Role{{Name: deployed.Lit("Shop"), Trust: document(`{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"sts:AssumeRole",` + sourced + `}]}`)}},
			Attachments: []deployed.Attachment{{Policy: deployed.Lit("arn:aws-cn:iam::aws:policy/service-role/AmazonPersonalizeFullAccess"),
				Kind: deployed.RoleP, To: deployed.Lit("Shop")}},
			Buckets: []deployed.Bucket{{Name: deployed.Lit(bucket), Policy: document(`{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws-cn:s3:::` + bucket + `/*",` + sourced + `}]}`)}},
			Keys: []deployed.Key{{ARN: deployed.Lit("arn:aws-cn:kms:cn-north-1:444455556666:key/0a1b"), Policy: document(`{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"kms:*","Resource":"*"}]}`)}},
		}
	}
	for bucket, want := range map[string]bool{"acme-personalize": false, "acme-data": true} {
		var got []string
		for _, f := range Find(state(bucket), "") {
			if got = append(got, f.Rule); f.Level == findings.Error && f.Rule != "PZ181" {
				t.Error(f.Text())
			}
		}
		if slices.Contains(got, "PZ181") != want {
			t.Errorf("%s: %q", bucket, got)
		}
	}
}

// A document that AWS refuses for its size is not compared with itself, statement by statement.
func TestTooLarge(t *testing.T) {
	one := `{"Effect":"Allow","Action":["s3:*"],"Resource":"*"}`
	doc := identity("", strings.Repeat(one+",", 999)+one)
	if got := rules(read(t, doc)); !slices.Contains(got, "PZ106") || slices.Contains(got, "PZ190") {
		t.Errorf("%q", got)
	}
}
