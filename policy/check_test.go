package policy

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	rcp := func(more string) string {
		return `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"` + more + `}`
	}
	trust := `{"Effect":"Allow","Principal":{"Service":"rds.amazonaws.com"},"Action":"sts:AssumeRole"}`
	for _, c := range []struct {
		kind     Kind
		document string // statements, or a whole document
		want     string // a piece of the only message; "" for none
	}{
		{Identity, allowAll, ""},
		{Boundary, allowAll, ""},
		{Session, allowAll, ""},
		{ServiceControl, allowAll, ""},
		{Resource, grant(`"*"`), ""},
		{KeyPolicy, grant(aws(rootAcct)), ""},
		{Trust, trust, ""},
		{ResourceControl, grant(`"*"`), ""},
		{ResourceControl, grant(aws("*")), ""},
		{ResourceControl, rcp(""), ""},

		{Identity, grant(`"*"`), "has a Principal"},
		{Identity, `{"Effect":"Deny","NotPrincipal":"*","Action":"*","Resource":"*"}`, "has a Principal"},
		{Boundary, grant(`"*"`), "has a Principal"},
		{Session, grant(`"*"`), "has a Principal"},
		{ServiceControl, grant(`"*"`), "has a Principal"},
		{Resource, allowAll, "no Principal"},
		{KeyPolicy, allowAll, "no Principal"},
		{Trust, `{"Effect":"Allow","Action":"sts:AssumeRole"}`, "no Principal"},
		{ResourceControl, `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`, "no Principal"},

		{Identity, `{"Effect":"Allow","Action":"*"}`, "neither Resource nor NotResource"},
		{Resource, `{"Effect":"Allow","Principal":"*","Action":"*"}`, "neither Resource nor NotResource"},
		{Trust, strings.Replace(trust, `"Action"`, `"Resource":"*","Action"`, 1), "is about its role"},
		{Trust, strings.Replace(trust, "sts:AssumeRole", "s3:GetObject", 1), "actions of sts"},
		{Trust, `{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}`, "no NotPrincipal"},

		{Identity, `{"Version":"2012-10-17","Id":"x","Statement":` + allowAll + `}`, "has no Id"},
		{Resource, `{"Version":"2012-10-17","Id":"x","Statement":` + grant(`"*"`) + `}`, ""},
		{Identity, `{"Sid":"Two words","Effect":"Allow","Action":"*","Resource":"*"}`, "letters and digits"},
		{KeyPolicy, `{"Sid":"Allow use of the key","Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}`, ""},
		{Identity, `{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"}`, "unique"},
		{Resource, `{"Sid":"A","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`, "unique"},

		{Resource, `{"Effect":"Allow","NotPrincipal":"*","Action":"*","Resource":"*"}`, "in a Deny only"},
		{Resource, grant(aws("arn:aws:iam::111122223333:role/*")), "wildcards"},
		{Resource, grant(aws("arn:aws:iam::111122223333:root/x")), "names no account"},
		{Resource, grant(aws("arn:aws:s3:::b")), "names no account"},
		{Resource, grant(aws("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1")), ""},
		{Resource, grant(aws("AROAAAAABBBBCCCCDDDDE")), ""},
		{Resource, grant(`{"Service":"rds"}`), "not the name of a service"},
		{Resource, grant(`{"Service":"*.amazonaws.com"}`), "not the name of a service"},
		{Resource, grant(`{"Federated":"arn:aws:iam::111122223333:saml-provider/*"}`), "wildcard"},

		{Identity, `{"Effect":"Allow","Action":"GetObject","Resource":"*"}`, "service:Name"},
		{Identity, `{"Effect":"Allow","Action":"s3:","Resource":"*"}`, "service:Name"},
		{Identity, `{"Effect":"Allow","Action":"s*:Get*","Resource":"*"}`, "name of the service"},
		{Identity, `{"Effect":"Allow","Action":"s3:${aws:username}","Resource":"*"}`, "without policy variables"},
		{Identity, `{"Effect":"Allow","Action":"*","Resource":"bucket"}`, "neither an ARN"},
		{Identity, `{"Effect":"Allow","Action":"*","Resource":"arn:aws:sqs"}`, ""},
		{Session, `{"Effect":"Allow","Action":"*","Resource":"arn:aws:sqs"}`, "session policy"},
		{Identity, `{"Effect":"Allow","Action":"*","Resource":"arn:aws:sqs:*:${aws:PrincipalAccount}:q"}`, "before the fifth colon"},
		{Identity, `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}`, ""},
		{Identity, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericEquals":{"a:b":"x"}}}`, "is no number"},
		{Identity, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateEquals":{"a:b":"${aws:CurrentTime}"}}}`, "policy variable"},
		{Identity, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"a:b":"${aws:CurrentTime}"}}}`, ""},

		{ServiceControl, `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"}`, ""},
		{ServiceControl, `{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::b"}`, ""},
		{ServiceControl, `{"Version":"2008-10-17","Statement":` + allowAll + `}`, "has the Version"},
		{ResourceControl, `{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}`, "only denies"},
		{ResourceControl, `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`, `cannot be "*"`},
		{ResourceControl, `{"Effect":"Deny","Principal":"*","NotAction":"s3:*","Resource":"*"}`, "no NotAction"},
		{ResourceControl, `{"Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"*"}`, "no NotPrincipal"},
		{ResourceControl, `{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}`, `only be "*"`},
	} {
		data := c.document
		if !strings.HasPrefix(data, `{"Version"`) {
			data = `{"Version":"2012-10-17","Statement":[` + data + `]}`
		}
		d, err := DecodeJSON([]byte(data))
		if err != nil {
			t.Fatal(err)
		}
		problems := d.Check(c.kind)
		switch {
		case c.want == "" && len(problems) > 0:
			t.Errorf("%s %s: %v", c.kind, data, problems)
		case c.want != "" && (len(problems) != 1 || !strings.Contains(problems[0].String(), c.want)):
			t.Errorf("%s %s: %v, want %q", c.kind, data, problems, c.want)
		}
	}
}

