package terraform

import (
	"github.com/pzgen/pzgen/internal/deployed"
)

func (p *plan) encryption(r *planResource) {
	p.encrypted(r, p.bucketOf(r), r.planned)
	p.rest(r.planned, "id", "region")
}

// encrypted reads the one rule of an encryption.
func (p *plan) encrypted(r *planResource, b *deployed.Bucket, conf planned) {
	rule := p.block(conf.member("rule"))
	if rule == nil {
		return
	}
	b.BucketKey = p.bool(rule.member("bucket_key_enabled"))
	if by := p.block(rule.member("apply_server_side_encryption_by_default")); by != nil {
		b.Algorithm = p.text(by.member("sse_algorithm"))
		key := by.member("kms_master_key_id")
		if to := p.nestedKey(r); key.later() && to != nil {
			b.Key = p.keyARN(to)
		} else {
			b.Key = p.text(key)
		}
		p.rest(*by)
	}
	p.rest(*rule, "blocked_encryption_types")
}
