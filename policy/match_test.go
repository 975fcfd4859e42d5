package policy

import (
	"strings"
	"testing"
)

func TestActionPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, action string
		want            string
	}{
		{"*", "s3:GetObject", yes},
		{"s3:*", "s3:GetObject", yes},
		{"s3:GetObject", "s3:GetObject", yes},
		{"S3:getobject", "s3:GetObject", yes}, // reference_policies_elements_action: case-insensitive
		{"iam:ListAccessKeys", "IAM:listaccesskeys", yes},
		{"s3:Get*", "s3:GetObject", yes},
		{"s3:Get*", "s3:PutObject", no},
		{"s3:*Object", "s3:GetObject", yes},
		{"s3:*Object", "s3:GetObjectAcl", no},
		{"iam:*AccessKey*", "iam:UpdateAccessKey", yes},
		{"iam:*AccessKey*", "iam:CreateUser", no},
		{"s3:Get?bject", "s3:GetObject", yes},
		{"s3:Get??bject", "s3:GetObject", no},
		{"s3:GetObject?", "s3:GetObject", no},
		{"s3:GetObject*", "s3:GetObject", yes},
		{"s3:*", "s3express:CreateSession", no},
		{"ec2:Describe*", "ec2:DescribeInstances", yes},
		{"ec2:*", "s3:GetObject", no},
	} {
		for _, not := range []bool{false, true} {
			element, want := "Action", c.want
			if not {
				element, want = "NotAction", map[string]string{yes: no, no: yes}[c.want]
			}
			d := doc(t, `{"Effect":"Allow","`+element+`":"`+c.pattern+`","Resource":"*"}`)
			got := decide(t, Request{Principal: userBob, Action: c.action, Resource: "*"}, Policies{Identity: []Document{d}})
			if got.Outcome != want {
				t.Errorf("%s %q of %q: %s, want %s", element, c.pattern, c.action, got.Outcome, want)
			}
		}
	}
}

func TestActionLists(t *testing.T) {
	for _, c := range []struct{ statement, action, want string }{
		{`{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}`, "s3:PutObject", yes},
		{`{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}`, "s3:DeleteObject", no},
		{`{"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"}`, "s3:DeleteObject", yes},
		{`{"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"}`, "sts:TagSession", no},
		{`{"Effect":"Deny","NotAction":["s3:*"],"Resource":"*"}`, "iam:CreateUser", deny},
		{`{"Effect":"Deny","NotAction":["s3:*"],"Resource":"*"}`, "s3:GetObject", no},
	} {
		got := decide(t, Request{Principal: userBob, Action: c.action, Resource: "*"}, Policies{Identity: []Document{doc(t, c.statement)}})
		if got.Outcome != c.want {
			t.Errorf("%s, %s: %s, want %s", c.statement, c.action, got.Outcome, c.want)
		}
	}
}

