package model

import (
	"fmt"
	"hash/fnv"
	"slices"
	"sort"

	"github.com/pzgen/pzgen/policy"
)

// AWS's limits on policies. Those of IAM count characters without white space (IAM User Guide, "IAM and AWS STS quotas", section "IAM
// character limits"); a bucket policy may have 20 KB (S3 User Guide, "Adding a bucket policy by using the Amazon S3 console"); a key policy 32 KB (KMS API
// Reference, PutKeyPolicy).
const (
	InlineRoleLimit    = 10240 // all inline policies of a role together
	ManagedLimit       = 6144
	managedPerRole     = 10
	trustLimit         = 2048
	bucketPolicyLimit  = 20 * 1024
	keyPolicyLimit     = 32 * 1024
	fewParts           = 3 // how many numbered policies a document is split into, where they have room
	parts              = 9 // and at most
	assumedKeyResource = "00000000-0000-0000-0000-000000000000"
)

// size measures a document of identity policies with the values that it will have: a key that is yet
// to be created gets an id of the usual length.
func (b *builder) size(d policy.Document) int { return b.filled(d).Size(false) }

// filled returns d with these values.
func (b *builder) filled(d policy.Document) policy.Document { return d.Fill(b.assumed()) }

func (b *builder) assumed() policy.Env {
	if b.values != nil {
		return b.values
	}
	env := policy.Env{
		RefPartition: b.spec.Partition, RefAccount: b.spec.Account, RefRegion: b.spec.Region, RefRoleName: b.spec.Role.Name,
		RefRoleARN: "arn:" + b.spec.Partition + ":iam::" + b.spec.Account + ":role" + b.spec.Role.Path + b.spec.Role.Name,
	}
	if g := b.spec.DatasetGroup; g != nil {
		env[RefGroupName] = g.Name
	}
	for _, k := range b.spec.Buckets {
		env[RefBucketName(k.Name)] = k.BucketName
		env[RefBucketARN(k.Name)] = "arn:" + b.spec.Partition + ":s3:::" + k.BucketName
	}
	for _, k := range b.spec.Keys {
		env[RefKeyARN(k.Name)] = k.ARN
		if k.ARN == "" {
			env[RefKeyARN(k.Name)] = "arn:" + b.spec.Partition + ":kms:" + b.spec.Region + ":" + b.spec.Account + ":key/" + assumedKeyResource
		}
	}
	b.values = env
	return env
}

// split returns a document as one customer managed policy, or as several numbered ones when it is
// over the limit of one: as three where it takes up no more than 60 percent of those, since a user,
// group or role has ten policies by default, or else as nine. A statement's number comes from its
// Sid alone, so that another statement, added or removed, moves none; only where a policy is full,
// the next number with room is taken, in the order of the Sids' hashes.
func (b *builder) split(d *draft, name, policyName, place string) []Doc {
	size := b.size(d.doc)
	if size <= ManagedLimit {
		return []Doc{b.finish(d, name, policyName)}
	}
	var bins [][]int
	if size <= fewParts*ManagedLimit*6/10 {
		bins, _ = b.bins(d.doc, fewParts)
	}
	if bins == nil {
		var left string
		if bins, left = b.bins(d.doc, parts); bins == nil {
			b.problem(place, "use fewer prefixes, or several setups", "statement %q of %s does not fit into "+
				"the %d managed policies of %d characters that AWS allows", left, name, parts, ManagedLimit)
			return nil
		}
	}
	var docs []Doc
	for n, bin := range bins {
		if len(bin) == 0 {
			continue
		}
		slices.Sort(bin)
		part := newDraft()
		part.doc.ID = d.doc.ID
		for _, i := range bin {
			part.doc.Statements = append(part.doc.Statements, d.doc.Statements[i])
			part.reasons = append(part.reasons, d.reasons[i])
		}
		docs = append(docs, b.finish(part, fmt.Sprintf("%s-%d", name, n+1), fmt.Sprintf("%s-%d", policyName, n+1)))
	}
	return docs
}

// bins returns which statements of a document are in which of so many policies. It returns nil when
// they do not have room, with the Sid of one that has none.
func (b *builder) bins(d policy.Document, parts int) ([][]int, string) {
	order := make([]int, len(d.Statements))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(i, j int) bool {
		x, y := d.Statements[order[i]].Sid, d.Statements[order[j]].Sid
		if hx, hy := hash(x), hash(y); hx != hy {
			return hx < hy
		}
		return x < y
	})
	bins := make([][]int, parts)
	fits := func(bin []int, i int) bool {
		doc := policy.Document{Version: policy.Version2012, ID: d.ID}
		for _, j := range append(slices.Clone(bin), i) {
			doc.Statements = append(doc.Statements, d.Statements[j])
		}
		return b.size(doc) <= ManagedLimit
	}
	for _, i := range order {
		first := int(hash(d.Statements[i].Sid) % uint32(parts))
		placed := false
		for k := 0; k < parts && !placed; k++ {
			n := (first + k) % parts
			if fits(bins[n], i) {
				bins[n] = append(bins[n], i)
				placed = true
			}
		}
		if !placed {
			return nil, d.Statements[i].Sid
		}
	}
	return bins, ""
}

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}

// measure refuses what AWS would refuse for its size. Documents that cannot be split are refused with what to do instead.
func (b *builder) measure() {
	if n := b.size(b.out.Role.Trust.Document); n > trustLimit {
		b.problem("role", "remove statements of the spec from trust",
			"the trust policy has %d characters, and AWS allows %d", n, trustLimit)
	}
	whole := func(place, hint, what string, d Doc, limit int) {
		if d.Name == "" {
			return
		}
		if n := len(b.filled(d.Document).JSON()); n > limit {
			b.problem(place, hint, "%s has %d characters, and AWS allows %d", what, n, limit)
		}
	}
	for _, k := range b.out.Buckets {
		whole("buckets."+k.ID, "use fewer and shorter prefixes, or a second bucket", "the policy of bucket "+k.ID, k.Policy, bucketPolicyLimit)
	}
	for _, k := range b.out.Keys {
		whole("keys."+k.ID, "use a second key", "the policy of key "+k.ID, k.Policy, keyPolicyLimit)
	}
	if n := len(b.out.Role.Policies) + len(b.out.Role.ManagedPolicies) + b.managedByOthers(); !b.out.Role.Inline && n > managedPerRole {
		b.problem("role", "use fewer prefixes or managed policies, or several setups", "the role would have %d managed policies, and AWS allows %d", n, managedPerRole)
	}
	for _, o := range b.out.Operators {
		if n := len(o.Policies) + len(o.ManagedPolicies); n > managedPerRole {
			b.problem("operators."+o.ID, "use fewer managed policies", "operator %s would get %d managed policies, and AWS allows %d for each user, group or role", o.ID, n, managedPerRole)
		}
	}
	b.sids()
}

// sids refuses two statements of one document under one Sid, which AWS refuses too.
func (b *builder) sids() {
	for _, d := range b.out.Docs() {
		seen := map[string]bool{}
		for _, s := range d.Document.Statements {
			if s.Sid != "" && seen[s.Sid] {
				b.problem("", "give the statement of the spec another sid", "two statements of %s have the sid %q", d.Name, s.Sid)
			}
			seen[s.Sid] = true
		}
	}
}

// What AWS takes as the policy of a bucket and of a key, in bytes.
const (
	MaxBucketPolicy = bucketPolicyLimit
	MaxKeyPolicy    = keyPolicyLimit
)
