package lint

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
)

// What is put right is found no more, and allows nothing that was not allowed.
func TestFix(t *testing.T) {
	for _, c := range []struct {
		id   string
		done bool
	}{{"PZ102", true}, {"PZ104", true}, {"PZ107", true}, {"PZ190", true}, {"PZ191", true},
		{"PZ105", false}, {"PZ108", false}, {"PZ140", false}, {"PZ150", false}, {"PZ154", false}, {"PZ160", false}} {
		for _, check := range Checks() {
			if check.ID != c.id {
				continue
			}
			doc, err := policy.DecodeJSON([]byte(check.Before.Text))
			if err != nil {
				t.Fatal(err)
			}
			before := string(doc.JSON())
			fixed, done := Fix(doc, check.Before.On, "policy.json")
			if (len(done) > 0) != c.done {
				t.Errorf("%s: %q", c.id, done)
			}
			if string(doc.JSON()) != before {
				t.Errorf("%s: the document itself was changed", c.id)
			}
			if !c.done {
				continue
			}
			again, err := policy.DecodeJSON(fixed.JSON())
			if err != nil {
				t.Fatal(err)
			}
			if left := Find(stateOf(again), check.Before.On); len(left) > 0 {
				t.Errorf("%s: %s", c.id, messages(left))
			}
		}
	}
}

// Nothing is done after which anybody could do more, or of which that is not known.
func TestFixRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"a text that becomes a variable": `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}/*"}]}`,
		"a Sid that is taken":            `{"Version":"2012-10-17","Statement":[{"Sid":"a b","Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Sid":"ab","Effect":"Allow","Action":"s3:PutObject","Resource":"*"}]}`,
		"a Sid without a letter":         `{"Version":"2012-10-17","Statement":[{"Sid":"- -","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`,
		"a document that AWS refuses":    `{"Version":"2012-10-17","Id":"x","Statement":[{"Effect":"Allow","Action":"no action","Resource":"*"}]}`,
		"a Deny that counts elsewhere":   `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"}]}`,
	} {
		doc, err := policy.DecodeJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if fixed, done := Fix(doc, OnIdentity, "policy.json"); len(done) > 0 || string(fixed.JSON()) != string(doc.JSON()) {
			t.Errorf("%s: %q", name, done)
		}
	}
	wrong := func() bool {
		a, _ := policy.DecodeJSON([]byte(identity("", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`).Text))
		b, _ := policy.DecodeJSON([]byte(identity("", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`).Text))
		return noBroader(policy.Identity, a, b) || !noBroader(policy.Identity, b, a)
	}
	if wrong() {
		t.Error("a broader document is taken")
	}
}

var update = flag.Bool("update", false, "write docs/checks.md")

// docs/checks.md is what the records say.
func TestPage(t *testing.T) {
	const name = "../../docs/checks.md"
	if *update {
		if err := os.WriteFile(name, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(data) != Page() {
		t.Error("docs/checks.md is not what the records say: run go test ./internal/lint -run TestPage -update")
	}
	if strings.Count(string(data), "\n## PZ") != len(Checks()) {
		t.Error("a check is missing")
	}
}
