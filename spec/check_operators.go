package spec

import (
	"path"
	"slices"
	"strings"
)

func (c *checker) checkGroup() {
	if c.d.group.n == nil {
		return
	}
	d := &c.d.group.v
	c.setPlace("datasetGroup", c.d.group.n)
	c.s.DatasetGroup = &DatasetGroup{Name: d.name.v, Domain: d.domain.v, Key: c.keyRef(d.key), Existing: d.existing.v,
		Disposable: !d.existing.v && !c.d.protect.or(true)}
}

func (c *checker) checkOperators() {
	was := formerNames("operators", c.d.operators)
	checkNamed(c, "operators", c.d.operators, func(o *named[operatorDraft]) {
		d := &o.v
		op := Operator{
			Name: o.name, Access: c.access(o),
			Users: values(d.users), Groups: values(d.groups), Roles: values(d.roles),
			ManagedPolicies: c.managedPolicies(d.managedPolicies),
			Policy:          c.policyNames(d.policy),
			Was:             c.former(was, o.name, d.was),
		}
		op.Locations = c.locations(o, op)
		op.Principals = c.principals(o, op)
		if c.wellFormed && len(d.users)+len(d.groups)+len(d.roles)+len(d.principals) == 0 {
			c.warn(warnUnattached, o.n, "give it users, groups or roles; a policy without is for a "+
				"permission set of IAM Identity Center", "operator %q is attached to nobody", o.name)
		}
		if d.policy.v.managed.n != nil && !d.policy.v.managed.v {
			c.err(codeForm, d.policy.v.managed.n, "leave it out",
				"operator %q has managed policies, and no inline ones", o.name)
		}
		for _, t := range d.roles {
			if t.ok && strings.EqualFold(t.v, c.s.Role.Name) {
				c.warn(warnOwnRole, t.n, "give operators a role of their own", "operator %q is the service role itself", o.name)
			}
		}
		if len(d.managedPolicies) > 0 {
			c.checkAttached(d.managedPolicies, 1, "a user, group or role")
		}
		c.s.Operators = append(c.s.Operators, op)
	})
	c.checkPolicyNames()
}

// checkLetInTwice refuses operators that let one principal in at one place: the statements of the
// one grant what those of the other do. It needs the workflows.
func (c *checker) checkLetInTwice() {
	for i, o := range c.s.Operators {
		for _, before := range c.s.Operators[:i] {
			for _, p := range o.Principals {
				if !slices.Contains(before.Principals, p) {
					continue
				}
				at := slices.IndexFunc(c.works(o), func(l Location) bool {
					return slices.ContainsFunc(c.works(before), l.Meets)
				})
				if d := find(c.d.operators, o.Name); at >= 0 && d != nil && len(d.principals) > 0 {
					l := c.works(o)[at]
					c.err(codeTwice, d.principals[0].n, "name it in one of them, with the access and the locations of both, or give them "+
						"locations that do not meet", "principal %q is let in at %q by the operators %q and %q", p,
						l.Bucket+"/"+l.Prefix, before.Name, o.Name)
				}
			}
		}
	}
}

// works returns where an operator brings and fetches data.
func (c *checker) works(o Operator) []Location {
	if o.Locations != nil {
		return o.Locations
	}
	var out []Location
	for _, w := range c.s.Workflows {
		if w.From != nil && o.Has(Uploader) {
			out = append(out, *w.From)
		}
		if w.To != nil && o.Has(Downloader) {
			out = append(out, *w.To)
		}
	}
	return out
}

// values returns the texts that are right.
func values(list []text) []string {
	var out []string
	for _, t := range list {
		if t.ok {
			out = append(out, t.v)
		}
	}
	return out
}

func (c *checker) checkUploads() {
	seen := map[Location]bool{}
	for i, item := range c.d.uploads {
		d := &item.v
		at := "uploads" + index(i)
		c.setPlace(at, item.n)
		to := c.location(d.to, at+".to")
		if to == nil || !d.file.ok {
			continue
		}
		if f := d.file.v; len(f) > 1 && f[1] == ':' && classLetters.has(f[0]) {
			c.err(codeUpload, d.file.n, "write a path relative to this file", "%q names a drive of Windows", f)
			continue
		}
		if to.Prefix == "" || strings.HasSuffix(to.Prefix, "/") {
			name := path.Base(d.file.v)
			if strings.HasSuffix(d.file.v, "/") || name == "." || name == ".." {
				c.err(codeUpload, d.file.n, "name one file", "%q is a folder", d.file.v)
				continue
			}
			if !c.prefix(text{v: to.Prefix + name, n: d.file.n}, name) {
				continue
			}
			to.Prefix += name
		}
		if len(to.Prefix) > maxObjectKey {
			c.err(codeUpload, d.to.n, "shorten it", "key of the object has %d bytes; S3 takes %d", len(to.Prefix), maxObjectKey)
		}
		if seen[*to] {
			c.err(codeUpload, d.to.n, "give it another name", "two files are put into %q", to.Bucket+"/"+to.Prefix)
		}
		seen[*to] = true
		c.s.Uploads = append(c.s.Uploads, Upload{File: d.file.v, To: *to})
	}
	if len(c.d.uploads) > 0 && len(c.s.Targets) > 0 && c.s.Targets[len(c.s.Targets)-1] != "shell" {
		c.warn(warnTarget, c.d.uploads[0].n, "add shell to targets", "only the target shell uploads files, and this setup does not want it")
	}
}

// checkUse looks at the setup as a whole, once everything that can use a bucket or key was seen.
func (c *checker) checkUse() {
	c.warnOfPolicyNames()
	if c.errors > 0 {
		return // what seems to be unused may only be misspelt
	}
	for _, k := range c.d.keys {
		if !c.usedKeys[k.name] && !k.v.of.given() { // what is of others is looked at when they are known
			c.warn(warnUnused, k.n, "name it as the key of a bucket or of the dataset group, or leave it out", "nothing uses key %q", k.name)
		}
	}
	for _, b := range c.d.buckets {
		if !c.usedBuckets[b.name] {
			c.warn(warnUnused, b.n, "name it in a workflow, or leave it out", "no workflow uses bucket %q", b.name)
		}
	}
	if len(c.d.workflows) == 0 && c.d.group.n == nil && len(c.d.operators) == 0 {
		c.warn(warnNothing, c.at, "write `workflows:`", "setup %q has no workflows: its role is let do nothing", c.s.Name)
	}
}
