package terraform

import (
	"encoding/json"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// bucket reads a bucket. What it says of policy, versioning and the like is what the provider found when it last
// looked, or arguments from before each had a resource of its own; that resource has precedence.
func (p *plan) bucket(r *planResource) {
	name := p.name(r, "bucket")
	b := p.buckets.of(name.V.String())
	b.Name, b.Created, b.At = name, true, p.place()
	b.Tags, b.ForceDestroy = p.tags(r), p.bool(r.member("force_destroy"))
	free := func(typ string) bool {
		key := typ + " " + name.V.String()
		return !p.has[key] && !p.gone[key]
	}
	found := func(attr, typ string) (planned, bool) {
		n := r.member(attr)
		return n, free(typ) && !(n.later() && !p.states(r, attr))
	}
	if n, ok := found("policy", tfBucketPolicy); ok {
		b.Policy = p.document(n)
	}
	if n, ok := found("versioning", tfBucketVers); ok {
		if v := p.block(n); v != nil {
			b.Versioning = p.bool(v.member("enabled"))
		}
	}
	if n, ok := found("server_side_encryption_configuration", tfBucketSSE); ok {
		if conf := p.block(n); conf != nil {
			p.encrypted(r, b, *conf)
		}
	}
	if n, ok := found("lifecycle_rule", tfBucketLife); ok && !emptyValue(n.v) {
		p.addOf(n, "argument", n.path, "it is read from "+tfBucketLife+" alone")
	}
	// What AWS gives every bucket is that its owner has full control (S3 User Guide, "Access control list (ACL)
	// overview", "Default ACL", 2025-06).
	for i, g := range r.member("grant").elements() {
		typ, _ := g.member("type").v.(string)
		if kinds := array(g.member("permissions").v); i > 0 || typ != "CanonicalUser" || len(kinds) != 1 ||
			kinds[0] != "FULL_CONTROL" {
			p.addOf(g, "argument", g.path, "access control lists are not read")
		}
	}
	if acl := r.member("acl"); !emptyValue(acl.v) && acl.v != "private" {
		p.addOf(acl, "argument", acl.path, "access control lists are not read")
	}
	p.rest(r.planned, "arn", "id", "bucket_prefix", "bucket_domain_name", "bucket_regional_domain_name", "region",
		"bucket_region", "hosted_zone_id", "request_payer", "timeouts", "acceleration_status", "cors_rule", "logging",
		"object_lock_configuration", "object_lock_enabled", "replication_configuration", "website",
		"website_domain", "website_endpoint")
	for _, name := range []string{"cors_rule", "logging", "replication_configuration", "website",
		"object_lock_configuration"} {
		// What a resource of its own says of logging is read there, and shown here when it was looked up.
		if n := r.member(name); !emptyValue(n.v) && (name != "logging" || free(tfBucketLogs)) {
			p.addOf(n, "argument", n.path, "it is not read")
		}
	}
}

// bucketOf returns the bucket that a resource sets something of.
func (p *plan) bucketOf(r *planResource) *deployed.Bucket {
	name := p.target(r, "bucket", tfBucket, "bucket")
	r.member("expected_bucket_owner") // what guards the call
	if len(name.V.Parts()) == 0 {
		return &deployed.Bucket{}
	}
	b := p.buckets.of(name.V.String())
	if !b.Created && len(b.Name.V.Parts()) == 0 {
		b.Name, b.At = name, p.place()
	}
	return b
}

func (p *plan) publicAccess(r *planResource) {
	b := p.bucketOf(r)
	b.BlockPublicAcls = p.bool(r.member("block_public_acls"))
	b.BlockPublicPolicy = p.bool(r.member("block_public_policy"))
	b.IgnorePublicAcls = p.bool(r.member("ignore_public_acls"))
	b.RestrictPublicBuckets = p.bool(r.member("restrict_public_buckets"))
	p.rest(r.planned, "id", "skip_destroy", "region")
}

func (p *plan) ownership(r *planResource) {
	b := p.bucketOf(r)
	if rule := p.block(r.member("rule")); rule != nil {
		b.Ownership = p.text(rule.member("object_ownership"))
		p.rest(*rule)
	}
	p.rest(r.planned, "id", "region")
}

func (p *plan) versioning(r *planResource) {
	b := p.bucketOf(r)
	if conf := p.block(r.member("versioning_configuration")); conf != nil {
		b.Versioning = deployed.Bool{V: p.str(conf.member("status")) == enabled, At: p.place()}
		if mfa := conf.member("mfa_delete"); !emptyValue(mfa.v) && mfa.v != "Disabled" {
			p.wrong(mfa, "Disabled, which alone is read")
		}
		p.rest(*conf)
	}
	p.rest(r.planned, "id", "region", "mfa")
}

func (p *plan) logging(r *planResource) {
	b := p.bucketOf(r)
	b.LogsTo = p.target(r, "target_bucket", tfBucket, "bucket")
	b.LogsPrefix = p.text(r.member("target_prefix"))
	p.rest(r.planned, "id", "region")
}

// nestedKey returns the key that the configuration of an encryption refers to.
func (p *plan) nestedKey(r *planResource) *planResource {
	rules := array(p.config[bare(r.address)]["rule"])
	if len(rules) != 1 {
		return nil
	}
	rule, _ := rules[0].(map[string]any)
	by := array(rule["apply_server_side_encryption_by_default"])
	if len(by) != 1 {
		return nil
	}
	in, _ := by[0].(map[string]any)
	return p.refers(r, in["kms_master_key_id"], tfKey, "arn")
}

func (p *plan) lifecycle(r *planResource) {
	b := p.bucketOf(r)
	rules := r.member("rule")
	if rules.later() {
		p.wrong(rules, "blocks")
	}
	for _, in := range rules.elements() {
		rule := deployed.Rule{ID: p.text(in.member("id")),
			Enabled: deployed.Bool{V: p.str(in.member("status")) == enabled, At: p.place()},
			Prefix:  p.text(in.member("prefix"))}
		if f := p.block(in.member("filter")); f != nil {
			if prefix := p.text(f.member("prefix")); prefix.V.String() != "" {
				rule.Prefix = prefix
			}
			p.rest(*f)
		}
		for _, part := range []struct {
			block, arg string
			to         *deployed.Int
		}{
			{"expiration", "days", &rule.ExpireDays},
			{"noncurrent_version_expiration", "noncurrent_days", &rule.NoncurrentDays},
			{"abort_incomplete_multipart_upload", "days_after_initiation", &rule.AbortUploadsAfter},
		} {
			if n := p.block(in.member(part.block)); n != nil {
				*part.to = p.int(n.member(part.arg))
				p.rest(*n)
			}
		}
		p.rest(in)
		b.Lifecycle = append(b.Lifecycle, rule)
	}
	p.rest(r.planned, "id", "region", "timeouts", "transition_default_minimum_object_size")
}

func (p *plan) bucketPolicy(r *planResource) {
	b := p.bucketOf(r)
	b.Policy = p.document(r.member("policy"))
	p.rest(r.planned, "id", "region")
}

// keyARN returns the ARN of a created key, by the address of the resource, as the reader of modules does: so that the
// same key of two tools is found by its alias.
func (p *plan) keyARN(r *planResource) deployed.Text {
	return deployed.Text{V: afterApply(r.address, "arn"), At: p.place()}
}

func (p *plan) key(r *planResource) {
	arn := p.keyARN(r)
	k := p.keys.of(arn.V.String())
	k.ARN, k.Created, k.At = arn, true, p.place()
	k.Description, k.Tags = p.text(r.member("description")), p.tags(r)
	k.Rotation, k.Window = p.bool(r.member("enable_key_rotation")), p.int(r.member("deletion_window_in_days"))
	if spec := p.text(r.member("customer_master_key_spec")); spec.V.String() != "SYMMETRIC_DEFAULT" {
		k.Spec = spec
	}
	own := tfKeyPolicy + " " + arn.V.String()
	id, _ := r.member("key_id").v.(string)
	if doc := r.member("policy"); !p.has[own] && !p.gone[tfKeyPolicy+" "+id] {
		k.Policy = p.document(doc)
	}
	if on := r.member("is_enabled"); on.v == false {
		p.addOf(on, "argument", on.path, "it is disabled, which is not read")
	}
	p.rest(r.planned, "arn", "id", "bypass_policy_lockout_safety_check", "key_usage",
		"multi_region", "rotation_period_in_days", "timeouts", "region")
}

// keyOf returns the key that an argument names, by its ARN, its ID or the resource that makes it.
func (p *plan) keyOf(r *planResource, arg string) *deployed.Key {
	n := r.member(arg)
	if n.later() {
		if to := p.named(r, arg, tfKey, "arn", "id", "key_id"); to != nil {
			return p.keys.of(p.keyARN(to).V.String())
		}
		p.wrong(n, "a key")
		return &deployed.Key{}
	}
	id := p.str(n)
	for _, other := range p.resources {
		if other.typ == tfKey && id != "" && (other.member("key_id").v == id || other.member("arn").v == id) {
			return p.keys.of(p.keyARN(other).V.String())
		}
	}
	if !strings.HasPrefix(id, "arn:") {
		id = "arn:" + p.partition + ":kms:" + p.region + ":" + p.accountID + ":key/" + id
	}
	k := p.keys.of(id)
	k.ARN, k.At = p.lit(id), p.place()
	return k
}

func (p *plan) keyAlias(r *planResource) {
	k := p.keyOf(r, "target_key_id")
	k.Aliases = append(k.Aliases, p.name(r, "name"))
	p.rest(r.planned, "arn", "id", "name_prefix", "target_key_arn", "region")
}

func (p *plan) keyPolicy(r *planResource) {
	k := p.keyOf(r, "key_id")
	k.Policy = p.document(r.member("policy"))
	p.rest(r.planned, "id", "bypass_policy_lockout_safety_check", "region")
}

// group reads a dataset group, which is made by way of Cloud Control.
func (p *plan) group(r *planResource) {
	if typ := p.str(r.member("type_name")); typ != typeGroup {
		p.addOf(r.planned, "resource type", typ, "it is not read: "+r.address)
		return
	}
	g := deployed.DatasetGroup{At: p.place()}
	desired := r.member("desired_state")
	s := p.str(desired)
	var members map[string]any
	if s != "" && json.Unmarshal([]byte(s), &members) != nil {
		p.wrong(desired, "JSON")
	}
	n := planned{v: members, path: desired.path, used: map[string]bool{}}
	g.Name, g.Domain = p.text(n.member(groupName)), p.text(n.member(groupDomain))
	g.Key, g.Role = p.text(n.member(groupKey)), p.text(n.member(groupRole))
	p.rest(n)
	p.rest(r.planned, "id", "properties", "schema", "timeouts", "role_arn", "type_version_id", "region")
	if s != "" {
		p.out.DatasetGroups = append(p.out.DatasetGroups, g)
	}
}

// spelled puts references in the place of the ARNs of keys that the plan creates.
func (p *plan) spelled(s deployed.State) deployed.State {
	arns := map[string]policy.Ref{}
	for _, r := range p.resources {
		if arn, _ := r.member("arn").v.(string); r.typ == tfKey && arn != "" {
			arns[arn] = policy.Ref{ID: r.address, Attr: "arn"}
		}
	}
	if len(arns) == 0 {
		return s
	}
	return s.MapTexts(func(t policy.Text) policy.Text {
		var parts []policy.Part
		for _, part := range t.Parts() {
			l, ok := part.(policy.Lit)
			if ref, is := arns[string(l)]; ok && is {
				part = ref
			}
			parts = append(parts, part)
		}
		return policy.NewText(parts...)
	})
}
