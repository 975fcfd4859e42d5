package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// variants are setups that between them have every kind of document.
func variants() map[string]*spec.Setup {
	china := rich("shop")
	china.Region, china.Partition = "cn-north-1", "aws-cn"
	china.Keys[0].ARN = "arn:aws-cn:kms:cn-north-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
	documented := rich("shop")
	documented.Profile, documented.ConfusedDeputy = spec.Documented, spec.DeputyNone
	everywhere := rich("shop")
	everywhere.ConfusedDeputy, everywhere.ListByPrefix = spec.DeputyEverywhere, true
	existing := rich("shop")
	existing.Role.Existing = true
	existing.Buckets[2].Policy, existing.Keys[0].Policy = present("Auditors"), present("Enable IAM User Permissions")
	customs := rich("shop")
	for _, owner := range []string{"role", "trust", "bucket.data", "key.shop", "operator.web"} {
		customs.Statements = append(customs.Statements, spec.CustomStatement{Owner: owner, Statement: custom("AllowAudit"), Accepted: "the auditors ask for it"})
	}
	return map[string]*spec.Setup{"rich": rich("shop"), "china": china, "documented": documented, "everywhere": everywhere, "existing": existing, "customs": customs}
}

func present(sid string) *policy.Document {
	s := custom(sid)
	s.Resource = policy.List(policy.Literal("*"))
	return &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{s}}
}

// Sids are letters and digits, each once in its document, and each begins with one of the
// templates' or is in the spec (or in the present policy). Profile documented has the Sids of the
// guide, and statements without one.
func TestSids(t *testing.T) {
	bases := map[string]bool{}
	for _, tm := range library(t).Templates {
		bases[tm.Sid] = true
	}
	for name, s := range variants() {
		m := build(t, s)
		n := 0
		for _, d := range m.Docs() {
			seen := map[string]bool{}
			for _, st := range d.Document.Statements {
				n++
				if seen[st.Sid] && st.Sid != "" {
					t.Errorf("%s: %s has %q twice", name, d.Name, st.Sid)
				}
				seen[st.Sid] = true
				identity := strings.HasPrefix(d.Name, "role-") || strings.HasPrefix(d.Name, "operator-")
				if identity && strings.Trim(st.Sid, alnum) != "" || st.Sid == "" && s.Profile != spec.Documented {
					t.Errorf("%s: sid %q of %s", name, st.Sid, d.Name)
				}
				if strings.HasPrefix(st.Sid, "AllowAudit") && name == "customs" || name == "existing" && (st.Sid == "Auditors" || st.Sid == "Enable IAM User Permissions") {
					continue
				}
				if !slices.ContainsFunc(slices.Collect(keysOf(bases)), func(b string) bool { return strings.HasPrefix(st.Sid, b) && (b != "" || st.Sid == "") }) {
					t.Errorf("%s: sid %q of %s stands in no template", name, st.Sid, d.Name)
				}
			}
		}
		if n < 20 {
			t.Errorf("%s: only %d statements", name, n)
		}
	}
}

