package cloudformation

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// TestOtherWords writes the same in other forms of CloudFormation: the reader has to see that it is the same.
func TestOtherWords(t *testing.T) {
	const conditions = "Conditions:\n  Always: !And [!Equals [\"a\", \"a\"], !Not [!Equals [!Ref \"RoleName\", \"\"]]]\n  Never: !Or [!Not [Condition: Always], !Equals [!Ref AWS::Region, \"\"]]\n  Same: !Condition Always\n"
	for name, edits := range map[string][][2]string{
		"long GetAtt":   {{`!GetAtt "DataBucket.Arn"`, `{"Fn::GetAtt": ["DataBucket", "Arn"]}`}},
		"GetAtt string": {{`!GetAtt "DataBucket.Arn"`, `{"Fn::GetAtt": "DataBucket.Arn"}`}},
		"GetAtt list":   {{`!GetAtt "DataBucket.Arn"`, `!GetAtt [DataBucket, Arn]`}},
		"long Ref":      {{`!Ref "AWS::AccountId"`, `{Ref: "AWS::AccountId"}`}},
		"plain":         {{`Path: "/personalize/"`, `Path: /personalize/`}, {`Version: "2012-10-17"`, `Version: 2012-10-17`}},
		"Join":          {{`!Sub "${DataBucket.Arn}/datasets/*"`, `!Join ["/", [!GetAtt DataBucket.Arn, datasets, "*"]]`}},
		"Sub with map":  {{`!Sub "${DataBucket.Arn}/datasets/*"`, `!Sub ["${a}/datasets/${b}", {a: !GetAtt DataBucket.Arn, b: "*"}]`}},
		"long Sub":      {{`!Sub "${DataBucket.Arn}/datasets/*"`, `{"Fn::Sub": "${DataBucket.Arn}/datasets/*"}`}},
		"Split":         {{`"PersonalizeAdmins"`, `!Select [1, !Split [",", "x,PersonalizeAdmins"]]`}},
		"whole list":    {{"        - \"zoe\"\n        - \"adam\"\n", "        !Split [\",\", \"zoe,adam\"]\n"}},
		"a word for true": {{"BlockPublicAcls: true", "BlockPublicAcls: yes"}, {"BlockPublicPolicy: true", "BlockPublicPolicy: On"},
			{"IgnorePublicAcls: true", `IgnorePublicAcls: "true"`}},
		"If": {{"Resources:\n", conditions + "Resources:\n"}, {`Path: "/personalize/"`, `Path: !If [Always, "/personalize/", !Ref "Nothing"]`},
			{`Domain: "ECOMMERCE"`, `Domain: {"Fn::If": [Never, x, ECOMMERCE]}`}},
		"NoValue": {{"Resources:\n", conditions + "Resources:\n"}, {`Path: "/personalize/"`, "Path: \"/personalize/\"\n      Policies: !If [Never, [], !Ref AWS::NoValue]"}},
		"conditional": {{"Resources:\n", conditions + "Resources:\n  Other:\n    Type: AWS::IAM::User\n    Condition: Never\n"},
			{"Type: \"AWS::IAM::Role\"\n", "Type: \"AWS::IAM::Role\"\n    Condition: Same\n"}},
		"boolean in a condition":     {{`aws:SecureTransport: "false"`, `aws:SecureTransport: off`}},
		"assertion the other way":    {{`!Equals [!Ref "AWS::AccountId", "111122223333"]`, `{"Fn::Equals": ["111122223333", {Ref: AWS::AccountId}]}`}},
		"default path":               {{`Path: "/personalize/"`, `Path: !Join ["", ["/", personalize, "/"]]`}},
		"key named by its id":        {{`TargetKeyId: !Ref "ShopKey"`, `TargetKeyId: !GetAtt ShopKey.KeyId`}},
		"bucket named by parameter":  {{"Bucket: !Ref \"DataBucket\"\n", "Bucket: !Ref \"DataBucketName\"\n"}},
		"name of another's property": {{`RoleName: !Ref "ServiceRole"`, `RoleName: !Select ["2", !Split ["/", !GetAtt ServiceRole.Arn]]`}},
	} {
		s := created()
		files := printed(t, s)
		for _, e := range edits {
			if !bytes.Contains(files[0].Data, []byte(e[0])) {
				t.Errorf("%s: nothing to edit in place of %q", name, e[0])
			}
			files[0].Data = bytes.Replace(files[0].Data, []byte(e[0]), []byte(e[1]), 1)
		}
		for _, env := range environments(s) {
			r, err := Read(s, files, env)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, d := range differences(s, r, env) {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
}

// TestErrorsNamePlaces holds the reader to file, line and what to do.
func TestErrorsNamePlaces(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`Path: "/personalize/"`, "Path: \"/personalize/\"\n      MaxSessionDuration: 3600", `resource ServiceRole has MaxSessionDuration, which is not understood`},
		{`Effect: "Allow"`, `Effect: "allow"`, `Effect is "allow"`},
		{`!GetAtt "ShopKey.Arn"`, `!GetAtt "NoKey.Arn"`, `"NoKey" is no parameter and no resource`},
		{`!GetAtt "ShopKey.Arn"`, `!Base64 "x"`, `intrinsic function "Base64" is not understood`},
		{`Action: "sts:AssumeRole"`, `Action: 0x17`, `"0x17" is something else than text in YAML 1.1: put it in quotes`},
		{`!Ref "ServiceRole"`, `!Ref "AWS::StackName"`, `pseudo parameter "AWS::StackName" has no value`},
	} {
		s := created()
		files := printed(t, s)
		files[0].Data = bytes.Replace(files[0].Data, []byte(c.old), []byte(c.new), 1)
		before, _, ok := bytes.Cut(files[0].Data, []byte(c.new))
		if !ok {
			t.Fatalf("nothing to edit in place of %q", c.old)
		}
		want := fmt.Sprintf("%s:%d: %s", files[0].Path, 1+bytes.Count(before, []byte("\n"))+strings.Count(c.new, "\n"), c.want)
		if _, err := Read(s, files, s.SyntheticEnv(1)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error is %v, want %s", c.new, err, want)
		}
	}
}

// A template whose names refer to each other twice each would need more memory than there is.
func TestGrowingNames(t *testing.T) {
	s := created()
	var b strings.Builder
	last := `"x"`
	for i := range 60 {
		id := "B" + strings.Repeat("b", i)
		b.WriteString("  " + id + ":\n    Type: \"AWS::S3::Bucket\"\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n      BucketName: " + last + "\n")
		last = `!Sub "${` + id + `}${` + id + `}"`
	}
	files := printed(t, s)
	for _, in := range []string{last, strings.ReplaceAll(last, "}$", ".Arn}$")} {
		changed := bytes.Replace(files[0].Data, []byte("Resources:\n"), []byte("Resources:\n"+b.String()), 1)
		changed = bytes.Replace(changed, []byte(`Path: "/personalize/"`), []byte("Path: "+in), 1)
		if _, err := Read(s, []output.File{{Path: files[0].Path, Data: changed}}, s.SyntheticEnv(1)); err == nil {
			t.Error("no error")
		}
	}
}

func TestNotExpressible(t *testing.T) {
	for name, change := range map[string]func(*model.Setup){
		"dynamic reference": func(s *model.Setup) { s.Tags = []spec.Tag{{Key: "a", Value: "{{resolve:ssm:x}}"}} },
		"dynamic reference in a policy": func(s *model.Setup) {
			s.Role.Policies[0].Document.Statements[0].Resource = texts("<bucket.data.arn>/{{resolve:ssm:x}}")
		},
		"no UTF-8":             func(s *model.Setup) { s.Role.Description = "\xff" },
		"no UTF-8 either":      func(s *model.Setup) { s.Description = "\xff" },
		"unknown reference":    func(s *model.Setup) { s.Role.Boundary = mustText("<bucket.none.arn>") },
		"condition key twice":  func(s *model.Setup) { c := &s.Role.Trust.Document.Statements[0].Condition; *c = append(*c, (*c)[0]) },
		"too many parameters":  func(s *model.Setup) { s.Buckets = append(s.Buckets, manyBuckets(201)...) },
		"too large a template": func(s *model.Setup) { s.Role.Description = strings.Repeat("x", maxTemplate) },
	} {
		s := created()
		change(s)
		if _, err := Print(s); err == nil || !strings.HasPrefix(err.Error(), "retail/cloudformation/template.yaml: ") {
			t.Errorf("%s: error is %v", name, err)
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

func TestLargeTemplate(t *testing.T) {
	s := created()
	s.Buckets = append(s.Buckets, manyBuckets(60)...)
	files := printed(t, s)
	if len(files[0].Data) <= maxDirect || !bytes.Contains(files[0].Data, []byte("--s3-bucket")) {
		t.Errorf("template of %d bytes does not say how to deploy it", len(files[0].Data))
	}
	if bytes.Contains(printed(t, created())[0].Data, []byte("--s3-bucket")) {
		t.Error("small template asks for a bucket")
	}
}

// A description cannot end the comment, nor the string, that it stands in.
func TestHostileDescription(t *testing.T) {
	s := created()
	s.SpecFile = "a\nTransform: x\u2028Transform: y\r\u0085Transform: z.yaml"
	s.Description = strings.Repeat("é\n\"\\", 400)
	files := printed(t, s)
	if _, err := Read(s, files, s.SyntheticEnv(1)); err != nil {
		t.Fatal(err)
	}
	header, _, _ := bytes.Cut(files[0].Data, []byte("\nAWSTemplateFormatVersion"))
	for _, line := range bytes.FieldsFunc(header, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u0085' }) {
		if line[0] != '#' {
			t.Errorf("line %q is no comment", line)
		}
	}
}

// TestRealLint asks cfn-lint, its informational rules included.
func TestRealLint(t *testing.T) {
	lint := testtool.Need(t, "cfn-lint")
	hand := setups(t)
	byRegion := map[string][]string{}
	for i, s := range append(hand, examples(t)...) {
		if i < len(hand) && len(s.Tags) > 0 {
			s.Tags = []spec.Tag{{Key: "on", Value: "yes"}, {Key: "team", Value: "a: b + c"}} // what AWS takes as tags
		}
		dir := t.TempDir()
		for _, f := range printed(t, s) {
			name := filepath.Join(dir, s.Name+"-"+filepath.Base(f.Path))
			if filepath.Ext(name) != ".yaml" {
				continue
			}
			if err := os.WriteFile(name, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
			byRegion[s.Region] = append(byRegion[s.Region], name)
		}
	}
	for region, files := range byRegion {
		args := append([]string{"-c", "I", "-r", region, "--"}, files...)
		testtool.Clean(t, testtool.Command(t, lint, args...))
	}
}

var sink policy.Document

func BenchmarkPrint(b *testing.B) {
	s := created()
	b.ReportAllocs()
	for range b.N {
		if _, err := Print(s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	s := created()
	files, env := printed(b, s), s.SyntheticEnv(1)
	b.ReportAllocs()
	for range b.N {
		r, err := Read(s, files, env)
		if err != nil {
			b.Fatal(err)
		}
		sink = r.Documents["role-trust"]
	}
}
