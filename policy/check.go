package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what a policy is attached to, which decides the elements that it can have.
type Kind int

// The kinds of policies (IAM User Guide, access_policies, "Policy types").
const (
	Identity        Kind = iota // attached to a user, group or role
	Resource                    // attached to a resource
	Trust                       // a role trust policy
	KeyPolicy                   // the policy of a KMS key
	Boundary                    // a permissions boundary
	Session                     // passed when a session is made
	ServiceControl              // a service control policy
	ResourceControl             // a resource control policy
)

func (k Kind) String() string {
	switch k {
	case Identity:
		return "identity policy"
	case Resource:
		return "resource policy"
	case Trust:
		return "role trust policy"
	case KeyPolicy:
		return "key policy"
	case Boundary:
		return "permissions boundary"
	case Session:
		return "session policy"
	case ServiceControl:
		return "service control policy"
	case ResourceControl:
		return "resource control policy"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// hasPrincipal reports whether the statements of such a policy name principals
// (reference_policies_grammar, "Policy grammar notes"; Organizations User Guide, orgs_manage_policies_rcps_syntax).
func (k Kind) hasPrincipal() bool {
	return k == Resource || k == Trust || k == KeyPolicy || k == ResourceControl
}

// Problem is a fault of a document that AWS would refuse.
type Problem struct {
	Statement int // index of the statement; -1: the document as a whole
	Sid       string
	Pos       Pos // of the statement, when it was read from a file
	Message   string
	// Fatal: it leaves open what the document means, so that [Evaluate] refuses it.
	Fatal bool
}

func (p Problem) String() string {
	var where string
	switch {
	case p.Statement >= 0 && p.Sid != "":
		where = fmt.Sprintf("statement %d (%q): ", p.Statement, p.Sid)
	case p.Statement >= 0:
		where = fmt.Sprintf("statement %d: ", p.Statement)
	}
	return where + p.Message
}

// Check gives what AWS would refuse in d where it is attached as kind: elements that the kind of policy lacks or needs, principals and
// condition values that cannot be, policy variables where AWS does not fill them in, Sids.
// It does not check sizes (see [Document.Size]), nor whether actions, keys and ARNs exist.
func (d Document) Check(kind Kind) []Problem {
	c := checker{kind: kind, version: d.Version}
	c.whole(d)
	for i, s := range d.Statements {
		c.at = Problem{Statement: i, Sid: s.Sid, Pos: s.Pos}
		c.statement(s)
	}
	return c.problems
}

// checker collects the problems of one document.
type checker struct {
	kind     Kind
	version  string
	at       Problem
	problems []Problem
}

func (c *checker) add(fatal bool, format string, args ...any) {
	p := c.at
	p.Message, p.Fatal = fmt.Sprintf(format, args...), fatal
	c.problems = append(c.problems, p)
}

func (c *checker) whole(d Document) {
	c.at = Problem{Statement: -1}
	if d.Version != "" && d.Version != Version2008 && d.Version != Version2012 {
		c.add(true, "Version is %q; AWS knows %q and %q", d.Version, Version2012, Version2008)
	}
	if c.kind.controls() && d.Version != Version2012 {
		c.add(false, "a %s has the Version %q (orgs_manage_policies_scps_syntax, orgs_manage_policies_rcps_syntax)", c.kind, Version2012)
	}
	if len(d.Statements) == 0 {
		c.add(false, "Statement is empty; a policy has at least one statement")
	}
	// reference_policies_elements_id.
	if d.ID != "" && !c.kind.hasPrincipal() {
		c.add(false, "a %s has no Id", c.kind)
	}
	seen := map[string]int{}
	for i, s := range d.Statements {
		c.at = Problem{Statement: i, Sid: s.Sid, Pos: s.Pos}
		if s.Sid == "" {
			continue
		}
		if first, ok := seen[s.Sid]; ok {
			c.add(false, "Sid %q is that of statement %d too; it is unique within a policy", s.Sid, first)
		} else {
			seen[s.Sid] = i
		}
		// reference_policies_elements_sid: services that have resource-based policies take other characters as well.
		if !c.kind.hasPrincipal() && strings.Trim(s.Sid, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != "" {
			c.add(false, "Sid %q of a %s has other characters than letters and digits", s.Sid, c.kind)
		}
	}
}

func (k Kind) controls() bool { return k == ServiceControl || k == ResourceControl }

func (c *checker) statement(s Statement) {
	if s.Effect != Allow && s.Effect != Deny {
		c.add(true, "Effect is %q; it is %q or %q", s.Effect, Allow, Deny)
	}
	c.principals(s)
	c.actions(s)
	c.resources(s)
	for _, cond := range s.Condition {
		op, err := parseOperator(cond.Operator)
		if err != nil {
			c.add(true, "%v", err)
			continue
		}
		if cond.Key == "" {
			c.add(true, "condition under %s has no key", cond.Operator)
		}
		for _, v := range cond.Values.Values {
			c.refs(v)
			if c.version != Version2012 {
				v = Literal(v.plain())
			}
			if msg := op.checkValue(v); msg != "" {
				c.add(true, "value %q of condition key %s under %s %s", v.IAM(), cond.Key, cond.Operator, msg)
			}
		}
	}
	switch c.kind {
	case ServiceControl:
		c.serviceControl(s)
	case ResourceControl:
		c.resourceControl(s)
	}
}

func (c *checker) refs(t Text) {
	if refs := t.Refs(); len(refs) > 0 {
		c.add(true, "reference %s has no value", refs[0])
	}
}

// hasVar reports whether t has a variable, other than an escape, in a document that knows variables.
func (c *checker) hasVar(t Text) bool {
	return c.version == Version2012 && slices.ContainsFunc(t.Parts(), func(p Part) bool {
		v, ok := p.(Var)
		return ok && v.Name != "$" && v.Name != "*" && v.Name != "?"
	})
}

func (c *checker) actions(s Statement) {
	list, name := s.Action, "Action"
	if list.Values == nil {
		list, name = s.NotAction, "NotAction"
	}
	if len(list.Values) == 0 || s.Action.Values != nil && s.NotAction.Values != nil {
		c.add(true, "statement has not one of Action and NotAction")
	}
	for _, t := range list.Values {
		c.refs(t)
		// reference_policies_variables, "Where you can use policy variables".
		if len(t.Parts()) == 0 || c.hasVar(t) {
			c.add(true, "%s is %q; an action is text, without policy variables", name, t.IAM())
			continue
		}
		service, rest, ok := strings.Cut(t.plain(), ":")
		switch {
		case t.plain() == "*":
			continue
		case !ok || service == "" || rest == "":
			c.add(true, "%s %q is not of the form service:Name", name, t.IAM())
		case strings.ContainsAny(service, "*?"):
			c.add(false, "%s %q has a wildcard in the name of the service", name, t.IAM())
		}
		if c.kind == Trust && ok && !strings.EqualFold(service, "sts") {
			c.add(false, "%s %q in a role trust policy, which is about actions of sts", name, t.IAM())
		}
	}
}

func (c *checker) resources(s Statement) {
	if s.Resource.Values != nil && s.NotResource.Values != nil {
		c.add(true, "statement has both Resource and NotResource")
	}
	list, name := s.Resource, "Resource"
	if list.Values == nil {
		list, name = s.NotResource, "NotResource"
	}
	// access-analyzer-reference-policy-checks, "Missing resource": all policies except role trust policies have it.
	if list.Values == nil {
		if c.kind != Trust {
			c.add(true, "statement of a %s has neither Resource nor NotResource", c.kind)
		}
		return
	}
	if c.kind == Trust {
		c.add(false, "statement of a role trust policy has %s; it is about its role", name)
	}
	if len(list.Values) == 0 {
		c.add(true, "%s is empty", name)
	}
	for _, t := range list.Values {
		c.refs(t)
		text := t.IAM()
		head := strings.SplitN(text, ":", 6)
		switch {
		case text == "*":
		case head[0] != "arn":
			c.add(false, "%s %q is neither an ARN nor \"*\"", name, text)
		case len(head) < 6 && c.kind == Session:
			c.add(true, "%s %q lacks parts of an ARN, which a session policy does not complete (reference-arns)", name, text)
		case c.hasVar(t) && strings.Contains(strings.Join(head[:min(5, len(head))], ":"), "${"):
			// reference_policies_variables, "Resource element".
			c.add(false, "%s %q has a policy variable before the fifth colon", name, text)
		}
	}
}
