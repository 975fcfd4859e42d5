package cloudformation

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// edit is what a person, or a tool, may do to the files of a setup by mistake or on purpose.
type edit struct {
	name string
	kind string
	file string // "" for template.yaml
	in   func(testing.TB) *model.Setup
	do   [][2]string // each first text is replaced once by the second one
	same bool        // the edit changes nothing that is brought about or shown
}

func createdSetup(testing.TB) *model.Setup { return created() }

// largeSetup has a template that is too large for a request.
func largeSetup(testing.TB) *model.Setup {
	s := created()
	s.Buckets = append(s.Buckets, manyBuckets(60)...)
	return s
}

// The kinds of edits.
const (
	decides   = "values that decide"
	forms     = "YAML and functions"
	settings  = "settings"
	documents = "documents"
	addresses = "names and addresses"
	imported  = "imports"
	copied    = "what people copy"
	limits    = "limits"
)

// Texts of the template of created that edits stand on.
const (
	rolePath   = `Path: "/personalize/"`
	roleType   = "Type: \"AWS::IAM::Role\"\n"
	statement  = "          - Sid: \"ListData\"\n"
	outputs    = "Outputs:\n"
	resources  = "Resources:\n"
	parameters = "\nParameters:\n"
	aclBlock   = "BlockPublicAcls: true"
)

