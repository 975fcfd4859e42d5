package proof

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

const sharedSpec = `version: 1
defaults: {account: "111122223333", region: eu-west-1}
setups:
  hub:
    keys: {main: {alias: alias/hub}}
    buckets: {data: {name: acme-hub, key: main}}
    workflows: [{type: import, from: data/hub/}]
  shop:
    keys: {main: {of: hub/main}}
    buckets: {lake: {of: hub/data}}
    workflows: [{type: import, from: lake/shop/}, {type: export, to: lake/out/}]
    datasetGroup: {name: shop, key: main}
  us:
    region: us-east-1
    role: {of: hub}
    buckets: {data: {name: acme-us}}
    workflows: [{type: import, from: data/us/}]
`

// sharing builds the setups of sharedSpec, changed by pairs of texts.
func sharing(t *testing.T, edits ...string) map[string]*model.Setup {
	t.Helper()
	text := strings.NewReplacer(edits...).Replace(sharedSpec)
	files := func(name string) ([]byte, error) {
		return []byte(`{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*",` +
			`"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-hub/out/*"}]}`), nil
	}
	s, ds := spec.Parse("pzgen.yaml", []byte(text), files)
	if s == nil {
		t.Fatal(ds)
	}
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*model.Setup{}
	for _, setup := range s.Setups {
		if all[setup.Name], err = model.Build("pzgen.yaml", setup, lib); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func prove(t *testing.T, m *model.Setup) *Report {
	t.Helper()
	return Prove(m, generators.Targets(), only(printAll(t, m)))
}

// lent returns a copy of a setup in which a statement of the policy that another one writes for it is
// changed.
func lent(m *model.Setup, sid string, change func(*policy.Statement)) *model.Setup {
	edit := func(d policy.Document) policy.Document {
		d.Statements = slices.Clone(d.Statements)
		for i := range d.Statements {
			if strings.HasPrefix(d.Statements[i].Sid, sid) {
				change(&d.Statements[i])
			}
		}
		d.Statements = slices.DeleteFunc(d.Statements, func(s policy.Statement) bool { return s.Action.Values == nil })
		return d
	}
	c := *m
	c.Buckets, c.Keys = slices.Clone(m.Buckets), slices.Clone(m.Keys)
	for i := range c.Buckets {
		if b := &c.Buckets[i]; b.Owner != nil {
			o := *b.Owner
			b.Own, o.Policy.Document, o.Lent = edit(b.Own), edit(o.Policy.Document), edit(o.Lent)
			b.Owner = &o
		}
	}
	for i := range c.Keys {
		if k := &c.Keys[i]; k.Owner != nil {
			o := *k.Owner
			k.Own, o.Policy.Document, o.Lent = edit(k.Own), edit(o.Policy.Document), edit(o.Lent)
			k.Owner = &o
		}
	}
	return &c
}

// TestSharedIsProved: the setup that uses a bucket and a key is proved with what their owner writes for
// it, and each fault in that is found there.
func TestSharedIsProved(t *testing.T) {
	all := sharing(t)
	for name, m := range all {
		if r := prove(t, m); !r.OK() {
			t.Fatalf("%s: %+v", name, r.Findings)
		}
	}
	more := func(actions ...string) func(*policy.Statement) {
		return func(s *policy.Statement) {
			s.Action.Values = slices.Clone(s.Action.Values)
			for _, a := range actions {
				s.Action.Values = append(s.Action.Values, policy.Literal(a))
			}
		}
	}
	gone := func(s *policy.Statement) { s.Action.Values = nil }
	anywhere := func(s *policy.Statement) {
		s.Resource = policy.List(policy.NewText(model.RefBucketARN("lake"), policy.Lit("/*")))
	}
	anyone := func(s *policy.Statement) { s.Condition = nil }
	for _, c := range []struct {
		sid, check string
		change     func(*policy.Statement)
	}{
		{"PersonalizeListBucketShop", Sufficient, gone},
		{"PersonalizeReadInputShop", Sufficient, gone},
		{"PersonalizeWriteOutputShop", Sufficient, gone},
		{"PersonalizeServiceUsesKeyShop", Sufficient, gone},
		{"PersonalizeRoleMayUseKeyShop", Sufficient, gone},
		{"PersonalizeServiceExportsWithKeyShop", Sufficient, gone},
		{"PersonalizeRoleMayExportWithKeyShop", Sufficient, gone},
		{"PersonalizeReadInputShop", Minimal, anywhere},
		{"PersonalizeWriteOutputShop", Minimal, anywhere},
		{"PersonalizeWriteOutputShop", Minimal, more("s3:DeleteObject")},
		{"PersonalizeServiceUsesKeyShop", Minimal, more("kms:PutKeyPolicy")},
		{"PersonalizeRoleMayUseKeyShop", Minimal, more("kms:PutKeyPolicy")},
		{"PersonalizeRoleMayUseKeyShop", Minimal, anyone},
		{"PersonalizeRoleMayExportWithKeyShop", Minimal, anyone},
	} {
		other := lent(all["shop"], c.sid, c.change)
		if r := prove(t, other); !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Check == c.check }) {
			t.Errorf("%s, expected %s: %+v", c.sid, c.check, r.Findings)
		}
	}
}

