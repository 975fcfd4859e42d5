package spec

import (
	"cmp"

	"github.com/pzgen/pzgen/policy"
)

// policyFile reads the present policy of an existing bucket or key.
func (c *checker) policyFile(t text) *policy.Document {
	doc := c.readPolicy(t, policy.DecodeOutput)
	if doc == nil {
		return nil
	}
	for i, s := range doc.Statements {
		if s.Principal == nil && s.NotPrincipal == nil {
			c.err(codePolicyFile, t.n, "it is to hold the policy of the bucket or key itself, not of a role",
				"policy file %q: statement %d has no Principal", t.v, i+1)
			return nil
		}
	}
	c.checkForeign(*doc, t)
	return doc
}

// boundaryFile reads the policy of a permissions boundary.
func (c *checker) boundaryFile(t text) *policy.Document {
	doc := c.readPolicy(t, policy.DecodeVersion)
	if doc == nil {
		return nil
	}
	for _, p := range doc.Check(policy.Boundary) {
		if p.Fatal {
			c.err(codePolicyFile, t.n, "it is to hold the policy of the permissions boundary as IAM has it", "policy file %q: %s", t.v, p)
			return nil
		}
	}
	return doc
}

// readPolicy reads a policy file by decode.
func (c *checker) readPolicy(t text, decode func([]byte) (policy.Document, error)) *policy.Document {
	if !t.ok {
		return nil
	}
	if c.readFile == nil {
		c.err(codePolicyFile, t.n, "", "policy file %q cannot be read here", t.v)
		return nil
	}
	data, err := c.readFile(c.beside(t.v))
	if err != nil {
		c.err(codePolicyFile, t.n, "paths are relative to the folder of this file", "policy file %q cannot be read: %s", t.v, reason(err))
		return nil
	}
	doc, err := decode(data)
	if err != nil {
		hint := cmp.Or(policy.HintOf(err), "it is to hold the policy as AWS gives it")
		c.err(codePolicyFile, t.n, hint, "policy file %q is not a policy: %s", t.v, err)
		return nil
	}
	return &doc
}

// checkForeign says what in somebody else's policy will fail, or does not do what it seems to.
func (c *checker) checkForeign(doc policy.Document, t text) {
	for _, p := range doc.Deleted() {
		c.warn(warnDeleted, t.n, "take "+p.Principal+" out of the policy, and save it again",
			"policy file %q: %s names %s, which stands for a user or role that was deleted: AWS refuses the whole policy when it is put back",
			t.v, p.Name(), p.Principal)
	}
	for _, p := range doc.AllowsByException() {
		c.warn(warnNotPrincipal, t.n, "have its owner name who is let in",
			"policy file %q: %s allows by NotPrincipal, and so lets in everybody whom it does not name, anonymous callers too; it is kept, and counts for nothing in the proof",
			t.v, p.Name())
	}
}
