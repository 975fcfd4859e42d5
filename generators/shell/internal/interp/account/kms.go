package account

import (
	"cmp"
	"fmt"
	"strings"
)

func (a *Account) key(id string) *Key {
	if i := strings.Index(id, ":alias/"); i >= 0 {
		id = id[i+1:]
	}
	if arn, ok := a.Aliases[id]; ok {
		id = arn
	}
	for _, k := range a.Keys {
		if k.ARN == id || strings.HasSuffix(k.ARN, ":key/"+id) {
			return k
		}
	}
	return nil
}

// ofKey is an operation on the key that --key-id names.
func ofKey(f func(*Account, *Key, *input) (any, error)) func(*Account, *input) (any, error) {
	return func(a *Account, in *input) (any, error) {
		k := a.key(in.str("key-id"))
		if k == nil {
			return nil, refuse("NotFoundException", "Key %s does not exist", in.str("key-id"))
		}
		return f(a, k, in)
	}
}

func describeKey(_ *Account, k *Key, _ *input) (any, error) {
	return object{"KeyMetadata": object{"Arn": k.ARN, "KeyState": k.State, "KeyManager": cmp.Or(k.Manager, "CUSTOMER")}}, nil
}

func keyTags(_ *Account, k *Key, _ *input) (any, error) {
	return object{"Tags": tagList(k.Tags, "TagKey", "TagValue"), "Truncated": false}, nil
}

func createKey(a *Account, in *input) (any, error) {
	if err := a.document(in.str("policy"), "MalformedPolicyDocumentException"); err != nil {
		return nil, err
	}
	k := &Key{Policy: in.str("policy"), Tags: in.tags("tags"), State: "Enabled"}
	k.ARN = a.arn("kms", a.Region, a.ID, fmt.Sprintf("key/%08d", len(a.Keys)+1))
	if a.KeyARN != nil {
		k.ARN = a.KeyARN(k.Tags)
	}
	a.Keys = append(a.Keys, k)
	return object{"KeyMetadata": object{"Arn": k.ARN, "KeyState": k.State}}, nil
}

func createAlias(a *Account, in *input) (any, error) {
	k := a.key(in.str("target-key-id"))
	if k == nil {
		return nil, refuse("NotFoundException", "Key %s does not exist", in.str("target-key-id"))
	}
	if a.Aliases[in.str("alias-name")] != "" {
		return nil, refuse("AlreadyExistsException", "An alias with the name %s already exists",
			in.str("alias-name"))
	}
	a.Aliases[in.str("alias-name")] = k.ARN
	return nil, nil
}

func getKeyPolicy(_ *Account, k *Key, _ *input) (any, error) {
	return object{"Policy": k.Policy, "PolicyName": "default"}, nil
}

func putKeyPolicy(a *Account, k *Key, in *input) (any, error) {
	if in.str("policy-name") != "default" {
		return nil, refuse("ValidationException", "The policy name must be default")
	}
	if err := a.document(in.str("policy"), "MalformedPolicyDocumentException"); err != nil {
		return nil, err
	}
	k.Policy = in.str("policy")
	return nil, nil
}

func rotation(on bool) func(*Account, *Key, *input) (any, error) {
	return func(_ *Account, k *Key, _ *input) (any, error) {
		k.Rotation = on
		return nil, nil
	}
}
