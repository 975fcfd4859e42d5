package account

// operations are the calls that pzgen's scripts make, and no others. Names of options are those
// of the AWS CLI; "!" marks the required ones, and "*" stands for an argument without a name.
var operations = map[string]operation{
	"sts get-caller-identity": {run: func(a *Account, _ *input) (any, error) {
		return object{"Account": a.ID, "Arn": a.arn("iam", "", a.ID, "user/admin"),
			"UserId": "AIDA"}, nil
	}},

	"iam list-roles":  {params: "page-size", run: listRoles},
	"iam get-role":    {params: "role-name!", run: getRole},
	"iam create-role": {params: "role-name! path description assume-role-policy-document! permissions-boundary tags", changes: true, run: createRole},
	"iam update-assume-role-policy": {params: "role-name! policy-document!", changes: true,
		run: updateTrust},
	"iam update-role": {params: "role-name! description max-session-duration", changes: true,
		run: onRole(func(r *Role, in *input) {
			r.Description = in.str("description")
		})},
	"iam put-role-permissions-boundary": {params: "role-name! permissions-boundary!",
		changes: true, run: onRole(func(r *Role, in *input) {
			r.Boundary = in.str("permissions-boundary")
		})},
	"iam tag-role": {params: "role-name! tags!", changes: true,
		run: onRole(func(r *Role, in *input) { merge(&r.Tags, in.tags("tags")) })},
	"iam delete-role":     {params: "role-name!", changes: true, run: deleteRole},
	"iam get-role-policy": {params: "role-name! policy-name!", run: getRolePolicy},
	"iam put-role-policy": {params: "role-name! policy-name! policy-document!", changes: true,
		run: putRolePolicy},
	"iam delete-role-policy": {params: "role-name! policy-name!", changes: true,
		run: deleteRolePolicy},
	"iam list-role-policies": {params: "role-name!", run: listRolePolicies},

	"iam list-policies": {params: "scope! page-size", run: listPolicies},
	"iam get-policy":    {params: "policy-arn!", run: getPolicy},
	"iam create-policy": {params: "policy-name! policy-document! description tags", changes: true,
		run: createPolicy},
	"iam get-policy-version":   {params: "policy-arn! version-id!", run: getPolicyVersion},
	"iam list-policy-versions": {params: "policy-arn!", run: listPolicyVersions},
	"iam create-policy-version": {params: "policy-arn! policy-document! set-as-default",
		changes: true, run: createPolicyVersion},
	"iam delete-policy-version": {params: "policy-arn! version-id!", changes: true,
		run: deletePolicyVersion},
	"iam delete-policy": {params: "policy-arn!", changes: true, run: deletePolicy},
	"iam tag-policy": {params: "policy-arn! tags!", changes: true, run: func(a *Account,
		in *input) (any, error) {
		p, err := a.policy(in)
		if err == nil {
			merge(&p.Tags, in.tags("tags"))
		}
		return nil, err
	}},
	"iam list-entities-for-policy": {params: "policy-arn! policy-usage-filter", run: func(a *Account, in *input) (any,
		error) {
		_, err := a.policy(in)
		groups, users, roles := a.entities(in.str("policy-arn"))
		return object{"PolicyGroups": groups, "PolicyUsers": users, "PolicyRoles": roles}, err
	}},
	"iam list-attached-user-policies":  {params: "user-name!", run: listAttached("user")},
	"iam list-attached-group-policies": {params: "group-name!", run: listAttached("group")},
	"iam list-attached-role-policies":  {params: "role-name!", run: listAttached("role")},
	"iam attach-user-policy": {params: "user-name! policy-arn!", changes: true,
		run: attach("user", true)},
	"iam attach-group-policy": {params: "group-name! policy-arn!", changes: true,
		run: attach("group", true)},
	"iam attach-role-policy": {params: "role-name! policy-arn!", changes: true,
		run: attach("role", true)},
	"iam detach-user-policy": {params: "user-name! policy-arn!", changes: true,
		run: attach("user", false)},
	"iam detach-group-policy": {params: "group-name! policy-arn!", changes: true,
		run: attach("group", false)},
	"iam detach-role-policy": {params: "role-name! policy-arn!", changes: true,
		run: attach("role", false)},

	"resourcegroupstaggingapi get-resources": {params: "tag-filters! resource-type-filters",
		run: getResources},

	"kms describe-key":       {params: "key-id!", run: ofKey(describeKey)},
	"kms list-resource-tags": {params: "key-id!", run: ofKey(keyTags)},
	"kms create-key":         {params: "policy tags", changes: true, run: createKey},
	"kms create-alias": {params: "alias-name! target-key-id!", changes: true,
		run: createAlias},
	"kms get-key-policy": {params: "key-id! policy-name!", run: ofKey(getKeyPolicy)},
	"kms put-key-policy": {params: "key-id! policy-name! policy!", changes: true,
		run: ofKey(putKeyPolicy)},
	"kms enable-key-rotation":  {params: "key-id!", changes: true, run: ofKey(rotation(true))},
	"kms disable-key-rotation": {params: "key-id!", changes: true, run: ofKey(rotation(false))},
	"kms get-key-rotation-status": {params: "key-id!",
		run: ofKey(func(_ *Account, k *Key, _ *input) (any,
			error) {
			return object{"KeyRotationEnabled": k.Rotation}, nil
		})},
	"kms tag-resource": {params: "key-id! tags!", changes: true,
		run: ofKey(func(_ *Account, k *Key, in *input) (any, error) {
			merge(&k.Tags, in.tags("tags"))
			return nil, nil
		})},

	"s3api head-bucket": {params: "bucket! expected-bucket-owner", run: headBucket},
	"s3api create-bucket": {params: "bucket! create-bucket-configuration", changes: true,
		run: createBucket},
	"s3api head-object": {params: "bucket! key! expected-bucket-owner", run: headObject},
	"s3 cp": {params: "* * only-show-errors metadata", changes: true,
		run: copyUp},
	"s3api get-bucket-location": {params: "bucket! expected-bucket-owner",
		run: ofBucket(getLocation)},
	"s3api get-bucket-policy": {params: "bucket! expected-bucket-owner",
		run: ofBucket(getBucketPolicy)},
	"s3api put-bucket-policy": {params: "bucket! expected-bucket-owner policy!", changes: true,
		run: ofBucket(putBucketPolicy)},

	"s3api delete-bucket-policy": {params: "bucket! expected-bucket-owner",
		changes: true, run: ofBucket(deleteBucketPolicy)},
	"s3api get-bucket-tagging": {params: "bucket! expected-bucket-owner",
		run: ofBucket(getBucketTags)},
	"s3api put-bucket-tagging": {params: "bucket! expected-bucket-owner tagging!",
		changes: true, run: ofBucket(putBucketTags)},
	"s3api get-public-access-block": {params: "bucket! expected-bucket-owner",
		run: ofBucket(getBlock)},
	"s3api put-public-access-block": {params: "bucket! expected-bucket-owner public-access-block-configuration!", changes: true, run: ofBucket(putBlock)},
	"s3api get-bucket-ownership-controls": {params: "bucket! expected-bucket-owner",
		run: ofBucket(getOwnership)},
	"s3api put-bucket-ownership-controls": {params: "bucket! expected-bucket-owner ownership-controls!", changes: true, run: ofBucket(putOwnership)},
	"s3api get-bucket-versioning": {params: "bucket! expected-bucket-owner",
		run: ofBucket(getVersioning)},
	"s3api put-bucket-versioning": {params: "bucket! expected-bucket-owner versioning-configuration!", changes: true, run: ofBucket(putVersioning)},
	"s3api get-bucket-encryption": {params: "bucket! expected-bucket-owner",
		run: ofBucket(getEncryption)},
	"s3api put-bucket-encryption": {params: "bucket! expected-bucket-owner server-side-encryption-configuration!", changes: true, run: ofBucket(putEncryption)},
	"s3api get-bucket-lifecycle-configuration": {params: "bucket! expected-bucket-owner",
		run: ofBucket(getLifecycle)},
	"s3api put-bucket-lifecycle-configuration": {params: "bucket! expected-bucket-owner lifecycle-configuration!", changes: true, run: ofBucket(putLifecycle)},
	"s3api delete-bucket-lifecycle": {params: "bucket! expected-bucket-owner",
		changes: true, run: ofBucket(deleteLifecycle)},
	"s3api get-bucket-logging": {params: "bucket! expected-bucket-owner", run: ofBucket(getLogging)},
	"s3api put-bucket-logging": {params: "bucket! expected-bucket-owner bucket-logging-status!",
		changes: true, run: ofBucket(putLogging)},
	"s3api list-object-versions": {params: "bucket! expected-bucket-owner max-items page-size",
		run: ofBucket(listVersions)},

	"personalize describe-dataset-group": {params: "dataset-group-arn!", run: func(a *Account,
		in *input) (any, error) {
		for _, g := range a.Datasets {
			if a.arn("personalize", a.Region, a.ID,
				"dataset-group/"+g.Name) == in.str("dataset-group-arn") {
				out := object{"name": g.Name, "status": g.Status}
				for k, v := range map[string]string{"domain": g.Domain, "kmsKeyArn": g.Key,
					"roleArn": g.Role} {
					if v != "" {
						out[k] = v
					}
				}
				return object{"datasetGroup": out}, nil
			}
		}
		return nil, refuse("ResourceNotFoundException", "There is no dataset group %s",
			in.str("dataset-group-arn"))
	}},
	"personalize create-dataset-group": {params: "name! domain kms-key-arn role-arn tags",
		changes: true, run: func(a *Account, in *input) (any, error) {
			g := &DatasetGroup{Name: in.str("name"), Domain: in.str("domain"),
				Key: in.str("kms-key-arn"), Role: in.str("role-arn"), Status: "ACTIVE",
				Tags: in.tags("tags")}
			switch {
			case a.Datasets[g.Name] != nil:
				return nil, refuse("ResourceAlreadyExistsException",
					"The dataset group %s is there already", g.Name)
			case g.Role != "" && !a.exists(g.Role):
				return nil, refuse("InvalidInputException", "The role %s cannot be assumed", g.Role)
			case g.Key != "" && a.key(g.Key) == nil:
				return nil, refuse("InvalidInputException", "There is no key %s", g.Key)
			}
			a.Datasets[g.Name] = g
			return object{"datasetGroupArn": a.arn("personalize", a.Region, a.ID,
				"dataset-group/"+g.Name)}, nil
		}},
}
