package model

import (
	"slices"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// A bucket or key of another setup has one policy, which that setup writes: with a statement of its
// own for each setup that uses it. Their Sids end in the owner's mark, as all do that are the owner's
// to change, and say before it for whom they are.

// lentSid returns the Sid of a statement for a setup in the policy of what another one has.
func lentSid(t *templates.Template, scope, suffix, setup, owner string) string {
	sid := t.Sid + suffix
	if scope == "operator-bucket" {
		sid += SidSuffix(setup)
	}
	return markSid(sid, owner)
}

// of returns a builder for another setup.
func (b *builder) of(s *spec.Setup) *builder { return newBuilder(s, b.lib) }

// owner returns a builder for the setup that has something.
func (b *builder) owner(o spec.Owned) *builder { return b.of(b.spec.Owner(o.Setup)) }

// lend appends to a document what the setups have in it that use the same bucket or key, and returns
// that.
func (b *builder) lend(d *draft, of func(*builder) []*draft) (lent policy.Document) {
	n := len(d.doc.Statements)
	for _, u := range b.spec.Users {
		user := b.of(u)
		for _, theirs := range of(user) {
			d.doc.Statements = append(d.doc.Statements, user.lentTo(b, theirs.doc).Statements...)
			for _, r := range theirs.reasons {
				r.Why, r.Place = "setup "+u.Name+": "+r.Why, b.spec.Places[""]
				d.reasons = append(d.reasons, r)
			}
		}
	}
	lent.Version, lent.Statements = d.doc.Version, slices.Clone(d.doc.Statements[n:])
	return lent
}

// keysOf returns what the setup has in the policy of a key of another one.
func (b *builder) keysOf(owner, name string) []*draft {
	var out []*draft
	for _, k := range b.spec.Keys {
		if k.Of == (spec.Owned{Setup: owner, Name: name}) {
			out = append(out, b.keyDraft(k))
		}
	}
	return out
}

// bucketsOf is keysOf for a bucket.
func (b *builder) bucketsOf(owner, name string) []*draft {
	var out []*draft
	for _, k := range b.spec.Buckets {
		if k.Of == (spec.Owned{Setup: owner, Name: name}) {
			out = append(out, b.bucketDraft(k))
		}
	}
	return out
}

// lentTo returns a document of the setup as the owner of the bucket or key has it: in references of
// the owner where it has them, written out where it has not.
func (b *builder) lentTo(owner *builder, d policy.Document) policy.Document {
	refs := b.refsFor(owner)
	return d.MapTexts(func(t policy.Text) policy.Text {
		return t.Bind(func(r policy.Ref) (policy.Text, bool) {
			text, ok := refs[r]
			return text, ok
		})
	})
}

// refsFor returns what references of the setup are in a document of another one of its account, as
// far as they are something else there.
func (b *builder) refsFor(owner *builder) map[policy.Ref]policy.Text {
	refs := map[policy.Ref]policy.Text{}
	written := func(r policy.Ref) { refs[r] = owner.arn(b.assumed()[r]) }
	if b.spec.Account != owner.spec.Account {
		refs[RefAccount] = policy.Literal(b.spec.Account)
	}
	if b.spec.Role.Of != owner.spec.Name {
		written(RefRoleARN)
		written(RefRoleName)
	}
	if b.spec.DatasetGroup != nil {
		written(RefGroupName)
	}
	for _, k := range b.spec.Buckets {
		if k.Of.Setup == owner.spec.Name {
			refs[RefBucketARN(k.Name)] = policy.NewText(RefBucketARN(k.Of.Name))
			refs[RefBucketName(k.Name)] = policy.NewText(RefBucketName(k.Of.Name))
			continue
		}
		written(RefBucketARN(k.Name))
		written(RefBucketName(k.Name))
	}
	for _, k := range b.spec.Keys {
		if k.Of.Setup == owner.spec.Name {
			refs[RefKeyARN(k.Name)] = policy.NewText(RefKeyARN(k.Of.Name))
		} else {
			written(RefKeyARN(k.Name))
		}
	}
	return refs
}

// keyOf returns what the setup has in the policy of a key of another one, and whose it is.
func (b *builder) keyOf(k spec.Key) (own policy.Document, o *Owner) {
	name := "key-" + k.Name
	own = b.finish(b.keyDraft(k), name, "").Document
	there := b.owner(k.Of)
	doc, _, lent := there.keyPolicy(*there.spec.Key(k.Of.Name))
	b.cannot(there, "keys."+k.Name)
	return own, there.ownerOf(k.Of, name, doc, lent)
}

// cannot says that the setup which has something cannot write its policy.
func (b *builder) cannot(owner *builder, place string) {
	if len(owner.problems) > 0 {
		p := owner.problems[0]
		b.problem(place, p.Hint, "setup %s, which has it, cannot write its policy: %s", owner.spec.Name, p.Message)
	}
}

// bucketOf is keyOf for a bucket.
func (b *builder) bucketOf(k spec.Bucket) (own policy.Document, o *Owner) {
	name := "bucket-" + k.Name
	own = b.finish(b.bucketDraft(k), name, "").Document
	there := b.owner(k.Of)
	doc, _, lent := there.bucketPolicy(*there.spec.Bucket(k.Of.Name))
	b.cannot(there, "buckets."+k.Name)
	return own, there.ownerOf(k.Of, name, doc, lent)
}

// ownerOf says under which name a setup that uses something has the policy of it.
func (b *builder) ownerOf(o spec.Owned, name string, d Doc, lent policy.Document) *Owner {
	if d.Name != "" {
		d.Name, d.Document = name, b.filled(d.Document)
	}
	owner := &Owner{Setup: o.Setup, ID: o.Name, Policy: d, Lent: lent}
	if b.spec.Asker != nil {
		owner.Account = b.spec.Account
	}
	return owner
}

// roleUsers returns the other setups that use the role.
func (b *builder) roleUsers() []string {
	var out []string
	for _, u := range b.spec.Users {
		if u.Role.Of == b.spec.Name {
			out = append(out, u.Name)
		}
	}
	return out
}

// otherRegions returns the regions in which other setups use the role, beside the setup's own.
func (b *builder) otherRegions() []string {
	var out []string
	for _, u := range b.spec.Users {
		if u.Role.Of == b.spec.Name && u.Region != b.spec.Region && !slices.Contains(out, u.Region) {
			out = append(out, u.Region)
		}
	}
	slices.Sort(out)
	return out
}

// regions returns the regions for which Amazon Personalize assumes the role.
func (b *builder) regions() []policy.Text {
	return append([]policy.Text{policy.NewText(RefRegion)}, literals(b.otherRegions())...)
}

// sameRole returns builders for the other setups that give the service role policies.
func (b *builder) sameRole() []*builder {
	owner := b.spec
	if b.spec.Role.Of != "" {
		owner = b.spec.Owner(b.spec.Role.Of)
	}
	var out []*builder
	for _, s := range append([]*spec.Setup{owner}, owner.Users...) {
		if s != b.spec && (s == owner || s.Role.Of == owner.Name) {
			out = append(out, b.of(s))
		}
	}
	return out
}

func (b *builder) sizeOfAll(docs []*draft) int {
	size := 0
	for _, d := range docs {
		size += b.size(d.doc)
	}
	return size
}

// sizeOfOthers measures what other setups have on the service role: AWS counts all inline policies of
// a role together.
func (b *builder) sizeOfOthers() int {
	size := 0
	for _, o := range b.sameRole() {
		docs, _ := o.roleDrafts()
		size += o.sizeOfAll(docs)
	}
	return size
}

// managedByOthers counts the managed policies that other setups attach to the service role, where
// they are too large together for inline ones.
func (b *builder) managedByOthers() int {
	n := 0
	for _, o := range b.sameRole() {
		n += len(o.spec.Role.ManagedPolicies)
		docs, _ := o.roleDrafts()
		for _, d := range docs {
			n += len(o.split(d, "role-policy", "", "role"))
		}
	}
	return n
}

// Borrowed returns what another setup's policy of the bucket has for this one. It has no name when that
// is nothing.
func (b Bucket) Borrowed() Doc { return borrowed(b.Own, b.Owner) }

// Borrowed is that of a key.
func (k Key) Borrowed() Doc { return borrowed(k.Own, k.Owner) }

func borrowed(own policy.Document, owner *Owner) Doc {
	if owner == nil || owner.Account != "" || len(own.Statements) == 0 {
		return Doc{}
	}
	return Doc{Name: owner.Policy.Name, Document: own}
}

// Borrowed returns the documents of which other setups' policies have to hold the statements.
func (s *Setup) Borrowed() []Doc {
	var out []Doc
	for _, b := range s.Buckets {
		out = append(out, b.Borrowed())
	}
	for _, k := range s.Keys {
		out = append(out, k.Borrowed())
	}
	return slices.DeleteFunc(out, func(d Doc) bool { return d.Name == "" })
}