func edits() []edit {
	conditions := func(is string) [2]string {
		return [2]string{resources, "Conditions:\n  Here: !Equals [" + is + "]\n" + resources}
	}
	action := `- "s3:GetObject"`
	all := []edit{
		// What decides is refused by its name, also where it decides for what was there.
		{name: "condition on the account", do: [][2]string{conditions(`!Ref AWS::AccountId, "111122223333"`), {action, `- !If [Here, "s3:*", "s3:GetObject"]`}}},
		{name: "condition on the region", do: [][2]string{conditions(`!Ref AWS::Region, "eu-west-1"`), {action, `- !If [Here, "s3:*", "s3:GetObject"]`}}},
		{name: "condition on the partition", do: [][2]string{conditions(`!Ref AWS::Partition, "aws"`), {action, `- {"Fn::If": [Here, "s3:*", "s3:GetObject"]}`}}},
		{name: "condition on a bucket name", do: [][2]string{conditions(`!Ref DataBucketName, "acme-retail-data"`), {action, `- !If [Here, "s3:*", "s3:GetObject"]`}}},
		{name: "condition on an alias", do: [][2]string{conditions(`!Ref ShopKeyAliasName, "alias/retail-personalize"`), {action, `- !If [Here, "s3:*", "s3:GetObject"]`}}},
		{name: "condition on a group name", do: [][2]string{conditions(`!Ref DatasetGroupName, "retail"`), {action, `- !If [Here, "s3:*", "s3:GetObject"]`}}},
		{name: "condition that nothing uses", do: [][2]string{conditions(`"a", "a"`)}},
		{name: "If with two alike values", do: [][2]string{{action, `- !If [Here, "s3:GetObject", "s3:GetObject"]`}}},
		{name: "If without a value", do: [][2]string{conditions(`"a", "b"`), {rolePath, rolePath + "\n      MaxSessionDuration: !If [Here, 3600, !Ref AWS::NoValue]"}}},
		{name: "resource with a condition", do: [][2]string{conditions(`"a", "a"`), {roleType, roleType + "    Condition: Here\n"}}},
		{name: "output with a condition", do: [][2]string{conditions(`"a", "a"`), {"  ServiceRoleArn:\n", "  ServiceRoleArn:\n    Condition: Here\n"}}},
		{name: "mapping", do: [][2]string{{"Rules:\n", "Mappings: {A: {B: {C: \"/personalize/\"}}}\nRules:\n"}, {rolePath, `Path: !FindInMap [A, B, C]`}}},
		{name: "transform", do: [][2]string{{"Rules:\n", "Transform: \"AWS::Serverless-2016-10-31\"\nRules:\n"}}},
		{name: "language extensions", do: [][2]string{{"Rules:\n", "Transform: AWS::LanguageExtensions\nRules:\n"}}},
		{name: "ForEach", do: [][2]string{{resources, resources + "  Fn::ForEach::More: [X, [a, b], {\"B${X}\": {Type: AWS::S3::Bucket}}]\n"}}},
		{name: "include", do: [][2]string{{rolePath, rolePath + "\n      Fn::Transform: {Name: AWS::Include, Parameters: {Location: \"s3://x/y\"}}"}}},
		{name: "macro in a value", do: [][2]string{{rolePath, `Path: !Transform {Name: Own}`}}},
		{name: "hooks", do: [][2]string{{"Rules:\n", "Hooks: {}\nRules:\n"}}},
		{name: "import of a value", do: [][2]string{{`Resource: !GetAtt "ServiceRole.Arn"`, `Resource: !ImportValue "x"`}}},
		{name: "export of a value", do: [][2]string{{`    Value: !GetAtt "ServiceRole.Arn"`, `    Value: !GetAtt "ServiceRole.Arn"` + "\n    Export: {Name: x}"}}},
		{name: "dynamic reference", do: [][2]string{{`Value: "yes"`, `Value: "{{resolve:ssm:x}}"`}}},
		{name: "dynamic reference from two parts", do: [][2]string{{`Value: "yes"`, `Value: !Join ["", ["{{res", "olve:ssm:x}}"]]`}}},
		{name: "dynamic reference around a name", do: [][2]string{{`Value: "yes"`, `Value: !Sub "{{${RoleName}resolve:ssm:x}}"`}}},
		{name: "dynamic reference in a key", do: [][2]string{{`aws:SecureTransport: "true"`, `"{{resolve:ssm:x}}": "true"`}}},
		{name: "dynamic reference in a default", do: [][2]string{{`Default: "PersonalizeRetail"`, `Default: "{{resolve:ssm:x}}"`}}},
		{name: "Select", do: [][2]string{{rolePath, `Path: !Select [0, ["/personalize/"]]`}}},
		{name: "Split", do: [][2]string{{`- "zoe"`, `- !Select [1, !Split [",", "x,zoe"]]`}}},
		{name: "Base64", do: [][2]string{{rolePath, `Path: !Base64 "/personalize/"`}}},
		{name: "Cidr", do: [][2]string{{rolePath, `Path: !Cidr ["10.0.0.0/16", 1]`}}},
		{name: "GetAZs", do: [][2]string{{rolePath, `Path: !GetAZs ""`}}},
		{name: "Length", do: [][2]string{{"ExpirationInDays: 30", `ExpirationInDays: !Length [1, 2]`}}},
		{name: "ToJsonString", do: [][2]string{{rolePath, `Path: !ToJsonString {a: b}`}}},
		{name: "a function that nobody knows", do: [][2]string{{rolePath, `Path: {"Fn::Own": "/personalize/"}`}}},
		{name: "a function in two forms", do: [][2]string{{`Resource: !GetAtt "ServiceRole.Arn"`, `Resource: {"Fn::Ref": ServiceRole}`}}},
		{name: "Sub with a mapping", do: [][2]string{{rolePath, `Path: !Sub ["/${a}/", {a: personalize}]`}}},
		{name: "pseudo parameter", do: [][2]string{{rolePath, `Path: !Sub "/${AWS::StackName}/"`}}},
		{name: "no value", do: [][2]string{{rolePath, rolePath + "\n      MaxSessionDuration: !Ref AWS::NoValue"}}},
		{name: "new parameter", do: [][2]string{{parameters, parameters + "  More:\n    Type: String\n    Default: x\n"}}},
		{name: "parameter from the store", do: [][2]string{{`Type: "String"`, `Type: "AWS::SSM::Parameter::Value<String>"`}}},
		{name: "parameter of another type", do: [][2]string{{`Type: "String"`, `Type: "CommaDelimitedList"`}}},
		{name: "parameter without a default", do: [][2]string{{"    Default: \"PersonalizeRetail\"\n", ""}}},
		{name: "allowed values", do: [][2]string{{`Type: "String"`, "Type: \"String\"\n    AllowedValues: [PersonalizeRetail]"}}},
		{name: "shortest length", do: [][2]string{{`Type: "String"`, "Type: \"String\"\n    MinLength: 1"}}},
		{name: "longest length", do: [][2]string{{`Type: "String"`, "Type: \"String\"\n    MaxLength: 64"}}},
		{name: "no echo", do: [][2]string{{`Type: "String"`, "Type: \"String\"\n    NoEcho: true"}}},
		{name: "pattern that no value passes", do: [][2]string{{`AllowedPattern: "^[\\w+=,.@-]{1,64}$"`, `AllowedPattern: "^$x"`}}},
		{name: "pattern that every value passes", do: [][2]string{{`AllowedPattern: "^[\\w+=,.@-]{1,64}$"`, `AllowedPattern: ".*"`}}},
		{name: "no pattern", do: [][2]string{{`    AllowedPattern: "^[\\w+=,.@-]{1,64}$"` + "\n", ""}}},
		{name: "another default", do: [][2]string{{`Default: "acme-retail-data"`, `Default: "acme-retail-data2"`}}},
		{name: "another alias", do: [][2]string{{`Default: "alias/retail-personalize"`, `Default: "alias/other"`}}},
		{name: "default that may become a variable", do: [][2]string{{`Default: "acme-retail-data"`, `Default: "${aws:username}"`}}},
		{name: "another account", do: [][2]string{{`"111122223333"]`, `"111122223334"]`}}},
		{name: "another region", do: [][2]string{{`"eu-west-1"]`, `"eu-west-2"]`}}},
		{name: "no rules", do: [][2]string{{"Rules:\n  RightPlace:\n", "Rules: {}\nOutputs:\n  RightPlace:\n"}, {outputs, ""}}},
		{name: "no assertions", do: [][2]string{{"  RightPlace:\n    Assertions:\n", "  RightPlace:\n    Assertions: []\nOutputs:\n  RightPlace:\n"}, {outputs, ""}}},
		{name: "rule about nothing", do: [][2]string{{`!Equals [!Ref "AWS::AccountId", "111122223333"]`, `!Equals ["111122223333", "111122223333"]`}}},
		{name: "rule with a way out", do: [][2]string{{`!Equals [!Ref "AWS::AccountId", "111122223333"]`, `!Or [!Equals [!Ref "AWS::AccountId", "111122223333"], !Equals [a, a]]`}}},
		{name: "rule in some cases", do: [][2]string{{"  RightPlace:\n", "  RightPlace:\n    RuleCondition: !Equals [a, b]\n"}}},
		{name: "rule about two accounts", do: [][2]string{{"    Assertions:\n", "    Assertions:\n      - Assert: !Equals [!Ref AWS::AccountId, \"111122223334\"]\n"}}},
		{name: "one more rule", do: [][2]string{{"  RightPlace:\n", "  Other:\n    Assertions:\n      - Assert: !Equals [!Ref RoleName, x]\n  RightPlace:\n"}}},
		{name: "metadata that acts", do: [][2]string{{roleType, roleType + "    Metadata: {AWS::CloudFormation::Init: {config: {}}}\n"}}},
		{name: "metadata of a designer", do: [][2]string{{"Metadata:\n", "Metadata:\n  AWS::CloudFormation::Designer: {}\n"}}},
		{name: "a check switched off", do: [][2]string{{roleType, roleType + "    Metadata: {cfn-lint: {config: {ignore_checks: [E3001]}}}\n"}}},
		{name: "creation policy", do: [][2]string{{roleType, roleType + "    CreationPolicy: {}\n"}}},
		{name: "update policy", do: [][2]string{{roleType, roleType + "    UpdatePolicy: {}\n"}}},

		// YAML and functions.
		{kind: forms, name: "anchor", do: [][2]string{{"      Users:\n", "      Users: &u\n"}}},
		{kind: forms, name: "alias", do: [][2]string{{`Key: "on"`, `Key: &a "on"`}, {`Key: "team"`, `Key: *a`}}},
		{kind: forms, name: "merge key", do: [][2]string{{rolePath, rolePath + "\n      <<: {Path: x}"}}},
		{kind: forms, name: "key twice", do: [][2]string{{rolePath, rolePath + "\n      Path: \"/\""}}},
		{kind: forms, name: "section twice", do: [][2]string{{outputs, "Resources: {}\n" + outputs}}},
		{kind: forms, name: "quoted key twice", do: [][2]string{{rolePath, rolePath + "\n      \"Path\": \"/\""}}},
		{kind: forms, name: "tag str", do: [][2]string{{rolePath, `Path: !!str "/personalize/"`}}},
		{kind: forms, name: "tag binary", do: [][2]string{{rolePath, `Path: !!binary "L3BlcnNvbmFsaXplLw=="`}}},
		{kind: forms, name: "tag set", do: [][2]string{{"      Users:\n", "      Users: !!set\n"}}},
		{kind: forms, name: "tag without a name", do: [][2]string{{rolePath, `Path: ! "/personalize/"`}}},
		{kind: forms, name: "tag without a name makes a string", do: [][2]string{{aclBlock, `BlockPublicAcls: ! true`}}},
		{kind: forms, name: "key with a tag", do: [][2]string{{rolePath, `!!str Path: "/personalize/"`}}},
		{kind: forms, name: "directive", do: [][2]string{{"AWSTemplateFormatVersion", "%YAML 1.2\n---\nAWSTemplateFormatVersion"}}},
		{kind: forms, name: "tag directive", do: [][2]string{{"AWSTemplateFormatVersion", "%TAG !e! !\n---\nAWSTemplateFormatVersion"}, {rolePath, `Path: !e!Ref "RoleName"`}}},
		{kind: forms, name: "second document", do: [][2]string{{outputs, "---\n" + outputs}}},
		{kind: forms, name: "empty second document", do: [][2]string{{outputs, outputs + "---\n"}}},
		{kind: forms, name: "no", do: [][2]string{{aclBlock, "BlockPublicAcls: no"}}},
		{kind: forms, name: "yes, which is true in YAML 1.1 alone", do: [][2]string{{aclBlock, "BlockPublicAcls: yes"}}},
		{kind: forms, name: "on", do: [][2]string{{`- "on"`, `- on`}}},
		{kind: forms, name: "y", do: [][2]string{{aclBlock, "BlockPublicAcls: y"}}},
		{kind: forms, name: "octal", do: [][2]string{{"ExpirationInDays: 30", "ExpirationInDays: 036"}}},
		{kind: forms, name: "octal of YAML 1.2", do: [][2]string{{"ExpirationInDays: 30", "ExpirationInDays: 0o36"}}},
		{kind: forms, name: "octal account", do: [][2]string{{`"111122223333"]`, `0111122223333]`}}},
		{kind: forms, name: "hexadecimal", do: [][2]string{{"ExpirationInDays: 30", "ExpirationInDays: 0x1e"}}},
		{kind: forms, name: "binary", do: [][2]string{{"ExpirationInDays: 30", "ExpirationInDays: 0b11110"}}},
		{kind: forms, name: "underscores", do: [][2]string{{"ExpirationInDays: 30", "ExpirationInDays: 3_0"}}},
		{kind: forms, name: "sexagesimal", do: [][2]string{{`- "0777"`, `- 12:30:45`}}},
		{kind: forms, name: "floating", do: [][2]string{{"ExpirationInDays: 30", "ExpirationInDays: 30.0"}}},
		{kind: forms, name: "exponent", do: [][2]string{{"ExpirationInDays: 30", "ExpirationInDays: 3e1"}}},
		{kind: forms, name: "number for text", do: [][2]string{{`Value: "yes"`, `Value: 5`}}},
		{kind: forms, name: "null", do: [][2]string{{rolePath, "Path: ~"}}},
		{kind: forms, name: "nothing", do: [][2]string{{rolePath, "Path:"}}},
		{kind: forms, name: "key that is no text", do: [][2]string{{rolePath, rolePath + "\n      ? [a]\n      : b"}}},
		{kind: forms, name: "key that is true", do: [][2]string{{`                "on":`, `                on:`}}},
		{kind: forms, name: "line separator ends a comment", do: [][2]string{{outputs, "# x\u2028Transform: y\n" + outputs}}},
		{kind: forms, name: "next line ends a comment", do: [][2]string{{outputs, "# x\u0085Transform: y\n" + outputs}}},
		{kind: forms, name: "lone carriage return", do: [][2]string{{outputs, "# x\rTransform: y\n" + outputs}}},
		{kind: forms, name: "byte order mark", do: [][2]string{{"# Generated", "\ufeff# Generated"}}},
		{kind: forms, name: "not UTF-8", do: [][2]string{{outputs, "# \xff\n" + outputs}}},
		{kind: forms, name: "token in text", do: [][2]string{{`Value: "yes"`, "Value: \"\U000F00000\U000F0001\""}}},
		{kind: forms, name: "token in an escape", do: [][2]string{{`Value: "yes"`, `Value: "\U000F00000\U000F0001"`}}},
		{kind: forms, name: "token in a comment", do: [][2]string{{outputs, "# \U000F0000\n" + outputs}}},
		{kind: forms, name: "function beside other keys", do: [][2]string{{`TargetKeyId: !Ref "ShopKey"`, `TargetKeyId: {Ref: ShopKey, More: key}`}}},
		{kind: forms, name: "unescaped variable", do: [][2]string{{`${!aws:username}`, `${aws:username}`}}},
		{kind: forms, name: "escaped reference", do: [][2]string{{`${DataBucket.Arn}/datasets/*`, `${!DataBucket.Arn}/datasets/*`}}},
		{kind: forms, name: "escape in plain text", do: [][2]string{{`- "${aws:username}"`, `- "${!aws:username}"`}}},
		{kind: forms, name: "dollar before a reference", do: [][2]string{{`${DataBucket.Arn}/datasets/*`, `$${DataBucket.Arn}/datasets/*`}}},
		{kind: forms, name: "open reference", do: [][2]string{{`${DataBucket.Arn}/datasets/*`, `${DataBucket.Arn}/datasets/*${`}}},
		{kind: forms, name: "name of nothing", do: [][2]string{{`!GetAtt "ShopKey.Arn"`, `!GetAtt "NoKey.Arn"`}}},
		{kind: forms, name: "attribute of nothing", do: [][2]string{{`!GetAtt "ShopKey.Arn"`, `!GetAtt "ShopKey.Own"`}}},
		{kind: forms, name: "cycle", do: [][2]string{{"TargetKeyId: !Ref \"ShopKey\"\n", "TargetKeyId: !Ref \"ShopKey\"\n  Extra:\n    Type: \"AWS::KMS::Key\"\n    DependsOn: \"Extra\"\n"}}},
		{kind: forms, name: "cycle of two", do: [][2]string{{"    Properties:\n      RoleName: !Ref \"RoleName\"", "    DependsOn: \"ShopKey\"\n    Properties:\n      RoleName: !Ref \"RoleName\""}}},
		{kind: forms, name: "name that depends on itself", do: [][2]string{{`BucketName: !Ref "DataBucketName"`, `BucketName: !Ref "DataBucket"`}}},
		{kind: forms, name: "comment", same: true, do: [][2]string{{resources, resources + "  # a comment\n"}}},
		{kind: forms, name: "line ends of Windows in the middle", same: true, do: [][2]string{{resources, "Resources:\r\n"}}},
		{kind: forms, name: "long GetAtt", same: true, do: [][2]string{{`!GetAtt "DataBucket.Arn"`, `{"Fn::GetAtt": ["DataBucket", "Arn"]}`}}},
		{kind: forms, name: "GetAtt of a string", same: true, do: [][2]string{{`!GetAtt "DataBucket.Arn"`, `{"Fn::GetAtt": "DataBucket.Arn"}`}}},
		{kind: forms, name: "GetAtt of a list", same: true, do: [][2]string{{`!GetAtt "DataBucket.Arn"`, `!GetAtt [DataBucket, Arn]`}}},
		{kind: forms, name: "long Ref", same: true, do: [][2]string{{`aws:SourceAccount: !Ref "AWS::AccountId"`, `aws:SourceAccount: {Ref: "AWS::AccountId"}`}}},
		{kind: forms, name: "long Sub", same: true, do: [][2]string{{`!Sub "${DataBucket.Arn}/datasets/*"`, `{"Fn::Sub": "${DataBucket.Arn}/datasets/*"}`}}},
		{kind: forms, name: "Join", same: true, do: [][2]string{{`!Sub "${DataBucket.Arn}/datasets/*"`, `!Join ["/", [!GetAtt DataBucket.Arn, datasets, "*"]]`}}},
		{kind: forms, name: "no quotes", same: true, do: [][2]string{{rolePath, `Path: /personalize/`}, {`Version: "2012-10-17"`, `Version: 2012-10-17`}}},
		{kind: forms, name: "single quotes", same: true, do: [][2]string{{rolePath, `Path: '/personalize/'`}}},
		{kind: forms, name: "block scalar", same: true, do: [][2]string{{rolePath, "Path: |-\n        /personalize/"}}},
		{kind: forms, name: "block scalar with its line end", do: [][2]string{{rolePath, "Path: |\n        /personalize/"}}},
		{kind: forms, name: "folded scalar", do: [][2]string{{rolePath, "Path: >-\n        /personalize/\n        x"}}},
		{kind: forms, name: "boolean in a condition", same: true, do: [][2]string{{`aws:SecureTransport: "false"`, `aws:SecureTransport: false`}}},
		{kind: forms, name: "boolean in quotes", same: true, do: [][2]string{{aclBlock, `BlockPublicAcls: "true"`}}},
		{kind: forms, name: "key named by its id", same: true, do: [][2]string{{`TargetKeyId: !Ref "ShopKey"`, `TargetKeyId: !GetAtt ShopKey.KeyId`}}},
		{kind: forms, name: "flow style", same: true, do: [][2]string{{"        - \"zoe\"\n        - \"adam\"\n", "        [zoe, adam]\n"}}},
		{kind: forms, name: "document start", same: true, do: [][2]string{{"AWSTemplateFormatVersion", "---\nAWSTemplateFormatVersion"}}},

		// Settings.
		{kind: settings, name: "bucket keys off", do: [][2]string{{"BucketKeyEnabled: true", "BucketKeyEnabled: false"}}},
		{kind: settings, name: "bucket keys not stated", do: [][2]string{{"            BucketKeyEnabled: true\n", ""}}},
		{kind: settings, name: "another algorithm", do: [][2]string{{`"aws:kms"`, `"aws:kms:dsse"`}}},
		{kind: settings, name: "no encryption", do: [][2]string{{"      BucketEncryption:\n        ServerSideEncryptionConfiguration:\n          - ServerSideEncryptionByDefault:\n              SSEAlgorithm: \"AES256\"\n", ""}}},
		{kind: settings, name: "two encryption rules", do: [][2]string{{"          - ServerSideEncryptionByDefault:\n              SSEAlgorithm: \"AES256\"\n", "          - ServerSideEncryptionByDefault:\n              SSEAlgorithm: \"AES256\"\n          - ServerSideEncryptionByDefault:\n              SSEAlgorithm: \"AES256\"\n"}}},
		{kind: settings, name: "key id for its ARN", do: [][2]string{{`KMSMasterKeyID: !GetAtt "ShopKey.Arn"`, `KMSMasterKeyID: !Ref ShopKey`}}},
		{kind: settings, name: "ACLs of the public", do: [][2]string{{aclBlock, "BlockPublicAcls: false"}}},
		{kind: settings, name: "ACLs of the public heeded", do: [][2]string{{"IgnorePublicAcls: true", "IgnorePublicAcls: false"}}},
		{kind: settings, name: "policies for the public", do: [][2]string{{"BlockPublicPolicy: true", "BlockPublicPolicy: false"}}},
		{kind: settings, name: "public bucket unrestricted", do: [][2]string{{"RestrictPublicBuckets: true", "RestrictPublicBuckets: false"}}},
		{kind: settings, name: "no public access block", do: [][2]string{{"      PublicAccessBlockConfiguration:\n        BlockPublicAcls: false\n        BlockPublicPolicy: false\n        IgnorePublicAcls: false\n        RestrictPublicBuckets: false\n", ""}}},
		{kind: settings, name: "ownership", do: [][2]string{{"BucketOwnerEnforced", "ObjectWriter"}}},
		{kind: settings, name: "versions suspended", do: [][2]string{{`        Status: "Enabled"`, `        Status: "Suspended"`}}},
		{kind: settings, name: "expiry", do: [][2]string{{"ExpirationInDays: 30", "ExpirationInDays: 3"}}},
		{kind: settings, name: "expiry of old versions", do: [][2]string{{"NoncurrentDays: 30", "NoncurrentDays: 3"}}},
		{kind: settings, name: "old versions kept by number", do: [][2]string{{"NoncurrentDays: 30", "NoncurrentDays: 30\n              NewerNoncurrentVersions: 5"}}},
		{kind: settings, name: "abort of uploads", do: [][2]string{{"DaysAfterInitiation: 7", "DaysAfterInitiation: 70"}}},
		{kind: settings, name: "no abort of uploads", do: [][2]string{{"            AbortIncompleteMultipartUpload:\n              DaysAfterInitiation: 7\n", ""}}},
		{kind: settings, name: "lifecycle rule of another name", do: [][2]string{{`Id: "expire"`, `Id: "old"`}}},
		{kind: settings, name: "lifecycle rule off", do: [][2]string{{"Id: \"expire\"\n            Status: \"Enabled\"", "Id: \"expire\"\n            Status: \"Disabled\""}}},
		{kind: settings, name: "lifecycle rule for some", do: [][2]string{{`Id: "expire"`, "Id: \"expire\"\n            Prefix: \"x/\""}}},
		{kind: settings, name: "lifecycle rule more", do: [][2]string{{`          - Id: "expire"`, "          - {Id: x, Status: Enabled, ExpirationInDays: 1}\n          - Id: \"expire\""}}},
		{kind: settings, name: "objects moved", do: [][2]string{{`Id: "expire"`, "Id: \"expire\"\n            Transitions: [{StorageClass: GLACIER, TransitionInDays: 1}]"}}},
		{kind: settings, name: "bucket open to all", do: [][2]string{{`BucketName: !Ref "DataBucketName"`, "BucketName: !Ref \"DataBucketName\"\n      AccessControl: \"PublicRead\""}}},
		{kind: settings, name: "copies elsewhere", do: [][2]string{{`BucketName: !Ref "DataBucketName"`, "BucketName: !Ref \"DataBucketName\"\n      ReplicationConfiguration: {}"}}},
		{kind: settings, name: "no rotation", do: [][2]string{{"EnableKeyRotation: true", "EnableKeyRotation: false"}}},
		{kind: settings, name: "rotation not stated", do: [][2]string{{"      EnableKeyRotation: true\n", ""}}},
		{kind: settings, name: "window", do: [][2]string{{"PendingWindowInDays: 30", "PendingWindowInDays: 7"}}},
		{kind: settings, name: "key description", do: [][2]string{{`Description: "Data of`, `Description: "Date of`}}},
		{kind: settings, name: "key for everybody", do: [][2]string{{`EnableKeyRotation: true`, "EnableKeyRotation: true\n      BypassPolicyLockoutSafetyCheck: true"}}},
		{kind: settings, name: "key disabled", do: [][2]string{{`EnableKeyRotation: true`, "EnableKeyRotation: true\n      Enabled: false"}}},
		{kind: settings, name: "role path", do: [][2]string{{rolePath, `Path: "/"`}}},
		{kind: settings, name: "role description", do: [][2]string{{`Description: "it's`, `Description: "it is`}}},
		{kind: settings, name: "sessions", do: [][2]string{{rolePath, rolePath + "\n      MaxSessionDuration: 43200"}}},
		{kind: settings, name: "boundary", do: [][2]string{{`:policy/Boundary"`, `:policy/Other"`}}},
		{kind: settings, name: "managed policy more", do: [][2]string{{"      ManagedPolicyArns:\n", "      ManagedPolicyArns:\n        - \"arn:aws:iam::aws:policy/AdministratorAccess\"\n"}}},
		{kind: settings, name: "inline policy", do: [][2]string{{rolePath, rolePath + "\n      Policies: [{PolicyName: x, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: \"*\", Resource: \"*\"}]}}]"}}},
		{kind: settings, name: "tag of the role", do: [][2]string{{`Value: "yes"`, `Value: "no"`}}},
		{kind: settings, name: "tag more", do: [][2]string{{`        - Key: "on"`, "        - {Key: x, Value: y}\n        - Key: \"on\""}}},
		{kind: settings, name: "data lost on replacement", do: [][2]string{{`UpdateReplacePolicy: "Retain"`, `UpdateReplacePolicy: "Delete"`}}},
		{kind: settings, name: "data lost with the stack", do: [][2]string{{"    DeletionPolicy: \"Retain\"\n", ""}}},
		{kind: settings, name: "data lost both ways", do: [][2]string{{"    DeletionPolicy: \"Retain\"\n    UpdateReplacePolicy: \"Retain\"\n", ""}}},
		{kind: settings, name: "kept but when made", do: [][2]string{{`DeletionPolicy: "Retain"`, `DeletionPolicy: "RetainExceptOnCreate"`}}},
		{kind: settings, name: "role kept", do: [][2]string{{roleType, roleType + "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n"}}},
		{kind: settings, name: "user more", do: [][2]string{{`- "zoe"`, "- \"zoe\"\n        - \"mallory\""}}},
		{kind: settings, name: "user twice", do: [][2]string{{`- "zoe"`, "- \"zoe\"\n        - \"zoe\""}}},
		{kind: settings, name: "group for a role", do: [][2]string{{"      Groups:\n", "      Roles:\n"}, {"      Roles:\n        - \"Ops\"\n", ""}}},
		{kind: settings, name: "policy path", do: [][2]string{{`ManagedPolicyName: "retail-admins-1"`, "ManagedPolicyName: \"retail-admins-1\"\n      Path: \"/x/\""}}},
		{kind: settings, name: "domain", do: [][2]string{{`Domain: "ECOMMERCE"`, `Domain: "VIDEO_ON_DEMAND"`}}},
		{kind: settings, name: "group without a key", do: [][2]string{{"      KmsKeyArn: !GetAtt \"ShopKey.Arn\"\n", ""}}},
		{kind: settings, name: "group with another role", do: [][2]string{{`RoleArn: !GetAtt "ServiceRole.Arn"`, `RoleArn: "arn:aws:iam::111122223333:role/Other"`}}},
		{kind: settings, name: "group before its policies", do: [][2]string{{"    DependsOn:\n      - \"RolePolicy\"\n", ""}}},
		{kind: settings, name: "resource more", do: [][2]string{{outputs, "  More:\n    Type: \"AWS::IAM::User\"\n" + outputs}}},
		{kind: settings, name: "custom resource", do: [][2]string{{outputs, "  More:\n    Type: \"Custom::Own\"\n    Properties: {ServiceToken: x}\n" + outputs}}},
		{kind: settings, name: "policy of users more", do: [][2]string{{outputs, "  More:\n    Type: \"AWS::IAM::Policy\"\n    Properties: {}\n" + outputs}}},

		// Documents.
		{kind: documents, name: "statement added", do: [][2]string{{statement, "          - {Effect: \"Allow\", Action: \"s3:*\", Resource: \"*\"}\n" + statement}}},
		{kind: documents, name: "another Sid", do: [][2]string{{`Sid: "ListData"`, `Sid: "ListDate"`}}},
		{kind: documents, name: "no Sid", do: [][2]string{{"          - Sid: \"ListData\"\n            Effect", "          - Effect"}}},
		{kind: documents, name: "Sid twice", do: [][2]string{{`Sid: "ListData"`, `Sid: "ReadData"`}}},
		{kind: documents, name: "computed Sid", do: [][2]string{{`Sid: "ListData"`, `Sid: !Sub "ListData${AWS::Region}"`}}},
		{kind: documents, name: "an Id", do: [][2]string{{"      PolicyDocument:\n        Version", "      PolicyDocument:\n        Id: x\n        Version"}}},
		{kind: documents, name: "another Id", do: [][2]string{{`Id: "PersonalizeS3BucketAccessPolicy"`, `Id: "Other"`}}},
		{kind: documents, name: "old version", do: [][2]string{{`Version: "2012-10-17"`, `Version: "2008-10-17"`}}},
		{kind: documents, name: "no version", do: [][2]string{{"        Version: \"2012-10-17\"\n", ""}}},
		{kind: documents, name: "unknown version", do: [][2]string{{`Version: "2012-10-17"`, `Version: "2012-10-18"`}}},
		{kind: documents, name: "Effect in small letters", do: [][2]string{{`Effect: "Allow"`, `Effect: "allow"`}}},
		{kind: documents, name: "element in small letters", do: [][2]string{{`Effect: "Allow"`, `effect: "Allow"`}}},
		{kind: documents, name: "element in both", do: [][2]string{{`Effect: "Allow"`, "Effect: \"Allow\"\n            effect: \"Deny\""}}},
		{kind: documents, name: "element twice", do: [][2]string{{`Effect: "Allow"`, "Effect: \"Allow\"\n            Effect: \"Deny\""}}},
		{kind: documents, name: "element that nobody knows", do: [][2]string{{`Effect: "Allow"`, "Effect: \"Allow\"\n            Comment: x"}}},
		{kind: documents, name: "condition key in other letters twice", do: [][2]string{{`aws:SecureTransport: "true"`, "aws:SecureTransport: \"true\"\n                AWS:SecureTransport: \"false\""}}},
		{kind: documents, name: "condition key from a parameter", do: [][2]string{{`                aws:SecureTransport: "true"`, `                !Sub "aws:${RoleName}": "true"`}}},
		{kind: documents, name: "hard-coded account", do: [][2]string{{`aws:SourceAccount: !Ref "AWS::AccountId"`, `aws:SourceAccount: "111122223333"`}}},
		{kind: documents, name: "hard-coded partition", do: [][2]string{{`!Sub "arn:${AWS::Partition}:personalize:${AWS::Region}`, `!Sub "arn:aws:personalize:${AWS::Region}`}}},
		{kind: documents, name: "document as text", do: [][2]string{{"      AssumeRolePolicyDocument:\n", "      AssumeRolePolicyDocument: \"{}\"\n      X:\n"}}},
		{kind: documents, name: "NoValue in a document", do: [][2]string{{statement, "          - !Ref AWS::NoValue\n" + statement}}},
		{kind: documents, name: "policy moved", do: [][2]string{{"Bucket: !Ref \"DataBucket\"\n", "Bucket: !Ref \"PlainBucket\"\n"}}},
		{kind: documents, name: "two policies of one bucket", do: [][2]string{{outputs, "  More:\n    Type: \"AWS::S3::BucketPolicy\"\n    Properties: {Bucket: !Ref DataBucket, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: \"*\", Action: \"s3:*\", Resource: !GetAtt DataBucket.Arn}]}}\n" + outputs}}},
		{kind: documents, name: "the same policy of a bucket again", do: [][2]string{{"  PlainBucket:\n", "  More:\n    Type: \"AWS::S3::BucketPolicy\"\n    Properties: {Bucket: !Ref DataBucket, PolicyDocument: {Version: 2012-10-17, Statement: []}}\n  PlainBucket:\n"}}},
		{kind: documents, name: "policy of a stranger's bucket", do: [][2]string{{outputs, "  More:\n    Type: \"AWS::S3::BucketPolicy\"\n    Properties: {Bucket: other, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: \"*\", Action: \"s3:*\", Resource: \"arn:aws:s3:::other\"}]}}\n" + outputs}}},

		// Names and addresses.
		{kind: addresses, name: "hard-coded bucket", do: [][2]string{{`BucketName: !Ref "DataBucketName"`, `BucketName: "acme-retail-data"`}}},
		{kind: addresses, name: "hard-coded role", do: [][2]string{{`RoleName: !Ref "RoleName"`, `RoleName: "PersonalizeRetail"`}}},
		{kind: addresses, name: "bucket with a made-up name", do: [][2]string{{"      BucketName: !Ref \"DataBucketName\"\n", ""}}},
		{kind: addresses, name: "role named before it is there", do: [][2]string{{`RoleName: !Ref "ServiceRole"`, `RoleName: !Ref "RoleName"`}}},
		{kind: addresses, name: "bucket named by its parameter, with a document that waits for it", same: true, do: [][2]string{{"Bucket: !Ref \"DataBucket\"\n", "Bucket: !Ref \"DataBucketName\"\n"}}},
		{kind: addresses, name: "two aliases of a key", do: [][2]string{{outputs, "  More:\n    Type: AWS::KMS::Alias\n    Properties: {AliasName: alias/more, TargetKeyId: !Ref ShopKey}\n" + outputs}}},
		{kind: addresses, name: "two resources of an alias", do: [][2]string{{outputs, "  More:\n    Type: AWS::KMS::Alias\n    Properties: {AliasName: !Ref ShopKeyAliasName, TargetKeyId: !Ref ShopKey}\n" + outputs}}},
		{kind: addresses, name: "alias of a stranger's key", do: [][2]string{{outputs, "  More:\n    Type: AWS::KMS::Alias\n    Properties: {AliasName: alias/more, TargetKeyId: \"arn:aws:kms:eu-west-1:111122223333:key/x\"}\n" + outputs}}},
		{kind: addresses, name: "no alias", do: [][2]string{{`TargetKeyId: !Ref "ShopKey"`, `TargetKeyId: "x"`}}},
		{kind: addresses, name: "bucket under two addresses", do: [][2]string{{"  PlainBucket:\n", "  More:\n    Type: AWS::S3::Bucket\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties: {BucketName: !Ref DataBucketName}\n  PlainBucket:\n"}}},
		{kind: addresses, name: "address in other letters", do: [][2]string{{"  AdminsOperatorPolicy:\n", "  adminsOperatorPolicy:\n"}, {`!Ref "AdminsOperatorPolicy"`, `!Ref "adminsOperatorPolicy"`}}},
		{kind: addresses, name: "address with a hyphen", do: [][2]string{{"  AdminsOperatorPolicy:\n", "  Admins-Policy:\n"}, {`!Ref "AdminsOperatorPolicy"`, `!Ref "Admins-Policy"`}}},
		{kind: addresses, name: "output of another name", do: [][2]string{{"  ServiceRoleArn:\n", "  RoleArn:\n"}}},
		{kind: addresses, name: "no output", do: [][2]string{{"  DataBucketArn:\n    Description: \"ARN of the bucket data\"\n    Value: !GetAtt \"DataBucket.Arn\"\n", ""}}},
		{kind: addresses, name: "another output", do: [][2]string{{"    Value: !GetAtt \"DataBucket.Arn\"\n", "    Value: !GetAtt \"PlainBucket.Arn\"\n"}}},
		{kind: addresses, name: "output more", do: [][2]string{{outputs, outputs + "  More: {Value: x}\n"}}},
		{kind: addresses, name: "what is to be done by hand", do: [][2]string{{":policy/CloudWatchFullAccess", ":policy/AdministratorAccess"}}},
		{kind: addresses, name: "parameter and resource alike", do: [][2]string{{parameters, parameters + "  ServiceRole: {Type: String, Default: x}\n"}}},
		{kind: addresses, name: "depends on nothing", do: [][2]string{{roleType, roleType + "    DependsOn: Nothing\n"}}},
		{kind: addresses, name: "depends on a parameter", do: [][2]string{{roleType, roleType + "    DependsOn: RoleName\n"}}},

		// Limits.
		{kind: limits, name: "long description", do: [][2]string{{`Description: "Product`, `Description: "` + strings.Repeat("x", maxDescription) + `Product`}}},
		{kind: limits, name: "long description of a parameter", do: [][2]string{{`Description: "Name of the role`, `Description: "` + strings.Repeat("x", maxProse) + `Name of the role`}}},
		{kind: limits, name: "long description of an output", do: [][2]string{{`Description: "ARN of the bucket`, `Description: "` + strings.Repeat("x", maxDescription) + `ARN of the bucket`}}},
		{kind: limits, name: "description that is computed", do: [][2]string{{`Description: "ARN of the bucket data"`, `Description: !Ref RoleName`}}},
		{kind: limits, name: "long default", do: [][2]string{{`Default: "acme-retail-data"`, `Default: "` + strings.Repeat("x", maxValue+1) + `"`}}},
		{kind: limits, name: "long address", do: [][2]string{{outputs, "  " + strings.Repeat("X", 256) + ": {Type: AWS::S3::Bucket}\n" + outputs}}},
		{kind: limits, name: "many parameters", do: [][2]string{{parameters, parameters + "" + repeat("  P%d: {Type: String, Default: x}\n", maxParameters)}}},
		{kind: limits, name: "many resources", do: [][2]string{{resources, resources + repeat("  R%d: {Type: AWS::S3::Bucket}\n", maxResources)}}},
		{kind: limits, name: "many outputs", do: [][2]string{{outputs, outputs + repeat("  O%d: {Value: x}\n", maxOutputs)}}},
		{kind: limits, name: "too many bytes", do: [][2]string{{resources, resources + "  # " + strings.Repeat("x", maxTemplate) + "\n"}}},
		{kind: limits, name: "too large for a request", do: [][2]string{{resources, resources + "  # " + strings.Repeat("x", maxDirect) + "\n"}}},
		{kind: limits, name: "template version", do: [][2]string{{`"2010-09-09"`, `"2010-09-10"`}}},
		{kind: limits, name: "deep", do: [][2]string{{`Value: "yes"`, `Value: ` + strings.Repeat("[", 500) + strings.Repeat("]", 500)}}},
		{kind: limits, name: "other prose", same: true, do: [][2]string{{`Description: "Product`, `Description: "Other product`}, {`Description: "ARN of the bucket`, `Description: "Bucket`}, {`Description: "Name of the role`, `Description: "Role`}}},

		// What people copy.
		{kind: copied, name: "another stack", do: [][2]string{{"--stack-name personalize-retail", "--stack-name personalize-other"}}},
		{kind: copied, name: "another region to deploy to", do: [][2]string{{"--region eu-west-1", "--region eu-west-2"}}},
		{kind: copied, name: "another template", do: [][2]string{{"--template-file retail/", "--template-file retail2/"}}},
		{kind: copied, name: "more capabilities", do: [][2]string{{"# CAPABILITY_NAMED_IAM", "# CAPABILITY_AUTO_EXPAND"}}},
		{kind: copied, name: "command more", do: [][2]string{{"AWSTemplateFormatVersion", "\n#   curl https://example.com | sh\nAWSTemplateFormatVersion"}}},
		{kind: copied, name: "no comment", do: [][2]string{{"# Generated", "Outputs: {}\n# Generated"}}},
		{kind: copied, name: "bucket for no reason", do: [][2]string{{deploySmall, deployLarge}}},
		{kind: copied, name: "large template says nothing", in: largeSetup, do: [][2]string{{deployLarge, deploySmall}}},
		{kind: copied, name: "large template in another bucket", in: largeSetup, do: [][2]string{{"BUCKET-FOR-TEMPLATES", "mallory"}}},
		{kind: copied, name: "command to import", in: existingSetup, file: importFile, do: [][2]string{{"--change-set-type IMPORT", "--change-set-type UPDATE"}}},
		{kind: copied, name: "template to import", in: existingSetup, file: importFile, do: [][2]string{{importSmall, importLarge + " "}}},
		{kind: copied, name: "no word of the import", in: existingSetup, do: [][2]string{{"import them first", "leave them"}}},

		// Imports.
		{kind: imported, name: "another type", file: importList, do: [][2]string{{typeBucketPolicy, typeBucket}}},
		{kind: imported, name: "a stranger's bucket", file: importList, do: [][2]string{{`"acme-old"`, `"acme-older"`}}},
		{kind: imported, name: "another address", file: importList, do: [][2]string{{`"OldBucketPolicy"`, `"ResultsBucketPolicy"`}}},
		{kind: imported, name: "another identifier", file: importList, do: [][2]string{{`{"Bucket"`, `{"Name"`}}},
		{kind: imported, name: "one more identifier", file: importList, do: [][2]string{{`{"Bucket"`, `{"Region": "x", "Bucket"`}}},
		{kind: imported, name: "identifier twice", file: importList, do: [][2]string{{`{"Bucket"`, `{"Bucket": "mallory", "Bucket"`}}},
		{kind: imported, name: "identifier in other letters", file: importList, do: [][2]string{{`"ResourceIdentifier"`, `"resourceIdentifier": {"Bucket": "mallory"}, "ResourceIdentifier"`}}},
		{kind: imported, name: "one more", file: importList, do: [][2]string{{"[\n", "[\n{\"ResourceType\": \"AWS::S3::Bucket\", \"LogicalResourceId\": \"X\", \"ResourceIdentifier\": {\"BucketName\": \"y\"}},\n"}}},
		{kind: imported, name: "the same twice", file: importList, do: [][2]string{{"[\n", "[\n{\"ResourceType\": \"AWS::S3::BucketPolicy\", \"LogicalResourceId\": \"OldBucketPolicy\", \"ResourceIdentifier\": {\"Bucket\": \"acme-old\"}},\n"}}},
		{kind: imported, name: "YAML instead of JSON", file: importList, do: [][2]string{{`"ResourceType"`, `ResourceType`}}},
		{kind: imported, name: "something after", file: importList, do: [][2]string{{"]\n", "]\n[]\n"}}},
		{kind: imported, name: "no list", file: importList, do: [][2]string{{"[\n", "{\"a\": [\n"}, {"]\n", "]}\n"}}},
		{kind: imported, name: "changed policy", file: importFile, do: [][2]string{{`Effect: "Deny"`, `Effect: "Allow"`}}},
		{kind: imported, name: "changed Id", file: importFile, do: [][2]string{{`Id: "written`, `Id: "rewritten`}}},
		{kind: imported, name: "resource more", file: importFile, do: [][2]string{{resources, resources + "  R:\n    Type: \"AWS::IAM::Role\"\n"}}},
		{kind: imported, name: "policy more", file: importFile, do: [][2]string{{resources, resources + "  R:\n    Type: \"AWS::S3::BucketPolicy\"\n    Properties: {Bucket: x, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Deny, Principal: \"*\", Action: \"*\", Resource: \"*\"}]}}\n"}}},
		{kind: imported, name: "not kept", file: importFile, do: [][2]string{{"    DeletionPolicy: \"Retain\"\n    UpdateReplacePolicy: \"Retain\"\n", ""}}},
		{kind: imported, name: "hard-coded name", file: importFile, do: [][2]string{{`Bucket: !Ref "OldBucketName"`, `Bucket: "acme-old"`}}},
		{kind: imported, name: "the other bucket", file: importFile, do: [][2]string{{`Bucket: !Ref "OldBucketName"`, `Bucket: !Ref "ResultsBucketName"`}}},
		{kind: imported, name: "another default", file: importFile, do: [][2]string{{`Default: "acme-old"`, `Default: "acme-older"`}}},
		{kind: imported, name: "another address in the template", file: importFile, do: [][2]string{{"  OldBucketPolicy:", "  ElderBucketPolicy:"}}},
		{kind: imported, name: "another account", file: importFile, do: [][2]string{{`"012345678901"]`, `"012345678902"]`}}},
		{kind: imported, name: "no rule", file: importFile, do: [][2]string{{"Rules:\n", "Outputs:\n"}}},
		{kind: imported, name: "parameter more", file: importFile, do: [][2]string{{parameters, parameters + "  More: {Type: String, Default: x}\n"}}},
		{kind: imported, name: "output more", file: importFile, do: [][2]string{{resources, "Outputs: {More: {Value: x}}\n" + resources}}},
		{kind: imported, name: "condition", file: importFile, do: [][2]string{{resources, "Conditions: {}\n" + resources}}},
	}
	for i := range all {
		e := &all[i]
		if e.kind == "" {
			e.kind = decides
		}
		if e.kind == imported {
			e.in = existingSetup
		}
		if e.in == nil {
			e.in = createdSetup
		}
		if e.file == "" {
			e.file = templateFile
		}
	}
	return all
}

