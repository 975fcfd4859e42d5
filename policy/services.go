package policy

import (
	"slices"
	"strings"
)

// access is what the policies of principal and resource have to say together within one account.
type access byte

const (
	// either: one of the two is enough, as with most resources
	// (reference_policies_evaluation-logic_policy-eval-basics).
	either access = iota
	// resourceDecides: nothing is allowed that the resource's policy does not allow; where that
	// names the account, the identity's policies count too. So it is with role trust policies and
	// KMS key policies (reference_policies_evaluation-logic_policy-eval-denyallow, "Resource-based
	// policies").
	resourceDecides
	// identityOnly: the resource's policy grants nothing for this action.
	identityOnly
	// unconditional: AWS asks no policy.
	unconditional
	// never: AWS refuses the call, whatever the policies are.
	never
)

// serviceOf returns service and name of an action in lower case.
func serviceOf(action string) (service, name string) {
	service, name, _ = strings.Cut(strings.ToLower(action), ":")
	return service, name
}

// accessOf tells how the service of a request combines its policies.
func accessOf(action, resource string, s subject) access {
	service, name := serviceOf(action)
	switch service {
	case "sts":
		return stsAccess(name, resource, s)
	case "kms":
		return kmsAccess(name, resource)
	}
	return either
}

func stsAccess(name, resource string, s subject) access {
	signed := s.kind != byNobody && s.kind != byToken
	switch name {
	case "getcalleridentity":
		// It needs no permission, and an explicit deny does not stop it, because the refusal would
		// tell the same (AWS STS API Reference, GetCallerIdentity).
		if signed {
			return unconditional
		}
	case "getsessiontoken":
		// Policies have no effect on it (id_credentials_temp_control-access_getsessiontoken).
		if s.kind == byUser || s.kind == byRoot {
			return unconditional
		}
	case "assumerole":
		// A root user cannot assume a role (AWS STS API Reference, AssumeRole).
		if s.kind == byRoot {
			return never
		}
		return resourceDecides
	case "assumerolewithsaml", "assumerolewithwebidentity":
		return resourceDecides
	case "tagsession", "setsourceidentity", "setcontext":
		if isRoleResource(resource) {
			return resourceDecides
		}
	}
	return either
}

func isRoleResource(resource string) bool {
	a, _ := ParseARN(resource)
	return a.isRole()
}

// isTrust reports whether the resource's policy is a role trust policy.
func isTrust(action, resource string) bool {
	service, name := serviceOf(action)
	return service == "sts" && (strings.HasPrefix(name, "assumerole") || isRoleResource(resource))
}

// usesToken reports whether an action is called with a token of an identity provider in place of
// AWS credentials (AWS STS API Reference, AssumeRoleWithWebIdentity and AssumeRoleWithSAML):
// whoever calls it, no policy of an identity counts.
func usesToken(action string) bool {
	switch strings.ToLower(action) {
	case "sts:assumerolewithwebidentity", "sts:assumerolewithsaml":
		return true
	}
	return false
}

func kmsAccess(name, resource string) access {
	switch name {
	case "createkey", "generaterandom", "listaliases", "listkeys", "listretirablegrants",
		"createcustomkeystore", "connectcustomkeystore", "deletecustomkeystore", "describecustomkeystores",
		"disconnectcustomkeystore", "updatecustomkeystore":
		// They concern no key, so IAM policies alone grant them (KMS Developer Guide,
		// kms-api-permissions-reference).
		return identityOnly
	case "createalias", "updatealias", "deletealias":
		// They need the permission on the alias too, which IAM policies alone give (KMS Developer
		// Guide, alias-access).
		if strings.Contains(resource, ":alias/") {
			return identityOnly
		}
	}
	return resourceDecides
}

// keyOfAlias stands for the key behind an alias. A statement that names the alias says nothing of
// the key (KMS Developer Guide, alias-authorization), so a request that names it is decided as one
// for a key whose ID no policy has.
func keyOfAlias(action, resource string) (key, alias string, ok bool) {
	service, name := serviceOf(action)
	before, name2, found := strings.Cut(resource, ":alias/")
	if service != "kms" || !found || kmsAccess(name, resource) != resourceDecides {
		return resource, "", false
	}
	return before + ":key/(key of alias/" + name2 + ")", "alias/" + name2, true
}

// underResourceControl reports whether resource control policies apply to an action: only some
// services take them, and RetireGrant is left out (Organizations User Guide,
// orgs_manage_policies_rcps). Keys that AWS manages are left out too.
func underResourceControl(action, resource string) bool {
	service, name := serviceOf(action)
	if service == "kms" {
		return name != "retiregrant" && !strings.Contains(resource, ":alias/aws/")
	}
	return slices.Contains(controlledServices(), service)
}
