package spec

import (
	"cmp"
	"slices"
	"strings"
)

// A bucket or key that another account owns is, to everything behind this package, one of another
// setup (see `of`), which is made up here: it is in that account, has what is asked of its owner and
// no role. It comes as a folder in that of the setup which asks.

// handedTarget is the target in which an owner gets it: statements to merge, with a script that does. A
// module or a template would replace the policy that the owner has.
const handedTarget = "json"

// HandedPrefix begins the name of the folder with what the owner of another account applies; the
// account follows.
const HandedPrefix = "owner-"

// IsHanded reports whether a folder in that of a setup is one with what an owner applies.
func IsHanded(folder string) bool {
	account, ok := strings.CutPrefix(folder, HandedPrefix)
	return ok && accountForm.ok(account)
}

// Handed returns the setups that were made up for this one: what the owners of other accounts apply
// for it, sorted by account.
func (s *Setup) Handed() []*Setup {
	var out []*Setup
	for _, o := range s.Owners {
		if o.Asker == s {
			out = append(out, o)
		}
	}
	return out
}

// handOver makes up the owners in other accounts. It is called once, when the setup is known to be
// right.
func (s *Setup) handOver() {
	at := func(account string) *Setup {
		name := s.Name + "/" + HandedPrefix + account
		if o := s.Owner(name); o != nil {
			return o
		}
		o := &Setup{Name: name, Asker: s, Account: account, Region: s.Region, Partition: s.Partition,
			Profile: s.Profile, ConfusedDeputy: DeputyEverywhere, ListByPrefix: s.ListByPrefix,
			Role: Role{Existing: true, Path: "/"}, Places: s.Places, Users: []*Setup{s},
			Targets: []string{handedTarget}}
		for _, was := range s.Was {
			o.Was = append(o.Was, was+"/"+HandedPrefix+account)
		}
		s.Owners = append(s.Owners, o)
		return o
	}
	for i := range s.Keys {
		if k := &s.Keys[i]; k.Account != "" {
			o := at(k.Account)
			o.Keys = append(o.Keys, *k)
			k.Of, k.Policy, k.PolicyFile = Owned{o.Name, k.Name}, nil, ""
		}
	}
	for i := range s.Buckets {
		if b := &s.Buckets[i]; b.Account != "" {
			o := at(b.Account)
			o.Buckets = append(o.Buckets, *b)
			b.Of, b.Policy, b.PolicyFile, b.SecureTransport = Owned{o.Name, b.Name}, nil, "", false
		}
	}
	slices.SortFunc(s.Owners, func(a, b *Setup) int { return strings.Compare(a.Name, b.Name) })
}

// elsewhere checks that something can be another account's, and returns that account.
func (c *checker) elsewhere(what, name string, account text) string {
	switch {
	case !account.ok:
		return ""
	case account.v == c.s.Account:
		c.err(codeElsewhere, account.n, "leave account out", "%s %q is in account %s, which is the setup's own", what, name, account.v)
		return ""
	case c.s.Profile == Documented:
		c.err(codeElsewhere, account.n, "write `profile: least-privilege`",
			"in the policy of a %s of another account conditions on the source are always on, and profile documented has none", what)
		return ""
	case c.d.stackSet.v:
		c.err(codeStackSet, account.n, "leave stackSet out", "%s %q is in one account, and names a role of one account", what, name)
		return ""
	}
	c.warn(warnElsewhere, account.n, "try it before you rely on it",
		"%s %q is of account %s: AWS documents no %ss of other accounts for Amazon Personalize, and guarantees nothing", what, name, account.v, what)
	return account.v
}

// keyElsewhere checks a key that another account owns, before it is checked as one that exists.
func (c *checker) keyElsewhere(k *named[keyDraft], key *Key) {
	d := &k.v
	if !d.account.given() {
		return
	}
	if d.of.given() {
		c.err(codeElsewhere, d.account.n, "leave it out: whose the key is, its owner says", "key %q is of another setup", k.name)
		return
	}
	key.Account = c.elsewhere("key", k.name, d.account)
	switch {
	case !d.arn.given() && d.alias.given():
		c.err(codeElsewhere, d.alias.n, "write `arn:` in place of alias; its owner knows it",
			"key %q is of another account, where no alias is looked up and no key is created", k.name)
	case d.arn.ok:
		if a, ok := parseARN(d.arn.v); ok && key.Account != "" && a.account != key.Account {
			c.err(codeElsewhere, d.account.n, "write the account of its ARN",
				"key %q is of account %s by its ARN, and of %s here", k.name, a.account, key.Account)
		}
	}
}