func TestProblemPlace(t *testing.T) {
	d, err := DecodeJSON([]byte("{\"Version\":\"2012-10-17\",\"Statement\":[\n" + allowAll + ",\n {\"Sid\":\"S\",\"Effect\":\"Allow\",\"Action\":\"x\",\"Resource\":\"*\"}]}"))
	if err != nil {
		t.Fatal(err)
	}
	got := d.Check(Identity)
	if len(got) != 1 || got[0].Statement != 1 || got[0].Sid != "S" || got[0].Pos != (Pos{3, 2}) || !strings.HasPrefix(got[0].String(), `statement 1 ("S"): `) {
		t.Errorf("%+v", got)
	}
}

// Problems that callers tell apart say what they are about.
func TestTopics(t *testing.T) {
	for document, want := range map[string]struct {
		kind  Kind
		topic Topic
	}{
		`{"Id":"x","Version":"2012-10-17","Statement":` + allowAll + `}`: {Identity, TopicID},
		grant(`"*"`): {Identity, TopicPrincipal},
		grant(aws("arn:aws:iam::111122223333:role/*")):                                                                                                      {Resource, TopicPrincipalForm},
		grant(`{"Service":"*.amazonaws.com"}`):                                                                                                              {Resource, TopicPrincipalForm},
		`{"Effect":"Allow","NotPrincipal":"*","Action":"*","Resource":"*"}`:                                                                                 {Resource, TopicNotPrincipal},
		`{"Sid":"a b","Effect":"Allow","Action":"*","Resource":"*"}`:                                                                                        {Identity, TopicSid},
		`{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"}`:                                   {Identity, TopicSameSid},
		`{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}"}}`:                                                      {Identity, TopicVariable},
		`{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::` + strings.Repeat("b", 9000) + `","arn:aws:s3:::` + strings.Repeat("c", 9000) + `"]}`: {Identity, TopicSize},
	} {
		d := document
		if !strings.Contains(d, `"Statement"`) {
			d = `{"Version":"2012-10-17","Statement":[` + d + `]}`
		}
		doc, err := DecodeJSON([]byte(d))
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Check(want.kind); len(got) != 1 || got[0].Topic != want.topic {
			t.Errorf("%s: %+v, expected topic %q", document, got, want.topic)
		}
	}
}
