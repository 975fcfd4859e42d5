package main

import (
	"strings"
	"testing"
)

// What the AWS CLI says of a role is taken with its path and boundary, and a statement that
// denies what workflows need is the only one that is left out.
func TestInitFromRole(t *testing.T) {
	text := madeFrom(t, map[string]string{"role.json": `{"Role": {"RoleName": "Pz", "Path": "/x/", "Arn": "arn:aws:iam::444455556666:role/x/Pz",
  "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::444455556666:policy/b"},
  "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"},
    {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"StringNotEquals": {"aws:SourceAccount": "x"}}}]}}}`,
		"data.json": `{"RoleName": "Pz", "PolicyName": "data", "PolicyDocument": {"Version": "2012-10-17", "Statement":
  {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-movies/in/*"}}}`}, "role.json", "data.json")
	has(t, text, `account: "444455556666"`, `role: {name: Pz, path: "/x/"}`, `permissionsBoundary: "arn:aws:iam::444455556666:policy/b"`,
		"{type: import, from: data/in/}", "principal: {Service: personalize.amazonaws.com}, action: sts:AssumeRole, accepted:",
		"# role.json:5:5: left out: setup shop: every workflow: service cannot sts:AssumeRole")
}

// A template beside answers of the AWS CLI is not passed over.
func TestInitFromAnswersAndMore(t *testing.T) {
	const role = `{"Role": {"RoleName": "Pz", "Path": "/", "Arn": "arn:aws:iam::444455556666:role/Pz",
  "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}}`
	text := madeFrom(t, map[string]string{"in/role.json": role, "in/one.yaml": oneTemplate, "in/notes.md": "x"}, "in")
	has(t, text, `# in/one.yaml: file "one.yaml" is not understood: it is not read with answers of the AWS CLI`)
	if strings.Contains(text, "notes.md") {
		t.Errorf("it tells of notes:\n%s", text)
	}
}

// A dataset group keeps its domain and key; what is under a key that is not there, and a second
// group, are told.
func TestInitFromGroups(t *testing.T) {
	text := madeFrom(t, map[string]string{"one.yaml": oneTemplate + `
  First:
    Type: AWS::Personalize::DatasetGroup
    Properties: {Name: first, Domain: ECOMMERCE, KmsKeyArn: !GetAtt Key.Arn, RoleArn: "arn:aws:iam::111122223333:role/Personalize"}
  Second:
    Type: AWS::Personalize::DatasetGroup
    Properties: {Name: second}
  Stranger:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: acme-films
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: aws:kms
              KMSMasterKeyID: arn:aws:kms:us-east-1:999988887777:key/0a1b2c3d-0000-4000-8000-000000000000
`}, "one.yaml")
	has(t, text, "datasetGroup: {name: first, domain: ECOMMERCE, key: main}", "dataset group second: a setup has one",
		"bucket acme-films is under a key that is not known: arn:aws:kms:us-east-1:999988887777:key/")
}
