package spec

import "gopkg.in/yaml.v3"

// What another setup has is checked in two steps: here what can be seen in the setup alone, and in
// link.go the rest, once all files were read.

// ownersField is a field of a bucket, a key or a role that is its owner's to say.
type ownersField struct {
	name string
	n    *yaml.Node // nil: not given
}

// ownersAlone refuses fields that are the owner's to say.
func (c *checker) ownersAlone(what string, fields ...ownersField) {
	for _, f := range fields {
		if f.n != nil {
			c.err(codeOf, f.n, "leave it out, and write it where the "+what+" is declared",
				"%s is for the setup that has the %s: with of it is another one", f.name, what)
		}
	}
}

// owned takes `<setup>/<name>` apart.
func (c *checker) owned(t text, place string) Owned {
	c.setPlace(place+".of", t.n)
	if !t.ok {
		return Owned{}
	}
	o := ownedBy(t.v)
	if o.Setup == c.s.Name {
		c.err(codeOf, t.n, "name another setup", "%q is of setup %q itself", t.v, c.s.Name)
		return Owned{}
	}
	return o
}

func (c *checker) keyOf(k *named[keyDraft], key *Key) {
	d := &k.v
	c.ownersAlone("key", ownersField{"alias", d.alias.n}, ownersField{"arn", d.arn.n},
		ownersField{"admins", first(d.admins)}, ownersField{"existing", d.existing.n},
		ownersField{"policy", d.policy.n}, ownersField{"deletionWindow", d.deletionWindow.n},
		ownersField{"rotation", d.rotation.n}, ownersField{"protect", d.protect.n},
		ownersField{"was", first(d.was)})
	*key = Key{Name: k.name, Of: c.owned(d.of, "keys."+k.name)}
	if c.s.Profile == Documented {
		c.err(codeOf, d.of.n, "write `profile: least-privilege`, or give this setup a key of its own",
			"the guide's key policy, which profile documented has, names a role that is there already, "+
				"and the key of another setup comes before this one's role")
	}
	c.notInStatements("key", "keys", k.name, c.d.statements.v.keys)
}

func (c *checker) bucketOf(b *named[bucketDraft], bucket *Bucket) {
	d := &b.v
	c.ownersAlone("bucket", ownersField{"name", d.name.n}, ownersField{"existing", d.existing.n},
		ownersField{"policy", d.policy.n}, ownersField{"versioning", d.versioning.n},
		ownersField{"secureTransport", d.secureTransport.n},
		ownersField{"blockPublicAccess", d.blockPublicAccess.n},
		ownersField{"bucketOwnerEnforced", d.bucketOwnerEnforced.n},
		ownersField{"expireAfterDays", d.expireAfterDays.n},
		ownersField{"expireOldVersionsAfterDays", d.expireOldVersions.n},
		ownersField{"accessLogs", d.logs.n},
		ownersField{"protect", d.protect.n}, ownersField{"was", first(d.was)})
	*bucket = Bucket{Name: b.name, Existing: true, Of: c.owned(d.of, "buckets."+b.name)}
	if d.key.given() && !c.isNone(d.key) {
		bucket.Key = c.keyRef(d.key)
		c.setPlace("buckets."+b.name+".key", d.key.n)
	}
	c.notInStatements("bucket", "buckets", b.name, c.d.statements.v.buckets)
}

// notInStatements refuses statements of the spec for the policy of what another setup has.
func (c *checker) notInStatements(what, where, name string, list []named[[]item[statementDraft]]) {
	for _, s := range list {
		if s.name == name {
			c.err(codeOf, s.n, "write them in the setup that has the "+what, "statements.%s.%s are for "+
				"the policy of a %s of another setup", where, name, what)
		}
	}
}

func (c *checker) roleOf() {
	d := &c.d.role.v
	boundary := d.boundary.n
	c.setPlace("role", c.d.role.n)
	c.ownersAlone("role", ownersField{"name", d.name.n}, ownersField{"path", d.path.n},
		ownersField{"description", d.description.n}, ownersField{"permissionsBoundary", boundary},
		ownersField{"managedPolicies", first(d.managedPolicies)}, ownersField{"policy", d.policy.n},
		ownersField{"existing", d.existing.n})
	c.s.PermissionsBoundary, c.s.BoundaryPolicy = c.boundary(c.d.boundary)
	c.s.Role = Role{Existing: true, Path: "/", Of: d.of.v}
	c.setPlace("role.of", d.of.n)
	if d.of.ok && d.of.v == c.s.Name {
		c.err(codeOf, d.of.n, "name another setup, or leave it out", "the role is of setup %q itself", c.s.Name)
		c.s.Role.Of = ""
	}
	if len(c.d.statements.v.trust) > 0 {
		c.err(codeOf, c.d.statements.v.trust[0].n, "write them in the setup that has the role",
			"statements.trust are for the trust policy of a role of another setup")
	}
}

// ownStackSet refuses a template for many accounts in a setup that needs another one: what that has
// is in one account.
func (c *checker) ownStackSet(on toggle) {
	refuse := func(what string) {
		c.err(codeStackSet, on.n, "leave stackSet out", "%s of another setup, which is in one account and region", what)
	}
	for _, b := range c.d.buckets {
		if b.v.of.given() {
			refuse("bucket " + quoted(b.name) + " is")
		}
	}
	for _, k := range c.d.keys {
		if k.v.of.given() {
			refuse("key " + quoted(k.name) + " is")
		}
	}
	if c.d.role.v.of.given() {
		refuse("the role is that")
	}
}

// first returns the place of the first value of a list, or nil.
func first(list []text) *yaml.Node {
	if len(list) == 0 {
		return nil
	}
	return list[0].n
}
