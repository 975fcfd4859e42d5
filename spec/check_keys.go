package spec

import (
	"fmt"
	"slices"
	"strings"
)

func (c *checker) checkKeys() {
	arns := map[string]string{}
	aliases := map[string]string{}
	was := formerNames("keys", c.d.keys)
	checkNamed(c, "keys", c.d.keys, func(k *named[keyDraft]) {
		d := &k.v
		key := Key{Name: k.name, Alias: d.alias.v, ARN: d.arn.v, Was: c.former(was, k.name, d.was)}
		c.keyElsewhere(k, &key)
		switch {
		case d.of.given():
			c.keyOf(k, &key)
		case d.alias.given() && d.arn.given():
			c.err(codeKeyKind, d.arn.n, "keep alias for a key that pzgen creates, arn for one that exists", "key %q has both alias and arn", k.name)
		case d.arn.given():
			c.existingKey(k, &key)
		case d.account.given(): // which is told to have its ARN
		case d.alias.given() && d.existing.v:
			key.Found = true
			c.aliasOfAWS(d.alias)
			c.existingKey(k, &key)
			c.needARN(k)
		case d.alias.given():
			c.createdKey(k, &key)
		case !isMapping(k.val): // which was reported
		default:
			c.err(codeKeyKind, k.n, "write `alias: alias/<name>` for a key that pzgen creates, or `arn:` for one that exists",
				"key %q has neither alias nor arn", k.name)
		}
		if before, ok := arns[key.ARN]; ok && key.ARN != "" {
			c.err(codeTwice, d.arn.n, "keep one of them", "keys %q and %q are the same key", before, k.name)
		}
		if before, ok := aliases[key.Alias]; ok && key.Alias != "" {
			c.err(codeTwice, d.alias.n, "give one of them another alias", "keys %q and %q have the same alias", before, k.name)
		}
		arns[key.ARN], aliases[key.Alias] = k.name, k.name
		c.s.Keys = append(c.s.Keys, key)
	})
}

func (c *checker) createdKey(k *named[keyDraft], key *Key) {
	d := &k.v
	key.DeletionWindow, key.Rotation = d.deletionWindow.or(30), d.rotation.or(true)
	key.Disposable = !d.protect.or(c.d.protect.or(true))
	c.aliasOfAWS(d.alias)
	if d.policy.given() {
		c.err(codeExisting, d.policy.n, "leave it out", "policy is the present policy of an existing key, and key %q is created", k.name)
	}
	for _, a := range d.admins {
		if a.ok && c.admin(a) {
			key.Admins = append(key.Admins, a.v)
		}
	}
	c.closedKey(k, key)
}

// closedKey says what a key without a statement for its account is cut off from (AWS KMS Developer
// Guide, "Default key policy"; AWS KMS API Reference, CreateKey, BypassPolicyLockoutSafetyCheck).
func (c *checker) closedKey(k *named[keyDraft], key *Key) {
	root := "arn:" + c.s.Partition + ":iam::" + c.s.Account + ":root"
	if len(key.Admins) == 0 || slices.Contains(key.Admins, root) || c.s.Account == "" {
		return
	}
	at := k.v.admins[0].n
	c.warn(warnClosedKey, at, "add "+root+" to admins, so that IAM policies count for the key",
		"key %q leaves nothing to IAM policies: beside its admins, nobody of the account can use or change "+
			"it whom its policy does not name, and no policy of IAM lets anybody in; of operators, it names "+
			"the users and roles that need it, and it cannot name groups", k.name)
	c.warn(warnLockOut, at, "apply the setup as one of the admins, or add "+root+" to them",
		"AWS KMS lets nobody create key %q who could not change its policy afterwards: that takes one of "+
			"its admins", k.name)
}

func (c *checker) aliasOfAWS(alias text) {
	if alias.ok && strings.HasPrefix(alias.v, "alias/aws/") {
		c.err(codeAlias, alias.n, "choose another alias",
			"alias %q is of a key that AWS manages: nobody can change its policy, so Personalize cannot be let in", alias.v)
	}
}

// needARN refuses targets that cannot look up the ARN of a key by its alias. CloudFormation has no
// function for it, and policies in JSON are put in place as they are.
func (c *checker) needARN(k *named[keyDraft]) {
	var need []string
	for _, t := range c.s.Targets {
		if t == "json" || t == "cloudformation" {
			need = append(need, t)
		}
	}
	if need != nil {
		c.err(codeNeedsARN, k.v.alias.n, "write `arn:` in place of alias, or `targets: [terraform, shell]`",
			"key %q exists and is told by its alias, and %s would have to know its ARN", k.name, strings.Join(need, " and "))
	}
}

