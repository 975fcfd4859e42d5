package policy

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const goodCase = `{"name": "role reads input",
 "request": {"principal": "arn:aws:sts::111122223333:assumed-role/App/s1", "action": "s3:GetObject", "resource": "arn:aws:s3:::acme/a.csv",
             "resourceAccount": "111122223333", "context": {"aws:SourceIp": ["10.0.0.1"], "a:n": 5, "a:b": true, "a:e": [], "a:l": ["x", 2, false]}},
 "policies": {"identity": [DOC], "resource": RES, "permissionsBoundaries": [DOC], "session": DOC, "serviceControl": [[DOC], [DOC]], "resourceControl": [[RES]]},
 "expect": "allowed"}`

func fillCase(s string) string {
	s = strings.ReplaceAll(s, "DOC", `{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}`)
	return strings.ReplaceAll(s, "RES", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`)
}

func TestReadCases(t *testing.T) {
	one := fillCase(goodCase)
	line := strings.ReplaceAll(one, "\n", "")
	for name, data := range map[string]string{
		"array":   "[" + one + ",\n" + one + "]",
		"lines":   line + "\n" + line + "\n",
		"windows": line + "\r\n" + line,
		"spread":  one + "\n\n" + one + "\n",
	} {
		cases, err := ReadCases([]byte(data))
		if err != nil || len(cases) != 2 {
			t.Errorf("%s: %d cases, %v", name, len(cases), err)
			continue
		}
		c := cases[1]
		if c.Err != nil || c.Name != "role reads input" || c.Expect != yes || c.Request.Principal != sessApp || c.Request.Action != "s3:GetObject" ||
			c.Request.Resource != "arn:aws:s3:::acme/a.csv" || c.Request.ResourceAccount != acct {
			t.Errorf("%s: %+v", name, c)
		}
		if want := map[string][]string{"aws:SourceIp": {"10.0.0.1"}, "a:n": {"5"}, "a:b": {"true"}, "a:e": {}, "a:l": {"x", "2", "false"}}; !reflect.DeepEqual(c.Request.Context, want) {
			t.Errorf("%s: context %v", name, c.Request.Context)
		}
		p := c.Policies
		if len(p.Identity) != 1 || p.Resource == nil || len(p.PermissionsBoundaries) != 1 || len(p.Session) != 1 || len(p.ServiceControl) != 2 || len(p.ResourceControl) != 1 {
			t.Errorf("%s: policies %+v", name, p)
		}
		if r := c.Decide(); !r.OK() || r.Decision.Outcome != yes || len(r.Decision.Because) != 7 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for _, empty := range []string{"", "\n", "[]"} {
		if cases, err := ReadCases([]byte(empty)); err != nil || len(cases) != 0 {
			t.Errorf("%q: %v, %v", empty, cases, err)
		}
	}
}

func TestReadCasesAbsent(t *testing.T) {
	cases, err := ReadCases([]byte(`{"request":{"principal":"*","action":"a:b","resource":"*"}}
{"request":{"principal":"*","action":"a:b","resource":"*"},"policies":{"session":[],"identity":null}}`))
	if err != nil || cases[0].Err != nil || cases[1].Err != nil {
		t.Fatal(err, cases)
	}
	if !reflect.DeepEqual(cases[0].Policies, Policies{}) {
		t.Errorf("%+v", cases[0].Policies)
	}
	if cases[1].Policies.Session == nil || cases[1].Policies.Identity != nil {
		t.Errorf("%+v", cases[1].Policies)
	}
	if cases[1].Pos != (Pos{2, 1}) {
		t.Errorf("%+v", cases[1].Pos)
	}
}

func TestCaseErrors(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{`5`, "1:1: a case is an object"},
		{`{"policies":{}}`, "1:1: case has no request"},
		{`{"Name":"x","request":{}}`, `1:2: a case has no element "Name"`},
		{`{"name":5}`, "1:9: name is a string"},
		{`{"request":{"principal":"*","action":"a:b"}}`, "1:12: request has no resource"},
		{`{"request":{"principal":"*","action":"a:b","resource":"*","region":"x"}}`, `1:59: request has no element "region"`},
		{`{"request":{"principal":"*","action":"a:b","resource":"*","context":{"a":null}}}`, "1:74: a value of context key a"},
		{`{"request":{"principal":"*","action":"a:b","resource":"*","context":{"a":{}}}}`, "1:74: a value of context key a"},
		{`{"request":{"principal":"*","action":"a:b","resource":"*"},"expect":"denied"}`, `1:69: expect is "denied"`},
		{`{"request":{"principal":"*","action":"a:b","resource":"*"},"policies":{"scp":[]}}`, `1:72: policies has no element "scp"`},
		{`{"request":{"principal":"*","action":"a:b","resource":"*"},"policies":{"identity":{}}}`, "1:83: identity is a list"},
		{`{"request":{"principal":"*","action":"a:b","resource":"*"},"policies":{"identity":[{}]}}`, "1:84: policy document has no Statement"},
		{`{"request":{"principal":"*","action":"a:b","resource":"*"},"policies":{"serviceControl":[{}]}}`, "1:90: a level of serviceControl is a list"},
		{`{"request":{"principal":"Bob","action":"a:b","resource":"*"}}`, `1:1: principal "Bob"`},
		{"{\"request\":{\"principal\":\"*\",\"action\":\"a:b\",\"resource\":\"*\"},\"policies\":{\"resource\":{\"Statement\":\n[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}}}", "2:2: resource: statement 0: statement of a resource policy has no Principal"},
	} {
		cases, err := ReadCases([]byte(c.data))
		if err != nil || len(cases) != 1 {
			t.Errorf("%s: %v", c.data, err)
			continue
		}
		r := cases[0].Decide()
		if r.OK() || r.Err == nil || !strings.HasPrefix(r.Err.Error(), c.want) {
			t.Errorf("%s:\n got  %v\n want %s", c.data, r.Err, c.want)
		}
	}
	if _, err := ReadCases([]byte("{}\n{")); err == nil || !strings.HasPrefix(err.Error(), "2:2: ") {
		t.Errorf("%v", err)
	}
	// All faults of a case are told.
	cases, err := ReadCases([]byte(`{"name":1,"request":{"principal":"*","action":"a:b","resource":"*"},"expect":1}`))
	if err != nil || strings.Count(cases[0].Err.Error(), "\n") != 1 {
		t.Errorf("%v, %v", err, cases)
	}
}

func TestResultJSON(t *testing.T) {
	r := Result{Name: "a \"b\"", Decision: Decision{Outcome: deny, Because: []Cause{{"identity[0]", "S", 2, Deny}, {"resource", "", 0, Deny}}}}
	want := `{"name":"a \"b\"","decision":"explicitlyDenied","because":[{"policy":"identity[0]","sid":"S","statement":2,"effect":"Deny"},{"policy":"resource","sid":"","statement":0,"effect":"Deny"}]}` + "\n"
	if got := string(r.JSON()); got != want || !json.Valid(r.JSON()) {
		t.Errorf("%s", got)
	}
	if got := string(Result{Decision: Decision{Outcome: no}}.JSON()); got != `{"name":"","decision":"implicitlyDenied","because":[]}`+"\n" {
		t.Errorf("%s", got)
	}
	if (Result{Expect: yes, Decision: Decision{Outcome: no}}).OK() {
		t.Error("an unexpected outcome is OK")
	}
}
