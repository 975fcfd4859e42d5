package policy

import (
	"slices"
	"strings"
)

// principals checks who a statement names (reference_policies_elements_principal,
// reference_policies_elements_notprincipal).
func (c *checker) principals(s Statement) {
	has := s.Principal != nil || s.NotPrincipal != nil
	switch {
	case s.Principal != nil && s.NotPrincipal != nil:
		c.add(true, "statement has both Principal and NotPrincipal")
	case c.elements.Principal == Must && !has:
		c.add(true, "statement of %s has no Principal", c.kind.one())
	case c.elements.Principal == Never && has:
		c.on(TopicPrincipal, true, "statement of %s has a Principal; it is whoever the policy is attached to", c.kind.one())
	case s.NotPrincipal != nil && !c.elements.NotPrincipal:
		c.add(true, "%s has no NotPrincipal", c.kind.one())
	case s.NotPrincipal != nil && s.Effect == Allow:
		// "We strongly recommend that you do not", said editions of the page until 2023, so AWS
		// stored such policies. What it allows is not decided: see [Evaluate].
		c.on(TopicNotPrincipal, false, "NotPrincipal is in an Allow, which lets in everybody else, anonymous callers too; "+
			"AWS supports it in a Deny only")
	case c.elements.Everybody && !everybody(s.Principal):
		// orgs_manage_policies_rcps_syntax, "Principal element".
		c.add(true, "the Principal of %s can only be \"*\"; name principals in its Condition", c.kind.one())
	}
	if c.elements.Principal == Never {
		return
	}
	for _, p := range []*Principal{s.Principal, s.NotPrincipal} {
		if p == nil {
			continue
		}
		for i, t := range p.Types {
			if slices.ContainsFunc(p.Types[:i], func(u PrincipalType) bool { return u.Type == t.Type }) {
				c.add(true, "principals of type %s are listed twice", t.Type)
			}
			for _, v := range t.Values.Values {
				c.principal(t.Type, v)
			}
		}
	}
}

func (c *checker) principal(typ string, t Text) {
	c.refs(t)
	name, ok := t.OnlyLit()
	if !ok || name == "" {
		if len(t.Refs()) == 0 {
			c.add(true, "principal %q is not plain text", t.IAM())
		}
		return
	}
	// reference_policies_grammar, "Policy grammar notes": few services know canonical user IDs.
	if typ == "CanonicalUser" && !slices.Contains(c.elements.Types, typ) {
		c.add(true, "%s has no principals of type %s", c.kind.one(), typ)
	}
	switch typ {
	case "AWS":
		if !isAWSPrincipal(name) {
			c.on(TopicPrincipalForm, true, "principal %q names no account, user, role, role session or federated user; wildcards cannot stand for a part of a name", name)
		}
	case "Service":
		if strings.ContainsAny(name, "*?:/ ") || !strings.Contains(name, ".") {
			c.on(TopicPrincipalForm, true, "principal %q is not the name of a service", name)
		}
	case "Federated", "CanonicalUser":
		if name != "*" && strings.ContainsAny(name, "*?") {
			c.on(TopicPrincipalForm, true, "principal %q has a wildcard; it cannot stand for a part of a name", name)
		}
	default:
		c.add(true, "principals of type %q do not exist", typ)
	}
}

// isAWSPrincipal reports whether name can stand under AWS in a Principal.
func isAWSPrincipal(name string) bool {
	if name == "*" || isAccount(name) || isUniqueID(name) {
		return true
	}
	a, ok := ParseARN(name)
	if !ok || a.Region != "" || a.IsPattern() {
		return false
	}
	typ, rest := a.Type()
	switch {
	case rest == "":
		return a.isRoot()
	case a.Service == "iam" && a.Account == "cloudfront": // an origin access identity
		return typ == "user"
	case a.Service == "iam":
		return isAccount(a.Account) && (typ == "user" || typ == "role")
	case a.Service == "sts":
		session := typ == "federated-user" || typ == "assumed-role" && strings.Count(rest, "/") == 1
		return isAccount(a.Account) && session
	}
	return false
}
