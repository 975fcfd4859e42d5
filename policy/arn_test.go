package policy

import "testing"

func TestParseARN(t *testing.T) {
	for _, s := range []string{
		"arn:aws:s3:::b/a:b/c", "arn:aws-cn:iam::111122223333:role/path/R", "arn:aws:kms:eu-west-1:111122223333:key/*", "arn:::::",
	} {
		if a, ok := ParseARN(s); !ok || a.String() != s {
			t.Errorf("%q: %+v, %v", s, a, ok)
		}
	}
	for _, s := range []string{"", "*", "arn", "arn:aws:s3::b", "ARN:aws:s3:::b", "xarn:aws:s3:::b"} {
		if a, ok := ParseARN(s); ok || a != (ARN{}) {
			t.Errorf("%q: %+v", s, a)
		}
	}
	a, _ := ParseARN("arn:aws:iam::111122223333:role/path/R")
	if typ, rest := a.Type(); a.Name() != "R" || typ != "role" || rest != "path/R" || a.IsPattern() {
		t.Errorf("%q, %q, %q", a.Name(), typ, rest)
	}
	bucket, _ := ParseARN("arn:aws:s3:::b*")
	if typ, rest := bucket.Type(); typ != "b*" || rest != "" || bucket.Name() != "b*" || !bucket.IsPattern() {
		t.Errorf("%q, %q, %q", bucket.Name(), typ, rest)
	}
}

func TestARNMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, arn string
		want         bool
	}{
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y", true},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::B/x", false},
		{"arn:aws:sqs:*:111122223333:q?", "arn:aws:sqs:eu-west-1:111122223333:q1", true},
		{"arn:aws:sqs:eu-*-1:111122223333:q", "arn:aws:sqs:eu-west-1:111122223333:q", true},
		{"arn:aws:sqs:?:111122223333:q", "arn:aws:sqs::111122223333:q", false},
		{"arn:aws:sqs:*x:111122223333:q", "arn:aws:sqs:a:x:111122223333:q", false},
		{"arn:aws:iam::*", "arn:aws:iam::111122223333:user/Bob", false}, // five parts are no ARN
	} {
		a, ok := ParseARN(c.pattern)
		if got := ok && a.Matches(c.arn); got != c.want {
			t.Errorf("%q matches %q: %v", c.pattern, c.arn, got)
		}
	}
}
