package proof

import (
	"fmt"
	"slices"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// created returns t with an ARN of the usual length for what is known only after creation: the
// keys.
func (p *proof) created(t policy.Text) policy.Text {
	refs := t.Refs()
	if len(refs) == 0 {
		return t
	}
	own, env := p.m.DeployedEnv(), policy.Env{}
	for _, ref := range refs {
		env[ref] = "arn:" + own[model.RefPartition] + ":kms:" + own[model.RefRegion] + ":" +
			own[model.RefAccount] + ":key/00000000-0000-0000-0000-000000000000"
	}
	return t.Fill(env)
}

// fitsAsRead holds the documents of a target against AWS's grammar and limits, as they were read:
// two documents that are written alike in meaning may differ in size. What the setup's own
// documents are found to lack is not told twice. A document that is attached to nothing is what
// want shows under its name; env has the ARNs that its placeholders are for.
func (p *proof) fitsAsRead(g generators.Generator, want, s deployed.State, env policy.Env) {
	known, kinds := map[string]bool{}, map[string]policy.Kind{}
	for _, d := range p.parts {
		kinds[d.Name] = d.Kind.Grammar()
		for _, problem := range p.docs.Get(d.Document).Check(kinds[d.Name]) {
			known[problem.Sid+problem.Message] = true
		}
	}
	check := func(kind policy.Kind, what string, d *deployed.Document) {
		if d == nil || d.Merge && len(d.Document.Statements) == 0 {
			return // nothing is put into the policy that is there
		}
		for _, problem := range d.Document.Check(kind) {
			if !known[problem.Sid+problem.Message] {
				p.find(Finding{Check: Fits, Target: g.Name, Sid: problem.Sid, Path: d.At.Path, Line: d.At.Line,
					Message: fmt.Sprintf("target %s: policy of %s: %s", g.Name, what, problem.Message)})
			}
		}
	}
	// sum holds the size of several documents together against a limit of IAM, which counts no
	// white space.
	sum := func(limit int, what string, docs ...*deployed.Document) {
		size, at := 0, deployed.Place{}
		for _, d := range docs {
			if d != nil {
				size, at = size+d.Document.Size(false), d.At
			}
		}
		if size > limit {
			p.find(Finding{Check: Fits, Target: g.Name, Path: at.Path, Line: at.Line,
				Message: fmt.Sprintf("target %s: %s: %d characters, and AWS takes %d", g.Name, what, size, limit)})
		}
	}
	for _, r := range s.Roles {
		name := "role " + r.Name.V.String()
		check(policy.Trust, name, r.Trust)
		var inline []*deployed.Document
		for _, in := range r.Inline {
			check(policy.Identity, name, in.Policy)
			inline = append(inline, in.Policy)
		}
		sum(model.InlineRoleLimit, "inline policies of "+name, inline...)
	}
	for _, m := range s.Policies {
		name := "policy " + m.Name.V.String()
		check(policy.Identity, name, m.Policy)
		sum(model.ManagedLimit, name, m.Policy)
	}
	for _, b := range s.Buckets {
		check(policy.Resource, "bucket "+b.Name.V.String(), b.Policy)
	}
	for _, k := range s.Keys {
		check(policy.KeyPolicy, "key "+k.ARN.V.String(), k.Policy)
	}
	names := map[string]string{} // of documents, by the names under which they are shown
	for _, d := range want.Documents {
		names[d.Name] = d.Policy.Name
	}
	var inline []*deployed.Document
	for _, d := range s.Documents {
		name, ok := names[d.Name]
		if !ok || name == "" {
			continue // it is too much, which is told; or a policy that was there before, which AWS has taken
		}
		if g.Fixed && d.Policy != nil {
			filled := *d.Policy
			filled.Document = p.withoutPlaceholders(d.Policy.Document, env)
			d.Policy = &filled
		}
		kind, ok := kinds[name]
		if !ok {
			panic(fmt.Sprintf("proof: target %s wants %q, which is no document of the setup", g.Name, d.Name))
		}
		check(kind, d.Name, d.Policy)
		switch {
		case kind != policy.Identity:
		case p.m.Role.Inline && p.ofRole(name):
			inline = append(inline, d.Policy)
		default:
			sum(model.ManagedLimit, d.Name, d.Policy)
		}
	}
	sum(model.InlineRoleLimit, "inline policies of the service role", inline...)
}

// ofRole reports whether a document is a policy of the service role.
func (p *proof) ofRole(name string) bool {
	return slices.ContainsFunc(p.m.Role.Policies, func(d model.Doc) bool { return d.Name == name })
}
