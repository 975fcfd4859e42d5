package cloudformation

import (
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Names returns which reference each parameter of a setup's templates stands for.
func Names(s *model.Setup) map[string]policy.Ref { return newNames(s).parameters(s) }

// Want returns what the templates of a setup bring about and show: what [model.Setup.Want] says,
// without what no resource type of CloudFormation does (see [Print]), and with the names that
// Parse finds things under. The text that people copy commands from is the printer's own.
func Want(s *model.Setup) deployed.State {
	able := *s
	if s.Role.Existing {
		able.Role.ManagedPolicies = nil
	}
	able.Keys = slices.DeleteFunc(slices.Clone(s.Keys), model.Key.Existing)
	able.Buckets = slices.DeleteFunc(slices.Clone(s.Buckets), func(b model.Bucket) bool {
		return b.Existing && !hasPolicy(b)
	})
	able.Operators = slices.Clone(s.Operators)
	for i := range able.Operators {
		able.Operators[i].ManagedPolicies = nil
	}
	able.DatasetGroup = s.MadeGroup()
	w := &wanted{State: able.Want(), setup: s, names: newNames(s)}
	// Who operators are, and tags, are written out: a template has no parameters for them.
	w.State = w.Fill(s.WrittenOut(slices.Collect(maps.Values(w.names.parameters(s)))...))
	w.Scope = deployed.Scope{Account: deployed.Lit(s.Account), Region: deployed.Lit(s.Region)}
	if s.StackSet {
		w.Scope = deployed.Scope{}
	}
	w.Roles = slices.DeleteFunc(w.Roles, func(r deployed.Role) bool {
		return !r.Created && r.Inline == nil
	})
	for i := range w.Policies {
		// The path is left to its default, and the type has no tags.
		w.Policies[i].Path, w.Policies[i].Tags = deployed.Text{}, nil
	}
	for i := range w.Buckets {
		b := &w.Buckets[i]
		b.PublicAccessBlock.V = b.Created
		b.PolicyProtected.V = !b.Created
		for j := range b.Lifecycle {
			b.Lifecycle[j].ID = deployed.Lit(expireRule)
			b.Lifecycle[j].AbortUploadsAfter.V = abortUploadsAfter
		}
	}
	w.resources()
	w.outputs()
	w.parameters("", w.used())
	p := &printer{setup: s, names: w.names}
	w.page(templateFile, p.header(false))
	w.group()
	w.imports()
	return w.State
}

// hasPolicy reports whether a template holds the whole policy of a bucket.
func hasPolicy(b model.Bucket) bool { return b.Policy.Name != "" && !b.Policy.Partial }

// wanted is a State under construction.
type wanted struct {
	deployed.State
	setup *model.Setup
	names names
}

func textOf(parts ...policy.Part) deployed.Text {
	return deployed.Text{V: policy.NewText(parts...)}
}

// resource adds a resource that waits for the others that refs stand for, and for after.
func (w *wanted) resource(address, kind string, id deployed.Text, protected bool,
	refs []policy.Ref, after ...string) {
	r := deployed.Resource{Address: address, Type: kind, ID: id}
	r.Protected.V = protected
	r.OnceMade.V = protected && kind != typeBucketPolicy
	for _, ref := range refs {
		if made := w.madeBy(ref, kind); made != "" {
			after = append(after, made)
		}
	}
	slices.Sort(after)
	for _, a := range slices.Compact(after) {
		r.After = append(r.After, deployed.Lit(a))
	}
	w.Resources = append(w.Resources, r)
}

// madeBy returns the resource that a reference from a resource of this kind waits for, or "".
// Buckets wait for keys and keys for the role, so that the role and keys name buckets, and the
// role itself, without waiting for them.
func (w *wanted) madeBy(ref policy.Ref, from string) string {
	if ref == model.RefRoleARN && !w.setup.Role.Existing && from != typeRole {
		return w.names.role
	}
	for i, b := range w.setup.Buckets {
		is := ref == model.RefBucketName(b.ID) || ref == model.RefBucketARN(b.ID)
		if is && !b.Existing && from != typeRole && from != typeKey {
			return w.names.buckets[i].bucket
		}
	}
	for i, k := range w.setup.Keys {
		if ref == model.RefKeyARN(k.ID) && !k.Existing() {
			return w.names.keys[i].key
		}
	}
	return ""
}

// resources are those of template.yaml. What holds data, or statements of others, is kept when
// the stack goes.
func (w *wanted) resources() {
	s, n := w.setup, w.names
	role := textOf(model.RefRoleName)
	var made []string
	if !s.Role.Existing {
		refs := append(s.Role.Trust.Document.Refs(), s.Role.Boundary.Refs()...)
		for _, arn := range s.Role.ManagedPolicies {
			refs = append(refs, arn.Refs()...)
		}
		w.resource(n.role, typeRole, role, false, refs)
		made = []string{n.role}
	}
	for i, d := range s.Role.Policies {
		kind, of := typeManagedPolicy, deployed.Lit(d.PolicyName)
		if s.Role.Inline {
			kind, of = typeRolePolicy, rolePolicyOf(role, of)
		}
		w.resource(n.rolePolicies[i], kind, of, false, d.Document.Refs(), slices.Clone(made)...)
	}
	for i, k := range s.Keys {
		if !k.Existing() {
			arn := model.RefKeyARN(k.ID)
			w.resource(n.keys[i].key, typeKey, textOf(arn), !k.Disposable, k.Policy.Document.Refs())
			w.resource(n.keys[i].alias, typeAlias, textOf(model.RefKeyAlias(k.ID)), false, []policy.Ref{arn})
		}
	}
	for i, b := range s.Buckets {
		name, key := model.RefBucketName(b.ID), model.RefKeyARN(b.Key)
		if !b.Existing {
			refs := []policy.Ref{key}
			if b.Logs != nil && b.Logs.Bucket != "" {
				refs = append(refs, model.RefBucketName(b.Logs.Bucket))
			}
			w.resource(n.buckets[i].bucket, typeBucket, textOf(name), !b.Disposable, refs, logsAfter(s, n, b)...)
		}
		if hasPolicy(b) {
			refs := b.Policy.Document.Refs()
			if s.Logged(b.ID) { // by the names that parameters give
				refs = slices.DeleteFunc(refs, func(r policy.Ref) bool { return strings.HasPrefix(r.ID, "bucket.") })
			}
			refs = append(refs, name)
			w.resource(n.buckets[i].policy, typeBucketPolicy, textOf(name), b.Existing, refs)
		}
	}
	if g := s.MadeGroup(); g != nil && !groupApart(s) {
		var refs []policy.Ref
		var after []string
		if g.Key != "" { // the service checks the role's access to the key at once
			refs = []policy.Ref{model.RefKeyARN(g.Key), model.RefRoleARN}
			after = slices.Clone(n.rolePolicies)
		}
		w.resource(n.group, typeGroup, textOf(model.RefGroupName), !g.Disposable, refs, after...)
	}
	for i, o := range s.Operators {
		for j, d := range o.Policies {
			w.resource(n.operators[i].policies[j], typeManagedPolicy, deployed.Lit(d.PolicyName), false,
				d.Document.Refs())
		}
	}
}

func (w *wanted) output(name string, value policy.Text) {
	w.Outputs = append(w.Outputs, deployed.Output{Name: name, Value: deployed.Text{V: value}})
}

// page is the comment at the top of a template.
func (w *wanted) page(file, text string) {
	w.Pages = append(w.Pages, deployed.Page{Name: headerOf(file), Text: strings.TrimSpace(text)})
}

// outputs are the ARNs of what the stack makes, what is to be attached by hand, and the comment
// at the top.
func (w *wanted) outputs() {
	s, n := w.setup, w.names
	byHand := func(id string, arns []policy.Text) {
		var parts []policy.Part
		for i, arn := range arns {
			if i > 0 {
				parts = append(parts, policy.Lit(" "))
			}
			parts = append(parts, arn.Parts()...)
		}
		if len(arns) > 0 {
			w.output(id, policy.NewText(parts...))
		}
	}
	if s.Role.Existing {
		byHand(n.roleByHand, s.Role.ManagedPolicies)
	} else {
		w.output(n.role+"Arn", policy.NewText(model.RefRoleARN))
		if !s.Role.Inline {
			for i, d := range s.Role.Policies {
				w.output(n.rolePolicies[i]+"Arn", model.PolicyARN(d.PolicyName))
			}
		}
	}
	for i, b := range s.Buckets {
		if !b.Existing {
			w.output(n.buckets[i].bucket+"Arn", policy.NewText(model.RefBucketARN(b.ID)))
		}
	}
	for i, k := range s.Keys {
		if !k.Existing() {
			w.output(n.keys[i].key+"Arn", policy.NewText(model.RefKeyARN(k.ID)))
			if len(k.Lent.Statements) > 0 {
				w.Outputs[len(w.Outputs)-1].Export = deployed.Lit(exportOf(s.Name, k.ID))
			}
		}
	}
	for i, o := range s.Operators {
		for j, d := range o.Policies {
			w.output(n.operators[i].policies[j]+"Arn", model.PolicyARN(d.PolicyName))
		}
		byHand(n.operators[i].byHand, o.ManagedPolicies)
	}
	if s.MadeGroup() != nil && !groupApart(s) {
		w.output(n.group+"Arn", model.GroupARN())
	}
}

// used returns how often each reference is in what template.yaml brings about.
func (w *wanted) used() map[policy.Ref]int {
	s := w.State
	if groupApart(w.setup) {
		s.DatasetGroups = nil
	}
	return refs(s)
}

// group is what dataset-group.yaml brings about, where there is one.
func (w *wanted) group() {
	g := w.setup.DatasetGroup
	if !groupApart(w.setup) {
		return
	}
	prefix := groupFile + " "
	w.resource(prefix+w.names.group, typeGroup, textOf(model.RefGroupName), !g.Disposable, nil)
	w.output(prefix+w.names.group+"Arn", model.GroupARN())
	w.parameters(prefix, map[policy.Ref]int{
		model.RefRoleARN: 1, model.RefKeyARN(g.Key): 1, model.RefGroupName: 1})
	p := &printer{setup: w.setup, names: w.names}
	w.page(groupFile, p.groupHeader(false))
}

// parameters are those whose references are used, and those that name what the stack makes.
func (w *wanted) parameters(prefix string, used map[policy.Ref]int) {
	s, n := w.setup, w.names
	put := func(id, value, expr string) {
		p := deployed.Parameter{Name: prefix + id, Type: deployed.Lit(typeString),
			Default: deployed.Lit(value), Accepts: []deployed.Text{accepts(expr)}}
		if prefix != importFile+" " {
			p.Given = p.Default // see printer.values
		}
		w.Parameters = append(w.Parameters, p)
	}
	if used[model.RefRoleName]+used[model.RefRoleARN] > 0 {
		put(n.roleName, s.Role.Name, roleNamePattern)
	}
	for i, b := range s.Buckets {
		if used[model.RefBucketName(b.ID)]+used[model.RefBucketARN(b.ID)] > 0 {
			put(n.buckets[i].name, b.Name, bucketNamePattern)
		}
	}
	for i, k := range s.Keys {
		switch {
		case isImported(k):
		case k.Existing() && used[model.RefKeyARN(k.ID)] > 0:
			put(n.keys[i].arn, k.ARN, keyPattern)
		case !k.Existing() && prefix == "":
			put(n.keys[i].aliasName, k.Alias, aliasPattern)
		}
	}
	if g := s.DatasetGroup; g != nil && used[model.RefGroupName] > 0 {
		put(n.groupName, g.Name, groupNamePattern)
	}
}

// imports are what import.yaml and the list beside it bring under the stack: policies as they are
// now.
func (w *wanted) imports() {
	prefix := importFile + " "
	used := map[policy.Ref]int{}
	for i, b := range w.setup.Buckets {
		if !adopts(b) {
			continue
		}
		id := w.names.buckets[i].policy
		w.resource(prefix+id, typeBucketPolicy, textOf(model.RefBucketName(b.ID)), true, nil)
		w.Documents = append(w.Documents,
			deployed.Shown{Name: prefix + id, Policy: &deployed.Document{Document: *b.Base}})
		w.Imports = append(w.Imports, deployed.Import{To: id, ID: deployed.Lit(b.Name)})
		used[model.RefBucketName(b.ID)]++
	}
	if len(used) == 0 {
		return
	}
	w.parameters(prefix, used)
	p := &printer{setup: w.setup, names: w.names}
	w.page(importFile, p.importHeader(false))
}
