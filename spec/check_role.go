package spec

import (
	"strings"

	"github.com/pzgen/pzgen/policy"
)

func (c *checker) checkRole() {
	d, s := &c.d.role.v, c.s
	if d.of.given() {
		c.roleOf()
		return
	}
	at := c.at
	if c.d.role.n != nil {
		at = c.d.role.n
	}
	c.setPlace("role", at)
	if d.name.given() {
		c.setPlace("role.name", d.name.n)
	}
	s.PermissionsBoundary, s.BoundaryPolicy = c.boundary(c.d.boundary)
	s.Role = Role{
		Name:     d.name.or("Personalize-" + s.Name),
		Path:     d.path.or("/"),
		Existing: d.existing.v,
	}
	boundary, limits := c.boundary(d.boundary)
	if s.Role.Existing {
		s.Role.BoundaryPolicy = limits
		// What is in defaults is for the roles that are created.
		inherited := c.defaults.role.v
		if d.description.given() && d.description.n != inherited.description.n {
			c.err(codeExisting, d.description.n, "leave it out, or take out `existing: true`",
				"description is given to a role when it is created, and this one exists")
		}
		if d.boundary.n != nil && d.boundary.n != inherited.boundary.n && !d.boundary.policy.given() {
			c.err(codeExisting, d.boundary.n, "leave it out, or say which one it has, so that it takes part in what is decided: {arn: …, policy: <file>}",
				"permissionsBoundary is given to a role when it is created, and this one exists")
		}
		if !d.name.given() {
			c.err(codeMissing, at, "write the name of the existing role", "role exists but has no name")
		}
	} else {
		s.Role.Description = d.description.v
		s.Role.PermissionsBoundary, s.Role.BoundaryPolicy = s.PermissionsBoundary, s.BoundaryPolicy
		if d.boundary.n != nil {
			s.Role.PermissionsBoundary, s.Role.BoundaryPolicy = boundary, limits
		}
	}
	if c.d.role.n == nil {
		c.s.Role.ManagedPolicies = nil
	} else {
		s.Role.ManagedPolicies = c.managedPolicies(d.managedPolicies)
		c.checkAttached(d.managedPolicies, 0, "a role")
	}
	s.Role.Policy = c.policyNames(d.policy)
	if about := d.policy.v.description; about.given() && !s.Role.Policy.Managed {
		c.err(codeForm, about.n, "write `managed: true`, or leave it out",
			"an inline policy has no description")
	}
	for _, kept := range []string{"/aws-service-role/", "/aws-reserved/"} {
		if strings.HasPrefix(s.Role.Path, kept) {
			c.err(codeRoleARN, d.path.n, "choose another path", "path %q is kept by IAM for roles of AWS itself", s.Role.Path)
		}
	}
	n := len("arn:") + len(s.Partition) + len(":iam::") + 12 + len(":role") + len(s.Role.Path) + len(s.Role.Name)
	if n > maxRoleARN {
		where := at
		if d.path.given() {
			where = d.path.n
		}
		c.err(codeRoleARN, where, "shorten its path", "ARN of the role has %d characters; Amazon Personalize takes %d", n, maxRoleARN)
	}
}

// boundary checks a permissions boundary: a managed policy of the account or of AWS, which is all
// that IAM attaches.
func (c *checker) boundary(d boundaryDraft) (arn string, limits *policy.Document) {
	if d.policy.given() {
		limits = c.boundaryFile(d.policy)
	}
	if d.arn.ok && c.s.Partition != "" && !c.policyARN(d.arn, "permissionsBoundary") {
		return "", nil
	}
	return d.arn.v, limits
}

// policyARN checks the ARN of a managed policy.
func (c *checker) policyARN(t text, what string) bool {
	a, ok := parseARN(t.v)
	hint := "write arn:" + c.s.Partition + ":iam::" + c.s.Account + ":policy/<name>"
	switch {
	case !ok || a.service != "iam" || a.region != "" || !strings.HasPrefix(a.resource, "policy/") || strings.HasSuffix(a.resource, "/") || strings.Contains(a.resource, ":"):
		c.err(codeARN, t.n, hint, "%s %q is not the ARN of a managed policy", what, t.v)
	case c.s.Partition != "" && a.partition != c.s.Partition:
		c.err(codeARN, t.n, hint, "%s %q is in partition %s, and the setup is in %s", what, t.v, a.partition, c.s.Partition)
	case a.account != "aws" && !accountForm.ok(a.account):
		c.err(codeARN, t.n, hint, "%s %q has no account of 12 digits", what, t.v)
	case a.account != "aws" && c.s.Account != "" && a.account != c.s.Account:
		c.err(codeARN, t.n, "IAM attaches policies of the same account and of AWS", "%s %q belongs to another account", what, t.v)
	default:
		return true
	}
	return false
}

// managedPolicies turns names into ARNs, and says what each policy opens up.
func (c *checker) managedPolicies(list []text) []string {
	var arns []string
	have := map[string]bool{}
	for _, t := range list {
		if !t.ok {
			continue
		}
		arn := t.v
		known := knownPolicy(t.v, c.s.Partition)
		switch {
		case known != nil:
			arn = "arn:" + c.s.Partition + ":iam::aws:policy/" + known.path + known.name
			c.warn(warnManaged, t.n, "leave it out where the generated statements are enough", "%s opens up %s", known.name, known.opens)
			if known.name == "AmazonPersonalizeFullAccess" && c.s.Partition == "aws-cn" {
				c.warn(warnManaged, t.n, "leave it out", "AmazonPersonalizeFullAccess names buckets by arn:aws and so reaches none in partition aws-cn")
			}
		case !strings.HasPrefix(t.v, "arn:"):
			names := make([]string, len(managedPolicies))
			for i := range managedPolicies {
				names[i] = managedPolicies[i].name
			}
			hint := suggest(t.v, names)
			if hint == "" {
				hint = "write its ARN; known by name are " + strings.Join(names, ", ")
			}
			c.err(codeManaged, t.n, hint, "managed policy %q is not known by name", clip(t.v))
			continue
		case !c.policyARN(t, "managed policy"):
			continue
		default:
			c.warn(warnManaged, t.n, "", "managed policy %q grants what pzgen does not see, and so does not prove", t.v)
		}
		if have[arn] {
			c.err(codeTwice, t.n, "keep one of them", "managed policy %q is listed twice", t.v)
			continue
		}
		have[arn] = true
		arns = append(arns, arn)
	}
	return arns
}

// knownPolicy returns the policy of AWS with this name or ARN.
func knownPolicy(s, partition string) *managedPolicy {
	for i := range managedPolicies {
		p := &managedPolicies[i]
		if s == p.name || strings.HasPrefix(s, "arn:") && s == "arn:"+partition+":iam::aws:policy/"+p.path+p.name {
			return p
		}
	}
	return nil
}

// checkAttached checks how many managed policies one identity gets, beside those of pzgen.
func (c *checker) checkAttached(list []text, ours int, what string) {
	switch n := len(list) + ours; {
	case n > attachedMost:
		c.err(codeTooMany, list[len(list)-1].n, "put their statements into one policy",
			"%d managed policies are attached, with pzgen's own; %s can have %d at the most", n, what, attachedMost)
	case n > attachedPolicies:
		c.warn(warnQuota, list[len(list)-1].n, "raise the quota \"Managed policies attached to an IAM role\" (or user) first",
			"%d managed policies are attached, with pzgen's own; %s can have %d by default", n, what, attachedPolicies)
	}
}
