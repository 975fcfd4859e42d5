package policy

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzReadCases hands any input to simulate: each case is decided or refused, and the answer is one
// line of JSON.
func FuzzReadCases(f *testing.F) {
	for _, s := range []string{"", "[]", "{}", "null", "[{}]", "{}\n{}",
		`{"name":"x","request":{"principal":"arn:aws:iam::111122223333:role/R","action":"s3:GetObject","resource":"arn:aws:s3:::b/k","context":{"aws:SourceIp":["10.0.0.1"]}},"policies":{"identity":[{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}],"resource":null,"serviceControl":[[{}]]},"expect":"allowed"}`,
		`[{"request":{"principal":"*","action":"s3:*","resource":"*"},"policies":{}},`, `{"request":{"principal":1}}`, `{"policies":{"session":[]}}`, "\xff", `{"name":"a","name":"b"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cases, err := ReadCases(data)
		if err != nil {
			if err.Error() == "" {
				t.Error("refused without a reason")
			}
			return
		}
		for _, c := range cases {
			line := bytes.TrimSuffix(c.Decide().JSON(), []byte("\n"))
			if !json.Valid(line) || bytes.ContainsRune(line, '\n') {
				t.Errorf("%q is no line of JSON", line)
			}
		}
	})
}
