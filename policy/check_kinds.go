package policy

import "strings"

// principals checks who a statement names (reference_policies_elements_principal, reference_policies_elements_notprincipal).
func (c *checker) principals(s Statement) {
	both := s.Principal != nil && s.NotPrincipal != nil
	has := s.Principal != nil || s.NotPrincipal != nil
	switch {
	case both:
		c.add(true, "statement has both Principal and NotPrincipal")
	case c.kind.hasPrincipal() && !has:
		c.add(true, "statement of a %s has no Principal", c.kind)
	case !c.kind.hasPrincipal() && has:
		c.add(true, "statement of a %s has a Principal; it is whoever the policy is attached to", c.kind)
	}
	if s.NotPrincipal != nil && s.Effect == Allow {
		c.add(true, "NotPrincipal stands beside Allow; AWS supports it with Deny only")
	}
	if s.NotPrincipal != nil && c.kind == Trust {
		c.add(false, "a role trust policy has no NotPrincipal")
	}
	for _, p := range []*Principal{s.Principal, s.NotPrincipal} {
		if p == nil {
			continue
		}
		for _, t := range p.Types {
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
	switch typ {
	case "AWS":
		if !isAWSPrincipal(name) {
			c.add(true, "principal %q names no account, user, role, role session or federated user; wildcards cannot stand for a part of a name", name)
		}
	case "Service":
		if strings.ContainsAny(name, "*?:/ ") || !strings.Contains(name, ".") {
			c.add(true, "principal %q is not the name of a service", name)
		}
	case "Federated", "CanonicalUser":
		if name != "*" && strings.ContainsAny(name, "*?") {
			c.add(true, "principal %q has a wildcard; it cannot stand for a part of a name", name)
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
	_, svc, region, account, resource, ok := arnParts(name)
	if !ok || region != "" || strings.ContainsAny(name, "*?") {
		return false
	}
	typ, rest, _ := strings.Cut(resource, "/")
	switch {
	case rest == "":
		return svc == "iam" && resource == "root" && isAccount(account)
	case svc == "iam" && account == "cloudfront": // an origin access identity
		return typ == "user"
	case svc == "iam":
		return isAccount(account) && (typ == "user" || typ == "role")
	case svc == "sts":
		return isAccount(account) && (typ == "federated-user" || typ == "assumed-role" && strings.Count(rest, "/") == 1)
	}
	return false
}

// serviceControl checks what service control policies alone forbid (Organizations User Guide, orgs_manage_policies_scps_syntax).
func (c *checker) serviceControl(s Statement) {
	if s.Effect != Allow {
		return
	}
	for _, t := range s.Resource.Values {
		if t.IAM() != "*" {
			c.add(false, "an Allow of a service control policy has the Resource %q; it can only be \"*\"", t.IAM())
		}
	}
}

// resourceControl checks what resource control policies alone forbid (Organizations User Guide, orgs_manage_policies_rcps_syntax).
func (c *checker) resourceControl(s Statement) {
	everything := len(s.Action.Values) == 1 && s.Action.Values[0].IAM() == "*"
	if s.Effect == Allow {
		// The policy RCPFullAWSAccess, which AWS attaches itself, is the only one that allows.
		if !everything || len(s.Resource.Values) != 1 || s.Resource.Values[0].IAM() != "*" || len(s.Condition) > 0 {
			c.add(false, "a resource control policy only denies; RCPFullAWSAccess alone allows, everything")
		}
		return
	}
	for _, t := range s.Action.Values {
		if t.IAM() == "*" {
			c.add(false, "the Action of a resource control policy names a service; it cannot be \"*\"")
		}
	}
	if s.NotAction.Values != nil {
		c.add(false, "a resource control policy has no NotAction")
	}
	if s.NotPrincipal != nil {
		c.add(false, "a resource control policy has no NotPrincipal")
	}
	if p := s.Principal; p != nil && !p.Any && !(len(p.Types) == 1 && p.Types[0].Type == "AWS" && len(p.Types[0].Values.Values) == 1 && p.Types[0].Values.Values[0].IAM() == "*") {
		c.add(false, "the Principal of a resource control policy can only be \"*\"; name principals in its Condition")
	}
}