// bucketElsewhere is keyElsewhere for a bucket. It exists, whether that is said or not.
func (c *checker) bucketElsewhere(b *named[bucketDraft], bucket *Bucket) {
	d := &b.v
	if !d.account.given() {
		return
	}
	if d.of.given() {
		c.err(codeElsewhere, d.account.n, "leave it out: whose the bucket is, its owner says", "bucket %q is of another setup", b.name)
		return
	}
	if d.existing.n != nil && !d.existing.v {
		c.err(codeElsewhere, d.existing.n, "leave it out; its owner creates it",
			"bucket %q is of another account, where this setup creates nothing", b.name)
	}
	bucket.Existing = true
	bucket.Account = c.elsewhere("bucket", b.name, d.account)
}

// checkElsewhere checks what the setup does with things of other accounts, once all is known.
func (c *checker) checkElsewhere() {
	keys := map[string]string{}
	for _, k := range c.s.Keys {
		keys[k.Name] = k.Account
	}
	away := map[string]string{}
	for i := range c.d.buckets {
		d := &c.d.buckets[i]
		at := slices.IndexFunc(c.s.Buckets, func(b Bucket) bool { return b.Name == d.name })
		if at < 0 {
			continue
		}
		b := c.s.Buckets[at]
		away[b.Name] = b.Account
		if b.Key == "" || keys[b.Key] == b.Account || b.Of.Elsewhere() {
			continue
		}
		c.err(codeElsewhere, d.v.key.n, "give both the same account, or name another key",
			"bucket %q and its key %q are of two accounts: %s and %s", b.Name, b.Key,
			cmp.Or(b.Account, c.s.Account), cmp.Or(keys[b.Key], c.s.Account))
	}
	if g := c.s.DatasetGroup; g != nil && keys[g.Key] != "" {
		c.err(codeElsewhere, c.d.group.v.key.n, "name a key of account "+c.s.Account,
			"key %q is of account %s: AWS says of no key of another account that a dataset group takes it", g.Key, keys[g.Key])
	}
	for i := range c.d.uploads {
		if to := c.d.uploads[i].v.to; to.ok {
			if name, _, _ := strings.Cut(to.v, "/"); away[name] != "" {
				c.err(codeElsewhere, to.n, "let somebody put it there whom an operator lets in",
					"bucket %q is of account %s, and apply.sh puts nothing into another account", name, away[name])
			}
		}
	}
	for i := range c.d.operators {
		c.operatorElsewhere(&c.d.operators[i], away)
	}
}

// operatorElsewhere refuses operators whom the policies of another account cannot let in. AWS asks
// both accounts (IAM User Guide, "Cross-account policy evaluation logic"): a bucket's policy has to
// name the role or user, by ARN, and it cannot name a group.
func (c *checker) operatorElsewhere(o *named[operatorDraft], away map[string]string) {
	at := slices.IndexFunc(c.s.Operators, func(x Operator) bool { return x.Name == o.name })
	if at < 0 {
		return
	}
	op := c.s.Operators[at]
	if !op.Has(Uploader) && !op.Has(Downloader) || len(op.Users)+len(op.Groups)+len(op.Roles) == 0 {
		return
	}
	used := ""
	for _, w := range c.s.Workflows {
		for _, l := range []*Location{w.From, w.To} {
			if l != nil && op.Locations == nil && away[l.Bucket] != "" {
				used = l.Bucket
			}
		}
	}
	for _, l := range op.Locations {
		if away[l.Bucket] != "" {
			used = l.Bucket
		}
	}
	if used != "" {
		c.err(codeElsewhere, o.n, "let them in by ARN: an operator with `principals: [\"arn:"+c.s.Partition+":iam::"+c.s.Account+
			":role/<name>\"]` and no users, groups or roles; or limit this one by `locations`",
			"operator %q works in bucket %q of account %s, whose policy would have to name its users, groups and roles", op.Name, used, away[used])
	}
}
