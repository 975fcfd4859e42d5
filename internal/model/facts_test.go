package model

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/spec"
)

func TestOutermost(t *testing.T) {
	for _, c := range []struct{ list, covered, want string }{
		{"a/", "", "a/"},
		{"a/,a/", "", "a/"},
		{"a/,a/b/", "", "a/"},
		{"a/b/,a/", "", "a/"},
		{"a/b/,a/c/,a/b/", "", "a/b/,a/c/"},
		{"a,ab", "", "a"},
		{",a/,b/", "", ""},
		{"a/,b/", "b/", "a/"},
		{"a/b/", "a/", "-"},
		{"b/,a/", "", "b/,a/"},
		{"a/b.csv,a/b.csv.gz", "", "a/b.csv,a/b.csv.gz"}, // files cover nothing but themselves
		{"a/b.csv,a/b.csv", "", "a/b.csv"},
		{"a/b.csv,a/", "", "a/"},
		{"a/b.csv,a/b", "", "a/b"},
		{"a/b.csv,a/b.csv/", "", "a/b.csv,a/b.csv/"},
		{"a/b.csv/", "a/b.csv", "a/b.csv/"},
	} {
		var covered []string
		if c.covered != "" {
			covered = strings.Split(c.covered, ",")
		}
		star := func(list []string) []string {
			out := slices.Clone(list)
			for i, p := range list {
				if !(&spec.Location{Prefix: p}).IsFile() {
					out[i] += "*"
				}
			}
			return out
		}
		got := prefixes(outermost(star(strings.Split(c.list, ",")), star(covered)))
		want := strings.Split(c.want, ",")
		if c.want == "-" {
			want = []string{}
		}
		if !slices.Equal(got, want) {
			t.Errorf("outermost(%q, %q) = %q, want %q", c.list, c.covered, got, want)
		}
	}
}

// No prefix of the result is inside another, and each of the list is inside one.
func TestOutermostCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5_000 {
		list := make([]string, r.IntN(8))
		for i := range list {
			for range r.IntN(4) {
				list[i] += string("ab/"[r.IntN(3)])
			}
		}
		got := prefixes(outermost(patterns(list), nil))
		for i, p := range got {
			for j, q := range got {
				if i != j && strings.HasPrefix(p, q) {
					t.Fatalf("%q of %q: %q is inside %q", got, list, p, q)
				}
			}
		}
		for _, p := range list {
			if !slices.ContainsFunc(got, func(q string) bool { return strings.HasPrefix(p, q) }) {
				t.Fatalf("%q of %q lost %q", got, list, p)
			}
		}
	}
}

// What each kind of workflow makes of its bucket (Amazon Personalize Developer Guide, granting-personalize-s3-access and metric-attribution-requirements).
func TestBucketFacts(t *testing.T) {
	for _, c := range []struct {
		w    spec.Workflow
		want string
	}{
		{spec.Workflow{Type: spec.Import, From: at("data", "a/")}, "gets lists reads"},
		{spec.Workflow{Type: spec.DataDeletion, From: at("data", "a/")}, "gets lists reads"},
		{spec.Workflow{Type: spec.BatchInference, From: at("data", "a/"), To: at("data", "b/")}, "gets lists puts reads results writes"},
		{spec.Workflow{Type: spec.BatchSegment, From: at("data", "a/"), To: at("data", "b/")}, "gets lists puts reads results writes"},
		{spec.Workflow{Type: spec.Export, To: at("data", "b/")}, "exports-alone lists puts writes"},
		{spec.Workflow{Type: spec.MetricAttribution, To: at("data", "b/")}, "puts writes"},
		{spec.Workflow{Type: spec.MetricAttribution}, ""},
	} {
		s := base()
		s.Workflows = []spec.Workflow{c.w}
		b := &builder{spec: s, uses: inUse(s)}
		var got []string
		for f, holds := range b.bucketFacts(s.Buckets[0]) {
			if holds {
				got = append(got, f)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.w.Type, got, c.want)
		}
	}
}

// Every fact that the model decides is one that templates may ask for, and the other way round.
func TestFactsAreThoseOfTheTemplates(t *testing.T) {
	s := rich("shop")
	b := &builder{spec: s, lib: library(t), uses: inUse(s), out: &Setup{Keys: make([]Key, len(s.Keys))}}
	for scope, got := range map[string]map[string]bool{
		"setup": b.setupFacts(), "bucket": b.bucketFacts(s.Buckets[0]), "key": b.keyFacts(s.Keys[0]), "operator": b.operatorFacts(s.Operators[0]),
		"operator-bucket": reachFacts(reach{}, s.Operators[0]), "operator-key": needFacts(nothing),
		"logged-bucket": {},
	} {
		var names []string
		for n := range got {
			names = append(names, n)
		}
		want := slices.Sorted(slices.Values(factsOf(scope)))
		slices.Sort(names)
		if !slices.Equal(names, want) {
			t.Errorf("%s: facts %q, and templates know %q", scope, names, want)
		}
	}
}

