package spec

import (
	"cmp"
	"slices"
	"strings"
)

// access returns the levels of an operator in their order, and checks that none says what another
// one does.
func (c *checker) access(o *named[operatorDraft]) []string {
	var out []string
	for _, level := range accessLevels {
		if slices.ContainsFunc(o.v.access, func(t text) bool { return t.ok && t.v == level }) {
			out = append(out, level)
		}
	}
	for _, t := range o.v.access {
		switch {
		case t.ok && t.v == Full:
			c.warn(warnFull, t.n, "`operate` grants what this setup's workflows need",
				"access full lets operator %q do everything in Amazon Personalize, in the whole account", o.name)
		case t.ok && t.v == Deploy:
			c.deploys(o, t, len(out) > 1)
		case t.ok && t.v != Uploader && t.v != Downloader && slices.Contains(out, Full) &&
			!slices.Contains(out, Deploy): // which has its own error then
			c.err(codeAccess, t.n, "leave it out", "access %q is part of full, which operator %q has",
				t.v, o.name)
		}
	}
	return out
}

// deploys checks the level of whoever applies the setup.
func (c *checker) deploys(o *named[operatorDraft], t text, others bool) {
	if others {
		c.err(codeAccess, t.n, "write another operator for it, with the same users, groups or roles",
			"access deploy of operator %q is combined with others", o.name)
	}
	applied := func(target string) bool { return target != "json" }
	if len(c.s.Targets) > 0 && !slices.ContainsFunc(c.s.Targets, applied) {
		c.err(codeAccess, t.n, "add shell, terraform or cloudformation to targets, or leave it out",
			"operator %q deploys, and none of the targets is applied by a tool", o.name)
	}
	if c.s.StackSet {
		c.err(codeAccess, t.n, "let a setup without stackSet name who deploys, or leave it out",
			"operator %q deploys, and stacks of a stack set are made by roles of AWS CloudFormation", o.name)
	}
}

// locations checks where an operator brings files or fetches them.
func (c *checker) locations(o *named[operatorDraft], op Operator) []Location {
	d := &o.v
	up, down := op.Has(Uploader), op.Has(Downloader)
	if len(d.locations) > 0 && !up && !down && c.wellFormed {
		c.err(codeAccess, d.locations[0].n, "add upload or download to access, or leave it out",
			"operator %q has locations, which are for access upload and download", o.name)
	}
	var out []Location
	for i, t := range d.locations {
		l := c.location(t, "operators."+o.name+".locations"+index(i))
		if l == nil {
			continue
		}
		out = append(out, *l)
		meets := func(of func(w Workflow) *Location) bool {
			return slices.ContainsFunc(c.s.Workflows, func(w Workflow) bool {
				other := of(w)
				return other != nil && other.Meets(*l)
			})
		}
		read := meets(func(w Workflow) *Location { return w.From })
		written := meets(func(w Workflow) *Location { return w.To })
		switch {
		case up && down && !read && !written:
			c.err(codeAccess, t.n, "write two operators, one for each access",
				"no workflow reads or writes at %q, so that it is for upload or for download", t.v)
		case up && !down && !read:
			c.warn(warnNoWorkflow, t.n, "name what a workflow reads", "no workflow reads at %q", t.v)
		case down && !up && !written:
			c.warn(warnNoWorkflow, t.n, "name what a workflow writes", "no workflow writes at %q", t.v)
		}
	}
	if d.locations == nil && c.wellFormed {
		c.needsData(o, Uploader, "reads", func(w Workflow) *Location { return w.From })
		c.needsData(o, Downloader, "writes", func(w Workflow) *Location { return w.To })
	}
	return out
}

// needsData refuses a level for which there is nothing.
func (c *checker) needsData(o *named[operatorDraft], level, does string, of func(Workflow) *Location) {
	for _, t := range o.v.access {
		if t.ok && t.v == level &&
			!slices.ContainsFunc(c.s.Workflows, func(w Workflow) bool { return of(w) != nil }) {
			c.err(codeAccess, t.n, "write locations: with <bucket>/<prefix>",
				"access %s of operator %q is where workflows %s, and none %s anything", level, o.name,
				strings.TrimSuffix(does, "s"), does)
		}
	}
}

// principals checks whom policies of buckets and keys are to let in. Amazon Personalize itself has
// no policies of resources (Service Authorization Reference), so that nobody can be let in there.
func (c *checker) principals(o *named[operatorDraft], op Operator) []string {
	d := &o.v
	for _, t := range d.access {
		if t.ok && len(d.principals) > 0 && t.v != Uploader && t.v != Downloader {
			c.err(codePrincipal, t.n, "write another operator for it, with users, groups or roles of account "+
				c.s.Account, "principals of operator %q are let in by policies of buckets and keys, and "+
				"access %s is none to those", o.name, t.v)
		}
	}
	var out []string
	for _, t := range d.principals {
		if p, ok := c.principal(t); ok {
			if slices.Contains(out, p) {
				c.err(codeTwice, t.n, "keep one of them", "principal %q is listed twice", t.v)
				continue
			}
			out = append(out, p)
		}
	}
	return out
}

