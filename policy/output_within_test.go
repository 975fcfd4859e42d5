package policy

import (
	"strings"
	"testing"
)

func TestDecodeWithin(t *testing.T) {
	const inner = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}`
	for name, c := range map[string]struct {
		decode func([]byte) (Document, error)
		text   string
		says   string // of the error; "" for none
	}{
		"document":     {DecodeVersion, inner, ""},
		"version":      {DecodeVersion, `{"PolicyVersion":{"Document":` + inner + `,"VersionId":"v1","IsDefaultVersion":true}}`, ""},
		"trust":        {DecodeTrust, inner, ""},
		"role":         {DecodeTrust, `{"Role":{"RoleName":"x","AssumeRolePolicyDocument":` + inner + `}}`, ""},
		"another":      {DecodeTrust, `{"PolicyVersion":{"Document":` + inner + `}}`, "no element"},
		"none":         {DecodeTrust, `{"Role":{"RoleName":"x"}}`, "1:9: Role has no AssumeRolePolicyDocument"},
		"no object":    {DecodeVersion, `{"PolicyVersion":[]}`, "has no Document"},
		"wrong inside": {DecodeVersion, `{"PolicyVersion":{"Document":{"Statement":1}}}`, "1:43: Statement is"},
		"empty":        {DecodeVersion, ``, "unexpected"},
		"list":         {DecodeVersion, `[]`, "is an object"},
	} {
		d, err := c.decode([]byte(c.text))
		switch {
		case c.says != "":
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v, want %q", name, err, c.says)
			}
		case err != nil || len(d.Statements) != 1:
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}
