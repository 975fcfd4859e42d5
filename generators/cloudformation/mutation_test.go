package cloudformation

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// noticed reports whether a reader of the files under either made-up environment, compared with the model, sees that they are not what was printed.
func noticed(s *model.Setup, files []output.File) bool {
	for _, env := range environments(s)[:2] {
		r, err := Read(s, files, env)
		if err != nil || len(differences(s, r, env)) > 0 {
			return true
		}
	}
	return false
}

// harmless are the places where a change grants nothing and loses nothing, so that nobody needs to notice it.
var harmless = []*regexp.Regexp{
	regexp.MustCompile(`^/(Description|Metadata)(/|[~-]$)`),
	regexp.MustCompile(`^/AWSTemplateFormatVersion-$`), // optional
	regexp.MustCompile(`^/Parameters/\w+/(Description|AllowedPattern|ConstraintDescription)[~-]$`),
	regexp.MustCompile(`^/Rules/RightPlace/Assertions/\d/AssertDescription[~-]$`),
	regexp.MustCompile(`^/Rules/RightPlace/Assertions/\d\+$`),             // said twice
	regexp.MustCompile(`^/Resources/ShopKey/Properties/Description[~-]$`), // of the key
	regexp.MustCompile(`^/Resources/\w+/Metadata(/|-$)`),                  // for cfn-lint
	regexp.MustCompile(`^/Resources/\w+/DependsOn-$`),
	regexp.MustCompile(`^/Resources/\w+/DependsOn/\d[+-]$`),
	regexp.MustCompile(`^/Resources/PlainBucket/Properties/(BucketEncryption)-$`), // the default is the same
	regexp.MustCompile(`^/Resources/DataBucket/Properties/(PublicAccessBlockConfiguration|OwnershipControls)-$`),
	regexp.MustCompile(`^/Resources/PlainBucket/Properties/PublicAccessBlockConfiguration/\w+-$`), // false is the default
	regexp.MustCompile(`^/Resources/DataBucket/Properties/LifecycleConfiguration/Rules/0/(Id|AbortIncompleteMultipartUpload/DaysAfterInitiation)[~-]$`),
	regexp.MustCompile(`^/Outputs/\w+/Description[~-]$`),
	regexp.MustCompile(`^/Outputs/\w+Arn-$`),
}

// mutants calls f with the text of a template after each single change: each scalar changed (~), each member and element left out (-), each
// element doubled (+). Attached is the path of the change.
func mutants(t *testing.T, data []byte, f func(path string, data []byte)) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	write := func(path string) {
		var b bytes.Buffer
		enc := yaml.NewEncoder(&b)
		if err := enc.Encode(&root); err != nil {
			t.Fatal(err)
		}
		f(path, b.Bytes())
	}
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		switch n.Kind {
		case yaml.ScalarNode:
			old := n.Value
			switch {
			case n.Tag == "!!bool":
				n.Value = map[string]string{"true": "false", "false": "true"}[old]
			case n.Tag == "!!int":
				n.Value += "1"
			default:
				n.Value += "x"
			}
			write(path + "~")
			n.Value = old
			return
		case yaml.MappingNode:
			for i := 0; i < len(n.Content); i += 2 {
				whole, p := n.Content, path+"/"+n.Content[i].Value
				n.Content = slices.Delete(slices.Clone(whole), i, i+2)
				write(p + "-")
				n.Content = whole
				walk(n.Content[i+1], p)
			}
		case yaml.SequenceNode:
			for i := range n.Content {
				whole, p := n.Content, fmt.Sprintf("%s/%d", path, i)
				n.Content = slices.Delete(slices.Clone(whole), i, i+1)
				write(p + "-")
				n.Content = slices.Insert(slices.Clone(whole), i, whole[i])
				write(p + "+")
				n.Content = whole
				walk(n.Content[i], p)
			}
		}
	}
	walk(root.Content[0], "")
}

