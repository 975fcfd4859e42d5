package model

import (
	"slices"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// Want returns the State that the setup asks for, with its references in it. It is what a target that can bring about
// everything would do: a target's own function edits it by what that target has no means for, and by what it shows
// to people beside.
//
// An existing role, bucket or key has in it what is added to it alone. The policy of an existing bucket or key is
// whole where its present policy is known; where it is not, nothing is wanted of it here.
func (s *Setup) Want() deployed.State {
	w := deployed.State{
		Scope: deployed.Scope{Account: refText(RefAccount), Region: refText(RefRegion)},
	}
	if s.Asker == nil {
		s.wantRole(&w)
	}
	for _, b := range s.Buckets {
		w.Buckets = append(w.Buckets, s.wantBucket(b))
	}
	for _, k := range s.Keys {
		w.Keys = append(w.Keys, s.wantKey(k))
	}
	if g := s.DatasetGroup; g != nil {
		out := deployed.DatasetGroup{
			Name: refText(RefGroupName), Domain: deployed.Lit(g.Domain), Protected: deployed.Bool{V: !g.Disposable},
		}
		if g.Key != "" {
			out.Key, out.Role = refText(RefKeyARN(g.Key)), refText(RefRoleARN)
		}
		w.DatasetGroups = append(w.DatasetGroups, out)
	}
	for _, o := range s.Operators {
		s.wantOperator(&w, o)
	}
	return w
}

func refText(r policy.Ref) deployed.Text { return deployed.Text{V: policy.NewText(r)} }

func (s *Setup) wantRole(w *deployed.State) {
	r := deployed.Role{Name: refText(RefRoleName), Created: !s.Role.Existing}
	if r.Created {
		r.Path, r.Description = deployed.Lit(s.Role.Path), deployed.Lit(s.Role.Description)
		r.Boundary = deployed.Text{V: s.Role.Boundary}
		r.Trust = wantDocument(s.Role.Trust)
		r.Tags = s.wantTags()
	}
	for _, d := range s.Role.Policies {
		if s.Role.Inline {
			r.Inline = append(r.Inline, deployed.Inline{Name: deployed.Lit(d.PolicyName), Policy: wantDocument(d)})
			continue
		}
		s.wantManaged(w, d)
		w.Attachments = append(w.Attachments, deployed.Attachment{
			Policy: deployed.Text{V: PolicyARN(d.PolicyName)}, Kind: deployed.RoleP, To: refText(RefRoleName)})
	}
	for _, arn := range s.Role.ManagedPolicies {
		w.Attachments = append(w.Attachments, deployed.Attachment{
			Policy: deployed.Text{V: arn}, Kind: deployed.RoleP, To: refText(RefRoleName)})
	}
	w.Roles = append(w.Roles, r)
}

func (s *Setup) wantManaged(w *deployed.State, d Doc) {
	w.Policies = append(w.Policies, deployed.Policy{
		Name: deployed.Lit(d.PolicyName), Path: deployed.Lit("/"), Description: deployed.Lit(d.About),
		Policy: wantDocument(d), Tags: s.wantTags()})
}

// PolicyARN returns the ARN of a customer managed policy of the setup's account.
func PolicyARN(name string) policy.Text {
	return policy.NewText(policy.Lit("arn:"), RefPartition, policy.Lit(":iam::"), RefAccount, policy.Lit(":policy/"+name))
}

// GroupARN returns the ARN of the dataset group, which AWS makes of its name.
func GroupARN() policy.Text {
	return policy.NewText(policy.Lit("arn:"), RefPartition, policy.Lit(":personalize:"), RefRegion,
		policy.Lit(":"), RefAccount, policy.Lit(":dataset-group/"), RefGroupName)
}

// wantOperator attaches each policy to all that the operator names. A principal that another
// operator names too is the same one when the names are filled in, see [deployed.State.Fill].
func (s *Setup) wantOperator(w *deployed.State, o Operator) {
	arns := slices.Clone(o.ManagedPolicies)
	for _, d := range o.Policies {
		s.wantManaged(w, d)
		arns = append(arns, PolicyARN(d.PolicyName))
	}
	for _, arn := range arns {
		for _, a := range o.Audiences() {
			for i := range a.Names {
				w.Attachments = append(w.Attachments, deployed.Attachment{Policy: deployed.Text{V: arn},
					Kind: a.Kind, To: refText(RefMember(o.ID, a.Kind, i))})
			}
		}
	}
}

// wantBucket takes what a bucket's settings are in every target. The rule by which objects expire has another name in
// each of them, so its ID is the target's to set.
func (s *Setup) wantBucket(b Bucket) deployed.Bucket {
	out := deployed.Bucket{Name: refText(RefBucketName(b.ID)), Created: !b.Existing}
	if b.Policy.Name != "" && !b.Policy.Partial {
		out.Policy = wantDocument(b.Policy)
	}
	if b.Existing {
		return out
	}
	out.Algorithm = deployed.Lit("AES256")
	if b.Key != "" {
		out.Algorithm, out.Key, out.BucketKey = deployed.Lit("aws:kms"), refText(RefKeyARN(b.Key)), deployed.Bool{V: true}
	}
	block := deployed.Bool{V: b.BlockPublic}
	out.BlockPublicAcls, out.IgnorePublicAcls = block, block
	out.BlockPublicPolicy, out.RestrictPublicBuckets = block, block
	out.Ownership = deployed.Lit("BucketOwnerPreferred")
	if b.OwnerOnly {
		out.Ownership = deployed.Lit("BucketOwnerEnforced")
	}
	out.Versioning = deployed.Bool{V: b.Versioning}
	if b.ExpireDays > 0 || b.OldDays > 0 {
		out.Lifecycle = []deployed.Rule{{Enabled: deployed.Bool{V: true},
			ExpireDays: deployed.Int{V: b.ExpireDays}, NoncurrentDays: deployed.Int{V: b.OldDays}}}
	}
	if b.Logs != nil {
		out.LogsTo, out.LogsPrefix = deployed.Text{V: b.Logs.To()}, deployed.Text{V: b.Logs.Prefix}
	}
	out.Tags = s.wantTags()
	out.Protected.V = !b.Disposable
	return out
}

func (s *Setup) wantKey(k Key) deployed.Key {
	out := deployed.Key{ARN: refText(RefKeyARN(k.ID)), Created: !k.Existing()}
	if k.Policy.Name != "" && !k.Policy.Partial {
		out.Policy = wantDocument(k.Policy)
	}
	if k.ARN == "" {
		out.Aliases = []deployed.Text{refText(RefKeyAlias(k.ID))}
	}
	if k.Existing() {
		return out
	}
	out.Rotation, out.Window = deployed.Bool{V: k.Rotation}, deployed.Int{V: k.Window}
	out.Description = deployed.Lit("Data of Amazon Personalize setup " + s.Name)
	out.Tags = s.wantTags()
	out.Protected.V = !k.Disposable
	return out
}

func (s *Setup) wantTags() []deployed.Tag {
	var out []deployed.Tag
	for i := range s.Tags {
		out = append(out, deployed.Tag{Key: refText(RefTagKey(i)), Value: refText(RefTagValue(i))})
	}
	return out
}

func wantDocument(d Doc) *deployed.Document {
	return &deployed.Document{Name: d.Name, Document: d.Document}
}
