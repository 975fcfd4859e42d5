package terraform

// shape is what a block may hold. Everything else in it is an error: it might grant something, or take a protection away.
type shape struct {
	required []string
	optional []string
	blocks   map[string]shape
}

// shapeOf gives the arguments of the resources and data sources that pzgen reads (hashicorp/aws registry documentation, the page of each).
// Arguments that the provider has and pzgen never writes are left out on purpose.
func shapeOf(typ string) (shape, bool) {
	bucket := func(blocks map[string]shape) (shape, bool) {
		return shape{required: []string{"bucket"}, blocks: blocks}, true
	}
	attachment := func(kind string) (shape, bool) {
		return shape{required: []string{kind, "policy_arn"}}, true
	}
	switch typ {
	case "data." + dataPartition, "data." + dataIdentity, "data." + dataRegion:
		return shape{}, true
	case "data." + dataPolicy:
		return policyShape(), true
	case tfRole:
		return shape{required: []string{"name", "assume_role_policy"}, optional: []string{"path", "description", "permissions_boundary", "tags"}}, true
	case tfRolePolicy:
		return shape{required: []string{"name", "role", "policy"}}, true
	case tfPolicy:
		return shape{required: []string{"name", "policy"}, optional: []string{"tags"}}, true
	case tfRoleAttach:
		return attachment("role")
	case tfUserAttach:
		return attachment("user")
	case tfGroupAtt:
		return attachment("group")
	case tfBucket:
		return shape{required: []string{"bucket"}, optional: []string{"tags"}}, true
	case tfBucketPublic:
		return shape{required: []string{"bucket"}, optional: publicSwitches[:]}, true
	case tfBucketOwner:
		return bucket(map[string]shape{"rule": {required: []string{"object_ownership"}}})
	case tfBucketVers:
		return bucket(map[string]shape{"versioning_configuration": {required: []string{"status"}}})
	case tfBucketSSE:
		return bucket(map[string]shape{"rule": {optional: []string{"bucket_key_enabled"}, blocks: map[string]shape{
			"apply_server_side_encryption_by_default": {required: []string{"sse_algorithm"}, optional: []string{"kms_master_key_id"}}}}})
	case tfBucketLife:
		return bucket(map[string]shape{"rule": {required: []string{"id", "status"}, blocks: map[string]shape{
			"filter": {}, "expiration": {required: []string{"days"}},
			"noncurrent_version_expiration": {required: []string{"noncurrent_days"}}}}})
	case tfBucketPolicy:
		return shape{required: []string{"bucket", "policy"}}, true
	case tfKey:
		return shape{optional: []string{"description", "deletion_window_in_days", "enable_key_rotation", "policy", "tags"}}, true
	case tfKeyAlias:
		return shape{required: []string{"name", "target_key_id"}}, true
	case tfKeyPolicy:
		return shape{required: []string{"key_id", "policy"}}, true
	}
	return shape{}, false
}

func policyShape() shape {
	principals := shape{required: []string{"type", "identifiers"}}
	return shape{
		optional: []string{"version", "policy_id", "source_policy_documents", "override_policy_documents"},
		blocks: map[string]shape{"statement": {
			optional: []string{"sid", "effect", "actions", "not_actions", "resources", "not_resources"},
			blocks: map[string]shape{
				"principals": principals, "not_principals": principals,
				"condition": {required: []string{"test", "variable", "values"}},
			},
		}},
	}
}
