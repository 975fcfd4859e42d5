package actions

import (
	"slices"
	"strings"
	"testing"
)

// The table is whole: each action's types have ARNs, and its condition keys are those of the
// service.
func TestTable(t *testing.T) {
	table := Default()
	if len(table.Date) != len("2026-08-22") {
		t.Errorf("date %q", table.Date)
	}
	want := map[string]int{"personalize": 80, "s3": 150, "kms": 50, "iam": 150, "sts": 10, "cloudwatch": 50}
	for name, least := range want {
		s := table.services[name]
		if s == nil || len(s.actions) < least {
			t.Errorf("service %s is missing, or has too few actions", name)
		}
	}
	for name, s := range table.services {
		for _, a := range s.actions {
			for _, typ := range a.types {
				if len(s.types[typ]) == 0 {
					t.Errorf("%s:%s works on %q, which has no ARN", name, a.name, typ)
				}
			}
			for _, k := range a.keys {
				if !slices.Contains(s.keys, k) && !hasKey(globalKeys(), k) {
					t.Errorf("%s:%s has condition key %q, and the service has not", name, a.name, k)
				}
			}
		}
	}
}

func TestMatch(t *testing.T) {
	table := Default()
	for pattern, want := range map[string]string{
		"s3:GetObject":               "s3:GetObject",
		"S3:getobject":               "s3:GetObject",
		"kms:ReEncrypt*":             "kms:ReEncryptFrom kms:ReEncryptTo",
		"kms:GenerateDataKe?":        "kms:GenerateDataKey",
		"personalize:*BatchSegment*": "personalize:CreateBatchSegmentJob personalize:DescribeBatchSegmentJob personalize:ListBatchSegmentJobs",
		"kms:ReEncrypt":              "",
		"s3:Gat*":                    "",
	} {
		names, known := table.Match(pattern)
		if got := strings.Join(names, " "); !known || got != want {
			t.Errorf("%s: %q, %t; want %q", pattern, got, known, want)
		}
	}
	for _, other := range []string{"sagemaker:CreateModel", "*", ""} {
		if names, known := table.Match(other); known || names != nil {
			t.Errorf("%q: %q is known", other, names)
		}
	}
}

func TestTypesAndKeys(t *testing.T) {
	table := Default()
	if types, ok := table.Types("s3:ListBucket"); !ok || !slices.Contains(types, "bucket") || slices.Contains(types, "object") {
		t.Errorf("s3:ListBucket works on %q", types)
	}
	if types, _ := table.Types("personalize:GetRecommendations"); !slices.Equal(types, []string{"campaign", "filter", "recommender"}) {
		t.Errorf("personalize:GetRecommendations works on %q", types)
	}
	if keys, ok := table.Keys("s3:ListBucket"); !ok || !slices.Contains(keys, "s3:prefix") {
		t.Errorf("s3:ListBucket has keys %q", keys)
	}
	if keys, ok := table.Keys("iam:PassRole"); !ok || !slices.Contains(keys, "iam:PassedToService") {
		t.Errorf("iam:PassRole has keys %q", keys)
	}
	for _, name := range []string{"s3:Nothing", "s3:Get*", "other:Thing"} {
		if _, ok := table.Types(name); ok {
			t.Errorf("%s has types", name)
		}
		if _, ok := table.Keys(name); ok {
			t.Errorf("%s has keys", name)
		}
	}
}

func TestSuggest(t *testing.T) {
	table := Default()
	for name, want := range map[string]string{
		"kms:ReEncrypt":                          "kms:ReEncryptFrom",
		"kms:ListGrant":                          "kms:ListGrants",
		"s3:GetObjct":                            "s3:GetObject",
		"personalize:GetDataInsight":             "personalize:GetDataInsights",
		"personalize-runtime:GetRecommendations": "personalize:GetRecommendations",
		"personalise:CreateFilter":               "personalize:CreateFilter",
		"s3:PassRole":                            "iam:PassRole",
		"dynamodb:GetItem":                       "",
		"s3:Zzzzzzzzzz":                          "",
		"sns:Publish":                            "",
		"nothing":                                "",
	} {
		if got := table.Suggest(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// Patterns overlap exactly where a text is found that both match, among all short ones.
func TestOverlaps(t *testing.T) {
	var texts []string
	for next := []string{""}; len(next[0]) < 5; {
		texts = append(texts, next...)
		var longer []string
		for _, s := range next {
			longer = append(longer, s+"a", s+"/")
		}
		next = longer
	}
	noSlash := arnOfType("${BucketName}")
	patterns := []arnPattern{noSlash, append(slices.Clone(noSlash), globOf("/*")...), arnOfType("a${X}")}
	for _, s := range []string{"", "*", "a", "/", "a*", "*a", "?", "??", "a*/", "*/*", "a?*", "*a*", "/?a"} {
		patterns = append(patterns, globOf(s))
	}
	for _, p := range patterns {
		for _, q := range patterns {
			both := slices.ContainsFunc(texts, func(s string) bool { return p.overlaps(literalOf(s)) && q.overlaps(literalOf(s)) })
			if got := p.overlaps(q); got != both {
				t.Errorf("%s and %s overlap: %t, and a text for both: %t", p, q, got, both)
			}
		}
	}
	for _, s := range texts {
		if got := noSlash.overlaps(literalOf(s)); got == strings.Contains(s, "/") {
			t.Errorf("a bucket's name and %q: %t", s, got)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"get*", "getobject", true}, {"*", "", true}, {"?", "", false}, {"*b*c", "abxbc", true}, {"*b*c", "abxb", false},
		{"a?c", "abc", true}, {"a?c", "ac", false}, {"", "a", false}, {"a**", "a", true}, {"a*?", "a", false},
	} {
		if got := matches(c.pattern, c.name); got != c.want || got != globOf(c.pattern).overlaps(literalOf(c.name)) {
			t.Errorf("%q and %q: %t", c.pattern, c.name, got)
		}
	}
}

func TestLevel(t *testing.T) {
	for name, want := range map[string]Level{"s3:GetObject": Read, "s3:listbucket": List, "s3:PutObject": Write,
		"s3:PutBucketPolicy": Permissions, "kms:CreateGrant": Permissions, "iam:TagRole": Tagging} {
		if got, ok := Default().Level(name); got != want || !ok {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"s3:Nothing", "s3:*", "nothing:Get", ""} {
		if got, ok := Default().Level(name); ok {
			t.Errorf("%s: %q", name, got)
		}
	}
}
