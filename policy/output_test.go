package policy

import (
	"strings"
	"testing"
)

func TestDecodeOutput(t *testing.T) {
	const plain = `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}/\"ü\""}]}`
	want, err := DecodeJSON([]byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{
		plain, " \n" + plain + "\n",
		`{"Policy":` + JSONString(plain) + `}`,
		`{"Policy":` + JSONString(plain) + `,"PolicyName":"default"}`,
		`{"PolicyName":"default","Policy":` + JSONString(string(want.JSON())) + `}`,
	} {
		got, err := DecodeOutput([]byte(in))
		if err != nil || string(got.JSON()) != string(want.JSON()) {
			t.Errorf("%s: %v\n%s", in, err, got.JSON())
		}
	}
	for in, says := range map[string]string{
		``:                                    "1:1",
		`{`:                                   "1:2",
		`[]`:                                  "an object",
		`{}`:                                  "no Statement",
		`{"Policy":""}`:                       "1:11: Policy is empty",
		`{"Policy":{}}`:                       "a string",
		`{"Policy":"{"}`:                      "1:11: in the string",
		`{"policy":"{}"}`:                     `"policy"`,
		`{"Policy":"{}","Policy":"{}"}`:       "Policy",
		`{"Policy":"{}","Statement":[]}`:      `"Statement" beside "Policy"`,
		`{"Policy":"{\"Policy\":\"{}\"}"}`:    "in the string",
		`{"Policy":` + JSONString(plain[:40]): "1:",
		plain[:100]:                           "1:",
	} {
		if _, err := DecodeOutput([]byte(in)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want %q", in, err, says)
		}
	}
	if _, err := DecodeOutput(make([]byte, 6*maxSize+1)); err == nil {
		t.Error("no bound on its size")
	}
}