// admin checks an administrator of a key: a role, a user or the root of an account.
func (c *checker) admin(t text) bool {
	a, ok := parseARN(t.v)
	hint := "write arn:" + c.s.Partition + ":iam::" + c.s.Account + ":role/<name>"
	kind, name, _ := strings.Cut(a.resource, "/")
	switch {
	case !ok || a.service != "iam" || a.region != "" || !accountForm.ok(a.account) || strings.Contains(a.resource, ":") ||
		!(a.resource == "root" || (kind == "role" || kind == "user") && name != "" && !strings.HasSuffix(name, "/")):
		c.err(codeAdmin, t.n, hint, "administrator %q is not the ARN of a role, a user or an account root", t.v)
		return false
	case c.s.Partition != "" && a.partition != c.s.Partition:
		c.err(codeAdmin, t.n, hint, "administrator %q is in partition %s, and the setup is in %s", t.v, a.partition, c.s.Partition)
		return false
	case c.s.Account != "" && a.account != c.s.Account:
		c.warn(warnAccount, t.n, "add an administrator of account "+c.s.Account,
			"administrator %q is of another account, from which KMS lets nobody change a key policy", t.v)
	}
	return true
}

func (c *checker) existingKey(k *named[keyDraft], key *Key) {
	d := &k.v
	if d.arn.ok {
		c.keyARN(d.arn, key.Account != "")
	}
	if d.admins != nil {
		c.createdOnly(d.admins[0], "admins", k.name)
	}
	if d.deletionWindow.n != nil {
		c.createdOnly(text{n: d.deletionWindow.n}, "deletionWindow", k.name)
	}
	if d.rotation.n != nil {
		c.createdOnly(text{n: d.rotation.n}, "rotation", k.name)
	}
	if d.protect.n != nil {
		c.createdOnly(text{n: d.protect.n}, "protect", k.name)
	}
	if !d.policy.given() {
		c.warn(warnNoPolicy, k.n, presentPolicy("aws kms get-key-policy --key-id ", d.arn, " --policy-name default"),
			"present policy of key %q is not known: its outputs hold statements to merge, not a whole policy", k.name)
		return
	}
	key.PolicyFile = d.policy.v
	key.Policy = c.policyFile(d.policy)
}

func (c *checker) createdOnly(t text, field, name string) {
	c.err(codeExisting, t.n, "leave it out", "%s is for a key that pzgen creates, and key %q exists", field, name)
}

// keyARN checks the ARN of an existing key (AWS KMS Developer Guide, "Key ARN"; Personalize API reference, kmsKeyArn).
func (c *checker) keyARN(t text, elsewhere bool) {
	a, ok := parseARN(t.v)
	want := fmt.Sprintf("write arn:%s:kms:%s:%s:key/<id>", c.s.Partition, c.s.Region, c.s.Account)
	id, isKey := strings.CutPrefix(a.resource, "key/")
	switch {
	case ok && a.service == "kms" && strings.HasPrefix(a.resource, "alias/aws/"):
		c.err(codeAlias, t.n, "use a key of your own", "%q is the alias of a key that AWS manages: nobody can change its policy, so Personalize cannot be let in", t.v)
	case ok && a.service == "kms" && strings.HasPrefix(a.resource, "alias/"):
		c.err(codeKeyARN, t.n, "find the key's ARN with `aws kms describe-key --key-id "+a.resource+"`",
			"%q is the ARN of an alias; Personalize and policies need the ARN of the key", t.v)
	case !ok || a.service != "kms" || !isKey || id == "" || strings.ContainsAny(id, "/:.+=,@_") || !accountForm.ok(a.account):
		c.err(codeKeyARN, t.n, want, "%q is not the ARN of a KMS key", t.v)
	case c.s.Partition != "" && a.partition != c.s.Partition:
		c.err(codeKeyARN, t.n, want, "key is in partition %s, and the setup is in %s", a.partition, c.s.Partition)
	case c.s.Region != "" && a.region != c.s.Region:
		c.err(codeKeyARN, t.n, "use a key in "+c.s.Region, "key is in region %q; Personalize, buckets and keys of a setup are in one region, here %s", a.region, c.s.Region)
	case c.s.Account != "" && a.account != c.s.Account:
		if elsewhere {
			return // which is told
		}
		c.warn(warnAccount, t.n, "write `account: \""+a.account+"\"` beside it, or use a key of account "+c.s.Account,
			"key belongs to account %s; AWS does not document keys of other accounts for Personalize", a.account)
	}
}
