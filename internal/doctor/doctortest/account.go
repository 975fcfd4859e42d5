// Package doctortest has accounts in which Amazon Personalize works and those in which it does not,
// for the tests of package doctor by files and by a server.
package doctortest

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/output"
)

// Names of what is in the account.
const (
	ID      = "111122223333"
	Region  = "eu-west-1"
	KeyARN  = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-00000000000a"
	RoleARN = "arn:aws:iam::111122223333:role/Shop"
	UserARN = "arn:aws:iam::111122223333:user/Ann"
)

// Account is what is in an account, as tests change it: a role, a bucket, a key and a user.
type Account struct {
	Trust, Role, Bucket, Key string // policies; Bucket is "" where there is none
	Boundary, SCP, RCP       string
	User                     string            // policy of the user
	Region, Ownership        string            // of the bucket
	Encryption               string            // key of the bucket; "" for AES256
	Status, Spec, Manager    string            // of the key
	NoRole, NoBucket, NoKey  bool              // they do not exist
	More                     map[string]string // further files, by name; "" for one that is not there
}

const (
	goodTrust = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"},
 "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"},
  "ArnLike": {"aws:SourceArn": "arn:aws:personalize:eu-west-1:111122223333:*"}}}]}`
	goodRole = `{"Version": "2012-10-17", "Statement": [
 {"Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-data"},
 {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::acme-data/data/*", "arn:aws:s3:::acme-data/results/*"]},
 {"Sid": "Write", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-data/results/*"},
 {"Sid": "Key", "Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:ListGrants", "kms:CreateGrant"], "Resource": "` + KeyARN + `"}]}`
	goodBucket = `{"Version": "2012-10-17", "Statement": [
 {"Sid": "List", "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-data"},
 {"Sid": "Read", "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::acme-data/data/*", "arn:aws:s3:::acme-data/results/*"]},
 {"Sid": "Write", "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-data/results/*"}]}`
	goodKey = `{"Version": "2012-10-17", "Statement": [
 {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"},
 {"Sid": "Use", "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com", "AWS": "` + RoleARN + `"},
  "Action": ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:ListGrants", "kms:CreateGrant"], "Resource": "*"}]}`
	goodUser = `{"Version": "2012-10-17", "Statement": [
 {"Effect": "Allow", "Action": "personalize:*", "Resource": "*"},
 {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "` + RoleARN + `", "Condition": {"StringEquals": {"iam:PassedToService": "personalize.amazonaws.com"}}}]}`
)

// Good returns an account in which everything works.
func Good() *Account {
	return &Account{Trust: goodTrust, Role: goodRole, Bucket: goodBucket, Key: goodKey, User: goodUser,
		Region: Region, Ownership: "BucketOwnerEnforced", Encryption: KeyARN, Status: "Enabled",
		Spec: "SYMMETRIC_DEFAULT", Manager: "CUSTOMER", More: map[string]string{}}
}

func quote(s string) string { b, _ := json.Marshal(s); return string(b) }

// Files returns what the AWS CLI prints of the account.
func (a *Account) Files() []output.File {
	keyID := KeyARN[strings.LastIndexByte(KeyARN, '/')+1:]
	all := map[string]string{
		"caller.json": `{"UserId": "AIDAEXAMPLEEXAMPLE00", "Account": "` + ID + `", "Arn": "` + UserARN + `"}`,
		"iam/get-user/Ann.json": `{"User": {"UserName": "Ann", "Path": "/", "UserId": "AIDAEXAMPLEEXAMPLE00", "Arn": "` +
			UserARN + `"}}`,
		"iam/list-user-policies/Ann.json":          `{"PolicyNames": ["Begin"]}`,
		"iam/get-user-policy/Ann/Begin.json":       `{"UserName": "Ann", "PolicyName": "Begin", "PolicyDocument": ` + a.User + `}`,
		"iam/list-attached-user-policies/Ann.json": `{"AttachedPolicies": []}`,
		"iam/list-groups-for-user/Ann.json":        `{"Groups": []}`,
		"role.json": `{"Role": {"RoleName": "Shop", "Path": "/", "Arn": "` + RoleARN + `", "AssumeRolePolicyDocument": ` +
			a.Trust + a.edge() + `}}`,
		"role-policies.json": `{"PolicyNames": ["Data"]}`,
		"role-data.json":     `{"RoleName": "Shop", "PolicyName": "Data", "PolicyDocument": ` + a.Role + `}`,
		"attached.json":      `{"AttachedPolicies": []}`,
		"bucket-policy.json": `{"Policy": ` + quote(a.Bucket) + `}`,
		"location.json":      `{"LocationConstraint": "` + a.Region + `"}`,
		"ownership.json":     `{"OwnershipControls": {"Rules": [{"ObjectOwnership": "` + a.Ownership + `"}]}}`,
		"public.json": `{"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true, ` +
			`"BlockPublicPolicy": true, "RestrictPublicBuckets": true}}`,
		"key-policy.json": `{"Policy": ` + quote(a.Key) + `, "PolicyName": "default"}`,
		"key.json": fmt.Sprintf(`{"KeyMetadata": {"KeyId": %q, "Arn": %q, "KeyState": %q, "KeySpec": %q, "KeyManager": %q}}`,
			keyID, KeyARN, a.Status, a.Spec, a.Manager),
	}
	sse := `"SSEAlgorithm": "AES256"`
	if a.Encryption != "" {
		sse = `"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "` + a.Encryption + `"`
	}
	all["encryption.json"] = `{"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {` +
		sse + `}}]}}`
	if a.Bucket == "" {
		all["bucket-policy.json"] = "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: " +
			"The bucket policy does not exist\n"
		all["acme-data/policy.txt"] = all["bucket-policy.json"]
		delete(all, "bucket-policy.json")
	}
	if a.Boundary != "" {
		all["Edge.json"] = `{"PolicyVersion": {"Document": ` + a.Boundary + `, "VersionId": "v1", "IsDefaultVersion": true}}`
	}
	for kind, text := range map[string]string{"SERVICE": a.SCP, "RESOURCE": a.RCP} {
		if text != "" {
			all[kind+".json"] = `{"Policy": {"PolicySummary": {"Id": "p-` + strings.ToLower(kind) + `", "Name": "Guard", "Type": "` +
				kind + `_CONTROL_POLICY"}, "Content": ` + quote(text) + `}}`
		}
	}
	missing := func(name, code, operation, message string) {
		all[name] = fmt.Sprintf("An error occurred (%s) when calling the %s operation: %s\n", code, operation, message)
	}
	if a.NoRole {
		missing("role.json", "NoSuchEntity", "GetRole", "The role with name Shop cannot be found.")
		for _, name := range []string{"role-policies.json", "role-data.json", "attached.json"} {
			delete(all, name)
		}
	}
	if a.NoBucket {
		missing("bucket-policy.json", "NoSuchBucket", "GetBucketPolicy", "The specified bucket does not exist")
	}
	if a.NoKey {
		missing("key.json", "NotFoundException", "DescribeKey", "Key '"+KeyARN+"' does not exist")
	}
	for name, text := range a.More {
		if text == "" {
			delete(all, name)
		} else {
			all[name] = text
		}
	}
	var out []output.File
	for name, text := range all {
		out = append(out, output.File{Path: name, Data: []byte(text)})
	}
	return out
}

func (a *Account) edge() string {
	if a.Boundary == "" {
		return ""
	}
	return `, "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": ` +
		`"arn:aws:iam::111122223333:policy/Edge"}`
}
