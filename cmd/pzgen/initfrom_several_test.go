package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// madeFrom returns the spec that init makes of files, with what is to be generated of it generated
// and verified.
func madeFrom(t *testing.T, files map[string]string, from ...string) string {
	t.Helper()
	return madeAt(t, nil, files, from...)
}

// madeAt is madeFrom with further flags of init.
func madeAt(t *testing.T, flags []string, files map[string]string, from ...string) string {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	args := append([]string{"init", "made", "--setup", "shop", "-q"}, flags...)
	for _, name := range from {
		args = append(args, "--from", name)
	}
	at := []string{"-f", filepath.Join("made", "pzgen.yaml"), "-o", "out", "-q"}
	for _, command := range [][]string{args, append([]string{"generate"}, at...), append([]string{"verify"}, at...)} {
		var out, said bytes.Buffer
		if code := run(append([]string{"pzgen"}, command...), strings.NewReader(""), &out, &said); code != 0 {
			text, _ := os.ReadFile(filepath.Join("made", "pzgen.yaml"))
			t.Fatalf("pzgen %q: exit code %d\n%s\n%s", command, code, said.String(), text)
		}
	}
	text, err := os.ReadFile(filepath.Join("made", "pzgen.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// has reports each text that a spec does not have.
func has(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("the spec has no %q:\n%s", w, text)
		}
	}
}

const oneTemplate = `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: Personalize
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: personalize.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: data
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::acme-movies/in/*"}]
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: personalize.amazonaws.com}, Action: kms:Decrypt, Resource: "*"}]
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: acme-movies
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt Key.Arn}
  BucketPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: personalize.amazonaws.com}, Action: s3:GetObject, Resource: "arn:aws:s3:::acme-movies/in/*"}]
`

// Of two inputs that tell of one role or bucket, what both say is kept; keys of two templates that
// call them the same are two keys, and one file that is named twice is one input.
func TestInitFromSeveral(t *testing.T) {
	t.Run("one role and bucket in both", func(t *testing.T) {
		text := madeFrom(t, map[string]string{"one.yaml": oneTemplate, "two.yaml": strings.NewReplacer(
			"Action: sts:AssumeRole", "Action: [sts:AssumeRole, sts:TagSession]",
			"Action: s3:GetObject, Resource: \"arn:aws:s3:::acme-movies/in/*\"}]\n  Key", "Action: s3:DeleteObject, Resource: \"arn:aws:s3:::acme-movies/role/*\"}]\n  Key",
			"Action: s3:GetObject, Resource", "Action: s3:DeleteObject, Resource",
		).Replace(oneTemplate)}, "one.yaml", "two.yaml")
		has(t, text, "sts:TagSession", `s3:DeleteObject, resource: "arn:aws:s3:::acme-movies/role/*"`,
			`s3:DeleteObject, resource: "arn:aws:s3:::acme-movies/in/*"`,
			"bucket acme-movies is under another key here")
	})
	t.Run("keys of the same name within two templates", func(t *testing.T) {
		text := madeFrom(t, map[string]string{"one.yaml": oneTemplate,
			"two.yaml": strings.ReplaceAll(oneTemplate, "acme-movies", "acme-films")}, "one.yaml", "two.yaml")
		has(t, text, "{name: acme-movies, key: main}", "{name: acme-films, key: key}")
	})
	t.Run("one file twice", func(t *testing.T) {
		once := madeFrom(t, map[string]string{"one.yaml": oneTemplate}, "one.yaml")
		if twice := madeFrom(t, map[string]string{"one.yaml": oneTemplate}, "one.yaml", "./one.yaml"); twice != once {
			t.Errorf("it is another spec:\n%s\n%s", once, twice)
		}
	})
	t.Run("a policy of AWS that is called as one that was read", func(t *testing.T) {
		text := madeFrom(t, map[string]string{"one.yaml": strings.Replace(oneTemplate, "      Policies:\n",
			"      ManagedPolicyArns: [arn:aws:iam::aws:policy/Mine]\n      Policies:\n", 1) + `
  Mine:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: Mine
      PolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::acme-others/in/*"}]
`}, "one.yaml")
		has(t, text, "policy arn:aws:iam::aws:policy/Mine is attached to the role, and its text is not known", "of policy Mine, which operators")
	})
}

// Names that AWS chooses on deployment are not known: the role has the name that pzgen makes,
// what is of the bucket is a comment, and what a template calls by a name is nothing that a spec
// calls so.
func TestInitFromWithoutNames(t *testing.T) {
	text := madeFrom(t, map[string]string{"one.yaml": `Resources:
  role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}]
  Ours:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {Service: personalize.amazonaws.com}, Action: sts:AssumeRole}
          - {Effect: Allow, Principal: {AWS: !GetAtt role.Arn}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: data
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: s3:GetObject, Resource: !Sub "${data.Arn}/*"}
              - {Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::acme-movies/in/*"}
              - {Effect: Allow, Action: s3:DeleteObject, Resource: "arn:aws:s3:::acme-movies/in/*"}
  data:
    Type: AWS::S3::Bucket
  Filled:
    Type: AWS::S3::Bucket
    Properties: {BucketName: "<setup>-data"}
  Key:
    Type: AWS::KMS::Key
    Properties: {KeyPolicy: {Version: "2012-10-17", Statement: []}}
  Alias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: "alias/<account>-data", TargetKeyId: !Ref Key}
  BucketPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref data
      PolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: personalize.amazonaws.com}, Action: s3:GetObject, Resource: !Sub "${data.Arn}/*"}]
`}, "one.yaml")
	has(t, text, "the name of a bucket is not known: <<setup>-data", "a key without an alias: it has a made-up one",
		"# left out: role: {name: ", "data: {name: acme-movies, existing: true", "- {type: import, from: data/in/}",
		`action: s3:DeleteObject, resource: "arn:aws:s3:::acme-movies/in/*"`)
	for _, at := range []string{"7:22", "15:13", "21:17", "41:22"} { // the rest is in comments
		if !strings.Contains(text, "\n    # one.yaml:"+at+": ") {
			t.Errorf("what is at %s is not told:\n%s", at, text)
		}
	}
}

// What a template leaves to AWS is the account and region of the setup, not one of AWS's
// examples: a trust in the account must not become one in another.
func TestInitFromPseudoParameters(t *testing.T) {
	files := map[string]string{"one.yaml": `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: Personalize
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {Service: personalize.amazonaws.com}, Action: sts:AssumeRole}
          - {Effect: Allow, Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: data
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: s3:GetObject, Resource: !Sub "arn:${AWS::Partition}:s3:::acme-${AWS::AccountId}-${AWS::Region}/in/*"}]
`, "key.json": `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:Decrypt",
  "Resource": "arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-0000-4000-8000-000000000000"}}`}
	for _, c := range []struct {
		flags, from      []string
		account, region  string
		partition, noted string
	}{
		{[]string{"--account", "444455556666", "--region", "cn-north-1"}, []string{"one.yaml"}, "444455556666", "cn-north-1", "aws-cn", ""},
		{nil, []string{"one.yaml", "key.json"}, "444455556666", "eu-west-1", "aws", ""},
		{nil, []string{"one.yaml"}, "111122223333", "us-east-1", "aws", "no account is named in what was read"},
	} {
		text := madeAt(t, c.flags, files, c.from...)
		has(t, text, `account: "`+c.account+`"`, "region: "+c.region, "{name: acme-"+c.account+"-"+c.region+", existing: true",
			`principal: {AWS: "arn:`+c.partition+`:iam::`+c.account+`:root"}`, c.noted)
		// diff reads the template for the same place, so that nothing of it seems to go.
		var out, said bytes.Buffer
		run([]string{"pzgen", "diff", "one.yaml", "made/pzgen.yaml"}, strings.NewReader(""), &out, &said)
		if strings.Contains(out.String(), "123456789012") || strings.Contains(out.String(), "no longer") {
			t.Errorf("it compares with another place:\n%s", out.String())
		}
	}
}
