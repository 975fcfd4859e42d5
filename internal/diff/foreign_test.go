package diff

import (
	"strings"
	"testing"
)

// A template that anybody wrote: what is known on deployment is the same under the same name, and a policy that is not
// read is not the same as itself.
func TestAnyTemplate(t *testing.T) {
	template := `
Conditions: {C: !Equals [!Ref Open, x]}
Parameters: {Open: {Type: String}}
Resources:
  Data: {Type: AWS::S3::Bucket}
  U: {Type: AWS::IAM::UserPolicy, Properties: {UserName: u, PolicyName: p, PolicyDocument: {Version: "2012-10-17",
      Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: [!Sub "${Data.Arn}/a/*", !ImportValue other]}]}}}
`
	if got := inputs(t, "a.yaml", template, "b.yaml", template+"# \n"); got != "" {
		t.Error(got)
	}
	for _, c := range []struct{ from, to, want string }{
		{"/a/*", "/*", `broader user "u" may s3:GetObject on arn:aws:s3:::<Data.name>/*`},
		{"other", "another", `may s3:GetObject on arn:aws:deployment:::<another.import>`},
		{"Data.Arn}", "Other.Arn}", `undecided not understood: name "Other"`},
	} {
		if got := inputs(t, "a.yaml", template, "b.yaml", strings.Replace(template, c.from, c.to, 1)); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", c.to, got)
		}
	}
	unread := strings.Replace(template, "Effect: Allow,", "Effect: !If [C, Allow, Deny],", 1)
	want := `undecided what the policies of user "u" were is not known`
	if got := inputs(t, "a.yaml", unread, "b.yaml", unread+"# \n"); got != want {
		t.Errorf("%q", got)
	}
}

// What is not read is the same where it says the same, whatever else changes.
func TestUnreadContent(t *testing.T) {
	template := `
Resources:
  Q: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [a], PolicyDocument: {}}}
  U: {Type: AWS::IAM::User, Properties: {Groups: [devs], Policies: []}}
  B: {Type: AWS::S3::Bucket, Properties: {BucketName: a}}
`
	plan := `{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{"resources":[
{"address":"aws_sqs_queue_policy.q","mode":"managed","type":"aws_sqs_queue_policy","values":{"policy":"a"}},
{"address":"aws_s3_bucket.b","mode":"managed","type":"aws_s3_bucket","values":{"bucket":"b","acl":"public-read"}}]}}}`
	for _, c := range []struct{ name, text, from, to, want string }{
		{"t.yaml", template, "[a]", "[b]", `undecided not understood: resource "Q"`},
		{"t.yaml", template, "devs", "admins", `undecided not understood: property "Groups"`},
		{"t.yaml", template, "BucketName: a", "BucketName: b", ""},
		{"p.json", plan, `"policy":"a"`, `"policy":"b"`, `undecided not understood: resource "aws_sqs_queue_policy.q"`},
		{"p.json", plan, "public-read", "public-read-write", `undecided not understood: argument "aws_s3_bucket.b.acl"`},
		{"p.json", plan, `"bucket":"b"`, `"bucket":"c"`, ""},
	} {
		got := inputs(t, "old-"+c.name, c.text, "new-"+c.name, strings.Replace(c.text, c.from, c.to, 1))
		if n := strings.Count(got, "undecided"); !strings.HasPrefix(got, c.want) || c.want == "" && n > 0 || n > 1 {
			t.Errorf("%s: %s", c.to, got)
		}
	}
}