// A permission that only one kind of workflow needs is never there without it. Each row names workflows of which one at least must be there.
func TestNothingWithoutItsWorkflow(t *testing.T) {
	needs := []struct{ grant, document, kinds string }{
		{"s3:GetObject ", "", "import batch-inference batch-segment data-deletion"},
		{"s3:PutObject ", "", "export batch-inference batch-segment metric-attribution"},
		{"s3:ListBucket ", "", "import export batch-inference batch-segment data-deletion"},
		{"cloudwatch:PutMetricData ", "", "metric-attribution"},
		{"kms:GenerateDataKeyWithoutPlaintext ", "key-corp", "export"},
		{"arn:aws:kms:", "key-shop", "import batch-inference batch-segment"},
		{"iam:PassRole ", "operator-analysts", "import export batch-inference batch-segment data-deletion metric-attribution encrypted"},
		{"DatasetImportJob", "operator-analysts", "import"},
		{"dataset-import-job", "operator-analysts", "import"},
		{"DatasetExportJob", "operator-analysts", "export"},
		{"BatchInferenceJob", "operator-analysts", "batch-inference"},
		{"BatchSegmentJob", "operator-analysts", "batch-segment"},
		{"DataDeletionJob", "operator-analysts", "data-deletion"},
		{"MetricAttribution", "operator-analysts", "metric-attribution"},
		{"kms:CreateGrant ", "key-shop", "import batch-inference batch-segment"},
	}
	for _, profile := range []string{spec.LeastPrivilege, spec.Documented} {
		all := rich("shop").Workflows
		for bits := range 1 << len(all) {
			s := rich("shop")
			s.Profile = profile
			s.DatasetGroup.Key = "corp"
			s.Workflows = nil
			present := map[string]bool{"encrypted": true}
			for i, w := range all {
				if bits&(1<<i) != 0 {
					s.Workflows = append(s.Workflows, w)
					present[w.Type] = true
				}
			}
			m := build(t, s)
			for _, n := range needs {
				wanted := slices.ContainsFunc(strings.Fields(n.kinds), func(k string) bool { return present[k] })
				got := granted(m, "Allow "+n.document, n.grant)
				if !wanted && len(got) > 0 {
					t.Fatalf("profile %s, workflows %v: %q", profile, present, got)
				}
				if wanted && len(got) == 0 && profile == spec.LeastPrivilege && n.grant != "arn:aws:kms:" {
					t.Fatalf("workflows %v: no %s in %s", present, n.grant, n.document)
				}
			}
		}
	}
}

// Objects are granted under the prefixes of workflows alone, and on their own bucket.
func TestPrefixes(t *testing.T) {
	m := build(t, rich("shop"))
	for _, c := range []struct{ doc, action, want string }{
		{"role-policy", "s3:GetObject", "acme-data/batch/in/* acme-data/datasets/* acme-data/segment/in/* acme-plain/deletions/* acme-results/batch/out/* acme-results/segment/out/*"},
		{"role-policy", "s3:PutObject", "acme-results/batch/out/* acme-results/export/* acme-results/metrics/* acme-results/segment/out/*"},
		{"role-policy", "s3:ListBucket", "acme-data acme-plain acme-results"},
		{"bucket-data", "s3:GetObject", "acme-data/batch/in/* acme-data/datasets/* acme-data/segment/in/*"},
		{"bucket-data", "s3:PutObject", ""},
		{"bucket-plain", "s3:GetObject", "acme-plain/deletions/*"},
		{"bucket-results", "s3:PutObject", "acme-results/batch/out/* acme-results/export/* acme-results/metrics/* acme-results/segment/out/*"},
	} {
		var got []string
		for _, g := range granted(m, "Allow "+c.doc+":", c.action+" ") {
			got = append(got, strings.TrimPrefix(g[strings.LastIndexByte(g, ' ')+1:], "arn:aws:s3:::"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s of %s on %q, want %q", c.action, c.doc, got, c.want)
		}
	}
}

// The order of workflows in the spec decides nothing but the order of prefixes.
func TestWorkflowOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, profile := range []string{spec.LeastPrivilege, spec.Documented} {
		s := rich("shop")
		s.Profile = profile
		want := build(t, s)
		for range 50 {
			r.Shuffle(len(s.Workflows), func(i, j int) { s.Workflows[i], s.Workflows[j] = s.Workflows[j], s.Workflows[i] })
			got := build(t, s)
			if !slices.Equal(grants(got), grants(want)) || !slices.Equal(names(got), names(want)) {
				t.Fatalf("profile %s, workflows %v: documents differ", profile, s.Workflows)
			}
			for i, d := range got.Docs() {
				if !d.Document.Equal(want.Docs()[i].Document) {
					t.Fatalf("document %s differs", d.Name)
				}
			}
		}
	}
}
