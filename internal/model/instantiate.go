package model

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// holes are the values of a template's references: one Text, or several where the reference stands for a list. References that are not in it
// (the partition, the role) stay references.
type holes map[string][]policy.Text

func (b *builder) bucketHoles(k spec.Bucket) holes {
	u := b.uses[k.Name]
	if u == nil {
		u = &use{}
	}
	return holes{
		"bucket.arn":     {policy.NewText(RefBucketARN(k.Name))},
		"bucket.name":    {policy.NewText(RefBucketName(k.Name))},
		"bucket.reads":   literals(u.reads),
		"bucket.writes":  literals(prefixes(u.writes)),
		"bucket.results": literals(prefixes(u.results)),
		"bucket.lists":   literals(u.listed),
	}
}

func (b *builder) keyHoles(k spec.Key) holes {
	named := b.namedIn(k)
	return holes{"key.arn": {policy.NewText(RefKeyARN(k.Name))}, "key.admins": b.admins(k),
		"key.creators": named.principals[groups], "key.uploaders": named.principals[uploads],
		"key.downloaders": named.principals[downloads], "key.uploading-services": named.services[uploads],
		"key.downloading-services": named.services[downloads]}
}

// admins returns who administers a created key.
func (b *builder) admins(k spec.Key) []policy.Text {
	if len(k.Admins) > 0 {
		return b.arns(k.Admins)
	}
	return []policy.Text{policy.NewText(policy.Lit("arn:"), RefPartition, policy.Lit(":iam::"), RefAccount,
		policy.Lit(":root"))}
}

func (b *builder) operatorHoles(o spec.Operator) holes {
	h := holes{"group.name": {policy.Literal("*")}, "operator.tags": b.tagged(o)}
	if g := b.spec.DatasetGroup; g != nil {
		h["group.name"] = []policy.Text{policy.NewText(RefGroupName)}
		if g.Key != "" {
			h["groupkey.arn"] = []policy.Text{policy.NewText(RefKeyARN(g.Key))}
		}
	}
	return h
}

// taggedJobs are the types of resources that a job of a workflow is, as ARNs have them; a metric
// attribution takes no tags.
var taggedJobs = []struct{ workflow, resource string }{
	{spec.Import, "dataset-import-job/*"}, {spec.Export, "dataset-export-job/*"},
	{spec.BatchInference, "batch-inference-job/*"}, {spec.BatchSegment, "batch-segment-job/*"},
	{spec.DataDeletion, "data-deletion-job/*"},
}

// tagged returns the resources that an operator who runs the workflows gives tags.
func (b *builder) tagged(o spec.Operator) []policy.Text {
	if len(b.spec.Tags) == 0 {
		return nil
	}
	var out []policy.Text
	for _, job := range taggedJobs {
		if has(b.spec, job.workflow) {
			out = append(out, policy.Literal(job.resource))
		}
	}
	if b.spec.DatasetGroup != nil && !o.Has(spec.Build) {
		out = append(out, policy.NewText(policy.Lit("dataset-group/"), RefGroupName))
	}
	return out
}

func literals(list []string) []policy.Text {
	out := make([]policy.Text, len(list))
	for i, s := range list {
		out[i] = policy.Literal(s)
	}
	return out
}

// arn returns an ARN of the spec with the setup's own partition, account and region as references,
// so that targets print them natively.
func (b *builder) arn(s string) policy.Text {
	f := strings.SplitN(s, ":", 6)
	if len(f) != 6 {
		return policy.Literal(s)
	}
	var parts []policy.Part
	for i, v := range f {
		if i > 0 {
			parts = append(parts, policy.Lit(":"))
		}
		switch {
		case i == 1 && v == b.spec.Partition:
			parts = append(parts, RefPartition)
		case i == 3 && v == b.spec.Region:
			parts = append(parts, RefRegion)
		case i == 4 && v == b.spec.Account:
			parts = append(parts, RefAccount)
		default:
			parts = append(parts, policy.Lit(v))
		}
	}
	return policy.NewText(parts...)
}

func (b *builder) arns(list []string) []policy.Text {
	out := make([]policy.Text, len(list))
	for i, s := range list {
		out[i] = b.arn(s)
	}
	return out
}

// statement fills in a template for a document. Identity policies name no principal.
func statement(t *templates.Template, doc string, facts map[string]bool, h holes) policy.Statement {
	s := t.Statement
	s.Sid = t.Sid
	if strings.HasPrefix(doc, "role") || doc == "operator" {
		s.Principal = nil
	}
	if doc != "trust" && doc != "bucket" && doc != "key" {
		s.NotPrincipal = nil
	}
	s.Condition = slices.Clone(s.Condition)
	for i := range t.Extra {
		if t.Extra[i].Applies(doc, facts) {
			s.Condition = append(s.Condition, t.Extra[i].Conditions...)
		}
	}
	for i := range t.More {
		if t.More[i].Applies(facts) {
			s.Action = united(s.Action, t.More[i].Actions)
		}
	}
	s.Action, s.NotAction = h.fill(s.Action), h.fill(s.NotAction)
	s.Resource, s.NotResource = h.fill(s.Resource), h.fill(s.NotResource)
	if s.Principal != nil {
		p := &policy.Principal{Any: s.Principal.Any}
		for _, ty := range s.Principal.Types {
			p.Types = append(p.Types, policy.PrincipalType{Type: ty.Type, Values: h.fill(ty.Values)})
		}
		s.Principal = p
	}
	for i, c := range s.Condition {
		s.Condition[i].Values = h.fill(c.Values)
	}
	return s
}

// united returns values with those of more that are not among them.
func united(values policy.Texts, more []policy.Text) policy.Texts {
	values.Values = slices.Clone(values.Values)
	for _, m := range more {
		if !slices.ContainsFunc(values.Values, func(v policy.Text) bool { return v.String() == m.String() }) {
			values.Values = append(values.Values, m)
		}
	}
	return values
}

// fill replaces the holes of an element. A string that holds a list is repeated for each element of it.
func (h holes) fill(t policy.Texts) policy.Texts {
	if t.Values == nil {
		return t
	}
	out := policy.Texts{Values: make([]policy.Text, 0, len(t.Values)), Scalar: t.Scalar}
	for _, v := range t.Values {
		n := 1
		for _, p := range v.Parts() {
			if r, ok := p.(policy.Ref); ok {
				if list, ok := h[r.ID+"."+r.Attr]; ok && len(list) != 1 {
					n = len(list)
				}
			}
		}
		for i := range n {
			out.Values = append(out.Values, v.Bind(func(r policy.Ref) (policy.Text, bool) {
				list, ok := h[r.ID+"."+r.Attr]
				if !ok {
					return policy.Text{}, false
				}
				return list[min(i, len(list)-1)], true
			}))
		}
	}
	return out
}
