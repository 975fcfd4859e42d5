package model

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

const sharedText = `version: 1
defaults: {account: "111122223333", region: eu-west-1}
setups:
  hub:
    buckets: {data: {name: acme-hub, existing: true, key: none, policy: now.json}}
    workflows: [{type: import, from: data/hub/}]
  hub-two:
    buckets: {lake: {of: hub/data}, own: {name: acme-own}}
    workflows: [{type: import, from: lake/two/}, {type: import, from: own/}]
    operators: {up: {access: upload, locations: [lake/two/], principals: ["arn:aws:iam::444455556666:role/Loader"]}}
`

// linked builds the setups of a spec whose present policies are all the same.
func linked(t *testing.T, text, present string) map[string]*Setup {
	t.Helper()
	s, ds := spec.Parse("pzgen.yaml", []byte(text), func(string) ([]byte, error) { return []byte(present), nil })
	if s == nil {
		t.Fatal(ds)
	}
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*Setup{}
	for _, setup := range s.Setups {
		if all[setup.Name], err = Build("pzgen.yaml", setup, lib); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func sidsOf(d policy.Document) []string {
	var out []string
	for _, s := range d.Statements {
		out = append(out, s.Sid)
	}
	return out
}

// TestLentStatements: the owner's policy holds the statements of who uses the bucket, in the owner's
// references, under Sids that are the owner's to change. Those of a setup that uses it no longer go;
// those of a setup of another run, and of anybody else, stay.
func TestLentStatements(t *testing.T) {
	statement := func(sid string) string {
		return `{"Sid":"` + sid + `","Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},` +
			`"Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::acme-hub"]}`
	}
	all := linked(t, sharedText, `{"Version":"2012-10-17","Statement":[`+statement("PersonalizeListBucketGonePZgenHub")+","+
		statement("PersonalizeListBucketElsewhere")+","+statement("PersonalizeListBucketGonePZgenHubbub")+","+
		statement("PersonalizeListBucketHubTwoPZgenHub")+`]}`)
	hub, two := all["hub"], all["hub-two"]
	lent := []string{"PersonalizeListBucketHubTwoPZgenHub", "PersonalizeReadInputHubTwoPZgenHub",
		"PersonalizePrincipalsUploadUpHubTwoPZgenHub", "PersonalizePrincipalsListUpHubTwoPZgenHub"}
	if got := sidsOf(hub.Buckets[0].Lent); !slices.Equal(got, lent) {
		t.Errorf("lent is %q", got)
	}
	got := sidsOf(hub.Buckets[0].Policy.Document)
	slices.Sort(got)
	want := append([]string{"PersonalizeListBucketElsewhere", "PersonalizeListBucketGonePZgenHubbub",
		"PersonalizeListBucketHub", "PersonalizeReadInputHub"}, lent...)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the policy has %q, want %q", got, want)
	}
	for _, s := range hub.Buckets[0].Lent.Statements {
		for _, r := range (policy.Document{Statements: []policy.Statement{s}}).Refs() {
			if strings.HasPrefix(r.ID, "bucket.") && r.ID != "bucket.data" {
				t.Errorf("%s refers to %s, which the owner does not have", s.Sid, r)
			}
		}
	}
	lake := two.Buckets[0]
	if lake.ID != "lake" || lake.Name != "acme-hub" || lake.Policy.Name != "" || lake.Owner == nil || !slices.Equal(sidsOf(lake.Own), lent) {
		t.Errorf("the bucket of the setup that uses it is %+v", lake)
	}
	for _, d := range two.Docs() {
		if d.Name == "bucket-lake" {
			t.Error("the setup that uses the bucket prints its policy")
		}
	}
}

// TestOwnerCannot: where the owner cannot write its policy, those who use it are told.
func TestOwnerCannot(t *testing.T) {
	s, ds := spec.Parse("pzgen.yaml", []byte(sharedText), func(string) ([]byte, error) {
		return []byte(`{"Version":"2012-10-17","Statement":[{"Sid":"PersonalizeListBucketHub","Effect":"Deny","Principal":"*",` +
			`"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-hub/x"}]}`), nil
	})
	if s == nil {
		t.Fatal(ds)
	}
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Build("pzgen.yaml", s.Setups[1], lib); err == nil || !strings.Contains(err.Error(), "setup hub, which has it, cannot write its policy") {
		t.Errorf("%v", err)
	}
}

// TestInlinePoliciesOfOneRole: AWS counts the inline policies of a role together, whichever setups put
// them there; where they are too long they are managed ones, in all of them.
func TestInlinePoliciesOfOneRole(t *testing.T) {
	text := "version: 1\ndefaults: {account: \"111122223333\", region: eu-west-1}\nsetups:\n"
	for _, name := range []string{"a", "b", "c"} {
		text += "  " + name + ":\n    buckets: {data: {name: acme-" + name + "-data}}\n"
		if name != "a" {
			text += "    role: {of: a}\n"
		}
		text += "    workflows:\n"
		for i := range 40 {
			text += "      - {type: import, from: data/" + strings.Repeat(name, 60) + string(rune('a'+i%26)) + string(rune('a'+i/26)) + "/}\n"
		}
	}
	for name, m := range linked(t, text, "") {
		if m.Role.Inline {
			t.Errorf("the policies of setup %s are inline", name)
		}
	}
	for name, m := range linked(t, strings.Replace(text, "    role: {of: a}\n", "", 2), "") {
		if !m.Role.Inline {
			t.Errorf("the policy of setup %s alone is not inline", name)
		}
	}
}