func TestMutants(t *testing.T) {
	tried, survived := 0, 0
	for _, s := range setups(t) {
		files := printed(t, s)
		for i, file := range files {
			if !strings.HasSuffix(file.Path, ".yaml") {
				continue
			}
			mutants(t, file.Data, func(path string, data []byte) {
				changed := slices.Clone(files)
				changed[i].Data = data
				tried++
				if noticed(s, changed) {
					return
				}
				survived++
				for _, h := range harmless {
					if h.MatchString(path) {
						return
					}
				}
				t.Errorf("%s: nobody notices a change of %s", file.Path, path)
			})
		}
	}
	t.Logf("%d changes, %d of them harmless", tried, survived)
	if tried < 1500 {
		t.Errorf("only %d changes", tried)
	}
}

// TestEdits changes what a person would change by mistake, or on purpose.
func TestEdits(t *testing.T) {
	const statement = "          - Sid: \"ListData\"\n"
	for name, edit := range map[string][2]string{
		"hard-coded bucket":       {`BucketName: !Ref "DataBucketName"`, `BucketName: "acme-retail-data"`},
		"hard-coded role":         {`RoleName: !Ref "RoleName"`, `RoleName: "PersonalizeRetail"`},
		"hard-coded account":      {`aws:SourceAccount: !Ref "AWS::AccountId"`, `aws:SourceAccount: "111122223333"`},
		"hard-coded partition":    {`!Sub "arn:${AWS::Partition}:personalize:${AWS::Region}`, `!Sub "arn:aws:personalize:${AWS::Region}`},
		"another bucket's policy": {"Bucket: !Ref \"DataBucket\"\n", "Bucket: !Ref \"PlainBucket\"\n"},
		"another alias":           {`Default: "alias/retail-personalize"`, `Default: "alias/other"`},
		"another default":         {`Default: "acme-retail-data"`, `Default: "acme-retail-data2"`},
		"another account":         {`!Equals [!Ref "AWS::AccountId", "111122223333"]`, `!Equals [!Ref "AWS::AccountId", "111122223334"]`},
		"no rule":                 {`!Equals [!Ref "AWS::AccountId", "111122223333"]`, `!Equals ["111122223333", "111122223333"]`},
		"statement added":         {statement, "          - {Effect: \"Allow\", Action: \"s3:*\", Resource: \"*\"}\n" + statement},
		"inline policy":           {`Path: "/personalize/"`, "Path: \"/personalize/\"\n      Policies: [{PolicyName: \"x\", PolicyDocument: {}}]"},
		"bucket open to all":      {`BucketName: !Ref "DataBucketName"`, "BucketName: !Ref \"DataBucketName\"\n      AccessControl: \"PublicRead\""},
		"unblocked in part":       {`BlockPublicPolicy: true`, `BlockPublicPolicy: false`},
		"key for everybody":       {`EnableKeyRotation: true`, "EnableKeyRotation: true\n      BypassPolicyLockoutSafetyCheck: true"},
		"resource added":          {"Outputs:\n", "  More:\n    Type: \"AWS::IAM::Policy\"\n    Properties: {}\nOutputs:\n"},
		"user added":              {`- "zoe"`, "- \"zoe\"\n        - \"mallory\""},
		"transform":               {"Rules:\n", "Transform: \"AWS::Serverless-2016-10-31\"\nRules:\n"},
		"macro":                   {`Description: "it's`, "Fn::Transform: {Name: \"x\"}\n      Description: \"it's"},
		"import of a value":       {`Resource: !GetAtt "ServiceRole.Arn"`, `Resource: !ImportValue "x"`},
		"dynamic reference":       {`Value: "yes"`, `Value: "{{resolve:ssm:x}}"`},
		"joined reference":        {`Value: "yes"`, `Value: !Join ["", ["{{res", "olve:ssm:x}}"]]`},
		"unquoted word":           {`Description: "it's \"the\" role: ${x}"`, `Description: on`},
		"unquoted number":         {`[!Ref "AWS::AccountId", "111122223333"]`, `[!Ref "AWS::AccountId", 0111122223333]`},
		"alias in YAML":           {`Users:`, "Users: &u\n"},
		"circle":                  {"TargetKeyId: !Ref \"ShopKey\"\n", "TargetKeyId: !Ref \"ShopKey\"\n  Extra:\n    Type: \"AWS::KMS::Key\"\n    DependsOn: \"Extra\"\n"},
		"a circle of two":         {"    Properties:\n      RoleName: !Ref \"RoleName\"", "    DependsOn: \"ShopKey\"\n    Properties:\n      RoleName: !Ref \"RoleName\""},
		"data lost":               {`UpdateReplacePolicy: "Retain"`, `UpdateReplacePolicy: "Delete"`},
		"key twice":               {`Path: "/personalize/"`, "Path: \"/personalize/\"\n      Path: \"/\""},
		"second document":         {"Outputs:\n", "---\nOutputs:\n"},
		"unescaped variable":      {`${!aws:username}`, `${aws:username}`},
		"escaped reference":       {`${DataBucket.Arn}/datasets/*`, `${!DataBucket.Arn}/datasets/*`},
		"escape in plain text":    {`- "${aws:username}"`, `- "${!aws:username}"`},
	} {
		s := created()
		files := printed(t, s)
		if !bytes.Contains(files[0].Data, []byte(edit[0])) {
			t.Errorf("%s: nothing to edit", name)
		}
		files[0].Data = bytes.Replace(files[0].Data, []byte(edit[0]), []byte(edit[1]), 1)
		if !noticed(s, files) {
			t.Errorf("%s: not noticed", name)
		}
	}
}

