package model

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/spec"
)

// use is what the workflows of a setup do with one bucket.
type use struct {
	reads, writes, results []string // patterns of objects, in the order of the workflows, none inside another
	listed                 []string // prefixes under which Personalize lists: a metric attribution only writes
	gets, lists, puts      bool     // what the guide's policies grant for these kinds of workflow
	exports, others        bool     // an export writes here; another kind of workflow works here
	beyondImport           bool     // some workflow here needs the key in the role's own policy
}

// inUse goes through the workflows once and tells what each bucket is used for.
func inUse(s *spec.Setup) map[string]*use {
	uses := map[string]*use{}
	at := func(l *spec.Location) *use {
		u := uses[l.Bucket]
		if u == nil {
			u = &use{}
			uses[l.Bucket] = u
		}
		return u
	}
	for _, w := range s.Workflows {
		batch := w.Type == spec.BatchInference || w.Type == spec.BatchSegment
		if w.From != nil {
			u := at(w.From)
			u.reads, u.listed = append(u.reads, objects(w.From)), append(u.listed, w.From.Prefix)
			u.gets, u.lists, u.others = true, true, true
			u.puts = u.puts || batch
			u.beyondImport = u.beyondImport || batch
		}
		if w.To != nil {
			u := at(w.To)
			u.writes = append(u.writes, w.To.Prefix+"*")
			u.puts, u.beyondImport = true, true
			if batch {
				u.results = append(u.results, w.To.Prefix+"*")
			}
			u.gets = u.gets || batch
			if w.Type != spec.MetricAttribution {
				u.listed, u.lists = append(u.listed, w.To.Prefix), true
			}
			u.exports = u.exports || w.Type == spec.Export
			u.others = u.others || w.Type != spec.Export
		}
	}
	for _, u := range uses {
		// What is read may lie within what is written and read again, or the other way round: the outer one is granted.
		u.reads, u.writes = outermost(u.reads, within(u.reads, u.results)), outermost(u.writes, nil)
		u.results = outermost(u.results, u.reads)
		u.listed = prefixes(outermost(patterns(u.listed), nil))
	}
	return uses
}

// objects returns the pattern of what a workflow reads: one file, or all that begins so.
func objects(from *spec.Location) string {
	if from.IsFile() {
		return from.Prefix
	}
	return from.Prefix + "*"
}

func patterns(prefixes []string) []string {
	out := make([]string, len(prefixes))
	for i, p := range prefixes {
		out[i] = p + "*"
	}
	return out
}

func prefixes(patterns []string) []string {
	out := make([]string, len(patterns))
	for i, p := range patterns {
		out[i] = strings.TrimSuffix(p, "*")
	}
	return out
}

// within returns those of outer that are not in list themselves.
func within(list, outer []string) []string {
	var out []string
	for _, q := range outer {
		if !slices.Contains(list, q) {
			out = append(out, q)
		}
	}
	return out
}

// outermost drops each pattern that stands again, or inside another one of the list or of covered,
// since a grant on the outer one holds for it.
func outermost(list, covered []string) []string {
	var out []string
	for i, p := range list {
		inside := slices.ContainsFunc(covered, func(q string) bool { return covers(q, p) })
		for j, q := range list {
			inside = inside || covers(q, p) && (p != q || j < i)
		}
		if !inside {
			out = append(out, p)
		}
	}
	return out
}

// covers reports whether pattern q matches all that pattern p does. A * is at the end alone.
func covers(q, p string) bool {
	if q, open := strings.CutSuffix(q, "*"); open {
		return strings.HasPrefix(p, q)
	}
	return p == q
}

func has(s *spec.Setup, kinds ...string) bool {
	return slices.ContainsFunc(s.Workflows, func(w spec.Workflow) bool { return slices.Contains(kinds, w.Type) })
}