func TestResourcePatterns(t *testing.T) {
	for _, c := range []struct{ pattern, resource, want string }{
		{"*", "arn:aws:s3:::b/o", yes},
		{"*", "*", yes},
		{"arn:aws:s3:::*", "*", no},
		{"arn:aws:s3:::b", "arn:aws:s3:::b", yes},
		{"arn:aws:s3:::b", "arn:aws:s3:::b/o", no},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b", no},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/o", yes},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/", yes},
		{"arn:aws:s3:::B/*", "arn:aws:s3:::b/o", no}, // resources are case-sensitive
		{"arn:aws:s3:::b*", "arn:aws:s3:::bucket/o", yes},
		{"arn:aws:s3:::b/????-test", "arn:aws:s3:::b/2024-test", yes}, // reference-arns
		{"arn:aws:s3:::b/????-test", "arn:aws:s3:::b/a10-test", no},
		// reference_policies_elements_resource, "Using wildcards in resource ARNs"
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/test/object.jpg", yes},
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/3/test/4/object.jpg", yes},
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1///test///object.jpg", yes},
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b//test/object.jpg", yes},
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/test/", yes},
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1-test/object.jpg", no},
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/test/object.jpg", no},
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/test.jpg", no},
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/a:b/test/x", yes}, // a colon in the last part is a character
		{"arn:aws:iam::111122223333:user/accounting/*", "arn:aws:iam::111122223333:user/accounting/Bob", yes},
		{"arn:aws:iam::111122223333:user/accounting/*", "arn:aws:iam::111122223333:user/Bob", no},
		{"arn:aws:ec2:*:111122223333:volume/*", "arn:aws:ec2:us-east-1:111122223333:volume/vol-1", yes},
		{"arn:aws:ec2:*:111122223333:volume/*", "arn:aws:ec2:us-east-1:444455556666:volume/vol-1", no},
		{"arn:aws:ec2:*", "arn:aws:ec2:us-east-1:111122223333:volume/vol-1", yes}, // goes on beyond the colon
		{"arn:aws:sqs", "arn:aws:sqs:us-east-1:111122223333:q", yes},              // completed
		{"arn:aws:sqs", "arn:aws:sns:us-east-1:111122223333:q", no},
		{"arn:aws:sqs:us-east-1", "arn:aws:sqs:us-east-1:111122223333:q", yes},
		{"arn:aws:sqs:us-east-1", "arn:aws:sqs:us-west-2:111122223333:q", no},
		{"arn:aws:sns:us-*-1:111122223333:t", "arn:aws:sns:us-east-1:111122223333:t", yes},
		{"arn:aws:sns:us-*-1:111122223333:t", "arn:aws:sns:us-x:y-1:111122223333:t", no}, // stays in its segment
		{"arn:aws:sns:us-east?1:111122223333:t", "arn:aws:sns:us-east:1:111122223333:t", no},
		{"arn:aws-cn:s3:::b/*", "arn:aws:s3:::b/o", no},
		{"arn:aws:s3:::b/ü*", "arn:aws:s3:::b/üx", yes},
		{"arn:aws:s3:::b/?", "arn:aws:s3:::b/ü", yes}, // one character, not one byte
		{"arn:aws:s3:::b/[a-z]", "arn:aws:s3:::b/x", no},
		{"arn:aws:s3:::b/a.c", "arn:aws:s3:::b/abc", no},
	} {
		for _, not := range []bool{false, true} {
			element, want := "Resource", c.want
			if not {
				element, want = "NotResource", map[string]string{yes: no, no: yes}[c.want]
			}
			d := doc(t, `{"Effect":"Allow","Action":"x:Y","`+element+`":"`+c.pattern+`"}`)
			got := decide(t, Request{Principal: userBob, Action: "x:Y", Resource: c.resource, ResourceAccount: acct}, Policies{Identity: []Document{d}})
			if got.Outcome != want {
				t.Errorf("%s %q of %q: %s, want %s", element, c.pattern, c.resource, got.Outcome, want)
			}
		}
	}
}

// An incomplete ARN is completed in identity policies only.
func TestIncompleteARN(t *testing.T) {
	queue := "arn:aws:sqs:us-east-1:111122223333:q"
	d := doc(t, `{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"arn:aws:sqs"}`)
	if got := decide(t, Request{Principal: userBob, Action: "sqs:SendMessage", Resource: queue}, Policies{Resource: &d}); got.Outcome != no {
		t.Errorf("resource policy: %s", got.Outcome)
	}
	s := doc(t, `{"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs"}`)
	if _, err := Evaluate(Request{Principal: sessApp, Action: "sqs:SendMessage", Resource: queue}, Policies{Session: []Document{s}}); err == nil {
		t.Error("session policy: no error")
	}
}

// A pattern with many wildcards costs no more than its length times that of the text: one that tried
// every way to share the text out would not end.
func TestMatchIsNotExponential(t *testing.T) {
	if match(glob(strings.Repeat("*a", 400)+"b"), strings.Repeat("a", 4000)) {
		t.Error("matched")
	}
}

func TestMatchARN(t *testing.T) {
	for _, c := range []struct {
		pattern, arn string
		want         bool
	}{
		{"arn:aws:sns:us-west-2:123456789012:T", "arn:aws:sns:us-west-2:123456789012:T", true},
		{"arn:aws:sns:us-west-2:123456789012:T", "arn:aws:sns:us-west-2:777788889999:T", false},
		{"arn:aws:sns:*:123456789012:*", "arn:aws:sns:us-west-2:123456789012:T:sub", true},
		{"arn:aws:sns:*", "arn:aws:sns:us-west-2:123456789012:T", false}, // four parts cannot fit six
		{"arn:aws:sns:*:*:*", "arn:aws:sns:us-west-2:123456789012:T", true},
		{"arn:*:*:*:*:*", "arn:aws:sns:us-west-2:123456789012:T", true},
		{"arn:aws:s?s:us-west-2:123456789012:T", "arn:aws:sns:us-west-2:123456789012:T", true},
		{"*", "arn:aws:sns:us-west-2:123456789012:T", true},
		{"*", "no ARN", false},
		{"arn:aws:s3:::b", "b", false},
		{"arn:aws:iam::*:role/x", "arn:aws:iam::a:b:role/x", false},
	} {
		if got := matchARN(glob(c.pattern), c.arn); got != c.want {
			t.Errorf("%q of %q: %v", c.pattern, c.arn, got)
		}
	}
}
