package policy

import "strings"

// Written returns the values of p as they are written, in their order, without their types: "*" for
// anybody, none for an element that is absent.
func (p *Principal) Written() []string {
	switch {
	case p == nil:
		return nil
	case p.Any:
		return []string{"*"}
	}
	var out []string
	for _, t := range p.Types {
		out = append(out, t.Values.Written()...)
	}
	return out
}

// strength is how a statement reaches a principal. It decides what else the request needs within
// the account (reference_policies_evaluation-logic_policy-eval-denyallow, "Resource-based
// policies").
type strength byte

const (
	none strength = iota
	// viaAccount: the statement names the account and so lets its administrators grant the access
	// (reference_policies_elements_principal, "AWS account principals").
	viaAccount
	// viaRole: it names the role of a session, or the user who made a federated session.
	// Permissions boundary and session policies limit what it grants.
	viaRole
	// direct: it names the very principal of the request, or everybody. Nothing limits what it
	// grants but an explicit deny.
	direct
)

// reach tells how the Principal of a statement reaches s.
func (p *Principal) reach(s subject, c requestContext) strength {
	if p.Any {
		return direct
	}
	best := none
	for _, t := range p.Types {
		for _, v := range t.Values.Values {
			name, _ := v.OnlyLit()
			best = max(best, s.reachedBy(t.Type, name, c))
		}
	}
	return best
}

// reachedBy tells how one value of a Principal reaches s. CanonicalUser reaches nobody: a request
// does not show the canonical ID of its account.
func (s subject) reachedBy(typ, name string, c requestContext) strength {
	switch {
	case typ == "Service" && s.kind == byService && name == s.name,
		typ == "Federated" && s.kind == byToken && (name == s.text || name == "*"),
		typ == "AWS" && name == "*": // the same as "Principal": "*" (reference_policies_elements_principal, "All principals")
		return direct
	case typ == "Federated" && s.kind == byNobody:
		// A request with a token of an identity provider is not signed; the context tells the
		// provider.
		if p, ok := c.one("aws:FederatedProvider"); ok && (p == name || name == "*") {
			return direct
		}
		return none
	case typ != "AWS" || !s.hasIdentity():
		return none
	case accountOf(name) == s.account:
		if s.kind == byRoot {
			return direct
		}
		return viaAccount
	}
	switch {
	case name == s.text:
		if s.kind == byRole {
			return viaRole // a role acts in sessions only
		}
		return direct
	case s.isRole() && (s.knownPath && name == s.roleARN || !s.knownPath && s.isSessionOf(name)):
		return viaRole
	case s.kind == byFederatedUser && s.madeBy(name):
		return viaRole
	case isUniqueID(name):
		// AWS shows the unique ID of a principal that was deleted since the policy was saved.
		id, _ := c.one("aws:userid")
		if id == name {
			return direct
		}
		if strings.HasPrefix(id, name+":") {
			return viaRole
		}
	}
	return none
}

// accountOf returns the account that a value names as a whole, by its ID or by the ARN of its root
// user. Both are the same (reference_policies_elements_principal, "AWS account principals").
func accountOf(name string) string {
	if isAccount(name) {
		return name
	}
	if a, _ := ParseARN(name); a.isRoot() {
		return a.Account
	}
	return ""
}

// madeBy reports whether arn is the user whose federated session s is: the session is named after
// it (reference_policies_elements_principal, "AWS STS federated user principals").
func (s subject) madeBy(arn string) bool {
	a, _ := ParseARN(arn)
	return a.Service == "iam" && a.Partition == s.partition && a.Account == s.account &&
		strings.HasPrefix(a.Resource, "user/") && a.Name() == s.name
}

// isUniqueID reports whether s is the unique ID of a user or role (reference_identifiers, "Unique
// identifiers").
func isUniqueID(s string) bool {
	return len(s) >= 16 && (strings.HasPrefix(s, "AIDA") || strings.HasPrefix(s, "AROA")) &&
		strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// excepts reports whether a NotPrincipal leaves s out of its Deny
// (reference_policies_elements_notprincipal, "Key points"). AWS looks at the account first, then at
// the user or role, then at the session: each must be listed. A level at which the list has no
// member of the level above is not looked at, so that an account alone stands for all its
// principals and a role for all its sessions.
func (p *Principal) excepts(s subject, c requestContext) bool {
	if p.Any {
		return true
	}
	if !s.hasIdentity() {
		return p.reach(s, c) != none
	}
	var account, inside, itself, sessions, mine bool
	for _, t := range p.Types {
		if t.Type != "AWS" {
			continue
		}
		for _, v := range t.Values.Values {
			name, _ := v.OnlyLit()
			a, _ := ParseARN(name)
			switch {
			case name == "*":
				return true
			case accountOf(name) == s.account:
				account = true
			case a.Account != s.account:
			case a.Service == "sts" && s.isRole() && strings.HasPrefix(a.Resource, "assumed-role/"+s.name+"/"):
				sessions, inside = true, true
				mine = mine || name == s.text
			default:
				inside = true
				itself = itself || s.reachedBy("AWS", name, c) != none
			}
		}
	}
	switch {
	case !account:
		return false
	case s.kind == byRoot || !inside:
		return true
	case sessions:
		return itself && mine
	}
	return itself
}
