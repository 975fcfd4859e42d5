package policy

import (
	"reflect"
	"testing"
)

// A case that is written is read again as it was, whatever policies it has.
func TestCaseJSON(t *testing.T) {
	doc := Everything()
	hostile := "a\u202e\"\\\n${aws:username}"
	for _, c := range []Case{
		{Name: hostile, Request: Request{Principal: "*", Action: "s3:GetObject", Resource: hostile}},
		{Request: Request{Principal: "p", Action: "a:B", Resource: "*", ResourceAccount: "111122223333",
			Context: map[string][]string{"aws:SourceArn": {"x", "y"}, "aws:b": {}}}, Expect: Allowed,
			Policies: Policies{Identity: []Document{doc, doc}, Resource: &doc, PermissionsBoundaries: []Document{doc}, Session: []Document{doc},
				ServiceControl: [][]Document{{doc}, {doc, doc}}, ResourceControl: [][]Document{{doc}}}},
		{Request: Request{Principal: "p", Action: "a:B", Resource: "*"}, Policies: Policies{Identity: []Document{}, Session: []Document{}}},
	} {
		got, err := ReadCases(c.JSON())
		if err != nil || len(got) != 1 || got[0].Err != nil {
			t.Fatalf("%s: %v %+v", c.JSON(), err, got)
		}
		if a, b := string(got[0].JSON()), string(c.JSON()); a != b {
			t.Errorf("%s\nnot %s", a, b)
		}
		if !reflect.DeepEqual(got[0].Request, c.Request) && len(c.Request.Context) > 0 || got[0].Name != c.Name || got[0].Expect != c.Expect ||
			len(got[0].Policies.Identity) != len(c.Policies.Identity) || len(got[0].Policies.ServiceControl) != len(c.Policies.ServiceControl) ||
			(got[0].Policies.Session == nil) != (c.Policies.Session == nil) {
			t.Errorf("%+v\nnot %+v", got[0], c)
		}
	}
}
