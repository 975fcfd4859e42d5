package terraform

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Names tells which reference each variable of the setup's module stands for that holds one string.
func Names(s *model.Setup) map[string]policy.Ref {
	refs := map[string]policy.Ref{}
	for _, v := range scalars(s, namesOf(s)) {
		refs[v.name] = v.ref
	}
	return refs
}

// Structured returns the values of the other variables as JSON, references in the place of strings:
// sets of users, groups and roles, and the map of tags.
func Structured(s *model.Setup) map[string]policy.Text {
	n, all := namesOf(s), map[string]policy.Text{}
	for _, o := range s.Operators {
		for _, a := range audiences(o) {
			parts := []policy.Part{policy.Lit("[")}
			for i := range a.Names {
				parts = append(parts, policy.Lit(separator(i)+`"`), model.RefMember(o.ID, a.Kind, i),
					policy.Lit(`"`))
			}
			if len(a.Names) > 0 {
				all[n.principalVar(o.ID, a.Kind)] = policy.NewText(append(parts, policy.Lit("]"))...)
			}
		}
	}
	if taggable(s) {
		parts := []policy.Part{policy.Lit("{")}
		for i := range s.Tags {
			parts = append(parts, policy.Lit(separator(i)+`"`), model.RefTagKey(i), policy.Lit(`":"`),
				model.RefTagValue(i), policy.Lit(`"`))
		}
		all[varTags] = policy.NewText(append(parts, policy.Lit("}"))...)
	}
	return all
}

// separator is what is before the i-th element of a list.
func separator(i int) string {
	if i > 0 {
		return ","
	}
	return ""
}

// Want returns what the setup's module has to bring about and to show: [model.Setup.Want] without
// what exists and gets nothing; with the module's own names for things, what it refuses to destroy, its variables,
// outputs and import blocks.
func Want(s *model.Setup) deployed.State {
	n, w := namesOf(s), s.Want()
	if s.MadeGroup() == nil {
		w.DatasetGroups = nil
	}
	w.Roles = slices.DeleteFunc(w.Roles, func(r deployed.Role) bool {
		return !r.Created && len(r.Inline) == 0
	})
	for i := range w.Policies {
		w.Policies[i].Path = deployed.Text{}
	}
	for i, b := range s.Buckets {
		bu := &w.Buckets[i]
		bu.PolicyProtected.V = b.Existing
		for j := range bu.Lifecycle {
			bu.Lifecycle[j].ID = deployed.Lit(expireRule)
			if !b.Versioning {
				bu.Lifecycle[j].NoncurrentDays = deployed.Int{}
			}
		}
	}
	w.Buckets = slices.DeleteFunc(w.Buckets, func(b deployed.Bucket) bool {
		return !b.Created && b.Policy == nil
	})
	for i, k := range s.Keys {
		if k.Existing() {
			w.Keys[i].PolicyProtected.V = w.Keys[i].Policy != nil
		} else {
			w.Keys[i].Description = deployed.Lit(keyDescription(s.Name, k))
		}
	}
	w.Keys = slices.DeleteFunc(w.Keys, func(k deployed.Key) bool {
		return !k.Created && k.Policy == nil && k.Aliases == nil
	})
	w.Resources = wantResources(s, n)
	for i := range w.Resources {
		r := &w.Resources[i]
		r.Address = address(s, r.Address)
		for j, after := range r.After {
			r.After[j] = deployed.Lit(address(s, after.V.String()))
		}
	}
	w.Parameters = wantParameters(s, n)
	w.Outputs = wantOutputs(s, n)
	w.Documents = wantShown(s, n)
	w.Moves = moves(s)
	for _, i := range imports(s, n) {
		to := address(s, i.typ+"."+i.label)
		w.Imports = append(w.Imports, deployed.Import{To: to, ID: deployed.Lit(i.id)})
	}
	return w
}

