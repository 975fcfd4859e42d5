package proof

import (
	"slices"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// change is one way to spoil a statement.
type change struct {
	name string
	do   func(*policy.Statement)
}

func lit(s string) policy.Text { return policy.Literal(s) }

// without returns a copy of an element without its j-th value.
func without(t policy.Texts, j int) policy.Texts {
	t.Values = slices.Delete(slices.Clone(t.Values), j, j+1)
	return t
}

func with(t policy.Texts, v string) policy.Texts {
	t.Values, t.Scalar = append(slices.Clone(t.Values), lit(v)), false
	return t
}

func replaced(t policy.Texts, j int, v string) policy.Texts {
	t.Values = slices.Clone(t.Values)
	t.Values[j] = lit(v)
	return t
}

// changes returns every way in which this test spoils a statement: each action, resource, principal
// and condition deleted and replaced, one added of each, the effect turned.
func changes(s policy.Statement) []change {
	var out []change
	add := func(name string, do func(*policy.Statement)) { out = append(out, change{name, do}) }
	for j, v := range s.Action.Values {
		add("delete action "+v.IAM(), func(s *policy.Statement) { s.Action = without(s.Action, j) })
		add("replace action "+v.IAM(), func(s *policy.Statement) { s.Action = replaced(s.Action, j, "s3:GetBucketAcl") })
		add("widen action "+v.IAM(), func(s *policy.Statement) { s.Action = replaced(s.Action, j, v.IAM()+"*") })
	}
	add("add action", func(s *policy.Statement) { s.Action = with(s.Action, "s3:DeleteBucketWebsite") })
	for j, v := range s.Resource.Values {
		add("delete resource "+v.IAM(), func(s *policy.Statement) { s.Resource = without(s.Resource, j) })
		add("replace resource "+v.IAM(), func(s *policy.Statement) { s.Resource = replaced(s.Resource, j, "arn:aws:s3:::somewhere-else/*") })
		if parts := v.Parts(); slices.Contains(v.Refs(), policy.Ref{ID: "bucket", Attr: "reads"}) {
			more := policy.NewText(append(slices.Clone(parts), policy.Lit("*"))...)
			add("go on behind "+v.IAM(), func(s *policy.Statement) {
				s.Resource.Values = slices.Clone(s.Resource.Values)
				s.Resource.Values[j] = more
			})
		}
		if v.IAM() != "*" {
			add("open resource "+v.IAM(), func(s *policy.Statement) { s.Resource = replaced(s.Resource, j, "*") })
		}
	}
	add("add resource", func(s *policy.Statement) { s.Resource = with(s.Resource, "arn:aws:s3:::somewhere-else/*") })
	if s.Principal != nil && !s.Principal.Any {
		for k, ty := range s.Principal.Types {
			set := func(t policy.Texts) func(*policy.Statement) {
				return func(s *policy.Statement) {
					p := &policy.Principal{Types: slices.Clone(s.Principal.Types)}
					p.Types[k].Values = t
					s.Principal = p
				}
			}
			for j, v := range ty.Values.Values {
				other := "lambda.amazonaws.com"
				if ty.Type == "AWS" {
					other = "arn:aws:iam::999900001111:root"
				}
				add("replace principal "+v.IAM(), set(replaced(ty.Values, j, other)))
				add("add principal to "+v.IAM(), set(with(ty.Values, other)))
			}
		}
		add("open principal", func(s *policy.Statement) { s.Principal = &policy.Principal{Any: true} })
	}
	for j, c := range s.Condition {
		add("delete condition "+c.Operator+" "+c.Key, func(s *policy.Statement) {
			s.Condition = slices.Delete(slices.Clone(s.Condition), j, j+1)
		})
		add("replace value of condition "+c.Key, func(s *policy.Statement) {
			s.Condition = slices.Clone(s.Condition)
			s.Condition[j].Values = policy.One(lit("true"))
			if c.Key != "aws:SecureTransport" {
				s.Condition[j].Values = policy.One(lit("other"))
			}
		})
		add("add value to condition "+c.Key, func(s *policy.Statement) {
			s.Condition = slices.Clone(s.Condition)
			s.Condition[j].Values = with(c.Values, "other")
		})
		add("replace key of condition "+c.Key, func(s *policy.Statement) {
			s.Condition = slices.Clone(s.Condition)
			s.Condition[j].Key = "aws:RequestedRegion"
		})
	}
	add("turn the effect", func(s *policy.Statement) {
		if s.Effect == policy.Allow {
			s.Effect = policy.Deny
		} else {
			s.Effect = policy.Allow
		}
	})
	return out
}

// ownerSpec has a bucket of another account, and lists it by prefix.
const ownerSpec = `version: 1
setups:
  reader:
    account: "111122223333"
    region: eu-west-1
    listByPrefix: true
    keys: {lake: {arn: "arn:aws:kms:eu-west-1:222233334444:key/0a1b2c3d-0000-4000-8000-000000000000", account: "222233334444"}}
    buckets: {lake: {name: acme-lake, account: "222233334444", key: lake}}
    workflows: [{type: batch-inference, from: lake/in/, to: lake/out/}, {type: import, from: lake/data/}, {type: import, from: lake/one.csv}]
`

// alive are the changes of templates that grant the same, with the reason.
var alive = map[string]string{
	"PersonalizeRequireTLS: widen action s3:*":                 "s3:** is s3:*",
	"PersonalizeKeyAdministration: widen action kms:*":         "kms:** is kms:*",
	"PersonalizeFullAccess: widen action personalize:*":        "personalize:** is personalize:*",
	"PersonalizeRoleMayListBucket: open resource <bucket.arn>": "s3:ListBucket is on the bucket, whose policy it is",
	// The condition lets in the role alone, and AWS asks the policies of its account too.
	"PersonalizeRoleMayListBucket: open principal":  "aws:PrincipalArn is the role",
	"PersonalizeRoleMayReadInput: open principal":   "aws:PrincipalArn is the role",
	"PersonalizeRoleMayWriteOutput: open principal": "aws:PrincipalArn is the role",
	"PersonalizeRoleMayCheckOutput: open principal": "aws:PrincipalArn is the role",
}

// A template spoiled in any way makes the proof of some setup fail. The proof that is tried here is the one of the model; the artifacts that printers
// make are spoiled one by one in mutants_test.go.
func TestSpoiledTemplates(t *testing.T) {
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	byPrefix, ds := spec.Parse("pzgen.yaml", []byte(proofSpec), nil)
	if byPrefix == nil {
		t.Fatal(ds)
	}
	byTool, ds := spec.Parse("pzgen.yaml", []byte(deploySpec), readFiles(deployFiles))
	if byTool == nil {
		t.Fatal(ds)
	}
	byOwner, ds := spec.Parse("pzgen.yaml", []byte(ownerSpec), nil)
	if byOwner == nil {
		t.Fatal(ds)
	}
	setups := slices.Concat(byOwner.Setups, exampleSetups(t, "encrypted.yaml", "full.yaml", "pipeline.yaml", "shared.yaml", "deploy.yaml", "owner.yaml"),
		byPrefix.Setups, byTool.Setups)
	tried, survived, met := 0, 0, 0
	step := 1000 / testtool.Cases(250, 1000) // every so-many-th change is tried
	for i := range lib.Templates {
		tm := lib.Templates[i]
		if tm.Profile == spec.Documented {
			continue // what the guide prints is held against its own documents, in package model
		}
		cs := changes(tm.Statement)
		for k, extra := range tm.Extra {
			for j, c := range extra.Conditions {
				spoil := *lib
				spoil.Templates = slices.Clone(lib.Templates)
				more := &spoil.Templates[i]
				more.Extra = slices.Clone(tm.Extra)
				more.Extra[k].Conditions = slices.Clone(extra.Conditions)
				more.Extra[k].Conditions[j].Values = with(c.Values, "other")
				tried++
				if !failsSome(setups, &spoil) {
					t.Errorf("nothing fails with %s: add value to condition %s that only some setups want", tm.Sid, c.Key)
				}
			}
		}
		for k, more := range tm.More {
			if met++; met%step != 0 {
				continue
			}
			for _, actions := range [][]policy.Text{nil, more.Actions[1:],
				append(slices.Clone(more.Actions), policy.Literal("kms:Encrypt"))} {
				spoil := *lib
				spoil.Templates = slices.Clone(lib.Templates)
				spoil.Templates[i].More = slices.Clone(tm.More)
				spoil.Templates[i].More[k].Actions = actions
				tried++
				if !failsSome(setups, &spoil) {
					t.Errorf("nothing fails with %s: of the actions under %v only %v", tm.Sid, more.When, actions)
				}
			}
		}
		if len(tm.Extra) > 0 {
			cs = append(cs, change{"drop the conditions that only some setups want", nil})
		}
		for _, c := range cs {
			if met++; met%step != 0 {
				continue
			}
			spoiled := *lib
			spoiled.Templates = slices.Clone(lib.Templates)
			st := &spoiled.Templates[i]
			if c.do != nil {
				c.do(&st.Statement)
			} else {
				st.Extra = nil
			}
			tried++
			name := tm.Sid + ": " + c.name
			if failsSome(setups, &spoiled) {
				if why, ok := alive[name]; ok {
					t.Errorf("%s fails, though it is listed as one that grants the same: %s", name, why)
				}
				continue
			}
			survived++
			if alive[name] == "" {
				t.Errorf("nothing fails with %s", name)
			}
		}
		if testing.Short() {
			continue
		}
		spoiled := *lib
		spoiled.Templates = slices.Delete(slices.Clone(lib.Templates), i, i+1)
		tried++
		if !failsSome(setups, &spoiled) {
			t.Errorf("nothing fails without %s", tm.Sid)
		}
	}
	t.Logf("%d changes tried, %d of them grant the same", tried, survived)
	if met < 300 || tried < met/step {
		t.Errorf("only %d of %d changes tried", tried, met)
	}
}

func failsSome(setups []*spec.Setup, lib *templates.Library) bool {
	for _, s := range setups {
		m, err := model.Build("x", s, lib)
		if err != nil || !Prove(m, nil, Input{}).OK() {
			return true
		}
	}
	return false
}
