package cloudformation

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/spec"
)

// state reads the text of a template.
func state(t testing.TB, text string) deployed.State {
	t.Helper()
	read, err := Parse(deployed.Input{Dir: "x/cloudformation",
		Files: []output.File{{Path: "x/cloudformation/template.yaml", Data: []byte(text)}}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := read(deployed.Values{Account: "111122223333", Region: "eu-west-1", Partition: "aws",
		Named: map[string]string{"Named": "given"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A template that nobody here has written is read as what it is: names that it does not give are
// references, several policies of a role are its inline policies, and what is not understood does
// not keep the rest from being read.
func TestAnyTemplate(t *testing.T) {
	s := state(t, `
Parameters:
  Named: {Type: String, Default: other}
  Size: {Type: Number, Default: "3"}
Conditions: {Big: !Equals [!Ref Size, 9]}
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: {Statement: {Effect: Allow, Principal: {AWS: "*"}, Action: "kms:*", Resource: "*"}}
  Alias: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/x, TargetKeyId: !GetAtt Key.Arn}}
  Queue: {Type: AWS::SQS::Queue}
  Policy:
    Type: AWS::IAM::RolePolicy
    Properties:
      RoleName: !Ref Role
      PolicyName: two
      PolicyDocument: {Statement: [{Effect: Deny, Action: "*", Resource: !GetAtt Store.Arn}]}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {AWS: "*"}, Action: sts:AssumeRole}]
      MaxSessionDuration: 3600
      Policies:
        - PolicyName: one
          PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}
  Store:
    Type: AWS::S3::Bucket
    Condition: Big
    Properties:
      BucketName: !Sub "${Named}-${AWS::Region}"
      VersioningConfiguration: {Status: !If [Big, Enabled, Suspended]}
`)
	if len(s.Roles) != 1 || len(s.Keys) != 1 {
		t.Fatalf("roles %+v, keys %+v", s.Roles, s.Keys)
	}
	r, k := s.Roles[0], s.Keys[0]
	if r.Name.V.String() != "<Role.name>" || len(r.Inline) != 2 || r.MaxSession.V != 3600 {
		t.Errorf("role %+v", r)
	}
	if k.ARN.V.String() != "<Key.arn>" || len(k.Aliases) != 1 || !k.Created {
		t.Errorf("key %+v", k)
	}
	if len(s.Buckets) != 1 || s.Buckets[0].Name.V.String() != "given-eu-west-1" {
		t.Errorf("buckets %+v", s.Buckets)
	}
	resource := r.Inline[1].Policy.Document.Statements[0].Resource
	if got := resource.Values[0].String(); got != "arn:aws:s3:::given-eu-west-1" {
		t.Errorf("resource %q", got)
	}
	var unknown []string
	for _, u := range s.Unknown {
		unknown = append(unknown, fmt.Sprintf("%d %s %s", u.At.Line, u.Kind, u.What))
	}
	want := []string{"4 parameter type Number", "4 parameter Size", "5 section Conditions",
		"12 resource type AWS::SQS::Queue", "30 resource attribute Condition", "33 function Fn::If"}
	slices.Sort(unknown)
	slices.Sort(want)
	if !slices.Equal(unknown, want) {
		t.Errorf("unknown are %q, want %q", unknown, want)
	}
}

// What is not understood names file, line, column and what to do.
func TestPlacesOfUnknowns(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{rolePath, rolePath + "\n      Managed: 3600",
			`7: property "Managed": resource ServiceRole has it`},
		{`Effect: Allow`, `Effect: allow`,
			`22: policy document "AssumeRolePolicyDocument of resource ServiceRole": Effect is "allow"`},
		{`!GetAtt ShopKey.Arn`, `!GetAtt NoKey.Arn`,
			`17: name "NoKey": it is no parameter and no resource`},
		{`!GetAtt ShopKey.Arn`, `!Base64 "x"`, `17: function "Fn::Base64": it may decide`},
		{`Action: sts:AssumeRole`, `Action: 0x17`,
			`21: YAML value "0x17": versions of YAML do not read it alike: put it in quotes`},
		{`RoleName: !Ref ServiceRole`, `RoleName: !Ref "AWS::StackName"`,
			`17: pseudo parameter "AWS::StackName": its value is in no file`},
	} {
		s := created()
		files := printed(t, s)
		files[0].Data = bytes.Replace(files[0].Data, []byte(c.old), []byte(c.new), 1)
		before, _, ok := bytes.Cut(files[0].Data, []byte(c.new))
		if !ok {
			t.Fatalf("nothing to edit in place of %q", c.old)
		}
		line := 1 + bytes.Count(before, []byte("\n")) + strings.Count(c.new, "\n")
		want := fmt.Sprintf("%s:%d:%s", files[0].Path, line, c.want)
		found := differences(t, s, files)
		if len(found) == 0 || !strings.HasPrefix(found[0], want) {
			t.Errorf("%s: found %q, want %s", c.new, found, want)
		}
	}
}

// A template whose names refer to each other twice each, or that says a long name often, comes to
// more than it says.
func TestGrowth(t *testing.T) {
	var b strings.Builder
	last := `"x"`
	for i := range 60 {
		fmt.Fprintf(&b, "  B%d: {Type: AWS::S3::Bucket, Properties: {BucketName: %s}}\n", i, last)
		last = fmt.Sprintf("!Sub %q", fmt.Sprintf("${B%d}${B%d}", i, i))
	}
	role := func(arns string) string {
		return "  R: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [" + arns + "]}}\n"
	}
	long := "  L: {Type: AWS::S3::Bucket, Properties: {BucketName: " +
		strings.Repeat("x", 1<<16) + "}}\n" + role(strings.Repeat("!GetAtt L.Arn, ", 1000))
	for name, text := range map[string]string{"doubled": b.String(), "said often": long} {
		s := state(t, "Resources:\n"+text)
		size := 0
		for _, bucket := range s.Buckets {
			size += len(bucket.Name.V.String())
		}
		for _, a := range s.Attachments {
			size += len(a.Policy.V.String())
		}
		told := fmt.Sprint(s.Unknown)
		if !strings.Contains(told, "too long") || size > 2*maxResolved {
			t.Errorf("%s: %d bytes, %s", name, size, told)
		}
	}
	// Parameters that are short in the template and long when it is deployed.
	text := "Parameters: {P: {Type: String, Default: x}}\nResources:\n" +
		role(strings.Repeat("!Ref P, ", 20000))
	files := []output.File{{Path: "x/template.yaml", Data: []byte(text)}}
	read, err := Parse(deployed.Input{Dir: "x", Files: files})
	if err != nil {
		t.Fatal(err)
	}
	v := deployed.Values{Named: map[string]string{"P": strings.Repeat("x", 4096)}}
	if _, err := read(v); err == nil {
		t.Error("80 MB of values are not refused")
	}
}

// What a value could make of the text around it is refused.
func TestValues(t *testing.T) {
	s := created()
	read, err := Parse(input(s, printed(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"${aws:username}", "{aws:username}", "$", "{{resolve:ssm:x}}", "}",
		"\U000F0000"} {
		v := values(s, s.DeployedEnv())
		v.Named["DataBucketName"] = value
		if state, err := read(v); err != nil || len(state.Unknown) == 0 {
			t.Errorf("%q: %v, %v", value, state.Unknown, err)
		}
	}
}

// One Parse is read under many values at once.
func TestAtOnce(t *testing.T) {
	s := created()
	read, err := Parse(input(s, printed(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	names := make(chan string)
	for i := range 8 {
		go func() {
			env := s.SyntheticEnv(i + 1)
			state, err := read(values(s, env))
			if err != nil || state.Roles[0].Name.V.String() != env[model.RefRoleName] {
				t.Errorf("%d: %v", i, err)
			}
			names <- state.Roles[0].Name.V.String()
		}()
	}
	seen := map[string]bool{}
	for range 8 {
		seen[<-names] = true
	}
	if len(seen) != 8 {
		t.Errorf("%d states", len(seen))
	}
}

func TestNotExpressible(t *testing.T) {
	for name, change := range map[string]func(*model.Setup){
		"dynamic reference": func(s *model.Setup) {
			s.Tags = []spec.Tag{{Key: "a", Value: "{{resolve:ssm:x}}"}}
		},
		"dynamic reference in a policy": func(s *model.Setup) {
			s.Role.Policies[0].Document.Statements[0].Resource = texts("<bucket.data.arn>/{{resolve:ssm:x}}")
		},
		"what may become a dynamic reference": func(s *model.Setup) {
			resource := &s.Role.Policies[0].Document.Statements[0].Resource
			*resource = texts("<bucket.data.arn>/{{res<bucket.data.name>")
		},
		"no UTF-8":          func(s *model.Setup) { s.Role.Description = "\xff" },
		"no UTF-8 either":   func(s *model.Setup) { s.Description = "\xff" },
		"unknown reference": func(s *model.Setup) { s.Role.Boundary = mustText("<bucket.none.arn>") },
		"condition key twice": func(s *model.Setup) {
			c := &s.Role.Trust.Document.Statements[0].Condition
			*c = append(*c, (*c)[0])
		},
		"too many parameters":  func(s *model.Setup) { s.Buckets = append(s.Buckets, manyBuckets(201)...) },
		"too large a template": func(s *model.Setup) { s.Role.Description = strings.Repeat("x", maxTemplate) },
	} {
		s := created()
		change(s)
		_, err := Print(s)
		if err == nil || !strings.HasPrefix(err.Error(), "retail/cloudformation/template.yaml: ") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

// A template that is too large for a request says how to deploy it, and no other does.
func TestLargeTemplate(t *testing.T) {
	s := largeSetup(t)
	files := printed(t, s)
	if len(files[0].Data) <= maxDirect || !bytes.Contains(files[0].Data, []byte("--s3-bucket")) {
		t.Errorf("template of %d bytes does not say how to deploy it", len(files[0].Data))
	}
	for _, d := range differences(t, s, files) {
		t.Error(d)
	}
	if bytes.Contains(printed(t, created())[0].Data, []byte("--s3-bucket")) {
		t.Error("small template asks for a bucket")
	}
	// The policies of existing buckets alone may be as large.
	s = existing(t)
	for i := range 60 {
		b := s.Buckets[0]
		b.ID, b.Name = fmt.Sprintf("more-%d", i), fmt.Sprintf("acme-more-%d", i)
		s.Buckets = append(s.Buckets, b)
	}
	files = printed(t, s)
	if len(files[1].Data) <= maxDirect || !bytes.Contains(files[1].Data, []byte("--template-url")) {
		t.Errorf("template of %d bytes does not say how to import it", len(files[1].Data))
	}
	for _, d := range differences(t, s, files) {
		t.Error(d)
	}
}

// A description cannot end the comment, nor the string, that it is in.
func TestHostileDescription(t *testing.T) {
	s := created()
	s.SpecFile = "a\nTransform: x\u2028Transform: y\r\u0085Transform: z.yaml"
	s.Description = strings.Repeat("é\n\"\\", 400)
	files := printed(t, s)
	for _, d := range differences(t, s, files) {
		t.Error(d)
	}
	header, _, _ := bytes.Cut(files[0].Data, []byte("\nAWSTemplateFormatVersion"))
	ends := func(r rune) bool { return strings.ContainsRune("\n\r\u2028\u0085", r) }
	for _, line := range bytes.FieldsFunc(header, ends) {
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
			// What AWS takes as tags.
			s.Tags = []spec.Tag{{Key: "on", Value: "yes"}, {Key: "team", Value: "a: b + c"}}
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
