package policy

import (
	"fmt"
	"strings"
)

// subjectKind is who makes a request.
type subjectKind byte

const (
	byNobody        subjectKind = iota // an anonymous, unsigned request
	byService                          // an AWS service itself
	byToken                            // a user of an identity provider, who has no AWS credentials yet
	byRoot                             // the root user of an account
	byUser                             // an IAM user
	byRole                             // an IAM role; what its sessions have in common
	bySession                          // a session of an IAM role
	byFederatedUser                    // a session made by GetFederationToken
)

// subject is the principal that makes a request, taken apart.
type subject struct {
	kind      subjectKind
	text      string // as the request names it
	partition string
	account   string // "" for those that belong to none
	name      string // of the user, the role or the federated user, without path; of a service its whole name
	roleARN   string // of a role and its sessions
	// knownPath: roleARN has the role's path. The ARN of a session lacks it.
	knownPath bool
}

// parseSubject reads the principal of a request: the ARN of a user, role, role session, federated
// user, identity provider or root user, an account ID (its root user), "*" (an anonymous request)
// or the name of a service.
func parseSubject(s string, given requestContext) (subject, error) {
	if s == "*" {
		return subject{kind: byNobody, text: s}, nil
	}
	if isAccount(s) {
		return subject{kind: byRoot, text: s, partition: "aws", account: s}, nil
	}
	a, ok := ParseARN(s)
	if !ok {
		if isIdentityProvider(s) {
			return subject{kind: byToken, text: s, name: s}, nil
		}
		if strings.Contains(s, ".") && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789.-_") == "" {
			return subject{kind: byService, text: s, name: s}, nil
		}
		return subject{}, fmt.Errorf("principal %q is no ARN, account ID, service name or \"*\"", s)
	}
	sub := subject{text: s, partition: a.Partition, account: a.Account}
	typ, rest := a.Type()
	path := strings.Split(rest, "/")
	sub.name = path[len(path)-1]
	bad := fmt.Errorf("principal %q is not the ARN of a user, role, role session, federated user, identity provider or root user", s)
	if !isAccount(a.Account) || a.Region != "" || a.IsPattern() {
		return subject{}, bad
	}
	switch {
	case a.isRoot():
		sub.kind = byRoot
	case sub.name == "":
		return subject{}, bad
	case a.Service == "iam" && typ == "user":
		sub.kind = byUser
	case a.Service == "iam" && typ == "role":
		sub.kind, sub.roleARN, sub.knownPath = byRole, s, true
	case a.Service == "iam" && (typ == "oidc-provider" || typ == "saml-provider"):
		sub.kind = byToken
	case a.Service == "sts" && typ == "assumed-role" && len(path) == 2 && path[0] != "":
		sub.kind, sub.name = bySession, path[0]
		sub.roleARN = "arn:" + a.Partition + ":iam::" + a.Account + ":role/" + sub.name
		// The request context has the role with its path.
		if arn, ok := given.one("aws:PrincipalArn"); ok && sub.isSessionOf(arn) {
			sub.roleARN, sub.knownPath = arn, true
		}
	case a.Service == "sts" && typ == "federated-user" && len(path) == 1:
		sub.kind = byFederatedUser
	default:
		return subject{}, bad
	}
	return sub, nil
}

// isIdentityProvider reports whether s is one of the four identity providers that need no ARN
// (reference_policies_elements_principal, "OIDC federated principals").
func isIdentityProvider(s string) bool {
	switch s {
	case "cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com":
		return true
	}
	return false
}

// isSessionOf compares a session with the ARN of a role by account and name, since the ARN of a
// session lacks the role's path and the names of roles are unique within an account
// (reference_iam-quotas, "IAM name requirements").
func (s subject) isSessionOf(arn string) bool {
	a, _ := ParseARN(arn)
	return a.isRole() && a.Partition == s.partition && a.Account == s.account && a.Name() == s.name
}

// hasIdentity reports whether policies can be attached to s: whether it is a principal of an
// account.
func (s subject) hasIdentity() bool { return s.account != "" && s.kind != byToken }

// isRole reports whether s acts with the permissions of a role.
func (s subject) isRole() bool { return s.kind == byRole || s.kind == bySession }

// isServiceLinked reports whether s is a service-linked role. Its path is aws-service-role/, and
// its name begins with AWSServiceRoleFor (id_roles_create-service-linked-role), which is all that
// the ARN of a session shows.
func (s subject) isServiceLinked() bool {
	if !s.isRole() {
		return false
	}
	if s.knownPath {
		return strings.Contains(s.roleARN, ":role/aws-service-role/")
	}
	return strings.HasPrefix(s.name, "AWSServiceRoleFor")
}

// newContext returns the context of a request: the given keys, and those that AWS always adds and
// that the principal tells (reference_policies_condition-keys, "Properties of the principal";
// reference_policies_variables, "Principal key values"). A given key is never overridden.
func newContext(given map[string][]string) (requestContext, error) {
	c := requestContext{}
	for k, v := range given {
		l := strings.ToLower(k)
		if _, twice := c[l]; twice {
			return nil, fmt.Errorf("context has the key %q twice; keys are not case-sensitive", l)
		}
		c[l] = v
		for _, s := range v {
			if len(s) > maxValue {
				return nil, fmt.Errorf("context key %q has a value of %d bytes; at most %d are possible", k, len(s), maxValue)
			}
		}
	}
	return c, nil
}

// maxValue bounds what a request may hold, above every limit of AWS, so that no request costs too
// much.
const maxValue = 8192

func (c requestContext) set(key string, values ...string) {
	key = strings.ToLower(key)
	if _, given := c[key]; !given {
		c[key] = values
	}
}

// addPrincipal adds the keys that tell who s is.
func (c requestContext) addPrincipal(s subject) {
	switch s.kind {
	case byNobody:
		c.set("aws:PrincipalType", "Anonymous")
		c.set("aws:PrincipalAccount", "anonymous")
		c.set("aws:userid", "anonymous")
		return
	case byToken:
		return
	case byService:
		c.set("aws:PrincipalIsAWSService", "true")
		c.set("aws:PrincipalServiceName", s.name)
		c.set("aws:PrincipalServiceNamesList", s.name)
		return
	case byRoot:
		c.set("aws:PrincipalArn", "arn:"+s.partition+":iam::"+s.account+":root")
		c.set("aws:PrincipalType", "Account")
		c.set("aws:userid", s.account)
	case byUser:
		c.set("aws:PrincipalArn", s.text)
		c.set("aws:PrincipalType", "User")
		c.set("aws:username", s.name)
	case byRole, bySession:
		c.set("aws:PrincipalArn", s.roleARN)
		c.set("aws:PrincipalType", "AssumedRole")
	case byFederatedUser:
		c.set("aws:PrincipalArn", s.text)
		c.set("aws:PrincipalType", "FederatedUser")
		c.set("aws:userid", s.account+":"+s.name)
	}
	c.set("aws:PrincipalAccount", s.account)
	c.set("aws:PrincipalIsAWSService", "false")
}
