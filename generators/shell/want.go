package shell

import (
	"maps"
	"slices"
	"strconv"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Names returns the references that names of the scripts stand for: those that are assigned a
// value and not made of others.
func Names(s *model.Setup) map[string]policy.Ref {
	n := namesOf(s)
	refs := []policy.Ref{model.RefPartition, model.RefAccount, model.RefRegion, model.RefRoleName}
	for _, b := range s.Buckets {
		refs = append(refs, model.RefBucketName(b.ID))
	}
	for _, k := range s.Keys {
		if k.ARN != "" {
			refs = append(refs, model.RefKeyARN(k.ID))
		}
	}
	out := make(map[string]policy.Ref, len(refs)+len(n.aliases))
	for _, k := range s.Keys {
		if k.ARN == "" {
			out[n.aliases[k.ID]] = model.RefKeyAlias(k.ID)
		}
	}
	for _, r := range refs {
		out[n.vars[r]] = r
	}
	return out
}

// Want returns what the scripts of a setup have to bring about: [model.Setup.Want], with the tags
// by which a later run knows what an earlier one made, with statements that are merged into
// policies, with uploads, and with what is told at the end. A created key has no description.
func Want(s *model.Setup) deployed.State {
	w := s.Want().Fill(s.WrittenOut(slices.Collect(maps.Values(Names(s)))...))
	w.Parameters = parameters(s)
	tags := []deployed.Tag{tag(ownerTag, s.Name)}
	for _, t := range s.Tags {
		tags = append(tags, tag(t.Key, t.Value))
	}
	for i := range w.Roles {
		w.Roles[i].Path, w.Roles[i].Lender = deployed.Lit(s.Role.Path), deployed.Lit(s.Role.Of)
		if w.Roles[i].Created {
			w.Roles[i].Tags = tags
		}
	}
	if d := s.Role.Trust; s.Role.Existing && d.Name != "" {
		w.Documents = append(w.Documents, deployed.Shown{Name: namesOf(s).functions[d.Name],
			Policy: &deployed.Document{Name: d.Name, Document: d.Document}})
	}
	for i := range w.Policies {
		w.Policies[i].Tags = tags
	}
	for i, b := range s.Buckets {
		out := &w.Buckets[i]
		if out.Policy = merging(s, b.Policy); b.Owner != nil {
			out.Policy, out.Lender, out.Borrowed = nil, deployed.Lit(b.Owner.Setup), borrowed(b.Borrowed())
		}
		if account := b.Owner.Elsewhere(); account != "" {
			out.Account = deployed.Lit(account)
			continue
		}
		if b.Existing {
			out.Watched = literals(watched(s, calls.OfBucket(b.ID)))
			if b.Key != "" {
				out.Key = refText(model.RefKeyARN(b.Key))
			}
		}
		if out.Protected.V = out.Created; out.Created { // no script deletes data
			out.Tags = tags
		}
		for j := range out.Lifecycle {
			out.Lifecycle[j].ID = deployed.Lit(expireRule)
		}
	}
	for i, k := range s.Keys {
		out := &w.Keys[i]
		out.Policy, out.Description = merging(s, k.Policy), deployed.Text{}
		if k.Owner != nil {
			out.Policy, out.Lender, out.Borrowed = nil, deployed.Lit(k.Owner.Setup), borrowed(k.Borrowed())
		}
		if account := k.Owner.Elsewhere(); account != "" {
			out.Account = deployed.Lit(account)
			continue
		}
		if k.Existing() {
			out.Watched = literals(watched(s, calls.OfKey(k.ID)))
		}
		if out.Protected.V = out.Created; out.Created {
			out.Tags = append(tags[:len(tags):len(tags)], tag(keyTag, k.ID))
		}
	}
	for i := range w.DatasetGroups {
		w.DatasetGroups[i].Tags, w.DatasetGroups[i].Protected.V = tags, true
	}
	for _, u := range s.Uploads {
		w.Objects = append(w.Objects, deployed.Object{Source: deployed.Lit(u.File),
			Bucket: refText(model.RefBucketName(u.To.Bucket)), Key: deployed.Lit(u.To.Prefix)})
	}
	w.Was, w.OwnedSids, w.SidMarks = literals(s.Was), literals(s.OwnedSids), literals(s.SidMarks())
	for i, l := range summaryOf(s) {
		w.Outputs = append(w.Outputs,
			deployed.Output{Name: outputName(i, l.what), Value: deployed.Text{V: l.value}})
	}
	return w
}

// borrowed returns the statements that have to be in the policy of what another setup has.
func borrowed(d model.Doc) *deployed.Document {
	if d.Name == "" {
		return nil
	}
	return &deployed.Document{Name: d.Name, Document: d.Document}
}

// parameters are the names that apply.sh assigns a value, but for lists.
func parameters(s *model.Setup) []deployed.Parameter {
	values := map[string]string{"SETUP": s.Name, "ROLE_PATH": s.Role.Path}
	env := s.DeployedEnv()
	for name, ref := range Names(s) {
		values[name] = env[ref]
	}
	var out []deployed.Parameter
	for _, name := range slices.Sorted(maps.Keys(values)) {
		out = append(out, deployed.Parameter{Name: name, Default: deployed.Lit(values[name])})
	}
	return out
}

func literals(list []string) []deployed.Text {
	var out []deployed.Text
	for _, s := range list {
		out = append(out, deployed.Lit(s))
	}
	return out
}

func tag(key, value string) deployed.Tag {
	return deployed.Tag{Key: deployed.Lit(key), Value: deployed.Lit(value)}
}

func refText(r policy.Ref) deployed.Text { return deployed.Text{V: policy.NewText(r)} }

// merging returns the statements that are put into the policy of a bucket or key, which may be
// none.
func merging(s *model.Setup, d model.Doc) *deployed.Document {
	if d.Name == "" {
		return &deployed.Document{Merge: true}
	}
	return &deployed.Document{Name: d.Name, Document: wanted(s, d), Merge: true}
}

// outputName names a line of the summary, by its number and by what it tells.
func outputName(i int, what string) string { return strconv.Itoa(i+1) + " " + what }

// line is a line of the summary.
type line struct {
	what  string
	value policy.Text
}

// summaryOf returns what apply.sh tells at its end, so that a person can go on.
func summaryOf(s *model.Setup) []line {
	lines := []line{{"service role", policy.NewText(model.RefRoleARN)}}
	for _, k := range s.Keys {
		lines = append(lines, line{"key", policy.NewText(model.RefKeyARN(k.ID))})
	}
	for _, b := range s.Buckets {
		lines = append(lines, line{"bucket", policy.NewText(model.RefBucketName(b.ID))})
	}
	if g := s.DatasetGroup; g != nil {
		lines = append(lines, line{"dataset group", policy.Literal(g.Name)})
	}
	return lines
}
