package cloudformation

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

var anyValues = deployed.Values{Account: "111122223333", Region: "eu-west-1", Partition: "aws"}

func readAny(t *testing.T, text string) deployed.State {
	t.Helper()
	read, err := ParseAny("t.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := read(anyValues)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func unknownIn(s deployed.State) string {
	var all []string
	for _, u := range s.Unknown {
		all = append(all, u.String())
	}
	return strings.Join(all, "\n")
}

// anyHead is what the cases of TestAnyFunctions have in common.
const anyHead = `
Parameters:
  Env: {Type: String, Default: prod, AllowedValues: [prod, dev], Description: d}
  Count: {Type: Number, Default: 3}
  Open: {Type: String, MinLength: 1}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/b}
Mappings:
  M: {prod: {bucket: acme-prod, list: ["x", "z"]}, dev: {bucket: acme-dev}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: {"Fn::Equals": [{"Ref": "Env"}, "dev"]}
  Both: !And [!Condition IsProd, {Condition: IsProd}, !Not [!Condition IsDev]]
  Either: !Or [!Condition IsDev, !Condition Maybe, !Condition IsProd]
  Maybe: !Equals [!Ref Open, x]
  Itself: !Not [!Condition Itself]
`

// Every function, in a resource of a policy.
func TestAnyFunctions(t *testing.T) {
	for in, want := range map[string]string{
		`!Ref Env`:                     "prod",
		`!Ref Count`:                   "3",
		`!Ref Open`:                    "<Open.value>",
		`!Ref Stored`:                  "<Stored.value>",
		`!Ref Data`:                    "<Data.name>",
		`!Ref AWS::StackName`:          "<AWS::StackName.pseudo>",
		`!Ref Other`:                   "<Other.id>",
		`!GetAtt Data.Arn`:             "arn:aws:s3:::<Data.name>",
		`!GetAtt [R, Arn]`:             "arn:aws:iam::111122223333:role/<R.name>",
		`!GetAtt Other.Arn`:            "<Other.arn>",
		`{"Fn::GetAtt": ["U", "Arn"]}`: "arn:aws:iam::111122223333:user/joe",
		`!Sub "${Env}-${AWS::URLSuffix}-${!aws:username}"`:                "prod-amazonaws.com-${aws:username}",
		`!Sub ["${A}/${Env}/${B}", {A: !Ref Count, B: !GetAtt Data.Arn}]`: "3/prod/arn:aws:s3:::<Data.name>",
		`!Join ["-", [!Ref Env, !Select [1, !Ref Names]]]`:                "prod-b",
		`!Join [",", !Ref Names]`:                                         "a,b",
		`!Select ["1", !Split ["-", "x-y-z"]]`:                            "y",
		`!Join ["/", !Split ["-", !Sub "${Env}-y"]]`:                      "prod/y",
		`!FindInMap [M, !Ref Env, bucket]`:                                "acme-prod",
		`!Select [0, !FindInMap [M, !Ref Env, list]]`:                     "x",
		`!If [IsProd, a, b]`:                                              "a",
		`!If [IsDev, a, b]`:                                               "b",
		`!If [Both, !If [Either, c, d], b]`:                               "c",
		`{"Fn::If": ["IsDev", "a", {"Fn::Join": ["", ["p", "q"]]}]}`:      "pq",
	} {
		s := readAny(t, anyHead+`
Resources:
  Data: {Type: AWS::S3::Bucket}
  R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "sts:*"}]}}}
  U: {Type: AWS::IAM::User, Properties: {UserName: joe}}
  P: {Type: AWS::IAM::UserPolicy, Properties: {UserName: joe, PolicyName: p, PolicyDocument: {Version: "2012-10-17",
      Statement: [{Effect: Allow, Action: a:B, Resource: `+in+`}]}}}
  Other: {Type: AWS::Lambda::Function}
`)
		if got := unknownIn(s); got != `resource "Other": resource type AWS::Lambda::Function is not read` {
			t.Errorf("%s: %s", in, got)
		}
		if len(s.Inline) != 1 || s.Inline[0].Policy.Unread {
			t.Errorf("%s: not read: %+v", in, s.Inline)
			continue
		}
		if got := s.Inline[0].Policy.Document.Statements[0].Resource.Values[0].String(); got != want {
			t.Errorf("%s comes to %q, want %q", in, got, want)
		}
	}
}

// What is known on deployment alone is Unknown and has a place of its own in the text, which depends on all that
// decides it.
func TestAnyUndecided(t *testing.T) {
	seen := map[string]string{}
	for _, c := range []struct{ head, in string }{
		{anyHead, `!ImportValue {"Fn::Sub": "${Env}"}`},
		{strings.Replace(anyHead, "Default: prod", "Default: dev", 1), `!ImportValue {"Fn::Sub": "${Env}"}`},
		{anyHead, `!If [Maybe, a, b]`},
		{anyHead, `!If [Maybe, a, c]`},
		{strings.Replace(anyHead, "[!Ref Open, x]", "[!Ref Open, y1]", 1), `!If [Maybe, a, b]`},
		{anyHead, `!If [Itself, a, b]`},
		{anyHead, `!If [Nobody, a, b]`},
		{anyHead, `!Select [0, !GetAZs eu-west-1]`},
		{anyHead, `!Base64 x`},
		{anyHead, `!Cidr ["10.0.0.0/8", 1, 8]`},
		{anyHead, `!Select [9, !Ref Names]`},
		{anyHead, `!Select [0, !Split ["-", !Ref Open]]`},
		{anyHead, `!FindInMap [M, !Ref Open, bucket]`},
		{anyHead, `!Join ["", !Ref Open]`},
		{anyHead, `{"Fn::Transform": {Name: x}}`},
		{anyHead, `"{{resolve:ssm:a}}"`},
		{anyHead, `!Sub "{{resolve:ssm:${Env}}}"`},
	} {
		s := readAny(t, c.head+`
Resources:
  P: {Type: AWS::IAM::UserPolicy, Properties: {UserName: joe, PolicyName: p, PolicyDocument: {Version: "2012-10-17",
      Statement: [{Effect: Allow, Action: a:B, Resource: `+c.in+`}]}}}
`)
		if len(s.Unknown) == 0 {
			t.Errorf("%s: nothing is Unknown", c.in)
		}
		if len(s.Inline) != 1 || s.Inline[0].Policy.Unread {
			t.Errorf("%s: the rest of the document is not read: %v", c.in, s.Unknown)
			continue
		}
		text := s.Inline[0].Policy.Document.Statements[0].Resource.Values[0].String()
		if other, ok := seen[text]; ok || !strings.HasSuffix(text, ".later>") {
			t.Errorf("%s comes to %s, as %s does", c.in, text, other)
		}
		seen[text] = c.in
	}
}

// AWS::NoValue leaves out a property, a statement, a member of a list.
func TestAnyNoValue(t *testing.T) {
	s := readAny(t, anyHead+`
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !If [IsProd, !Ref "AWS::NoValue", x]
      Description: !Ref AWS::NoValue
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "sts:*"}]}
      ManagedPolicyArns: [!Ref "AWS::NoValue", "arn:aws:iam::aws:policy/A", !If [IsDev, "arn:aws:iam::aws:policy/B", !Ref "AWS::NoValue"]]
      Policies:
        - !If [IsDev, {PolicyName: q, PolicyDocument: {}}, !Ref "AWS::NoValue"]
        - PolicyName: p
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: a:B, Resource: "*", Condition: !Ref "AWS::NoValue"}
              - !If [IsProd, !Ref "AWS::NoValue", {Effect: Allow, Action: "*", Resource: "*"}]
`)
	if got := unknownIn(s); got != "" {
		t.Error(got)
	}
	r := s.Roles[0]
	if len(s.Attachments) != 1 || len(r.Inline) != 1 || len(r.Inline[0].Policy.Document.Statements) != 1 ||
		r.Name.V.String() != "<R.name>" || s.Attachments[0].To.V.String() != "<R.name>" {
		t.Errorf("%+v %+v", r, s.Attachments)
	}
}

// Policies that are joined to principals, in JSON as well.
func TestAnyPrincipals(t *testing.T) {
	text := anyHead + `
Resources:
  R: {Type: AWS::IAM::Role, Properties: {RoleName: R, AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "sts:*"}]}}}
  G: {Type: AWS::IAM::Group, Properties: {GroupName: g, ManagedPolicyArns: ["arn:aws:iam::aws:policy/A"], Policies: [{PolicyName: own, PolicyDocument: DOC}]}}
  U: {Type: AWS::IAM::User, Properties: {UserName: u, Path: /, LoginProfile: {Password: x}, Policies: [{PolicyName: own, PolicyDocument: DOC}]}}
  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!Ref R, other], Users: [!Ref U], Groups: [!Ref G], PolicyDocument: DOC}}
  Q: {Type: AWS::IAM::GroupPolicy, Properties: {PolicyName: q, GroupName: !Ref G, PolicyDocument: DOC}}
  M: {Type: AWS::IAM::ManagedPolicy, Properties: {ManagedPolicyName: m, Users: [u], Roles: [R], Groups: [!Ref G], PolicyDocument: DOC}}
  B: {Type: AWS::S3::Bucket, Condition: IsDev}
`
	text = strings.ReplaceAll(text, "DOC", `{Version: "2012-10-17", Statement: [{Effect: Allow, Action: a:B, Resource: "*"}]}`)
	s := readAny(t, text)
	if got := unknownIn(s); got != "" {
		t.Error(got)
	}
	if len(s.Roles) != 2 || len(s.Roles[0].Inline) != 1 || s.Roles[1].Created || len(s.Roles[1].Inline) != 1 ||
		len(s.Inline) != 5 || len(s.Attachments) != 4 || len(s.Buckets) != 0 {
		t.Errorf("%d roles, %d inline, %d attachments", len(s.Roles), len(s.Inline), len(s.Attachments))
	}
	js, err := json.MarshalIndent(map[string]any{"Resources": map[string]any{"P": map[string]any{"Type": "AWS::IAM::Policy",
		"Properties": map[string]any{"PolicyName": "p", "Users": []any{map[string]any{"Fn::Sub": "u-${AWS::Region}"}},
			"PolicyDocument": json.RawMessage(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:B","Resource":"*"}}`)}}}}, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if s := readAny(t, string(js)); len(s.Inline) != 1 || s.Inline[0].To.V.String() != "u-eu-west-1" || len(s.Unknown) > 0 {
		t.Errorf("%+v", s)
	}
}

// Nothing that may grant is passed over, and a document that is not read is not one that grants nothing.
func TestAnyUnknown(t *testing.T) {
	for in, want := range map[string]string{
		`X: {Type: AWS::SQS::QueuePolicy}`:                                                                                     `resource "X": resource type AWS::SQS::QueuePolicy is not read`,
		`X: {Type: AWS::IAM::User, Properties: {Groups: [admins]}}`:                                                            `property "Groups": resource X has it, and it is not read`,
		`X: {Type: AWS::IAM::User, Properties: {PermissionsBoundary: x}}`:                                                      `property "PermissionsBoundary": resource X has it, and it is not read`,
		`X: {Type: AWS::S3::Bucket, Properties: {AccessControl: PublicRead}}`:                                                  `property "AccessControl": resource X has it, and it is not read`,
		`X: {Type: AWS::S3::Bucket, Condition: Maybe}`:                                                                         `condition "Maybe": whether X is made`,
		`"Fn::ForEach::A": [x, [a], {}]`:                                                                                       `name "Fn::ForEach::A": CloudFormation takes 1 to 255 letters and digits`,
		"X: {Type: AWS::IAM::UserPolicy, Properties: {UserName: u, PolicyName: p, PolicyDocument: {Version: \"2012-10-17\"}}}": `policy document "PolicyDocument of resource X": policy document has no Statement`,
	} {
		s := readAny(t, anyHead+"\nResources:\n  "+in+"\n")
		if got := unknownIn(s); !strings.HasPrefix(got, want) || strings.Contains(got, "\n") {
			t.Errorf("%s: %s", in, got)
		}
		if len(s.Inline) > 0 && (s.Inline[0].Policy == nil || !s.Inline[0].Policy.Unread) {
			t.Errorf("%s: %+v", in, s.Inline)
		}
	}
	if got := unknownIn(readAny(t, "Transform: AWS::Serverless-2016-10-31\nResources: {}\n")); !strings.HasPrefix(got, `section "Transform"`) {
		t.Error(got)
	}
}

// The strict reader knows nothing of all this.
func TestAnyStaysStrict(t *testing.T) {
	text := strings.ReplaceAll(anyHead, "!Condition Itself", "!Condition IsDev") + `
Resources:
  P: {Type: AWS::IAM::UserPolicy, Properties: {UserName: !If [IsProd, a, b], PolicyName: p, PolicyDocument: {}}}
`
	s, err := parsed(t, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`section "Conditions"`, `section "Mappings"`, `resource type "AWS::IAM::UserPolicy"`, `function "Fn::If"`, `parameter type "Number"`} {
		if !strings.Contains(unknownIn(s), want) {
			t.Errorf("%s is not refused:\n%s", want, unknownIn(s))
		}
	}
}

func parsed(t *testing.T, text string) (deployed.State, error) {
	t.Helper()
	read, err := Parse(deployed.Input{Dir: "x", Files: []output.File{{Path: "x/" + templateFile, Data: []byte(text)}}})
	if err != nil {
		return deployed.State{}, err
	}
	return read(anyValues)
}

// What is no template is an error with its place.
func TestAnyErrors(t *testing.T) {
	for text, want := range map[string]string{
		"a: [":            "t.yaml:1:1: not YAML",
		"a: 1\n\xff":      "t.yaml:2:1: ",
		"a: 1\n---\nb: 1": "t.yaml:2:1: ",
		"":                "t.yaml: not YAML: EOF",
	} {
		_, err := ParseAny("t.yaml", []byte(text), nil)
		var at *policy.Error
		if !errors.As(err, &at) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// Functions inside each other do not make more of a template than it is worth.
func TestAnyBounds(t *testing.T) {
	nested, split := `"x"`, `"a-b"`
	for range 25 {
		nested = fmt.Sprintf(`{"Fn::If": ["Maybe", %s, "y"]}`, nested)
		split = fmt.Sprintf(`{"Fn::Join": ["-", {"Fn::Split": ["-", %s]}]}`, split)
	}
	s := readAny(t, anyHead+fmt.Sprintf("\nResources: {X: {Type: AWS::IAM::User, Properties: {UserName: %s, Path: %s}}}\n", nested, split))
	for _, u := range s.Unknown {
		if len(u.What) > maxOffender {
			t.Errorf("%d bytes of %s", len(u.What), u.Kind)
		}
	}
	many := "[" + strings.Repeat(`{"Fn::FindInMap": ["M", "a", "b"]},`, 3000) + "1]"
	s = readAny(t, `{"Mappings": {"M": {"a": {"b": "`+strings.Repeat("x", 10000)+`"}}}, "Resources": {"X": {"Type": "AWS::IAM::User", "Properties": {"Groups": `+many+`}}}}`)
	if len(s.Unknown) == 0 {
		t.Error("no bound")
	}
}

// No input ends the program.
func FuzzParseAny(f *testing.F) {
	f.Add(anyHead + "\nResources:\n  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: !If [Maybe, a, b], Roles: !Ref Names}}\n")
	f.Add(`{"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Ref": "R"}, "Policies": {"Fn::If": ["X"]}}}}}`)
	f.Add("Resources: {B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub [\"${a}\", {a: !GetAtt B.Arn}]}}}")
	f.Add("Conditions: {A: !Not [!Condition B], B: !Or [!Condition A, {Condition: 1}]}\nResources: {X: {Type: x, Condition: A}}")
	f.Add("Resources: {X: {Type: AWS::IAM::User, Properties: !Select [0, !Split [\"\", !Ref AWS::NoValue]]}}")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := ParseAny("t.yaml", []byte(text), nil)
		if err == nil {
			_, _ = read(anyValues)
		}
	})
}

// Both readers read what pzgen writes alike.
func TestAnyReadsWhatIsGenerated(t *testing.T) {
	names, err := filepath.Glob("../../out/*/cloudformation/" + templateFile)
	if err != nil || len(names) < 20 {
		t.Fatalf("%d templates: %v", len(names), err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := parsed(t, string(data))
		if err != nil {
			t.Fatal(err)
		}
		got := readAny(t, string(data))
		grants := func(s deployed.State) deployed.State {
			return deployed.State{Scope: s.Scope, Roles: s.Roles, Policies: s.Policies, Attachments: s.Attachments,
				Inline: s.Inline, Buckets: s.Buckets, Keys: s.Keys, DatasetGroups: s.DatasetGroups, Unknown: s.Unknown}
		}
		if d := deployed.Match(grants(want), grants(got)); len(d) > 0 || len(got.Roles) == 0 {
			t.Errorf("%s: %v", name, d)
		}
	}
}