// TestOthersStatementsOfTheOwnersPolicy: a denial that is in the bucket's policy already keeps the setup
// out that it meets.
func TestOthersStatementsOfTheOwnersPolicy(t *testing.T) {
	all := sharing(t, "{name: acme-hub, key: main}", "{name: acme-hub, key: main, existing: true, policy: policies/hub.json}")
	if r := prove(t, all["hub"]); !r.OK() {
		t.Errorf("hub: %+v", r.Findings)
	}
	finds(t, prove(t, all["shop"]), Sufficient, "bucket-lake", "Theirs")
}

// TestRoleOfSeveralRegions: a trust policy that lacks one of the regions is found in its owner.
func TestRoleOfSeveralRegions(t *testing.T) {
	hub := sharing(t)["hub"]
	other := *hub
	other.Role.Trust.Document = hub.Role.Trust.Document.MapTexts(func(v policy.Text) policy.Text {
		parts := slices.Clone(v.Parts())
		for i, p := range parts {
			if l, ok := p.(policy.Lit); ok {
				parts[i] = policy.Lit(strings.Replace(string(l), "us-east-1", "us-east-2", 1))
			}
		}
		return policy.NewText(parts...)
	})
	finds(t, prove(t, &other), Sufficient, "every workflow of other setups in us-east-1")
	other.Role.Trust, other.Role.Regions = hub.Role.Trust, nil
	finds(t, prove(t, &other), Minimal, "aws:SourceArn")
}

// TestOwnersFiles: files of the owner that lack a statement are found by the setup that it is for, and
// by no other; what cannot be read at all is found by all.
func TestOwnersFiles(t *testing.T) {
	all := sharing(t)
	hub, shop, us := all["hub"], all["shop"], all["us"]
	files := printAll(t, hub)
	if found := Artifacts(hub, generators.Targets(), only(files)); len(found) > 0 {
		t.Fatalf("%+v", found)
	}
	proved := func(m *model.Setup, found []Finding) bool {
		in := only(printAll(t, m))
		in.Owners = map[string][]Finding{"hub": found}
		return Prove(m, generators.Targets(), in).OK()
	}
	for i, f := range files {
		if !strings.Contains(string(f.Data), "PersonalizeReadInputShopPZgenHub") || strings.HasSuffix(f.Path, "README.md") ||
			strings.HasSuffix(f.Path, "destroy.sh") {
			continue
		}
		spoiled := slices.Clone(files)
		spoiled[i].Data = []byte(strings.Replace(string(f.Data), "hop/*", "hope/*", 1))
		if string(spoiled[i].Data) == string(f.Data) {
			t.Errorf("%s has no prefix of shop", f.Path)
		}
		found := Artifacts(hub, generators.Targets(), Input{Files: spoiled, Printed: files, Shared: only(nil).Shared})
		apart := !strings.HasSuffix(f.Path, "apply.sh") // from which destroy.sh differs as a whole then
		if proved(shop, found) || apart && !proved(us, found) {
			t.Errorf("%s: shop is proved: %v; us: %v: %+v", f.Path, proved(shop, found), proved(us, found), found)
		}
		gone := slices.Delete(slices.Clone(files), i, i+1)
		found = Artifacts(hub, generators.Targets(), Input{Files: gone, Printed: files, Shared: only(nil).Shared})
		if proved(shop, found) || proved(us, found) {
			t.Errorf("%s is missing, and not found: %+v", f.Path, found)
		}
	}
}
