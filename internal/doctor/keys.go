package doctor

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// keys gives each bucket the key that it is encrypted with: what it is seen to have, else what is
// named for it.
func (b *builder) keys() {
	m := b.m
	add := func(name string) string {
		arn := b.keyARN(name)
		if arn != "" && !slices.ContainsFunc(m.Keys, func(k model.Key) bool { return k.ID == arn }) {
			m.Keys = append(m.Keys, model.Key{ID: arn, ARN: arn})
		}
		return arn
	}
	for i := range m.Buckets {
		bucket := &m.Buckets[i]
		name := b.named[bucket.ID]
		for _, there := range b.state.Buckets {
			if there.Name.V.String() != bucket.Name || b.header[bucket.ID] || slices.ContainsFunc(there.Unseen,
				func(u deployed.Unseen) bool { return u.What == "encryption" }) {
				continue
			}
			switch {
			case !strings.HasPrefix(there.Algorithm.V.String(), "aws:kms"):
				name = "" // what is in it is encrypted by S3 itself
			default:
				name = cmp.Or(there.Key.V.String(), "alias/aws/s3")
			}
		}
		bucket.Key = add(name)
	}
	if m.DatasetGroup != nil {
		m.DatasetGroup.Key = add(b.named[""])
	}
}

// keyARN returns the ARN of a key by any of its names.
func (b *builder) keyARN(name string) string {
	if name == "" {
		return ""
	}
	alias := name
	if a, ok := policy.ParseARN(name); ok {
		if strings.HasPrefix(a.Resource, "key/") {
			return name
		}
		alias = a.Resource
	}
	if arn := b.byAlias(alias); arn != "" {
		return arn
	}
	at := "arn:" + b.m.Partition + ":kms:" + b.m.Region + ":" + b.m.Account + ":"
	if strings.HasPrefix(alias, "alias/") {
		return at + alias
	}
	return at + "key/" + name
}