// wantResources are the addresses of the module's resources, and what each of them is.
func wantResources(s *model.Setup, n names) []deployed.Resource {
	var out []deployed.Resource
	put := func(typ, label string, id policy.Text, after ...string) {
		r := deployed.Resource{Address: typ + "." + label, Type: typ, ID: deployed.Text{V: id}}
		for _, a := range after {
			r.After = append(r.After, deployed.Lit(a+"."+label))
		}
		out = append(out, r)
	}
	role := policy.NewText(model.RefRoleName)
	if !s.Role.Existing {
		put(tfRole, roleLabel, role)
	}
	for _, d := range s.Role.Policies {
		if s.Role.Inline {
			put(tfRolePolicy, n.docs[d.Name], policy.NewText(model.RefRoleName, policy.Lit(":"+d.PolicyName)))
			continue
		}
		put(tfPolicy, n.docs[d.Name], policy.Literal(d.PolicyName))
		put(tfRoleAttach, n.docs[d.Name], model.PolicyARN(d.PolicyName))
	}
	for _, m := range s.Role.ManagedPolicies {
		put(tfRoleAttach, n.managed[managedKey("role", m)], m)
	}
	for _, k := range s.Keys {
		arn, label := policy.NewText(model.RefKeyARN(k.ID)), n.keys[k.ID]
		whole := k.Policy.Name != "" && !k.Policy.Partial
		switch {
		case !k.Existing():
			put(tfKey, label, arn)
			put(tfKeyAlias, label, policy.NewText(model.RefKeyAlias(k.ID)))
			if whole && separate(s, k) {
				put(tfKeyPolicy, label, arn)
			}
		case whole:
			put(tfKeyPolicy, label, arn)
		}
	}
	for _, b := range s.Buckets {
		name, label := policy.NewText(model.RefBucketName(b.ID)), n.buckets[b.ID]
		for _, typ := range bucketParts(b) {
			var after []string
			switch {
			case typ == tfBucketPolicy && !b.Existing:
				after = []string{tfBucketPublic}
			case typ == tfBucketLife && b.Versioning:
				after = []string{tfBucketVers}
			}
			put(typ, label, name, after...)
			if to := logsAfter(s, n, b); typ == tfBucketLogs && to != "" {
				r := &out[len(out)-1]
				r.After = append(r.After, deployed.Lit(tfBucketPolicy+"."+to))
			}
		}
	}
	if s.MadeGroup() != nil {
		r := deployed.Resource{Address: tfCloud + "." + groupLabel, Type: tfCloud,
			ID: deployed.Text{V: policy.NewText(model.RefGroupName)}}
		for _, a := range groupAfter(s, n) {
			r.After = append(r.After, deployed.Lit(a))
		}
		out = append(out, r)
	}
	for _, o := range s.Operators {
		for _, d := range o.Policies {
			put(tfPolicy, n.docs[d.Name], policy.Literal(d.PolicyName))
		}
		for _, a := range audiences(o) {
			if len(a.Names) == 0 {
				continue
			}
			for _, d := range o.Policies {
				put(attachment(a.Kind), n.docs[d.Name], model.PolicyARN(d.PolicyName))
			}
			for _, m := range o.ManagedPolicies {
				put(attachment(a.Kind), n.managed[managedKey("operator-"+o.ID, m)], m)
			}
		}
	}
	return out
}

func wantParameters(s *model.Setup, n names) []deployed.Parameter {
	var out []deployed.Parameter
	put := func(name, typ, value string, accepts ...string) {
		p := deployed.Parameter{Name: name, Type: deployed.Lit(typ), Default: deployed.Lit(value)}
		for _, a := range accepts {
			p.Accepts = append(p.Accepts, deployed.Lit(a))
		}
		out = append(out, p)
	}
	for _, v := range allScalars(s, n) {
		if v.pattern == "" {
			put(v.name, typeString, v.value)
		} else {
			put(v.name, typeString, v.value, v.pattern)
		}
	}
	for _, o := range s.Operators {
		for _, a := range audiences(o) {
			if len(a.Names) > 0 {
				members := slices.Compact(slices.Sorted(slices.Values(a.Names)))
				for i, m := range members {
					members[i] = policy.JSONString(m)
				}
				value := "[" + strings.Join(members, ",") + "]"
				put(n.principalVar(o.ID, a.Kind), typeSet, value, eachHas+patternNames)
			}
		}
	}
	if !taggable(s) {
		return out
	}
	byKey := slices.SortedFunc(slices.Values(s.Tags), func(a, b spec.Tag) int {
		return strings.Compare(a.Key, b.Key)
	})
	tags := make([]string, len(byKey))
	for i, t := range byKey {
		tags[i] = policy.JSONString(t.Key) + ":" + policy.JSONString(t.Value)
	}
	put(varTags, typeMap, "{"+strings.Join(tags, ",")+"}")
	return out
}

func wantOutputs(s *model.Setup, n names) []deployed.Output {
	var out []deployed.Output
	put := func(name string, value policy.Text) {
		out = append(out, deployed.Output{Name: name, Value: deployed.Text{V: value}})
	}
	put(outputRole, policy.NewText(model.RefRoleARN))
	for _, b := range s.Buckets {
		put(n.bucketVar(b.ID), policy.NewText(model.RefBucketName(b.ID)))
		put(n.bucketARN(b.ID), policy.NewText(model.RefBucketARN(b.ID)))
	}
	for _, k := range s.Keys {
		put(n.keyARN(k.ID), policy.NewText(model.RefKeyARN(k.ID)))
	}
	for _, o := range s.Operators {
		parts := []policy.Part{policy.Lit("[")}
		for i, d := range o.Policies {
			if i > 0 {
				parts = append(parts, policy.Lit(","))
			}
			parts = append(parts, policy.Lit(`"`))
			name := policy.JSONString(d.PolicyName)
			parts = append(parts, model.PolicyARN(name[1:len(name)-1]).Parts()...)
			parts = append(parts, policy.Lit(`"`))
		}
		if len(o.Policies) > 0 {
			put(n.policiesOutput(o.ID), policy.NewText(append(parts, policy.Lit("]"))...))
		}
	}
	if s.MadeGroup() != nil {
		put(outputGroup, model.GroupARN())
	}
	for _, o := range placeOutputs(s) {
		put(o.name, policy.NewText(o.ref))
	}
	return out
}

// wantShown are the documents to merge by hand, each in an output.
func wantShown(s *model.Setup, n names) []deployed.Shown {
	var out []deployed.Shown
	for _, d := range s.Docs() {
		if d.Partial {
			out = append(out, deployed.Shown{Name: n.statementsOutput(d.Name),
				Policy: &deployed.Document{Name: d.Name, Document: d.Document}})
		}
	}
	return out
}
