package lint

import (
	"fmt"
	"strings"
)

// sourced is the condition that AWS recommends for the trust policy of Personalize's role.
const sourced = `"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"},
   "ArnLike": {"aws:SourceArn": "arn:aws:personalize:us-east-1:111122223333:*"}}`

// overTLS is the statement that refuses requests without TLS to the bucket of the examples.
const overTLS = `{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
  "Resource": ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`

// root is the statement that keeps a key manageable.
const root = `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}`

func statements(more, list string) string {
	if more != "" {
		more += ", "
	}
	return `{"Version": "2012-10-17", ` + more + `"Statement": [
 ` + list + "]}"
}

func identity(more, list string) Example { return Example{OnIdentity, statements(more, list)} }
func trust(list string) Example          { return Example{OnTrust, statements("", list)} }

// bucket is the policy of a bucket with these statements and the one that asks for TLS.
func bucket(list string) Example { return Example{OnBucket, statements("", list+",\n "+overTLS)} }

// key is the policy of a key with these statements and the one for the account.
func key(list string) Example { return Example{OnKey, statements("", root+",\n "+list)} }

// template is a template with the resources.
func template(resources string) Example { return Example{OnTemplate, "Resources:\n" + resources} }

// wide is a statement with many resources.
func wide(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("\"arn:aws:s3:::acme-data/interactions/%04d/*\"", i))
	}
	return `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": [` + strings.Join(list, ", ") + "]}"
}

const (
	roleTemplate = `  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: PersonalizeShop
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: personalize.amazonaws.com}
            Action: "sts:AssumeRole"
            Condition:
              StringEquals: {"aws:SourceAccount": "123456789012"}
              ArnLike: {"aws:SourceArn": "arn:aws:personalize:us-east-1:123456789012:*"}
`
	fullAccess = "      ManagedPolicyArns: [\"arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess\"]\n"
	rolePolicy = `      Policies:
        - PolicyName: Read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: "s3:GetObject"
                Resource: "arn:aws:s3:::acme-data/*"
`
)

func keyPolicy(resource string) string {
	return `      Policies:
        - PolicyName: Key
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: "kms:Decrypt"
                Resource: "` + resource + "\"\n"
}

// bucketFor is a bucket that lets Personalize read.
func bucketFor(name string) string {
	return strings.ReplaceAll(`  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: NAME
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: personalize.amazonaws.com}
            Action: "s3:GetObject"
            Resource: "arn:aws:s3:::NAME/*"
            Condition: {StringEquals: {"aws:SourceAccount": "123456789012"}}
          - Effect: Deny
            Principal: "*"
            Action: "s3:*"
            Resource: ["arn:aws:s3:::NAME", "arn:aws:s3:::NAME/*"]
            Condition: {Bool: {"aws:SecureTransport": "false"}}
`, "NAME", name)
}