func keysOf(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// Each statement that pzgen gives has one reason, in the order of the documents, with its source or the place in the spec.
func TestReasons(t *testing.T) {
	for name, s := range variants() {
		m := build(t, s)
		left := map[string]int{}
		order := names(m)
		last := 0
		for _, r := range m.Reasons {
			left[r.Document+"/"+r.Sid]++
			at := slices.Index(order, r.Document)
			if at < last {
				t.Errorf("%s: reason of %s stands after one of %s", name, r.Document, order[last])
			}
			last = at
			if r.Why == "" || (r.Source == "") != (r.Template == "" && r.Edition == "") || r.Source == "" && !strings.HasPrefix(r.Sid, "AllowAudit") {
				t.Errorf("%s: reason %+v", name, r)
			}
		}
		for _, d := range m.Docs() {
			for _, st := range d.Document.Statements {
				left[d.Name+"/"+st.Sid]--
			}
		}
		for k, n := range left {
			foreign := name == "existing" && (strings.HasSuffix(k, "/Auditors") || strings.HasSuffix(k, "/Enable IAM User Permissions"))
			if n != 0 && !foreign {
				t.Errorf("%s: %s has %d reasons too many", name, k, n)
			}
		}
	}
}

// Identity policies have neither Principal nor Id; policies of resources have a principal in each statement.
func TestElements(t *testing.T) {
	for name, s := range variants() {
		for _, d := range build(t, s).Docs() {
			identity := strings.HasPrefix(d.Name, "role-") && d.Name != "role-trust" || strings.HasPrefix(d.Name, "operator-")
			if d.Document.Version != policy.Version2012 {
				t.Errorf("%s: %s has version %q", name, d.Name, d.Document.Version)
			}
			if identity && d.Document.ID != "" && s.Profile != spec.Documented {
				t.Errorf("%s: %s has Id %q", name, d.Name, d.Document.ID)
			}
			for _, st := range d.Document.Statements {
				if st.Sid == "AllowAudit" {
					continue
				}
				if (st.Principal != nil) == identity {
					t.Errorf("%s: %s of %s has principal %v", name, st.Sid, d.Name, st.Principal)
				}
				if (len(st.Resource.Values) == 0) != (d.Name == "role-trust") {
					t.Errorf("%s: %s of %s has %d resources", name, st.Sid, d.Name, len(st.Resource.Values))
				}
			}
		}
	}
}

// Conditions against a confused deputy stand where the spec wants them, and never on what the role itself does.
func TestConfusedDeputy(t *testing.T) {
	for _, c := range []struct {
		profile, deputy string
		trust, shared   bool
	}{
		{spec.LeastPrivilege, spec.DeputyTrust, true, false},
		{spec.LeastPrivilege, spec.DeputyEverywhere, true, true},
		{spec.Documented, spec.DeputyNone, false, false},
	} {
		s := rich("shop")
		s.Profile, s.ConfusedDeputy = c.profile, c.deputy
		m := build(t, s)
		seen := 0
		for _, d := range m.Docs() {
			for _, st := range d.Document.Fill(m.DeployedEnv()).Statements {
				want := c.trust && d.Name == "role-trust"
				if c.shared && st.Principal != nil && len(st.Principal.Types) == 1 && st.Principal.Types[0].Type == "Service" {
					want = true
				}
				account := condition(st, "StringEquals", "aws:SourceAccount")
				arn := condition(st, "ArnLike", "aws:SourceArn")
				if want && (!slices.Equal(account, []string{"111122223333"}) || !slices.Equal(arn, []string{"arn:aws:personalize:eu-west-1:111122223333:*"})) || !want && (account != nil || arn != nil) {
					t.Errorf("%s, %s: %s of %s has %q and %q", c.profile, c.deputy, st.Sid, d.Name, account, arn)
				}
				if want {
					seen++
				}
			}
		}
		if c.shared && seen < 8 {
			t.Errorf("only %d statements have conditions", seen)
		}
	}
}

// Listing is held to the prefixes of what is listed, where that is wanted; a metric attribution lists nothing, and a workflow on a whole bucket leaves no prefix.
func TestListByPrefix(t *testing.T) {
	s := rich("shop")
	s.ListByPrefix = true
	m := build(t, s)
	for doc, want := range map[string]string{
		"bucket-data":    "datasets/* batch/in/* segment/in/*",
		"bucket-plain":   "deletions/*",
		"bucket-results": "batch/out/* segment/out/* export/*",
	} {
		for _, place := range []struct{ doc, sid string }{{doc, "PersonalizeListBucketShop"}, {"role-policy", "PersonalizeListBucket" + Identifier(strings.TrimPrefix(doc, "bucket-"))}} {
			if got := condition(statementOf(t, find(t, m, place.doc), place.sid), "StringLike", "s3:prefix"); strings.Join(got, " ") != want {
				t.Errorf("%s of %s lists %q, want %q", place.sid, place.doc, got, want)
			}
		}
	}
	s.Workflows = append(s.Workflows, spec.Workflow{Type: spec.Import, From: at("data", "")})
	if got := statementOf(t, find(t, build(t, s), "bucket-data"), "PersonalizeListBucketShop").Condition; len(got) != 0 {
		t.Errorf("a whole bucket is listed under %v", got)
	}
}

// In China every ARN is of partition aws-cn, and the service principal is the same.
func TestChina(t *testing.T) {
	m := build(t, variants()["china"])
	arns := 0
	for _, d := range m.Docs() {
		text := string(d.Document.Fill(m.DeployedEnv()).JSON())
		arns += strings.Count(text, "arn:aws-cn:")
		if strings.Contains(text, "arn:aws:") || strings.Contains(text, "amazonaws.com.cn") {
			t.Errorf("%s:\n%s", d.Name, text)
		}
	}
	if arns < 30 {
		t.Errorf("only %d ARNs", arns)
	}
	if got := m.DeployedEnv()[RefRoleARN]; got != "arn:aws-cn:iam::111122223333:role/personalize/PersonalizeRetail" {
		t.Errorf("role %s", got)
	}
}

// What exists with its policy unknown gets statements to merge; with its policy known, the merged policy.
func TestExisting(t *testing.T) {
	m := build(t, rich("shop"))
	partial := map[string]bool{}
	for _, d := range m.Docs() {
		partial[d.Name] = d.Partial
	}
	for name, p := range partial {
		if want := name == "bucket-results" || name == "key-corp"; p != want {
			t.Errorf("%s: partial %v", name, p)
		}
	}
	m = build(t, variants()["existing"])
	for _, d := range m.Docs() {
		if d.Partial != (d.Name == "role-trust") {
			t.Errorf("%s: partial %v", d.Name, d.Partial)
		}
	}
	for doc, own := range map[string]policy.Document{"bucket-results": m.Buckets[2].Own, "key-corp": m.Keys[0].Own} {
		d := find(t, m, doc)
		foreign := map[string]string{"bucket-results": "Auditors", "key-corp": "Enable IAM User Permissions"}[doc]
		if d.Statements[0].Sid != foreign || len(d.Statements) != 1+len(own.Statements) || len(own.Statements) == 0 {
			t.Errorf("%s is\n%s", doc, d.JSON())
		}
	}
	s := variants()["existing"]
	s.Buckets[2].Policy.Statements[0].Sid = "PersonalizeListBucketShop"
	s.Places = spec.Places{"": {Line: 1, Col: 1}, "buckets.results": {Line: 7, Col: 5}}
	ps := problems(t, s)
	if len(ps) != 1 || ps[0].Place != (spec.Place{Line: 7, Col: 5}) || !strings.Contains(ps[0].Message, "PersonalizeListBucketShop") || ps[0].Hint == "" {
		t.Errorf("problems %+v", ps)
	}
}

// A statement of the spec cannot take the Sid of another in its document.
func TestTwoOfOneSid(t *testing.T) {
	s := rich("shop")
	s.Statements = []spec.CustomStatement{{Owner: "role", Statement: custom("PersonalizeReadInputData")}}
	if ps := problems(t, s); !strings.Contains(ps.Error(), `"PersonalizeReadInputData"`) || !strings.Contains(ps.Error(), "role-policy") {
		t.Errorf("problems %v", ps)
	}
}

// All problems are reported at once.
func TestAllProblems(t *testing.T) {
	s := variants()["existing"]
	s.Buckets[2].Policy.Statements[0].Sid = "PersonalizeListBucketShop"
	s.Keys[0].Policy.Statements[0].Sid = "PersonalizeServiceUsesKeyShop"
	if ps := problems(t, s); len(ps) != 2 {
		t.Errorf("problems %v", ps)
	}
}

// Only what has to be known is open: the ARNs of keys that are yet to be made.
func TestReferences(t *testing.T) {
	for name, s := range variants() {
		m := build(t, s)
		known := m.DeployedEnv()
		env := m.SyntheticEnv(1)
		for _, d := range m.Docs() {
			for _, r := range d.Document.Refs() {
				if _, ok := known[r]; !ok && r != RefKeyARN("shop") {
					t.Errorf("%s: %s holds %s", name, d.Name, r)
				}
				if _, ok := env[r]; !ok {
					t.Errorf("%s: %s of %s has no made-up value", name, r, d.Name)
				}
			}
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, name := range []string{"rich", "documented", "existing"} {
		b.Run(name, func(b *testing.B) {
			s, lib := variants()[name], library(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Build("pzgen.yaml", s, lib); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// many returns n prefixes for imports, long enough to fill policies.
func many(n int) []spec.Workflow {
	ws := make([]spec.Workflow, n)
	for i := range ws {
		ws[i] = spec.Workflow{Type: spec.Import, From: at("plain", fmt.Sprintf("folder-%04d-with-a-rather-long-name/", i))}
	}
	return ws
}
