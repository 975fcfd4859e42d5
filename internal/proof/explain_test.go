package proof

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/policy"
)

// What a wider grant of the same document covers is not said to be missing, nor to be more.
func TestWordsAreDecided(t *testing.T) {
	document := func(statements string) policy.Document {
		d, err := policy.DecodeJSON([]byte(`{"Version":"2012-10-17","Statement":[` + statements + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	allow := func(action, on string) string {
		return `{"Effect":"Allow","Action":` + action + `,"Resource":"` + on + `"}`
	}
	const all, in, one = "arn:aws:s3:::b/*", "arn:aws:s3:::b/in/*", "arn:aws:s3:::b/in/x.csv"
	guarded := `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`
	deny := func(action string) string { return strings.Replace(allow(action, all), "Allow", "Deny", 1) }
	for _, c := range []struct {
		name, got, want string
		says            []string
	}{
		{"a wildcard", allow(`"s3:*"`, in), allow(`"s3:GetObject"`, in), []string{"it also allows s3:* on " + in + " to R"}},
		{"the other way around", allow(`"s3:GetObject"`, in), allow(`"s3:*"`, in), []string{"it does not allow s3:* on " + in + " to R"}},
		{"in another case", allow(`"S3:get*"`, in), allow(`"s3:GetObject"`, in), []string{"it also allows S3:get* on " + in + " to R"}},
		{"a wider resource", allow(`"s3:GetObject"`, all), allow(`"s3:GetObject"`, in), []string{"it also allows s3:GetObject on " + all + " to R"}},
		{"another statement covers it", allow(`"s3:*"`, "*") + "," + allow(`"s3:PutObject"`, in), allow(`"s3:GetObject"`, one),
			[]string{"it also allows s3:* on * to R"}},
		{"what is covered already", allow(`["s3:*","s3:GetObject"]`, in), allow(`"s3:*"`, in), []string{"it says the same in other words"}},
		{"under a condition alone", guarded, allow(`"s3:GetObject"`, in),
			[]string{"it also allows s3:* on * to R, if aws:SecureTransport Bool true", "it does not allow s3:GetObject on " + in + " to R"}},
		{"another action", allow(`"s3:Put*"`, in), allow(`"s3:GetObject"`, in),
			[]string{"it also allows s3:Put* on " + in + " to R", "it does not allow s3:GetObject on " + in + " to R"}},
		{"a pattern in a pattern", allow(`"s3:G*t"`, in), allow(`"s3:Get*"`, in),
			[]string{"it also allows s3:G*t on " + in + " to R", "it does not allow s3:Get* on " + in + " to R"}},
		{"a denial covers no grant", deny(`"s3:*"`), allow(`"s3:GetObject"`, in),
			[]string{"it also denies s3:* on " + all + " to R"}},
		{"a wider denial", deny(`"s3:*"`), deny(`"s3:PutObject"`), []string{"it also denies s3:* on " + all + " to R"}},
	} {
		got := inWords("it", "R", document(c.got), document(c.want), nil, nil, true)
		slices.Sort(got)
		slices.Sort(c.says)
		if !slices.Equal(got, c.says) {
			t.Errorf("%s: says\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.says, "\n"))
		}
	}
}

// A finding about a file does not say again which target the file is of, and values of the spec
// that may be any word are not taken for names.
func TestWordsOfAFinding(t *testing.T) {
	m := proofSetup(t, "    datasetGroup: {name: data}\n    tags: {team: shop, kind: to}\n")
	files := printAll(t, m)
	for i, f := range files {
		files[i].Data = []byte(strings.Replace(string(f.Data), `"s3:PutObject"`, `"s3:PutObject", "s3:DeleteObject"`, 1))
		if strings.HasSuffix(f.Path, "template.yaml") {
			files[i].Data = []byte(strings.Replace(string(f.Data), `- s3:PutObject`, `- "s3:Put*"`, 1))
		}
	}
	r := Prove(m, generators.Targets(), only(files))
	if r.OK() {
		t.Fatal("nothing is found")
	}
	for _, f := range r.Findings {
		text := strings.Join(append(f.Details, f.Message), "\n")
		if f.Path != "" && strings.HasPrefix(f.Message, "target ") || strings.Contains(text, "<tag.") ||
			strings.Contains(text, "<group.") || strings.Contains(text, "<operator.") {
			t.Errorf("%s: %s", f.Path, text)
		}
	}
}