// principal returns the ARN of a role, a user or an account's root, or the name of a service.
func (c *checker) principal(t text) (string, bool) {
	if !t.ok {
		return "", false
	}
	a, isARN := parseARN(t.v)
	kind, name, _ := strings.Cut(a.resource, "/")
	hint := "write arn:" + c.s.Partition + ":iam::<account>:role/<name>, 12 digits or <service>.amazonaws.com"
	bad := func(format string, args ...any) (string, bool) {
		c.err(codePrincipal, t.n, hint, format, args...)
		return "", false
	}
	switch {
	case accountForm.ok(t.v) && t.v == c.s.Account,
		isARN && a.service == "iam" && a.resource == "root" && a.account == c.s.Account:
		hint = "name its users, groups or roles under users, groups and roles"
		return bad("principal %q is the setup's own account", t.v)
	case accountForm.ok(t.v):
		return "arn:" + c.s.Partition + ":iam::" + t.v + ":root", true
	case !isARN && isService(t.v):
		if t.v == serviceOfPersonalize {
			hint = "leave it out"
			return bad("principal %q is Amazon Personalize itself, which the setup lets in", t.v)
		}
		return t.v, true
	case !isARN || a.service != "iam" || a.region != "" || !accountForm.ok(a.account) ||
		strings.Contains(a.resource, ":") || a.resource != "root" && (kind != "role" && kind != "user" ||
		name == "" || strings.HasSuffix(name, "/")):
		return bad("principal %q is not the ARN of a role, a user or an account's root, nor an account, "+
			"nor a service", t.v)
	case c.s.Partition != "" && a.partition != c.s.Partition:
		return bad("principal %q is in partition %s, and the setup is in %s", t.v, a.partition, c.s.Partition)
	}
	return t.v, true
}

const serviceOfPersonalize = "personalize.amazonaws.com"

// isService reports whether a name has the form of a service principal (IAM User Guide, "AWS JSON
// policy elements: Principal").
func isService(s string) bool {
	name, ok := strings.CutSuffix(s, ".amazonaws.com")
	if !ok {
		name, ok = strings.CutSuffix(s, ".amazonaws.com.cn")
	}
	return ok && name != "" && only(name, classBucket) && name[0] != '.' && name[len(name)-1] != '.'
}

// checkPolicyNames refuses one name for two managed policies of a setup; IAM does not tell cases
// apart. [acrossSetups] sees those of others.
func (c *checker) checkPolicyNames() {
	have := map[string]string{}
	add := func(name, whose string, d item[policyDraft]) {
		key := strings.ToLower(name)
		if before, ok := have[key]; ok && d.v.name.given() {
			c.err(codeTwice, d.v.name.n, "give one of them another name",
				"policies of %s and of %s have one name", before, whose)
		}
		have[key] = whose
	}
	if p := c.s.Role.Policy; p.Managed {
		add(cmp.Or(p.Name, "Personalize-"+c.s.Name), "the role", c.d.role.v.policy)
	}
	for _, named := range []bool{false, true} { // what was given a name is at fault
		for i, o := range c.s.Operators {
			if (o.Policy.Name != "") == named {
				add(cmp.Or(o.Policy.Name, "Personalize-"+c.s.Name+"-"+o.Name), "operator "+quoted(o.Name),
					c.d.operators[i].v.policy)
			}
		}
	}
}

// warnOfPolicyNames warns of names by which scripts do not know a policy again once it is not in
// the spec any more. It is called when the targets are known.
func (c *checker) warnOfPolicyNames() {
	if !slices.Contains(c.s.Targets, "shell") {
		return
	}
	check := func(d item[policyDraft]) {
		name, begin := d.v.name, "Personalize-"+c.s.Name
		if !name.ok || name.v == begin || strings.HasPrefix(name.v, begin+"-") {
			return
		}
		c.warn(warnPolicyName, name.n, "begin it with "+quoted(begin)+", or delete the policy by hand then",
			"apply.sh and destroy.sh do not find policy %q once the spec does not have it any more", name.v)
	}
	check(c.d.role.v.policy)
	for i := range c.s.Operators {
		check(c.d.operators[i].v.policy)
	}
}

// policyNames checks what a policy is called.
func (c *checker) policyNames(d item[policyDraft]) PolicyNames {
	if d.n == nil {
		return PolicyNames{}
	}
	return PolicyNames{Name: d.v.name.v, Managed: d.v.managed.v, Description: d.v.description.v}
}
