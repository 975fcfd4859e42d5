package policy

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

// whole has every object that a policy can have.
const whole = `{"Version":"2012-10-17","Id":"i","Statement":[{"Sid":"s","Effect":"Deny",
"Principal":{"AWS":"*","Service":"s3.amazonaws.com","Federated":"x","CanonicalUser":"y"},
"Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"a:b":"c"},"ForAnyValue:StringLikeIfExists":{"a:b":"c"}}},
{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":"s3:*","NotResource":"*","Condition":{"Bool":{"a:b":true}}}]}`

var name = regexp.MustCompile(`"([^"]+)":`)

// No object of a policy, at any height, has a name twice, nor two names that differ in letter case alone, nor
// an element whose case is not that of the grammar: reference_policies_grammar, "Policy grammar notes"
// ("Individual elements must not contain multiple instances of the same key"); element names are
// case-sensitive, and condition keys are not (access-analyzer-reference-policy-checks, "Duplicate keys with
// different case"). Each name in turn is put in once more, with a value of its own.
func TestDuplicateNames(t *testing.T) {
	if _, err := DecodeJSON([]byte(whole)); err != nil {
		t.Fatal(err)
	}
	places := name.FindAllStringSubmatchIndex(whole, -1)
	if len(places) < 25 {
		t.Fatalf("%d names", len(places))
	}
	for _, at := range places {
		key := whole[at[2]:at[3]]
		for _, other := range []string{key, strings.ToLower(key), strings.ToUpper(key), strings.Replace(key, "s", "ſ", 1)} {
			data := whole[:at[0]] + `"` + other + `":"x",` + whole[at[0]:]
			_, err := DecodeJSON([]byte(data))
			var placed *Error
			if !errors.As(err, &placed) || placed.Line == 0 {
				t.Errorf("%q beside %q: %v", other, key, err)
				continue
			}
			// The second of the two is blamed, unless the first is not one of the grammar already.
			before := data[:at[0]+len(other)+len(`"":"x",`)]
			line, col := 1+strings.Count(before, "\n"), len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))+1
			if strings.Contains(placed.Message, "twice") && (placed.Line != line || placed.Col != col) {
				t.Errorf("%q beside %q is said to be at %d:%d, want %d:%d", other, key, placed.Line, placed.Col, line, col)
			}
			if !strings.Contains(placed.Message, "twice") {
				t.Errorf("%q beside %q: %v", other, key, err)
			}
		}
		// Elements, principals and operators alone in another case; a condition key may be in any.
		if lower := strings.ToLower(key); key != lower {
			data := whole[:at[2]] + lower + whole[at[3]:]
			if _, err := DecodeJSON([]byte(data)); err == nil || !strings.Contains(err.Error(), "case-sensitive") && !strings.Contains(err.Error(), "does not exist") {
				t.Errorf("%q in place of %q: %v", lower, key, err)
			}
		}
	}
}

// The same in what tools print around a policy, and in cases.
func TestDuplicateNamesAround(t *testing.T) {
	for _, s := range []string{`{"Policy":"x","policy":"y"}`, `{"PolicyName":"x","policyname":"y","Policy":"z"}`} {
		if _, err := DecodeOutput([]byte(s)); err == nil || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%s: %v", s, err)
		}
	}
	inner := `{"Policy":"{\"Statement\":[{\"Effect\":\"Deny\",\"effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Principal\":\"*\"}]}"}`
	if _, err := DecodeOutput([]byte(inner)); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("%s: %v", inner, err)
	}
	for _, s := range []string{
		`{"name":"a","Name":"b"}`, `{"request":{"action":"a:b","Action":"c:d"}}`, `{"request":{"context":{"a:b":"c","A:b":"d"}}}`,
		`{"policies":{"identity":[],"Identity":[]}}`, `{"policies":{"resource":{"Version":"2012-10-17","version":"2008-10-17"}}}`,
	} {
		if _, err := ReadCases([]byte(s)); err == nil || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%s: %v", s, err)
		}
	}
}