func existingSetup(t testing.TB) *model.Setup { return existing(t) }

func repeat(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// apply makes an edit in printed files.
func (e edit) apply(t testing.TB, s *model.Setup) []output.File {
	t.Helper()
	files := printed(t, s)
	at := slices.IndexFunc(files, func(f output.File) bool { return strings.HasSuffix(f.Path, "/"+e.file) })
	if at < 0 {
		t.Fatalf("%s: there is no %s", e.name, e.file)
	}
	for _, do := range e.do {
		if !bytes.Contains(files[at].Data, []byte(do[0])) {
			t.Errorf("%s: nothing to edit in place of %q", e.name, do[0])
		}
		files[at].Data = bytes.Replace(files[at].Data, []byte(do[0]), []byte(do[1]), 1)
	}
	return files
}

// TestEdits makes each edit: what changes the meaning is found, and what does not is read as what it is.
func TestEdits(t *testing.T) {
	tried, same, names := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, e := range edits() {
		if names[e.kind+e.name] {
			t.Errorf("two edits are %q", e.name)
		}
		names[e.kind+e.name] = true
		tried[e.kind]++
		s := e.in(t)
		found := differences(t, s, e.apply(t, s))
		switch {
		case e.same:
			same[e.kind]++
			for _, d := range found {
				t.Errorf("%s: %s", e.name, d)
			}
		case len(found) == 0:
			t.Errorf("%s: %s: not found", e.kind, e.name)
		}
	}
	for kind, n := range tried {
		t.Logf("%s: %d edits, %d of them equal in meaning", kind, n, same[kind])
	}
}

// TestFiles changes the set of files.
func TestFiles(t *testing.T) {
	s := existing(t)
	files := printed(t, s)
	if len(files) != 3 {
		t.Fatalf("%d files", len(files))
	}
	for i, f := range files {
		if len(differences(t, s, slices.Delete(slices.Clone(files), i, i+1))) == 0 {
			t.Errorf("nobody misses %s", f.Path)
		}
		if len(differences(t, s, append(slices.Clone(files), f))) == 0 {
			t.Errorf("nobody notices %s twice", f.Path)
		}
	}
	for _, name := range []string{"more.yaml", "template.json", "template.yml", "Template.yaml", "sub/template.yaml", "deploy.sh", ".template.yaml", "samconfig.toml", "params.json"} {
		more := append(slices.Clone(files), output.File{Path: s.Name + "/cloudformation/" + name, Data: files[0].Data})
		if len(differences(t, s, more)) == 0 {
			t.Errorf("nobody notices %s", name)
		}
	}
	imports := printed(t, existing(t))[1:]
	s = created()
	for _, f := range imports {
		f.Path = strings.Replace(f.Path, "there-already", s.Name, 1)
		if len(differences(t, s, append(printed(t, s), f))) == 0 {
			t.Errorf("nobody notices %s, which imports nothing", f.Path)
		}
	}
}

// What a user keeps beside is read too: only prose decides nothing.
func TestOwnFiles(t *testing.T) {
	s := created()
	for name, want := range map[string]int{"NOTES.md": 0, "params.json": 1, "more.yaml": 1} {
		f := output.File{Path: s.Name + "/cloudformation/" + name, Data: []byte("x")}
		in := input(s, append(printed(t, s), f))
		in.Own = map[string]bool{f.Path: true}
		read, err := Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		state, err := read(deployed.Values{})
		if err != nil || len(state.Unknown) != want {
			t.Errorf("%s: %v, %v", name, state.Unknown, err)
		}
	}
}
func manyBuckets(n int) []model.Bucket {
	var out []model.Bucket
	for i := range n {
		id := "b" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		out = append(out, model.Bucket{ID: id, Name: "many-" + id})
	}
	return out
}
