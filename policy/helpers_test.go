package policy

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// doc reads a policy document of version 2012-10-17 with the given statements.
func doc(t testing.TB, statements ...string) Document {
	t.Helper()
	return docOf(t, Version2012, statements...)
}

func docOf(t testing.TB, version string, statements ...string) Document {
	t.Helper()
	v := ""
	if version != "" {
		v = fmt.Sprintf(`"Version":%q,`, version)
	}
	d, err := DecodeJSON([]byte(fmt.Sprintf(`{%s"Statement":[%s]}`, v, strings.Join(statements, ","))))
	if err != nil {
		t.Fatalf("%v in %s", err, statements)
	}
	return d
}

// ctx makes a context of "key=value" entries; values of one key are joined, and "key" alone has no value.
func ctx(entries ...string) map[string][]string {
	c := map[string][]string{}
	for _, e := range entries {
		k, v, has := strings.Cut(e, "=")
		if has {
			c[k] = append(c[k], v)
		} else {
			c[k] = []string{}
		}
	}
	return c
}

func decide(t testing.TB, r Request, p Policies) Decision {
	t.Helper()
	d, err := Evaluate(r, p)
	if err != nil {
		t.Fatalf("Evaluate: %v", err)
	}
	return d
}

// short names of outcomes in tables
const (
	yes  = Allowed
	no   = ImplicitlyDenied
	deny = ExplicitlyDenied
)

const (
	acct  = "111122223333"
	other = "444455556666"

	userBob   = "arn:aws:iam::111122223333:user/Bob"
	userAlice = "arn:aws:iam::111122223333:user/team/Alice"
	roleApp   = "arn:aws:iam::111122223333:role/App"
	sessApp   = "arn:aws:sts::111122223333:assumed-role/App/s1"
	sessApp2  = "arn:aws:sts::111122223333:assumed-role/App/s2"
	fedBob    = "arn:aws:sts::111122223333:federated-user/Bob"
	rootAcct  = "arn:aws:iam::111122223333:root"
	userEve   = "arn:aws:iam::444455556666:user/Eve"
	roleEve   = "arn:aws:iam::444455556666:role/Eve"
	rootOther = "arn:aws:iam::444455556666:root"
	object    = "arn:aws:s3:::b/o"

	allowAll = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	denyAll  = `{"Effect":"Deny","Action":"*","Resource":"*"}`
	allowS3  = `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`
	allowSQS = `{"Effect":"Allow","Action":"sqs:*","Resource":"*"}`
)

// grant is a statement of a resource's policy that gives everything to a principal, in JSON.
func grant(principal string) string {
	return `{"Effect":"Allow","Principal":` + principal + `,"Action":"*","Resource":"*"}`
}

func aws(names ...string) string {
	b, _ := json.Marshal(names)
	return `{"AWS":` + string(b) + `}`
}