func TestImportEdits(t *testing.T) {
	for name, edit := range map[string][3]string{
		"another type":     {"resources-to-import.json", "AWS::S3::BucketPolicy", "AWS::S3::Bucket"},
		"another bucket":   {"resources-to-import.json", `"acme-old"`, `"acme-older"`},
		"another id":       {"resources-to-import.json", `"OldBucketPolicy"`, `"ResultsBucketPolicy"`},
		"something after":  {"resources-to-import.json", "]\n", "]\n[]\n"},
		"changed policy":   {"import.yaml", `Effect: "Deny"`, `Effect: "Allow"`},
		"changed id":       {"import.yaml", `Id: "written`, `Id: "rewritten`},
		"another resource": {"import.yaml", "Resources:\n", "Resources:\n  R:\n    Type: \"AWS::IAM::Role\"\n"},
	} {
		s := existing(t)
		files := printed(t, s)
		if len(files) != 3 {
			t.Fatalf("%d files", len(files))
		}
		done := false
		for i, f := range files {
			if strings.HasSuffix(f.Path, edit[0]) && bytes.Contains(f.Data, []byte(edit[1])) {
				files[i].Data = bytes.Replace(f.Data, []byte(edit[1]), []byte(edit[2]), 1)
				done = true
			}
		}
		if _, err := Read(s, files, s.SyntheticEnv(1)); !done || err == nil {
			t.Errorf("%s: edited %v, not noticed", name, done)
		}
	}
	s := existing(t)
	files := printed(t, s)
	for i := range files {
		if _, err := Read(s, slices.Delete(slices.Clone(files), i, i+1), s.SyntheticEnv(1)); err == nil {
			t.Errorf("nobody misses %s", files[i].Path)
		}
	}
	more := append(slices.Clone(files), output.File{Path: s.Name + "/cloudformation/more.yaml"})
	if _, err := Read(s, more, s.SyntheticEnv(1)); err == nil {
		t.Error("nobody notices another file")
	}
	s = created()
	more = append(printed(t, s), output.File{Path: s.Name + "/cloudformation/import.yaml", Data: files[1].Data})
	if _, err := Read(s, more, s.SyntheticEnv(1)); err == nil {
		t.Error("nobody notices an import of nothing")
	}
}
