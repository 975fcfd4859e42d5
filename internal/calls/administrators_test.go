package calls

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
)

func TestAdministrators(t *testing.T) {
	const key = "arn:aws:kms:eu-west-1:111122223333:key/1"
	allow := func(principal, condition string) string {
		return `{"Effect":"Allow","Principal":` + principal + `,"Action":"kms:*","Resource":"*","Condition":{` + condition + `}}`
	}
	const root, admin = `{"AWS":"arn:aws:iam::111122223333:root"}`, `{"AWS":"arn:aws:iam::111122223333:role/KeyAdmin"}`
	for name, c := range map[string]struct {
		statements []string
		want       string
	}{
		"root":             {[]string{allow(root, "")}, "root"},
		"account":          {[]string{allow(`{"AWS":"111122223333"}`, "")}, "root"},
		"role":             {[]string{allow(admin, "")}, "role/KeyAdmin"},
		"another account":  {[]string{allow(`{"AWS":"arn:aws:iam::444455556666:root"}`, "")}, ""},
		"deleted":          {[]string{allow(`{"AWS":"AROAEXAMPLEEXAMPLEEX"}`, "")}, ""},
		"service":          {[]string{allow(`{"Service":"personalize.amazonaws.com"}`, "")}, ""},
		"everybody":        {[]string{allow(`"*"`, "")}, "root"},
		"by condition":     {[]string{allow(root, `"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/KeyAdmin"}`)}, "role/KeyAdmin"},
		"with a device":    {[]string{allow(root, `"Bool":{"aws:MultiFactorAuthPresent":"true"}`)}, "root"},
		"from an address":  {[]string{allow(root, `"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`)}, "root"},
		"organization":     {[]string{allow(`"*"`, `"StringLike":{"aws:PrincipalOrgPaths":"o-1/*"}`)}, "root"},
		"of another":       {[]string{allow(`"*"`, `"StringEquals":{"kms:CallerAccount":"444455556666"}`)}, ""},
		"through S3 alone": {[]string{allow(`"*"`, `"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}`)}, ""},
		"denied":           {[]string{allow(root, ""), `{"Effect":"Deny","Principal":"*","Action":"kms:Put*","Resource":"*"}`}, ""},
		"denied to others": {[]string{allow(root, ""), `{"Effect":"Deny","Principal":"*","Action":"kms:Put*","Resource":"*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/KeyAdmin"}}}`}, "role/KeyAdmin"},
		"use alone":        {[]string{`{"Effect":"Allow","Principal":` + root + `,"Action":["kms:Decrypt","kms:DescribeKey"],"Resource":"*"}`}, ""},
		"this key":         {[]string{`{"Effect":"Allow","Principal":` + root + `,"Action":"kms:PutKeyPolicy","Resource":"` + key + `"}`}, "root"},
		"some other key":   {[]string{`{"Effect":"Allow","Principal":` + root + `,"Action":"kms:PutKeyPolicy","Resource":"` + key + `2"}`}, ""},
	} {
		d, err := policy.DecodeJSON(fmt.Appendf(nil, `{"Version":"2012-10-17","Statement":[%s]}`, strings.Join(c.statements, ",")))
		if err != nil {
			t.Fatal(name, err)
		}
		got := Administrators(d, key)
		for i := range got {
			got[i] = strings.TrimPrefix(got[i], "arn:aws:iam::111122223333:")
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", name, s, c.want)
		}
	}
	if Administrators(policy.Document{}, "mine") != nil {
		t.Error("administrators of what is no key")
	}
}