func (b *builder) setupFacts() map[string]bool {
	keys := false
	for _, k := range b.spec.Keys {
		keys = keys || b.usesOfKey(k)["encrypts-bucket"]
	}
	deputy := b.spec.ConfusedDeputy
	return map[string]bool{
		"metrics": has(b.spec, spec.MetricAttribution), "bucket-keys": keys,
		"source-account": deputy != spec.DeputyNone,
		"source-arn":     deputy == spec.DeputyTrust || deputy == spec.DeputyEverywhere,
	}
}

func (b *builder) bucketFacts(k spec.Bucket) map[string]bool {
	u := b.uses[k.Name]
	if u == nil {
		u = &use{}
	}
	return map[string]bool{
		"lists":          u.lists,
		"reads":          len(u.reads) > 0,
		"writes":         len(u.writes) > 0,
		"results":        len(u.results) > 0,
		"gets":           u.gets,
		"puts":           u.puts,
		"exports-alone":  u.exports && !u.others,
		"require-tls":    k.SecureTransport,
		"guarded":        b.spec.ConfusedDeputy == spec.DeputyEverywhere || k.Account != "",
		"admits-role":    k.Account != "",
		"list-by-prefix": b.spec.ListByPrefix && !slices.Contains(u.listed, ""),
	}
}

func (b *builder) keyFacts(k spec.Key) map[string]bool {
	f, named := b.usesOfKey(k), b.namedIn(k)
	for n, fact := range namedBy {
		f[fact] = len(named.principals[n]) > 0
	}
	f["admits-uploading-services"] = len(named.services[uploads]) > 0
	f["admits-downloading-services"] = len(named.services[downloads]) > 0
	return f
}

// usesOfKey are the facts of a key that do not depend on operators.
func (b *builder) usesOfKey(k spec.Key) map[string]bool {
	group := b.spec.DatasetGroup != nil && b.spec.DatasetGroup.Key == k.Name
	bucket, role := false, group
	for _, c := range b.spec.Buckets {
		if u := b.uses[c.Name]; u != nil && c.Key == k.Name {
			bucket = true
			role = role || u.beyondImport
		}
	}
	return map[string]bool{
		"created":                !k.Existing(),
		"used":                   bucket || group,
		"encrypts-bucket":        bucket,
		"encrypts-dataset-group": group,
		"exports-dataset-group":  group && has(b.spec, spec.Export),
		"role-needs-key":         role,
		"guarded":                b.spec.ConfusedDeputy == spec.DeputyEverywhere || k.Account != "",
		"names-role":             !k.Of.Elsewhere(),
		"admits-role":            k.Of.Elsewhere(),
	}
}

func (b *builder) operatorFacts(o spec.Operator) map[string]bool {
	s := b.spec
	encrypted := s.DatasetGroup != nil && s.DatasetGroup.Key != ""
	jobs := len(s.Workflows) > 0 || encrypted
	f := map[string]bool{
		"full":                    o.Has(spec.Full),
		"operate":                 o.Has(spec.Operate),
		"build":                   o.Has(spec.Build),
		"read":                    o.Has(spec.Read),
		"runtime":                 o.Has(spec.Runtime),
		"passes-role":             o.Has(spec.Build) || o.Has(spec.Operate) && jobs,
		"imports":                 has(s, spec.Import),
		"exports":                 has(s, spec.Export),
		"batch-inference":         has(s, spec.BatchInference),
		"batch-segment":           has(s, spec.BatchSegment),
		"data-deletion":           has(s, spec.DataDeletion),
		"metrics":                 has(s, spec.MetricAttribution),
		"uses-datasets":           has(s, spec.Import, spec.Export),
		"uses-solutions":          has(s, spec.BatchInference, spec.BatchSegment),
		"dataset-group":           s.DatasetGroup != nil,
		"tags":                    len(b.tagged(o)) > 0,
		"encrypted-dataset-group": encrypted,
	}
	f["creates-groups"] = b.createsGroups(o)
	b.deployFacts(f)
	f["deploy"] = o.Has(spec.Deploy)
	f["describes-group-key"] = f["describes-group-key"] && f["deploy"]
	if f["deploy"] {
		f["passes-role"] = encrypted && b.deploysGroup()
	}
	return f
}
